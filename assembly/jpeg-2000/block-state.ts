/**
 * What the coding passes of a Part 1 code-block know of its coefficients (T.800 D.1, D.3).
 *
 * Everything is in scan order: stripes of four rows, in them columns from left to right, in them four rows
 * from top to bottom (Figure D.1). The bit states stand in words of 64 coefficients, 16 columns of a stripe,
 * so that a pass finds out in a few operations which of 64 coefficients it codes. A stripe has a word of
 * zeros at both ends, the block a stripe of zeros above and below: neighbours are there for all.
 *
 * Beside them each coefficient has a pattern of its neighbours, 16 bits (context-labels.ts), kept up to date
 * by every coefficient that becomes significant. Around the block stand patterns that are written and never
 * read.
 *
 * The largest sizes: a block has at most 4096 coefficients and 1024 rows or columns, so stripes of `columns`
 * coefficients are at most 256, and stripes times columns at most 1024 (rows are rounded up to four: 1024
 * columns have one stripe).
 */

/** Words of one bit state: (256 + 2) stripes of 1 + 2 words are the most; 64 by 64 takes 18 of 6. */
const STATE_BYTES: i32 = 6208;
/** sigma: the coefficient is significant. */
export const SIGNIFICANT: usize = memory.data(STATE_BYTES, 64);
/**
 * It was coded by the significance propagation pass of this bit-plane (pi). The two that follow are found by
 * distance.
 */
export const VISITED: usize = memory.data(STATE_BYTES, 64);
/** It has been refined before. */
export const REFINED: usize = memory.data(STATE_BYTES, 64);
/**
 * The patterns: (stripes + 2) times (columns + 2) times 8 bytes, where vertically causal blocks have every
 * other stripe free (see `measure`): at most (2 + 2) times 1026 times 8 bytes for 1024 columns, 514 times 6
 * times 8 for 4.
 */
const PATTERNS: usize = memory.data(33280, 64);
/**
 * The coefficients: bit 31 is the sign, below it is twice the magnitude plus one half of the last bit-plane
 * decoded.
 */
export const COEFFICIENTS: usize = memory.data(16384, 64);

/** From the pattern of a coefficient to the one above and the one below it, by its row in the stripe. */
const STEP_UP: usize = memory.data(16, 16);
const STEP_DOWN: usize = memory.data(16, 16);
/** By row: the neighbours of a coefficient that follow it in its stripe, as bits counted from its own. */
export const FOLLOWING: usize = memory.data<u64>([0x32, 0x3a, 0x3a, 0x18]);
/**
 * By row and distance in scan order (64 bytes a row): the bit that a coefficient has in the pattern of one that follows it in
 * its stripe; none where they are no neighbours.
 */
const PLACES: usize = memory.data(4 * 64 + 8, 16);
/** By row: bit 4 is the first coefficient of the next column, counted from the column of this one. */
export const NEXT_COLUMN: usize = memory.data<u64>([0x10, 0x08, 0x04, 0x02]);

/** Of each column of a word the first coefficient. */
export const FIRST_ROW: u64 = 0x1111111111111111;
const LAST_ROW: u64 = 0x8888888888888888;

export let columns: u32 = 0;
export let stripes: u32 = 0;
/** Words of a stripe that hold coefficients. */
export let stripeWords: u32 = 0;
/** Bytes from stripe to stripe. */
export let stateStride: u32 = 0;
export let patternStride: u32 = 0;
/** The coefficients that there are in a word of the last stripe, and in the last word of a stripe. */
let rowsOfLastStripe: u64 = 0;
let columnsOfLastWord: u64 = 0;
/** All ones, or zero where the stripe below counts as insignificant (D.7, vertically causal context). */
export let belowMask: u64 = 0;

/** Fills the table of places. */
export function preparePlaces(): void {
  for (let row: u32 = 0; row < 4; row++) {
    const places = PLACES + (row << 6);
    // The one below it in its column, and the three of the next column, see context-labels.ts.
    if (row < 3) store<u8>(places, 0x10, 1);
    if (row > 0) store<u8>(places, 0x04, 3);
    store<u8>(places, 0x20, 4);
    if (row < 3) store<u8>(places, 0x01, 5);
  }
}

/** The bit of a coefficient of `row` in the pattern of the one that is `distance`, 1 to 64, behind it. */
@inline
export function inPatternOf(row: u32, distance: u32): u32 {
  return <u32>load<u8>(PLACES + (row << 6) + distance);
}

