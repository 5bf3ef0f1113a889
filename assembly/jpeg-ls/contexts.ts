/**
 * The contexts of regular mode: how gradients choose one (T.87 A.3.3, A.3.4), and what each keeps (A.2.1, A.6).
 *
 * A context takes 16 bytes. The first four are all that decoding a sample waits for, so they are kept ready:
 *
 *     bit   0-5   k, the Golomb parameter
 *     bit   7     errors are mapped the other way round (A.5.2): k is 0, the coding lossless, and 2 B[Q] <= -N[Q]
 *     bit  16-31  C[Q], signed
 *     then  A[Q], B[Q], N[Q], 32 bits each
 *
 * Q is 81 Q1 + 9 Q2 + Q3, -364 to 364, of which the sign is taken off: 365 contexts. Context 0 serves interleaving by
 * sample, where one component may have no gradients while another has.
 */
import { golombParameter } from './golomb';
import { maxval, near, quantum, range, reset, t1, t2, t3 } from './preset-parameters';

const COUNT: i32 = 365;
/** log2 of the bytes of a context. */
const SHIFT: i32 = 4;

/** Address of context 0. */
export const contexts: usize = memory.data(COUNT << SHIFT, 16);

/** Qi times the bytes of a context, for each gradient from -65535 to 65535: one byte each. */
const quantized = memory.data(2 * 65536 + 16, 16);
const middle = quantized + 65536;

/** `middle`, kept in memory so that the compiler does not take the sum of it and an index apart. */
const middleCell = memory.data(4, 4);

/** Parameters that the table was made for. */
let tableOf: i32 = -1;
let tableT1: i32 = 0;
let tableT2: i32 = 0;
let tableT3: i32 = 0;
let tableNear: i32 = 0;

/** Starts out as A.2.1 says: at the begin of a scan and of each restart interval. */
export function resetContexts(): void {
  const a = initialA();
  const hot = golombParameter(a, 1);
  for (let at = contexts; at < contexts + (COUNT << SHIFT); at += 1 << SHIFT) {
    store<u32>(at, hot);
    store<u32>(at, a, 4);
    store<u32>(at, 0, 8);
    store<u32>(at, 1, 12);
  }
}

/** A[Q] at the beginning. */
export function initialA(): u32 {
  return max(2, (range() + 32) >> 6);
}

/** Makes the table of quantized gradients (A.3.3) for the parameters of the scan, if it is another one than last time. */
export function prepareGradients(): void {
  if (tableOf == maxval() && tableT1 == t1 && tableT2 == t2 && tableT3 == t3 && tableNear == near()) return;
  tableOf = maxval();
  tableT1 = t1;
  tableT2 = t2;
  tableT3 = t3;
  tableNear = near();
  store<usize>(middleCell, middle);
  fillGradients(0, near() + 1, 0);
  fillGradients(near() + 1, t1, 1);
  fillGradients(t1, t2, 2);
  fillGradients(t2, t3, 3);
  fillGradients(t3, maxval() + 1, 4);
}

/** Gradients from `first` to in front of `end`, and their negatives. */
function fillGradients(first: i32, end: i32, q: i32): void {
  if (end <= first) return;
  memory.fill(middle + first, <u8>(q << SHIFT), end - first);
  memory.fill(middle - end + 1, <u8>(-q << SHIFT), end - first);
}

/** Where a gradient of 0 stands in the table. */
@inline
export function noGradient(): usize {
  return load<usize>(middleCell);
}

/** Q of a gradient, in bytes of contexts; `zero` is `noGradient()`. */
@inline
export function quantize(zero: usize, gradient: i32): i32 {
  return <i32>load<i8>(zero + gradient);
}

/** Code segments A.12 and A.13: takes the error of a sample into its context, and settles what the next one needs. */
@inline
export function updateContext(at: usize, hot: u32, error: i32, lossless: bool): void {
  let a = load<u32>(at, 4) + <u32>abs(error);
  let b = load<i32>(at, 8) + (lossless ? error : error * quantum());
  let n = load<u32>(at, 12);
  if (n == reset()) {
    a >>= 1;
    b >>= 1;
    n >>= 1;
  }
  n++;
  // All ones where B is too small, and where it is too large: then C is moved, by one.
  const low = (b + <i32>n - 1) >> 31;
  const high = -b >> 31;
  b += (<i32>n & low) - (<i32>n & high);
  b = max(b, 1 - <i32>n);
  b = min(b, 0);
  let c = (<i32>hot >> 16) + low - high;
  if (!lossless && <u32>(c + 128) > 255) c = c < 0 ? -128 : 127;
  const k = golombParameter(a, n);
  // k - 1 is all ones where k is 0: the sign bit of 2 B + N - 1 says whether 2 B <= -N.
  const turned = (near() == 0 || lossless) ? ((b + b + <i32>n - 1) & (<i32>k - 1)) >>> 31 : 0;
  store<u32>(at, k | (turned << 7) | (c << 16));
  // C stays within 8 bits, and almost always is. In the lossless loops a store of its own bounds it: as fast, and their code
  // compresses better for it; the near-lossless one would be 3% slower.
  if (lossless && <u32>(c + 128) > 255) store<i16>(at, c < 0 ? -128 : 127, 2);
  store<u32>(at, a, 4);
  store<i32>(at, b, 8);
  store<u32>(at, n, 12);
}
