/**
 * The contexts of regular mode (T.87 A.3.4): what each keeps, and how a sample's error changes it (A.2.1, A.6).
 *
 * Q, which chooses one, is -364 to 364; its sign is taken off, so there are 365. Context 0 serves interleaving by sample,
 * where one component may have no gradients while another has. A context takes 16 bytes:
 *
 *     0   k, the Golomb parameter of the next error, 8 bits: kept ready, because decoding waits for it
 *     1   C[Q], 8 bits
 *     2   all ones where errors are mapped the other way round (A.5.2), 8 bits
 *     4   -B[Q], 0 to N[Q] - 1, so that one comparison each tells when C changes
 *     8   A[Q]
 *     12  N[Q], as the address of its place in the table of `golomb.ts`
 */
import { countOf, golombParameter, lessOne, NEXT_COUNT } from './golomb';
import { near, quantum, range, reset } from './preset-parameters';

const COUNT: i32 = 365;
export const CONTEXT_BYTES = 16;

/** Address of context 0. */
const contexts: usize = memory.data(COUNT * CONTEXT_BYTES, 16);

/** N[Q] + 1 where N[Q] is RESET, and where it has been halved. */
const limits = memory.data(8, 4);

@inline
function behindReset(): usize {
  return load<usize>(limits);
}

@inline
function halfOfReset(): usize {
  return load<usize>(limits, 4);
}

/** Starts out as A.2.1 says: at the begin of a scan and of each restart interval. */
export function resetContexts(): void {
  const a = initialA();
  const n = countOf(1);
  const k = golombParameter(a, n);
  for (let at = contexts; at < contexts + COUNT * CONTEXT_BYTES; at += CONTEXT_BYTES) {
    store<u32>(at, k);
    store<i32>(at, 0, 4);
    store<u32>(at, a, 8);
    store<usize>(at, n, 12);
  }
  store<usize>(limits, countOf(reset() + 1));
  store<usize>(limits, countOf((reset() >>> 1) + 1), 4);
}

/** A[Q] at the beginning. */
export function initialA(): u32 {
  return max(2, (range() + 32) >> 6);
}

/** k of a context. `at`, here and below: bytes from context 0 to it, which as a constant offset takes no addition. */
@inline
export function contextK(at: usize): u64 {
  return <u64>load<u8>(at, contexts);
}

/** C[Q]. */
@inline
export function contextCorrection(at: usize): i32 {
  return <i32>load<i8>(at, contexts + 1);
}

/** All ones where the errors are mapped the other way round (A.5.2). */
@inline
export function contextTurn(at: usize): i32 {
  return <i32>load<i8>(at, contexts + 2);
}

/**
 * Code segments A.12 and A.13: takes the error of a sample into its context, and settles what the next one needs.
 * @param correction C[Q] so far
 */
@inline
export function updateContext(at: usize, correction: i32, error: i32, lossless: bool): void {
  let a = load<u32>(at, contexts + 8) + <u32>abs(error);
  let minusB = load<i32>(at, contexts + 4) - (lossless ? error : error * quantum());
  let n = load<usize>(at, contexts + 12) + NEXT_COUNT;
  if (n == behindReset()) {
    a >>= 1;
    minusB = (minusB + 1) >> 1;
    n = halfOfReset();
  }
  const most = lessOne(n);
  // 1 where B is too small, and -1 where it is too large: then C is moved.
  const outside = (minusB >> 31) - ((most - minusB) >> 31);
  minusB -= outside * (most + 1);
  minusB = max(minusB, 0);
  minusB = min(minusB, most);
  correction -= outside;
  if (<u32>(correction + 128) > 255) correction = correction < 0 ? -128 : 127;
  const k = golombParameter(a, n);
  store<u8>(at, <u8>k, contexts);
  store<i8>(at, <i8>correction, contexts + 1);
  // k is 0, the coding lossless, and 2 B[Q] <= -N[Q].
  if (lossless || near() == 0) store<i8>(at, <i8>(((most - 2 * minusB) & (<i32>k - 1)) >> 31), contexts + 2);
  store<i32>(at, minusB, contexts + 4);
  store<u32>(at, a, contexts + 8);
  store<usize>(at, n, contexts + 12);
}
