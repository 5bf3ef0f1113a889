/**
 * The reversible 5-3 filter (T.800 F.3.8.1.1), on rows of i32. Rows are extended by reflection (F.3.7), which for lifting steps means
 * that a neighbour that is not there is the one on the other side.
 *
 * Rows have 16 bytes in front of them and 64 behind them that may be written to.
 */

/**
 * HOR_SR of one row: `lows` and `highs` coefficients to `lows + highs` samples, of which the first is at an odd place
 * where `odd` is 1. One coefficient in front of `high` and one behind it are overwritten.
 */
export function joinRow53(low: usize, high: usize, output: usize, lows: i32, highs: i32, odd: i32): void {
  if (lows == 0) {
    // F.3.6: a single sample at an odd place was doubled.
    store<i32>(output, load<i32>(high) / 2);
    return;
  }
  if (highs == 0) {
    store<i32>(output, load<i32>(low));
    return;
  }
  store<i32>(high - 4, load<i32>(high));
  store<i32>(high + (highs << 2), load<i32>(high + ((highs - 1) << 2)));
  // before: the high-pass coefficients, beginning with the one before the first low-pass one.
  const before = high - (odd != 0 ? 0 : 4);
  const evens = output + (odd << 2);
  // Each turn makes the even sample k and the odd one behind it; the last odd one lacks its right neighbour.
  if (ASC_FEATURE_SIMD) joinVectors(low, before, evens, lows);
  else joinPlainly(low, before, evens, lows);
  if (odd != 0) store<i32>(output, load<i32>(before) + load<i32>(output, 4));
  if (highs + 1 - odd > lows) {
    const last = output + ((lows + highs - 1) << 2);
    store<i32>(last, load<i32>(before + (lows << 2)) + load<i32>(last - 4));
  }
}

/** Even samples `k` below `count`, and the odd ones behind them: the last of these is of no use. */
function joinPlainly(low: usize, before: usize, evens: usize, count: i32): void {
  let even = load<i32>(low) - ((load<i32>(before) + load<i32>(before, 4) + 2) >> 2);
  for (let k = 0; k < count; k++) {
    const p = k << 2;
    const high = load<i32>(before + p, 4);
    const next = k + 1 < count ? load<i32>(low + p, 4) - ((high + load<i32>(before + p, 8) + 2) >> 2) : even;
    store<i32>(evens + (p << 1), even);
    store<i32>(evens + (p << 1), high + ((even + next) >> 1), 4);
    even = next;
  }
}

/** The same, four at a time: reads up to 32 bytes behind the rows, writes up to 32 bytes behind the output. */
function joinVectors(low: usize, before: usize, evens: usize, count: i32): void {
  const two = i32x4.splat(2);
  let high = v128.load(before, 4);
  let even = i32x4.sub(
    v128.load(low), i32x4.shr_s(i32x4.add(i32x4.add(v128.load(before), high), two), 2),
  );
  for (let k = 0; k < count; k += 4) {
    const p = k << 2;
    const nextHigh = v128.load(before + p, 20);
    const nextEven = i32x4.sub(
      v128.load(low + p, 16), i32x4.shr_s(i32x4.add(i32x4.add(v128.load(before + p, 16), nextHigh), two), 2),
    );
    const odd = i32x4.add(high, i32x4.shr_s(i32x4.add(even, v128.shuffle<i32>(even, nextEven, 1, 2, 3, 4)), 1));
    v128.store(evens + (p << 1), v128.shuffle<i32>(even, odd, 0, 4, 1, 5));
    v128.store(evens + (p << 1), v128.shuffle<i32>(even, odd, 2, 6, 3, 7), 16);
    even = nextEven;
    high = nextHigh;
  }
}

/** VER_SR, even rows: `row` less a quarter of the odd rows `above` and `below`. */
export function liftEven53(row: usize, above: usize, below: usize, width: i32): void {
  if (ASC_FEATURE_SIMD) {
    const two = i32x4.splat(2);
    for (let p = 0; p < width << 2; p += 16) {
      const sum = i32x4.add(i32x4.add(v128.load(above + p), v128.load(below + p)), two);
      v128.store(row + p, i32x4.sub(v128.load(row + p), i32x4.shr_s(sum, 2)));
    }
    return;
  }
  for (let p = 0; p < width << 2; p += 4) {
    store<i32>(row + p, load<i32>(row + p) - ((load<i32>(above + p) + load<i32>(below + p) + 2) >> 2));
  }
}

/** VER_SR, odd rows: `row` plus half of the even rows `above` and `below`. */
export function liftOdd53(row: usize, above: usize, below: usize, width: i32): void {
  if (ASC_FEATURE_SIMD) {
    for (let p = 0; p < width << 2; p += 16) {
      const sum = i32x4.add(v128.load(above + p), v128.load(below + p));
      v128.store(row + p, i32x4.add(v128.load(row + p), i32x4.shr_s(sum, 1)));
    }
    return;
  }
  for (let p = 0; p < width << 2; p += 4) {
    store<i32>(row + p, load<i32>(row + p) + ((load<i32>(above + p) + load<i32>(below + p)) >> 1));
  }
}

/**
 * Both in one pass over memory: even row `even` between the odd rows `odd` and `below`, then `odd` between the even rows
 * `above` and `even`.
 */
export function liftPair53(even: usize, odd: usize, below: usize, above: usize, width: i32): void {
  if (ASC_FEATURE_SIMD) {
    const two = i32x4.splat(2);
    for (let p = 0; p < width << 2; p += 16) {
      const high = v128.load(odd + p);
      const sum = i32x4.add(i32x4.add(high, v128.load(below + p)), two);
      const low = i32x4.sub(v128.load(even + p), i32x4.shr_s(sum, 2));
      v128.store(even + p, low);
      v128.store(odd + p, i32x4.add(high, i32x4.shr_s(i32x4.add(low, v128.load(above + p)), 1)));
    }
    return;
  }
  liftEven53(even, odd, below, width);
  liftOdd53(odd, above, even, width);
}

/** F.3.6: a row that is alone at an odd place. */
export function halveRow53(row: usize, width: i32): void {
  for (let p = 0; p < width << 2; p += 4) store<i32>(row + p, load<i32>(row + p) / 2);
}
