/**
 * MagSgn bits of the HT cleanup pass, T.814 7.3.3, 7.3.4 and 7.3.8: exponent bounds U_q, and the coefficients
 * of a row of quads.
 *
 * A significant coefficient has m = U_q - k bits, where k is 1 if its e_k bit is set, then a bit above them
 * which is its e_1 bit. That number, v, is 2 (magnitude - 1) + sign, the sign lowest. Coefficients that are
 * not significant have m = 0 and v = 0.
 *
 * As the bits of a block stand in one run, positions are sums of m: those of eight coefficients come out of a
 * few vector additions, and eight coefficients out of one window. That works for 16-bit lanes while U_q is at
 * most 15, for bytes while it is at most 8, which is decided for each row.
 */
import { MAG_SGN_BITS, MAG_SGN_START, magSgnEnd } from './ht-segment';
import { highestLane } from './narrow-rows';
import { EXPONENT_BOUNDS, GAMMA, LOWER_V, LOWER_V_WIDE, U_SUFFIXES } from './quad-rows';

/** How coefficients are written. */
export const enum CoefficientForm {
  /** i32, as code-block.ts has them. */
  Doubled,
  /** i32, without the last bit of that. */
  Halved,
  /** i32 of the lowest bit-plane, halved: what they were before coding. */
  Whole,
  /** The same as i16, and the largest magnitude is measured. */
  Narrow,
}

/** Largest U_q for which v fits the lanes of vectors. */
export const VECTOR_BOUND: u32 = 15;
/** Largest U_q for which v fits a byte. */
export const BYTE_BOUND: u32 = 8;

/** Position of the next MagSgn bit. */
let position: u32 = 0;
/** Bit-plane of the cleanup pass, the lowest of the magnitudes, and 1 where coefficients are halved. */
let plane: i32 = 0;
let drop: i32 = 0;

/** Narrow: no v of the block so far is larger, of rows of bytes and one by one, and in the lanes of vectors. */
let largestV: u32 = 0;
const LARGEST_V: usize = memory.data(16, 16);

/** Begins with the segment that was unstuffed last. */
export function beginMagSgn(cleanupPlane: i32, form: CoefficientForm): void {
  position = MAG_SGN_START;
  plane = cleanupPlane;
  drop = i32(form != CoefficientForm.Doubled);
  largestV = 0;
  memory.fill(LARGEST_V, 0, 16);
}

/** The largest magnitude of the narrow block that was decoded last, 1 at least; of rows of bytes what their U_q allow. */
export function largestMagnitude(): i32 {
  const most = ASC_FEATURE_SIMD ? max<u32>(largestV, <u32>highestLane(v128.load(LARGEST_V))) : largestV;
  return <i32>(most >> 1) + 1;
}

/** 7.3.7: U_q of the first row, where nothing is above: 1 + u_q. Returns the largest. */
export function boundFirstRow(quads: u32): u32 {
  let largest: u32 = 0;
  for (let q: u32 = 0; q < quads; q++) {
    const bound = 1 + <u32>load<u8>(U_SUFFIXES + q);
    store<u16>(EXPONENT_BOUNDS + (q << 1), <u16>bound);
    largest = max(largest, bound);
  }
  return largest;
}

/**
 * 7.3.7: U_q = max(1, gamma (E - 1)) + u_q, where E is the largest exponent of the four coefficients above:
 * those of the lower row, from one to the left of the quad to one to its right. E - 1 is the place of the
 * highest bit of v, and of the largest v that of all of them together.
 */
export function boundRow(quads: u32, row: usize, wide: bool): u32 {
  if (ASC_FEATURE_SIMD && !wide) return boundByVectors(quads, row);
  let largest: u32 = 0;
  for (let q: u32 = 0; q < quads; q++) {
    let above: u32;
    if (wide) {
      const lower = LOWER_V_WIDE + (q << 3);
      above = load<u32>(lower - 4) | load<u32>(lower) | load<u32>(lower, 4) | load<u32>(lower, 8);
    } else {
      const lower = LOWER_V + (q << 2);
      above = <u32>load<u16>(lower - 2) | load<u16>(lower) | load<u16>(lower, 2) | load<u16>(lower, 4);
    }
    const several = (<u32>load<u16>(row + (q << 1)) & GAMMA) != 0;
    const predicted: u32 = several && above > 3 ? 31 - clz<u32>(above) : 1;
    const bound = predicted + <u32>load<u8>(U_SUFFIXES + q);
    store<u16>(EXPONENT_BOUNDS + (q << 1), <u16>bound);
    largest = max(largest, bound);
  }
  return largest;
}

