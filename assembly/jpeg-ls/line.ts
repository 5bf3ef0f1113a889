/**
 * One line of one component (T.87 A.3 to A.7), for scans that are not interleaved or interleaved by line.
 *
 *     Rc Rb Rd     the line above: `at` points to Rb
 *     Ra Ix        `pitch` bytes further
 *
 * Samples have 16 bits. In front of a line stands one more sample, and one behind it: A.3.1 says what they are. Up to 14
 * bytes behind the line above are read, and up to 14 behind the line itself are written.
 */
import { contexts, noGradient, quantize, updateContext } from './contexts';
import { bitsAt, bottom } from './entropy-coded-segments';
import { codeEnd, longCode, MOST_ZEROS, NO_CODE } from './golomb';
import { escapeZeros } from './preset-parameters';
import { correct, predict, reconstruct } from './prediction';
import { position, setPosition } from './reader';
import {
  interruptionParameter,
  interruptionSample,
  interruptionType,
  LARGEST_RUN_INDEX,
  logRunBlock,
  longZerosBehindRun,
} from './run-mode';

/** RUNindex behind the line. */
export let runIndexAfter: u32 = 0;

/** A line of a lossless scan whose MAXVAL is 2^n - 1. False where the codes make no sense. */
export function decodePlainLine(above: usize, pitch: usize, columns: u32, runIndex: u32): bool {
  return decodeLine(above, pitch, columns, runIndex, true);
}

/** A line of any scan. */
export function decodeAnyLine(above: usize, pitch: usize, columns: u32, runIndex: u32): bool {
  return decodeLine(above, pitch, columns, runIndex, false);
}

// @ts-ignore: decorator
@inline
function decodeLine(above: usize, pitch: usize, columns: u32, runIndex: u32, plain: bool): bool {
  const base = bottom, zero = noGradient();
  const longest = <u64>min(MOST_ZEROS, escapeZeros());
  const end = above + (<usize>columns << 1);
  let next = position;
  let at = above;
  let a = <i32>load<u16>(at), b = a, c = <i32>load<u16>(at - 2), d = <i32>load<u16>(at, 2);
  let q1 = quantize(zero, d - b), q12 = 81 * q1 + 9 * quantize(zero, b - c);
  while (at < end) {
    const q = q12 + quantize(zero, c - a);
    let bits = bitsAt(base, next);
    if (q == 0) {
      // Run mode. Code segment A.14: each 1 stands for a block of samples, the last one for what is left of the line.
      let rest = <u32>(end - at) >> 1;
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
        // Code segment A.15: a 0, and how many samples of the next block belong to the run.
        count += <u32>(((bits << 1) >>> 1) >>> (63 - <u64>block));
        next -= 1 + block;
        bits = (bits << 1) << <u64>block;
        if (count >= rest) {
          setPosition(next);
          return false;
        }
      } else count = rest;
      if (count) {
        fill(at + pitch, <u16>a, count);
        at += <usize>count << 1;
      }
      if (toEnd) break;

      b = load<u16>(at);
      const type = interruptionType(a, b, plain);
      const k = <u64>interruptionParameter(type);
      const zeros = clz(bits);
      let mapped: i32;
      if (zeros < longZerosBehindRun(runIndex)) {
        mapped = <i32>((zeros << k) | ((((bits << zeros) << 1) >>> 1) >>> (63 - k)));
        next -= <u32>(zeros + 1 + k);
      } else {
        mapped = longCode(next, k, logRunBlock(runIndex) + 1);
        next = codeEnd;
        if (mapped == NO_CODE) {
          setPosition(next);
          return false;
        }
      }
      runIndex -= <u32>(runIndex > 0);
      a = interruptionSample(mapped, type, <u32>k, a, b, plain);
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
    let mapped: i32;
    if (zeros < longest) {
      // A shift takes the low six bits of its count: those of `hot` are k, and 63 - k those of its complement.
      const h = <u64>hot;
      mapped = <i32>((zeros << h) | ((((bits << zeros) << 1) >>> 1) >>> ~h));
      next -= <u32>zeros + 1 + (hot & 63);
    } else {
      mapped = longCode(next, <u64>(hot & 63), 0);
      next = codeEnd;
      if (mapped == NO_CODE) {
        setPosition(next);
        return false;
      }
    }
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
  return true;
}

/** `count` samples, at least one, and up to seven more. */
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
