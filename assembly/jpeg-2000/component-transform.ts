/**
 * The inverse component transformations (T.800 Annex G): rows of the first three components in, rows of samples before the level shift
 * out (i32). The rows that come in are not changed: the filter still needs them. Up to 12 bytes more are read and written.
 */

/** G.2.2: the reversible transformation, RCT. */
export function invertRct(y0: usize, y1: usize, y2: usize, r: usize, g: usize, b: usize, width: i32): void {
  if (ASC_FEATURE_SIMD) {
    for (let p = 0; p < width << 2; p += 16) {
      const u = v128.load(y1 + p);
      const v = v128.load(y2 + p);
      const green = i32x4.sub(v128.load(y0 + p), i32x4.shr_s(i32x4.add(u, v), 2));
      v128.store(r + p, i32x4.add(v, green));
      v128.store(g + p, green);
      v128.store(b + p, i32x4.add(u, green));
    }
    return;
  }
  for (let p = 0; p < width << 2; p += 4) {
    const u = load<i32>(y1 + p);
    const v = load<i32>(y2 + p);
    const green = load<i32>(y0 + p) - ((u + v) >> 2);
    store<i32>(r + p, v + green);
    store<i32>(g + p, green);
    store<i32>(b + p, u + green);
  }
}

/** The irreversible transformation, G-6 to G-8: with how many digits decides over samples that lie between two. */
export const RED_V: f32 = 1.402;
export const GREEN_U: f32 = 0.34413;
export const GREEN_V: f32 = 0.71414;
export const BLUE_U: f32 = 1.772;
/** These as vectors, to be loaded: V8 makes vectors of literals anew where they are used. */
export const ICT_FACTORS: usize = memory.data<f32>([
  RED_V, RED_V, RED_V, RED_V,
  GREEN_U, GREEN_U, GREEN_U, GREEN_U,
  GREEN_V, GREEN_V, GREEN_V, GREEN_V,
  BLUE_U, BLUE_U, BLUE_U, BLUE_U,
], 16);

/** G.3.2: the irreversible transformation, ICT, and rounding. Pixels of three bytes take another way, see float-samples.ts. */
export function invertIct(y0: usize, y1: usize, y2: usize, r: usize, g: usize, b: usize, width: i32): void {
  if (ASC_FEATURE_SIMD) {
    const redV = f32x4.splat(RED_V);
    const greenU = f32x4.splat(GREEN_U);
    const greenV = f32x4.splat(GREEN_V);
    const blueU = f32x4.splat(BLUE_U);
    for (let p = 0; p < width << 2; p += 16) {
      const y = v128.load(y0 + p);
      const u = v128.load(y1 + p);
      const v = v128.load(y2 + p);
      v128.store(r + p, roundVector(f32x4.add(y, f32x4.mul(v, redV))));
      v128.store(g + p, roundVector(f32x4.sub(f32x4.sub(y, f32x4.mul(u, greenU)), f32x4.mul(v, greenV))));
      v128.store(b + p, roundVector(f32x4.add(y, f32x4.mul(u, blueU))));
    }
    return;
  }
  for (let p = 0; p < width << 2; p += 4) {
    const y = load<f32>(y0 + p);
    const u = load<f32>(y1 + p);
    const v = load<f32>(y2 + p);
    store<i32>(r + p, roundSample(y + v * RED_V));
    store<i32>(g + p, roundSample(y - u * GREEN_U - v * GREEN_V));
    store<i32>(b + p, roundSample(y + u * BLUE_U));
  }
}

/** A row of f32 to the nearest integers. */
export function roundRow(row: usize, output: usize, width: i32): void {
  if (ASC_FEATURE_SIMD) {
    for (let p = 0; p < width << 2; p += 16) v128.store(output + p, roundVector(v128.load(row + p)));
    return;
  }
  for (let p = 0; p < width << 2; p += 4) store<i32>(output + p, roundSample(load<f32>(row + p)));
}

@inline
function roundVector(value: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(value));
}

/** To the nearest integer, halves to the even one; beyond an i32, to its end. */
@inline
function roundSample(value: f32): i32 {
  return <i32>nearest<f32>(value);
}
