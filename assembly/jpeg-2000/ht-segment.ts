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

/**
 * Sixteen bytes to where their bits belong: behind `count` bits, which are pending. What is beyond the sixteen is left to whoever
 * stores next.
 */
@inline
function storeBehind(to: usize, bytes: v128, pending: u64, count: u32): void {
  // What leaves the lower half goes on in the upper one.
  const beyond = i64x2.shr_u(i64x2.shr_u(bytes, 1), 63 - count);
  const before = v128.shuffle<i64>(i64x2.splat(pending), beyond, 0, 2);
  v128.store(to, v128.or(i64x2.shl(bytes, count), before));
}

/**
 * 7.1.2, MagSgn bits: the byte behind 0xFF has seven bits. Behind the end follow ones.
 *
 * Reads [source, source + length) and up to 15 bytes more. A step writes sixteen bytes from where its bits belong, and no byte gives
 * more than eight bits: no store goes further than 16 bytes behind `length`.
 */
export function unstuffMagSgn(source: usize, length: i32, quads: i32): void {
  const end = source + min(length, MAG_SGN_SOURCE);
  let to = MAG_SGN_BITS + (MAG_SGN_START >> 3);
  let pending: u64 = 0, count: u32 = 0; // fewer than 8 bits
  let stuffed: u32 = 0;
  while (source < end) {
    if (ASC_FEATURE_SIMD && stuffed == 0) {
      // As many as there are up to the first 0xFF, and with it.
      const bytes = v128.load(source);
      const last = 1 << min<u32>(<u32>(end - source) - 1, 15);
      const whole = ctz(i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(-1))) | last) + 1;
      storeBehind(to, bytes, pending, count);
      to += whole;
      source += whole;
      const byte = <u32>load<u8>(source - 1);
      pending = byte >> (8 - count);
      stuffed = u32(byte == 0xff);
      continue;
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
 * `last` - `first` is below 4096, and as above no byte gives more than eight bits. Up to 15 bytes in front of `first` are read: MagSgn
 * bits, or headers of the codestream.
 */
export function unstuffVlc(first: usize, last: usize, quads: i32): void {
  let to = VLC_BITS;
  let previous = <u32>load<u8>(last);
  const half = previous >> 4, shortHalf = u32((half & 7) == 7);
  let pending = <u64>(half & (15 >> shortHalf)) << VLC_START;
  let count: u32 = 4 - shortHalf + VLC_START;
  let source = last - 1;
  while (source >= first) {
    if (ASC_FEATURE_SIMD) {
      // As many as there are in front of the first 0x7F or 0xFF.
      const bytes = v128.load(source - 15), low = i8x16.splat(0x7f);
      const turned = v128.shuffle<i8>(bytes, bytes, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
      const behind = 1 << min<u32>(<u32>(source + 1 - first), 16);
      const whole = ctz(i8x16.bitmask(i8x16.eq(v128.and(turned, low), low)) | behind);
      if (whole != 0) {
        storeBehind(to, turned, pending, count);
        to += whole;
        source -= whole;
        previous = load<u8>(source + 1);
        pending = previous >> (8 - count);
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
