/**
 * The codeword segment that is being decoded, freed of its stuffed bits: one run of bits, most significant
 * first, in 32-bit words. Both decoders of a Part 1 code-block read from here, the MQ decoder (T.800 Annex C)
 * and the raw one of the selective arithmetic coding bypass (D.6). A word is then one load, and no decision
 * asks whether a byte was 0xFF.
 */
import { take } from '../kernel/arena';

/**
 * Bytes of ones behind the segment's own: C.3.4 feeds ones once the data has ended, D.6 leaves open what
 * follows.
 */
const TAIL: u32 = 16;

/** The first word. */
export let words: usize = 0;
/**
 * The last word of the tail: readers that have come so far stay there. 96 bits of ones and more are in front
 * of it.
 */
export let wordsEnd: usize = 0;
/** Bits of the segment without the stuffed ones. */
export let segmentBits: i32 = 0;

/** Takes room for segments of up to `longest` bytes. */
export function reserveWords(longest: i32): bool {
  // Freed of its stuffed bits a segment is no longer than it was; the last word may be a part, and eight
  // bytes are stored where four are wanted.
  words = take(<u64>longest + TAIL + 24);
  return words != 0;
}

/** Four bytes in the order of the stream as a number. */
@inline
function bigEndian(bytes: u32): u32 {
  return (rotl<u32>(bytes, 8) & 0x00ff00ff) | (rotr<u32>(bytes, 8) & 0xff00ff00);
}

/** Whether one of four bytes is 0xFF: the carry trick for zero bytes, on the complement. */
@inline
function hasFf(bytes: u32): bool {
  return ((~bytes - 0x01010101) & bytes & 0x80808080) != 0;
}

/**
 * Adds one to the bits that have been written already: the carry that an encoder put into the byte behind
 * 0xFF.
 */
function carry(end: usize): void {
  // A word that overflows becomes zero and stops the next carry, so all carries of a segment together take no
  // more steps than it has words.
  for (let word = end - 4; word >= words; word -= 4) {
    const sum = load<u32>(word) + 1;
    store<u32>(word, sum);
    if (sum != 0) return;
  }
}

/**
 * Unstuffs `length` bytes for the MQ decoder: C.3.4, Figure C.19 (BYTEIN), for all of them at once. The byte
 * behind 0xFF has seven bits of its own; its first bit is added to the last one of 0xFF. Above 0x8F it is a
 * marker, the end of the data.
 *
 * Reads [source, source + length). Writes at most length + 3 bytes of words, 8 more of the last store and the
 * tail, for which `reserveWords` took the room: each word holds 32 bits of the segment, and no byte gives
 * more than 8.
 */
export function unstuffForMq(source: usize, length: i32): void {
  const end = source + length;
  let to = words;
  // The low `count` bits of `pending` are not written yet; fewer than 32.
  let pending: u64 = 0, count: u64 = 0;
  let previous: u32 = 0, bits = 0;
  while (source < end) {
    if (previous != 0xff && source + 4 <= end) {
      const bytes = load<u32>(source);
      if (!hasFf(bytes)) {
        pending = (pending << 32) | bigEndian(bytes);
        store<u32>(to, <u32>(pending >> count));
        to += 4;
        source += 4;
        bits += 32;
        previous = 0;
        continue;
      }
    }
    const byte = <u32>load<u8>(source);
    if (previous == 0xff) {
      if (byte > 0x8f) break;
      pending = ((pending & ((<u64>1 << count) - 1)) << 7) + byte;
      count += 7;
      bits += 7;
      if (pending >> count != 0) carry(to);
    } else {
      pending = (pending << 8) | byte;
      count += 8;
      bits += 8;
    }
    previous = byte;
    source++;
    if (count >= 32) {
      count -= 32;
      store<u32>(to, <u32>(pending >> count));
      to += 4;
    }
  }
  finish(to, pending, count, bits);
}

/**
 * Unstuffs `length` bytes for the raw decoder, D.6: the byte behind 0xFF has seven bits of its own, below a
 * zero. The same bounds as above.
 */
export function unstuffRaw(source: usize, length: i32): void {
  const end = source + length;
  let to = words;
  let pending: u64 = 0, count: u64 = 0;
  let previous: u32 = 0, bits = 0;
  for (; source < end; source++) {
    const byte = <u32>load<u8>(source), fresh: u64 = previous == 0xff ? 7 : 8;
    pending = (pending << fresh) | (<u64>byte & ((<u64>1 << fresh) - 1));
    count += fresh;
    bits += <i32>fresh;
    previous = byte;
    if (count >= 32) {
      count -= 32;
      store<u32>(to, <u32>(pending >> count));
      to += 4;
    }
  }
  finish(to, pending, count, bits);
}

/** Writes the last bits, filled up with ones, and the tail. */
function finish(to: usize, pending: u64, count: u64, bits: i32): void {
  store<u32>(to, <u32>(((pending << 32) | 0xffffffff) >> count));
  memory.fill(to + 4, 0xff, TAIL);
  wordsEnd = to + TAIL;
  segmentBits = bits;
}
