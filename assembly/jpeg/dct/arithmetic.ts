/**
 * Decoding of scans with arithmetic coding: sequential (T.81 F.2.4) and progressive (G.2.3). The decisions
 * and their statistical models are those of F.1.4 and G.1.3, where the standard draws the encoder.
 */
import { lowBand, lowerBound, upperBound } from '../arithmetic-conditioning';
import { decide, decideEvenly, decideMagnitude } from '../arithmetic-decoder';
import { approximationLow, spectralEnd, spectralStart } from '../scan-header';
import { noteBadCode } from './coefficient-tables';
import {
  acTableOf,
  conditionOf,
  dcTableOf,
  lineOf,
  nextTarget,
  predict,
  quantizationOf,
  setCondition,
  sideOf,
  UNIT,
  units,
  unitsEnd,
} from './data-units';
import { clearBlock, reconstruct } from './reconstruction';
import { block } from './sequential';
import { BLOCK_BYTES, offsetInBlock } from './zigzag';

/** Bins of a DC area: S0 is DC_Context(Da), SS, SP and SN follow it; X1 (Table F.4). */
const SS: usize = 1;
const SP: usize = 2;
const X1: usize = 20;
/** Bins of an AC area: X2 for indices up to Kx, and for those above (Table F.5). */
const X2: usize = 189;
const X2_HIGH: usize = 217;

/** DC_Context: 0, and these for differences that are small and positive, large and positive (Table F.4). */
const SMALL: i32 = 4;
const LARGE: i32 = 12;
/** What negative ones have more. */
const NEGATIVE: i32 = 4;

/** The difference of a DC coefficient; the next one of its component is conditioned on it. */
function decodeDifference(unit: usize): i32 {
  const area = dcTableOf(unit), s0 = area + conditionOf(unit);
  if (decide(s0) == 0) {
    setCondition(unit, 0);
    return 0;
  }
  const negative = decide(s0 + SS);
  const absolute = decide(s0 + SP + negative) == 0 ? 1 : decideMagnitude(area + X1, area + X1 + 1);
  if (absolute == 0) noteBadCode();
  const category = absolute > upperBound(area) ? LARGE : SMALL;
  setCondition(unit, absolute <= lowerBound(area) ? 0 : category + negative * NEGATIVE);
  return negative ? -absolute : absolute;
}

/**
 * Decodes the coefficients of a band that are not 0 into a block where the band is all 0.
 * @returns a bit for each of them, by zigzag index
 */
function decodeBand(area: usize, block: usize, first: u32, last: u32, shift: i32): u64 {
  let set: u64 = 0;
  for (let k = first; k <= last; k++) {
    let bin = area + 3 * (k - 1); // SE; S0 and SP follow it
    if (decide(bin) != 0) break;
    while (decide(bin + 1) == 0) {
      if (k >= last) {
        noteBadCode();
        return set;
      }
      k++;
      bin += 3;
    }
    const negative = decideEvenly();
    let absolute = 1;
    // Sz < 1 and Sz < 2 have the same bin.
    if (decide(bin + 2) != 0) {
      absolute = decideMagnitude(bin + 2, area + (<i32>k <= lowBand(area) ? X2 : X2_HIGH));
      if (absolute == 0) noteBadCode();
    }
    store<i16>(block + offsetInBlock(k), <i16>((negative ? -absolute : absolute) << shift));
    set |= <u64>1 << k;
  }
  return set;
}

/** Minimum coded units of a sequential scan -> samples. */
export function decodeSequentialDecisions(count: i32): void {
  for (; count > 0; count--) {
    for (let unit = units; unit < unitsEnd; unit += UNIT) {
      store<i16>(block, <i16>predict(unit, decodeDifference(unit)));
      const set = decodeBand(acTableOf(unit), block, 1, 63, 0);
      const last = set == 0 ? 0 : 63 - <u32>clz(set);
      reconstruct(block, last, quantizationOf(unit), nextTarget(unit), lineOf(unit), sideOf(unit));
      clearBlock(block, last);
    }
  }
}

/** Reads minimum coded units of a sequential scan that are not wanted: what follows is conditioned on them. */
export function passOverDecisions(count: i32): void {
  for (; count > 0; count--) {
    for (let unit = units; unit < unitsEnd; unit += UNIT) {
      predict(unit, decodeDifference(unit));
      decodeBand(acTableOf(unit), block, 1, 63, 0);
    }
  }
  memory.fill(block, 0, BLOCK_BYTES);
}

/** The first scan of DC coefficients (G.1.3.1). */
export function decodeFirstDcDecisions(count: i32): void {
  for (; count > 0; count--) {
    for (let unit = units; unit < unitsEnd; unit += UNIT) {
      store<i16>(nextTarget(unit), <i16>(predict(unit, decodeDifference(unit)) << approximationLow));
    }
  }
}

/** A refinement of DC coefficients: a bit of each. */
export function decodeDcRefinementDecisions(count: i32): void {
  for (; count > 0; count--) {
    for (let unit = units; unit < unitsEnd; unit += UNIT) {
      const target = nextTarget(unit);
      store<u16>(target, load<u16>(target) | (decideEvenly() << approximationLow));
    }
  }
}

/** The first scan of a band (G.1.3.2): `count` blocks from `block` on, with the bit set of the first. */
export function decodeFirstAcDecisions(block: usize, bitSet: usize, count: i32): void {
  const area = acTableOf(units);
  for (const end = block + count * BLOCK_BYTES; block < end; block += BLOCK_BYTES, bitSet += 8) {
    const set = decodeBand(area, block, spectralStart, spectralEnd, approximationLow);
    store<u64>(bitSet, load<u64>(bitSet) | set);
  }
}

/** A refinement of a band (G.1.3.3): as above. SE, S0 and SC have the places of SE, S0 and SP (Table G.2). */
export function decodeAcRefinementDecisions(block: usize, bitSet: usize, count: i32): void {
  const area = acTableOf(units), last = <u32>spectralEnd;
  const plus = 1 << approximationLow;
  const upToLast = ~(<u64>0) >>> (63 - last);
  for (const end = block + count * BLOCK_BYTES; block < end; block += BLOCK_BYTES, bitSet += 8) {
    let set = load<u64>(bitSet);
    // EOBx, the last coefficient that is known: no band ends in front of it, and none is asked whether it does.
    const lastKnown = 63 - <i32>clz(set & upToLast);
    for (let k = <u32>spectralStart; k <= last; k++) {
      let bin = area + 3 * (k - 1);
      if (<i32>k > lastKnown && decide(bin) != 0) break;
      while (((set >>> k) & 1) == 0 && decide(bin + 1) == 0) {
        if (k >= last) {
          noteBadCode();
          break;
        }
        k++;
        bin += 3;
      }
      const coefficient = block + offsetInBlock(k);
      const value = <i32>load<i16>(coefficient);
      if ((set >>> k) & 1) {
        if (decide(bin + 2) != 0) store<i16>(coefficient, <i16>(value < 0 ? value - plus : value + plus));
      } else {
        store<i16>(coefficient, <i16>(decideEvenly() ? -plus : plus));
        set |= <u64>1 << k;
      }
    }
    store<u64>(bitSet, set);
  }
}
