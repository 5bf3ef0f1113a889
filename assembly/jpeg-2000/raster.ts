/**
 * Coefficients out of the scan order of the block decoder (Figure D.1) into rows: a stripe is a matrix of
 * four rows that lies there column by column. On the way sign and magnitude become two's complement.
 */

import { highestLane } from './narrow-rows';

const MAGNITUDE: u32 = 0x7fffffff;

/**
 * Writes `height` rows of `columns` coefficients, `stride` bytes apart, and nothing else.
 * @param coefficients sign in bit 31, doubled magnitude below; `stripes` times `columns` times four of them
 * @param halved whether the last bit of the magnitude is dropped
 */
export function writeCoefficients(
  coefficients: usize,
  columns: u32,
  stripes: u32,
  height: u32,
  output: usize,
  stride: u32,
  halved: bool,
): void {
  for (let stripe: u32 = 0; stripe < stripes; stripe++) {
    const rows = min<u32>(4, height - (stripe << 2));
    const from = coefficients + (stripe * columns << 4), to = output + (stripe << 2) * stride;
    let column: u32 = 0;
    if (ASC_FEATURE_SIMD && rows == 4) {
      for (; column + 4 <= columns; column += 4) {
        writeFourByFour(from + (column << 4), to + (column << 2), stride, <i32>halved);
      }
    }
    for (; column < columns; column++) {
      for (let row: u32 = 0; row < rows; row++) {
        const coefficient = load<u32>(from + (column << 4) + (row << 2));
        const magnitude = <i32>((coefficient & MAGNITUDE) >> <u32>halved);
        store<i32>(to + row * stride + (column << 2), <i32>coefficient < 0 ? -magnitude : magnitude);
      }
    }
  }
}

/** Four columns of a stripe, transposed. */
@inline
function writeFourByFour(from: usize, to: usize, stride: u32, shift: i32): void {
  const a = v128.load(from), b = v128.load(from, 16), c = v128.load(from, 32), d = v128.load(from, 48);
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5), abRest = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5), cdRest = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, complement(v128.shuffle<i64>(ab, cd, 0, 2), shift));
  v128.store(to + stride, complement(v128.shuffle<i64>(ab, cd, 1, 3), shift));
  v128.store(to + (stride << 1), complement(v128.shuffle<i64>(abRest, cdRest, 0, 2), shift));
  v128.store(to + stride * 3, complement(v128.shuffle<i64>(abRest, cdRest, 1, 3), shift));
}

/** Two's complement of four coefficients. */
@inline
function complement(coefficients: v128, shift: i32): v128 {
  const sign = i32x4.shr_s(coefficients, 31);
  const magnitude = i32x4.shr_u(v128.and(coefficients, i32x4.splat(MAGNITUDE)), shift);
  return i32x4.sub(v128.xor(magnitude, sign), sign);
}

/**
 * The same as i16, without the last bit of the magnitude; those beyond become the nearest one that there is.
 * @returns the largest magnitude written: LARGEST_NARROW and above where one did not fit
 */
export function writeNarrowCoefficients(
  coefficients: usize,
  columns: u32,
  stripes: u32,
  height: u32,
  output: usize,
  stride: u32,
): i32 {
  if (ASC_FEATURE_SIMD) return writeNarrowByVectors(coefficients, columns, stripes, height, output, stride);
  let most = 0;
  for (let stripe: u32 = 0; stripe < stripes; stripe++) {
    const from = coefficients + (stripe * columns << 4), to = output + (stripe << 2) * stride;
    most = max(most, writeNarrowColumns(from, 0, columns, min<u32>(4, height - (stripe << 2)), to, stride));
  }
  return most;
}

function writeNarrowByVectors(
  coefficients: usize,
  columns: u32,
  stripes: u32,
  height: u32,
  output: usize,
  stride: u32,
): i32 {
  let most = 0;
  let largest = i16x8.splat(0);
  for (let stripe: u32 = 0; stripe < stripes; stripe++) {
    const rows = min<u32>(4, height - (stripe << 2));
    const from = coefficients + (stripe * columns << 4), to = output + (stripe << 2) * stride;
    let column: u32 = 0;
    if (rows == 4) {
      for (; column + 8 <= columns; column += 8) {
        largest = i16x8.max_u(largest, writeEightByFour(from + (column << 4), to + (column << 1), stride));
      }
    }
    most = max(most, writeNarrowColumns(from, column, columns, rows, to, stride));
  }
  return max(most, highestLane(largest));
}

/** Columns from `column` on of a stripe of `rows` rows; returns the largest magnitude. */
function writeNarrowColumns(from: usize, column: u32, columns: u32, rows: u32, to: usize, stride: u32): i32 {
  let most = 0;
  for (; column < columns; column++) {
    for (let row: u32 = 0; row < rows; row++) {
      const coefficient = load<u32>(from + (column << 4) + (row << 2));
      const magnitude = <i32>((coefficient & MAGNITUDE) >> 1);
      const value = <i32>coefficient < 0 ? max(-magnitude, i16.MIN_VALUE) : min(magnitude, i16.MAX_VALUE);
      store<i16>(to + row * stride + (column << 1), <i16>value);
      most = max(most, abs(value));
    }
  }
  return most;
}

/** Eight columns of a stripe, transposed; returns the largest magnitudes. */
@inline
function writeEightByFour(from: usize, to: usize, stride: u32): v128 {
  // Two columns in each: four rows of the first, four of the second.
  const ab = narrowTwo(from), cd = narrowTwo(from + 32), ef = narrowTwo(from + 64), gh = narrowTwo(from + 96);
  const upper = v128.shuffle<i16>(ab, cd, 0, 4, 8, 12, 1, 5, 9, 13);
  const upperRest = v128.shuffle<i16>(ef, gh, 0, 4, 8, 12, 1, 5, 9, 13);
  const lower = v128.shuffle<i16>(ab, cd, 2, 6, 10, 14, 3, 7, 11, 15);
  const lowerRest = v128.shuffle<i16>(ef, gh, 2, 6, 10, 14, 3, 7, 11, 15);
  v128.store(to, v128.shuffle<i64>(upper, upperRest, 0, 2));
  v128.store(to + stride, v128.shuffle<i64>(upper, upperRest, 1, 3));
  v128.store(to + (stride << 1), v128.shuffle<i64>(lower, lowerRest, 0, 2));
  v128.store(to + stride * 3, v128.shuffle<i64>(lower, lowerRest, 1, 3));
  return i16x8.max_u(i16x8.max_u(i16x8.abs(ab), i16x8.abs(cd)), i16x8.max_u(i16x8.abs(ef), i16x8.abs(gh)));
}

/** Two columns of a stripe as i16. */
@inline
function narrowTwo(from: usize): v128 {
  return i16x8.narrow_i32x4_s(complement(v128.load(from), 1), complement(v128.load(from, 16), 1));
}
