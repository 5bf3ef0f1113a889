/** `pixels` pixels R G B -> R G B 255. */
export function rgbToRgba(source: usize, target: usize, pixels: i32): void {
  if (ASC_FEATURE_SIMD) {
    const lanes = i8x16(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1);
    const alpha = i32x4.splat(0xff000000);
    for (const end = target + 4 * pixels; target < end; source += 12, target += 16) {
      v128.store(target, v128.or(i8x16.swizzle(v128.load(source), lanes), alpha));
    }
  } else {
    for (let i = 0; i < pixels; i++) {
      store<u32>(target + 4 * i, (load<u32>(source + 3 * i) & 0xffffff) | 0xff000000);
    }
  }
}
