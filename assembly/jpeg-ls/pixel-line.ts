/**
 * One line of a scan that is interleaved by sample (T.87 Annex B.3): a pixel at a time, all components of it in turn. They
 * share the contexts; run mode is entered where none of them has a gradient, and left by all of them together.
 *
 * Samples stand by pixel, 16 bits each; in front of a line stands one more pixel, and one behind it. Up to 14 bytes
 * behind the line itself are written.
 */
import { contextCorrection, contextK, contextTurn, updateContext } from './contexts';
import { bitsAt, bottom } from './entropy-coded-segments';
import { codeEnd, longCode, minusLength, NO_CODE, shortCode, shortZeros } from './golomb';
import { quantize } from './gradients';
import { MOST_COMPONENTS } from './frame-header';
import { correct, predict, reconstruct } from './prediction';
import { position, setPosition } from './reader';
import {
  interruptionContext,
  interruptionSample,
  LARGEST_RUN_INDEX,
  logRunBlock,
  longZerosBehindRun,
} from './run-mode';

/** 81 Q1 + 9 Q2 + Q3, in bytes of contexts, of each component of a pixel. */
const gradients = memory.data(MOST_COMPONENTS * 4, 4);

/** RUNindex behind the line. */
export let pixelRunIndexAfter: u32 = 0;

/** A line of a lossless scan whose MAXVAL is 2^n - 1. False where the codes make no sense. */
export function decodePlainPixels(above: usize, pitch: usize, columns: u32, runIndex: u32, components: u32): bool {
  return decodePixels(above, pitch, columns, runIndex, components, true);
}

/** A line of any scan. */
export function decodeAnyPixels(above: usize, pitch: usize, columns: u32, runIndex: u32, components: u32): bool {
  return decodePixels(above, pitch, columns, runIndex, components, false);
}

@inline
function decodePixels(
  above: usize, pitch: usize, columns: u32, runIndex: u32, components: u32, plain: bool,
): bool {
  const base = bottom;
  const pixel = <usize>components << 1;
  const end = above + <usize>columns * pixel;
  let next = position;
  let at = above;
  while (at < end) {
    let any = 0;
    for (let i: usize = 0; i < pixel; i += 2) {
      const q = gradientsAt(at + i, at + pitch + i, pixel);
      store<i32>(gradients + (i << 1), q);
      any |= q;
    }
    if (any == 0) {
      // Run mode. Code segment A.15, in pixels.
      let rest = <u32>(end - at) / <u32>pixel;
      let bits = bitsAt(base, next);
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
        // Code segment A.16.
        count += <u32>(((bits << 1) >>> 1) >>> (63 - <u64>block));
        next -= 1 + block;
        if (count >= rest) {
          setPosition(next);
          return false;
        }
      } else count = rest;
      const stop = at + <usize>count * pixel;
      for (; at < stop; at += 2) store<u16>(at + pitch, load<u16>(at + pitch - pixel));
      if (toEnd) break;

      // Each component of the pixel that interrupts the run is predicted by the one above: RItype is 0.
      for (const stop = at + pixel; at < stop; at += 2) {
        const hot = interruptionContext(0);
        const k = <u64>(hot & 63);
        const bits = bitsAt(base, next);
        const zeros = clz(bits);
        let mapped = 0;
        if (zeros < longZerosBehindRun(runIndex)) {
          const minus = minusLength(zeros, k);
          mapped = shortCode(bits, zeros, k, minus);
          next += <u32>minus;
        } else {
          mapped = longCode(next, k, logRunBlock(runIndex) + 1);
          next = codeEnd;
          if (mapped == NO_CODE) {
            setPosition(next);
            return false;
          }
        }
        const a = <i32>load<u16>(at + pitch - pixel), b = <i32>load<u16>(at);
        store<u16>(at + pitch, <u16>interruptionSample(mapped, 0, hot, a, b, plain));
      }
      runIndex -= <u32>(runIndex > 0);
      continue;
    }

    // Regular mode for each component, also for one without gradients.
    let from = gradients;
    for (const stop = at + pixel; at < stop; at += 2) {
      const q = load<i32>(from);
      from += 4;
      const sign = q >> 31;
      const context = <usize>((q ^ sign) - sign);
      const k = contextK(context), correction = contextCorrection(context), turn = contextTurn(context);
      const bits = bitsAt(base, next);
      const zeros = clz(bits);
      let mapped = 0;
      if (zeros < shortZeros()) {
        const minus = minusLength(zeros, k);
        mapped = shortCode(bits, zeros, k, minus);
        next += <u32>minus;
      } else {
        mapped = longCode(next, k, 0);
        next = codeEnd;
        if (mapped == NO_CODE) {
          setPosition(next);
          return false;
        }
      }
      const error = (mapped >>> 1) ^ -(mapped & 1) ^ turn;
      const a = <i32>load<u16>(at + pitch - pixel), b = <i32>load<u16>(at), c = <i32>load<u16>(at - pixel);
      const prediction = correct(predict(a, b, c), (correction ^ sign) - sign);
      store<u16>(at + pitch, <u16>reconstruct(prediction, (error ^ sign) - sign, plain));
      updateContext(context, correction, error, plain);
    }
  }
  setPosition(next);
  pixelRunIndexAfter = runIndex;
  return true;
}

/** 81 Q1 + 9 Q2 + Q3 of a sample, in bytes of contexts. */
@inline
function gradientsAt(above: usize, here: usize, pixel: usize): i32 {
  const a = <i32>load<u16>(here - pixel);
  const b = <i32>load<u16>(above), c = <i32>load<u16>(above - pixel), d = <i32>load<u16>(above + pixel);
  return 81 * quantize(d - b) + 9 * quantize(b - c) + quantize(c - a);
}
