/**
 * The three coding passes of a bit-plane, decoded by the MQ decoder: T.800 D.3.
 *
 * A pass goes over the words of block-state.ts. It computes which of 64 coefficients it codes and takes them
 * one by one, lowest bit first, which is scan order; no coefficient that it does not code is looked at. Each
 * round clears at least one bit of such a set, and bits are only added behind the one at hand, so a word
 * takes 64 rounds at most, whatever the decisions are: damaged data cannot run away. All addresses follow
 * from bits of `presentIn`, so they stay inside the block.
 */
import {
  besideSignificant,
  coefficientsOf,
  FIRST_ROW,
  FOLLOWING,
  inPatternOf,
  NEXT_COLUMN,
  patternsOf,
  presentIn,
  REFINED,
  SIGNIFICANT,
  stateOf,
  stripes,
  stripeWords,
  tellNeighbours,
  VISITED,
} from './block-state';
import { REFINEMENT_CONTEXT, RUN_CONTEXT, SIGN_CODING, UNIFORM_CONTEXT, ZERO_CODING } from './context-labels';
import {
  adapt,
  allIfOne,
  decide,
  decidedTogether,
  decisionOf,
  fed,
  heldRegister,
  holdRegister,
  intervalOf,
  isNearlyCertain,
  isNearlyZero,
  isOne,
  keepRow,
  lacksBits,
  lpsOf,
  mpsOf,
  qeOf,
  renormalised,
  rowAfter,
  rowOf,
} from './mq-decoder';

/** From a word's state to the other states of its coefficients. */
const TO_VISITED: usize = VISITED - SIGNIFICANT;
const TO_REFINED: usize = REFINED - SIGNIFICANT;
/** Bytes of 16 columns of patterns and of coefficients. */
const PATTERN_BYTES: usize = 128;
const COEFFICIENT_BYTES: usize = 256;

/** For 64 coefficients the context of their refinement. */
const REFINEMENT_CONTEXTS: usize = memory.data(64, 16);

/** D.3.2: the context of a sign, and its XORbit in bit 0. */
@inline
function signEntry(neighbours: u32): u32 {
  return <u32>load<u8>((neighbours >> 4) & 0xff, SIGN_CODING);
}

/** The context without the XORbit. */
const SIGN_CONTEXT: u32 = 0xf8;

/** Bits 0 to 7 of the pattern of coefficient number `index` of a word. */
@inline
function patternAt(patterns: usize, index: u32): u32 {
  return <u32>load<u8>(patterns + (index << 1));
}

/** D.3.1: the context of a coefficient, by bits 0 to 7 of its pattern. */
@inline
function zeroContextOf(pattern: u32): u32 {
  return <u32>load<u8>(pattern, ZERO_CODING);
}

/** The same of the first of `members`, which has its pattern among `patterns`. */
@inline
function zeroContextAt(patterns: usize, members: u64): u32 {
  return zeroContextOf(patternAt(patterns, <u32>ctz<u64>(members)));
}

/**
 * Takes the decisions of a word at once if all are nearly certain to be 0: zero coding of `zeros`, and the runs that
 * begin at `runs`. Nothing becomes significant then, so their contexts stay what they are as well.
 * @returns the register behind them; the same as before where they are to be taken one by one
 */
function nothingSignificant(register: u64, patterns: usize, zeros: u64, runs: u64): u64 {
  let sum: u64 = 0;
  if (runs != 0) {
    const row = rowOf(RUN_CONTEXT);
    if (!isNearlyZero(row)) return register;
    sum = popcnt<u64>(runs) * qeOf(row);
  }
  while (zeros != 0) {
    const row = rowOf(zeroContextAt(patterns, zeros));
    if (!isNearlyZero(row)) return register;
    sum += qeOf(row);
    zeros &= zeros - 1;
  }
  return decidedTogether(register, sum);
}

/**
 * D.3.1, significance propagation pass: coefficients that are not significant and have a significant
 * neighbour, one that became so a moment ago included.
 * @param one the bit of this bit-plane in a coefficient
 */
