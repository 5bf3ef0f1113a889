/**
 * Gradients and what they are quantized to (T.87 A.3.1, A.3.3):
 *
 *     D1 = Rd - Rb    D2 = Rb - Rc    D3 = Rc - Ra
 *
 * Q is 81 Q1 + 9 Q2 + Q3, here always in bytes of contexts. D1 and D2 are of the line above, so they can be quantized for
 * many samples at once, before any of these is decoded; D3 waits for the sample on the left and goes through a table.
 */
import { CONTEXT_BYTES } from './contexts';
import { maxval, near, t1, t2, t3 } from './preset-parameters';

const Q1_WEIGHT = <i16>(81 * CONTEXT_BYTES);
const Q2_WEIGHT = <i16>(9 * CONTEXT_BYTES);

/** Qi for each gradient from -65535 to 65535: one byte each. */
const quantized = memory.data(2 * 65536 + 16, 16);
const middle = quantized + 65536;

/** Parameters that the table was made for. */
let tableOf: i32 = -1;
let tableT1: i32 = 0;
let tableT2: i32 = 0;
let tableT3: i32 = 0;
let tableNear: i32 = 0;

/** Makes the table for the parameters of the scan, if it is another one than last time. */
export function prepareGradients(): void {
  if (tableOf == maxval() && tableT1 == t1 && tableT2 == t2 && tableT3 == t3 && tableNear == near()) return;
  tableOf = maxval();
  tableT1 = t1;
  tableT2 = t2;
  tableT3 = t3;
  tableNear = near();
  fillGradients(0, near() + 1, 0);
  fillGradients(near() + 1, t1, 1);
  fillGradients(t1, t2, 2);
  fillGradients(t2, t3, 3);
  fillGradients(t3, maxval() + 1, 4);
}

/** Gradients from `first` to in front of `end`, and their negatives. */
function fillGradients(first: i32, end: i32, q: i32): void {
  if (end <= first) return;
  memory.fill(middle + first, <u8>(q * CONTEXT_BYTES), end - first);
  memory.fill(middle - end + 1, <u8>(-q * CONTEXT_BYTES), end - first);
}

/** Qi of a gradient. */
@inline
export function quantize(gradient: i32): i32 {
  return <i32>load<i8>(middle + gradient);
}

/**
 * Writes 81 Q1 + 9 Q2, 16 bits each, where the samples that they are for will stand: `pitch` bytes behind Rb. Reads up to 16
 * bytes behind Rd of the last sample and 16 in front of Rb of the first one; writes up to 14 bytes behind the last one.
 * @param at address of the first sample's Rb
 * @param end address of Rb behind the last sample
 */
export function quantizeAbove(at: usize, end: usize, pitch: usize): void {
  if (ASC_FEATURE_SIMD) {
    const first = i16x8.splat(<i16>(near() + 1));
    const second = i16x8.splat(<i16>t1), third = i16x8.splat(<i16>t2), fourth = i16x8.splat(<i16>t3);
    let last = quantizeVectors(v128.load(at - 14), v128.load(at - 16), first, second, third, fourth);
    for (; at < end; at += 16) {
      const q1 = quantizeVectors(v128.load(at, 2), v128.load(at), first, second, third, fourth);
      // Q2 of a sample is Q1 of the one on the left.
      const q2 = i8x16.shuffle(last, q1, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
      const weighted = i16x8.add(
        i16x8.mul(q1, i16x8.splat(Q1_WEIGHT)),
        i16x8.mul(q2, i16x8.splat(Q2_WEIGHT)),
      );
      v128.store(at + pitch, weighted);
      last = q1;
    }
  } else {
    let b = <i32>load<u16>(at);
    let q2 = quantize(b - <i32>load<u16>(at - 2));
    for (; at < end; at += 2) {
      const d = <i32>load<u16>(at, 2);
      const q1 = quantize(d - b);
      store<i16>(at + pitch, <i16>(81 * q1 + 9 * q2));
      b = d;
      q2 = q1;
    }
  }
}

/** Q of the differences of eight samples each, -4 to 4: how many of the thresholds they reach. */
@inline
function quantizeVectors(x: v128, y: v128, first: v128, second: v128, third: v128, fourth: v128): v128 {
  const less = i16x8.sub_sat_u(y, x);
  const size = v128.or(i16x8.sub_sat_u(x, y), less);
  const negative = i16x8.add(
    i16x8.add(i16x8.ge_u(size, first), i16x8.ge_u(size, second)),
    i16x8.add(i16x8.ge_u(size, third), i16x8.ge_u(size, fourth)),
  );
  // All ones where x is not smaller than y.
  const sign = i16x8.eq(less, i16x8.splat(0));
  return i16x8.sub(v128.xor(negative, sign), sign);
}
