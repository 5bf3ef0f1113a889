/**
 * Inverse DCT of one block of 8-bit samples (T.81 A.3.3), with dequantization (A.3.4) and level shift
 * (A.3.1).
 *
 * The accurate integer method of libjpeg, bit for bit: columns, then rows; constants of 13 bits; two more
 * bits kept between the passes. With x0 to x7 the coefficients of a column or row, f = 2^13:
 *
 *     e0 = f (x0 + x4) + 10703 x2 + 4433 x6       o0 = 11363 x1 + 9633 x3 + 6437 x5 + 2260 x7
 *     e1 = f (x0 - x4) + 4433 x2 - 10704 x6       o1 = 9633 x1 - 2259 x3 - 11362 x5 - 6436 x7
 *     e2 = f (x0 - x4) - 4433 x2 + 10704 x6       o2 = 6437 x1 - 11362 x3 + 2261 x5 + 9633 x7
 *     e3 = f (x0 + x4) - 10703 x2 - 4433 x6       o3 = 2260 x1 - 6436 x3 + 9633 x5 - 11363 x7
 *
 *     line n = e[n] + o[n], line 7 - n = e[n] - o[n], n = 0 to 3
 *
 * libjpeg factors the sums (Loeffler, Ligtenberg, Moschytz) so that pairs share products; its constants are
 * sums of those, hence -2259 beside 2260. Coefficients times steps are kept modulo 2^16, results of the first
 * pass are bounded to 16 bits: only broken streams have larger ones.
 */
import { zipHigh, zipLow } from '../../samples/vectors';

/**
 * Bits by which the passes round, and the rounding itself; that of the second pass has the level shift of
 * 128.
 */
const SHIFT_1: i32 = 11;
const SHIFT_2: i32 = 18;
const ROUND_1: i32 = 1 << 10;
const ROUND_2: i32 = (1 << 17) + (128 << 18);

/** What the first pass leaves, 16 bits each, columns as lines. */
const between: usize = memory.data(128, 16);

/** Every coefficient may be other than 0. `line`: bytes from a line of samples to the next. */
export function inverseDct(block: usize, steps: usize, to: usize, line: usize): void {
  if (ASC_FEATURE_SIMD) inverseDctVectors(block, steps, to, line);
  else inverseDctPlain(block, steps, to, line);
}

/** Only the upper left 4 by 4 coefficients may be other than 0. */
export function inverseDctOfQuarter(block: usize, steps: usize, to: usize, line: usize): void {
  if (ASC_FEATURE_SIMD) inverseDctOfQuarterVectors(block, steps, to, line);
  else inverseDctPlain(block, steps, to, line);
}

/** Only the DC coefficient may be other than 0: 64 times the same sample. */
export function inverseDctOfDc(block: usize, steps: usize, to: usize, line: usize): void {
  const coefficient = <i32>(<i16>(load<i16>(block) * load<i16>(steps)));
  // The same as both passes: f and the roundings leave an eighth, rounded.
  const sample = max(0, min(255, ((coefficient + 4) >> 3) + 128));
  const samples = <u64>sample * 0x0101010101010101;
  for (let y = 0; y < 8; y++, to += line) store<u64>(to, samples);
}

function inverseDctPlain(block: usize, steps: usize, to: usize, line: usize): void {
  for (let x: usize = 0; x < 16; x += 2) {
    firstPass(
      dequantized(block + x, steps + x), dequantized(block + x + 16, steps + x + 16),
      dequantized(block + x + 32, steps + x + 32), dequantized(block + x + 48, steps + x + 48),
      dequantized(block + x + 64, steps + x + 64), dequantized(block + x + 80, steps + x + 80),
      dequantized(block + x + 96, steps + x + 96), dequantized(block + x + 112, steps + x + 112),
      between + (x << 3),
    );
  }
  for (let y: usize = 0; y < 8; y++, to += line) {
    const from = between + (y << 1);
    secondPass(
      load<i16>(from, 0), load<i16>(from, 16), load<i16>(from, 32), load<i16>(from, 48),
      load<i16>(from, 64), load<i16>(from, 80), load<i16>(from, 96), load<i16>(from, 112), to,
    );
  }
}

