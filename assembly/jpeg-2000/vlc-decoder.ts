/**
 * VLC bits of the HT cleanup pass, T.814 7.3.5 and 7.3.6: per quad which coefficients are significant and
 * which have the largest exponent (CxtVLC), per pair of quads how far their exponents go beyond what the row
 * above predicts (UVLC).
 *
 * A CxtVLC entry is
 *
 *     31      16 15 14 13 12 11 10 9  8 7 6 5      0
 *     quad             u  u  c  c  c          length     quad: as in quad-rows.ts; u: u_off, twice
 *
 * c is what the quad is to the context of the one to its right, at the place where contexts stand in an
 * offset of the table: each context has 128 entries of four bytes, one for each value of the next seven bits.
 */
import { CODE_WORD_COUNT, CODE_WORDS } from './cxt-vlc-tables';
import { VLC_BITS, VLC_START, vlcEnd } from './ht-segment';
import { zerosBeforeOne } from './mel-decoder';
import { CONTEXTS_ABOVE, GAMMA, U_SUFFIXES } from './quad-rows';

/** 8 contexts times 128 entries: for the first row of quads and for the others. */
const FIRST_ROW_TABLE: usize = memory.data(4096, 64);
const TABLE: usize = memory.data(4096, 64);
const INDEX_MASK: u32 = 0x1fc;
/** Contexts as they stand in entries. */
const FIRST_ROW_CONTEXT: u32 = 0xe00;
const LEFT_CONTEXT: u32 = 0x400;
/** u_off, as it is taken of the first and of the second quad of a pair. */
const FIRST_U: u32 = 0x1000;
const SECOND_U: u32 = 0x2000;
/** Lengths as they stand in entries: five bits of them are what a shift takes. */
const LENGTH_MASK: u32 = 63;

/**
 * UVLC of a pair of quads at once, for rows but the first: by u_off of both (FIRST_U and SECOND_U are its
 * offset) and the next eight bits. An entry is the length | u of the first quad << 8 | u of the second << 16,
 * or negative where eight bits are not enough.
 */
const U_TABLE: usize = memory.data(3 * 4096 + 1024, 64);
const U_INDEX_MASK: u32 = 0x3fc;
const U_UNKNOWN: u32 = 0x80000000;

/** Position of the next VLC bit. */
let position: u32 = 0;
/** MEL zeros before the next one. */
let zeros: i32 = 0;
/** The entry of the quad on the left, in a row that is decoded in parts. */
let left: u32 = 0;

/** Bits that are set in four. */
@inline
function countOf(rho: u32): u32 {
  return popcnt<u32>(rho & 15);
}

/** Makes both tables. */
export function prepareVlcDecoder(): void {
  for (let i = 0; i < CODE_WORD_COUNT; i++) {
    const row = load<u32>(CODE_WORDS + (i << 2));
    const later = (row & 1) != 0, context = (row >> 1) & 7, rho = (row >> 4) & 15, uOff = (row >> 8) & 1;
    const ek = (row >> 9) & 15, e1 = (row >> 13) & 15, codeWord = (row >> 17) & 127, length = row >> 24;
    const quad = rho | (ek << 4) | (e1 << 8) | (countOf(rho) > 1 ? GAMMA : 0);
    let entry = length | (uOff != 0 ? FIRST_U | SECOND_U : 0) | (quad << 16);
    // 7.3.5: in the first row the context is that of the left quad alone, else it has its right column.
    if (later) entry |= (rho & 0b1100) != 0 ? LEFT_CONTEXT : 0;
    else entry |= ((rho & 0b0011) != 0 ? 0x200 : 0) | ((rho & 0b0100) << 8) | ((rho & 0b1000) << 8);
    const table = (later ? TABLE : FIRST_ROW_TABLE) + (context << 9);
    for (let index = codeWord; index < 128; index += 1 << length) store<u32>(table + (index << 2), entry);
  }
  for (let mode: u32 = 0; mode < 4; mode++) {
    for (let bits: u32 = 0; bits < 256; bits++) {
      const u = readU(mode, bits);
      const known = (u & LENGTH_MASK) <= 8;
      store<u32>(U_TABLE + (mode << 12) + (bits << 2), known ? u : U_UNKNOWN);
    }
  }
}

/** u_pfx of Table 3 in the lowest three bits: its value, and its length in bits 8 and up. */
@inline
function prefix(bits: u32): u32 {
  if ((bits & 1) != 0) return 0x101;
  if ((bits & 2) != 0) return 0x202;
  return (bits & 4) != 0 ? 0x303 : 0x305;
}

/** Length of the suffix that follows a prefix. */
@inline
function suffixLength(prefix: u32): u32 {
  return prefix == 3 ? 1 : prefix == 5 ? 5 : 0;
}

