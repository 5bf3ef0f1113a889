/**
 * Luminance and chrominance -> RGB (PS3.3 C.7.6.3.1.2). YBR_ICT and YBR_RCT are RGB when JPEG 2000 has decoded them. Pixels
 * are three components side by side. In place where the addresses are the same.
 *
 * The inverse of the standard's YBR_FULL matrix, as libjpeg computes it, in 1/65536:
 *   R = Y + 1.40200 CR        91881
 *   G = Y - 0.34414 CB - 0.71414 CR    22554, 46802
 *   B = Y + 1.77200 CB        116130
 * the chroma counted from the middle, a half added before the shift to the right, the sum clamped.
 */
import { storeByPixel, threeOfFour, zipHigh, zipLow } from './vectors';

@inline
const HALF = 32768;

/** `pixels` pixels of YBR_FULL, 8 bits. */
export function ybrFullToRgb8(source: usize, target: usize, pixels: i32): void {
  if (ASC_FEATURE_SIMD) ybrFullToRgbVectors(source, target, pixels);
  else ybrFullToRgbOneByOne(source, target, pixels);
}

function ybrFullToRgbOneByOne(source: usize, target: usize, pixels: i32): void {
  for (const end = source + 3 * pixels; source < end; source += 3, target += 3) {
    const y = <i32>load<u8>(source);
    const cb = <i32>load<u8>(source, 1) - 128;
    const cr = <i32>load<u8>(source, 2) - 128;
    store<u8>(target, clamp8(y + ((91881 * cr + HALF) >> 16)));
    store<u8>(target, clamp8(y + ((-22554 * cb - 46802 * cr + HALF) >> 16)), 1);
    store<u8>(target, clamp8(y + ((116130 * cb + HALF) >> 16)), 2);
  }
}

@inline
function clamp8(value: i32): i32 {
  return min(max(value, 0), 255);
}

/*
 * Constants of the vectors, in memory and loaded in front of the loop: those in the code are made anew each time around.
 */

/** Four pixels to a vector, component by component; the fourth lane of 32 bits is not used. */
const BY_COMPONENT = memory.data<u8>([0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11, 128, 128, 128, 128], 16);
const MIDDLE = memory.data<u8>(
  [128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128], 16,
);
/**
 * For twice the chroma. The rounding product gives (2 CR * 22970 + 2^14) >> 15: 91880 for 91881, which is the same for
 * every CR (see the tests); likewise 2 * 2 * 29033 = 116132 for 116130.
 */
const RED = memory.data<i16>([22970, 22970, 22970, 22970, 22970, 22970, 22970, 22970], 16);
const BLUE = memory.data<i16>([29033, 29033, 29033, 29033, 29033, 29033, 29033, 29033], 16);
/** CB and CR side by side: both products in 32 bits, exact, as the factors are halved. */
const GREEN = memory.data<i16>([-11277, -23401, -11277, -23401, -11277, -23401, -11277, -23401], 16);
const HALVES = memory.data<i32>([HALF, HALF, HALF, HALF], 16);

/**
 * 16 pixels at a time. In place: the last of the four stores of 12 bytes and four reaches into the next 16 pixels, so those
 * are loaded before.
 */
function ybrFullToRgbVectors(source: usize, target: usize, pixels: i32): void {
  const byComponent = v128.load(BY_COMPONENT), lanes = threeOfFour<u8>();
  const middle = v128.load(MIDDLE), half = v128.load(HALVES);
  const redFactor = v128.load(RED), greenFactors = v128.load(GREEN), blueFactor = v128.load(BLUE);
  const end = source + 3 * pixels;
  let next = v128.load(source);
  while (source < end) {
    const p0 = i8x16.swizzle(next, byComponent);
    const p1 = i8x16.swizzle(v128.load(source, 12), byComponent);
    const p2 = i8x16.swizzle(v128.load(source, 24), byComponent);
    const p3 = i8x16.swizzle(v128.load(source, 36), byComponent);
    next = v128.load(source, 48);
    const ycb01 = zipLow<u32>(p0, p1);
    const ycb23 = zipLow<u32>(p2, p3);
    const y = zipLow<u64>(ycb01, ycb23);
    const cb = v128.xor(zipHigh<u64>(ycb01, ycb23), middle);
    const cr = v128.xor(zipLow<u64>(zipHigh<u32>(p0, p1), zipHigh<u32>(p2, p3)), middle);

    storeAsRgb(target, y, cb, cr, lanes, half, redFactor, greenFactors, blueFactor);
    source += 48;
    target += 48;
  }
}

/** The same from a plane of each component, 16 pixels at a time; vectors only. Writes four bytes too many. */
export function ybrFullPlanesToRgb8(ys: usize, cbs: usize, crs: usize, target: usize, pixels: i32): void {
  const lanes = threeOfFour<u8>(), middle = v128.load(MIDDLE), half = v128.load(HALVES);
  const redFactor = v128.load(RED), greenFactors = v128.load(GREEN), blueFactor = v128.load(BLUE);
  for (const end = ys + pixels; ys < end; ys += 16, cbs += 16, crs += 16, target += 48) {
    const cb = v128.xor(v128.load(cbs), middle), cr = v128.xor(v128.load(crs), middle);
    storeAsRgb(target, v128.load(ys), cb, cr, lanes, half, redFactor, greenFactors, blueFactor);
  }
}

