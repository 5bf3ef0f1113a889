/**
 * The irreversible 9-7 filter (T.800 F.3.8.2), on rows of f32, by four lifting steps and a scaling. Rows are extended by
 * reflection (F.3.7): a neighbour that is not there is the one on the other side. Rows as in dwt53.ts.
 */

/** Table F.4, with the signs of the inverse: delta and gamma take away, beta and alpha are negative and so add. */
const DELTA: f32 = -0.443506852;
const GAMMA: f32 = -0.882911075;
const BETA: f32 = 0.052980118;
const ALPHA: f32 = 1.586134342;
/** Scale of low-pass coefficients, K. */
export const LOW_SCALE: f32 = 1.230174105;
/**
 * Scale of high-pass coefficients: 2 / K. The 2 is the gain of the sub-band (Table E.1), which the step does without. The last
 * digits are OpenJPEG's, 3 in 100,000 off, so that its samples are ours.
 */
export const HIGH_SCALE: f32 = 1.625732422;

/** The step of lifting stage 1 to 4. */
@inline
function factorOf(stage: i32): f32 {
  return stage == 1 ? DELTA : stage == 2 ? GAMMA : stage == 3 ? BETA : ALPHA;
}

/** Lifts `count` values: `target` = `source` + (`left` + `right`) * factor. Reads and writes up to 12 bytes more. */
@inline
function lift(target: usize, source: usize, left: usize, right: usize, factor: f32, count: i32): void {
  if (ASC_FEATURE_SIMD) {
    const by = f32x4.splat(factor);
    for (let p = 0; p < count << 2; p += 16) {
      const sum = f32x4.add(v128.load(left + p), v128.load(right + p));
      v128.store(target + p, f32x4.add(v128.load(source + p), f32x4.mul(sum, by)));
    }
    return;
  }
  for (let p = 0; p < count << 2; p += 4) {
    store<f32>(target + p, load<f32>(source + p) + (load<f32>(left + p) + load<f32>(right + p)) * factor);
  }
}

/** Scales `count` values; up to 12 bytes more. */
function scale(target: usize, source: usize, factor: f32, count: i32): void {
  if (ASC_FEATURE_SIMD) {
    const by = f32x4.splat(factor);
    for (let p = 0; p < count << 2; p += 16) v128.store(target + p, f32x4.mul(v128.load(source + p), by));
    return;
  }
  for (let p = 0; p < count << 2; p += 4) store<f32>(target + p, load<f32>(source + p) * factor);
}

/** Bytes that `joinRow97` needs as `scratch` for rows of `width` samples. */
export function joinScratch97(width: u32): u64 {
  return 2 * ((<u64>width / 2 + 1) * 4 + 128);
}

/**
 * HOR_SR of one row, see `joinRow53`, times `rowScale`, the scale of the row in the vertical direction. `high` is
 * overwritten, `low` is not.
 */
export function joinRow97(
  low: usize,
  high: usize,
  output: usize,
  lows: i32,
  highs: i32,
  odd: i32,
  rowScale: f32,
  scratch: usize,
): void {
  if (lows == 0 || highs == 0) {
    // F.3.6: a single sample is its coefficient; one at an odd place half of it, which leaves out the gain of 2.
    store<f32>(output, load<f32>(lows == 0 ? high : low) * rowScale);
    return;
  }
  const evens = scratch + 32;
  const odds = evens + (((lows + 1) << 2) + 95 & ~15);
  const tail = highs + 1 - odd > lows;
  scale(high, high, HIGH_SCALE, highs);
  store<f32>(high - 4, load<f32>(high));
  store<f32>(high + (highs << 2), load<f32>(high + ((highs - 1) << 2)));
  // As in dwt53.ts: even sample k lies between before[k] and before[k + 1], odds[k] between evens[k] and evens[k + 1].
  const before = high - (odd != 0 ? 0 : 4);
  scale(evens, low, LOW_SCALE, lows);
  lift(evens, evens, before, before + 4, factorOf(1), lows);
  extend(evens, lows);
  lift(odds - 4, before, evens - 4, evens, factorOf(2), lows + 1);
  if (odd == 0) store<f32>(odds - 4, load<f32>(odds));
  const lastOdd = odds + ((lows - 1) << 2);
  if (!tail) store<f32>(lastOdd, load<f32>(lastOdd - 4));
  lift(evens, evens, odds - 4, odds, factorOf(3), lows);
  extend(evens, lows);
  lift(odds - 4, odds - 4, evens - 4, evens, factorOf(4), lows + 1);
  if (odd != 0) store<f32>(output, load<f32>(odds - 4) * rowScale);
  interleave(evens, odds, output + (odd << 2), lows, rowScale);
}

