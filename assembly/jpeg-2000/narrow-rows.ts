/**
 * Rows of i16 and rows of i32 into each other. Rows of one kind are as far apart as their samples ask for, so rows that
 * lie one behind the other move when they are widened.
 */

/** Bytes in front of a row, one coefficient of which the filters fill in, and behind it. */
export const ROW_LEAD: usize = 16;
export const ROW_TRAIL: usize = 64;

/** From row to row, for rows of `width` i16 (`narrow`), i32 or f32. */
@inline
export function rowStride(width: u32, narrow: bool): u64 {
  return ((<u64>width << (narrow ? 1 : 2)) + ROW_LEAD + ROW_TRAIL + 15) & ~15;
}

/** The magnitude that stands for larger ones as well. */
export const LARGEST_NARROW: i32 = 0x7fff;

/**
 * Writes `count` i32 plus `offset` as i16, those beyond as the nearest one that there is. Up to 28 bytes more are read, up to 14
 * more written.
 * @returns the largest magnitude written: LARGEST_NARROW and above where one did not fit
 */
export function narrowRow(from: usize, to: usize, count: i32, offset: i32): i32 {
  if (ASC_FEATURE_SIMD) return narrowVectors(from, to, count, offset);
  let largest = 0;
  for (let x = 0; x < count; x++) {
    const value = min(max(load<i32>(from + (x << 2)) + offset, i16.MIN_VALUE), i16.MAX_VALUE);
    store<i16>(to + (x << 1), <i16>value);
    largest = max(largest, abs(value));
  }
  return largest;
}

function narrowVectors(from: usize, to: usize, count: i32, offset: i32): i32 {
  const offsets = i32x4.splat(offset);
  let largest = i16x8.splat(0);
  let x = 0;
  for (; x + 8 <= count; x += 8) {
    const p = from + (x << 2);
    const row = i16x8.narrow_i32x4_s(i32x4.add(v128.load(p), offsets), i32x4.add(v128.load(p, 16), offsets));
    v128.store(to + (x << 1), row);
    largest = i16x8.max_u(largest, i16x8.abs(row));
  }
  let most = highestLane(largest);
  for (; x < count; x++) {
    const value = min(max(load<i32>(from + (x << 2)) + offset, i16.MIN_VALUE), i16.MAX_VALUE);
    store<i16>(to + (x << 1), <i16>value);
    most = max(most, abs(value));
  }
  return most;
}

/** The largest magnitude of `count` i16. */
export function largestNarrow(row: usize, count: i32): i32 {
  let most = 0, x = 0;
  if (ASC_FEATURE_SIMD) {
    let largest = i16x8.splat(0);
    for (; x + 8 <= count; x += 8) largest = i16x8.max_u(largest, i16x8.abs(v128.load(row + (x << 1))));
    most = highestLane(largest);
  }
  for (; x < count; x++) most = max(most, abs(<i32>load<i16>(row + (x << 1))));
  return most;
}

/** The largest of eight u16. */
@inline
export function highestLane(lanes: v128): i32 {
  let most = i16x8.max_u(lanes, v128.shuffle<i16>(lanes, lanes, 4, 5, 6, 7, 0, 1, 2, 3));
  most = i16x8.max_u(most, v128.shuffle<i16>(most, most, 2, 3, 0, 1, 4, 5, 6, 7));
  return max(i16x8.extract_lane_u(most, 0), i16x8.extract_lane_u(most, 1));
}

/** Writes `count` i16 as i32, less `offset`. Up to 14 bytes more are read, up to 28 more written. `from` and `to` are apart. */
export function widenRow(from: usize, to: usize, count: i32, offset: i32): void {
  if (ASC_FEATURE_SIMD) {
    const offsets = i32x4.splat(offset);
    for (let x = 0; x < count; x += 8) {
      const row = v128.load(from + (x << 1));
      v128.store(to + (x << 2), i32x4.sub(i32x4.extend_low_i16x8_s(row), offsets));
      v128.store(to + (x << 2), i32x4.sub(i32x4.extend_high_i16x8_s(row), offsets), 16);
    }
    return;
  }
  for (let x = 0; x < count; x++) store<i32>(to + (x << 2), <i32>load<i16>(from + (x << 1)) - offset);
}

/** Writes `count` i32 plus `offset`; up to 12 bytes more. */
export function shiftRow(from: usize, to: usize, count: i32, offset: i32): void {
  if (ASC_FEATURE_SIMD) {
    const offsets = i32x4.splat(offset);
    for (let p = 0; p < count << 2; p += 16) v128.store(to + p, i32x4.add(v128.load(from + p), offsets));
    return;
  }
  for (let x = 0; x < count; x++) store<i32>(to + (x << 2), load<i32>(from + (x << 2)) + offset);
}

/** Rows one behind the other become i32 where they stand: from the last one, so that none is overwritten before it was read. */
export function widenRows(first: usize, width: u32, count: i32): void {
  const narrow = <usize>rowStride(width, true), wide = <usize>rowStride(width, false);
  for (let row = count - 1; row >= 0; row--) {
    const from = first + ROW_LEAD + row * narrow, to = first + ROW_LEAD + row * wide;
    for (let x = <i32>width - 1; x >= 0; x--) store<i32>(to + (x << 2), load<i16>(from + (x << 1)));
  }
}
