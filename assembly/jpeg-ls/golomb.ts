/** Golomb codes of limited length (T.87 A.5.3). */
import { bitsAt, bottom } from './entropy-coded-segments';
import { errorBits, escapeZeros } from './preset-parameters';

/** No k is larger: errors have 16 bits. Broken streams would drive it further. */
const LARGEST_K: u32 = 16;
/** What `longCode` returns for more zeros than any code has: the stream is broken, or over. */
export const NO_CODE: i32 = -1;

/**
 * Zeros that a code in the fast path may begin with: 57 bits hold them, the 1 behind them, and the largest k. More, or as
 * many as escape, go to `longCode`.
 */
export const MOST_ZEROS: i32 = 40;

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

/** The least k for which N * 2^k is not smaller than A (A.5.1). */
@inline
export function golombParameter(a: u32, n: u32): u32 {
  let k = <i32>clz(n) - <i32>clz(a);
  k = select(k, 0, k > 0);
  return min(<u32>k + <u32>(n << k < a), LARGEST_K);
}
