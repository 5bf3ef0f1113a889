/**
 * The inverse discrete wavelet transformation (T.800 F.3), row by row: a resolution is asked for its next row and asks in turn the one
 * below it and its three sub-bands for theirs. It holds four (5-3) or eight (9-7) rows, which both directions of the filter
 * work on while they are in the cache; no resolution is ever held as a whole.
 *
 * Rows of the 5-3 filter are i16 as long as nothing that was measured forbids it (narrow-bound.ts), which is most often to the end.
 * Else all rows that a tile-component holds become i32 and it goes on with these. As a filter passes a constant on as it is, an
 * offset may be added to the lowest resolution and taken away from the samples: it brings the middle of samples that are far
 * from zero, as in a tile of a few of 65536 gray values, to where i16 are narrowest.
 */
import { take } from '../kernel/arena';
import { halveRow53, joinRow53, liftEven53, liftOdd53, liftPair53 } from './dwt53';
import {
  halveRowNarrow,
  joinRowNarrow,
  liftEvenNarrow,
  liftOddNarrow,
  liftPairNarrow,
} from './dwt53-narrow';
import { HIGH_SCALE, joinRow97, joinScratch97, liftRow97, liftRows97, LOW_SCALE } from './dwt97';
import { fitsNarrow } from './narrow-bound';
import { largestNarrow, narrowRow, ROW_LEAD, rowStride, shiftRow, widenRows } from './narrow-rows';
import { bandRow, dequantize, stripeMiddle, takeStripe, widenStripe } from './stripe';
import { bandOf, Resolution, resolutionOf, RowForm, TileComponent } from './tile';

/** Samples up to here need no offset; coefficients of valid samples are no further from zero than the other. */
const NEAR_ZERO: i32 = 1 << 12;
const FARTHEST: i32 = 1 << 15;

let scratch: usize = 0;

/** Takes what all transforms of a tile share whose rows have `width` samples at most. */
export function reserveSynthesis(width: u32): bool {
  scratch = take(joinScratch97(width));
  return scratch != 0;
}

/** The widest row that the transforms of a tile-component work on. */
export function widestSpan(area: TileComponent): u32 {
  let width: u32 = 0;
  for (let r = 0; r <= area.shown; r++) width = max(width, resolutionOf(area, r).spanX1 - resolutionOf(area, r).spanX0);
  return width;
}

/**
 * Takes the stripes and rows of a tile-component up to the resolution handed out, and sets them to the first row of its window.
 * `narrow`: samples have no more than 16 bits, coefficients are reversible and not scaled.
 */
export function beginSynthesis(area: TileComponent, narrow: bool): bool {
  area.form = narrow && area.shown > 0 ? RowForm.Narrow : RowForm.Wide;
  area.offset = 0;
  for (let r = 0; r <= area.shown; r++) {
    const at = resolutionOf(area, r);
    const narrowBands = area.form == RowForm.Narrow && r > 0;
    for (let b = 0; b < at.bandCount; b++) if (!takeStripe(bandOf(at, b), narrowBands)) return false;
    at.largest = 0;
    at.next = at.windowY0;
    const y0 = at.spanY0;
    at.fetched = y0;
    at.evens = y0 + (y0 & 1);
    at.odds = y0 | 1;
    at.lastEvens = at.evens;
    at.lastOdds = at.odds;
    if (r == 0 && area.form == RowForm.Wide) continue;
    const rows = r == 0 ? 1 : at.irreversible ? 8 : 4;
    const width = at.spanX1 - at.spanX0;
    at.ringMask = rows - 1;
    at.ring = take(rowStride(width, false) * rows);
    at.rowBytes = <usize>rowStride(width, area.form == RowForm.Narrow);
    if (at.ring == 0) return false;
  }
  return true;
}

/** Address of row `y` in the ring. */
@inline
function ringRow(at: Resolution, y: u32): usize {
  return at.ring + ROW_LEAD + <usize>(y & at.ringMask) * at.rowBytes;
}

/** F.3.7: the row above, or below where there is none above; and the other way round. */
@inline
function above(at: Resolution, y: u32): usize {
  return ringRow(at, y > at.spanY0 ? y - 1 : y + 1);
}

