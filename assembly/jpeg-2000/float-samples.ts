/**
 * Rows of f32, as the 9-7 filter leaves them, become samples of the output in one pass: the irreversible component transformation (T.800
 * G.3.2), rounding to the nearest integer with halves to the even one, DC level shift (G.1), clipping, container. Components have at most
 * 16 bits and are signed or shifted, so that all samples are within an i16 in front of the level shift. What is no number becomes the
 * lowest sample.
 */
import { BLUE_U, GREEN_U, GREEN_V, ICT_FACTORS, RED_V } from './component-transform';
import { Component } from './image-size';
import { highestOf, lowestOf, shiftOf, storePixels } from './sample-rows';

/**
 * 1.5 times 2^23: of a sum with it, the last bit stands for 1, so that the addition rounds. The lowest 16 bits of the sum as it stands in
 * memory are then those of the number in two's complement.
 */
const ROUNDING: f32 = 12582912;

/**
 * Writes one component of a row: `bytes` (1 or 2) bytes per sample, `stride` bytes from sample to sample. Writes nothing behind the last
 * sample.
 */
export function writeFloatSamples(
  row: usize, width: i32, component: Component, output: usize, bytes: i32, stride: i32,
): void {
  const shift = shiftOf(component);
  const low = <f32>(lowestOf(component) - shift), high = <f32>(highestOf(component) - shift);
  let x = 0;
  if (ASC_FEATURE_SIMD && stride == bytes) {
    const lows = f32x4.splat(low), highs = f32x4.splat(high), rounding = f32x4.splat(ROUNDING);
    const shifts = i16x8.splat(<i16>shift);
    for (; x + 8 <= width; x += 8) {
      const p = row + (x << 2);
      const samples = roundEight(v128.load(p), v128.load(p, 16), lows, highs, rounding, shifts);
      if (bytes == 2) v128.store(output + (x << 1), samples);
      else v128.store64_lane(output + x, v128.shuffle<i8>(samples, samples, 0, 2, 4, 6, 8, 10, 12, 14, 0, 0, 0, 0, 0, 0, 0, 0), 0);
    }
  }
  for (let to = output + x * stride; x < width; x++, to += stride) {
    const sample = roundSample(load<f32>(row + (x << 2)), low, high) + shift;
    if (bytes == 1) store<u8>(to, <u8>sample);
    else store<u16>(to, <u16>sample);
  }
}

/** Writes pixels of three bytes, all as `component` says, out of the rows of Y, Cb and Cr. Writes nothing behind the last pixel. */
export function writeFloatPixels(
  y0: usize, y1: usize, y2: usize, width: i32, component: Component, output: usize,
): void {
  const shift = shiftOf(component);
  const low = <f32>(lowestOf(component) - shift), high = <f32>(highestOf(component) - shift);
  let x = 0;
  if (ASC_FEATURE_SIMD) {
    const lows = f32x4.splat(low), highs = f32x4.splat(high), rounding = f32x4.splat(ROUNDING);
    const shifts = i16x8.splat(<i16>shift);
    const redV = v128.load(ICT_FACTORS), greenU = v128.load(ICT_FACTORS, 16);
    const greenV = v128.load(ICT_FACTORS, 32), blueU = v128.load(ICT_FACTORS, 48);
    for (; x + 8 <= width; x += 8) {
      const p = x << 2;
      const y = v128.load(y0 + p), u = v128.load(y1 + p), v = v128.load(y2 + p);
      const nextY = v128.load(y0 + p, 16), nextU = v128.load(y1 + p, 16), nextV = v128.load(y2 + p, 16);
      const red = f32x4.add(y, f32x4.mul(v, redV));
      const nextRed = f32x4.add(nextY, f32x4.mul(nextV, redV));
      const green = f32x4.sub(f32x4.sub(y, f32x4.mul(u, greenU)), f32x4.mul(v, greenV));
      const nextGreen = f32x4.sub(f32x4.sub(nextY, f32x4.mul(nextU, greenU)), f32x4.mul(nextV, greenV));
      const blue = f32x4.add(y, f32x4.mul(u, blueU));
      const nextBlue = f32x4.add(nextY, f32x4.mul(nextU, blueU));
      storePixels(
        output + 3 * x,
        roundEight(red, nextRed, lows, highs, rounding, shifts),
        roundEight(green, nextGreen, lows, highs, rounding, shifts),
        roundEight(blue, nextBlue, lows, highs, rounding, shifts),
      );
    }
  }
  for (let to = output + 3 * x; x < width; x++, to += 3) {
    const p = x << 2;
    const y = load<f32>(y0 + p), u = load<f32>(y1 + p), v = load<f32>(y2 + p);
    store<u8>(to, <u8>(roundSample(y + v * RED_V, low, high) + shift));
    store<u8>(to, <u8>(roundSample(y - u * GREEN_U - v * GREEN_V, low, high) + shift), 1);
    store<u8>(to, <u8>(roundSample(y + u * BLUE_U, low, high) + shift), 2);
  }
}

/** Eight samples as 16 bits. The bounds are whole numbers, so clipping may come in front of rounding. */
@inline
function roundEight(first: v128, last: v128, lows: v128, highs: v128, rounding: v128, shifts: v128): v128 {
  const a = f32x4.add(f32x4.pmin(highs, f32x4.pmax(lows, first)), rounding);
  const b = f32x4.add(f32x4.pmin(highs, f32x4.pmax(lows, last)), rounding);
  return i16x8.add(v128.shuffle<i16>(a, b, 0, 2, 4, 6, 8, 10, 12, 14), shifts);
}

/** The same of one, in front of the level shift. */
@inline
function roundSample(value: f32, low: f32, high: f32): i32 {
  const above = low < value ? value : low;
  return <i32>nearest<f32>(above < high ? above : high);
}