@inline
function dequantized(coefficient: usize, step: usize): i32 {
  return <i32>(<i16>(load<i16>(coefficient) * load<i16>(step)));
}

/** A column; its eight results go next to each other. */
function firstPass(
  x0: i32, x1: i32, x2: i32, x3: i32, x4: i32, x5: i32, x6: i32, x7: i32, to: usize,
): void {
  const sum = ((x0 + x4) << 13) + ROUND_1, difference = ((x0 - x4) << 13) + ROUND_1;
  const outer = 10703 * x2 + 4433 * x6, inner = 4433 * x2 - 10704 * x6;
  storeLines(to, 0, sum + outer, 11363 * x1 + 9633 * x3 + 6437 * x5 + 2260 * x7);
  storeLines(to, 1, difference + inner, 9633 * x1 - 2259 * x3 - 11362 * x5 - 6436 * x7);
  storeLines(to, 2, difference - inner, 6437 * x1 - 11362 * x3 + 2261 * x5 + 9633 * x7);
  storeLines(to, 3, sum - outer, 2260 * x1 - 6436 * x3 + 9633 * x5 - 11363 * x7);
}

@inline
function storeLines(to: usize, n: usize, even: i32, odd: i32): void {
  store<i16>(to + 2 * n, bounded((even + odd) >> SHIFT_1));
  store<i16>(to + 2 * (7 - n), bounded((even - odd) >> SHIFT_1));
}

@inline
function bounded(value: i32): i16 {
  return <i16>max(-32768, min(32767, value));
}

/** A row; its eight samples go next to each other. */
function secondPass(
  x0: i32, x1: i32, x2: i32, x3: i32, x4: i32, x5: i32, x6: i32, x7: i32, to: usize,
): void {
  const sum = ((x0 + x4) << 13) + ROUND_2, difference = ((x0 - x4) << 13) + ROUND_2;
  const outer = 10703 * x2 + 4433 * x6, inner = 4433 * x2 - 10704 * x6;
  storeSamples(to, 0, sum + outer, 11363 * x1 + 9633 * x3 + 6437 * x5 + 2260 * x7);
  storeSamples(to, 1, difference + inner, 9633 * x1 - 2259 * x3 - 11362 * x5 - 6436 * x7);
  storeSamples(to, 2, difference - inner, 6437 * x1 - 11362 * x3 + 2261 * x5 + 9633 * x7);
  storeSamples(to, 3, sum - outer, 2260 * x1 - 6436 * x3 + 9633 * x5 - 11363 * x7);
}

@inline
function storeSamples(to: usize, n: usize, even: i32, odd: i32): void {
  store<u8>(to + n, max(0, min(255, (even + odd) >> SHIFT_2)));
  store<u8>(to + (7 - n), max(0, min(255, (even - odd) >> SHIFT_2)));
}

/*
 * The vectors work on four columns (rows) at a time. Two coefficients stand side by side in each, so that one
 * multiplication gives both products and their sum. Constants are loaded where they are used: engines hoist
 * constants out of straight code and then run out of registers.
 */

