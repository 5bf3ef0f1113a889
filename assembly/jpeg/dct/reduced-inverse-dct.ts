/**
 * Inverse DCT of one block to 4 by 4 or 2 by 2 samples (T.81 A.3.3 on a coarser grid), with dequantization
 * (A.3.4) and level shift (A.3.1), for samples of 8 and 12 bits.
 *
 * Each sample is the mean of the 2 by 2 or 4 by 4 that the whole inverse DCT would give. In that mean the
 * coefficients of index 4, or of 2, 4 and 6, cancel in either direction. The integer method of libjpeg, bit for
 * bit: columns, then rows; constants of 13 bits; two more bits kept between the passes, one for 12-bit samples.
 * With x0 to x7 the coefficients of a column or row, f = 2^14 for four samples:
 *
 *     e0 = f x0 + 15137 x2 - 6270 x6        o0 = 20995 x1 + 7373 x3 - 4926 x5 - 4176 x7
 *     e1 = f x0 - 15137 x2 + 6270 x6        o1 = 8697 x1 - 17799 x3 + 11893 x5 - 1730 x7
 *
 *     sample n = e[n] + o[n], sample 3 - n = e[n] - o[n], n = 0, 1
 *
 * and f = 2^15 for two:
 *
 *     e = f x0       o = 29692 x1 - 10426 x3 + 6967 x5 - 5906 x7
 *
 *     sample 0 = e + o, sample 1 = e - o
 */
import { zipHigh, zipLow } from '../../samples/vectors';
import { precision } from '../frame-header';
import { wideSteps } from './quantization-tables';

/** What the first pass leaves, 32 bits each: eight columns of four lines, or of two. */
const between: usize = memory.data(128, 16);

/** Bits by which the first pass rounds: those of the constants and of the mean, less what is kept. */
@inline
function firstShift(meanBits: i32): i32 {
  return 13 + meanBits - (precision > 8 ? 1 : 2);
}

/** Likewise the second one, with the 3 bits of the scale of the DCT. */
@inline
function secondShift(meanBits: i32): i32 {
  return 13 + meanBits + (precision > 8 ? 1 : 2) + 3;
}

/** `steps` as stepsOf gives them; `line`: bytes from a line of samples to the next. */
export function inverseDctTo4(block: usize, steps: usize, to: usize, line: usize): void {
  if (ASC_FEATURE_SIMD) columnsTo4Vectors(block, wideSteps(steps), firstShift(1));
  else columnsTo4Plain(block, wideSteps(steps), firstShift(1));
  if (ASC_FEATURE_SIMD) rowsTo4Vectors(to, line, secondShift(1));
  else for (let y: usize = 0; y < 4; y++, to += line) rowTo4(between + (y << 5), to, secondShift(1));
}

export function inverseDctTo2(block: usize, steps: usize, to: usize, line: usize): void {
  if (ASC_FEATURE_SIMD) columnsTo2Vectors(block, wideSteps(steps), firstShift(2));
  else columnsTo2Plain(block, wideSteps(steps), firstShift(2));
  for (let y: usize = 0; y < 2; y++, to += line) rowTo2(between + (y << 5), to, secondShift(2));
}

/** All `side` by `side` samples, 1 to 4, from the DC coefficient alone. */
export function reducedInverseDctOfDc(block: usize, steps: usize, to: usize, line: usize, side: i32): void {
  const coefficient = <i32>load<i16>(block) * load<i32>(wideSteps(steps));
  // The same as both passes: all roundings but the last one are exact.
  const sample = bounded((coefficient + 4) >> 3);
  for (let y = 0; y < side; y++, to += line) for (let x = 0; x < side; x++) storeSample(to, x, sample);
}

/** A sample from its value around 0. */
@inline
function bounded(value: i32): i32 {
  // Bounded first: adding the level to what a broken stream has could wrap.
  return precision > 8 ? max(-2048, min(2047, value)) + 2048 : max(-128, min(127, value)) + 128;
}

@inline
function storeSample(to: usize, x: usize, sample: i32): void {
  if (precision > 8) store<u16>(to + (x << 1), sample);
  else store<u8>(to + x, sample);
}

@inline
function dequantized(block: usize, steps: usize, column: usize, row: usize): i32 {
  const position = (row << 3) + column;
  return <i32>load<i16>(block + (position << 1)) * load<i32>(steps + (position << 2));
}

