/** The HT cleanup pass, T.814 7.3: row of quads by row of quads, MEL, VLC and MagSgn together. */
import { unstuffMagSgn, unstuffVlc } from './ht-segment';
import {
  beginMagSgn,
  beginVectorRow,
  boundFirstRow,
  boundBytes,
  boundRow,
  BYTE_BOUND,
  CoefficientForm,
  decodeFourQuadsByBytes,
  decodeFourQuadsByVectors,
  decodeNarrowRowOneByOne,
  decodeRowOneByOne,
  endVectorRow,
  VECTOR_BOUND,
} from './mag-sgn-decoder';
import { beginMel } from './mel-decoder';
import { clearQuadRows, clearWideRow, CONTEXTS_ABOVE, QUADS_A, QUADS_B } from './quad-rows';
import { beginRow, beginVlc, decodeFirstRow, decodeFourQuads, finishRow } from './vlc-decoder';

/** Scup is at least 2 and at most this (7.1.1). */
const MAXIMUM_SUFFIX: i32 = 4079;
/** Doubled magnitudes of 30 bits above the half fit an i32. */
const MAXIMUM_BOUND: u32 = 30;

/** Two rows of a block whose size is not a whole number of vectors; up to three quads more than it has. */
const ROWS: usize = memory.data(2 * 4160, 64);
const ROW_BYTES: usize = 4160;

/**
 * Decodes a cleanup segment into all coefficients of the block.
 * @param plane its bit-plane, 0 to 29; 0 where they are whole or narrow
 * @returns false where the segment cannot be one; the coefficients mean nothing then
 */
export function cleanupPass(
  source: usize,
  length: i32,
  width: u32,
  height: u32,
  plane: i32,
  form: CoefficientForm,
  output: usize,
  stride: usize,
): bool {
  if (length < 2) return false;
  const last = source + length - 1;
  // Figure 3 and 7.1.1: Scup stands in the last byte and the lower half of the one before it.
  const suffix = (<i32>load<u8>(last) << 4) | (<i32>load<u8>(last - 1) & 15);
  if (suffix < 2 || suffix > length || suffix > MAXIMUM_SUFFIX) return false;
  const quads = (width + 1) >> 1;
  unstuffMagSgn(source, length - suffix, quads);
  unstuffVlc(last + 1 - suffix, last - 1, quads);
  beginMel(last + 1 - suffix, last);
  beginVlc();
  beginMagSgn(plane, form);
  clearQuadRows(quads);

  const rows = (height + 1) >> 1;
  const direct = (quads & 3) == 0 && (width & 1) == 0;
  const rowBytes = width << (form == CoefficientForm.Narrow ? 1 : 2);
  let row = QUADS_A, nextRow = QUADS_B;
  let wide = false;
  decodeFirstRow(quads, row);
  for (let r: u32 = 0; r < rows; r++) {
    const bound = r == 0 ? boundFirstRow(quads) : boundRow(quads, row, wide);
    if (bound + plane > MAXIMUM_BOUND) return false;
    const more = r + 1 < rows;
    if (more) contextsOf(row, quads);

    const target = output + <usize>(r << 1) * stride;
    const whole = direct && (more || (height & 1) == 0);
    const upper = whole ? target : ROWS, lower = whole ? target + stride : ROWS + ROW_BYTES;
    if (ASC_FEATURE_SIMD && bound <= VECTOR_BOUND) {
      wide = false;
      const next = more ? nextRow : 0;
      if (form == CoefficientForm.Narrow) {
        if (bound <= BYTE_BOUND) {
          boundBytes(bound);
          decodeByteRows(quads, row, next, upper, lower);
        } else decodeNarrowRows(quads, row, next, upper, lower);
      } else if (form == CoefficientForm.Whole) decodeWholeRows(quads, row, next, upper, lower);
      else decodeRows(quads, row, next, upper, lower);
    } else {
      if (!wide) clearWideRow(quads);
      wide = true;
      if (form == CoefficientForm.Narrow) decodeNarrowRowOneByOne(quads, row, upper, lower);
      else decodeRowOneByOne(quads, row, upper, lower);
      if (more) finishRow(beginRow(), 0, quads, nextRow);
    }
    if (!whole) {
      memory.copy(target, ROWS, rowBytes);
      if (more || (height & 1) == 0) memory.copy(target + stride, ROWS + ROW_BYTES, rowBytes);
    }
    const swapped = row;
    row = nextRow;
    nextRow = swapped;
  }
  return true;
}