/** Eight quads at a time; up to seven more than there are, whose U_q is 1. */
function boundByVectors(quads: u32, row: usize): u32 {
  const one = i16x8.splat(1), gamma = i16x8.splat(<i16>GAMMA), bias = i16x8.splat(127);
  let largest = one;
  for (let q: u32 = 0; q < quads; q += 8) {
    const lower = LOWER_V + (q << 2);
    const first = highestBits(v128.or(v128.load(lower - 2), v128.load(lower, 2)));
    const second = highestBits(v128.or(v128.load(lower, 14), v128.load(lower, 18)));
    let predicted = i16x8.sub(i16x8.narrow_i32x4_s(first, second), bias);
    const several = i16x8.eq(v128.and(v128.load(row + (q << 1)), gamma), gamma);
    predicted = i16x8.max_s(v128.and(predicted, several), one);
    const bound = i16x8.add(predicted, v128.load_ext<u8>(U_SUFFIXES + q));
    largest = i16x8.max_s(largest, bound);
    v128.store(EXPONENT_BOUNDS + (q << 1), bound);
  }
  largest = i16x8.max_s(largest, v128.shuffle<i16>(largest, largest, 4, 5, 6, 7, 0, 1, 2, 3));
  largest = i16x8.max_s(largest, v128.shuffle<i16>(largest, largest, 2, 3, 2, 3, 2, 3, 2, 3));
  return max<u32>(i16x8.extract_lane_u(largest, 0), i16x8.extract_lane_u(largest, 1));
}

/**
 * Of the two halves of each 32 bits, taken together, the place of the highest bit plus 127: the exponent of a
 * float.
 */
@inline
function highestBits(halves: v128): v128 {
  const together = i32x4.shr_u(v128.or(halves, i32x4.shl(halves, 16)), 16);
  return i32x4.shr_u(f32x4.convert_i32x4_s(together), 23);
}

/**
 * A row of quads one coefficient after the other, for any U_q up to 30. Writes two rows of coefficients, as
 * wide as the quads, and their v.
 *
 * A quad takes at most four times 30 bits; the row begins at `magSgnEnd` at most, behind which there are ones
 * for a whole one.
 */
export function decodeRowOneByOne(quads: u32, row: usize, upper: usize, lower: usize): void {
  decodeOneByOne(quads, row, upper, lower, false);
}

/** The same as i16, measured. */
export function decodeNarrowRowOneByOne(quads: u32, row: usize, upper: usize, lower: usize): void {
  decodeOneByOne(quads, row, upper, lower, true);
}

@inline
function decodeOneByOne(quads: u32, row: usize, upper: usize, lower: usize, narrow: bool): void {
  let at = position;
  for (let q: u32 = 0; q < quads; q++) {
    const quad = <u32>load<u16>(row + (q << 1)), bound = <u32>load<u16>(EXPONENT_BOUNDS + (q << 1));
    for (let n: u32 = 0; n < 4; n++) {
      let v: u32 = 0, coefficient = 0;
      if (((quad >> n) & 1) != 0) {
        const count = bound - ((quad >> (n + 4)) & 1);
        const bits = load<u64>(MAG_SGN_BITS + (at >> 3)) >> (at & 7);
        v = (<u32>bits & ((1 << count) - 1)) | (((quad >> (n + 8)) & 1) << count);
        at += count;
        const doubled = <i32>(((v | 1) + 2) << plane) >> drop;
        coefficient = (v & 1) != 0 ? -doubled : doubled;
      }
      const column = (q << 1) + (n >> 1);
      const target = (n & 1) != 0 ? lower : upper;
      if (narrow) {
        largestV = max(largestV, v);
        const nearest = min(max(coefficient, i16.MIN_VALUE), i16.MAX_VALUE);
        store<i16>(target + (column << 1), <i16>nearest);
      } else {
        store<i32>(target + (column << 2), coefficient);
      }
      if ((n & 1) != 0) {
        store<u32>(LOWER_V_WIDE + (column << 2), v);
        store<u16>(LOWER_V + (column << 1), <u16>v);
      }
    }
  }
  position = min(at, magSgnEnd);
}

