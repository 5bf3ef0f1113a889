/**
 * The entropy-coded segments of one scan (T.87 A.1, C.1), made ready for fast bit reading.
 *
 * They are copied once with the stuffed bits left out (the 0 in front of the seven bits behind each 0xFF) and the BYTES IN
 * REVERSE ORDER, as one long number whose most significant bit comes first. The 64 bits from any bit on are then one
 * little-endian load and one shift:
 *
 *     stream:  A1 B2 C3 | RST0 | D4 E5      memory:  E5 D4 00 .. 00 C3 B2 A1
 *                                                          gap            ^ start of segment 0
 *
 * A position counts bits from the bottom of the copy to the next bit to read, less 57: that many bits at least are good in
 * what `bitsAt` returns. Reading makes it smaller. No code consists of zeros alone: a reader that runs out of a segment
 * meets the gap of zeros, and there its last code is longer than any may be. So nobody has to ask where the end is.
 */
import { take } from '../kernel/arena';
import { fail } from '../kernel/blocks';
import { inputEnd } from '../kernel/input';
import { Status } from '../kernel/status';
import { Marker, offsetOf } from './markers';

/** Zeros behind each segment, in bytes: more than any code can use up, and the first bits of a load there. */
const GAP: usize = 40;
/** Bits of a load that are sure to be of the stream. */
const SURE_BITS: u32 = 57;
/** Bytes of input: positions have 32 bits. */
const LONGEST: u64 = 1 << 28;

/** Entropy-coded segments found, no more than were asked for. */
export let segmentCount: i32 = 0;
/** Address of the marker behind the scan, or of the end of the input. */
export let scanEnd: usize = 0;
/** The bottom of the copy. */
export let bottom: usize = 0;

/** For each segment the positions of its first bit and of the bit behind its last one. */
let positions: usize = 0;

@inline
export function segmentStart(index: i32): u32 {
  return load<u32>(positions + (index << 3));
}

@inline
export function segmentStop(index: i32): u32 {
  return load<u32>(positions + (index << 3), 4);
}

/** The next bits of the stream from a position on, the first one most significant: 57 to 64 of them, then zeros. */
@inline
export function bitsAt(base: usize, position: u32): u64 {
  return load<u64>(base + (position >>> 3)) << <u64>(~position & 7);
}

/** The same from a place that counts from address 0: a position, and 8 times `bottom`. */
@inline
export function bitsFrom(place: u64): u64 {
  return load<u64>(<usize>(place >>> 3)) << (~place & 7);
}

/** Where the next eight bytes of the copy end, and what is to be in them: `pending` bits, left aligned. */
let target: usize = 0;
let word: u64 = 0;
let pending: u64 = 0;

/**
 * Copies the scan that starts at `from`, up to the first marker that is not RSTm.
 * @param intervals restart intervals that the scan may need; 1 where restart is not enabled
 * @param restarts whether restart is enabled
 */
export function gatherScan(from: usize, intervals: u64, restarts: bool): i32 {
  const length = <u64>(inputEnd - from);
  if (length > LONGEST) return fail(Status.LimitMemory, offsetOf(from));
  // Each RSTm takes two bytes of the input, so there cannot be more segments than this whatever the headers say.
  const capacity = min(intervals, length / 2 + 2);
  const size = length + capacity * (GAP + 8) + 64;
  if (size > LONGEST << 1) return fail(Status.LimitMemory, offsetOf(from));
  positions = take(capacity << 3);
  bottom = take(size);
  if (positions == 0 || bottom == 0) return fail(Status.LimitMemory, offsetOf(from));

  target = bottom + <usize>size;
  segmentCount = 0;
  let found = 0; // segments that ended
  let source = from;
  beginSegment();
  let start = target;
  while (true) {
    source = copyBits(source);
    // An end of the input inside a marker ends the scan as well.
    const code = source + 1 < inputEnd ? <i32>load<u8>(source, 1) : <i32>Marker.None;
    if (code == 0xff) {
      source++;
      continue;
    }
    // Leniency: markers beyond the last interval are passed over; some writers put one in front of EOI.
    if (<u64>found < capacity) {
      endSegment(found, start);
      segmentCount = found + 1;
    }
    found++;
    if (code < Marker.RST0 || code > Marker.RST7) break;
    const expected = (found - 1) & 7;
    if (!restarts || code - Marker.RST0 != expected) {
      return fail(Status.BadJpegLsRestartMarker, offsetOf(source), code - Marker.RST0);
    }
    source += 2;
    if (<u64>found >= capacity) {
      scanEnd = skipToMarker(source);
      return Status.Done;
    }
    beginSegment();
    start = target;
  }
  scanEnd = source;
  return Status.Done;
}

/** Goes to the next marker that is not RSTm. */
function skipToMarker(source: usize): usize {
  for (; source + 1 < inputEnd; source++) {
    const code = <i32>load<u8>(source, 1);
    if (load<u8>(source) != 0xff || code < 0x80 || code == 0xff) continue;
    if (code < Marker.RST0 || code > Marker.RST7) return source;
  }
  return inputEnd;
}

function beginSegment(): void {
  word = pending = 0;
}

/** Writes what is pending and the gap, and notes where the segment is. */
function endSegment(index: i32, start: usize): void {
  const first = <u32>((start - bottom) << 3) - SURE_BITS;
  const bits = <u32>((start - target) << 3) + <u32>pending;
  store<u32>(positions + (index << 3), first);
  store<u32>(positions + (index << 3), first - bits, 4);
  target -= 8;
  store<u64>(target, word);
  target -= GAP;
  memory.fill(target, 0, GAP);
}

/** Copies up to the next 0xFF of a marker, whose address it returns, or up to the end of the input. */
function copyBits(source: usize): usize {
  while (source < inputEnd) {
    if (ASC_FEATURE_SIMD) source = copyVectors(source);
    // At most one vector is left in front of the next 0xFF, or of the end.
    let byte: u64 = 0;
    while (source < inputEnd) {
      byte = <u64>load<u8>(source);
      if (byte == 0xff) break;
      put(byte, 8);
      source++;
    }
    if (source >= inputEnd) return source;
    // The byte behind the last one is 0 in the margin: a 0xFF at the very end is taken for data.
    const next = <u64>load<u8>(source, 1);
    if (next >= 0x80) return source;
    put(0xff, 8);
    if (source + 1 < inputEnd) put(next, 7);
    source += 2;
  }
  return inputEnd;
}

/** Appends the low `count` bits of `bits`, which has no others. */
@inline
function put(bits: u64, count: u64): void {
  word |= (bits << (64 - count)) >>> pending;
  pending += count;
  if (pending >= 64) {
    target -= 8;
    store<u64>(target, word);
    pending -= 64;
    word = (bits << 1) << (63 - pending);
  }
}

/** Copies vectors that have no 0xFF in them. */
function copyVectors(source: usize): usize {
  const behind = pending, ahead = 63 - pending;
  let last = word, to = target;
  while (source + 16 <= inputEnd) {
    const bytes = v128.load(source);
    if (i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(-1)))) break;
    const reversed = i8x16.shuffle(bytes, bytes, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const first = <u64>i64x2.extract_lane(reversed, 1), second = <u64>i64x2.extract_lane(reversed, 0);
    to -= 16;
    store<u64>(to, last | (first >>> behind), 8);
    store<u64>(to, ((first << 1) << ahead) | (second >>> behind));
    last = (second << 1) << ahead;
    source += 16;
  }
  word = last;
  target = to;
  return source;
}