@inline
function below(at: Resolution, y: u32): usize {
  return ringRow(at, y + 1 < at.spanY1 ? y + 1 : y - 1);
}

/**
 * The next row of the window of resolution `r` (which has one): its samples until the next call for it, i16 where the
 * tile-component is narrow after the call, else i32 or f32; with its offset.
 */
export function nextRow(area: TileComponent, r: i32): usize {
  const at = resolutionOf(area, r);
  const y = at.next++;
  if (r != 0) while (y >= min(at.lastEvens, at.lastOdds)) advance(area, r, at);
  return sameRow(area, r);
}

/** The row that `nextRow` gave last, also where it was widened since. */
function sameRow(area: TileComponent, r: i32): usize {
  const at = resolutionOf(area, r);
  if (r == 0) return lowestRow(area, at, at.next - 1);
  return ringRow(at, at.next - 1) + (<usize>(at.windowX0 - at.spanX0) << (area.form == RowForm.Narrow ? 1 : 2));
}

/** A row of the lowest resolution, whose coefficients are always i32 where the filter is reversible. */
function lowestRow(area: TileComponent, at: Resolution, y: u32): usize {
  const band = bandOf(at, 0);
  const first = band.stripeRow < 0;
  const row = bandRow(band, y);
  if (at.irreversible) dequantize(row, <i32>(at.windowX1 - at.windowX0), band.halfStep);
  if (area.form == RowForm.Wide) return row;
  if (first) area.offset = offsetFor(stripeMiddle(band));
  const output = ringRow(at, 0);
  const width = <i32>(at.windowX1 - at.windowX0);
  if (area.form == RowForm.Narrow) narrowRow(row, output, width, area.offset);
  else shiftRow(row, output, width, area.offset);
  return output;
}

/** What brings the middle of the lowest resolution near to zero. A multiple of 4 comes through G.2.2 as it is. */
function offsetFor(middle: i32): i32 {
  return abs(middle) < NEAR_ZERO || abs(middle) > FARTHEST ? 0 : -middle & ~3;
}

/** Makes i32 of all rows that a tile-component holds. */
function widen(area: TileComponent): void {
  area.form = RowForm.Widened;
  for (let r = 0; r <= area.shown; r++) {
    const at = resolutionOf(area, r);
    for (let b = 0; b < at.bandCount; b++) widenStripe(bandOf(at, b));
    const width = at.spanX1 - at.spanX0;
    at.rowBytes = <usize>rowStride(width, false);
    if (r > 0) widenRows(at.ring, width, at.ringMask + 1);
  }
}

/** Fetches an even row and the odd one behind it, and takes each lifting step as far as it goes with them. */
function advance(area: TileComponent, r: i32, at: Resolution): void {
  const end = at.spanY1;
  do fetch(area, r, at, at.fetched++);
  while (at.fetched < end && (at.fetched & 1) != 0);
  const width = <i32>(at.spanX1 - at.spanX0);
  if (end - at.spanY0 == 1) {
    if ((at.spanY0 & 1) != 0 && !at.irreversible) {
      if (area.form == RowForm.Narrow) halveRowNarrow(ringRow(at, at.spanY0), width);
      else halveRow53(ringRow(at, at.spanY0), width);
    }
    at.lastEvens = end;
    at.lastOdds = end;
    return;
  }
  if (at.irreversible) lift97(at, end, width);
  else lift53(at, end, width, area.form == RowForm.Narrow);
}

