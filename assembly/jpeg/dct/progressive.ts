/**
 * Decoding of progressive scans with Huffman coding (T.81 G.2): minimum coded units -> coefficients, which
 * stay where they are from scan to scan. The four procedures are those of G.1.2: DC and AC, first scan and
 * refinement.
 *
 * The refills are as in bit-position.ts. Each block reads 256 bytes at most, 63 times 31 bits and 63 single
 * bits.
 */
import { bits, held, keepPosition, next } from './bit-position';
import {
  bothGoOn,
  completeAc,
  completeDc,
  END_OF_BLOCK,
  endOfBandRun,
  firstGoesOn,
  firstOf,
  LOOKUP_BITS,
  noteBadCode,
  secondOf,
  setEndOfBandRun,
  single,
  takenByFirst,
} from './coefficient-tables';
import { acTableOf, dcTableOf, nextTarget, predict, UNIT, units, unitsEnd } from './data-units';
import { approximationLow, spectralEnd, spectralStart } from '../scan-header';
import { BLOCK_BYTES, offsetInBlock } from './zigzag';

/** The first scan of DC coefficients (G.1.2.1), `count` minimum coded units of it. */
export function decodeFirstDc(count: i32): void {
  let stream = bits, left = held, from = next;
  for (; count > 0; count--) {
    for (let unit = units; unit < unitsEnd; unit += UNIT) {
      stream |= load<u64>(from) >> left;
      from = from + <usize>(left >>> 3) - 7;
      left |= 56;
      const table = dcTableOf(unit);
      let entry = load<u32>(table + (<usize>(stream >>> (64 - LOOKUP_BITS)) << 2));
      if (!(entry & 0xff)) entry = completeDc(entry, table, stream);
      stream <<= <u64>entry;
      left -= <u64>(entry & 0x3f);
      store<i16>(nextTarget(unit), <i16>(predict(unit, <i32>entry >> 16) << approximationLow));
    }
  }
  keepPosition(stream, left, from);
}

/** A refinement of DC coefficients: a bit of each. */
export function decodeDcRefinement(count: i32): void {
  let stream = bits, left = held, from = next;
  for (; count > 0; count--) {
    for (let unit = units; unit < unitsEnd; unit += UNIT) {
      stream |= load<u64>(from) >> left;
      from = from + <usize>(left >>> 3) - 7;
      left |= 56;
      const target = nextTarget(unit);
      store<u16>(target, load<u16>(target) | (<u32>(stream >>> 63) << approximationLow));
      stream <<= 1;
      left -= 1;
    }
  }
  keepPosition(stream, left, from);
}

/**
 * The first scan of a band of AC coefficients (G.1.2.2): `count` blocks, from `block` on. `bitSet` is that of
 * the first; it notes which coefficients are not 0.
 */
export function decodeFirstAc(block: usize, bitSet: usize, count: i32): void {
  let stream = bits, left = held, from = next;
  const table = acTableOf(units), last = <u32>spectralEnd, shift = approximationLow;
  for (const end = block + count * BLOCK_BYTES; block < end; block += BLOCK_BYTES, bitSet += 8) {
    if (endOfBandRun > 0) {
      const blocks = min(endOfBandRun, <i32>((end - block) / BLOCK_BYTES));
      setEndOfBandRun(endOfBandRun - blocks);
      block += (blocks - 1) * BLOCK_BYTES;
      bitSet += (blocks - 1) << 3;
      continue;
    }
    let set: u64 = 0;
    let k = <u32>spectralStart - 1;
    do {
      stream |= load<u64>(from) >> left;
      from = from + <usize>(left >>> 3) - 7;
      left |= 56;
      let entry = load<u64>(table + (<usize>(stream >>> (64 - LOOKUP_BITS)) << 3));
      if (!(<u32>entry & 0xff)) entry = completeAc(entry, table, stream);
      const first = k + firstGoesOn(entry);
      if (first >= last) {
        // The end of the band, by EOB or by its last coefficient: what follows is of the next block.
        if (first == last) {
          const value = <i32>(<i16>firstOf(entry)) << shift;
          store<i16>(block + offsetInBlock(first), <i16>value);
          set |= <u64>(value != 0) << first;
        } else if (first < END_OF_BLOCK) noteBadCode();
        stream <<= takenByFirst(entry);
        left -= takenByFirst(entry) & 63;
        break;
      }
      const value = <i32>(<i16>firstOf(entry)) << shift;
      store<i16>(block + offsetInBlock(first), <i16>value);
      set |= <u64>(value != 0) << first;
      stream <<= entry;
      left -= entry & 63;
      k += bothGoOn(entry);
      if (k > last) {
        if (k < END_OF_BLOCK) noteBadCode();
        break;
      }
      const second = <i32>(<i16>secondOf(entry)) << shift;
      store<i16>(block + offsetInBlock(k), <i16>second);
      set |= <u64>(second != 0) << k;
    } while (k < last);
    store<u64>(bitSet, load<u64>(bitSet) | set);
  }
  keepPosition(stream, left, from);
}

