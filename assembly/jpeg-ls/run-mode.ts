/** Run mode (T.87 A.7): the lengths of runs, and the sample that interrupts one. */
import { initialA } from './contexts';
import { countOf, golombParameter, MOST_ZEROS } from './golomb';
import { escapeZeros, near, reset } from './preset-parameters';
import { reconstruct } from './prediction';

/** J: log2 of the samples that a 1 stands for, by RUNindex (A.2.1). */
const j = memory.data<u8>(
  [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
export const LARGEST_RUN_INDEX: u32 = 31;

/** By RUNindex: so many zeros, or more, are read by `longCode` behind a run (A.7.2.2). */
const longZeros = memory.data(32);
/** Zeros, one more bit and k behind J bits of a run in the bits of one load. */
const MOST_ZEROS_BEHIND_RUN: i32 = MOST_ZEROS - 16;

/**
 * The contexts 365 and 366, by RItype, 16 bytes each. As in regular mode, what decoding waits for is kept ready:
 *
 *     bit   0-5   k, the Golomb parameter (code segment A.20)
 *     bit   7     k != 0 or 2 Nn >= N: errors are mapped the other way round (code segment A.21)
 *     then  A, N, Nn, 32 bits each
 */
const contexts = memory.data(32, 16);

@inline
export function logRunBlock(runIndex: u32): u32 {
  return load<u8>(j + runIndex);
}

/** By RUNindex, 32 bits each: samples that all 1s on the way to it stand for; behind the largest, more than lines have. */
const reached = memory.data((32 + 64) * 4, 4);

/** Samples that so many 1s stand for, 64 at most; more than lines have where RUNindex cannot grow by as many. */
@inline
export function runLength(runIndex: u32, ones: u32): u32 {
  return load<u32>(reached + ((runIndex + ones) << 2)) - load<u32>(reached + (runIndex << 2));
}

@inline
export function longZerosBehindRun(runIndex: u32): u64 {
  return load<u8>(longZeros + runIndex);
}

/** Starts out as A.2.1 says: at the begin of a scan and of each restart interval. */
export function resetRunContexts(): void {
  for (let type = 0; type < 2; type++) storeContext(contexts + (type << 4), type, initialA(), 1, 0);
  memory.fill(reached, 0x7f, (32 + 64) * 4);
  let length: u32 = 0;
  for (let index = 0; index < 32; index++) {
    store<u32>(reached + (index << 2), length);
    length += 1 << load<u8>(j + index);
    const escape = escapeZeros() - <i32>load<u8>(j + index) - 1;
    store<u8>(longZeros + index, <u8>max(0, min(MOST_ZEROS_BEHIND_RUN, escape)));
  }
}

/** RItype (code segment A.17): 1 where the samples left and above are the same, or as good as. */
@inline
export function interruptionType(a: i32, b: i32, plain: bool): i32 {
  return plain ? <i32>(a == b) : <i32>(abs(a - b) <= near());
}

/** What the mapped error of the sample that interrupts a run is decoded with: its low six bits are k. */
@inline
export function interruptionContext(type: i32): u32 {
  return load<u32>(contexts + (type << 4));
}

/**
 * The sample that interrupts a run, out of its mapped error, with which its context is updated (code segments A.21, A.23).
 * @param hot what `interruptionContext` said
 */
@inline
export function interruptionSample(mapped: i32, type: i32, hot: u32, a: i32, b: i32, plain: bool): i32 {
  const temporary = mapped + type;
  const map = temporary & 1;
  const size = (temporary + map) >> 1;
  const negative = -((<i32>(hot >>> 7) ^ map) ^ 1);
  const error = (size ^ negative) - negative;
  updateInterruptionContext(contexts + (type << 4), type, mapped, error);
  // Predicted is Ra, which is Rb as good as, or Rb with the sign of Rb - Ra.
  const sign = type ? 0 : (b - a) >> 31;
  return reconstruct(type ? a : b, (error ^ sign) - sign, plain);
}

/** Code segment A.23. */
@inline
function updateInterruptionContext(at: usize, type: i32, mapped: i32, error: i32): void {
  let a = load<u32>(at, 4), n = load<u32>(at, 8), negatives = load<i32>(at, 12);
  negatives -= error >> 31;
  a += <u32>((mapped + 1 - type) >> 1);
  if (n == reset()) {
    a >>= 1;
    n >>= 1;
    negatives >>= 1;
  }
  storeContext(at, type, a, n + 1, negatives);
}

@inline
function storeContext(at: usize, type: i32, a: u32, n: u32, negatives: i32): void {
  const k = golombParameter(a + ((n >>> 1) & -type), countOf(n));
  const turned = <u32>((k != 0) | (2 * negatives >= <i32>n));
  store<u32>(at, k | (turned << 7));
  store<u32>(at, a, 4);
  store<u32>(at, n, 8);
  store<i32>(at, negatives, 12);
}
