/** Rearrangements of lanes that several stages share. `T` is as wide as a lane. */

/** The lower halves of two vectors, lane by lane: a0 b0 a1 b1 and so on. */
@inline
export function zipLow<T>(a: v128, b: v128): v128 {
  if (sizeof<T>() == 1) {
    return v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  }
  if (sizeof<T>() == 2) return v128.shuffle<u16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
  if (sizeof<T>() == 4) return v128.shuffle<u32>(a, b, 0, 4, 1, 5);
  return v128.shuffle<u64>(a, b, 0, 2);
}

/** The upper halves of two vectors, lane by lane. */
@inline
export function zipHigh<T>(a: v128, b: v128): v128 {
  if (sizeof<T>() == 1) {
    return v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  }
  if (sizeof<T>() == 2) return v128.shuffle<u16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
  if (sizeof<T>() == 4) return v128.shuffle<u32>(a, b, 2, 6, 3, 7);
  return v128.shuffle<u64>(a, b, 1, 3);
}

/**
 * Stores pixels of four lanes (16 bytes of them) as pixels of three: 12 bytes, and four more that the next pixels, or the
 * margin behind the target, overwrite.
 */
@inline
export function storeThreeOfFour<T>(target: usize, pixels: v128): void {
  if (sizeof<T>() == 1) {
    pixels = i8x16.swizzle(pixels, i8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1));
  } else if (sizeof<T>() == 2) {
    pixels = i8x16.swizzle(pixels, i8x16(0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, -1, -1, -1, -1));
  }
  v128.store(target, pixels);
}

/** Stores 16 pixels (of 8-bit lanes; 8, 4, 2 of wider ones) whose components stand in three vectors: 48 bytes and four. */
@inline
export function storeByPixel<T, Pair>(target: usize, a: v128, b: v128, c: v128): void {
  const abLow = zipLow<T>(a, b);
  const abHigh = zipHigh<T>(a, b);
  const cLow = zipLow<T>(c, c);
  const cHigh = zipHigh<T>(c, c);
  storeThreeOfFour<T>(target, zipLow<Pair>(abLow, cLow));
  storeThreeOfFour<T>(target + 12, zipHigh<Pair>(abLow, cLow));
  storeThreeOfFour<T>(target + 24, zipLow<Pair>(abHigh, cHigh));
  storeThreeOfFour<T>(target + 36, zipHigh<Pair>(abHigh, cHigh));
}
