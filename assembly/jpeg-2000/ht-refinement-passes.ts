/**
 * The HT significance propagation and magnitude refinement passes, T.814 7.4 and 7.5: one bit-plane below
 * that of the cleanup pass, raw bits from both ends of one segment. Which coefficients they code is what it
 * is in Part 1, so the words of block-state.ts find them; the coefficients stand in rows already.
 */
import {
  besideSignificant,
  clearBlock,
  FOLLOWING,
  presentIn,
  SIGNIFICANT,
  stateOf,
  stripes,
  stripeWords,
  VISITED,
} from './block-state';

/** The segment, and where the next byte of each run is. */
let start: usize = 0;
let end: usize = 0;
let front: usize = 0;
let back: usize = 0;
/** Bits at hand, the next one lowest, and how many. */
let frontBits: u32 = 0;
let frontCount: u32 = 0;
let backBits: u32 = 0;
let backCount: u32 = 0;
/** 1 where the byte before was 0xFF. */
let frontStuffed: u32 = 0;
/** The byte before. */
let backPrevious: u32 = 0;

function begin(source: usize, length: i32): void {
  start = source;
  end = source + length;
  front = start;
  back = end;
  frontCount = 0;
  frontStuffed = 0;
  backCount = 0;
  // 7.1.4: as if a byte above 0x8F stood behind the segment.
  backPrevious = 0xff;
}

/** 7.1.3, SigProp bits: forwards, the byte behind 0xFF has seven; zeros behind the end. */
function sigPropBit(): u32 {
  if (frontCount == 0) {
    frontBits = 0;
    frontCount = 8 - frontStuffed;
    if (front < end) {
      frontBits = load<u8>(front);
      front++;
    }
    frontStuffed = u32(frontBits == 0xff);
  }
  const bit = frontBits & 1;
  frontBits >>= 1;
  frontCount--;
  return bit;
}

/** 7.1.4, MagRef bits: backwards, stuffed as VLC bits are; zeros behind the end. */
function magRefBit(): u32 {
  if (backCount == 0) {
    backBits = 0;
    if (back > start) {
      back--;
      backBits = load<u8>(back);
    }
    backCount = backPrevious > 0x8f && (backBits & 0x7f) == 0x7f ? 7 : 8;
    backPrevious = backBits;
  }
  const bit = backBits & 1;
  backBits >>= 1;
  backCount--;
  return bit;
}

/** Where the coefficient at `index` of a word is. */
@inline
function placeOf(output: usize, stride: usize, stripe: u32, word: u32, index: u32): usize {
  return output + ((stripe << 2) + (index & 3)) * stride + (((word << 4) + (index >> 2)) << 2);
}

/**
 * Takes from the coefficients which of them are significant: after the cleanup pass these are the ones that
 * are not zero.
 */
function findSignificant(width: u32, height: u32, output: usize, stride: usize): void {
  for (let y: u32 = 0; y < height; y++) {
    const states = stateOf(y >> 2), row = output + y * stride;
    for (let x: u32 = 0; x < width; x++) {
      if (load<i32>(row + (x << 2)) == 0) continue;
      const state = states + ((x >> 4) << 3);
      store<u64>(state, load<u64>(state) | ((1 as u64) << (((x & 15) << 2) | (y & 3))));
    }
  }
}

/**
 * Decodes one or both passes out of one segment.
 * @param passes 1: SigProp alone, 2: MagRef too
 * @param one the bit of the cleanup pass's last bit-plane that stands for half of it in a coefficient
 * @param causal vertically causal context
 */
export function refinementPasses(
  source: usize,
  length: i32,
  passes: i32,
  width: u32,
  height: u32,
  one: i32,
  causal: bool,
  output: usize,
  stride: usize,
): void {
  clearBlock(width, height, causal);
  findSignificant(width, height, output, stride);
  begin(source, length);
  for (let stripe: u32 = 0; stripe < stripes; stripe++) {
    for (let word: u32 = 0; word < stripeWords; word++) {
      propagateSignificance(stripe, word, one, output, stride);
    }
  }
  if (passes < 2) return;
  for (let stripe: u32 = 0; stripe < stripes; stripe++) {
    for (let word: u32 = 0; word < stripeWords; word++) refineMagnitudes(stripe, word, one, output, stride);
  }
}

/**
 * 7.4 for the 64 coefficients of a word: four columns at a time, first which of them become significant, then
 * the signs of these. A round clears a bit of its set, as in coding-passes.ts.
 */
function propagateSignificance(stripe: u32, word: u32, one: i32, output: usize, stride: usize): void {
  const state = stateOf(stripe) + (word << 3);
  const open = presentIn(stripe, word) & ~load<u64>(state);
  let members = besideSignificant(state) & open;
  let visited = members;
  for (let columns: u64 = 0xffff; columns != 0; columns <<= 16) {
    let fresh: u64 = 0;
    while ((members & columns) != 0) {
      const bit = members & (0 - members);
      members ^= bit;
      if (sigPropBit() == 0) continue;
      fresh |= bit;
      const joining = bit * load<u64>(FOLLOWING + ((<u32>ctz<u64>(bit) & 3) << 3)) & open & ~visited;
      members |= joining;
      visited |= joining;
    }
    store<u64>(state, load<u64>(state) | fresh);
    while (fresh != 0) {
      const doubled = one | (one >> 1);
      const place = placeOf(output, stride, stripe, word, <u32>ctz<u64>(fresh));
      store<i32>(place, sigPropBit() != 0 ? -doubled : doubled);
      fresh &= fresh - 1;
    }
  }
  store<u64>(state, visited, VISITED - SIGNIFICANT);
}

/** 7.5 for the 64 coefficients of a word: those that were significant before the SigProp pass. */
function refineMagnitudes(stripe: u32, word: u32, one: i32, output: usize, stride: usize): void {
  const state = stateOf(stripe) + (word << 3);
  let members = load<u64>(state) & ~load<u64>(state, VISITED - SIGNIFICANT);
  while (members != 0) {
    const place = placeOf(output, stride, stripe, word, <u32>ctz<u64>(members));
    members &= members - 1;
    const change = (magRefBit() != 0 ? one : 0) - one + (one >> 1);
    const coefficient = load<i32>(place);
    store<i32>(place, coefficient < 0 ? coefficient - change : coefficient + change);
  }
}
