/**
 * Inverse DCT of one block of 12-bit samples (T.81 A.3.3), with dequantization (A.3.4) and level shift
 * (A.3.1): the same sums as in inverse-dct.ts, in 32 bits throughout, with one bit more kept between the
 * passes instead of two. So does libjpeg, bit for bit.
 */
import { zipHigh, zipLow } from '../../samples/vectors';
import { precision } from '../frame-header';
import { wideSteps } from './quantization-tables';

const SHIFT_1: i32 = 12;
const SHIFT_2: i32 = 17;
const LEVEL: i32 = 2048;
const MAXIMUM: i32 = 4095;

/** 64 numbers of 32 bits: what goes into a pass, and what comes out, columns as rows. */
const before: usize = memory.data(256, 16);
const behind: usize = memory.data(256, 16);

/** Only the DC coefficient may be other than 0: 64 times the same sample. */
export function inverseDctOfDc12(block: usize, steps: usize, to: usize, line: usize): void {
  const coefficient = <i32>load<i16>(block) * load<i32>(wideSteps(steps));
  const between = ((coefficient << 13) + (1 << (SHIFT_1 - 1))) >> SHIFT_1;
  const sample = ((between << 13) + (1 << (SHIFT_2 - 1))) >> SHIFT_2;
  const samples = <u64>(max(-LEVEL, min(MAXIMUM - LEVEL, sample)) + LEVEL) * 0x0001000100010001;
  for (let y = 0; y < 8; y++, to += line) {
    store<u64>(to, samples);
    store<u64>(to, samples, 8);
  }
}

/** Every coefficient may be other than 0. `steps` as stepsOf gives them, `line`: bytes from a line of samples to the next. */
export function inverseDct12(block: usize, steps: usize, to: usize, line: usize): void {
  transform(block, steps, SHIFT_1, SHIFT_2);
  if (ASC_FEATURE_SIMD) {
    const level = i16x8.splat(<i16>LEVEL), maximum = i16x8.splat(<i16>MAXIMUM), zero = i16x8.splat(0);
    for (let from = before; from < before + 256; from += 32, to += line) {
      const samples = i16x8.narrow_i32x4_s(v128.load(from), v128.load(from, 16));
      v128.store(to, i16x8.min_s(i16x8.max_s(i16x8.add_sat_s(samples, level), zero), maximum));
    }
  } else {
    for (let y: usize = 0; y < 8; y++, to += line) {
      for (let x: usize = 0; x < 8; x++) {
        // Bounded first: adding the level to what a broken stream has could wrap.
        const sample = max(-LEVEL, min(MAXIMUM - LEVEL, load<i32>(before + (y << 5) + (x << 2))));
        store<u16>(to + (x << 1), sample + LEVEL);
      }
    }
  }
}

/**
 * The same of a block of differences, of whatever precision: 16 bits in two's complement, not shifted (J.2.3.1).
 */
export function inverseDctOfDifferences(block: usize, steps: usize, to: usize, line: usize): void {
  // Differences of 8 bits have two bits more between the passes, as samples of 8 bits do.
  const shift = precision > 8 ? SHIFT_1 : SHIFT_1 - 1;
  transform(block, steps, shift, SHIFT_1 + SHIFT_2 - shift);
  for (let from = before; from < before + 256; from += 32, to += line) {
    for (let x: usize = 0; x < 8; x++) {
      const difference = load<i32>(from + (x << 2));
      store<i16>(to + (x << 1), max(-32768, min(32767, difference)));
    }
  }
}

/** Dequantization and both passes: what comes out is in `before`, row by row. */
@inline
function transform(block: usize, steps: usize, shift1: i32, shift2: i32): void {
  const wide = wideSteps(steps);
  if (ASC_FEATURE_SIMD) {
    for (let at: usize = 0; at < 256; at += 16) {
      v128.store(before + at, i32x4.mul(v128.load16x4_s(block + (at >> 1)), v128.load(wide + at)));
    }
    passOfVectors(before, behind, shift1);
    passOfVectors(behind, before, shift2);
  } else {
    for (let i: usize = 0; i < 64; i++) {
      store<i32>(before + (i << 2), <i32>load<i16>(block + (i << 1)) * load<i32>(wide + (i << 2)));
    }
    pass(before, behind, shift1);
    pass(behind, before, shift2);
  }
}