/** 16 pixels, the chroma counted from the middle. */
@inline
function storeAsRgb(
  target: usize, y: v128, cb: v128, cr: v128,
  lanes: v128, half: v128, redFactor: v128, greenFactors: v128, blueFactor: v128,
): void {
  // Twice the chroma: then the factors, halved, fit in 16 bits.
  const cbLow = i16x8.shl(i16x8.extend_low_i8x16_s(cb), 1);
  const cbHigh = i16x8.shl(i16x8.extend_high_i8x16_s(cb), 1);
  const crLow = i16x8.shl(i16x8.extend_low_i8x16_s(cr), 1);
  const crHigh = i16x8.shl(i16x8.extend_high_i8x16_s(cr), 1);
  const yLow = i16x8.extend_low_i8x16_u(y);
  const yHigh = i16x8.extend_high_i8x16_u(y);

  const r = i8x16.narrow_i16x8_u(
    i16x8.add(yLow, i16x8.q15mulr_sat_s(crLow, redFactor)),
    i16x8.add(yHigh, i16x8.q15mulr_sat_s(crHigh, redFactor)),
  );
  const g = i8x16.narrow_i16x8_u(
    i16x8.add(yLow, green(cbLow, crLow, greenFactors, half)),
    i16x8.add(yHigh, green(cbHigh, crHigh, greenFactors, half)),
  );
  const b = i8x16.narrow_i16x8_u(
    i16x8.add(yLow, i16x8.q15mulr_sat_s(cbLow, blueFactor)),
    i16x8.add(yHigh, i16x8.q15mulr_sat_s(cbHigh, blueFactor)),
  );
  storeByPixel<u8, u16>(target, r, g, b, lanes);
}

@inline
function green(twiceCb: v128, twiceCr: v128, factors: v128, half: v128): v128 {
  const low = i32x4.add(i32x4.dot_i16x8_s(zipLow<u16>(twiceCb, twiceCr), factors), half);
  const high = i32x4.add(i32x4.dot_i16x8_s(zipHigh<u16>(twiceCb, twiceCr), factors), half);
  return i16x8.narrow_i32x4_s(i32x4.shr_s(low, 16), i32x4.shr_s(high, 16));
}

/** `pixels` pixels of YBR_FULL with `bitsStored` (9 to 16) bits: the same arithmetic with its middle and its maximum. */
export function ybrFullToRgb16(source: usize, target: usize, pixels: i32, bitsStored: i32): void {
  const middle: i64 = 1 << (bitsStored - 1);
  const maximum: i64 = (1 << bitsStored) - 1;
  for (const end = source + 6 * pixels; source < end; source += 6, target += 6) {
    const y = <i64>load<u16>(source);
    const cb = <i64>load<u16>(source, 2) - middle;
    const cr = <i64>load<u16>(source, 4) - middle;
    store<u16>(target, clamp(y + ((91881 * cr + HALF) >> 16), maximum));
    store<u16>(target, clamp(y + ((-22554 * cb - 46802 * cr + HALF) >> 16), maximum), 2);
    store<u16>(target, clamp(y + ((116130 * cb + HALF) >> 16), maximum), 4);
  }
}

@inline
function clamp(value: i64, maximum: i64): i64 {
  return min(max(value, 0), maximum);
}

/**
 * `pixels` pixels of YBR_PARTIAL, 8 bits: Y from 16 to 235, chroma from 16 to 240. YBR_FULL's factors times 255/219 for
 * Y and 255/224 for chroma, in 1/2^20.
 */
export function ybrPartialToRgb8(source: usize, target: usize, pixels: i32): void {
  for (const end = source + 3 * pixels; source < end; source += 3, target += 3) {
    const y = 1220945 * (<i32>load<u8>(source) - 16) + (1 << 19);
    const cb = <i32>load<u8>(source, 1) - 128;
    const cr = <i32>load<u8>(source, 2) - 128;
    store<u8>(target, clamp8((y + 1673555 * cr) >> 20));
    store<u8>(target, clamp8((y - 410793 * cb - 852458 * cr) >> 20), 1);
    store<u8>(target, clamp8((y + 2115221 * cb) >> 20), 2);
  }
}

/** Y Y CB CR for two pixels -> Y CB CR for each: `pixels` of them, and one more where that is odd. */
export function expand422(source: usize, target: usize, pixels: i32): void {
  const end = source + 2 * pixels;
  if (ASC_FEATURE_SIMD) {
    const lanes = i8x16(0, 2, 3, 1, 2, 3, 4, 6, 7, 5, 6, 7, -1, -1, -1, -1);
    for (; source < end; source += 8, target += 12) {
      v128.store(target, i8x16.swizzle(v128.load64_zero(source), lanes));
    }
  } else {
    for (; source < end; source += 4, target += 6) {
      const chroma = load<u16>(source, 2);
      store<u8>(target, load<u8>(source));
      store<u16>(target, chroma, 1);
      store<u8>(target, load<u8>(source, 1), 3);
      store<u16>(target, chroma, 4);
    }
  }
}
