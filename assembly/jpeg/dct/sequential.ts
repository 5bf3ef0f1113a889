/**
 * Decoding of sequential scans with Huffman coding (T.81 F.2), baseline and extended: minimum coded units ->
 * samples.
 */
import { bits, held, keepPosition, next } from './bit-position';
import {
  bothGoOn,
  completeAc,
  completeDc,
  firstGoesOn,
  firstOf,
  LOOKUP_BITS,
  noteBadCode,
  PASSING_BITS,
  passingTableOf,
  secondOf,
  takenByFirst,
} from './coefficient-tables';
import {
  acTableOf,
  dcTableOf,
  lineOf,
  nextTarget,
  predict,
  quantizationOf,
  sideOf,
  UNIT,
  units,
  unitsEnd,
} from './data-units';
import { clearBlock, reconstruct } from './reconstruction';
import { leastSide } from './view';
import { BLOCK_BYTES, offsetInBlock } from './zigzag';

/** The block that is being decoded, all 0 in between, and the place for indices beyond its end. */
export const block: usize = memory.data(BLOCK_BYTES + 16, 16);

/** Makes the block all 0: damaged data may leave something in it. */
export function beginSequential(): void {
  memory.fill(block, 0, BLOCK_BYTES + 16);
}

/** Decodes `count` minimum coded units to samples. */
export function decodeSequential(count: i32): void {
  if (leastSide != 1) decodeUnits(units, unitsEnd, count);
  else decodeToSingleSamples(count);
}

/**
 * Decodes the data units from `first` up to `end` of `count` minimum coded units. Each reads 256 bytes at most, 64 times
 * 31 bits, whatever the data are.
 *
 * Bits: a refill makes 56. A DC difference, or an AC coefficient that does not fit its lookup, takes 31 at most and leaves
 * 25. That is enough for a lookup behind it whose coefficients fit, which take 10; so the AC coefficients are looked up first
 * without a refill, then with one, by turns. What does not fit is completed behind a refill.
 *
 * Indices: k is below 63 when a lookup begins, and one entry goes on by 16 + END_OF_BLOCK at most, so that k
 * stays below 256, where the table of offsets ends. Those from 64 on write behind the block.
 */
function decodeUnits(first: usize, end: usize, count: i32): void {
  let stream = bits, left = held, from = next;
  for (; count > 0; count--) {
    for (let unit = first; unit < end; unit += UNIT) {
      stream |= load<u64>(from) >> left;
      from = from + <usize>(left >>> 3) - 7;
      left |= 56;
      const dcTable = dcTableOf(unit);
      let difference = load<u32>(dcTable + (<usize>(stream >>> (64 - LOOKUP_BITS)) << 2));
      if (!(difference & 0xff)) difference = completeDc(difference, dcTable, stream);
      stream <<= <u64>difference; // the count is taken modulo 64
      left -= <u64>(difference & 0x3f);
      store<i16>(block, <i16>predict(unit, <i32>difference >> 16));

      const acTable = acTableOf(unit);
      let k: u32 = 0;
      do {
        let entry = load<u64>(acTable + (<usize>(stream >>> (64 - LOOKUP_BITS)) << 3));
        if (!(<u32>entry & 0xff)) {
          stream |= load<u64>(from) >> left;
          from = from + <usize>(left >>> 3) - 7;
          left |= 56;
          entry = completeAc(entry, acTable, stream);
        }
        const one = k + firstGoesOn(entry);
        store<u16>(offsetInBlock(one), <u16>firstOf(entry), block);
        if (one == 63) {
          // The block is full: a second coefficient is the beginning of the next block.
          stream <<= takenByFirst(entry);
          left -= takenByFirst(entry) & 63;
          k = one;
          break;
        }
        stream <<= entry;
        left -= entry & 63;
        k += bothGoOn(entry);
        store<u16>(offsetInBlock(k), <u16>secondOf(entry), block);
        if (k >= 63) break;

        stream |= load<u64>(from) >> left;
        from = from + <usize>(left >>> 3) - 7;
        left |= 56;
        entry = load<u64>(acTable + (<usize>(stream >>> (64 - LOOKUP_BITS)) << 3));
        if (!(<u32>entry & 0xff)) entry = completeAc(entry, acTable, stream);
        const two = k + firstGoesOn(entry);
        store<u16>(offsetInBlock(two), <u16>firstOf(entry), block);
        if (two == 63) {
          stream <<= takenByFirst(entry);
          left -= takenByFirst(entry) & 63;
          k = two;
          break;
        }
        stream <<= entry;
        left -= entry & 63;
        k += bothGoOn(entry);
        store<u16>(offsetInBlock(k), <u16>secondOf(entry), block);
      } while (k < 63);
      // 63, or 128 and more behind the end of the block: anything else is a run beyond index 63.
      if (k & 64) {
        noteBadCode();
        k = 63;
      }
      k &= 63;
      reconstruct(block, k, quantizationOf(unit), nextTarget(unit), lineOf(unit), sideOf(unit));
      clearBlock(block, k);
    }
  }
  keepPosition(stream, left, from);
}

