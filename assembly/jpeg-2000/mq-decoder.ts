/**
 * The MQ decoder, T.800 Annex C: decisions out of a codeword segment, each with a context whose state adapts.
 *
 * The decoder of C.3 (Figures C.14 to C.20) with its registers side by side in one u64, so that one shift
 * renormalises both:
 *
 *     63   62      47 46      31 30             0
 *      0   A          C (Chigh)  bits ahead          A >= 0x8000 between decisions
 *
 * Behind the last of the bits ahead stands a one, the mark: once it has come to bit 31, C lacks bits, and the
 * register is fed. Nothing counts the bits. With a sign bit to spare, comparisons are signs of differences.
 *
 * A pass keeps the register in a local: it takes it from `heldRegister`, and hands it back to `holdRegister`.
 * A decision (C.3.2 and C.3.3, Figures C.15 to C.18: DECODE, exchanges, RENORMD) has one branch, which feeds:
 *
 *     const row = rowOf(context), lps = lpsOf(register, row), interval = intervalOf(register, row);
 *     adapt(context, row, interval, lps);
 *     register = renormalised(interval);
 *     if (lacksBits(register)) register = fed(register);
 *     if (isOne(row, lps)) ...
 *
 * The segment was freed of its stuffed bits beforehand (codeword-segment.ts); C is fed 31 bits at a time.
 *
 * A context holds its state as a whole row of Table C.2 instead of an index, so that one load has all of it:
 *
 *     63   62      47 46      32 31      16 15       0
 *     MPS  Qe         0          NLPS       NMPS       offsets of rows; Qe stands where A is
 *
 * There are two copies of the table, for MPS 0 and behind it for MPS 1: SWITCH is nothing but an NLPS in the other
 * copy. The MPS stands where differences have their sign, so that D is a sign as well.
 */
import { segmentBits, words, wordsEnd } from './codeword-segment';

/** Table C.2: Qe, NMPS, NLPS, SWITCH. */
const TABLE_C2: usize = memory.data<u16>([
  0x5601, 1, 1, 1, 0x3401, 2, 6, 0, 0x1801, 3, 9, 0, 0x0ac1, 4, 12, 0,
  0x0521, 5, 29, 0, 0x0221, 38, 33, 0, 0x5601, 7, 6, 1, 0x5401, 8, 14, 0,
  0x4801, 9, 14, 0, 0x3801, 10, 14, 0, 0x3001, 11, 17, 0, 0x2401, 12, 18, 0,
  0x1c01, 13, 20, 0, 0x1601, 29, 21, 0, 0x5601, 15, 14, 1, 0x5401, 16, 14, 0,
  0x5101, 17, 15, 0, 0x4801, 18, 16, 0, 0x3801, 19, 17, 0, 0x3401, 20, 18, 0,
  0x3001, 21, 19, 0, 0x2801, 22, 19, 0, 0x2401, 23, 20, 0, 0x2201, 24, 21, 0,
  0x1c01, 25, 22, 0, 0x1801, 26, 23, 0, 0x1601, 27, 24, 0, 0x1401, 28, 25, 0,
  0x1201, 29, 26, 0, 0x1101, 30, 27, 0, 0x0ac1, 31, 28, 0, 0x09c1, 32, 29, 0,
  0x08a1, 33, 30, 0, 0x0521, 34, 31, 0, 0x0441, 35, 32, 0, 0x02a1, 36, 33, 0,
  0x0221, 37, 34, 0, 0x0141, 38, 35, 0, 0x0111, 39, 36, 0, 0x0085, 40, 37, 0,
  0x0049, 41, 38, 0, 0x0025, 42, 39, 0, 0x0015, 43, 40, 0, 0x0009, 44, 41, 0,
  0x0005, 45, 42, 0, 0x0001, 45, 43, 0, 0x5601, 46, 46, 0,
]);
const STATES: u32 = 47;

/** Offset of the rows for MPS 1, behind those for MPS 0. */
const MPS_ONE: u32 = STATES << 3;
/** Both copies of the table as they stand in contexts. */
const ROWS: usize = memory.data(2 * STATES * 8, 64);

