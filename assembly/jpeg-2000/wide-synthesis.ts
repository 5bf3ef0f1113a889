/**
 * The inverse 5-3 transformation (T.800 F.3) of components with more bits than i32 has room for, in i64: plainly, a resolution as a whole at
 * a time. Such components are rare, and nothing here is fast.
 */
import { take } from '../kernel/arena';
import { decodeWideBand } from './stripe';
import { Band, bandOf, Resolution, resolutionOf, TileComponent } from './tile';

/** Samples of a tile-component at the resolution that is shown, row by row; 0: no memory. */
export function synthesizeWide(area: TileComponent): usize {
  let samples = takeBand(bandOf(resolutionOf(area, 0), 0));
  for (let r = 1; r <= area.shown && samples != 0; r++) {
    samples = synthesizeResolution(resolutionOf(area, r - 1), samples, resolutionOf(area, r));
  }
  return samples;
}

/** A whole sub-band, decoded. */
function takeBand(band: Band): usize {
  const width = <u64>band.x1 - band.x0;
  const coefficients = take(width * (band.y1 - band.y0) * 8 + 8);
  if (coefficients != 0) decodeWideBand(band, coefficients, <usize>width << 3);
  return coefficients;
}

/** 2D_SR: the resolution `at` out of the one below it and three sub-bands. */
function synthesizeResolution(below: Resolution, low: usize, at: Resolution): usize {
  const width = at.x1 - at.x0;
  const height = at.y1 - at.y0;
  const hl = takeBand(bandOf(at, 0));
  const lh = takeBand(bandOf(at, 1));
  const hh = takeBand(bandOf(at, 2));
  const samples = take(<u64>width * height * 8 + 8);
  if (hl == 0 || lh == 0 || hh == 0 || samples == 0) return 0;
  const rowBytes = <usize>width << 3;
  interleave(samples, at, 0, 0, low, below.x1 - below.x0);
  interleave(samples, at, 1, 0, hl, widthOf(bandOf(at, 0)));
  interleave(samples, at, 0, 1, lh, widthOf(bandOf(at, 1)));
  interleave(samples, at, 1, 1, hh, widthOf(bandOf(at, 2)));
  for (let y: u32 = 0; y < height; y++) lift(samples + y * rowBytes, width, at.x0 & 1, 8);
  for (let x: u32 = 0; x < width; x++) lift(samples + (x << 3), height, at.y0 & 1, rowBytes);
  return samples;
}

@inline
function widthOf(band: Band): u32 {
  return band.x1 - band.x0;
}

/** 2D_INTERLEAVE of one band: its coefficients are the samples of `at` at columns of parity `oddX` and rows of parity `oddY`. */
function interleave(samples: usize, at: Resolution, oddX: u32, oddY: u32, from: usize, width: u32): void {
  const rowBytes = <usize>(at.x1 - at.x0) << 3;
  let row = from;
  for (let y = at.y0 + ((at.y0 ^ oddY) & 1); y < at.y1; y += 2, row += <usize>width << 3) {
    let coefficient = row;
    for (let x = at.x0 + ((at.x0 ^ oddX) & 1); x < at.x1; x += 2, coefficient += 8) {
      store<i64>(samples + (y - at.y0) * rowBytes + (<usize>(x - at.x0) << 3), load<i64>(coefficient));
    }
  }
}

/** 1D_SR of `count` values, `step` bytes apart, the first at an odd place where `odd` is 1 (F.3.6 to F.3.8). */
function lift(values: usize, count: u32, odd: u32, step: usize): void {
  if (count < 2) {
    if (count == 1 && odd != 0) store<i64>(values, load<i64>(values) / 2);
    return;
  }
  const end = values + count * step;
  for (let p = values + odd * step; p < end; p += 2 * step) {
    store<i64>(p, load<i64>(p) - ((besides(p, values, end, step) + 2) >> 2));
  }
  for (let p = values + (1 - odd) * step; p < end; p += 2 * step) {
    store<i64>(p, load<i64>(p) + (besides(p, values, end, step) >> 1));
  }
}

/** The sum of both neighbours; at an end the one that there is counts twice. */
@inline
function besides(at: usize, first: usize, end: usize, step: usize): i64 {
  const before = at > first ? at - step : at + step;
  const after = at + step < end ? at + step : at - step;
  return load<i64>(before) + load<i64>(after);
}