/**
 * Decodes `count` minimum coded units of which some blocks, or all, become single samples: those need no more
 * than their DC coefficients.
 */
function decodeToSingleSamples(count: i32): void {
  const first = afterSame(units);
  if (first == unitsEnd) {
    decodeAlike(units, unitsEnd, count);
    return;
  }
  for (; count > 0; count--) {
    decodeAlike(units, first, 1);
    for (let unit = first; unit < unitsEnd; ) {
      const end = afterSame(unit);
      decodeAlike(unit, end, 1);
      unit = end;
    }
  }
}

/** Behind the last of the data units from `unit` on that become single samples, or do not, as that one. */
function afterSame(unit: usize): usize {
  const single = sideOf(unit) == 1;
  while (unit < unitsEnd && (sideOf(unit) == 1) == single) unit += UNIT;
  return unit;
}

function decodeAlike(first: usize, end: usize, count: i32): void {
  if (sideOf(first) == 1) decodeDcOfUnits(first, end, count, true);
  else decodeUnits(first, end, count);
}

/** Reads `count` minimum coded units that are not wanted: only the predictions of what follows need them. */
export function passOver(count: i32): void {
  decodeDcOfUnits(units, unitsEnd, count, false);
}

/**
 * As decodeUnits, but for the AC coefficients, which are read and not kept. `wanted`: makes samples of the
 * others.
 */
function decodeDcOfUnits(first: usize, end: usize, count: i32, wanted: bool): void {
  let stream = bits, left = held, from = next;
  for (; count > 0; count--) {
    for (let unit = first; unit < end; unit += UNIT) {
      stream |= load<u64>(from) >> left;
      from = from + <usize>(left >>> 3) - 7;
      left |= 56;
      const dcTable = dcTableOf(unit);
      let difference = load<u32>(dcTable + (<usize>(stream >>> (64 - LOOKUP_BITS)) << 2));
      if (!(difference & 0xff)) difference = completeDc(difference, dcTable, stream);
      stream <<= <u64>difference;
      left -= <u64>(difference & 0x3f);
      const coefficient = predict(unit, <i32>difference >> 16);
      if (wanted) {
        store<i16>(block, <i16>coefficient);
        reconstruct(block, 0, quantizationOf(unit), nextTarget(unit), lineOf(unit), 1);
      }

      const acTable = acTableOf(unit), passingTable = passingTableOf(acTable);
      let k: u32 = 0;
      do {
        stream |= load<u64>(from) >> left;
        from = from + <usize>(left >>> 3) - 7;
        left |= 56;
        // Up to two lookups a refill leave 32 bits. None of their coefficients may stand behind the last one of the
        // block: that is the beginning of the next one.
        let several = <u32>load<u16>(passingTable + (<usize>(stream >>> (64 - PASSING_BITS)) << 1));
        if ((several & 63) != 0 && k + ((several >> 6) & 63) < 63) {
          stream <<= <u64>several; // the count is taken modulo 64
          left -= <u64>(several & 63);
          k += several >> 6; // the end of the block goes on by 64
          if (k >= 63) break;
          several = <u32>load<u16>(passingTable + (<usize>(stream >>> (64 - PASSING_BITS)) << 1));
          if ((several & 63) != 0 && k + ((several >> 6) & 63) < 63) {
            stream <<= <u64>several;
            left -= <u64>(several & 63);
            k += several >> 6;
            continue;
          }
        }
        let entry = load<u64>(acTable + (<usize>(stream >>> (64 - LOOKUP_BITS)) << 3));
        if (!(<u32>entry & 0xff)) entry = completeAc(entry, acTable, stream);
        const one = k + firstGoesOn(entry);
        if (one == 63) {
          stream <<= takenByFirst(entry);
          left -= takenByFirst(entry) & 63;
          k = one;
          break;
        }
        stream <<= entry;
        left -= entry & 63;
        k += bothGoOn(entry);
        if ((k & 64) != 0) noteBadCode();
      } while (k < 63);
    }
  }
  store<i16>(block, 0);
  keepPosition(stream, left, from);
}

/** What stands in for `count` minimum coded units that are lost: blocks of the last DC coefficients. */
export function fillUnits(count: i32): void {
  for (; count > 0; count--) {
    for (let unit = units; unit < unitsEnd; unit += UNIT) {
      store<i16>(block, <i16>predict(unit, 0));
      reconstruct(block, 0, quantizationOf(unit), nextTarget(unit), lineOf(unit), sideOf(unit));
      clearBlock(block, 0);
    }
  }
}