/** The contexts, 8 bytes each; they are named by their offset, eight times the label of D.3. */
export const CONTEXTS: usize = memory.data(19 * 8, 16);

/** Places of A and C in the register. */
const A_SHIFT: u64 = 47;
const C_SHIFT: u64 = 31;
/** From a value where A is to where C is. */
const A_TO_C: u64 = 16;
/** Qe in a context. */
const QE_FIELD: u64 = 0x7fff800000000000;
/** C and the bits ahead. */
const CODE_FIELD: u64 = 0x00007fffffffffff;
/** Bits ahead, the mark among them. */
const AHEAD_FIELD: u32 = 0x7fffffff;

/** The register between two passes. */
let held: u64 = 0;
/** Bits of the segment that have been fed, at most those up to `wordsEnd`. */
let position: u32 = 0;

/** Makes the rows of Table C.2. */
export function prepareMqDecoder(): void {
  for (let mps: u32 = 0; mps < 2; mps++) {
    for (let state: u32 = 0; state < STATES; state++) {
      const line = TABLE_C2 + (state << 3);
      const qe = <u64>load<u16>(line), nmps = <u32>load<u16>(line, 2), nlps = <u32>load<u16>(line, 4);
      const lpsMps = mps ^ load<u16>(line, 6);
      const afterMps = (nmps << 3) + mps * MPS_ONE, afterLps = (nlps << 3) + lpsMps * MPS_ONE;
      const row = (<u64>mps << 63) | (qe << A_SHIFT) | (<u64>afterLps << 16) | afterMps;
      store<u64>(ROWS + (state << 3) + mps * MPS_ONE, row);
    }
  }
}

/** Sets a context to a state of Table C.2 and MPS 0. */
@inline
export function setContext(context: u32, state: u32): void {
  store<u64>(CONTEXTS + context, load<u64>(ROWS + (state << 3)));
}

/** C.3.5, Figure C.20 (INITDEC), on the segment that was unstuffed last. The contexts stay as they are. */
export function beginDecisions(): void {
  // C gets 15 bits of the first word: Figure C.20 shifts by 7 what it has put 8 bits too high. 17 are ahead.
  held = (<u64>0x8000 << A_SHIFT) | (<u64>load<u32>(words) << (C_SHIFT - 17)) | (1 << 13);
  position = 32;
}

/** The register, for a pass to keep. */
@inline
export function heldRegister(): u64 {
  return held;
}

/** Takes the register back from a pass. */
@inline
export function holdRegister(register: u64): void {
  held = register;
}

/** The state of `context`, an offset. */
@inline
export function rowOf(context: u32): u64 {
  return load<u64>(context, CONTEXTS);
}

/**
 * Whether it is the LPS: below zero if so. With A' = A - Qe: C < Qe takes the lower sub-interval, else the upper
 * one. The smaller of the two is that of the LPS (conditional exchange): D is the LPS where exactly one of C < Qe
 * and A' < Qe holds.
 */
@inline
export function lpsOf(register: u64, row: u64): i64 {
  const qeOfA = row & QE_FIELD;
  return <i64>((register & CODE_FIELD) - (qeOfA >> A_TO_C)) ^ <i64>(register - qeOfA - qeOfA);
}

/** D. */
@inline
export function decisionOf(row: u64, lps: i64): u32 {
  return <u32>((row ^ <u64>lps) >> 63);
}

/** Whether D is 1. */
@inline
export function isOne(row: u64, lps: i64): bool {
  return (<i64>row ^ lps) < 0;
}

/** All ones if D is 1, else 0. */
@inline
export function allIfOne(row: u64, lps: i64): u64 {
  return <u64>((<i64>row ^ lps) >> 63);
}

/** The register with the sub-interval: the lower one is A = Qe, the upper one A = A' and C = C - Qe. */
@inline
export function intervalOf(register: u64, row: u64): u64 {
  const qeOfA = row & QE_FIELD, qeOfC = qeOfA >> A_TO_C, code = register & CODE_FIELD;
  return select<u64>(code | qeOfA, register - qeOfA - qeOfC, <i64>(code - qeOfC) < 0);
}

