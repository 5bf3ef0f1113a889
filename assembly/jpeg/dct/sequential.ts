/**
 * Decoding of sequential scans with Huffman coding (T.81 F.2), baseline and extended: minimum coded units ->
 * samples.
 */
import { bits, held, keepPosition, next } from './bit-position';
import { completeAc, completeDc, LOOKUP_BITS, noteBadCode } from './coefficient-tables';
import {
  acTableOf,
  dcTableOf,
  lineOf,
  nextTarget,
  predict,
  quantizationOf,
  UNIT,
  units,
  unitsEnd,
} from './data-units';
import { clearBlock, reconstruct } from './reconstruction';
import { BLOCK_BYTES, offsetInBlock } from './zigzag';

/** The block that is being decoded, all 0 in between, and the place for indices beyond its end. */
const block: usize = memory.data(BLOCK_BYTES + 16, 16);

/** Makes the block all 0: damaged data may leave something in it. */
export function beginSequential(): void {
  memory.fill(block, 0, BLOCK_BYTES + 16);
}

/**
 * Decodes `count` minimum coded units. Each data unit reads 256 bytes at most, 64 times 31 bits, whatever the
 * data are.
 *
 * Bits: a refill makes 56. A DC difference takes 31 at most. Two lookups of AC coefficients follow each
 * refill: those that fit take 10 each; one that does not is completed and takes 31, in front of the second
 * one with a refill of its own.
 *
 * Indices: k is below 63 when a lookup begins, and one entry goes on by 16 + END_OF_BLOCK at most, so that k
 * stays below 256, where the table of offsets ends. Those from 64 on write behind the block.
 */
export function decodeSequential(count: i32): void {
  let stream = bits, left = held, from = next;
  const end = unitsEnd;
  for (; count > 0; count--) {
    for (let unit = units; unit < end; unit += UNIT) {
      stream |= load<u64>(from) >> left;
      from -= <usize>((63 - left) >>> 3);
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
        stream |= load<u64>(from) >> left;
        from -= <usize>((63 - left) >>> 3);
        left |= 56;
        let entry = load<u64>(acTable + (<usize>(stream >>> (64 - LOOKUP_BITS)) << 3));
        if (!(<u32>entry & 0xff)) entry = completeAc(entry, acTable, stream);
        const first = k + (<u32>(entry >> 16) & 0xff);
        store<u16>(block + offsetInBlock(first), <u16>(entry >> 32));
        if (first == 63) {
          // The block is full: a second coefficient is the beginning of the next block.
          stream <<= entry >> 8;
          left -= (entry >> 8) & 63;
          k = first;
          break;
        }
        stream <<= entry;
        left -= entry & 63;
        k += <u32>(entry >> 24) & 0xff;
        store<u16>(block + offsetInBlock(k), <u16>(entry >> 48));
        if (k >= 63) break;

        entry = load<u64>(acTable + (<usize>(stream >>> (64 - LOOKUP_BITS)) << 3));
        if (!(<u32>entry & 0xff)) {
          stream |= load<u64>(from) >> left;
          from -= <usize>((63 - left) >>> 3);
          left |= 56;
          entry = completeAc(entry, acTable, stream);
        }
        const third = k + (<u32>(entry >> 16) & 0xff);
        store<u16>(block + offsetInBlock(third), <u16>(entry >> 32));
        if (third == 63) {
          stream <<= entry >> 8;
          left -= (entry >> 8) & 63;
          k = third;
          break;
        }
        stream <<= entry;
        left -= entry & 63;
        k += <u32>(entry >> 24) & 0xff;
        store<u16>(block + offsetInBlock(k), <u16>(entry >> 48));
      } while (k < 63);
      // 63, or 128 and more behind the end of the block: anything else is a run beyond index 63.
      if (k & 64) {
        noteBadCode();
        k = 63;
      }
      k &= 63;
      reconstruct(block, k, quantizationOf(unit), nextTarget(unit), lineOf(unit));
      clearBlock(block, k);
    }
  }
  keepPosition(stream, left, from);
}

/** What stands in for `count` minimum coded units that are lost: blocks of the last DC coefficients. */
export function fillUnits(count: i32): void {
  for (; count > 0; count--) {
    for (let unit = units; unit < unitsEnd; unit += UNIT) {
      store<i16>(block, <i16>predict(unit, 0));
      reconstruct(block, 0, quantizationOf(unit), nextTarget(unit), lineOf(unit));
      clearBlock(block, 0);
    }
  }
}
