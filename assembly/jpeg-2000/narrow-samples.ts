/** Rows of i16 become samples of the output, as sample-rows.ts has it of i32; three components also by way of G.2.2. */
import { Component } from './image-size';
import { highestOf, lowestOf, shiftOf } from './sample-rows';

/**
 * Writes one component of a row, `offset` less: `bytes` (1 or 2) bytes per sample, `stride` bytes from sample to sample. Writes
 * nothing behind the last sample.
 */
export function writeNarrowSamples(
  row: usize,
  width: i32,
  component: Component,
  offset: i32,
  output: usize,
  bytes: i32,
  stride: i32,
): void {
  // What is added may be more than an i16 holds: the sum is clipped before, so that it comes out right modulo 2^16.
  const shift = shiftOf(component) - offset;
  const low = max(min(lowestOf(component) - shift, i16.MAX_VALUE), i16.MIN_VALUE);
  const high = max(min(highestOf(component) - shift, i16.MAX_VALUE), i16.MIN_VALUE);
  let x = 0;
  if (ASC_FEATURE_SIMD && stride == bytes) {
    const lows = i16x8.splat(<i16>low), highs = i16x8.splat(<i16>high), shifts = i16x8.splat(<i16>shift);
    for (; x + 8 <= width; x += 8) {
      const clipped = i16x8.min_s(i16x8.max_s(v128.load(row + (x << 1)), lows), highs);
      const samples = i16x8.add(clipped, shifts);
      if (bytes == 2) v128.store(output + (x << 1), samples);
      else v128.store64_lane(output + x, v128.shuffle<i8>(samples, samples, 0, 2, 4, 6, 8, 10, 12, 14, 0, 0, 0, 0, 0, 0, 0, 0), 0);
    }
  }
  for (let to = output + x * stride; x < width; x++, to += stride) {
    const sample = min(max(<i32>load<i16>(row + (x << 1)), low), high) + shift;
    if (bytes == 1) store<u8>(to, <u8>sample);
    else store<u16>(to, <u16>sample);
  }
}

/**
 * G.2.2, the reversible component transformation, and pixels of three unsigned bytes, all as `component` says. No sum leaves an i16.
 * Writes nothing behind the last pixel.
 */
export function writeNarrowPixels(
  y0: usize,
  y1: usize,
  y2: usize,
  width: i32,
  component: Component,
  output: usize,
): void {
  const shift = shiftOf(component), high = highestOf(component);
  let x = 0;
  if (ASC_FEATURE_SIMD) {
    const shifts = i16x8.splat(<i16>shift), highs = i8x16.splat(<i8>high);
    for (; x + 16 <= width; x += 16) {
      const p = x << 1;
      const u0 = v128.load(y1 + p), v0 = v128.load(y2 + p);
      const u1 = v128.load(y1 + p, 16), v1 = v128.load(y2 + p, 16);
      const green0 = greenOf(v128.load(y0 + p), u0, v0, shifts);
      const green1 = greenOf(v128.load(y0 + p, 16), u1, v1, shifts);
      const green = i8x16.min_u(i8x16.narrow_i16x8_u(green0, green1), highs);
      const red = i8x16.min_u(i8x16.narrow_i16x8_u(i16x8.add(v0, green0), i16x8.add(v1, green1)), highs);
      const blue = i8x16.min_u(i8x16.narrow_i16x8_u(i16x8.add(u0, green0), i16x8.add(u1, green1)), highs);
      storePixels(output + 3 * x, red, green, blue);
    }
  }
  for (let to = output + 3 * x; x < width; x++, to += 3) {
    const p = x << 1;
    const u = <i32>load<i16>(y1 + p), v = <i32>load<i16>(y2 + p);
    const green = <i32>load<i16>(y0 + p) - ((u + v) >> 2) + shift;
    store<u8>(to, <u8>min(max(v + green, 0), high));
    store<u8>(to, <u8>min(max(green, 0), high), 1);
    store<u8>(to, <u8>min(max(u + green, 0), high), 2);
  }
}

@inline
function greenOf(y: v128, u: v128, v: v128, shifts: v128): v128 {
  return i16x8.add(i16x8.sub(y, i16x8.shr_s(i16x8.add(u, v), 2)), shifts);
}

/** Sixteen pixels: red and green by turns first, then blue in between. */
@inline
function storePixels(to: usize, red: v128, green: v128, blue: v128): void {
  const first = v128.shuffle<i8>(red, green, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const second = v128.shuffle<i8>(red, green, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const middle = v128.shuffle<i8>(first, second, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26);
  v128.store(to, v128.or(placed(first, 0), placed(blue, 16)));
  v128.store(to, v128.or(placed(middle, 32), placed(blue, 48)), 16);
  v128.store(to, v128.or(placed(second, 64), placed(blue, 80)), 32);
}

@inline
function placed(bytes: v128, offset: usize): v128 {
  return i8x16.swizzle(bytes, v128.load(PLACES + offset));
}

/**
 * Of three vectors of pixels the bytes of red and green, and those of blue: -1 where the other is. To be loaded, as engines make the
 * indices of a shuffle of two vectors anew in each round.
 */
const PLACES: usize = memory.data<i8>([
  0, 1, -1, 2, 3, -1, 4, 5, -1, 6, 7, -1, 8, 9, -1, 10,
  -1, -1, 0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1,
  0, -1, 1, 2, -1, 3, 4, -1, 5, 6, -1, 7, 8, -1, 9, 10,
  -1, 5, -1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1,
  -1, 6, 7, -1, 8, 9, -1, 10, 11, -1, 12, 13, -1, 14, 15, -1,
  10, -1, -1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15,
], 16);