/**
 * The state behind `row`. A' >= 0x8000 keeps it, and cannot be the smaller sub-interval, as every Qe is below 0x8000.
 * NMPS and NLPS are taken from the row at hand: loads of parts of a context wait longer for the store before them than
 * a load of the whole.
 */
@inline
export function rowAfter(row: u64, interval: u64, lps: i64): u64 {
  const afterMps = load<u64>(<u32>row & 0xffff, ROWS), afterLps = load<u64>(<u32>row >> 16, ROWS);
  // The next decision with this context waits for its state: so it is chosen by the highest bit of A, which
  // is there before the shift is.
  return select<u64>(afterLps, select<u64>(afterMps, row, <i64>(interval + interval) >= 0), lps < 0);
}

/** Gives `context`, whose state is `row`, its next one. */
@inline
export function adapt(context: u32, row: u64, interval: u64, lps: i64): void {
  keepRow(context, rowAfter(row, interval, lps));
}

/** Gives `context` its state back, where a pass kept it to itself. */
@inline
export function keepRow(context: u32, row: u64): void {
  store<u64>(context, row, CONTEXTS);
}

/**
 * RENORMD. A is never 0, so a shift is at most 15. What it moves out are zeros: rotating does the same, and
 * takes no mask for its count. The register lacks bits then where `lacksBits` says so.
 */
@inline
export function renormalised(interval: u64): u64 {
  return rotl<u64>(interval, clz<u64>(interval + interval));
}

/** Whether the mark has come into C. */
@inline
export function lacksBits(register: u64): bool {
  return (<u32>register & AHEAD_FIELD) == 0;
}

/**
 * The register with the next 31 bits of the segment where its mark is, and the mark behind them. The mark is
 * at bit 31 to 45. `position` never passes `wordsEnd`, where there are ones for ever.
 */
@inline
export function fed(register: u64): u64 {
  const mark = ctz<u64>(register), word = words + ((position >> 5) << 2);
  const two = (<u64>load<u32>(word) << 32) | load<u32>(word, 4);
  const bits = (two << <u64>(position & 31)) >> 33;
  position = min(position + 31, <u32>(wordsEnd - words) << 3);
  return (register & (register - 1)) | (((bits << 1) | 1) << (mark - 31));
}

/** One decision outside the passes. */
export function decide(context: u32): u32 {
  const row = rowOf(context), lps = lpsOf(held, row), interval = intervalOf(held, row);
  adapt(context, row, interval, lps);
  held = renormalised(interval);
  if (lacksBits(held)) held = fed(held);
  return decisionOf(row, lps);
}

/** Whether Qe is so small that a decision is as good as certain to be the MPS, and `most` of them are below 0x8000. */
@inline
export function isNearlyCertain(row: u64, most: u64): bool {
  return row + row < (0x10000 / most) << A_SHIFT;
}

/** The same with an MPS of 0, for 64 of them. */
@inline
export function isNearlyZero(row: u64): bool {
  return row < (0x8000 / 64) << A_SHIFT;
}

/** Qe. */
@inline
export function qeOf(row: u64): u64 {
  return (row & QE_FIELD) >> A_SHIFT;
}

/**
 * Takes decisions at once whose Qe add up to `sum`, 1 to 0x7fff, if all of them are the MPS and none needs
 * renormalisation, so that all states stay what they are: A and C each lose `sum`.
 * @returns the register behind them; the same as before where they are to be taken one by one
 */
@inline
export function decidedTogether(register: u64, sum: u64): u64 {
  const sumOfA = sum << A_SHIFT, sumOfC = sumOfA >> A_TO_C;
  const interval = register - sumOfA;
  if (<i64>(interval + interval) >= 0 || (register & CODE_FIELD) < sumOfC) return register;
  return interval - sumOfC;
}

/** D of a decision that is the MPS. */
@inline
export function mpsOf(row: u64): u32 {
  return <u32>(row >> 63);
}

/**
 * Bits of the segment that the decoder has not taken into C; below zero once it lives on the ones that follow
 * the data. It stays below -64 once `position` has come to its end.
 */
export function bitsLeft(): i32 {
  const ahead = 30 - <i32>ctz<u64>(held);
  return segmentBits - (<i32>position - ahead);
}
