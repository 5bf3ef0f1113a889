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

/** From pixels of four samples the first three of each, as tables in memory: those in the code are made anew each time. */
const THREE_OF_FOUR_8 = memory.data<u8>([0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 128, 128, 128, 128], 16);
const THREE_OF_FOUR_16 = memory.data<u8>([0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 128, 128, 128, 128], 16);

/** The lanes of pixels of four samples that make pixels of three; to be loaded in front of a loop. */
@inline
export function threeOfFour<T>(): v128 {
  return v128.load(sizeof<T>() == 1 ? THREE_OF_FOUR_8 : THREE_OF_FOUR_16);
}

/**
 * Stores 16 pixels (of 8-bit lanes; 8, 4 of wider ones) whose components stand in three vectors: 48 bytes and four, which
 * the next pixels, or the margin behind the target, overwrite. `lanes`: as threeOfFour gives them.
 */
@inline
export function storeByPixel<T, Pair>(target: usize, a: v128, b: v128, c: v128, lanes: v128): void {
  const abLow = zipLow<T>(a, b);
  const abHigh = zipHigh<T>(a, b);
  const cLow = zipLow<T>(c, c);
  const cHigh = zipHigh<T>(c, c);
  v128.store(target, dropFourth<T>(zipLow<Pair>(abLow, cLow), lanes));
  v128.store(target, dropFourth<T>(zipHigh<Pair>(abLow, cLow), lanes), 12);
  v128.store(target, dropFourth<T>(zipLow<Pair>(abHigh, cHigh), lanes), 24);
  v128.store(target, dropFourth<T>(zipHigh<Pair>(abHigh, cHigh), lanes), 36);
}

/** Pixels of four lanes as pixels of three. One of 32-bit lanes is what a vector holds. */
@inline
function dropFourth<T>(pixels: v128, lanes: v128): v128 {
  return sizeof<T>() <= 2 ? i8x16.swizzle(pixels, lanes) : pixels;
}