export function significancePropagationPass(one: u32): void {
  const value = one | (one >> 1);
  let register = heldRegister();
  for (let stripe: u32 = 0; stripe < stripes; stripe++) {
    let state = stateOf(stripe), patterns = patternsOf(stripe), coefficients = coefficientsOf(stripe);
    for (let word: u32 = 0; word < stripeWords; word++) {
      const open = presentIn(stripe, word) & ~load<u64>(state);
      let members = besideSignificant(state) & open;
      store<u64>(state, members, TO_VISITED);
      if (members != 0 && isNearlyZero(rowOf(zeroContextAt(patterns, members)))) {
        const behind = nothingSignificant(register, patterns, members, 0);
        if (behind != register) {
          register = behind;
          members = 0;
        }
      }
      if (members != 0) {
        let context = zeroContextAt(patterns, members);
        let outside = open & ~members;
        while (true) {
          // The context of what comes next is looked up before it is known whether this one becomes significant: nobody
          // can foretell the decision, and after a wrong guess of the processor these loads are done already. Without
          // a successor, the pattern behind the word is looked at: it is there, and means nothing.
          const rest = members & (members - 1);
          const nextContext = zeroContextAt(patterns, rest);
          const index = <u32>ctz<u64>(members);
          const zeroState = rowOf(context);
          const zeroLps = lpsOf(register, zeroState), zeroInterval = intervalOf(register, zeroState);
          adapt(context, zeroState, zeroInterval, zeroLps);
          register = renormalised(zeroInterval);
          if (lacksBits(register)) register = fed(register);
          if (isOne(zeroState, zeroLps)) {
            const row = index & 3, bit = members & (0 - members);
            store<u64>(state, load<u64>(state) | bit);
            // Those that follow it in this word join; those of words to come are found when these are reached.
            const joining = bit * load<u64>(FOLLOWING + (row << 3)) & outside;
            outside ^= joining;
            members = rest | joining;
            // The next one's pattern as it will be: what it waits for is not this one's sign, which its pattern holds too.
            const next = <u32>ctz<u64>(members);
            context = zeroContextOf(patternAt(patterns, next) | inPatternOf(row, next - index));
            const pattern = patterns + (index << 1);
            const entry = signEntry(<u32>load<u16>(pattern)), signContext = entry & SIGN_CONTEXT;
            const signState = rowOf(signContext);
            const signLps = lpsOf(register, signState), signInterval = intervalOf(register, signState);
            adapt(signContext, signState, signInterval, signLps);
            register = renormalised(signInterval);
            if (lacksBits(register)) register = fed(register);
            const sign = (decisionOf(signState, signLps) ^ entry) & 1;
            store<u32>(coefficients + (index << 2), value | (sign << 31));
            tellNeighbours(pattern, row, sign);
            if (members == 0) break;
          } else {
            if (rest == 0) break;
            members = rest;
            context = nextContext;
          }
        }
        store<u64>(state, open & ~outside, TO_VISITED);
      }
      state += 8;
      patterns += PATTERN_BYTES;
      coefficients += COEFFICIENT_BYTES;
    }
  }
  holdRegister(register);
}

/** Table D.4 for the 64 coefficients of a word: `refined` before, or else `beside` a significant one. */
@inline
function labelRefinements(refined: u64, beside: u64): void {
  if (ASC_FEATURE_SIMD) labelRefinementsByVectors(refined, beside);
  else labelRefinementsOneByOne(refined, beside);
}

function labelRefinementsOneByOne(refined: u64, beside: u64): void {
  for (let index: u32 = 0; index < 64; index++) {
    const again = <u32>(refined >> index) & 1;
    const label = again != 0 ? 2 : <u32>(beside >> index) & 1;
    store<u8>(REFINEMENT_CONTEXTS + index, <u8>(REFINEMENT_CONTEXT + (label << 3)));
  }
}