/** One pass over the columns of eight rows; each column comes out as a row. */
function pass(from: usize, to: usize, shift: i32): void {
  const rounding = 1 << (shift - 1);
  for (let column = 0; column < 8; column++, from += 4, to += 32) {
    const x0 = load<i32>(from, 0), x1 = load<i32>(from, 32);
    const x2 = load<i32>(from, 64), x3 = load<i32>(from, 96);
    const x4 = load<i32>(from, 128), x5 = load<i32>(from, 160);
    const x6 = load<i32>(from, 192), x7 = load<i32>(from, 224);
    const sum = ((x0 + x4) << 13) + rounding, difference = ((x0 - x4) << 13) + rounding;
    const outer = 10703 * x2 + 4433 * x6, inner = 4433 * x2 - 10704 * x6;
    storeLines(to, 0, sum + outer, 11363 * x1 + 9633 * x3 + 6437 * x5 + 2260 * x7, shift);
    storeLines(to, 1, difference + inner, 9633 * x1 - 2259 * x3 - 11362 * x5 - 6436 * x7, shift);
    storeLines(to, 2, difference - inner, 6437 * x1 - 11362 * x3 + 2261 * x5 + 9633 * x7, shift);
    storeLines(to, 3, sum - outer, 2260 * x1 - 6436 * x3 + 9633 * x5 - 11363 * x7, shift);
  }
}

@inline
function storeLines(to: usize, n: usize, even: i32, odd: i32, shift: i32): void {
  store<i32>(to + 4 * n, (even + odd) >> shift);
  store<i32>(to + 4 * (7 - n), (even - odd) >> shift);
}

/**
 * The constants of libjpeg's way to the same sums, which shares products: three in the even half, nine in the odd one.
 * They are sums of those of inverse-dct.ts: 15137 = 4433 + 10704, 6270 = 10703 - 4433.
 */
const FACTORS = memory.data<i32>(
  [4433, 15137, 6270, 9633, 7373, 20995, 16069, 3196, 2446, 16819, 25172, 12299], 4,
);

/** The same, four columns at a time. */
function passOfVectors(from: usize, to: usize, shift: i32): void {
  const rounding = i32x4.splat(1 << (shift - 1));
  for (let half = 0; half < 2; half++, from += 16, to += 128) {
    const x0 = v128.load(from, 0), x4 = v128.load(from, 128);
    const x2 = v128.load(from, 64), x6 = v128.load(from, 192);
    const sum = i32x4.add(i32x4.shl(i32x4.add(x0, x4), 13), rounding);
    const difference = i32x4.add(i32x4.shl(i32x4.sub(x0, x4), 13), rounding);
    const x26 = times(i32x4.add(x2, x6), 0);
    const outer = i32x4.add(x26, times(x2, 8)), inner = i32x4.sub(x26, times(x6, 4));
    const e0 = i32x4.add(sum, outer), e1 = i32x4.add(difference, inner);
    const e2 = i32x4.sub(difference, inner), e3 = i32x4.sub(sum, outer);

    const x1 = v128.load(from, 32), x3 = v128.load(from, 96);
    const x5 = v128.load(from, 160), x7 = v128.load(from, 224);
    const x37 = i32x4.add(x3, x7), x15 = i32x4.add(x1, x5);
    const x1357 = times(i32x4.add(x37, x15), 12);
    const x17 = times(i32x4.add(x1, x7), 16), x35 = times(i32x4.add(x3, x5), 20);
    const odd37 = i32x4.sub(x1357, times(x37, 24)), odd15 = i32x4.sub(x1357, times(x15, 28));
    const o0 = i32x4.sub(i32x4.add(times(x1, 44), odd15), x17);
    const o1 = i32x4.sub(i32x4.add(times(x3, 40), odd37), x35);
    const o2 = i32x4.sub(i32x4.add(times(x5, 36), odd15), x35);
    const o3 = i32x4.sub(i32x4.add(times(x7, 32), odd37), x17);
    storeTransposed(
      to, i32x4.shr_s(i32x4.add(e0, o0), shift), i32x4.shr_s(i32x4.add(e1, o1), shift),
      i32x4.shr_s(i32x4.add(e2, o2), shift), i32x4.shr_s(i32x4.add(e3, o3), shift),
    );
    storeTransposed(
      to + 16, i32x4.shr_s(i32x4.sub(e3, o3), shift), i32x4.shr_s(i32x4.sub(e2, o2), shift),
      i32x4.shr_s(i32x4.sub(e1, o1), shift), i32x4.shr_s(i32x4.sub(e0, o0), shift),
    );
  }
}

/** `factor`: byte of FACTORS. */
@inline
function times(x: v128, factor: usize): v128 {
  return i32x4.mul(x, v128.load32_splat(FACTORS + factor));
}

/** Four lines of four columns, stored as four columns 32 bytes apart. */
@inline
function storeTransposed(to: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab01 = zipLow<i32>(a, b), ab23 = zipHigh<i32>(a, b);
  const cd01 = zipLow<i32>(c, d), cd23 = zipHigh<i32>(c, d);
  v128.store(to, zipLow<i64>(ab01, cd01), 0);
  v128.store(to, zipHigh<i64>(ab01, cd01), 32);
  v128.store(to, zipLow<i64>(ab23, cd23), 64);
  v128.store(to, zipHigh<i64>(ab23, cd23), 96);
}