/**
 * 7.3.5: what the row above says to the contexts of the next one, as offsets in the VLC table: whether a
 * coefficient is significant in its lower row above the quad or to the left of that (0x200), above its right
 * column or to the right of that (0x800).
 */
function contextsOf(row: usize, quads: u32): void {
  for (let q: u32 = 0; q < quads; q += ASC_FEATURE_SIMD ? 8 : 1) {
    const at = row + (q << 1);
    if (ASC_FEATURE_SIMD) {
      const own = i16x8.shl(v128.and(v128.load(at), i16x8.splat(0x0a)), 8);
      const left = i16x8.shl(v128.and(v128.load(at - 2), i16x8.splat(0x08)), 6);
      const right = i16x8.shl(v128.and(v128.load(at, 2), i16x8.splat(0x02)), 10);
      v128.store(CONTEXTS_ABOVE + (q << 1), v128.or(own, v128.or(left, right)));
    } else {
      const own = (<u32>load<u16>(at) & 0x0a) << 8;
      const left = (<u32>load<u16>(at - 2) & 0x08) << 6, right = (<u32>load<u16>(at, 2) & 0x02) << 10;
      store<u16>(CONTEXTS_ABOVE + (q << 1), <u16>(own | left | right));
    }
  }
}

/**
 * MagSgn of this row and VLC of the next one, if there is one, in one loop: the second waits for its tables
 * most of the time, the first never waits. Whole fours of quads together, then what is left of both; MagSgn
 * takes quads that are not there along, which are insignificant.
 */
@inline
function decodeBoth(
  quads: u32,
  row: usize,
  nextRow: usize,
  upper: usize,
  lower: usize,
  form: CoefficientForm,
  bytes: bool,
): void {
  let magSgn = beginVectorRow();
  let q: u32 = 0;
  if (nextRow != 0) {
    const fours = quads & ~3;
    let vlc = beginRow();
    for (; q < fours; q += 4) {
      vlc = decodeFourQuads(vlc, q, nextRow);
      magSgn = decodeFour(magSgn, q, row, upper, lower, form, bytes);
    }
    finishRow(vlc, fours, quads, nextRow);
  }
  for (; q < quads; q += 4) magSgn = decodeFour(magSgn, q, row, upper, lower, form, bytes);
  endVectorRow(magSgn);
}

/** Four quads by vectors of 16-bit lanes, or of `bytes`: narrow ones with no U_q above BYTE_BOUND. */
@inline
function decodeFour(
  at: u32,
  q: u32,
  row: usize,
  upper: usize,
  lower: usize,
  form: CoefficientForm,
  bytes: bool,
): u32 {
  if (bytes) return decodeFourQuadsByBytes(at, q, row, upper, lower);
  return decodeFourQuadsByVectors(at, q, row, upper, lower, form);
}

function decodeRows(quads: u32, row: usize, nextRow: usize, upper: usize, lower: usize): void {
  decodeBoth(quads, row, nextRow, upper, lower, CoefficientForm.Doubled, false);
}

/** The same for coefficients that are what they were before coding: all of a lossless codestream. */
function decodeWholeRows(quads: u32, row: usize, nextRow: usize, upper: usize, lower: usize): void {
  decodeBoth(quads, row, nextRow, upper, lower, CoefficientForm.Whole, false);
}

function decodeNarrowRows(quads: u32, row: usize, nextRow: usize, upper: usize, lower: usize): void {
  decodeBoth(quads, row, nextRow, upper, lower, CoefficientForm.Narrow, false);
}

/** The same as narrow rows where no U_q is above BYTE_BOUND: as most rows of samples of eight bits are, and many others. */
function decodeByteRows(quads: u32, row: usize, nextRow: usize, upper: usize, lower: usize): void {
  decodeBoth(quads, row, nextRow, upper, lower, CoefficientForm.Narrow, true);
}
