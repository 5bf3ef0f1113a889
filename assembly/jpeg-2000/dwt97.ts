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

/** Bytes that `joinRow97` needs as `scratch`, 16 bytes aligned, for rows of `width` samples. */
export function joinScratch97(width: u32): u64 {
  return (<u64>width / 2 + 1) * 8 + 160;
}

/**
 * HOR_SR of one row, see `joinRow53`, times `rowScale`, the scale of the row in the vertical direction. High-pass coefficients come
 * quantized, as i32 in units of `highStep` (E-6); low-pass ones too, or, where `lowStep` is 0, as f32. Two coefficients in front of
 * each row and two behind it are overwritten.
 */
export function joinRow97(
  low: usize,
  high: usize,
  output: usize,
  lows: i32,
  highs: i32,
  odd: i32,
  rowScale: f32,
  lowStep: f32,
  highStep: f32,
  scratch: usize,
): void {
  if (lows == 0 || highs == 0) {
    // F.3.6: a single sample is its coefficient; one at an odd place half of it, which leaves out the gain of 2.
    const only = lows == 0 ? <f32>load<i32>(high) * highStep : coefficient(low, lowStep);
    store<f32>(output, only * rowScale);
    return;
  }
  extend(low, high, lows, highs, odd);
  // Even sample k lies between after[k - 1] and after[k].
  const after = high + (odd << 2);
  const evens = output + (odd << 2);
  if (!ASC_FEATURE_SIMD) joinPlainly(low, after, evens, lows, odd, rowScale, lowStep, highStep);
  else if (lowStep == 0) joinVectors(low, after, evens, lows, odd, rowScale, lowStep, highStep, false, scratch);
  else joinVectors(low, after, evens, lows, odd, rowScale, lowStep, highStep, true, scratch);
}

@inline
function coefficient(at: usize, step: f32): f32 {
  return step == 0 ? load<f32>(at) : <f32>load<i32>(at) * step;
}

/**
 * F.3.7, Tables F.1 and F.2: four places more on both sides. That is what reflecting at each lifting step gives, bit for bit, as a step
 * treats both neighbours alike.
 */
function extend(low: usize, high: usize, lows: i32, highs: i32, odd: i32): void {
  const count = lows + highs;
  if (count < 5) return extendFew(low, high, odd, count);
  const first = odd << 2;
  store<u32>(low - 4, load<u32>(low + 4 - first));
  store<u32>(low - 8, load<u32>(low + 8 - first));
  store<u32>(high - 4, load<u32>(high + first));
  store<u32>(high - 8, load<u32>(high + first, 4));
  // The last place is even where there are as many places as to make it so.
  const last = (odd + count & 1) << 2;
  const lowEnd = low + (lows << 2), highEnd = high + (highs << 2);
  store<u32>(lowEnd, load<u32>(lowEnd - last - 4));
  store<u32>(lowEnd, load<u32>(lowEnd - last - 8), 4);
  store<u32>(highEnd, load<u32>(highEnd + last - 8));
  store<u32>(highEnd, load<u32>(highEnd + last - 12), 4);
}

/** The same where places are reflected more than once. */
function extendFew(low: usize, high: usize, first: i32, count: i32): void {
  const last = first + count - 1;
  for (let i = 1; i <= 4; i++) {
    store<u32>(placeOf(low, high, first, first - i), load<u32>(placeOf(low, high, first, reflected(first + i, first, last))));
    store<u32>(placeOf(low, high, first, last + i), load<u32>(placeOf(low, high, first, reflected(last - i, first, last))));
  }
}

function reflected(place: i32, first: i32, last: i32): i32 {
  while (place < first || place > last) place = place < first ? 2 * first - place : 2 * last - place;
  return place;
}

@inline
function placeOf(low: usize, high: usize, first: i32, place: i32): usize {
  const k = place >> 1;
  return (place & 1) != 0 ? high + (k << 2) : low + ((k - first) << 2);
}

/**
 * Even samples `k` below `count`, and the odd ones behind them (the last of these may be of no use); where `odd` is 1, the one in front
 * as well. One pass, in which each lifting step is one sample behind the one before it.
 */