function columnsTo4Plain(block: usize, steps: usize, shift: i32): void {
  const rounding = 1 << (shift - 1);
  for (let column: usize = 0; column < 8; column++) {
    const x1 = dequantized(block, steps, column, 1), x3 = dequantized(block, steps, column, 3);
    const x5 = dequantized(block, steps, column, 5), x7 = dequantized(block, steps, column, 7);
    const outer = 15137 * dequantized(block, steps, column, 2) - 6270 * dequantized(block, steps, column, 6);
    const sum = (dequantized(block, steps, column, 0) << 14) + rounding;
    const o0 = 20995 * x1 + 7373 * x3 - 4926 * x5 - 4176 * x7;
    const o1 = 8697 * x1 - 17799 * x3 + 11893 * x5 - 1730 * x7;
    const to = between + (column << 2);
    store<i32>(to, (sum + outer + o0) >> shift, 0);
    store<i32>(to, (sum - outer + o1) >> shift, 32);
    store<i32>(to, (sum - outer - o1) >> shift, 64);
    store<i32>(to, (sum + outer - o0) >> shift, 96);
  }
}

function rowTo4(from: usize, to: usize, shift: i32): void {
  const x1 = load<i32>(from, 4), x3 = load<i32>(from, 12), x5 = load<i32>(from, 20), x7 = load<i32>(from, 28);
  const outer = 15137 * load<i32>(from, 8) - 6270 * load<i32>(from, 24);
  const sum = (load<i32>(from, 0) << 14) + (1 << (shift - 1));
  const o0 = 20995 * x1 + 7373 * x3 - 4926 * x5 - 4176 * x7;
  const o1 = 8697 * x1 - 17799 * x3 + 11893 * x5 - 1730 * x7;
  storeSample(to, 0, bounded((sum + outer + o0) >> shift));
  storeSample(to, 1, bounded((sum - outer + o1) >> shift));
  storeSample(to, 2, bounded((sum - outer - o1) >> shift));
  storeSample(to, 3, bounded((sum + outer - o0) >> shift));
}

function columnsTo2Plain(block: usize, steps: usize, shift: i32): void {
  const rounding = 1 << (shift - 1);
  for (let column: usize = 0; column < 8; column++) {
    const sum = (dequantized(block, steps, column, 0) << 15) + rounding;
    const odd = 29692 * dequantized(block, steps, column, 1) - 10426 * dequantized(block, steps, column, 3) +
      6967 * dequantized(block, steps, column, 5) - 5906 * dequantized(block, steps, column, 7);
    store<i32>(between + (column << 2), (sum + odd) >> shift, 0);
    store<i32>(between + (column << 2), (sum - odd) >> shift, 32);
  }
}

function rowTo2(from: usize, to: usize, shift: i32): void {
  const sum = (load<i32>(from, 0) << 15) + (1 << (shift - 1));
  const odd = 29692 * load<i32>(from, 4) - 10426 * load<i32>(from, 12) + 6967 * load<i32>(from, 20) -
    5906 * load<i32>(from, 28);
  storeSample(to, 0, bounded((sum + odd) >> shift));
  storeSample(to, 1, bounded((sum - odd) >> shift));
}

/*
 * The vectors work on four columns (rows) at a time, in 32 bits throughout: coefficients of 12-bit samples
 * need them, and blocks that are reduced are few.
 */

@inline
function dequantizedRow(block: usize, steps: usize, row: usize): v128 {
  return i32x4.mul(v128.load16x4_s(block + (row << 4)), v128.load(steps + (row << 5)));
}

@inline
function times(x: v128, constant: i32): v128 {
  return i32x4.mul(x, i32x4.splat(constant));
}

@inline
function fourTimes(a: v128, p: i32, b: v128, q: i32, c: v128, r: i32, d: v128, s: i32): v128 {
  return i32x4.add(i32x4.add(times(a, p), times(b, q)), i32x4.add(times(c, r), times(d, s)));
}

function columnsTo4Vectors(block: usize, steps: usize, shift: i32): void {
  const rounding = i32x4.splat(1 << (shift - 1));
  for (let to = between; to < between + 32; to += 16, block += 8, steps += 16) {
    const x1 = dequantizedRow(block, steps, 1), x3 = dequantizedRow(block, steps, 3);
    const x5 = dequantizedRow(block, steps, 5), x7 = dequantizedRow(block, steps, 7);
    const o0 = fourTimes(x1, 20995, x3, 7373, x5, -4926, x7, -4176);
    const o1 = fourTimes(x1, 8697, x3, -17799, x5, 11893, x7, -1730);
    const x2 = dequantizedRow(block, steps, 2), x6 = dequantizedRow(block, steps, 6);
    const outer = i32x4.add(times(x2, 15137), times(x6, -6270));
    const sum = i32x4.add(i32x4.shl(dequantizedRow(block, steps, 0), 14), rounding);
    const e0 = i32x4.add(sum, outer), e1 = i32x4.sub(sum, outer);
    v128.store(to, i32x4.shr_s(i32x4.add(e0, o0), shift), 0);
    v128.store(to, i32x4.shr_s(i32x4.add(e1, o1), shift), 32);
    v128.store(to, i32x4.shr_s(i32x4.sub(e1, o1), shift), 64);
    v128.store(to, i32x4.shr_s(i32x4.sub(e0, o0), shift), 96);
  }
}