@inline
function labelRefinementsByVectors(refined: u64, beside: u64): void {
  const r = i64x2.splat(refined), b = i64x2.splat(beside & ~refined);
  label16(0, r, b);
  label16(16, i64x2.shr_u(r, 16), i64x2.shr_u(b, 16));
  label16(32, i64x2.shr_u(r, 32), i64x2.shr_u(b, 32));
  label16(48, i64x2.shr_u(r, 48), i64x2.shr_u(b, 48));
}

/** Constants of the vectors: engines build a literal anew in each round, and load one in a single step. */
const EACH_BIT_OFFSET: usize = 0;
const SPREAD_OFFSET: usize = 16;
const SIXTEENS_OFFSET: usize = 32;
const EIGHTS_OFFSET: usize = 48;
const BASE_OFFSET: usize = 64;
const CONSTANTS: usize = memory.data<u64>([
  // One bit in each byte; byte 0 eight times, then byte 1; 2 << 3 and 1 << 3, what a label is more; label 14.
  0x8040201008040201, 0x8040201008040201, 0, 0x0101010101010101, 0x1010101010101010, 0x1010101010101010,
  0x0808080808080808, 0x0808080808080808, 0x7070707070707070, 0x7070707070707070,
]);

/** Sixteen contexts, from the lowest 16 bits of both. */
@inline
function label16(at: usize, refined: v128, beside: v128): void {
  const bits = v128.load(CONSTANTS, EACH_BIT_OFFSET), spread = v128.load(CONSTANTS, SPREAD_OFFSET);
  const r = v128.and(i8x16.swizzle(refined, spread), bits), b = v128.and(i8x16.swizzle(beside, spread), bits);
  const again = v128.and(i8x16.eq(r, bits), v128.load(CONSTANTS, SIXTEENS_OFFSET));
  const near = v128.and(i8x16.eq(b, bits), v128.load(CONSTANTS, EIGHTS_OFFSET));
  v128.store(REFINEMENT_CONTEXTS + at, i8x16.add(v128.load(CONSTANTS, BASE_OFFSET), v128.or(again, near)));
}

/** D.3.3, magnitude refinement pass: coefficients that were significant before this bit-plane. */
export function magnitudeRefinementPass(one: u32): void {
  // The bit of the plane above that was a guess, half of it, becomes this plane's bit and a new half.
  const half = one >> 1;
  let register = heldRegister();
  for (let stripe: u32 = 0; stripe < stripes; stripe++) {
    let state = stateOf(stripe), coefficients = coefficientsOf(stripe);
    for (let word: u32 = 0; word < stripeWords; word++) {
      let members = load<u64>(state) & ~load<u64>(state, TO_VISITED);
      if (members != 0) {
        const refined = load<u64>(state, TO_REFINED);
        store<u64>(state, refined | members, TO_REFINED);
        labelRefinements(refined, besideSignificant(state));
        do {
          const index = <u32>ctz<u64>(members);
          members &= members - 1;
          const context = <u32>load<u8>(index, REFINEMENT_CONTEXTS);
          const row = rowOf(context);
          const lps = lpsOf(register, row), interval = intervalOf(register, row);
          adapt(context, row, interval, lps);
          register = renormalised(interval);
          if (lacksBits(register)) register = fed(register);
          const bit = <u32>allIfOne(row, lps) & one;
          const coefficient = coefficients + (index << 2);
          store<u32>(coefficient, load<u32>(coefficient) + bit - half);
        } while (members != 0);
      }
      state += 8;
      coefficients += COEFFICIENT_BYTES;
    }
  }
  holdRegister(register);
}

/**
 * D.3.4, cleanup pass: all that the other two have left. Columns of which nothing is known are taken four at
 * a time (Table D.5).
 */
