/**
 * One line of one component (T.87 A.3 to A.7), for scans that are not interleaved or interleaved by line.
 *
 *     Rc Rb Rd     the line above: `at` points to Rb
 *     Ra Ix        `pitch` bytes further
 *
 * Samples have 16 bits. In front of a line stands one more sample, and one behind it: A.3.1 says what they are. Up to 14
 * bytes behind the line above are read, and up to 16 behind the line itself are written.
 */
import { contexts, noGradient, quantize, updateContext } from './contexts';
import { bitsAt, bottom } from './entropy-coded-segments';
import { codeEnd, longCode, MOST_ZEROS, NO_CODE } from './golomb';
import { escapeZeros } from './preset-parameters';
import { correct, predict, reconstruct } from './prediction';
import { position, setPosition } from './reader';
import {
  interruptionContext,
  interruptionSample,
  interruptionType,
  LARGEST_RUN_INDEX,
  logRunBlock,
  longZerosBehindRun,
} from './run-mode';

/** RUNindex, and Ra, where decoding stopped: behind the line, or where a long code is in the way. */
export let runIndexAfter: u32 = 0;
let sampleAfter: i32 = 0;

/** What `decodeSamples` returns where codes make no sense; else it is an address. */
const BROKEN: usize = 0;

/**
 * A line; false where its codes make no sense.
 * @param plain the scan is lossless, and its MAXVAL 2^n - 1
 */
export function decodeLine(above: usize, pitch: usize, columns: u32, runIndex: u32, plain: bool): bool {
  const end = above + (<usize>columns << 1);
  const first = <i32>load<u16>(above);
  const stop = plain
    ? decodePlainSamples(above, end, pitch, first, runIndex)
    : decodeAnySamples(above, end, pitch, first, runIndex);
  if (stop == end) return true;
  // From a long code on: a loop that calls functions keeps its variables in memory, so the ones above do not.
  return stop != BROKEN && decodeLongCodesToo(stop, end, pitch, sampleAfter, runIndexAfter) != BROKEN;
}

function decodePlainSamples(at: usize, end: usize, pitch: usize, a: i32, runIndex: u32): usize {
  return decodeSamples(at, end, pitch, a, runIndex, true, false);
}

function decodeAnySamples(at: usize, end: usize, pitch: usize, a: i32, runIndex: u32): usize {
  return decodeSamples(at, end, pitch, a, runIndex, false, false);
}

function decodeLongCodesToo(at: usize, end: usize, pitch: usize, a: i32, runIndex: u32): usize {
  return decodeSamples(at, end, pitch, a, runIndex, false, true);
}

/**
 * Samples from `at`, in the line above, to `end`. Stops in front of the first code (or run) that is too long for one load,
 * unless those are wanted too.
 * @param a the sample on the left
 * @returns where it stopped, or BROKEN
 */
