/** Samples that are packed more tightly than in bytes (PS3.5 8.1.1) -> one container each. */

/** `count` pixels of one bit, least significant bit first, from bit `bit` (0 to 7) on -> bytes 0 and 1. */
export function unpackBits(source: usize, target: usize, count: i32, bit: i32): void {
  if (ASC_FEATURE_SIMD) unpackBitVectors(source, target, count, bit);
  else unpackBitsOneByOne(source, target, count, bit);
}

function unpackBitsOneByOne(source: usize, target: usize, count: i32, bit: i32): void {
  for (let i = 0; i < count; i++, bit++) {
    store<u8>(target + i, (<u32>load<u8>(source + (bit >> 3)) >> (bit & 7)) & 1);
  }
}

/** 16 pixels at a time: their two bytes are repeated eight times each, and every lane tests its own bit. */
function unpackBitVectors(source: usize, target: usize, count: i32, bit: i32): void {
  const byteOfLane = i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  const bitOfLane = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  const end = target + count;
  while (target < end) {
    const bits = i32x4.splat(load<u32>(source) >> bit);
    const tested = v128.and(i8x16.swizzle(bits, byteOfLane), bitOfLane);
    v128.store(target, i8x16.neg(i8x16.eq(tested, bitOfLane)));
    source += 2;
    target += 16;
  }
}

/** `count` samples of 12 bits, least significant bit first: two in three bytes -> u16. */
export function unpack12(source: usize, target: usize, count: i32): void {
  if (ASC_FEATURE_SIMD) unpack12Vectors(source, target, count);
  else unpack12OneByOne(source, target, count);
}

function unpack12OneByOne(source: usize, target: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const bit = 12 * i;
    store<u16>(target + 2 * i, (<u32>load<u16>(source + (bit >> 3)) >> (bit & 7)) & 0xfff);
  }
}

/** Eight samples at a time: each lane gets the two bytes that its sample touches. */
function unpack12Vectors(source: usize, target: usize, count: i32): void {
  const bytesOfLane = i8x16(0, 1, 1, 2, 3, 4, 4, 5, 6, 7, 7, 8, 9, 10, 10, 11);
  const oddLanes = i32x4.splat(0xffff0000);
  const low12 = i16x8.splat(0x0fff);
  const end = target + 2 * count;
  while (target < end) {
    const pairs = i8x16.swizzle(v128.load(source), bytesOfLane);
    const samples = v128.bitselect(i16x8.shr_u(pairs, 4), v128.and(pairs, low12), oddLanes);
    v128.store(target, samples);
    source += 12;
    target += 16;
  }
}

/** `count` samples of 24 bits -> u32. */
export function widen24(source: usize, target: usize, count: i32): void {
  if (ASC_FEATURE_SIMD) {
    const lanes = i8x16(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1);
    for (const end = target + 4 * count; target < end; source += 12, target += 16) {
      v128.store(target, i8x16.swizzle(v128.load(source), lanes));
    }
  } else {
    for (let i = 0; i < count; i++) store<u32>(target + 4 * i, load<u32>(source + 3 * i) & 0xffffff);
  }
}

/** `count` samples of 40 bits -> u64. */
export function widen40(source: usize, target: usize, count: i32): void {
  for (let i = 0; i < count; i++) store<u64>(target + 8 * i, load<u64>(source + 5 * i) & 0xff_ffff_ffff);
}