/** Constants of the vectors: engines build a literal anew in each round, and load one in a single step. */
const E_K_OFFSET: usize = 16;
const E_1_OFFSET: usize = 32;
const PHASES_OFFSET: usize = 48;
const POWERS_OFFSET: usize = 64;
const SEVENS_OFFSET: usize = 80;
const BYTE_INDEX_OFFSET: usize = 96;
const BYTE_ONES_OFFSET: usize = 112;
const EIGHTS_OFFSET: usize = 128;
const UPPER_BYTES_OFFSET: usize = 144;
const ONES_OFFSET: usize = 160;
const BYTE_SIGNIFICANCE_OFFSET: usize = 176;
const BYTE_E_K_OFFSET: usize = 192;
const HALVES_OFFSET: usize = 208;
const LOWER_BYTES_OFFSET: usize = 224;
const CONSTANTS: usize = memory.data<u16>([
  // rho, e_k and e_1 of two quads: both coefficients of the upper row of either, then those of the lower row.
  0x001, 0x004, 0x001, 0x004, 0x002, 0x008, 0x002, 0x008,
  0x010, 0x040, 0x010, 0x040, 0x020, 0x080, 0x020, 0x080,
  0x100, 0x400, 0x100, 0x400, 0x200, 0x800, 0x200, 0x800,
  // 2^(7 - i) by byte i, and 2^i.
  0x4080, 0x1020, 0x0408, 0x0102, 0, 0, 0, 0,
  0x0201, 0x0804, 0x2010, 0x8040, 0, 0, 0, 0,
  0x0707, 0x0707, 0x0707, 0x0707, 0x0707, 0x0707, 0x0707, 0x0707,
  0x1f1f, 0x1f1f, 0x1f1f, 0x1f1f, 0x1f1f, 0x1f1f, 0x1f1f, 0x1f1f,
  0x0101, 0x0101, 0x0101, 0x0101, 0x0101, 0x0101, 0x0101, 0x0101,
  0x0808, 0x0808, 0x0808, 0x0808, 0x0808, 0x0808, 0x0808, 0x0808,
  0xff00, 0xff00, 0xff00, 0xff00, 0xff00, 0xff00, 0xff00, 0xff00,
  1, 1, 1, 1, 1, 1, 1, 1,
  // rho, or e_1 above e_k, and e_k of four quads, a byte for each coefficient, column by column.
  0x0201, 0x0804, 0x0201, 0x0804, 0x0201, 0x0804, 0x0201, 0x0804,
  0x2010, 0x8040, 0x2010, 0x8040, 0x2010, 0x8040, 0x2010, 0x8040,
  0x7f7f, 0x7f7f, 0x7f7f, 0x7f7f, 0x7f7f, 0x7f7f, 0x7f7f, 0x7f7f,
  0x00ff, 0x00ff, 0x00ff, 0x00ff, 0x00ff, 0x00ff, 0x00ff, 0x00ff,
]);
/** By the bit phase of a position: the phase in eight bytes. */
const SPREAD_PHASES: usize = memory.data<u64>([
  0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303,
  0x0404040404040404, 0x0505050505050505, 0x0606060606060606, 0x0707070707070707,
]);

/** Where a row stands that is decoded by vectors: one bit in front of the next one. */
@inline
export function beginVectorRow(): u32 {
  return position - 1;
}

@inline
export function endVectorRow(at: u32): void {
  position = min(at + 1, magSgnEnd);
}

/**
 * Four quads from `q` on, none of them with U_q above 15. Writes 8 coefficients in each of two rows, and v of
 * the lower ones.
 *
 * Each half of the vectors is two quads, eight coefficients: m in bytes, their sums in bytes (8 times 15 bits
 * are 120), and from them for each coefficient the byte of the window where its bits begin and by how much
 * they are to be shifted. A shift by s to the right of 16 bits out of 24 is a multiplication of both pairs of
 * bytes by 2^(8 - s), 1 <= s <= 8: that is why `at` is one bit less.
 * @param at one bit in front of the first bit
 * @returns the same behind the last one
 */