/**
 * 7.3.6: u of a pair out of the lowest bits. All prefixes first, then suffixes, then extensions, which a
 * suffix of 28 and above has.
 * @param mode bit 0: u_off of the first quad, bit 1: of the second
 * @returns the length | u of the first << 8 | u of the second << 16; at most 24 bits are taken
 */
function readU(mode: u32, bits: u64): u32 {
  let length: u32 = 0, first: u32 = 0, second: u32 = 0;
  if ((mode & 1) != 0) {
    const found = prefix(<u32>bits);
    first = found & 7;
    length = found >> 8;
  }
  if ((mode & 2) != 0) {
    const found = prefix(<u32>(bits >> length));
    second = found & 7;
    length += found >> 8;
  }
  const firstSuffix = suffixLength(first), secondSuffix = suffixLength(second);
  let a = <u32>(bits >> length) & ((1 << firstSuffix) - 1);
  length += firstSuffix;
  let b = <u32>(bits >> length) & ((1 << secondSuffix) - 1);
  length += secondSuffix;
  if (a >= 28) {
    a += (<u32>(bits >> length) & 15) << 2;
    length += 4;
  }
  if (b >= 28) {
    b += (<u32>(bits >> length) & 15) << 2;
    length += 4;
  }
  return length | ((first + a) << 8) | ((second + b) << 16);
}

/** The bits from `at` on; the lowest one is the next. 56 of them are there. */
@inline
function bitsAt(at: u32): u64 {
  return load<u64>(at >> 3, VLC_BITS) >> (at & 7);
}

/** The same; 25 of them are there. */
@inline
function wordAt(at: u32): u32 {
  return load<u32>(at >> 3, VLC_BITS) >> (at & 7);
}

/** Begins with the segment that was unstuffed last. */
export function beginVlc(): void {
  // Positions count without the two bits that the run begins with: a load at 0 has the first bit at bit 2.
  position = 0;
  zeros = zerosBeforeOne();
}

/** The next MEL decision. */
@inline
function melDecision(): bool {
  zeros--;
  if (zeros >= 0) return false;
  zeros = zerosBeforeOne();
  return true;
}

/** The entry of a quad whose context is 0: it has one where MEL says so. */
@inline
function byMel(entry: u32): u32 {
  zeros--;
  if (zeros >= 0) return 0;
  zeros = zerosBeforeOne();
  return entry;
}

/** u of a pair. `mode`: u_off of both, as they stand in their entries; `bits`: those at `at`. */
@inline
function uOf(mode: u32, bits: u32, at: u32): u32 {
  const u = load<u32>((bits & U_INDEX_MASK) + mode, U_TABLE);
  return <i32>u < 0 ? readU(mode >> 12, bitsAt(at) >> VLC_START) : u;
}

/**
 * The first row of quads (7.3.5, 7.3.6: contexts of the left quad alone; u of a pair depends on one more MEL
 * decision).
 *
 * A pair takes at most 14 + 24 bits. A row begins at `vlcEnd` at most, behind which there are zeros for a
 * whole one.
 */
export function decodeFirstRow(quads: u32, row: usize): void {
  let at = position, entry: u32 = 0;
  for (let q: u32 = 0; q < quads; q += 2) {
    let bits = wordAt(at);
    const first = firstRowEntry(entry, bits);
    bits >>= first;
    entry = q + 1 < quads ? firstRowEntry(first, bits) : 0;
    bits >>= entry;
    store<u32>(row + (q << 1), (first >> 16) | (entry & 0xffff0000));
    const mode = (first & FIRST_U) | (entry & SECOND_U);
    at += (first + entry) & LENGTH_MASK;
    const u = mode == (FIRST_U | SECOND_U) ? uOfFirstRow(bits, at) : uOf(mode, bits, at);
    at += u & LENGTH_MASK;
    store<u16>(U_SUFFIXES + q, <u16>(u >> 8));
  }
  position = min(at, vlcEnd);
}

/** The entry of a quad of the first row, behind the one whose entry is `before`. */
@inline
function firstRowEntry(before: u32, bits: u32): u32 {
  const context = before & FIRST_ROW_CONTEXT;
  const entry = load<u32>(context + (bits & INDEX_MASK), FIRST_ROW_TABLE);
  return context == 0 ? byMel(entry) : entry;
}

