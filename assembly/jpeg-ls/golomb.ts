/** Golomb codes of limited length (T.87 A.5.3), and their parameter (A.5.1). */
import { take } from '../kernel/arena';
import { bitsAt, bottom } from './entropy-coded-segments';
import { errorBits, escapeZeros, reset } from './preset-parameters';

/** What `longCode` returns for more zeros than any code has: the stream is broken, or over. */
export const NO_CODE: i32 = -1;

/**
 * Zeros that a code in the fast path may begin with: 57 bits hold them, the 1 behind them, and the largest k. More, or as
 * many as escape, go to `longCode`.
 */
export const MOST_ZEROS: i32 = 40;

const shortCell = memory.data(8, 8);

/** A code of regular mode that begins with fewer zeros is read in the fast path. */
@inline
export function shortZeros(): u64 {
  return load<u64>(shortCell);
}

/** Minus the bits of a code: its zeros, a 1, and k more. */
@inline
export function minusLength(zeros: u64, k: u64): u64 {
  return ~zeros - k;
}

/**
 * The value of a code of the fast path, which `bits` begin with.
 * @param minus `minusLength`: a shift takes the low six bits of its count, so this one leaves just the code
 */
@inline
export function shortCode(bits: u64, zeros: u64, k: u64, minus: u64): i32 {
  // The 1 behind the zeros counts 2^k itself.
  return <i32>(((zeros - 1) << k) + (bits >>> minus));
}

/** The position behind the code that `longCode` read. */
export let codeEnd: u32 = 0;

/**
 * Reads any code: the value, or NO_CODE.
 * @param shorter bits that the code's limit is smaller than LIMIT: J[RUNindex] + 1 behind a run (A.7.2.2)
 */
export function longCode(position: u32, k: u64, shorter: i32): i32 {
  const escape = escapeZeros() - shorter;
  let zeros = 0;
  let bits = bitsAt(bottom, position);
  while (bits >>> 8 == 0) {
    zeros += 56;
    position -= 56;
    if (zeros > escape) {
      codeEnd = position;
      return NO_CODE;
    }
    bits = bitsAt(bottom, position);
  }
  const more = <i32>clz(bits);
  zeros += more;
  position -= more;
  codeEnd = position;
  if (zeros > escape) return NO_CODE;
  position--;
  const width = zeros < escape ? k : <u64>errorBits();
  const low = <i32>((bitsAt(bottom, position) >>> 1) >>> (63 - width));
  codeEnd = position - <u32>width;
  return zeros < escape ? (zeros << <i32>k) | low : low + 1;
}

/**
 * N is not kept as a number, but as the address of its place in a table, so that what is wanted of it is there without a
 * division: the largest number below 2^48 / N, 64 bits, and N - 1. Places are 16 bytes apart, in the order of N from 1 to
 * RESET.
 */
export const NEXT_COUNT: usize = 16;

/** Where N = 0 would stand. */
let counts: usize = 0;

/** Makes the table for the RESET of the scan; false where there is no memory for it. */
export function prepareCodes(): bool {
  counts = take((<u64>reset() + 1) * NEXT_COUNT);
  if (counts == 0) return false;
  for (let n: u32 = 1; n <= reset(); n++) {
    store<u64>(countOf(n), ((1 << 48) - 1) / <u64>n);
    store<u32>(countOf(n), n - 1, 8);
  }
  store<u64>(shortCell, <u64>min(MOST_ZEROS, escapeZeros()));
  return true;
}

/** The place of N. */
@inline
export function countOf(n: u32): usize {
  return counts + <usize>n * NEXT_COUNT;
}

/** N - 1, of the place of N. */
@inline
export function lessOne(count: usize): i32 {
  return load<i32>(count, 8);
}

/**
 * The least k for which N * 2^k is not smaller than A (A.5.1): the bits that the whole part of A / N takes, were N not quite
 * so large. As A / N is less than 2^16 and N no more than 2^16, 48 bits are enough to tell A = N * 2^k from the next A. Broken
 * streams may drive A further, but no k is more than 16.
 * @param count the place of N
 */
@inline
export function golombParameter(a: u32, count: usize): u32 {
  return 64 - <u32>clz((<u64>a * load<u64>(count)) >>> 48);
}