const SUM_04 = memory.data<i16>([8192, 8192, 8192, 8192, 8192, 8192, 8192, 8192], 16);
const DIFFERENCE_04 = memory.data<i16>([8192, -8192, 8192, -8192, 8192, -8192, 8192, -8192], 16);
const OUTER_26 = memory.data<i16>([10703, 4433, 10703, 4433, 10703, 4433, 10703, 4433], 16);
const INNER_26 = memory.data<i16>([4433, -10704, 4433, -10704, 4433, -10704, 4433, -10704], 16);
const LINE0_17 = memory.data<i16>([11363, 2260, 11363, 2260, 11363, 2260, 11363, 2260], 16);
const LINE0_35 = memory.data<i16>([9633, 6437, 9633, 6437, 9633, 6437, 9633, 6437], 16);
const LINE1_17 = memory.data<i16>([9633, -6436, 9633, -6436, 9633, -6436, 9633, -6436], 16);
const LINE1_35 = memory.data<i16>([-2259, -11362, -2259, -11362, -2259, -11362, -2259, -11362], 16);
const LINE2_17 = memory.data<i16>([6437, 9633, 6437, 9633, 6437, 9633, 6437, 9633], 16);
const LINE2_35 = memory.data<i16>([-11362, 2261, -11362, 2261, -11362, 2261, -11362, 2261], 16);
const LINE3_17 = memory.data<i16>([2260, -11363, 2260, -11363, 2260, -11363, 2260, -11363], 16);
const LINE3_35 = memory.data<i16>([-6436, 9633, -6436, 9633, -6436, 9633, -6436, 9633], 16);
/** For the quarter: x0 beside x2, x1 beside x3. */
const EVEN0_02 = memory.data<i16>([8192, 10703, 8192, 10703, 8192, 10703, 8192, 10703], 16);
const EVEN1_02 = memory.data<i16>([8192, 4433, 8192, 4433, 8192, 4433, 8192, 4433], 16);
const EVEN2_02 = memory.data<i16>([8192, -4433, 8192, -4433, 8192, -4433, 8192, -4433], 16);
const EVEN3_02 = memory.data<i16>([8192, -10703, 8192, -10703, 8192, -10703, 8192, -10703], 16);
const LINE0_13 = memory.data<i16>([11363, 9633, 11363, 9633, 11363, 9633, 11363, 9633], 16);
const LINE1_13 = memory.data<i16>([9633, -2259, 9633, -2259, 9633, -2259, 9633, -2259], 16);
const LINE2_13 = memory.data<i16>([6437, -11362, 6437, -11362, 6437, -11362, 6437, -11362], 16);
const LINE3_13 = memory.data<i16>([2260, -6436, 2260, -6436, 2260, -6436, 2260, -6436], 16);
const ROUNDING_1 = memory.data<i32>([1024, 1024, 1024, 1024], 16);
const ROUNDING_2 = memory.data<i32>([33685504, 33685504, 33685504, 33685504], 16);

/** Two products and their sum, in each of four columns. */
@inline
function products(pairs: v128, constants: usize): v128 {
  return i32x4.dot_i16x8_s(pairs, v128.load(constants));
}

@inline
function dequantize(block: usize, steps: usize): v128 {
  return i16x8.mul(v128.load(block), v128.load(steps));
}

function inverseDctVectors(block: usize, steps: usize, to: usize, line: usize): void {
  const x0 = dequantize(block, steps), x4 = dequantize(block + 64, steps + 64);
  const x2 = dequantize(block + 32, steps + 32), x6 = dequantize(block + 96, steps + 96);
  const x1 = dequantize(block + 16, steps + 16), x7 = dequantize(block + 112, steps + 112);
  const x3 = dequantize(block + 48, steps + 48), x5 = dequantize(block + 80, steps + 80);
  fourColumns(zipLow<i16>(x0, x4), zipLow<i16>(x2, x6), zipLow<i16>(x1, x7), zipLow<i16>(x3, x5), between);
  fourColumns(
    zipHigh<i16>(x0, x4), zipHigh<i16>(x2, x6), zipHigh<i16>(x1, x7), zipHigh<i16>(x3, x5), between + 64,
  );
  const y0 = v128.load(between, 0), y1 = v128.load(between, 16);
  const y2 = v128.load(between, 32), y3 = v128.load(between, 48);
  const y4 = v128.load(between, 64), y5 = v128.load(between, 80);
  const y6 = v128.load(between, 96), y7 = v128.load(between, 112);
  fourRows(zipLow<i16>(y0, y4), zipLow<i16>(y2, y6), zipLow<i16>(y1, y7), zipLow<i16>(y3, y5), to, line);
  fourRows(
    zipHigh<i16>(y0, y4), zipHigh<i16>(y2, y6), zipHigh<i16>(y1, y7), zipHigh<i16>(y3, y5),
    to + (line << 2), line,
  );
}

