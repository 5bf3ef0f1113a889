/**
 * Huffman decoding of the modulo differences (T.81 H.1.2.2, Annex C, F.2.2).
 *
 * A lookup with the next 12 bits of the stream gives the whole difference, code and extra bits, where both
 * fit; most do. Where only the code fits, its extra bits follow arithmetically; longer codes are found by
 * length.
 */
import { codeCounts, codeValues } from '../huffman-tables';

/** Bits that index a lookup table. Measured: 11 and 13 cost 1 to 3%, 14 costs 11%. */
const LOOKUP_BITS: i32 = 12;
const LOOKUP_SIZE: i32 = 1 << LOOKUP_BITS;

/** Tables of one scan, as many as it has components. */
const TABLES: i32 = 4;

/**
 * An entry of 32 bits:
 *     bits  0 to  7  bits of the stream that the difference takes, code and extra bits; 0 where it does not fit
 *     bits 16 to 31  the difference, modulo 2^16
 * or, where only the code fits:
 *     bits  8 to 15  length of the code, 1 to 12
 *     bits 16 to 31  the category SSSS
 * or 0 where not even the code fits.
 */
const single: usize = memory.data(TABLES * LOOKUP_SIZE * 4, 16);

/**
 * An entry of 64 bits for as many differences in a row as fit, up to three:
 *     bits  0 to  7  bits of the stream that they take together; 0 where not even the first fits
 *     bits  8 to 15  bytes that they fill: 2, 4 or 6
 *     bits 16 to 63  the differences, the first one lowest
 */
const several: usize = memory.data(LOOKUP_SIZE * 8, 16);

/**
 * For each table and each code length from 0 to 16: the first 16-bit prefix that no code of this length or
 * less begins.
 */
const limits: usize = memory.data(TABLES * 17 * 4, 4);
/** Likewise: index in HUFFVAL less the code, of the codes of this length. */
const indexOffsets: usize = memory.data(TABLES * 17 * 4, 4);
/** Huffman table destination of each table. */
const destinations: usize = memory.data(TABLES * 4, 4);

/** Addresses of the lookup tables of the data units of one minimum coded unit, in order. */
const cycle: usize = memory.data(10 * 4, 4);
let cycleEnd: usize = cycle;
/** Where in the cycle the next difference stands. */
let cyclePosition: usize = cycle;

/**
 * The next bits of the stream, most significant first; below the first `held` of them they may be there or be
 * 0.
 */
let bits: u64 = 0;
let held: u64 = 0;
/** Where the next 64 bits are loaded. */
let next: usize = 0;
/** End of the entropy-coded segment. */
let stop: usize = 0;

/** A code was met that the table does not have. */
export let badCode: bool = false;

/** Starts reading an entropy-coded segment: `from` and `to` as segmentStart and segmentStop give them. */
export function openSegment(from: usize, to: usize): void {
  bits = 0;
  held = 0;
  next = from - 8;
  stop = to;
  badCode = false;
}

/** Bits of the segment that have not been read; negative where reading went past its end. */
export function bitsLeft(): i64 {
  return (<i64>(next + 8) - <i64>stop) * 8 + <i64>held;
}

/**
 * Makes table `index` of the scan from a Huffman table destination.
 * @returns false where the table codes a category that there is not
 */
export function prepareTable(index: i32, destination: i32): bool {
  const entries = single + index * (LOOKUP_SIZE * 4);
  const counts = codeCounts(destination);
  let value = codeValues(destination);
  store<i32>(destinations + (index << 2), destination);
  memory.fill(entries, 0, LOOKUP_SIZE * 4);
  let code: u32 = 0;
  let valueIndex = 0;
  for (let length = 1; length <= 16; length++) {
    code <<= 1;
    store<i32>(indexOffsets + (index * 17 + length) * 4, valueIndex - code);
    for (let count = load<u8>(counts + length - 1); count > 0; count--) {
      const category = <i32>load<u8>(value++);
      if (category > 16) return false;
      if (length <= LOOKUP_BITS) enter(entries, code, length, category);
      code++;
      valueIndex++;
    }
    store<u32>(limits + (index * 17 + length) * 4, code << (16 - length));
  }
  return true;
}