@inline
function decodeSamples(
  at: usize, end: usize, pitch: usize, a: i32, runIndex: u32, plain: bool, longCodesToo: bool,
): usize {
  const base = bottom, zero = noGradient();
  const longest = <u64>min(MOST_ZEROS, escapeZeros());
  let next = position;
  let b = <i32>load<u16>(at), c = <i32>load<u16>(at - 2), d = <i32>load<u16>(at, 2);
  let q1 = quantize(zero, d - b), q12 = 81 * q1 + 9 * quantize(zero, b - c);
  while (at < end) {
    const q = q12 + quantize(zero, c - a);
    let bits = bitsAt(base, next);
    if (plain ? (q12 | (c - a)) == 0 : q == 0) {
      // Run mode. Code segment A.15: each 1 stands for a block of samples, the last one for what is left of the line.
      const runStart = at, runCode = next, runIndexBefore = runIndex;
      const rest = <u32>(end - at) >> 1;
      let block = logRunBlock(runIndex);
      let count: u32 = 0;
      while (<i64>bits < 0) {
        next--;
        count += 1 << block;
        if (count > rest) break;
        if (runIndex < LARGEST_RUN_INDEX) runIndex++;
        if (count == rest) break;
        block = logRunBlock(runIndex);
        bits = bitsAt(base, next);
      }
      const toEnd = count >= rest;
      if (!toEnd) {
        // Code segment A.16: a 0, and how many samples of the next block belong to the run.
        count += <u32>(((bits << 1) >>> 1) >>> (63 - <u64>block));
        next -= 1 + block;
        bits = (bits << 1) << <u64>block;
        if (count >= rest) {
          setPosition(next);
          return BROKEN;
        }
      } else count = rest;
      fill(at + pitch, <u16>a, count);
      at += <usize>count << 1;
      if (toEnd) break;

      b = load<u16>(at);
      const type = interruptionType(a, b, plain);
      const hot = interruptionContext(type);
      const k = <u64>(hot & 63);
      const zeros = clz(bits);
      let mapped = 0;
      if (zeros < longZerosBehindRun(runIndex)) {
        mapped = <i32>(((zeros - 1) << k) + ((bits << zeros) >>> (63 - k)));
        next -= <u32>(zeros + 1 + k);
      } else if (longCodesToo) {
        mapped = longCode(next, k, logRunBlock(runIndex) + 1);
        next = codeEnd;
        if (mapped == NO_CODE) {
          setPosition(next);
          return BROKEN;
        }
      } else {
        // Back to where the run began: to decode it again gives the same.
        at = runStart;
        next = runCode;
        runIndex = runIndexBefore;
        break;
      }
      runIndex -= <u32>(runIndex > 0);
      a = interruptionSample(mapped, type, hot, a, b, plain);
      store<u16>(at + pitch, <u16>a);
      at += 2;
      c = b;
      b = load<u16>(at);
      d = load<u16>(at, 2);
      q1 = quantize(zero, d - b);
      q12 = 81 * q1 + 9 * quantize(zero, b - c);
      continue;
    }

    // Regular mode.
    const sign = q >> 31;
    const context = contexts + ((q ^ sign) - sign);
    const hot = load<u32>(context);
    const zeros = clz(bits);
    let mapped = 0;
    if (zeros < longest) {
      // 2^k and k more bits stand behind the zeros. A shift takes the low six bits of its count: those of `hot` are k, and
      // 63 - k those of its complement.
      mapped = <i32>(((zeros - 1) << <u64>hot) + ((bits << zeros) >>> ~<u64>hot));
      next -= <u32>zeros + 1 + (hot & 63);
    } else if (longCodesToo) {
      mapped = longCode(next, <u64>(hot & 63), 0);
      next = codeEnd;
      if (mapped == NO_CODE) {
        setPosition(next);
        return BROKEN;
      }
    } else break;
    // A.5.2 undone, the other way round where bit 7 says so.
    const error = (mapped >>> 1) ^ -(mapped & 1) ^ (<i32>(hot << 24) >> 31);
    const correction = <i32>hot >> 16;
    const prediction = correct(predict(a, b, c), (correction ^ sign) - sign);
    a = reconstruct(prediction, (error ^ sign) - sign, plain);
    store<u16>(at + pitch, <u16>a);
    c = b;
    b = d;
    d = load<u16>(at, 4);
    at += 2;
    q12 = 9 * q1;
    q1 = quantize(zero, d - b);
    q12 += 81 * q1;
    updateContext(context, hot, error, plain);
  }
  setPosition(next);
  runIndexAfter = runIndex;
  sampleAfter = a;
  return at;
}

/** `count` samples, and up to eight more. */
@inline
function fill(to: usize, sample: u16, count: u32): void {
  const end = to + (<usize>count << 1);
  if (ASC_FEATURE_SIMD) {
    const samples = i16x8.splat(<i16>sample);
    do {
      v128.store(to, samples);
      to += 16;
    } while (to < end);
  } else {
    for (; to < end; to += 2) store<u16>(to, sample);
  }
}
