/**
 * The reversible 5-3 filter (T.800 F.3.8.1.1) on rows of i16: as dwt53.ts has it on i32, in half the memory and twice as many
 * samples to a vector. narrow-bound.ts says when no sum in here leaves an i16.
 *
 * Rows have 16 bytes in front of them and 64 behind them that may be written to.
 */

/** x ^ TURNED orders i16 as u16 the other way round. The mean of two turned ones, rounded up, is that of both, rounded down. */
const TURNED: i16 = 0x7fff;

/** HOR_SR of one row, see `joinRow53`. */
export function joinRowNarrow(low: usize, high: usize, output: usize, lows: i32, highs: i32, odd: i32): void {
  if (lows == 0) {
    // F.3.6: a single sample at an odd place was doubled.
    store<i16>(output, <i16>(<i32>load<i16>(high) / 2));
    return;
  }
  if (highs == 0) {
    store<i16>(output, load<i16>(low));
    return;
  }
  store<i16>(high - 2, load<i16>(high));
  store<i16>(high + (highs << 1), load<i16>(high + ((highs - 1) << 1)));
  // As in dwt53.ts: even sample k lies between before[k] and before[k + 1].
  const before = high - (odd != 0 ? 0 : 2);
  const evens = output + (odd << 1);
  if (ASC_FEATURE_SIMD) joinVectors(low, before, evens, lows);
  else joinPlainly(low, before, evens, lows);
  if (odd != 0) store<i16>(output, load<i16>(before) + load<i16>(output, 2));
  if (highs + 1 - odd > lows) {
    const last = output + ((lows + highs - 1) << 1);
    store<i16>(last, load<i16>(before + (lows << 1)) + load<i16>(last - 2));
  }
}

/** Even samples `k` below `count`, and the odd ones behind them: the last of these is of no use. */
function joinPlainly(low: usize, before: usize, evens: usize, count: i32): void {
  let even = evenSample(low, before);
  for (let k = 0; k < count; k++) {
    const p = k << 1;
    const next = k + 1 < count ? evenSample(low + p + 2, before + p + 2) : even;
    store<i16>(evens + (p << 1), <i16>even);
    store<i16>(evens + (p << 1), <i16>(load<i16>(before + p, 2) + ((even + next) >> 1)), 2);
    even = next;
  }
}

@inline
function evenSample(low: usize, before: usize): i32 {
  return <i32>load<i16>(low) - ((<i32>load<i16>(before) + <i32>load<i16>(before, 2) + 2) >> 2);
}

/** The same, eight at a time: reads up to 32 bytes behind the rows, writes up to 32 bytes behind the output. */
function joinVectors(low: usize, before: usize, evens: usize, count: i32): void {
  const two = i16x8.splat(2), turn = i16x8.splat(TURNED);
  let high = v128.load(before, 2);
  let even = lessQuarter(v128.load(low), v128.load(before), high, two);
  let turned = v128.xor(even, turn);
  for (let k = 0; k < count; k += 8) {
    const p = k << 1;
    const nextHigh = v128.load(before + p, 18);
    const nextEven = lessQuarter(v128.load(low + p, 16), v128.load(before + p, 16), nextHigh, two);
    const nextTurned = v128.xor(nextEven, turn);
    const mean = i16x8.avgr_u(turned, v128.shuffle<i16>(turned, nextTurned, 1, 2, 3, 4, 5, 6, 7, 8));
    const odd = i16x8.add(high, v128.xor(mean, turn));
    v128.store(evens + (p << 1), v128.shuffle<i16>(even, odd, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(evens + (p << 1), v128.shuffle<i16>(even, odd, 4, 12, 5, 13, 6, 14, 7, 15), 16);
    even = nextEven;
    turned = nextTurned;
    high = nextHigh;
  }
}

/** `value` less a quarter of `one` and `other`, rounded. */
@inline
function lessQuarter(value: v128, one: v128, other: v128, two: v128): v128 {
  return i16x8.sub(value, i16x8.shr_s(i16x8.add(i16x8.add(one, other), two), 2));
}

/** The mean of `one` and `other`, rounded down. */
@inline
function meanOf(one: v128, other: v128, turn: v128): v128 {
  return v128.xor(i16x8.avgr_u(v128.xor(one, turn), v128.xor(other, turn)), turn);
}

/** VER_SR, even rows: `row` less a quarter of the odd rows `above` and `below`. */
export function liftEvenNarrow(row: usize, above: usize, below: usize, width: i32): void {
  if (ASC_FEATURE_SIMD) {
    const two = i16x8.splat(2);
    for (let p = 0; p < width << 1; p += 16) {
      v128.store(row + p, lessQuarter(v128.load(row + p), v128.load(above + p), v128.load(below + p), two));
    }
    return;
  }
  for (let p = 0; p < width << 1; p += 2) {
    const sum = <i32>load<i16>(above + p) + <i32>load<i16>(below + p) + 2;
    store<i16>(row + p, <i16>(<i32>load<i16>(row + p) - (sum >> 2)));
  }
}

/** VER_SR, odd rows: `row` plus half of the even rows `above` and `below`. */
export function liftOddNarrow(row: usize, above: usize, below: usize, width: i32): void {
  if (ASC_FEATURE_SIMD) {
    const turn = i16x8.splat(TURNED);
    for (let p = 0; p < width << 1; p += 16) {
      const mean = meanOf(v128.load(above + p), v128.load(below + p), turn);
      v128.store(row + p, i16x8.add(v128.load(row + p), mean));
    }
    return;
  }
  for (let p = 0; p < width << 1; p += 2) {
    const sum = <i32>load<i16>(above + p) + <i32>load<i16>(below + p);
    store<i16>(row + p, <i16>(<i32>load<i16>(row + p) + (sum >> 1)));
  }
}

/** Both in one pass over memory, see `liftPair53`. */
export function liftPairNarrow(even: usize, odd: usize, below: usize, above: usize, width: i32): void {
  if (ASC_FEATURE_SIMD) {
    const two = i16x8.splat(2), turn = i16x8.splat(TURNED);
    for (let p = 0; p < width << 1; p += 16) {
      const high = v128.load(odd + p);
      const low = lessQuarter(v128.load(even + p), high, v128.load(below + p), two);
      v128.store(even + p, low);
      v128.store(odd + p, i16x8.add(high, meanOf(low, v128.load(above + p), turn)));
    }
    return;
  }
  liftEvenNarrow(even, odd, below, width);
  liftOddNarrow(odd, above, even, width);
}

/** F.3.6: a row that is alone at an odd place. */
export function halveRowNarrow(row: usize, width: i32): void {
  for (let p = 0; p < width << 1; p += 2) store<i16>(row + p, <i16>(<i32>load<i16>(row + p) / 2));
}