/** Four columns of the first pass, stored as four lines of eight. */
@inline
function fourColumns(x04: v128, x26: v128, x17: v128, x35: v128, to: usize): void {
  const rounding = v128.load(ROUNDING_1);
  const sum = i32x4.add(products(x04, SUM_04), rounding), outer = products(x26, OUTER_26);
  const difference = i32x4.add(products(x04, DIFFERENCE_04), rounding), inner = products(x26, INNER_26);
  storeColumns(
    i32x4.add(sum, outer), i32x4.add(difference, inner), i32x4.sub(difference, inner), i32x4.sub(sum, outer),
    i32x4.add(products(x17, LINE0_17), products(x35, LINE0_35)),
    i32x4.add(products(x17, LINE1_17), products(x35, LINE1_35)),
    i32x4.add(products(x17, LINE2_17), products(x35, LINE2_35)),
    i32x4.add(products(x17, LINE3_17), products(x35, LINE3_35)),
    to,
  );
}

/** Sums, rounds and transposes: e and o as above, a column to a lane. */
@inline
function storeColumns(
  e0: v128, e1: v128, e2: v128, e3: v128, o0: v128, o1: v128, o2: v128, o3: v128, to: usize,
): void {
  const lines04 = rounded1(i32x4.add(e0, o0), i32x4.sub(e3, o3));
  const lines37 = rounded1(i32x4.add(e3, o3), i32x4.sub(e0, o0));
  const lines15 = rounded1(i32x4.add(e1, o1), i32x4.sub(e2, o2));
  const lines26 = rounded1(i32x4.add(e2, o2), i32x4.sub(e1, o1));
  const lines01 = zipLow<i16>(lines04, lines15), lines45 = zipHigh<i16>(lines04, lines15);
  const lines23 = zipLow<i16>(lines26, lines37), lines67 = zipHigh<i16>(lines26, lines37);
  const upper01 = zipLow<i32>(lines01, lines23), upper23 = zipHigh<i32>(lines01, lines23);
  const lower01 = zipLow<i32>(lines45, lines67), lower23 = zipHigh<i32>(lines45, lines67);
  v128.store(to, zipLow<i64>(upper01, lower01), 0);
  v128.store(to, zipHigh<i64>(upper01, lower01), 16);
  v128.store(to, zipLow<i64>(upper23, lower23), 32);
  v128.store(to, zipHigh<i64>(upper23, lower23), 48);
}

@inline
function rounded1(a: v128, b: v128): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(a, SHIFT_1), i32x4.shr_s(b, SHIFT_1));
}

/** Four rows of the second pass, stored as four lines of samples. */
@inline
function fourRows(x04: v128, x26: v128, x17: v128, x35: v128, to: usize, line: usize): void {
  const rounding = v128.load(ROUNDING_2);
  const sum = i32x4.add(products(x04, SUM_04), rounding), outer = products(x26, OUTER_26);
  const difference = i32x4.add(products(x04, DIFFERENCE_04), rounding), inner = products(x26, INNER_26);
  storeRows(
    i32x4.add(sum, outer), i32x4.add(difference, inner), i32x4.sub(difference, inner), i32x4.sub(sum, outer),
    i32x4.add(products(x17, LINE0_17), products(x35, LINE0_35)),
    i32x4.add(products(x17, LINE1_17), products(x35, LINE1_35)),
    i32x4.add(products(x17, LINE2_17), products(x35, LINE2_35)),
    i32x4.add(products(x17, LINE3_17), products(x35, LINE3_35)),
    to, line,
  );
}