/** Sets the sizes of a block and forgets the last one. */
export function clearBlock(width: u32, height: u32, causal: bool): void {
  columns = width;
  stripes = (height + 3) >> 2;
  stripeWords = (width + 15) >> 4;
  stateStride = (stripeWords + 2) << 3;
  const rowBytes = (width + 2) << 3;
  // With vertically causal context a coefficient of a first row is not to be seen from the stripe above: what
  // it writes upwards goes to a stripe of patterns in between that belongs to nobody.
  patternStride = causal ? rowBytes << 1 : rowBytes;
  belowMask = causal ? 0 : ~(0 as u64);
  const lastRows = height & 3, lastColumns = width & 15;
  rowsOfLastStripe = lastRows == 0 ? ~(0 as u64) : FIRST_ROW * ((1 << lastRows) - 1);
  columnsOfLastWord = lastColumns == 0 ? ~(0 as u64) : ((1 as u64) << (lastColumns << 2)) - 1;

  store<i32>(STEP_UP, 6 - <i32>rowBytes);
  store<i32>(STEP_DOWN, <i32>patternStride - 6, 12);
  for (let row: u32 = 0; row < 3; row++) {
    store<i32>(STEP_UP + (row << 2), -2, 4);
    store<i32>(STEP_DOWN + (row << 2), 2);
  }

  const stateBytes = (stripes + 2) * stateStride;
  memory.fill(SIGNIFICANT, 0, stateBytes);
  memory.fill(VISITED, 0, stateBytes);
  memory.fill(REFINED, 0, stateBytes);
  memory.fill(PATTERNS, 0, stripes * patternStride + (rowBytes << 1));
  memory.fill(COEFFICIENTS, 0, stripes * width << 4);
}

/** The first word of a stripe. */
@inline
export function stateOf(stripe: u32): usize {
  return SIGNIFICANT + (stripe + 1) * stateStride + 8;
}

/** The pattern of a stripe's first coefficient. */
@inline
export function patternsOf(stripe: u32): usize {
  // One row of patterns above the block, one column to its left.
  return PATTERNS + stripe * patternStride + ((columns + 2) << 3) + 8;
}

/** A stripe's first coefficient. */
@inline
export function coefficientsOf(stripe: u32): usize {
  return COEFFICIENTS + (stripe * columns << 4);
}

/** Which coefficients of a word are in the block. */
@inline
export function presentIn(stripe: u32, word: u32): u64 {
  const rows = stripe == stripes - 1 ? rowsOfLastStripe : ~(0 as u64);
  return word == stripeWords - 1 ? rows & columnsOfLastWord : rows;
}

/**
 * Which coefficients of the word at `state` have a significant neighbour. One bit step is one row, four are
 * one column; a step over the edge of a column is masked, and the rows of other stripes come in from theirs.
 */
@inline
export function besideSignificant(state: usize): u64 {
  const stride = <usize>stateStride;
  const own = load<u64>(state);
  const sides = (own << 4) | (own >> 4) | (load<u64>(state - 8) >> 60) | (load<u64>(state, 8) << 60);
  const above = threeColumns(state - stride), below = threeColumns(state + stride) & belowMask;
  const rows = sides | own;
  return (
    sides |
    ((rows & ~LAST_ROW) << 1) |
    ((rows >> 1) & ~LAST_ROW) |
    ((above >> 3) & FIRST_ROW) |
    ((below & FIRST_ROW) << 3)
  );
}

/** A word with the columns to the left and right of each put upon it. */
@inline
function threeColumns(state: usize): u64 {
  const own = load<u64>(state);
  return own | (own << 4) | (own >> 4) | (load<u64>(state - 8) >> 60) | (load<u64>(state, 8) << 60);
}

/**
 * Tells the eight neighbours of a coefficient that it is significant, and four of them its sign. Each of the
 * eight writes stays within the patterns: one row and one column of them stand around the block.
 * @param pattern where its own is
 * @param row its row in the stripe
 * @param sign 1 for a negative coefficient
 */
@inline
export function tellNeighbours(pattern: usize, row: u32, sign: u32): void {
  const negative = sign << 8;
  const up = pattern + load<i32>(STEP_UP + (row << 2)), down = pattern + load<i32>(STEP_DOWN + (row << 2));
  store<u16>(pattern - 8, <u16>(<u32>load<u16>(pattern - 8) | 0x40 | (negative << 2)));
  store<u16>(pattern, <u16>(<u32>load<u16>(pattern, 8) | 0x20 | (negative << 1)), 8);
  store<u16>(up - 8, <u16>(<u32>load<u16>(up - 8) | 0x08));
  store<u16>(up, <u16>(<u32>load<u16>(up) | 0x80 | (negative << 3)));
  store<u16>(up, <u16>(<u32>load<u16>(up, 8) | 0x04), 8);
  store<u16>(down - 8, <u16>(<u32>load<u16>(down - 8) | 0x02));
  store<u16>(down, <u16>(<u32>load<u16>(down) | 0x10 | negative));
  store<u16>(down, <u16>(<u32>load<u16>(down, 8) | 0x01), 8);
}
