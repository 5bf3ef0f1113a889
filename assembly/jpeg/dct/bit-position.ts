/**
 * Where reading stands in an entropy-coded segment, kept here between the procedures. Each takes the state
 * into locals, works, and keeps it again:
 *
 *     stream |= load<u64>(from) >> left;        refills `stream` to 56 bits and more
 *     from = from + <usize>(left >>> 3) - 7;
 *     left |= 56;
 *
 * `stream` has the next bits, most significant first; below the first `left` of them they may be there or be
 * 0. See entropy-coded-segments.ts for the order of the bytes.
 */

export let bits: u64 = 0;
export let held: u64 = 0;
/** Where the next 64 bits are loaded. */
export let next: usize = 0;
/** End of the entropy-coded segment. */
let stop: usize = 0;

/** Starts reading an entropy-coded segment: `from` and `to` as segmentStart and segmentStop give them. */
export function openSegment(from: usize, to: usize): void {
  bits = 0;
  held = 0;
  next = from - 8;
  stop = to;
}

@inline
export function keepPosition(stream: u64, left: u64, from: usize): void {
  bits = stream;
  held = left;
  next = from;
}

/** Bits of the segment that have not been read; negative where reading went past its end. */
export function bitsLeft(): i64 {
  return (<i64>(next + 8) - <i64>stop) * 8 + <i64>held;
}