/** u of a pair of the first row where both have one. */
function uOfFirstRow(bits: u32, at: u32): u32 {
  const mode = FIRST_U | SECOND_U;
  // A MEL decision of 1: both are above 2, and coded less by that.
  if (melDecision()) return uOf(mode, bits, at) + 0x020200;
  const found = prefix(bits >> VLC_START), first = found & 7;
  if (first <= 2) return uOf(mode, bits, at);
  // Else the second one is 1 or 2, in one bit between the first one's prefix and its suffix.
  const both = bitsAt(at) >> VLC_START;
  const second = 1 + (<u32>(both >> 3) & 1);
  const alone = (both & 7) | ((both >> 4) << 3);
  const u = readU(1, alone);
  return u + 1 + (second << 16);
}

/** Where a row begins that is not the first: the position of its first bit. The same bounds. */
@inline
export function beginRow(): u32 {
  left = 0;
  return position;
}

/** Quads `q` up to `quads` of such a row, and its end. */
export function finishRow(at: u32, q: u32, quads: u32, row: usize): void {
  for (; q + 1 < quads; q += 2) at = decodePair(at, q, row);
  if (q < quads) {
    // The last one alone. The one behind it is insignificant.
    const bits = wordAt(at);
    const entry = entryOf(left, bits, q << 1);
    at += entry & LENGTH_MASK;
    store<u32>(row + (q << 1), entry >> 16);
    const u = uOf(entry & FIRST_U, bits >> entry, at);
    at += u & LENGTH_MASK;
    store<u16>(q, <u16>(u >> 8), U_SUFFIXES);
  }
  position = min(at, vlcEnd);
}

/** The entry of a quad, behind the one whose entry is `before`. `at`: twice its number. */
@inline
function entryOf(before: u32, bits: u32, at: usize): u32 {
  const context = (before & LEFT_CONTEXT) | <u32>load<u16>(at, CONTEXTS_ABOVE);
  const entry = load<u32>(context + (bits & INDEX_MASK), TABLE);
  return context == 0 ? byMel(entry) : entry;
}

/**
 * Four quads from `q` on; `q + 4` is at most the row's count.
 * @param at the position of the next bit
 * @returns the position behind them
 */
@inline
export function decodeFourQuads(at: u32, q: u32, row: usize): u32 {
  if ((load<u64>(q << 1, CONTEXTS_ABOVE) | <u64>(left & LEFT_CONTEXT)) == 0 && zeros >= 4) {
    // All contexts are zero, for quads without a coefficient are none to their neighbours, and MEL says that
    // they are.
    zeros -= 4;
    left = 0;
    store<u64>(row + (q << 1), 0);
    store<u32>(q, 0, U_SUFFIXES);
    return at;
  }
  // Bits of the second pair out of the same load, so that only a shift is waited for: where u of the first is in the table, both take
  // 22 bits at most.
  const window = bitsAt(at);
  let bits = <u32>window;
  const first = entryOf(left, bits, q << 1);
  bits >>= first;
  const second = entryOf(first, bits, (q << 1) + 2);
  bits >>= second;
  left = second;
  store<u32>(row + (q << 1), (first >> 16) | (second & 0xffff0000));
  const lengths = (first + second) & LENGTH_MASK;
  const mode = (first & FIRST_U) | (second & SECOND_U);
  let u = load<u32>((bits & U_INDEX_MASK) + mode, U_TABLE);
  if (<i32>u < 0) {
    u = readU(mode >> 12, bitsAt(at + lengths) >> VLC_START);
    at += lengths + (u & LENGTH_MASK);
    bits = wordAt(at);
  } else {
    const length = lengths + (u & LENGTH_MASK);
    at += length;
    bits = <u32>(window >> length);
  }
  store<u16>(q, <u16>(u >> 8), U_SUFFIXES);
  return decodePairOf(bits, at, q + 2, row);
}

/**
 * Quads `q` and `q + 1`.
 *
 * What is slow here is waiting: for an entry, for the length in it, for the next entry. So the bits for the
 * second quad come out of the same load as the first, and u of both out of one table. `left` is a global, so that between two
 * pairs there is nothing but the position to be waited for.
 */
@inline
function decodePair(at: u32, q: u32, row: usize): u32 {
  return decodePairOf(wordAt(at), at, q, row);
}

/** The same out of `bits`, those at `at`. */
@inline
function decodePairOf(bits: u32, at: u32, q: u32, row: usize): u32 {
  const first = entryOf(left, bits, q << 1);
  bits >>= first;
  const second = entryOf(first, bits, (q << 1) + 2);
  bits >>= second;
  left = second;
  store<u32>(row + (q << 1), (first >> 16) | (second & 0xffff0000));
  const lengths = (first + second) & LENGTH_MASK;
  const u = uOf((first & FIRST_U) | (second & SECOND_U), bits, at + lengths);
  store<u16>(q, <u16>(u >> 8), U_SUFFIXES);
  // In this order, as u comes last.
  return at + lengths + (u & LENGTH_MASK);
}