/** Reflects the first and the last one of `count` values. */
@inline
function extend(values: usize, count: i32): void {
  store<f32>(values - 4, load<f32>(values));
  store<f32>(values + (count << 2), load<f32>(values + ((count - 1) << 2)));
}

/** `count` pairs, scaled; up to 32 bytes more. */
function interleave(evens: usize, odds: usize, output: usize, count: i32, factor: f32): void {
  if (ASC_FEATURE_SIMD) {
    const by = f32x4.splat(factor);
    for (let p = 0; p < count << 2; p += 16) {
      const even = f32x4.mul(v128.load(evens + p), by);
      const odd = f32x4.mul(v128.load(odds + p), by);
      v128.store(output + (p << 1), v128.shuffle<f32>(even, odd, 0, 4, 1, 5));
      v128.store(output + (p << 1), v128.shuffle<f32>(even, odd, 2, 6, 3, 7), 16);
    }
    return;
  }
  for (let p = 0; p < count << 2; p += 4) {
    store<f32>(output + (p << 1), load<f32>(evens + p) * factor);
    store<f32>(output + (p << 1), load<f32>(odds + p) * factor, 4);
  }
}

/** Scales a row. Up to 12 bytes more. */
export function scaleRow97(row: usize, factor: f32, width: i32): void {
  scale(row, row, factor, width);
}

/** VER_SR: lifting stage 1 to 4 of row `row` between `above` and `below`. */
export function liftRow97(stage: i32, row: usize, above: usize, below: usize, width: i32): void {
  lift(row, row, above, below, factorOf(stage), width);
}

/**
 * All four stages in one pass over memory, each one row higher than the one before it: row `v` in `stage 1` is even;
 * `rows` v+1, v, v-1 ... v-4 are given.
 */
export function liftRows97(below: usize, v0: usize, v1: usize, v2: usize, v3: usize, v4: usize, width: i32): void {
  if (ASC_FEATURE_SIMD) {
    const delta = f32x4.splat(DELTA);
    const gamma = f32x4.splat(GAMMA);
    const beta = f32x4.splat(BETA);
    const alpha = f32x4.splat(ALPHA);
    for (let p = 0; p < width << 2; p += 16) {
      const high1 = v128.load(v1 + p);
      const low0 = f32x4.add(v128.load(v0 + p), f32x4.mul(f32x4.add(high1, v128.load(below + p)), delta));
      v128.store(v0 + p, low0);
      const low2 = v128.load(v2 + p);
      const odd1 = f32x4.add(high1, f32x4.mul(f32x4.add(low2, low0), gamma));
      v128.store(v1 + p, odd1);
      const odd3 = v128.load(v3 + p);
      const even2 = f32x4.add(low2, f32x4.mul(f32x4.add(odd3, odd1), beta));
      v128.store(v2 + p, even2);
      v128.store(v3 + p, f32x4.add(odd3, f32x4.mul(f32x4.add(v128.load(v4 + p), even2), alpha)));
    }
    return;
  }
  liftRow97(1, v0, v1, below, width);
  liftRow97(2, v1, v2, v0, width);
  liftRow97(3, v2, v3, v1, width);
  liftRow97(4, v3, v4, v2, width);
}
