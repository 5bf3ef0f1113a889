/**
 * The HT cleanup segment, T.814 7.1.1 and 7.1.2: MagSgn bits from its front, VLC bits backwards from its end,
 * MEL bits (mel-decoder.ts) from somewhere in between. MagSgn and VLC bits are freed of their stuffed bits
 * before anything is decoded and stand in runs, lowest bit of the lowest byte first: a read at any bit
 * position is one unaligned load.
 */

/**
 * What a block can take of MagSgn bits: 31 of each of 4096 coefficients. Of 16 bits at most one is a stuffed
 * one, so no more bytes than these are unstuffed.
 */
const MAG_SGN_SOURCE: i32 = 17536;
/** Bytes that a row of quads can take of either run, for each quad: 4 times 30 bits, and 38 bits a pair. */
const MAG_SGN_QUAD: i32 = 16;
const VLC_QUAD: i32 = 3;
/** Bytes that are read or written along with others. */
const SLACK: i32 = 32;

/** The MagSgn bits begin at bit 8. */
export const MAG_SGN_BITS: usize = memory.data(17536 + 512 * 16 + 64, 64);
export const MAG_SGN_START: u32 = 8;
/** A bit position from which on there is room for a row of ones, and nothing else. */
export let magSgnEnd: u32 = 0;

/**
 * The VLC bits, of 4095 bytes at most (Scup), begin at bit 2: a table's index, four bytes an entry, is cut
 * out of a load by one mask.
 */
export const VLC_BITS: usize = memory.data(4096 + 512 * 3 + 64, 64);
export const VLC_START: u32 = 2;
/** A bit position from which on there is room for a row of zeros, and nothing else. */
export let vlcEnd: u32 = 0;

/** Bytes 0 to 6 of `bytes` without an 0xFF: the carry trick for zero bytes on the complement. */
@inline
function hasNoFf(bytes: u64): bool {
  return ((~bytes - 0x0101010101010101) & bytes & 0x0080808080808080) == 0;
}

/**
 * 7.1.2, MagSgn bits: the byte behind 0xFF has seven bits. Behind the end follow ones.
 *
 * Reads [source, source + length). A step writes eight bytes from where its bits belong, and no byte gives
 * more than eight bits: no store goes further than 8 bytes behind `length`, or 9 with the first byte.
 */
export function unstuffMagSgn(source: usize, length: i32, quads: i32): void {
  const end = source + min(length, MAG_SGN_SOURCE);
  let to = MAG_SGN_BITS + (MAG_SGN_START >> 3);
  let pending: u64 = 0, count: u32 = 0; // fewer than 8 bits
  let stuffed: u32 = 0;
  while (source < end) {
    if (stuffed == 0 && source + 8 <= end) {
      const bytes = load<u64>(source) & 0x00ffffffffffffff;
      if (hasNoFf(bytes)) {
        pending |= bytes << count;
        store<u64>(to, pending);
        to += 7;
        source += 7;
        pending >>= 56;
        continue;
      }
    }
    const byte = <u32>load<u8>(source);
    source++;
    pending |= <u64>(byte & (0xff >> stuffed)) << count;
    count += 8 - stuffed;
    stuffed = u32(byte == 0xff);
    store<u8>(to, <u8>pending);
    const whole = count >> 3;
    to += whole;
    pending >>= whole << 3;
    count &= 7;
  }
  store<u64>(to, pending | (~(0 as u64) << count));
  memory.fill(to + 8, 0xff, quads * MAG_SGN_QUAD + SLACK);
  magSgnEnd = <u32>(to + 8 - MAG_SGN_BITS) << 3;
}

/**
 * 7.1.2, VLC bits: backwards from the byte at `last`, of which only the upper half belongs to them, down to
 * `first`. A byte whose lower seven bits are ones has seven bits if the one before it was above 0x8F. Behind
 * the end follow zeros.
 *
 * `last` - `first` is below 4096, and as above no byte gives more than eight bits.
 */
export function unstuffVlc(first: usize, last: usize, quads: i32): void {
  let to = VLC_BITS;
  let previous = <u32>load<u8>(last);
  const half = previous >> 4, shortHalf = u32((half & 7) == 7);
  let pending = <u64>(half & (15 >> shortHalf)) << VLC_START;
  let count: u32 = 4 - shortHalf + VLC_START;
  let source = last - 1;
  while (source >= first) {
    if (ASC_FEATURE_SIMD && source >= first + 8) {
      // Seven bytes at once if none of eight is 0x7F or 0xFF.
      const eight = v128.load64_zero(source - 7), low = i8x16.splat(0x7f);
      if (!v128.any_true(i8x16.eq(v128.and(eight, low), low))) {
        const turned = v128.shuffle<i8>(eight, eight, 7, 6, 5, 4, 3, 2, 1, 8, 8, 8, 8, 8, 8, 8, 8, 8);
        pending |= <u64>i64x2.extract_lane(turned, 0) << count;
        store<u64>(to, pending);
        to += 7;
        source -= 7;
        pending >>= 56;
        previous = load<u8>(source + 1);
        continue;
      }
    }
    const byte = <u32>load<u8>(source);
    source--;
    const short = u32(previous > 0x8f && (byte & 0x7f) == 0x7f);
    pending |= <u64>(byte & (0xff >> short)) << count;
    count += 8 - short;
    previous = byte;
    store<u8>(to, <u8>pending);
    const whole = count >> 3;
    to += whole;
    pending >>= whole << 3;
    count &= 7;
  }
  store<u64>(to, pending);
  memory.fill(to + 8, 0, quads * VLC_QUAD + SLACK);
  vlcEnd = <u32>(to + 8 - VLC_BITS) << 3;
}
