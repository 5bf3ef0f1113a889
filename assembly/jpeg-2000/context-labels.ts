/**
 * The contexts of T.800 D.3, looked up by a pattern of the eight neighbours of a coefficient
 * (block-state.ts):
 *
 *     bit   0   1   2   3   4   5   6   7     8 to 11
 *           NW  NE  SW  SE  N   W   E   S     N W E S negative
 *
 * Table entries are what the MQ decoder takes: the offset of the context, eight times its label.
 */
import { Orientation } from './code-block';
import { setContext } from './mq-decoder';

/** Offsets of the contexts that have no table: labels of Tables D.4 and D.5. */
export const REFINEMENT_CONTEXT: u32 = 14 << 3;
export const RUN_CONTEXT: u32 = 17 << 3;
export const UNIFORM_CONTEXT: u32 = 18 << 3;

/** Table D.1 for the orientation of the block at hand, by bits 0 to 7 of the pattern. */
export const ZERO_CODING: usize = memory.data(256, 16);
/** Table D.1 for all four orientations. */
const ZERO_CODING_ALL: usize = memory.data(4 * 256, 16);
/** Tables D.2 and D.3 by bits 4 to 11 of the pattern: the context's offset; bit 0 is the XORbit. */
export const SIGN_CODING: usize = memory.data(256, 16);

/** Bits that are set among `mask` of `pattern`. */
@inline
function countOf(pattern: u32, mask: u32): u32 {
  return popcnt<u32>(pattern & mask);
}

/** Table D.1: the label for `pattern` in a sub-band of `orientation`. */
function zeroCodingLabel(orientation: u32, pattern: u32): u32 {
  const diagonal = countOf(pattern, 0x0f);
  let horizontal = countOf(pattern, 0x60), vertical = countOf(pattern, 0x90);
  if (orientation == Orientation.HH) {
    const across = horizontal + vertical;
    if (diagonal == 0) return min<u32>(across, 2);
    if (diagonal == 1) return 3 + min<u32>(across, 2);
    if (diagonal == 2) return across == 0 ? 6 : 7;
    return 8;
  }
  if (orientation == Orientation.HL) {
    const swapped = horizontal;
    horizontal = vertical;
    vertical = swapped;
  }
  if (horizontal == 2) return 8;
  if (horizontal == 1) return vertical != 0 ? 7 : diagonal != 0 ? 6 : 5;
  if (vertical != 0) return 2 + vertical;
  return min<u32>(diagonal, 2);
}

/**
 * Table D.2: what two opposite neighbours contribute, -1, 0 or 1; `first` and `second` are their bits in the
 * pattern.
 */
function contribution(pattern: u32, first: u32, second: u32): i32 {
  const sum = signOf(pattern, first) + signOf(pattern, second);
  return max(-1, min(1, sum));
}

/** 0 for a neighbour that is not significant, else its sign. */
function signOf(pattern: u32, bit: u32): i32 {
  if (((pattern >> bit) & 1) == 0) return 0;
  return ((pattern >> (bit + 4)) & 1) != 0 ? -1 : 1;
}

/** Table D.3: the label eight times, and the XORbit. */
function signCodingEntry(pattern: u32): u32 {
  const horizontal = contribution(pattern, 5, 6), vertical = contribution(pattern, 4, 7);
  // The lower half of the table is the upper one with all signs turned over, and its XORbit is 1.
  const turned = horizontal < 0 || (horizontal == 0 && vertical < 0);
  const v = turned ? -vertical : vertical;
  const label = horizontal == 0 ? 9 + v : 12 + v;
  return (label << 3) | u32(turned);
}

/** Fills the tables. */
export function prepareContextLabels(): void {
  for (let pattern: u32 = 0; pattern < 256; pattern++) {
    for (let orientation: u32 = 0; orientation < 4; orientation++) {
      const label = zeroCodingLabel(orientation, pattern);
      store<u8>(ZERO_CODING_ALL + (orientation << 8) + pattern, <u8>(label << 3));
    }
    store<u8>(SIGN_CODING + pattern, <u8>signCodingEntry(pattern << 4));
  }
}

/** Chooses Table D.1's column. */
export function selectOrientation(orientation: u32): void {
  memory.copy(ZERO_CODING, ZERO_CODING_ALL + (orientation << 8), 256);
}

/** Table D.7: the states that the contexts begin with. */
export function resetContexts(): void {
  for (let context: u32 = 0; context < 19 << 3; context += 8) setContext(context, 0);
  setContext(0, 4);
  setContext(RUN_CONTEXT, 3);
  setContext(UNIFORM_CONTEXT, 46);
}
