/**
 * The MQ decoder, T.800 Annex C: decisions out of a codeword segment, each with a context whose state adapts.
 *
 * The decoder of C.3 (Figures C.14 to C.20) with its registers side by side in one u64, so that one shift
 * renormalises both:
 *
 *     63      48 47      32 31             0
 *     A          C (Chigh)  bits ahead          A >= 0x8000 between decisions
 *
 * The segment was freed of its stuffed bits beforehand (codeword-segment.ts); C is fed 32 bits at a time.
 *
 * A context holds its state as a whole row of Table C.2 instead of an index, so that one load has all of it:
 *
 *     63      48 47      32 31      16 15       0
 *     Qe         Qe         NLPS       NMPS       offsets of rows; Qe stands where A and where C are
 *
 * There are two copies of the table, for MPS 0 at even offsets, for MPS 1 at odd ones: bit 0 of a row's
 * offset is its MPS. NMPS never changes the MPS, so bit 0 of NMPS is the MPS of the context itself; SWITCH is
 * nothing but an NLPS in the other copy.
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

/** Offset of the rows for MPS 1: odd, and behind the 376 bytes of the rows for MPS 0. */
const MPS_ONE: u32 = 385;
/** Both copies of the table as they stand in contexts. */
const ROWS: usize = memory.data(768, 16);

/** The contexts, 8 bytes each; they are named by their offset, eight times the label of D.3. */
export const CONTEXTS: usize = memory.data(19 * 8, 16);

/** Where A is in the register, and in a context what is taken from it. */
const A_FIELD: u64 = 0xffff000000000000;
/** The same of C. */
const C_FIELD: u64 = 0x0000ffff00000000;
/** C and the bits ahead. */
const CODE_FIELD: u64 = 0x0000ffffffffffff;

let register: u64 = 0;
/** Bits ahead in the register; below zero inside a decision, when C lacks so many. */
let ahead: i32 = 0;
/** The next word. */
let nextWord: usize = 0;

/** Makes the rows of Table C.2. */
export function prepareMqDecoder(): void {
  for (let mps: u32 = 0; mps < 2; mps++) {
    for (let state: u32 = 0; state < STATES; state++) {
      const line = TABLE_C2 + (state << 3);
      const qe = <u64>load<u16>(line), nmps = <u32>load<u16>(line, 2), nlps = <u32>load<u16>(line, 4);
      const lpsMps = mps ^ load<u16>(line, 6);
      const afterMps = (nmps << 3) + mps * MPS_ONE, afterLps = (nlps << 3) + lpsMps * MPS_ONE;
      const row = (qe << 48) | (qe << 32) | (<u64>afterLps << 16) | afterMps;
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
  // C gets 15 bits of the first word: Figure C.20 shifts by 7 what it has put 8 bits too high.
  register = (<u64>0x8000 << 48) | (<u64>load<u32>(words) << 15);
  ahead = 17;
  nextWord = words + 4;
}

/**
 * One decision with `context`, an offset: C.3.2 and C.3.3 (Figures C.15 to C.18: DECODE, exchanges, RENORMD)
 * without a branch.
 *
 * With A' = A - Qe: C < Qe takes the lower sub-interval, which becomes A = Qe; else A = A' and C = C - Qe.
 * The smaller of the two is that of the LPS (conditional exchange): D is the LPS where exactly one of C < Qe
 * and A' < Qe holds. A' >= 0x8000 needs no shift, keeps the state, and cannot be the smaller one, as every Qe
 * is below 0x8000.
 *
 * A is never 0, so a shift is at most 15, and after the one test behind it C is whole again. `nextWord` never
 * passes `wordsEnd`, where it finds ones for ever.
 */
@inline
export function decide(context: u32): u32 {
  const row = load<u64>(context, CONTEXTS);
  const nmps = <u32>row & 0xffff;
  const afterMps = load<u64>(nmps, ROWS), afterLps = load<u64>(<u32>row >> 16, ROWS);
  const qeOfA = row & A_FIELD, qeOfC = row & C_FIELD, code = register & CODE_FIELD;
  const upper = register - qeOfA;
  const rest = <i64>(code - qeOfC);
  const lps = <u64>(upper < qeOfA) ^ (<u64>rest >> 63);
  const interval = select<u64>(code | qeOfA, upper - qeOfC, rest < 0);
  const shift = clz<u64>(interval);
  // The next decision with this context waits for its state: so it is chosen by the highest bit of A, which
  // is there before the shift is.
  const afterIt = select<u64>(afterMps, row, <i64>interval >= 0);
  store<u64>(context, select<u64>(afterLps, afterIt, lps != 0), CONTEXTS);
  register = interval << shift;
  ahead -= <i32>shift;
  if (ahead < 0) {
    register += <u64>load<u32>(nextWord) << <u64>-ahead;
    nextWord = nextWord < wordsEnd ? nextWord + 4 : nextWord;
    ahead += 32;
  }
  return (nmps ^ <u32>lps) & 1;
}

/**
 * Takes sixteen decisions at once with `context` if all of them are 0, the MPS, and none needs
 * renormalisation, so that the state stays what it is: then A and C each lose 16 Qe. Qe < 0x800 keeps 16 Qe
 * within its field.
 */
@inline
export function decideSixteenZeros(context: u32): bool {
  const row = load<u64>(context, CONTEXTS);
  if (row >= <u64>0x0800 << 48 || (<u32>row & 1) != 0) return false;
  const interval = register - ((row & A_FIELD) << 4), qeOfC = (row & C_FIELD) << 4;
  if (<i64>interval >= 0 || (register & CODE_FIELD) < qeOfC) return false;
  register = interval - qeOfC;
  return true;
}

/**
 * Bits of the segment that the decoder has not taken into C; below zero once it lives on the ones that follow
 * the data. It stays below -64 once `nextWord` has come to its end.
 */
export function bitsLeft(): i32 {
  return segmentBits - ((<i32>(nextWord - words) << 3) - ahead);
}