/** 2D_INTERLEAVE and HOR_SR of row `y`. */
function fetch(area: TileComponent, r: i32, at: Resolution, y: u32): void {
  const odd = (y & 1) != 0;
  const lowBand = bandOf(at, 1);
  const highBand = bandOf(at, odd ? 2 : 0);
  const lows = <i32>(lowBand.windowX1 - lowBand.windowX0);
  const highs = <i32>(highBand.windowX1 - highBand.windowX0);
  let low = lows == 0 ? 0 : odd ? bandRow(lowBand, y >> 1) : nextRow(area, r - 1);
  let high = highs == 0 ? 0 : bandRow(highBand, y >> 1);
  if (area.form == RowForm.Narrow) {
    const lower = resolutionOf(area, r - 1);
    if (!odd) lower.largest = max(lower.largest, largestNarrow(low, lows));
    if (!fitsNarrow(area, r)) {
      widen(area);
      if (lows != 0) low = odd ? bandRow(lowBand, y >> 1) : sameRow(area, r - 1);
      if (highs != 0) high = bandRow(highBand, y >> 1);
    }
  }
  const output = ringRow(at, y);
  const oddColumn = <i32>(at.spanX0 & 1);
  if (area.form == RowForm.Narrow) {
    joinRowNarrow(low, high, output, lows, highs, oddColumn);
  } else if (at.irreversible) {
    const rowScale: f32 = at.spanY1 - at.spanY0 == 1 ? 1 : odd ? HIGH_SCALE : LOW_SCALE;
    const lowStep = odd ? lowBand.halfStep : 0;
    joinRow97(low, high, output, lows, highs, oddColumn, rowScale, lowStep, highBand.halfStep, scratch);
  } else {
    joinRow53(low, high, output, lows, highs, oddColumn);
  }
}

/** `evens` and `odds` count the rows that are lifted; a row is when its neighbours are there, or never will be. */
function lift53(at: Resolution, end: u32, width: i32, narrow: bool): void {
  while (at.evens < end && (at.evens + 1 < at.fetched || at.fetched == end)) {
    const y = at.evens;
    if (at.odds + 1 == y && y + 1 < end && at.odds > at.spanY0) {
      const odd = ringRow(at, y - 1), below = ringRow(at, y + 1), above = ringRow(at, y - 2);
      if (narrow) liftPairNarrow(ringRow(at, y), odd, below, above, width);
      else liftPair53(ringRow(at, y), odd, below, above, width);
      at.odds = y + 1;
    } else {
      if (narrow) liftEvenNarrow(ringRow(at, y), above(at, y), below(at, y), width);
      else liftEven53(ringRow(at, y), above(at, y), below(at, y), width);
    }
    at.evens = y + 2;
  }
  while (at.odds < end && (at.odds + 1 < at.evens || at.evens >= end)) {
    const row = ringRow(at, at.odds);
    if (narrow) liftOddNarrow(row, above(at, at.odds), below(at, at.odds), width);
    else liftOdd53(row, above(at, at.odds), below(at, at.odds), width);
    at.odds += 2;
  }
  at.lastEvens = at.evens;
  at.lastOdds = at.odds;
}

/** The same with four steps: `lastEvens` and `lastOdds` count the rows that the last two of them have done. */
function lift97(at: Resolution, end: u32, width: i32): void {
  const y = at.evens;
  if (y >= at.spanY0 + 5 && y + 1 < at.fetched && at.odds + 1 == y && at.lastEvens + 2 == y && at.lastOdds + 3 == y) {
    liftRows97(
      ringRow(at, y + 1), ringRow(at, y), ringRow(at, y - 1), ringRow(at, y - 2), ringRow(at, y - 3), ringRow(at, y - 4), width,
    );
    at.evens += 2;
    at.odds += 2;
    at.lastEvens += 2;
    at.lastOdds += 2;
  }
  for (; at.evens < end && (at.evens + 1 < at.fetched || at.fetched == end); at.evens += 2) {
    liftRow97(1, ringRow(at, at.evens), above(at, at.evens), below(at, at.evens), width);
  }
  for (; at.odds < end && (at.odds + 1 < at.evens || at.evens >= end); at.odds += 2) {
    liftRow97(2, ringRow(at, at.odds), above(at, at.odds), below(at, at.odds), width);
  }
  for (; at.lastEvens < end && (at.lastEvens + 1 < at.odds || at.odds >= end); at.lastEvens += 2) {
    liftRow97(3, ringRow(at, at.lastEvens), above(at, at.lastEvens), below(at, at.lastEvens), width);
  }
  for (; at.lastOdds < end && (at.lastOdds + 1 < at.lastEvens || at.lastEvens >= end); at.lastOdds += 2) {
    liftRow97(4, ringRow(at, at.lastOdds), above(at, at.lastOdds), below(at, at.lastOdds), width);
  }
}
