/**
 * One line of one component (T.87 A.3 to A.7), for scans that are not interleaved or interleaved by line.
 *
 *     Rc Rb Rd     the line above: `at` points to Rc
 *     Ra Ix        `pitch` bytes further
 *
 * Samples have 16 bits. In front of a line stands one more sample, and one behind it: A.3.1 says what they are. Up to 16
 * bytes in front of Rb and behind Rd are read, and up to 16 behind the line itself are written.
 */
import { contextCorrection, contextK, contextTurn, updateContext } from './contexts';
import { bitsFrom, bottom } from './entropy-coded-segments';
import { codeEnd, longCode, minusLength, NO_CODE, shortCode, shortZeros } from './golomb';
import { quantize, quantizeAbove } from './gradients';
import { correct, predict, reconstruct } from './prediction';
import { position, setPosition } from './reader';
import {
  interruptionContext,
  interruptionSample,
  interruptionType,
  LARGEST_RUN_INDEX,
  logRunBlock,
  longZerosBehindRun,
  runLength,
} from './run-mode';

/** RUNindex, and Ra, where decoding stopped. */
export let lineRunIndex: u32 = 0;
let left: i32 = 0;

/** What `decodeSamples` returns where codes make no sense; else it is an address. */
const BROKEN: usize = 0;

/** Bytes of samples whose gradients above are quantized at a time: where a run is longer, most are not needed. */
const STRETCH: usize = 2 * 128;

/** Why the loop of regular mode ends. */
const enum Stop {
  /** The stretch is over. */
  End,
  Run,
  LongCode,
}

/**
 * A line; false where its codes make no sense.
 * @param above address of the first sample of the line above
 * @param plain the scan is lossless, and its MAXVAL 2^n - 1
 */
export function decodeLine(above: usize, pitch: usize, columns: u32, runIndex: u32, plain: bool): bool {
  lineRunIndex = runIndex;
  left = <i32>load<u16>(above);
  let at = above - 2;
  const end = at + (<usize>columns << 1);
  while (at < end) {
    const stop = min(at + STRETCH, end);
    quantizeAbove(at + 2, stop + 2, pitch);
    at = plain ? decodePlainSamples(at, stop, end, pitch) : decodeAnySamples(at, stop, end, pitch);
    // In front of a long code: a loop that calls functions keeps its variables in memory, so the ones above do not.
    if (at < stop && at != BROKEN) at = decodeLongCodesToo(at, stop, end, pitch);
    if (at == BROKEN) return false;
  }
  return true;
}

function decodePlainSamples(at: usize, stop: usize, end: usize, pitch: usize): usize {
  return decodeSamples(at, stop, end, pitch, true, false);
}

function decodeAnySamples(at: usize, stop: usize, end: usize, pitch: usize): usize {
  return decodeSamples(at, stop, end, pitch, false, false);
}

function decodeLongCodesToo(at: usize, stop: usize, end: usize, pitch: usize): usize {
  return decodeSamples(at, stop, end, pitch, false, true);
}

/**
 * Samples from `at` to `stop`, and where a run reaches further, to the end of that: so the loop of regular mode is one by
 * itself, with nothing in it but what most samples need. Ends in front of the first code (or run) that is too long for one
 * load, unless those are wanted too.
 * @param end of the line
 * @returns where it ended, or BROKEN
 */
