/**
 * The entropy-coded segments of one scan (T.81 B.1.1.5), made ready for fast bit reading.
 *
 * They are copied once with the stuffed zero bytes left out and the BYTES IN REVERSE ORDER: byte i of the
 * scan stands at `top - 1 - i`. A little-endian load of 64 bits that ends where reading stands then has the
 * next bit of the stream as its most significant bit, so a reader refills without swapping bytes, without
 * looking for markers, without a branch.
 *
 *     stream:  A1 B2 C3 | RST0 | D4 E5        memory:  ..  E5 D4 C3 B2 A1
 *                                                          ^     ^        ^ start of segment 0 = top
 *                                     end of segment 1     start of segment 1 = end of segment 0
 */
import { take } from '../kernel/arena';
import { fail } from '../kernel/blocks';
import { inputEnd } from '../kernel/input';
import { Status } from '../kernel/status';
import { Marker, offsetOf } from './markers';

/** Bytes in front of the copy that vector stores and a reader that has just started may touch. */
const SLACK: usize = 64;

/** Entropy-coded segments found, no more than were asked for. */
export let segmentCount: i32 = 0;
/** Address of the marker behind the scan, or of the end of the input. */
export let scanEnd: usize = 0;
/** Address of the first restart marker that is not the one that belongs there, 0 where all are. */
export let strayRestart: usize = 0;

/** The start of each segment, then the end of the last one: addresses in the copy. */
let boundaries: usize = 0;

/** Address behind the first byte of a segment: reading goes down from here. */
@inline
export function segmentStart(index: i32): usize {
  return load<usize>(boundaries + (index << 2));
}

/** Address of the last byte of a segment. */
@inline
export function segmentStop(index: i32): usize {
  return load<usize>(boundaries + (index << 2), 4);
}

/**
 * Copies the scan that starts at `from`, up to the first marker that is not RSTm.
 * @param intervals restart intervals that the scan may need; 1 where restart is not enabled
 * @param restarts whether restart is enabled
 * @param lookBehind bytes that the reader may go past the end of a segment before it asks whether it did
 * @param resynchronize goes on behind a restart marker that is not the one that belongs there, and sets
 *   strayRestart. One or two numbers too high: as many segments are lost, and empty here. One or two too low:
 *   it is passed over. Else it is taken for the one that belongs there.
 */
export function gatherScan(
  from: usize, intervals: u64, restarts: bool, lookBehind: u64, resynchronize: bool,
): i32 {
  const length = <u64>(inputEnd - from);
  // Each RSTm takes two bytes of the input and begins three segments at most, so there cannot be more than
  // this whatever the headers say.
  const capacity = <i32>min(intervals, (length / 2) * 3 + 2);
  boundaries = take((<u64>capacity + 1) << 2);
  const bottom = take(length + lookBehind + 2 * SLACK);
  if (boundaries == 0 || bottom == 0) return fail(Status.LimitMemory, offsetOf(from));

  const top = bottom + <usize>(length + lookBehind + SLACK);
  let source = from, target = top;
  let found = 1; // segments begun
  strayRestart = 0;
  store<usize>(boundaries, top);
  while (true) {
    if (ASC_FEATURE_SIMD) {
      const skipped = copyReversedVectors(source, target);
      source += skipped;
      target -= skipped;
    }
    // At most one vector is left in front of the next 0xFF, or of the end.
    while (source < inputEnd && load<u8>(source) != 0xff) {
      target--;
      store<u8>(target, load<u8>(source));
      source++;
    }
    // A last 0xFF without a second byte is an unfinished marker.
    if (source + 1 >= inputEnd) {
      source = inputEnd;
      break;
    }
    const code = <i32>load<u8>(source, 1);
    if (code == 0) {
      target--;
      store<u8>(target, 0xff);
      source += 2;
    } else if (code == 0xff) {
      source++;
    } else if (code >= Marker.RST0 && code <= Marker.RST7) {
      const ahead = (code - Marker.RST0 - found + 1) & 7;
      if (!restarts || (ahead != 0 && !resynchronize)) {
        return fail(Status.BadJpegRestartMarker, offsetOf(source), code - Marker.RST0);
      }
      if (ahead != 0 && strayRestart == 0) strayRestart = source;
      let segments = ahead == 1 || ahead == 2 ? ahead + 1 : ahead < 6 ? 1 : 0;
      for (; segments > 0; segments--) {
        // Leniency: markers beyond the last interval are passed over; some writers put one in front of EOI.
        if (found <= capacity) store<usize>(boundaries + (found << 2), target);
        found++;
      }
      source += 2;
    } else break;
  }
  segmentCount = min(found, capacity);
  if (found <= capacity) store<usize>(boundaries + (found << 2), target);
  scanEnd = source;
  // What is read past the end must not be what an earlier frame left there.
  const behind = <usize>lookBehind + SLACK;
  memory.fill(target - behind, 0, behind);
  return Status.Done;
}

/**
 * Copies vectors of 16 bytes up to the first 0xFF and returns how many bytes that were. The last vector is
 * stored whole, up to 16 bytes below what it is good for: the next store goes over it.
 */
function copyReversedVectors(source: usize, target: usize): usize {
  const start = source;
  while (source + 16 <= inputEnd) {
    const bytes = v128.load(source);
    v128.store(
      target - 16,
      i8x16.shuffle(bytes, bytes, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
    );
    const markers = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(-1)));
    if (markers) return source + <usize>ctz(markers) - start;
    source += 16;
    target -= 16;
  }
  return source - start;
}