/** Enters one code of at most LOOKUP_BITS bits into a table of single differences. */
function enter(entries: usize, code: u32, length: i32, category: i32): void {
  const behind = LOOKUP_BITS - length; // bits of the index behind the code
  let to = entries + ((<usize>code << behind) << 2);
  const end = to + ((<usize>1 << behind) << 2);
  const extra = category == 16 ? 0 : category;
  if (extra > behind) {
    const entry = (length << 8) | (category << 16);
    for (; to < end; to += 4) store<u32>(to, entry);
    return;
  }
  // Each value of the extra bits, in order: the lower half stands for negative differences (Table H.2,
  // F.1.2.1).
  const runEnd = (<usize>1 << (behind - extra)) << 2;
  for (let value = 0; to < end; value++) {
    let difference = value;
    if (category == 16) difference = 0x8000;
    else if (category > 0 && value < 1 << (extra - 1)) difference -= (1 << extra) - 1;
    const entry = (length + extra) | (difference << 16);
    for (const stop = to + runEnd; to < stop; to += 4) store<u32>(to, entry);
  }
}

/** Makes the table for several differences at a time from table 0. */
export function prepareSeveral(): void {
  for (let index = 0; index < LOOKUP_SIZE; index++) {
    let taken = 0; // bits
    let count = 0;
    let differences: u64 = 0;
    while (count < 3) {
      const entry = load<u32>(single + (((index << taken) & (LOOKUP_SIZE - 1)) << 2));
      const length = <i32>(entry & 0xff);
      // The bits shifted in at the right are no bits of the stream: what would need them does not fit.
      if (length == 0 || taken + length > LOOKUP_BITS) break;
      differences |= <u64>(entry >> 16) << (count << 4);
      taken += length;
      count++;
    }
    store<u64>(several + (index << 3), (differences << 16) | (count << 9) | taken);
  }
}

/** Begins the list of tables that the data units of a minimum coded unit take. */
export function beginCycle(): void {
  cycleEnd = cycle;
  cyclePosition = cycle;
}

/** The next data unit of a minimum coded unit takes table `index`. */
export function addToCycle(index: i32): void {
  store<usize>(cycleEnd, single + index * (LOOKUP_SIZE * 4));
  cycleEnd += 4;
}

/** The entry of a difference of which only the code fits the lookup: the extra bits stand behind the code. */
@inline
function withExtraBits(length: u32, category: u32, stream: u64): u32 {
  if (category == 16) return length | 0x80000000;
  // A first extra bit of 0 stands for a negative difference: complementing makes its absolute value of the
  // bits.
  const rest = stream << length;
  const sign = <u64>(<i64>~rest >> 63);
  const absolute = (rest ^ sign) >> 1 >> (63 - category); // a shift by 64 would be one by 0
  return (length + category) | (<u32>((absolute ^ sign) - sign) << 16);
}

/** The entry of a difference whose code does not fit the lookup. */
function withLongCode(table: u32, stream: u64): u32 {
  const prefix = <u32>(stream >>> 48);
  for (let length: u32 = LOOKUP_BITS + 1; length <= 16; length++) {
    if (prefix < load<u32>(limits + (table * 17 + length) * 4)) {
      const index = (prefix >> (16 - length)) + load<u32>(indexOffsets + (table * 17 + length) * 4);
      const category = load<u8>(codeValues(load<i32>(destinations + table * 4)) + index);
      return withExtraBits(length, category, stream);
    }
  }
  // Somewhere to go on from: whoever asks for the differences asks for badCode afterwards.
  badCode = true;
  return 16;
}

/** The entry of a difference that does not fit the lookup as a whole. */
function complete(entry: u32, entries: usize, stream: u64): u32 {
  if (entry == 0) return withLongCode(<u32>(entries - single) >> (LOOKUP_BITS + 2), stream);
  return withExtraBits(entry >> 8, entry >> 16, stream);
}