export function cleanupPass(one: u32): void {
  const value = one | (one >> 1);
  let register = heldRegister();
  for (let stripe: u32 = 0; stripe < stripes; stripe++) {
    for (let word: u32 = 0; word < stripeWords; word++) {
      const state = stateOf(stripe) + (word << 3);
      let members = presentIn(stripe, word) & ~(load<u64>(state) | load<u64>(state, TO_VISITED));
      if (members == 0) continue;
      // A column is taken as a run if its four coefficients are all members and none has a significant
      // neighbour.
      let other = ~members | besideSignificant(state);
      other |= other >> 1;
      other |= other >> 2;
      let runs = ~other & FIRST_ROW;
      const patterns = patternsOf(stripe) + word * PATTERN_BYTES;
      const behind = nothingSignificant(register, patterns, members & ~(runs * 15), runs);
      if (behind != register) {
        register = behind;
        continue;
      }
      const coefficients = coefficientsOf(stripe) + word * COEFFICIENT_BYTES;
      do {
        let index = <u32>ctz<u64>(members);
        let bit = members & (0 - members);
        let pattern = patterns + (index << 1);
        let neighbours: u32;
        if ((runs & bit) != 0) {
          // All runs in front of the next coefficient that is in none have one context: its state stays in a local, as the
          // next decision then need not wait until it has come back from memory.
          const others = members & ~(runs * 15), ahead = (others & (0 - others)) - 1;
          let empty = runs & members & ahead;
          let runRow = rowOf(RUN_CONTEXT);
          let behind = register;
          if (isNearlyCertain(runRow, 16)) behind = decidedTogether(register, popcnt<u64>(empty) * qeOf(runRow));
          if (behind != register && mpsOf(runRow) == 0) {
            register = behind;
            members &= ~ahead;
            continue;
          }
          do {
            const runLps = lpsOf(register, runRow), runInterval = intervalOf(register, runRow);
            const broken = isOne(runRow, runLps);
            runRow = rowAfter(runRow, runInterval, runLps);
            register = renormalised(runInterval);
            if (lacksBits(register)) register = fed(register);
            if (broken) break;
            empty &= empty - 1;
          } while (empty != 0);
          keepRow(RUN_CONTEXT, runRow);
          if (empty == 0) {
            members &= ~ahead;
            continue;
          }
          index = <u32>ctz<u64>(empty);
          bit = empty & (0 - empty);
          members &= ~(bit - 1);
          pattern = patterns + (index << 1);
          holdRegister(register);
          let row = decide(UNIFORM_CONTEXT) << 1;
          row |= decide(UNIFORM_CONTEXT);
          register = heldRegister();
          members &= ~(bit * ((2 << row) - 1));
          bit <<= row;
          index += row;
          pattern += row << 1;
          neighbours = load<u16>(pattern);
        } else {
          members ^= bit;
          neighbours = load<u16>(pattern);
          const context = zeroContextOf(neighbours & 0xff);
          const zeroState = rowOf(context);
          const zeroLps = lpsOf(register, zeroState), zeroInterval = intervalOf(register, zeroState);
          adapt(context, zeroState, zeroInterval, zeroLps);
          register = renormalised(zeroInterval);
          if (lacksBits(register)) register = fed(register);
          if (!isOne(zeroState, zeroLps)) continue;
        }
        const entry = signEntry(neighbours), signContext = entry & SIGN_CONTEXT;
        const signState = rowOf(signContext);
        const signLps = lpsOf(register, signState), signInterval = intervalOf(register, signState);
        adapt(signContext, signState, signInterval, signLps);
        register = renormalised(signInterval);
        if (lacksBits(register)) register = fed(register);
        const sign = (decisionOf(signState, signLps) ^ entry) & 1;
        store<u32>(coefficients + (index << 2), value | (sign << 31));
        const row = index & 3;
        tellNeighbours(pattern, row, sign);
        store<u64>(state, load<u64>(state) | bit);
        // The next column has a significant neighbour now: no run.
        runs &= ~(bit * load<u64>(NEXT_COLUMN + (row << 3)));
      } while (members != 0);
    }
  }
  holdRegister(register);
}

/** D.5: the segmentation symbol that stands behind a cleanup pass, if it is the right one. */
export function segmentationSymbol(): bool {
  let symbol: u32 = 0;
  for (let i = 0; i < 4; i++) symbol = (symbol << 1) | decide(UNIFORM_CONTEXT);
  return symbol == 0b1010;
}