@inline
export function decodeFourQuadsByVectors(
  at: u32,
  q: u32,
  row: usize,
  upper: usize,
  lower: usize,
  form: CoefficientForm,
): u32 {
  if (load<u64>(row + (q << 1)) == 0) {
    const none = i16x8.splat(0);
    v128.store(q << 2, none, LOWER_V);
    if (form == CoefficientForm.Narrow) {
      v128.store(upper + (q << 2), none);
      v128.store(lower + (q << 2), none);
      return at;
    }
    v128.store(upper + (q << 3), none);
    v128.store(upper + (q << 3), none, 16);
    v128.store(lower + (q << 3), none);
    v128.store(lower + (q << 3), none, 16);
    return at;
  }
  const significance = v128.load(CONSTANTS), ek = v128.load(CONSTANTS, E_K_OFFSET);
  const bounds = v128.load64_zero(q << 1, EXPONENT_BOUNDS), quads = v128.load64_zero(row + (q << 1));
  const u = v128.shuffle<i16>(bounds, bounds, 0, 0, 1, 1, 2, 2, 3, 3);
  const f = v128.shuffle<i16>(quads, quads, 0, 0, 1, 1, 2, 2, 3, 3);
  const f0 = v128.shuffle<i64>(f, f, 0, 0), f1 = v128.shuffle<i64>(f, f, 1, 1);
  const s0 = i16x8.eq(v128.and(f0, significance), significance);
  const s1 = i16x8.eq(v128.and(f1, significance), significance);
  const m0 = i16x8.add(v128.and(v128.shuffle<i64>(u, u, 0, 0), s0), i16x8.eq(v128.and(f0, ek), ek));
  const m1 = i16x8.add(v128.and(v128.shuffle<i64>(u, u, 1, 1), s1), i16x8.eq(v128.and(f1, ek), ek));
  const m = i8x16.narrow_i16x8_u(m0, m1);
  // Bits run column by column: sums of columns, then of all columns up to each.
  let sums = i8x16.add(m, v128.shuffle<i32>(m, m, 1, 0, 3, 2));
  sums = i8x16.add(sums, i32x4.shl(sums, 8));
  sums = i8x16.add(sums, i32x4.shl(sums, 16));

  const window0 = at >> 3, phase0 = at & 7;
  at += i8x16.extract_lane_u(sums, 3);
  const window1 = at >> 3, phase1 = at & 7;
  at += i8x16.extract_lane_u(sums, 11);
  const firstPhase = v128.load64_zero(phase0 << 3, SPREAD_PHASES);
  const phases = v128.load64_lane(phase1 << 3, firstPhase, 1, SPREAD_PHASES);
  // A column's lower coefficient begins behind the upper one.
  const begins = i8x16.add(i8x16.add(i32x4.shl(sums, 8), i64x2.shl(m, 32)), phases);
  const shifts = v128.and(begins, v128.load(CONSTANTS, SEVENS_OFFSET));
  const factors = i8x16.swizzle(v128.load(CONSTANTS, PHASES_OFFSET), shifts);
  const byte = v128.and(i16x8.shr_u(begins, 3), v128.load(CONSTANTS, BYTE_INDEX_OFFSET));
  const next = i8x16.add(byte, v128.load(CONSTANTS, BYTE_ONES_OFFSET));
  const powers = v128.load(CONSTANTS, POWERS_OFFSET);
  // 2^m in 16 bits: a byte of it is 0 where the index is 8 or above, which swizzle makes of 8 to 15 by the
  // table and of the rest itself.
  const low = i8x16.swizzle(powers, m);
  const high = i8x16.swizzle(powers, v128.xor(m, v128.load(CONSTANTS, EIGHTS_OFFSET)));

  const raw0 = cutOut(
    window0,
    v128.shuffle<i8>(byte, next, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
    i16x8.extend_low_i8x16_u(factors),
  );
  const raw1 = cutOut(
    window1,
    v128.shuffle<i8>(byte, next, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31),
    i16x8.extend_high_i8x16_u(factors),
  );
  const power0 = v128.shuffle<i8>(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const power1 = v128.shuffle<i8>(low, high, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const v0 = complete(raw0, power0, f0), v1 = complete(raw1, power1, f1);

  v128.store(q << 2, v128.shuffle<i64>(v0, v1, 1, 3), LOWER_V);
  if (form == CoefficientForm.Narrow) {
    v128.store(LARGEST_V, i16x8.max_u(v128.load(LARGEST_V), i16x8.max_u(v0, v1)));
    const c0 = wholeCoefficients(v0, s0), c1 = wholeCoefficients(v1, s1);
    v128.store(upper + (q << 2), v128.shuffle<i64>(c0, c1, 0, 2));
    v128.store(lower + (q << 2), v128.shuffle<i64>(c0, c1, 1, 3));
    return at;
  }
  if (form == CoefficientForm.Whole) {
    const c0 = wholeCoefficients(v0, s0), c1 = wholeCoefficients(v1, s1);
    v128.store(upper + (q << 3), i32x4.extend_low_i16x8_s(c0));
    v128.store(upper + (q << 3), i32x4.extend_low_i16x8_s(c1), 16);
    v128.store(lower + (q << 3), i32x4.extend_high_i16x8_s(c0));
    v128.store(lower + (q << 3), i32x4.extend_high_i16x8_s(c1), 16);
    return at;
  }
  const doubled0 = v128.and(doubledMagnitudes(v0), s0), doubled1 = v128.and(doubledMagnitudes(v1), s1);
  const signs0 = i16x8.shl(v0, 15), signs1 = i16x8.shl(v1, 15);
  v128.store(upper + (q << 3), signed(i32x4.extend_low_i16x8_u(doubled0), i32x4.extend_low_i16x8_s(signs0)));
  v128.store(upper + (q << 3), signed(i32x4.extend_low_i16x8_u(doubled1), i32x4.extend_low_i16x8_s(signs1)), 16);
  v128.store(lower + (q << 3), signed(i32x4.extend_high_i16x8_u(doubled0), i32x4.extend_high_i16x8_s(signs0)));
  v128.store(lower + (q << 3), signed(i32x4.extend_high_i16x8_u(doubled1), i32x4.extend_high_i16x8_s(signs1)), 16);
  return at;
}

/** What is known of v of a row that is decoded by bytes: no U_q of it is above `bound`. */
@inline
export function boundBytes(bound: u32): void {
  largestV = max<u32>(largestV, (1 << bound) - 1);
}

/**
 * The same for four quads with no U_q above BYTE_BOUND, narrow: all sixteen coefficients in one vector of bytes, as their bits run. Two
 * quads have 64 bits at most, and as m is 8 at most a coefficient's bits lie in two bytes of the window, shifted to the upper one.
 */
@inline
export function decodeFourQuadsByBytes(at: u32, q: u32, row: usize, upper: usize, lower: usize): u32 {
  if (load<u64>(row + (q << 1)) == 0) {
    const none = i16x8.splat(0);
    v128.store(q << 2, none, LOWER_V);
    v128.store(upper + (q << 2), none);
    v128.store(lower + (q << 2), none);
    return at;
  }
  const each = v128.load(CONSTANTS, BYTE_SIGNIFICANCE_OFFSET), ek = v128.load(CONSTANTS, BYTE_E_K_OFFSET);
  const bounds = v128.load64_zero(q << 1, EXPONENT_BOUNDS), quads = v128.load64_zero(row + (q << 1));
  const u = fourTimes(i8x16.narrow_i16x8_u(bounds, bounds));
  // Of two quads rho and e_k, e_1 and gamma of either, four times each.
  const twice = v128.shuffle<i8>(quads, quads, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
  const f0 = v128.shuffle<i16>(twice, twice, 0, 0, 1, 1, 2, 2, 3, 3);
  const f1 = v128.shuffle<i16>(twice, twice, 4, 4, 5, 5, 6, 6, 7, 7);
  const low = v128.shuffle<i32>(f0, f1, 0, 2, 4, 6), high = v128.shuffle<i32>(f0, f1, 1, 3, 5, 7);
  const s = i8x16.eq(v128.and(low, each), each);
  const m = i8x16.add(v128.and(u, s), i8x16.eq(v128.and(low, ek), ek));
  // Sums of all coefficients of two quads up to each.
  let sums = i8x16.add(m, i64x2.shl(m, 8));
  sums = i8x16.add(sums, i64x2.shl(sums, 16));
  sums = i8x16.add(sums, i64x2.shl(sums, 32));

  const window0 = at >> 3, phase0 = at & 7;
  at += i8x16.extract_lane_u(sums, 7);
  const window1 = at >> 3, phase1 = at & 7;
  at += i8x16.extract_lane_u(sums, 15);
  const firstPhase = v128.load64_zero(phase0 << 3, SPREAD_PHASES);
  const phases = v128.load64_lane(phase1 << 3, firstPhase, 1, SPREAD_PHASES);
  const begins = i8x16.add(i64x2.shl(sums, 8), phases);
  const shifts = v128.and(begins, v128.load(CONSTANTS, SEVENS_OFFSET));
  const factors = i8x16.swizzle(v128.load(CONSTANTS, PHASES_OFFSET), shifts);
  const byte = v128.and(i16x8.shr_u(begins, 3), v128.load(CONSTANTS, BYTE_INDEX_OFFSET));
  const one = v128.load(CONSTANTS, BYTE_ONES_OFFSET);
  const next = i8x16.add(byte, one);
  const raw0 = i16x8.mul(
    i8x16.swizzle(
      v128.load(window0, MAG_SGN_BITS),
      v128.shuffle<i8>(byte, next, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
    ),
    i16x8.extend_low_i8x16_u(factors),
  );
  const raw1 = i16x8.mul(
    i8x16.swizzle(
      v128.load(window1, MAG_SGN_BITS),
      v128.shuffle<i8>(byte, next, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31),
    ),
    i16x8.extend_high_i8x16_u(factors),
  );
  const raw = i8x16.narrow_i16x8_u(i16x8.shr_u(raw0, 8), i16x8.shr_u(raw1, 8));
  // 2^m, for 8 none: less 1 that is all bits.
  const powers = i8x16.swizzle(v128.load(CONSTANTS, POWERS_OFFSET), m);
  const top = v128.and(powers, i8x16.eq(v128.and(high, each), each));
  const v = v128.or(v128.and(raw, i8x16.sub(powers, one)), top);

  v128.store(q << 2, i16x8.shr_u(v, 8), LOWER_V);
  // v / 2 + 1, as far as 128; then the sign, in 16 bits.
  const halves = v128.and(i16x8.shr_u(v, 1), v128.load(CONSTANTS, HALVES_OFFSET));
  const magnitudes = i8x16.sub(halves, s);
  const upperSigns = i16x8.shr_s(i16x8.shl(v, 15), 15), lowerSigns = i16x8.shr_s(i16x8.shl(v, 7), 15);
  const uppers = v128.and(magnitudes, v128.load(CONSTANTS, LOWER_BYTES_OFFSET)), lowers = i16x8.shr_u(magnitudes, 8);
  v128.store(upper + (q << 2), i16x8.sub(v128.xor(uppers, upperSigns), upperSigns));
  v128.store(lower + (q << 2), i16x8.sub(v128.xor(lowers, lowerSigns), lowerSigns));
  return at;
}

/** The lowest four bytes four times each. */
@inline
function fourTimes(bytes: v128): v128 {
  const twice = v128.shuffle<i8>(bytes, bytes, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
  return v128.shuffle<i16>(twice, twice, 0, 0, 1, 1, 2, 2, 3, 3);
}

/** For eight coefficients the 16 bits from where theirs begin. */
@inline
function cutOut(window: u32, bytes: v128, factors: v128): v128 {
  const low = i16x8.mul(i8x16.swizzle(v128.load(window, MAG_SGN_BITS), bytes), factors);
  const high = i16x8.mul(i8x16.swizzle(v128.load(window, MAG_SGN_BITS + 1), bytes), factors);
  return v128.or(i16x8.shr_u(low, 8), v128.and(high, v128.load(CONSTANTS, UPPER_BYTES_OFFSET)));
}

/** v: the m lowest bits, with e_1 on top of them. `powers`: 2^m. */
@inline
function complete(raw: v128, powers: v128, quads: v128): v128 {
  const e1 = v128.load(CONSTANTS, E_1_OFFSET);
  const top = v128.and(powers, i16x8.eq(v128.and(quads, e1), e1));
  return v128.or(v128.and(raw, i16x8.sub(powers, v128.load(CONSTANTS, ONES_OFFSET))), top);
}

/** Coefficients of a lossless block in 16-bit lanes: magnitudes are at most 2^14, as v has 15 bits. */
@inline
function wholeCoefficients(v: v128, significance: v128): v128 {
  const one = v128.load(CONSTANTS, ONES_OFFSET);
  const negative = i16x8.eq(v128.and(v, one), one);
  // The magnitude is v / 2 + 1. Negative: -(h + 1) = ~h = (~h - 1) + 1; either way 1 is added where the mask
  // of significance, which is -1, is taken away.
  const turned = i16x8.add(v128.xor(i16x8.shr_u(v, 1), negative), negative);
  return i16x8.sub(turned, significance);
}

/** 2 magnitude + 1 out of v. */
@inline
function doubledMagnitudes(v: v128): v128 {
  return i16x8.add(v128.or(v, i16x8.splat(1)), i16x8.splat(2));
}

/** Four coefficients as they go out. `signs`: highest bits. */
@inline
function signed(doubled: v128, signs: v128): v128 {
  const sign = i32x4.shr_s(signs, 31);
  const magnitude = i32x4.shr_u(i32x4.shl(doubled, plane), drop);
  return i32x4.sub(v128.xor(magnitude, sign), sign);
}