/**
 * Decodes `count` differences with table 0 into 16 bits each.
 * Each takes 31 bits at most, 16 of the code and 15 of the value: a refill to 56 bits covers it.
 */
export function decodeSingly(to: usize, count: i32): void {
  let stream = bits, left = held, from = next;
  for (const end = to + (<usize>count << 1); to < end; to += 2) {
    stream |= load<u64>(from) >> left;
    from -= <usize>((63 - left) >>> 3);
    left |= 56;
    let entry = load<u32>(single + (<usize>(stream >>> (64 - LOOKUP_BITS)) << 2));
    if (!(entry & 0xff)) entry = complete(entry, single, stream);
    store<u16>(to, entry >> 16);
    stream <<= <u64>entry; // the count is taken modulo 64
    left -= entry & 0xff;
  }
  bits = stream;
  held = left;
  next = from;
}

/**
 * The same, several at a time. Writes up to 2 bytes behind the last difference.
 *
 * A lookup takes 12 bits at most, so one refill to 56 bits serves four. Only what the first one finds may
 * have to be completed: where a later one does not fit, its entry takes nothing and fills nothing, and the
 * next round comes back to it. Measured: four lookups a refill 10 to 14% faster than one, a loop over them 3
 * to 8% slower than their four copies.
 */
export function decodeSeverally(to: usize, count: i32): void {
  let stream = bits, left = held, from = next;
  const end = to + (<usize>count << 1);
  // Four lookups give twelve differences at most.
  while (to + 22 < end) {
    stream |= load<u64>(from) >> left;
    from -= <usize>((63 - left) >>> 3);
    left |= 56;
    let entries = load<u64>(several + (<usize>(stream >>> (64 - LOOKUP_BITS)) << 3));
    if (!(entries & 0xff)) {
      const index = <usize>(stream >>> (64 - LOOKUP_BITS));
      const entry = complete(load<u32>(single + (index << 2)), single, stream);
      store<u16>(to, entry >> 16);
      to += 2;
      stream <<= <u64>entry;
      left -= entry & 0xff;
      continue;
    }
    store<u64>(to, entries >> 16);
    to += <usize>((entries >> 8) & 0xff);
    stream <<= entries;
    left -= entries & 0xff;

    entries = load<u64>(several + (<usize>(stream >>> (64 - LOOKUP_BITS)) << 3));
    store<u64>(to, entries >> 16);
    to += <usize>((entries >> 8) & 0xff);
    stream <<= entries;
    left -= entries & 0xff;

    entries = load<u64>(several + (<usize>(stream >>> (64 - LOOKUP_BITS)) << 3));
    store<u64>(to, entries >> 16);
    to += <usize>((entries >> 8) & 0xff);
    stream <<= entries;
    left -= entries & 0xff;

    entries = load<u64>(several + (<usize>(stream >>> (64 - LOOKUP_BITS)) << 3));
    store<u64>(to, entries >> 16);
    to += <usize>((entries >> 8) & 0xff);
    stream <<= entries;
    left -= entries & 0xff;
  }
  bits = stream;
  held = left;
  next = from;
  decodeSingly(to, <i32>(end - to) >> 1);
}

/** Decodes `count` differences, each with the table that its place in the minimum coded unit takes. */
export function decodeInTurn(to: usize, count: i32): void {
  let stream = bits, left = held, from = next, turn = cyclePosition;
  const lastTurn = cycleEnd;
  for (const end = to + (<usize>count << 1); to < end; to += 2) {
    const entries = load<usize>(turn);
    turn += 4;
    turn = turn == lastTurn ? cycle : turn;
    stream |= load<u64>(from) >> left;
    from -= <usize>((63 - left) >>> 3);
    left |= 56;
    let entry = load<u32>(entries + (<usize>(stream >>> (64 - LOOKUP_BITS)) << 2));
    if (!(entry & 0xff)) entry = complete(entry, entries, stream);
    store<u16>(to, entry >> 16);
    stream <<= <u64>entry;
    left -= entry & 0xff;
  }
  bits = stream;
  held = left;
  next = from;
  cyclePosition = turn;
}