/** Sums, rounds, bounds and transposes: e and o as above, a row to a lane. */
@inline
function storeRows(
  e0: v128, e1: v128, e2: v128, e3: v128, o0: v128, o1: v128, o2: v128, o3: v128, to: usize, line: usize,
): void {
  const columns04 = rounded2(i32x4.add(e0, o0), i32x4.sub(e3, o3));
  const columns37 = rounded2(i32x4.add(e3, o3), i32x4.sub(e0, o0));
  const columns15 = rounded2(i32x4.add(e1, o1), i32x4.sub(e2, o2));
  const columns26 = rounded2(i32x4.add(e2, o2), i32x4.sub(e1, o1));
  const columns0415 = i8x16.narrow_i16x8_u(columns04, columns15);
  const columns2637 = i8x16.narrow_i16x8_u(columns26, columns37);
  const columns0246 = zipLow<u8>(columns0415, columns2637);
  const columns1357 = zipHigh<u8>(columns0415, columns2637);
  const left = zipLow<u8>(columns0246, columns1357), right = zipHigh<u8>(columns0246, columns1357);
  const rows01 = zipLow<i32>(left, right), rows23 = zipHigh<i32>(left, right);
  v128.store64_lane(to, rows01, 0);
  v128.store64_lane(to + line, rows01, 1);
  v128.store64_lane(to + line * 2, rows23, 0);
  v128.store64_lane(to + line * 3, rows23, 1);
}

@inline
function rounded2(a: v128, b: v128): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(a, SHIFT_2), i32x4.shr_s(b, SHIFT_2));
}

function inverseDctOfQuarterVectors(block: usize, steps: usize, to: usize, line: usize): void {
  const x0 = i16x8.mul(v128.load64_zero(block), v128.load64_zero(steps));
  const x1 = i16x8.mul(v128.load64_zero(block, 16), v128.load64_zero(steps, 16));
  const x2 = i16x8.mul(v128.load64_zero(block, 32), v128.load64_zero(steps, 32));
  const x3 = i16x8.mul(v128.load64_zero(block, 48), v128.load64_zero(steps, 48));
  const x02 = zipLow<i16>(x0, x2), x13 = zipLow<i16>(x1, x3);
  const rounding = v128.load(ROUNDING_1);
  storeColumns(
    i32x4.add(products(x02, EVEN0_02), rounding), i32x4.add(products(x02, EVEN1_02), rounding),
    i32x4.add(products(x02, EVEN2_02), rounding), i32x4.add(products(x02, EVEN3_02), rounding),
    products(x13, LINE0_13), products(x13, LINE1_13), products(x13, LINE2_13), products(x13, LINE3_13),
    between,
  );
  const y0 = v128.load(between, 0), y1 = v128.load(between, 16);
  const y2 = v128.load(between, 32), y3 = v128.load(between, 48);
  fourRowsOfQuarter(zipLow<i16>(y0, y2), zipLow<i16>(y1, y3), to, line);
  fourRowsOfQuarter(zipHigh<i16>(y0, y2), zipHigh<i16>(y1, y3), to + (line << 2), line);
}

@inline
function fourRowsOfQuarter(x02: v128, x13: v128, to: usize, line: usize): void {
  const rounding = v128.load(ROUNDING_2);
  storeRows(
    i32x4.add(products(x02, EVEN0_02), rounding), i32x4.add(products(x02, EVEN1_02), rounding),
    i32x4.add(products(x02, EVEN2_02), rounding), i32x4.add(products(x02, EVEN3_02), rounding),
    products(x13, LINE0_13), products(x13, LINE1_13), products(x13, LINE2_13), products(x13, LINE3_13),
    to, line,
  );
}
