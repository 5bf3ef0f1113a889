/**
 * Rows of i32 become samples of the output: DC level shift (T.800 G.1), clipping to the range of the component, container,
 * interleaving by pixel.
 */
import { Component } from './image-size';

/** What is added to the samples of a component, and their range. */
@inline
export function shiftOf(component: Component): i32 {
  return component.shifted == 0 ? 0 : 1 << (component.precision - 1);
}

@inline
export function lowestOf(component: Component): i32 {
  return component.signed != 0 ? -1 << (component.precision - 1) : 0;
}

@inline
export function highestOf(component: Component): i32 {
  return component.signed != 0 ? ~(-1 << (component.precision - 1)) : <i32>((<i64>1 << component.precision) - 1);
}

/**
 * Writes one component of a row: `bytes` bytes per sample, `stride` bytes from sample to sample. Precisions up to 30 bits: the sum
 * with the shift must not wrap. Writes nothing behind the last sample.
 */
export function writeSamples(
  row: usize, width: i32, component: Component, output: usize, bytes: i32, stride: i32,
): void {
  const shift = shiftOf(component);
  const low = lowestOf(component);
  const high = highestOf(component);
  let x = 0;
  let to = output;
  if (ASC_FEATURE_SIMD) {
    if (stride == bytes) {
      x = width & ~7;
      writeVectors(row, x, shift, low, high, output, bytes);
      to += x * bytes;
    }
  }
  if (bytes == 1) {
    for (; x < width; x++, to += stride) store<u8>(to, clip(row, x, shift, low, high));
  } else if (bytes == 2) {
    for (; x < width; x++, to += stride) store<u16>(to, clip(row, x, shift, low, high));
  } else {
    for (; x < width; x++, to += stride) store<u32>(to, clip(row, x, shift, low, high));
  }
}

@inline
function clip(row: usize, x: i32, shift: i32, low: i32, high: i32): i32 {
  return min(max(load<i32>(row + (x << 2)), low - shift), high - shift) + shift;
}

@inline
function clipVector(at: usize, shift: v128, low: v128, high: v128): v128 {
  return i32x4.add(i32x4.min_s(i32x4.max_s(v128.load(at), low), high), shift);
}

/** `count` samples without gaps, a multiple of eight. */
function writeVectors(row: usize, count: i32, shift: i32, low: i32, high: i32, output: usize, bytes: i32): void {
  const shifts = i32x4.splat(shift);
  const lows = i32x4.splat(low - shift);
  const highs = i32x4.splat(high - shift);
  for (let x = 0; x < count; x += 8) {
    const p = row + (x << 2);
    const a = clipVector(p, shifts, lows, highs);
    const b = clipVector(p + 16, shifts, lows, highs);
    const to = output + x * bytes;
    if (bytes == 4) {
      v128.store(to, a);
      v128.store(to, b, 16);
    } else {
      const words = v128.shuffle<i16>(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
      if (bytes == 2) v128.store(to, words);
      else v128.store64_lane(to, v128.shuffle<i8>(words, words, 0, 2, 4, 6, 8, 10, 12, 14, 0, 0, 0, 0, 0, 0, 0, 0), 0);
    }
  }
}

/** Writes three components of one byte by pixel, all as `component` says. */
export function writePixels(
  r: usize, g: usize, b: usize, width: i32, component: Component, output: usize,
): void {
  const shift = shiftOf(component);
  const low = lowestOf(component);
  const high = highestOf(component);
  let x = 0;
  if (ASC_FEATURE_SIMD) {
    const shifts = i32x4.splat(shift);
    const lows = i32x4.splat(low - shift);
    const highs = i32x4.splat(high - shift);
    for (; x + 8 <= width; x += 8) {
      const red = clipEight(r + (x << 2), shifts, lows, highs);
      const green = clipEight(g + (x << 2), shifts, lows, highs);
      const blue = clipEight(b + (x << 2), shifts, lows, highs);
      storePixels(output + 3 * x, red, green, blue);
    }
  }
  for (let to = output + 3 * x; x < width; x++, to += 3) {
    store<u8>(to, clip(r, x, shift, low, high));
    store<u8>(to, clip(g, x, shift, low, high), 1);
    store<u8>(to, clip(b, x, shift, low, high), 2);
  }
}

/** Eight pixels of one byte per sample, the low ones of 16-bit lanes. */
@inline
export function storePixels(to: usize, red: v128, green: v128, blue: v128): void {
  const redGreen = v128.shuffle<i8>(red, green, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  v128.store(to, v128.shuffle<i8>(redGreen, blue, 0, 8, 16, 1, 9, 18, 2, 10, 20, 3, 11, 22, 4, 12, 24, 5));
  v128.store64_lane(to + 16, v128.shuffle<i8>(redGreen, blue, 13, 26, 6, 14, 28, 7, 15, 30, 0, 0, 0, 0, 0, 0, 0, 0), 0);
}

/** The same for components of two bytes. */
export function writeWordPixels(
  r: usize, g: usize, b: usize, width: i32, component: Component, output: usize,
): void {
  const shift = shiftOf(component);
  const low = lowestOf(component);
  const high = highestOf(component);
  let x = 0;
  if (ASC_FEATURE_SIMD) {
    const shifts = i32x4.splat(shift);
    const lows = i32x4.splat(low - shift);
    const highs = i32x4.splat(high - shift);
    for (; x + 8 <= width; x += 8) {
      const red = clipEight(r + (x << 2), shifts, lows, highs);
      const green = clipEight(g + (x << 2), shifts, lows, highs);
      const blue = clipEight(b + (x << 2), shifts, lows, highs);
      // Red and green by turns first, then blue in between.
      const first = v128.shuffle<i16>(red, green, 0, 8, 1, 9, 2, 10, 3, 11);
      const last = v128.shuffle<i16>(red, green, 4, 12, 5, 13, 6, 14, 7, 15);
      const middle = v128.shuffle<i16>(first, last, 6, 7, 8, 9, 10, 11, 12, 13);
      const to = output + 6 * x;
      v128.store(to, v128.shuffle<i16>(first, blue, 0, 1, 8, 2, 3, 9, 4, 5));
      v128.store(to, v128.shuffle<i16>(middle, blue, 10, 0, 1, 11, 2, 3, 12, 4), 16);
      v128.store(to, v128.shuffle<i16>(last, blue, 3, 13, 4, 5, 14, 6, 7, 15), 32);
    }
  }
  for (let to = output + 6 * x; x < width; x++, to += 6) {
    store<u16>(to, clip(r, x, shift, low, high));
    store<u16>(to, clip(g, x, shift, low, high), 2);
    store<u16>(to, clip(b, x, shift, low, high), 4);
  }
}

/** Eight samples of at most 16 bits. */
@inline
function clipEight(at: usize, shifts: v128, lows: v128, highs: v128): v128 {
  return v128.shuffle<i16>(
    clipVector(at, shifts, lows, highs), clipVector(at + 16, shifts, lows, highs), 0, 2, 4, 6, 8, 10, 12, 14,
  );
}
