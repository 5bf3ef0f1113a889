/** Reverses the bytes of each word (PS3.5 7.3): `bytes` is a multiple of the word. In place where the addresses are the same. */

export function swap16(source: usize, target: usize, bytes: i32): void {
  if (ASC_FEATURE_SIMD) {
    reorder(source, target, bytes, i8x16(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
  } else {
    for (let i = 0; i < bytes; i += 2) store<u16>(target + i, bswap<u16>(load<u16>(source + i)));
  }
}

export function swap32(source: usize, target: usize, bytes: i32): void {
  if (ASC_FEATURE_SIMD) {
    reorder(source, target, bytes, i8x16(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
  } else {
    for (let i = 0; i < bytes; i += 4) store<u32>(target + i, bswap<u32>(load<u32>(source + i)));
  }
}

export function swap64(source: usize, target: usize, bytes: i32): void {
  if (ASC_FEATURE_SIMD) {
    reorder(source, target, bytes, i8x16(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8));
  } else {
    for (let i = 0; i < bytes; i += 8) store<u64>(target + i, bswap<u64>(load<u64>(source + i)));
  }
}

@inline
function reorder(source: usize, target: usize, bytes: i32, order: v128): void {
  for (const end = target + bytes; target < end; source += 32, target += 32) {
    const first = v128.load(source);
    const second = v128.load(source, 16);
    v128.store(target, i8x16.swizzle(first, order));
    v128.store(target, i8x16.swizzle(second, order), 16);
  }
}
