/**
 * The inverse discrete wavelet transformation (T.800 F.3), row by row: a resolution is asked for its next row and asks in turn the one
 * below it and its three sub-bands for theirs. It holds four (5-3) or eight (9-7) rows, which both directions of the filter
 * work on while they are in the cache; no resolution is ever held as a whole.
 */
import { take } from '../kernel/arena';
import { halveRow53, joinRow53, liftEven53, liftOdd53, liftPair53 } from './dwt53';
import { HIGH_SCALE, joinRow97, joinScratch97, liftRow97, liftRows97, LOW_SCALE } from './dwt97';
import { bandRow, ROW_LEAD, ROW_TRAIL, takeStripe } from './stripe';
import { bandOf, Resolution, resolutionOf, TileComponent } from './tile';

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

/** Takes the stripes and rows of a tile-component up to the resolution handed out, and sets them to the first row of its window. */
export function beginSynthesis(area: TileComponent): bool {
  for (let r = 0; r <= area.shown; r++) {
    const at = resolutionOf(area, r);
    for (let b = 0; b < at.bandCount; b++) if (!takeStripe(bandOf(at, b))) return false;
    at.next = at.windowY0;
    const y0 = at.spanY0;
    at.fetched = y0;
    at.evens = y0 + (y0 & 1);
    at.odds = y0 | 1;
    at.lastEvens = at.evens;
    at.lastOdds = at.odds;
    if (r == 0) continue;
    const rows = at.irreversible ? 8 : 4;
    const bytes = (<u64>(at.spanX1 - at.spanX0) * 4 + ROW_LEAD + ROW_TRAIL + 15) & ~15;
    at.ringMask = rows - 1;
    at.ring = take(bytes * rows);
    at.rowBytes = <usize>bytes;
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

/** The next row of the window of resolution `r` (which has one): its samples, i32 or f32, until the next call for it. */
export function nextRow(area: TileComponent, r: i32): usize {
  const at = resolutionOf(area, r);
  const y = at.next++;
  if (r == 0) return bandRow(bandOf(at, 0), y);
  while (y >= min(at.lastEvens, at.lastOdds)) advance(area, r, at);
  return ringRow(at, y) + (<usize>(at.windowX0 - at.spanX0) << 2);
}

/** Fetches an even row and the odd one behind it, and takes each lifting step as far as it goes with them. */
function advance(area: TileComponent, r: i32, at: Resolution): void {
  const end = at.spanY1;
  do fetch(area, r, at, at.fetched++);
  while (at.fetched < end && (at.fetched & 1) != 0);
  const width = <i32>(at.spanX1 - at.spanX0);
  if (end - at.spanY0 == 1) {
    if ((at.spanY0 & 1) != 0 && !at.irreversible) halveRow53(ringRow(at, at.spanY0), width);
    at.lastEvens = end;
    at.lastOdds = end;
    return;
  }
  if (at.irreversible) lift97(at, end, width);
  else lift53(at, end, width);
}

/** 2D_INTERLEAVE and HOR_SR of row `y`. */
function fetch(area: TileComponent, r: i32, at: Resolution, y: u32): void {
  const odd = (y & 1) != 0;
  const lowBand = bandOf(at, 1);
  const highBand = bandOf(at, odd ? 2 : 0);
  const lows = <i32>(lowBand.windowX1 - lowBand.windowX0);
  const highs = <i32>(highBand.windowX1 - highBand.windowX0);
  const low = lows == 0 ? 0 : odd ? bandRow(lowBand, y >> 1) : nextRow(area, r - 1);
  const high = highs == 0 ? 0 : bandRow(highBand, y >> 1);
  const output = ringRow(at, y);
  const oddColumn = <i32>(at.spanX0 & 1);
  if (at.irreversible) {
    const rowScale: f32 = at.spanY1 - at.spanY0 == 1 ? 1 : odd ? HIGH_SCALE : LOW_SCALE;
    joinRow97(low, high, output, lows, highs, oddColumn, rowScale, scratch);
  } else {
    joinRow53(low, high, output, lows, highs, oddColumn);
  }
}

/** `evens` and `odds` count the rows that are lifted; a row is when its neighbours are there, or never will be. */
function lift53(at: Resolution, end: u32, width: i32): void {
  while (at.evens < end && (at.evens + 1 < at.fetched || at.fetched == end)) {
    const y = at.evens;
    if (at.odds + 1 == y && y + 1 < end && at.odds > at.spanY0) {
      liftPair53(ringRow(at, y), ringRow(at, y - 1), ringRow(at, y + 1), ringRow(at, y - 2), width);
      at.odds = y + 1;
    } else {
      liftEven53(ringRow(at, y), above(at, y), below(at, y), width);
    }
    at.evens = y + 2;
  }
  while (at.odds < end && (at.odds + 1 < at.evens || at.evens >= end)) {
    liftOdd53(ringRow(at, at.odds), above(at, at.odds), below(at, at.odds), width);
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
