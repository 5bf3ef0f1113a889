/** Rows of i64 become samples: RCT (T.800 G.2.2), level shift (G.1), clipping, containers of up to eight bytes. See sample-rows.ts. */
import { Component } from './image-size';

/** The reversible transformation undone, in place. */
export function invertWideRct(y0: usize, y1: usize, y2: usize, width: i32): void {
  for (let p = 0; p < width << 3; p += 8) {
    const u = load<i64>(y1 + p);
    const v = load<i64>(y2 + p);
    const green = load<i64>(y0 + p) - ((u + v) >> 2);
    store<i64>(y0 + p, v + green);
    store<i64>(y1 + p, green);
    store<i64>(y2 + p, u + green);
  }
}

/** Writes one component of a row: `bytes` bytes per sample, `stride` bytes from sample to sample. */
export function writeWideSamples(
  row: usize, width: i32, component: Component, output: usize, bytes: i32, stride: i32,
): void {
  const half = <i64>1 << (component.precision - 1);
  const low = component.signed != 0 ? -half : 0;
  const high = component.signed != 0 ? half - 1 : 2 * half - 1;
  const shift = component.shifted != 0 ? half : 0;
  let to = output;
  for (let p = 0; p < width << 3; p += 8, to += stride) {
    const sample = min(max(load<i64>(row + p) + shift, low), high);
    if (bytes == 1) store<u8>(to, sample);
    else if (bytes == 2) store<u16>(to, sample);
    else if (bytes == 4) store<u32>(to, sample);
    else store<u64>(to, sample);
  }
}
