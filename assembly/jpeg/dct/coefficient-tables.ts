/**
 * Lookup tables for the entropy-coded coefficients (T.81 F.1.2, F.2.2, G.1.2): the next 10 bits of the stream
 * give a DC difference, or up to two AC coefficients with their zero runs, code and extra bits together,
 * where all of it fits. What does not fit is completed arithmetically, and longer codes are found by length.
 */
import { codeCounts, codeValues, destinationOf, SPECIFICATION } from '../huffman-tables';

/** Bits that index a table. Measured for AC: 9 costs 7%, 11 and 12 cost 1 to 3%. */
export const LOOKUP_BITS: u64 = 10;
const LOOKUP_SIZE: i32 = 1 << 10;
/** Bits that index a table of coefficients that are not wanted. */
export const PASSING_BITS: u64 = 12;
const PASSING_SIZE: i32 = 1 << 12;

/** Zigzag indices by which the end of the block goes on: more than any run can. */
export const END_OF_BLOCK: u32 = 128;

/**
 * DC, an entry of 32 bits:
 *     bits  0 to  7  bits of the stream that the difference takes; 0 where it does not fit
 *     bits 16 to 31  the difference
 * or, where only the code fits:
 *     bits  8 to 15  length of the code, 1 to 10
 *     bits 16 to 23  its value, RRRRSSSS (DC: 0000SSSS)
 * or 0 where not even the code fits.
 */
const dcTables: usize = memory.data(4 * LOOKUP_SIZE * 4, 16);
const DC_TABLE: usize = LOOKUP_SIZE * 4;

/**
 * AC, an entry of 64 bits for one coefficient or two:
 *     bits  0 to  7  bits of the stream that they take together; 0 where not even the first fits
 *     bits  8 to 15  bits that the first takes
 *     bits 16 to 31  the first coefficient
 *     bits 32 to 47  the second one, or the first again where there is one
 *     bits 48 to 55  zigzag indices by which the first goes on: its run of zeros and itself
 *     bits 56 to 63  indices by which both go on
 * A run of 16 zeros is a coefficient of 0 and goes on by 16; the end of the block is one that goes on by
 * END_OF_BLOCK. Where the first does not fit: as for DC.
 */
const acTables: usize = memory.data(4 * LOOKUP_SIZE * 8, 16);
const AC_TABLE: usize = LOOKUP_SIZE * 8;
/**
 * AC coefficients that are not wanted: the next 12 bits of the stream, an entry of 16 bits for all that fit there whole:
 *     bits  0 to  5  bits of the stream that they take; 0 where not even the first fits
 *     bits  6 to 11  zigzag indices by which they go on, without the end of the block
 *     bit  12        they end the block
 * A table is as large as one of the wanted ones, and as far from it whichever it is.
 */
const passingTables: usize = memory.data(4 * PASSING_SIZE * 2, 16);
/** Bit by identifier: there is such a table. */
let passingMade: u32 = 0;

/** Bits that the first coefficient of an entry takes, in the lowest 6: what a shift takes it by. */
@inline
export function takenByFirst(entry: u64): u64 {
  return entry >> 8;
}

/** Zigzag indices by which the first coefficient of an entry goes on. */
@inline
export function firstGoesOn(entry: u64): u32 {
  return <u32>(entry >> 48) & 0xff;
}

/** Indices by which both go on. */
@inline
export function bothGoOn(entry: u64): u32 {
  return <u32>(entry >> 56);
}

/** The coefficients of an entry, in the lowest 16 bits. */
@inline
export function firstOf(entry: u64): u64 {
  return entry >> 16;
}

@inline
export function secondOf(entry: u64): u64 {
  return entry >> 32;
}

/**
 * Single coefficients, from which a table is made: entries as for DC with the indices in bits 8 to 15. A refinement of AC
 * coefficients, whose scan has one table, uses these.
 */
export const single: usize = memory.data(LOOKUP_SIZE * 4, 16);

/**
 * By destination and code length from 0 to 16: the first 16-bit prefix that no code of this length or less
 * begins.
 */
const limits: usize = memory.data(8 * 17 * 4, 4);
/** Likewise: index in HUFFVAL less the code, of the codes of this length. */
const indexOffsets: usize = memory.data(8 * 17 * 4, 4);

/**
 * By destination: the specification from which the lookup table was made. Frames of one image mostly share
 * theirs.
 */
const madeFrom: usize = memory.data(8 * SPECIFICATION);
/** Bit by destination: there is a lookup table. */
let made: u32 = 0;

/** A code was met that its table does not have, or a coefficient beyond the end of its block. */
export let badCode: bool = false;
/** EOBRUN: blocks behind the current one that end with it (G.1.2.2). Only progressive scans have any. */
export let endOfBandRun: i32 = 0;

/** Forgets what went before: a scan or restart interval begins. */
export function beginInterval(): void {
  badCode = false;
  endOfBandRun = 0;
}

