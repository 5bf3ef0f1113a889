/** Four pixels of three samples, with a 0 behind each; what goes there. In memory, as in colour.ts. */
const FOUR_OF_THREE = memory.data<u8>([0, 1, 2, 128, 3, 4, 5, 128, 6, 7, 8, 128, 9, 10, 11, 128], 16);
const OPAQUE = memory.data<u8>([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255], 16);

/** `pixels` pixels R G B -> R G B 255. */
export function rgbToRgba(source: usize, target: usize, pixels: i32): void {
  if (ASC_FEATURE_SIMD) {
    const lanes = v128.load(FOUR_OF_THREE), alpha = v128.load(OPAQUE);
    for (const end = target + 4 * pixels; target < end; source += 12, target += 16) {
      v128.store(target, v128.or(i8x16.swizzle(v128.load(source), lanes), alpha));
    }
  } else {
    for (let i = 0; i < pixels; i++) {
      store<u32>(target + 4 * i, (load<u32>(source + 3 * i) & 0xffffff) | 0xff000000);
    }
  }
}