function rowsTo4Vectors(to: usize, line: usize, shift: i32): void {
  // Rows 0 to 3 side by side: columns 0 to 3 of them, then 4 to 7.
  const a01 = zipLow<i32>(v128.load(between, 0), v128.load(between, 32));
  const a23 = zipHigh<i32>(v128.load(between, 0), v128.load(between, 32));
  const b01 = zipLow<i32>(v128.load(between, 64), v128.load(between, 96));
  const b23 = zipHigh<i32>(v128.load(between, 64), v128.load(between, 96));
  const c01 = zipLow<i32>(v128.load(between, 16), v128.load(between, 48));
  const c23 = zipHigh<i32>(v128.load(between, 16), v128.load(between, 48));
  const d01 = zipLow<i32>(v128.load(between, 80), v128.load(between, 112));
  const d23 = zipHigh<i32>(v128.load(between, 80), v128.load(between, 112));
  const x1 = zipHigh<i64>(a01, b01), x3 = zipHigh<i64>(a23, b23);
  const x5 = zipHigh<i64>(c01, d01), x7 = zipHigh<i64>(c23, d23);
  const o0 = fourTimes(x1, 20995, x3, 7373, x5, -4926, x7, -4176);
  const o1 = fourTimes(x1, 8697, x3, -17799, x5, 11893, x7, -1730);
  const outer = i32x4.add(times(zipLow<i64>(a23, b23), 15137), times(zipLow<i64>(c23, d23), -6270));
  const sum = i32x4.add(i32x4.shl(zipLow<i64>(a01, b01), 14), i32x4.splat(1 << (shift - 1)));
  const e0 = i32x4.add(sum, outer), e1 = i32x4.sub(sum, outer);
  // Samples 0 and 2, 1 and 3 of each row, then in order: 16 bits each, two rows to a vector.
  const samples02 = i16x8.narrow_i32x4_s(
    i32x4.shr_s(i32x4.add(e0, o0), shift), i32x4.shr_s(i32x4.sub(e1, o1), shift),
  );
  const samples13 = i16x8.narrow_i32x4_s(
    i32x4.shr_s(i32x4.add(e1, o1), shift), i32x4.shr_s(i32x4.sub(e0, o0), shift),
  );
  const samples01 = zipLow<i16>(samples02, samples13), samples23 = zipHigh<i16>(samples02, samples13);
  const rows01 = zipLow<i32>(samples01, samples23), rows23 = zipHigh<i32>(samples01, samples23);
  if (precision > 8) {
    const level = i16x8.splat(2048), most = i16x8.splat(4095), zero = i16x8.splat(0);
    const upper = i16x8.min_s(i16x8.max_s(i16x8.add_sat_s(rows01, level), zero), most);
    const lower = i16x8.min_s(i16x8.max_s(i16x8.add_sat_s(rows23, level), zero), most);
    v128.store64_lane(to, upper, 0);
    v128.store64_lane(to + line, upper, 1);
    v128.store64_lane(to + line * 2, lower, 0);
    v128.store64_lane(to + line * 3, lower, 1);
  } else {
    const level = i16x8.splat(128);
    const rows = i8x16.narrow_i16x8_u(i16x8.add_sat_s(rows01, level), i16x8.add_sat_s(rows23, level));
    v128.store32_lane(to, rows, 0);
    v128.store32_lane(to + line, rows, 1);
    v128.store32_lane(to + line * 2, rows, 2);
    v128.store32_lane(to + line * 3, rows, 3);
  }
}

function columnsTo2Vectors(block: usize, steps: usize, shift: i32): void {
  const rounding = i32x4.splat(1 << (shift - 1));
  for (let to = between; to < between + 32; to += 16, block += 8, steps += 16) {
    const sum = i32x4.add(i32x4.shl(dequantizedRow(block, steps, 0), 15), rounding);
    const odd = fourTimes(
      dequantizedRow(block, steps, 1), 29692, dequantizedRow(block, steps, 3), -10426,
      dequantizedRow(block, steps, 5), 6967, dequantizedRow(block, steps, 7), -5906,
    );
    v128.store(to, i32x4.shr_s(i32x4.add(sum, odd), shift), 0);
    v128.store(to, i32x4.shr_s(i32x4.sub(sum, odd), shift), 32);
  }
}