@inline
export function setEndOfBandRun(blocks: i32): void {
  endOfBandRun = blocks;
}

export function noteBadCode(): void {
  badCode = true;
}

/** Address of the lookup table of DC table 0 to 3. */
export function dcTable(identifier: i32): usize {
  return dcTables + identifier * DC_TABLE;
}

/** Address of the lookup table of AC table 0 to 3. */
export function acTable(identifier: i32): usize {
  return acTables + identifier * AC_TABLE;
}

/**
 * Makes the lookup table of a DC table.
 * @returns false where it codes a category above 15, which no difference of coefficients has
 */
export function prepareDcTable(identifier: i32): bool {
  const destination = destinationOf(0, identifier);
  const codes = specificationLength(destination) - 16;
  for (let i = 0; i < codes; i++) if (load<u8>(codeValues(destination) + i) > 15) return false;
  if (!isMade(destination)) enterCodes(destination, dcTable(identifier));
  return true;
}

/** Bytes of a specification: BITS and as many values as it says. */
function specificationLength(destination: i32): i32 {
  let length = 16;
  for (let i = 0; i < 16; i++) length += load<u8>(codeCounts(destination) + i);
  return length;
}

/** Whether the lookup table of a destination was made from what is there now; if not, it will be. */
function isMade(destination: i32): bool {
  const specification = codeCounts(destination), copy = madeFrom + destination * SPECIFICATION;
  const length = specificationLength(destination);
  if (((made >> destination) & 1) != 0 && memory.compare(specification, copy, length) == 0) return true;
  memory.copy(copy, specification, length);
  made |= 1 << destination;
  return false;
}

/** Address of the table of unwanted coefficients, from that of the AC table. */
@inline
export function passingTableOf(acTable: usize): usize {
  return acTable + (passingTables - acTables);
}

/** Makes the table of unwanted coefficients of an AC table that has been prepared. */
export function preparePassingTable(identifier: i32): void {
  if (((passingMade >> identifier) & 1) != 0) return;
  passingMade |= 1 << identifier;
  enterCodes(destinationOf(1, identifier), single);
  const to = passingTableOf(acTable(identifier));
  for (let index = 0; index < PASSING_SIZE; index++) {
    let taken: u32 = 0, goesOn: u32 = 0, ended: u32 = 0;
    while (ended == 0) {
      // The bits shifted in at the right are no bits of the stream: what would need them does not fit.
      const next = load<u32>(single + ((((index << taken) & (PASSING_SIZE - 1)) >> 2) << 2));
      const length = next & 0xff, indices = (next >> 8) & 0xff;
      if (length == 0 || taken + length > <u32>PASSING_BITS) break;
      if (indices == END_OF_BLOCK) ended = 1;
      else if (goesOn + indices > 63) break;
      else goesOn += indices;
      taken += length;
    }
    store<u16>(to + (index << 1), taken | (goesOn << 6) | (ended << 12));
  }
}

/** Makes the table of single coefficients of an AC table, until another table is made. */
export function prepareSingleTable(identifier: i32): void {
  const destination = destinationOf(1, identifier);
  enterCodes(destination, single);
  // What completes long codes is of this specification now.
  made &= ~(1 << destination);
}

/** Makes the lookup table of an AC table. */
export function prepareAcTable(identifier: i32): void {
  if (isMade(destinationOf(1, identifier))) return;
  passingMade &= ~(1 << identifier);
  enterCodes(destinationOf(1, identifier), single);
  const to = acTable(identifier);
  for (let index = 0; index < LOOKUP_SIZE; index++) {
    const first = load<u32>(single + (index << 2));
    const length = first & 0xff, goesOn = (first >> 8) & 0xff;
    const value = <u64>(first >> 16);
    let bothLength = length, bothGoOn = goesOn, secondValue = value;
    if (length != 0 && goesOn < END_OF_BLOCK) {
      // The bits shifted in at the right are no bits of the stream: what would need them does not fit.
      const second = load<u32>(single + (((index << length) & (LOOKUP_SIZE - 1)) << 2));
      const secondLength = second & 0xff;
      if (secondLength != 0 && length + secondLength <= <u32>LOOKUP_BITS) {
        bothLength += secondLength;
        bothGoOn += (second >> 8) & 0xff;
        secondValue = second >> 16;
      }
    }
    const low = bothLength | (length << 8) | ((<u32>value) << 16);
    const high = (secondValue & 0xffff) | ((<u64>goesOn) << 16) | ((<u64>bothGoOn) << 24);
    store<u64>(to + (index << 3), length == 0 ? <u64>first : <u64>low | (high << 32));
  }
}

/**
 * Enters every code of a Huffman table that fits the lookup with all its extra bits, and the limits of the
 * others.
 */