function joinPlainly(
  low: usize, after: usize, evens: usize, count: i32, odd: i32, rowScale: f32, lowStep: f32, highStep: f32,
): void {
  let lastHigh = <f32>load<i32>(after - 12) * highStep * HIGH_SCALE;
  let lastEven1: f32 = 0, lastOdd1: f32 = 0, lastEven2: f32 = 0;
  for (let k = -2; k < count + 2; k++) {
    const p = k << 2;
    const high = <f32>load<i32>(after + p) * highStep * HIGH_SCALE;
    const even1 = coefficient(low + p, lowStep) * LOW_SCALE + (lastHigh + high) * DELTA;
    const odd1 = lastHigh + (lastEven1 + even1) * GAMMA;
    const even2 = lastEven1 + (lastOdd1 + odd1) * BETA;
    const odd2 = lastOdd1 + (lastEven2 + even2) * ALPHA;
    const to = evens + (p << 1) - 16;
    if (k >= 2) store<f32>(to, lastEven2 * rowScale);
    if (k >= 2 || (k == 1 && odd != 0)) store<f32>(to, odd2 * rowScale, 4);
    lastHigh = high;
    lastEven1 = even1;
    lastOdd1 = odd1;
    lastEven2 = even2;
  }
}

/** DELTA, GAMMA, BETA, ALPHA, LOW_SCALE, HIGH_SCALE: loaded, as V8 makes vectors of literals anew where they are used. */
const FACTORS: usize = memory.data<f32>([
  DELTA, DELTA, DELTA, DELTA,
  GAMMA, GAMMA, GAMMA, GAMMA,
  BETA, BETA, BETA, BETA,
  ALPHA, ALPHA, ALPHA, ALPHA,
  LOW_SCALE, LOW_SCALE, LOW_SCALE, LOW_SCALE,
  HIGH_SCALE, HIGH_SCALE, HIGH_SCALE, HIGH_SCALE,
], 16);

/**
 * The same, four at a time, in two passes: one that makes the first two steps, one for the others. The four steps of a sample wait for one
 * another; in one pass a processor has too few samples in sight to have something else to do in the meantime. Reads 16 bytes in front of
 * the rows and up to 48 behind them, writes up to 28 bytes behind the output.
 */
@inline
function joinVectors(
  low: usize, after: usize, evens: usize, count: i32, odd: i32, rowScale: f32, lowStep: f32, highStep: f32, quantized: bool, scratch: usize,
): void {
  const vectors = (count + 3 << 2) & ~15;
  // Of what each step leaves: one vector in front of the first sample, one or two behind the last.
  const evens1 = scratch + 32;
  const odds1 = evens1 + vectors + 64;
  const lowSteps = f32x4.splat(lowStep), highSteps = f32x4.splat(highStep);
  const lowScale = v128.load(FACTORS, 64), highScale = v128.load(FACTORS, 80);
  const delta = v128.load(FACTORS), gamma = v128.load(FACTORS, 16);
  let lastHigh = f32x4.splat(0), lastEven1 = lastHigh;
  for (let p = -16; p < vectors + 32; p += 16) {
    const high = scaledHigh(v128.load(after + p), highSteps, highScale);
    const even = scaledLow(v128.load(low + p), lowSteps, lowScale, quantized);
    const even1 = liftVector(even, before(lastHigh, high), high, delta);
    v128.store(evens1 + p, even1);
    v128.store(odds1 + p - 16, liftVector(lastHigh, lastEven1, behind(lastEven1, even1), gamma), 0);
    lastHigh = high;
    lastEven1 = even1;
  }
  const beta = v128.load(FACTORS, 32), alpha = v128.load(FACTORS, 48), scale = f32x4.splat(rowScale);
  let odd1 = v128.load(odds1);
  let even2 = liftVector(v128.load(evens1), v128.load(odds1 - 4), odd1, beta);
  if (odd != 0) {
    // The odd sample in front of the first even one.
    const first = load<f32>(odds1 - 4);
    const firstEven2 = load<f32>(evens1 - 4) + (load<f32>(odds1 - 8) + first) * BETA;
    store<f32>(evens - 4, (first + (firstEven2 + f32x4.extract_lane(even2, 0)) * ALPHA) * rowScale);
  }
  for (let p = 0; p < vectors; p += 16) {
    const nextOdd1 = v128.load(odds1 + p, 16);
    const nextEven2 = liftVector(v128.load(evens1 + p, 16), v128.load(odds1 + p, 12), nextOdd1, beta);
    const odd2 = liftVector(odd1, even2, behind(even2, nextEven2), alpha);
    storePairs(evens + (p << 1), f32x4.mul(even2, scale), f32x4.mul(odd2, scale));
    odd1 = nextOdd1;
    even2 = nextEven2;
  }
}