/** A refinement of a band of AC coefficients (G.1.2.3): as above. */
export function decodeAcRefinement(block: usize, bitSet: usize, count: i32): void {
  let stream = bits, left = held, from = next;
  const table = acTableOf(units), last = <u32>spectralEnd;
  const plus = 1 << approximationLow, minus = -plus;
  // The bits of the set from each index to the end of the band.
  const band = ~(<u64>0) >>> (63 - last);
  for (const end = block + count * BLOCK_BYTES; block < end; block += BLOCK_BYTES, bitSet += 8) {
    let set = load<u64>(bitSet);
    let k = <u32>spectralStart;
    if (endOfBandRun == 0) {
      while (k <= last) {
        stream |= load<u64>(from) >> left;
        from = from + <usize>(left >>> 3) - 7;
        left |= 56;
        let entry = load<u32>(single + (<usize>(stream >>> (64 - LOOKUP_BITS)) << 2));
        if (!(entry & 0xff)) {
          const completed = completeAc(entry, table, stream);
          entry = (<u32>completed & 0xffff00ff) | (firstGoesOn(completed) << 8);
        }
        stream <<= <u64>entry; // the count is taken modulo 64
        left -= <u64>(entry & 63);
        const goesOn = (entry >> 8) & 0xff;
        if (goesOn >= END_OF_BLOCK) {
          // This block is the first of the run.
          setEndOfBandRun(endOfBandRun + 1);
          break;
        }
        // Corrects the coefficients that are not 0, up to the one that is 0 and has the run of zeros in front
        // of it.
        let zeros = goesOn - 1;
        let rest = (set & band) >>> k;
        while (true) {
          const gap = <u32>ctz(rest); // 64 where none is left
          if (gap > zeros) {
            k += zeros;
            break;
          }
          zeros -= gap;
          k += gap;
          if (left == 0) {
            stream |= load<u64>(from) >> left;
            from = from + <usize>(left >>> 3) - 7;
            left |= 56;
          }
          correct(block + offsetInBlock(k), stream);
          stream <<= 1;
          left -= 1;
          k++;
          rest = rest >>> gap >>> 1;
        }
        const value = <i32>entry >> 16;
        if (value != 0) {
          if (k > last) {
            noteBadCode();
            break;
          }
          // One bit is all that a coefficient can have here: more is taken for its sign.
          store<i16>(block + offsetInBlock(k), <i16>(value > 0 ? plus : minus));
          set |= <u64>1 << k;
        }
        k++;
      }
      store<u64>(bitSet, set);
    }
    if (endOfBandRun > 0) {
      setEndOfBandRun(endOfBandRun - 1);
      if (k > last) continue;
      for (let rest = ((set & band) >>> k) << k; rest != 0; rest &= rest - 1) {
        if (left == 0) {
          stream |= load<u64>(from) >> left;
          from = from + <usize>(left >>> 3) - 7;
          left |= 56;
        }
        correct(block + offsetInBlock(<u32>ctz(rest)), stream);
        stream <<= 1;
        left -= 1;
      }
    }
  }
  keepPosition(stream, left, from);
}

/**
 * Adds the next bit of the stream, which is as often 1 as 0, to the absolute value of a coefficient: without
 * a branch, which would be mispredicted every other time.
 */
@inline
function correct(coefficient: usize, stream: u64): void {
  const value = <i32>load<i16>(coefficient);
  const unit = ((value >> 31) | 1) << approximationLow;
  store<i16>(coefficient, <i16>(value + (unit & <i32>(<i64>stream >> 63))));
}