function enterCodes(destination: i32, entries: usize): void {
  const counts = codeCounts(destination);
  let value = codeValues(destination);
  memory.fill(entries, 0, LOOKUP_SIZE * 4);
  let code: u32 = 0;
  let valueIndex = 0;
  for (let length = 1; length <= 16; length++) {
    code <<= 1;
    store<i32>(indexOffsets + (destination * 17 + length) * 4, valueIndex - code);
    for (let count = load<u8>(counts + length - 1); count > 0; count--) {
      const symbol = <i32>load<u8>(value++);
      if (length <= <i32>LOOKUP_BITS) enter(entries, code, length, symbol, destination >= 4);
      code++;
      valueIndex++;
    }
    store<u32>(limits + (destination * 17 + length) * 4, code << (16 - length));
  }
}

/** Enters one code: `symbol` is RRRRSSSS, of which a DC table has the lower half only. */
function enter(entries: usize, code: u32, length: i32, symbol: i32, isAc: bool): void {
  const size = symbol & 15, run = symbol >> 4;
  const behind = <i32>LOOKUP_BITS - length; // bits of the index behind the code
  // EOBn with n > 0 (G.1.2.2) is completed: its extra bits are no coefficient.
  const fits = size <= behind && (!isAc || size > 0 || run == 0 || run == 15);
  const goesOn = !isAc ? 0 : size > 0 ? run + 1 : run == 15 ? 16 : <i32>END_OF_BLOCK;
  let to = entries + ((<usize>code << behind) << 2);
  const end = to + ((<usize>1 << behind) << 2);
  if (!fits) {
    for (; to < end; to += 4) store<u32>(to, (length << 8) | (symbol << 16));
    return;
  }
  const same = (<usize>1 << (behind - size)) << 2; // bytes of the entries that share a value
  // Each value of the extra bits, in order: the lower half stands for negative ones (Tables F.1, F.2).
  for (let bits = 0; to < end; bits++) {
    const value = size > 0 && bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
    const entry = (length + size) | (goesOn << 8) | (value << 16);
    for (const stop = to + same; to < stop; to += 4) store<u32>(to, entry);
  }
}

/** The code that the stream begins with, too long for the lookup: as the entries of those that are not. */
function findLongCode(destination: i32, stream: u64): u32 {
  const prefix = <u32>(stream >>> 48);
  const row = destination * 17;
  for (let length = <u32>LOOKUP_BITS + 1; length <= 16; length++) {
    if (prefix < load<u32>(limits + ((row + length) << 2))) {
      const index = (prefix >> (16 - length)) + load<u32>(indexOffsets + ((row + length) << 2));
      return (length << 8) | (<u32>load<u8>(codeValues(destination) + index) << 16);
    }
  }
  // Somewhere to go on from: whoever asks for the coefficients asks for badCode afterwards.
  badCode = true;
  return 16 << 8;
}

/** The value of `size` extra bits, 0 to 15, behind a code of `length` bits (F.2.2.1, EXTEND and RECEIVE). */
@inline
function extraBits(stream: u64, length: u32, size: u32): u32 {
  // A first bit of 0 stands for a negative value: complementing makes its absolute value of the bits.
  const rest = stream << length;
  const sign = <u64>(<i64>~rest >> 63);
  const absolute = (rest ^ sign) >> 1 >> (63 - size); // a shift by 64 would be one by 0
  return <u32>((absolute ^ sign) - sign);
}

/**
 * The entry of a DC difference that does not fit the lookup. It takes up to 31 bits of what `stream` begins
 * with.
 */
export function completeDc(entry: u32, table: usize, stream: u64): u32 {
  if (entry == 0) entry = findLongCode(destinationOf(0, <i32>((table - dcTables) / DC_TABLE)), stream);
  const length = (entry >> 8) & 0xff, size = (entry >> 16) & 15;
  return (length + size) | (extraBits(stream, length, size) << 16);
}

/**
 * The entry of an AC coefficient that does not fit the lookup. It takes up to 31 bits of what `stream` begins
 * with. The end of a band (EOBn) is the end of the block and sets endOfBandRun.
 */
export function completeAc(entry: u64, table: usize, stream: u64): u64 {
  let code = <u32>entry;
  if (code == 0) code = findLongCode(destinationOf(1, <i32>((table - acTables) / AC_TABLE)), stream);
  const length = (code >> 8) & 0xff, size = (code >> 16) & 15, run = (code >> 20) & 15;
  let taken = length + size, goesOn = run + 1, value: u32 = 0;
  if (size > 0) value = extraBits(stream, length, size);
  else if (run == 15) goesOn = 16;
  else {
    goesOn = END_OF_BLOCK;
    taken = length + run;
    endOfBandRun = (1 << run) - 1 + <i32>((stream << length) >> 1 >> (63 - run));
  }
  const low = taken | (taken << 8) | (value << 16);
  const high = (value & 0xffff) | (goesOn << 16) | (goesOn << 24);
  return <u64>low | (<u64>high << 32);
}
