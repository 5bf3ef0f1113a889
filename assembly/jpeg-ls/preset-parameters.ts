/**
 * The preset coding parameters: LSE with identifier 1 (T.87 C.2.4.1.1), the defaults of what it leaves 0, and what
 * follows from them for a scan (A.2.1).
 */
import { fail } from '../kernel/blocks';
import { Status } from '../kernel/status';
import { precision } from './frame-header';
import { marker, offsetOf, segment, segmentEnd, word } from './markers';

/** MAXVAL, T1, T2, T3, RESET as the last LSE segment gave them; 0 asks for the default. */
let givenMaxval: i32 = 0;
let givenT1: i32 = 0;
let givenT2: i32 = 0;
let givenT3: i32 = 0;
let givenReset: i32 = 0;

export let t1: i32 = 0;
export let t2: i32 = 0;
export let t3: i32 = 0;

/**
 * What the sample loops need of a scan, i32 each, read from memory where it is used: there are more of these than
 * registers to keep them in.
 */
const coding = memory.data(64, 16);

/** MAXVAL: no sample is larger. */
@inline export function maxval(): i32 { return load<i32>(coding); }
/** NEAR: no sample is further from what it was. */
@inline export function near(): i32 { return load<i32>(coding, 4); }
/** 2 NEAR + 1: what errors are multiples of. */
@inline export function quantum(): i32 { return load<i32>(coding, 8); }
/** RANGE of the errors, times `quantum`. */
@inline export function wrap(): i32 { return load<i32>(coding, 12); }
/** RESET: N is halved where it is this. */
@inline export function reset(): u32 { return load<u32>(coding, 16); }
/** qbpp: bits of an error that is coded as it is. */
@inline export function errorBits(): i32 { return load<i32>(coding, 20); }
/** LIMIT - qbpp - 1: so many zeros say that the error is coded as it is. */
@inline export function escapeZeros(): i32 { return load<i32>(coding, 24); }
/** MAXVAL + 2 NEAR. */
@inline export function reach(): u32 { return load<u32>(coding, 28); }
/** RANGE. */
@inline export function range(): i32 { return load<i32>(coding, 32); }

export function forgetPresets(): void {
  givenMaxval = givenT1 = givenT2 = givenT3 = givenReset = 0;
}

/** Reads an LSE segment with identifier 1; its values are checked against those of the scans that use them. */
export function readPresets(): i32 {
  if (segmentEnd - segment < 11) return fail(Status.BadJpegLsPresets, offsetOf(marker), 1);
  givenMaxval = word(segment + 1);
  givenT1 = word(segment + 3);
  givenT2 = word(segment + 5);
  givenT3 = word(segment + 7);
  givenReset = word(segment + 9);
  return Status.Done;
}

/** Settles the parameters of a scan that is coded with this NEAR. */
export function settlePresets(nearOfScan: i32): i32 {
  const at = offsetOf(marker);
  const largest = (1 << precision) - 1;
  if (givenMaxval > largest) return fail(Status.BadJpegLsPresets, at, 1);
  const maximum = givenMaxval != 0 ? givenMaxval : largest;
  if (nearOfScan > min(255, maximum >> 1)) return fail(Status.BadJpegLsNear, at, nearOfScan);
  setDefaultThresholds(maximum, nearOfScan);
  if (givenT1 != 0) t1 = givenT1;
  if (givenT2 != 0) t2 = givenT2;
  if (givenT3 != 0) t3 = givenT3;
  const resetAt = givenReset != 0 ? givenReset : 64;
  if (t1 <= nearOfScan || t2 < t1 || t3 < t2 || t3 > maximum) return fail(Status.BadJpegLsPresets, at, 1);
  if (resetAt < 3 || resetAt > max(255, maximum)) return fail(Status.BadJpegLsPresets, at, 1);

  const step = 2 * nearOfScan + 1;
  const errors = (maximum + 2 * nearOfScan) / step + 1;
  const qbpp = bitsFor(errors);
  const bpp = max(2, bitsFor(maximum + 1));
  const limit = 2 * (bpp + max(8, bpp));
  store<i32>(coding, maximum);
  store<i32>(coding, nearOfScan, 4);
  store<i32>(coding, step, 8);
  store<i32>(coding, errors * step, 12);
  store<i32>(coding, resetAt, 16);
  store<i32>(coding, qbpp, 20);
  store<i32>(coding, limit - qbpp - 1, 24);
  store<i32>(coding, maximum + 2 * nearOfScan, 28);
  store<i32>(coding, errors, 32);
  return Status.Done;
}

/** Whether errors wrap at a power of two and stand for themselves: a mask reconstructs samples then. */
export function isPlain(): bool {
  return near() == 0 && (maxval() & (maxval() + 1)) == 0;
}

/** ceil(log2(count)). */
function bitsFor(count: i32): i32 {
  return 32 - clz(count - 1);
}

/** The defaults of C.2.4.1.1.1; the basic ones are 3, 7 and 21. */
function setDefaultThresholds(maximum: i32, nearOfScan: i32): void {
  if (maximum >= 128) {
    const factor = (min(maximum, 4095) + 128) >> 8;
    t1 = clampThreshold(factor * (3 - 2) + 2 + 3 * nearOfScan, nearOfScan + 1, maximum);
    t2 = clampThreshold(factor * (7 - 3) + 3 + 5 * nearOfScan, t1, maximum);
    t3 = clampThreshold(factor * (21 - 4) + 4 + 7 * nearOfScan, t2, maximum);
  } else {
    const factor = 256 / (maximum + 1);
    t1 = clampThreshold(max(2, 3 / factor + 3 * nearOfScan), nearOfScan + 1, maximum);
    t2 = clampThreshold(max(3, 7 / factor + 5 * nearOfScan), t1, maximum);
    t3 = clampThreshold(max(4, 21 / factor + 7 * nearOfScan), t2, maximum);
  }
}

/** CLAMP of C.2.4.1.1.1. */
function clampThreshold(threshold: i32, least: i32, maximum: i32): i32 {
  return threshold > maximum || threshold < least ? least : threshold;
}