@inline
function decodeSamples(
  at: usize, stop: usize, end: usize, pitch: usize, plain: bool, longCodesToo: bool,
): usize {
  // Places instead of positions: nothing has to be added to load from them.
  const origin = <u64>bottom << 3;
  let next = origin + position;
  let runIndex = lineRunIndex;
  let a = left;
  while (at < stop) {
    let bits: u64 = 0;
    let reason: i32 = Stop.End;
    // Regular mode.
    while (at < stop) {
      const c = <i32>load<u16>(at);
      const q12 = <i32>load<i16>(at + pitch, 2);
      const q = q12 + quantize(c - a);
      bits = bitsFrom(next);
      if (plain ? (q12 | (c - a)) == 0 : q == 0) {
        reason = Stop.Run;
        break;
      }
      const sign = q >> 31;
      const context = <usize>((q ^ sign) - sign);
      const k = contextK(context), correction = contextCorrection(context), turn = contextTurn(context);
      const zeros = clz(bits);
      let mapped = 0;
      if (zeros < shortZeros()) {
        const minus = minusLength(zeros, k);
        mapped = shortCode(bits, zeros, k, minus);
        next += minus;
      } else if (longCodesToo) {
        mapped = longCode(<u32>(next - origin), k, 0);
        next = origin + codeEnd;
        if (mapped == NO_CODE) {
          setPosition(codeEnd);
          return BROKEN;
        }
      } else {
        reason = Stop.LongCode;
        break;
      }
      // A.5.2 undone.
      const error = (mapped >>> 1) ^ -(mapped & 1) ^ turn;
      const prediction = correct(predict(a, <i32>load<u16>(at, 2), c), (correction ^ sign) - sign);
      a = reconstruct(prediction, (error ^ sign) - sign, plain);
      store<u16>(at + pitch, <u16>a, 2);
      at += 2;
      updateContext(context, correction, error, plain);
    }
    if (reason != Stop.Run) break;

    // Run mode. Code segment A.15: each 1 stands for a block of samples, the last one for what is left of the line. All at
    // once, as how many there are is hard to foretell.
    const runCode = next, runIndexBefore = runIndex;
    const rest = <u32>(end - at) >> 1;
    const ones = <u32>clz(~bits);
    let count = runLength(runIndex, ones);
    if (count < rest) {
      next -= ones;
      runIndex += ones;
      bits = bitsFrom(next);
    } else {
      // To the end of the line, or with RUNindex at its largest.
      count = 0;
      while (<i64>bits < 0) {
        next--;
        count += 1 << logRunBlock(runIndex);
        if (count > rest) break;
        if (runIndex < LARGEST_RUN_INDEX) runIndex++;
        if (count == rest) break;
        bits = bitsFrom(next);
      }
    }
    const block = logRunBlock(runIndex);
    if (count >= rest) {
      fill(at + pitch + 2, <u16>a, rest);
      at = end;
      break;
    }
    // Code segment A.16: a 0, and how many samples of the next block belong to the run.
    count += <u32>(((bits << 1) >>> 1) >>> (63 - <u64>block));
    next -= 1 + <u64>block;
    bits = (bits << 1) << <u64>block;
    if (count >= rest) {
      setPosition(<u32>(next - origin));
      return BROKEN;
    }
    const interruption = at + (<usize>count << 1);
    const b = <i32>load<u16>(interruption, 2);
    const type = interruptionType(a, b, plain);
    const hot = interruptionContext(type);
    const k = <u64>(hot & 63);
    const zeros = clz(bits);
    let mapped = 0;
    if (zeros < longZerosBehindRun(runIndex)) {
      const minus = minusLength(zeros, k);
      mapped = shortCode(bits, zeros, k, minus);
      next += minus;
    } else if (longCodesToo) {
      mapped = longCode(<u32>(next - origin), k, logRunBlock(runIndex) + 1);
      next = origin + codeEnd;
      if (mapped == NO_CODE) {
        setPosition(codeEnd);
        return BROKEN;
      }
    } else {
      // Back to where the run began: nothing has been written yet.
      next = runCode;
      runIndex = runIndexBefore;
      break;
    }
    fill(at + pitch + 2, <u16>a, count);
    at = interruption + 2;
    runIndex -= <u32>(runIndex > 0);
    a = interruptionSample(mapped, type, hot, a, b, plain);
    store<u16>(at + pitch, <u16>a);
  }
  setPosition(<u32>(next - origin));
  lineRunIndex = runIndex;
  left = a;
  return at;
}

/** Ones to keep, then zeros: the bytes behind the last sample of a run. */
const keep = memory.data<u64>([0, 0, -1, -1]);

/** `count` samples. What stands behind them stays: the gradients above of samples that are still to come. */
@inline
function fill(to: usize, sample: u16, count: u32): void {
  const end = to + (<usize>count << 1);
  if (ASC_FEATURE_SIMD) {
    const samples = i16x8.splat(<i16>sample);
    for (; to + 16 <= end; to += 16) v128.store(to, samples);
    v128.store(to, v128.bitselect(v128.load(to), samples, v128.load(keep + 16 - (end - to))));
  } else {
    for (; to < end; to += 2) store<u16>(to, sample);
  }
}