@inline
function storePairs(to: usize, even: v128, odd: v128): void {
  v128.store(to, v128.shuffle<f32>(even, odd, 0, 4, 1, 5));
  v128.store(to, v128.shuffle<f32>(even, odd, 2, 6, 3, 7), 16);
}

@inline
function scaledHigh(quantized: v128, step: v128, scale: v128): v128 {
  return f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(quantized), step), scale);
}

@inline
function scaledLow(value: v128, step: v128, scale: v128, quantized: bool): v128 {
  return f32x4.mul(quantized ? f32x4.mul(f32x4.convert_i32x4_s(value), step) : value, scale);
}

/** A lifting step: `value` + (`left` + `right`) * `factor`. */
@inline
function liftVector(value: v128, left: v128, right: v128, factor: v128): v128 {
  return f32x4.add(value, f32x4.mul(f32x4.add(left, right), factor));
}

/** Four values, each one place further to the front, or to the back, of those in `one` and `next`. */
@inline
function before(one: v128, next: v128): v128 {
  return v128.shuffle<f32>(one, next, 3, 4, 5, 6);
}

@inline
function behind(one: v128, next: v128): v128 {
  return v128.shuffle<f32>(one, next, 1, 2, 3, 4);
}

/** Scales a row. Up to 12 bytes more. */
export function scaleRow97(row: usize, factor: f32, width: i32): void {
  if (ASC_FEATURE_SIMD) {
    const by = f32x4.splat(factor);
    for (let p = 0; p < width << 2; p += 16) v128.store(row + p, f32x4.mul(v128.load(row + p), by));
    return;
  }
  for (let p = 0; p < width << 2; p += 4) store<f32>(row + p, load<f32>(row + p) * factor);
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
    const delta = v128.load(FACTORS), gamma = v128.load(FACTORS, 16), beta = v128.load(FACTORS, 32), alpha = v128.load(FACTORS, 48);
    // Two vectors a turn: the six addresses are reckoned once for both.
    for (let p = 0; p < width << 2; p += 32) {
      const high1 = v128.load(v1 + p), nextHigh1 = v128.load(v1 + p, 16);
      const low0 = liftVector(v128.load(v0 + p), high1, v128.load(below + p), delta);
      const nextLow0 = liftVector(v128.load(v0 + p, 16), nextHigh1, v128.load(below + p, 16), delta);
      v128.store(v0 + p, low0);
      v128.store(v0 + p, nextLow0, 16);
      const low2 = v128.load(v2 + p), nextLow2 = v128.load(v2 + p, 16);
      const odd1 = liftVector(high1, low2, low0, gamma), nextOdd1 = liftVector(nextHigh1, nextLow2, nextLow0, gamma);
      v128.store(v1 + p, odd1);
      v128.store(v1 + p, nextOdd1, 16);
      const odd3 = v128.load(v3 + p), nextOdd3 = v128.load(v3 + p, 16);
      const even2 = liftVector(low2, odd3, odd1, beta), nextEven2 = liftVector(nextLow2, nextOdd3, nextOdd1, beta);
      v128.store(v2 + p, even2);
      v128.store(v2 + p, nextEven2, 16);
      v128.store(v3 + p, liftVector(odd3, v128.load(v4 + p), even2, alpha));
      v128.store(v3 + p, liftVector(nextOdd3, v128.load(v4 + p, 16), nextEven2, alpha), 16);
    }
    return;
  }
  liftRow97(1, v0, v1, below, width);
  liftRow97(2, v1, v2, v0, width);
  liftRow97(3, v2, v3, v1, width);
  liftRow97(4, v3, v4, v2, width);
}
