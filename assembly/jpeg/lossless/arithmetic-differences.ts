/**
 * Arithmetic decoding of the modulo differences (T.81 H.1.2.3, H.2.3), each conditioned on the difference to
 * its left, Da, and the one above it, Db, of the same component.
 */
import { take } from '../../kernel/arena';
import { dcStatistics, lowerBound, resetStatistics, upperBound } from '../arithmetic-conditioning';
import { decide, decideMagnitude, openArithmetic } from '../arithmetic-decoder';

/** Bins of a statistics area: S0 is L_Context(Da, Db), SS, SP and SN follow it (Table H.3). */
const SS: usize = 1;
const SP: usize = 2;
/** X1 where Db is not large, and where it is: X1_Context(Db). */
const X1: usize = 100;
const X1_LARGE: usize = 129;

/**
 * What a difference was like: 0, or SMALL or LARGE for a positive one, NEGATIVE more for a negative one. So Da
 * times 5 and Db together are one of the 25 multiples of 4 that Figure H.2 has.
 */
const SMALL: i32 = 4;
const LARGE: i32 = 12;
const NEGATIVE: i32 = 4;

/** Data units in one minimum coded unit at most (B.2.3), and bytes of the record of each. */
const MAXIMUM_UNITS: i32 = 10;
const UNIT: usize = 16;
/** Address of the statistics area, of Db, of Da; by how much Db goes on in the next minimum coded unit. */
@lazy
const units: usize = memory.data(MAXIMUM_UNITS * 16, 16);
let unitsEnd: usize = 0;

/** Da of each line of the minimum coded unit, of each component; then Db of each column of each. */
let left: usize = 0;
let leftEnd: usize = 0;
let above: usize = 0;
let aboveEnd: usize = 0;

/** A magnitude was met that no difference has. */
@lazy
export let badDecision: bool = false;

/**
 * Takes memory for the conditions of a scan.
 * @param columns columns of all its components, padded to whole minimum coded units
 * @returns false where there is not that much
 */
export function beginConditions(columns: u64): bool {
  left = take(<u64>MAXIMUM_UNITS);
  above = take(columns);
  leftEnd = left;
  aboveEnd = above;
  unitsEnd = units;
  return left != 0 && above != 0;
}

/** Adds the data units of a component of the scan: `h` by `v` in each minimum coded unit. */
export function addConditions(identifier: i32, h: i32, v: i32, mcuColumns: i32): void {
  for (let y = 0; y < v; y++) {
    for (let x = 0; x < h; x++) {
      store<usize>(unitsEnd, dcStatistics(identifier), 0);
      store<usize>(unitsEnd, aboveEnd + x, 4);
      store<usize>(unitsEnd, leftEnd, 8);
      store<i32>(unitsEnd, h, 12);
      unitsEnd += UNIT;
    }
    leftEnd++;
  }
  aboveEnd += h * mcuColumns;
}

/** Starts reading an entropy-coded segment: nothing stands above its first line (H.1.2.3.1). */
export function openDecisions(from: usize, to: usize): void {
  openArithmetic(from, to);
  resetStatistics();
  memory.fill(left, 0, leftEnd - left);
  memory.fill(above, 0, aboveEnd - above);
  badDecision = false;
}

/** Decodes the differences of `count` minimum coded units from `column` of the row on into 16 bits each. */
export function decodeDecisions(to: usize, column: i32, count: i32): void {
  if (column == 0) memory.fill(left, 0, leftEnd - left);
  for (const end = column + count; column < end; column++) {
    for (let unit = units; unit < unitsEnd; unit += UNIT, to += 2) {
      const b = load<usize>(unit, 4) + column * load<i32>(unit, 12);
      store<u16>(to, decodeDifference(load<usize>(unit), load<usize>(unit, 8), b));
    }
  }
}

/** Decodes a difference and puts what it is like in the places of Da and Db. */
function decodeDifference(area: usize, a: usize, b: usize): i32 {
  const db = <i32>load<u8>(b);
  const s0 = area + <usize>(5 * <i32>load<u8>(a) + db);
  let condition = 0, difference = 0;
  if (decide(s0) != 0) {
    const negative = decide(s0 + SS);
    const x1 = area + (db >= LARGE ? X1_LARGE : X1);
    const absolute = decide(s0 + SP + negative) == 0 ? 1 : decideMagnitude(x1, x1 + 1);
    if (absolute == 0) badDecision = true;
    if (absolute > lowerBound(area)) {
      condition = (absolute > upperBound(area) ? LARGE : SMALL) + negative * NEGATIVE;
    }
    difference = negative ? -absolute : absolute;
  }
  store<u8>(a, condition);
  store<u8>(b, condition);
  return difference;
}
