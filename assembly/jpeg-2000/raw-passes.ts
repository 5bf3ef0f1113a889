/**
 * The two coding passes that the selective arithmetic coding bypass leaves without the MQ decoder: T.800 D.6.
 * The same sets of coefficients as in coding-passes.ts, the same bounds; a decision is a bit of the segment,
 * a sign too (1: negative).
 */
import {
  besideSignificant,
  coefficientsOf,
  FOLLOWING,
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
import { rawBit } from './raw-decoder';

/** D.3.1 with raw bits. */
export function rawSignificancePropagationPass(one: u32): void {
  const value = one | (one >> 1);
  for (let stripe: u32 = 0; stripe < stripes; stripe++) {
    const patterns = patternsOf(stripe), coefficients = coefficientsOf(stripe);
    for (let word: u32 = 0; word < stripeWords; word++) {
      const state = stateOf(stripe) + (word << 3);
      const open = presentIn(stripe, word) & ~load<u64>(state);
      let members = besideSignificant(state) & open;
      let visited = members;
      while (members != 0) {
        const index = <u32>ctz<u64>(members);
        members &= members - 1;
        if (rawBit() == 0) continue;
        const sign = rawBit(), row = index & 3, bit = (1 as u64) << index;
        const place = (word << 6) + index;
        store<u32>(coefficients + (place << 2), value | (sign << 31));
        tellNeighbours(patterns + (place << 1), row, sign);
        store<u64>(state, load<u64>(state) | bit);
        const joining = bit * load<u64>(FOLLOWING + (row << 3)) & open & ~visited;
        members |= joining;
        visited |= joining;
      }
      store<u64>(state, visited, VISITED - SIGNIFICANT);
    }
  }
}

/** D.3.3 with raw bits. */
export function rawMagnitudeRefinementPass(one: u32): void {
  const half = one >> 1;
  for (let stripe: u32 = 0; stripe < stripes; stripe++) {
    const coefficients = coefficientsOf(stripe);
    for (let word: u32 = 0; word < stripeWords; word++) {
      const state = stateOf(stripe) + (word << 3);
      let members = load<u64>(state) & ~load<u64>(state, VISITED - SIGNIFICANT);
      store<u64>(state, load<u64>(state, REFINED - SIGNIFICANT) | members, REFINED - SIGNIFICANT);
      while (members != 0) {
        const coefficient = coefficients + (((word << 6) + <u32>ctz<u64>(members)) << 2);
        members &= members - 1;
        store<u32>(coefficient, load<u32>(coefficient) + ((0 - rawBit()) & one) - half);
      }
    }
  }
}
