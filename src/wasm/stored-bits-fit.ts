import type { StoredBits } from './samples.js';

/** Words of 32 bits between two looks at what was gathered: a frame that does not fit is seen early. */
const BLOCK = 1 << 14;

/**
 * Whether samples have nothing above their stored bits but zeros, or copies of the sign, and nothing below (PS3.5 8.1.1).
 * Bits are gathered from words of 32 bits, whatever the width, and looked at together.
 */
export function storedBitsFit(
  bytes: Uint8Array,
  { width, bitsStored, highBit, signed }: StoredBits,
): boolean {
  if (highBit !== bitsStored - 1) return false;
  if (bitsStored === 8 * width) return true;
  if (width === 8) return longSamplesFit(bytes, bitsStored, signed);

  // Unsigned, the unused bits must be zero. Signed, each must be as the bit below it: word ^ (word >>> 1) shows where
  // not, and the top bit of each sample, where the sample above meddles, is not looked at.
  const repeated = { 1: 0x01010101, 2: 0x00010001, 4: 1 }[width];
  const used = signed ? 2 ** (bitsStored - 1) : 2 ** bitsStored;
  const looked = signed ? 2 ** (8 * width - 1) : 2 ** (8 * width);
  const unused = Number(BigInt.asIntN(32, BigInt(looked - used) * BigInt(repeated)));
  const gather = signed ? gatherChanges : gatherBits;

  // Words start where both a word of memory and a sample do; missing bytes of the first and the last count as zeros.
  const head = -bytes.byteOffset & 3;
  const inPlace = head % width === 0 && bytes.length >= 4;
  const aligned = inPlace ? bytes : bytes.slice();
  const start = inPlace ? head : 0;
  const count = (bytes.length - start) >> 2;
  const ends = Int32Array.of(wordOf(aligned.subarray(0, start)), wordOf(aligned.subarray(start + 4 * count)));
  if ((gather(ends, 0, 2) & unused) !== 0) return false;
  const words = new Int32Array(aligned.buffer, aligned.byteOffset + start, count);
  for (let from = 0; from < count; from += BLOCK) {
    if ((gather(words, from, Math.min(from + BLOCK, count)) & unused) !== 0) return false;
  }
  return true;
}

/** Up to four bytes, the first one lowest. */
function wordOf(bytes: Uint8Array): number {
  return bytes.reduceRight((word, byte) => (word << 8) | byte, 0);
}

function gatherBits(words: Int32Array, from: number, to: number): number {
  let bits = 0;
  for (let i = from; i < to; i++) bits |= words[i]!;
  return bits;
}

function gatherChanges(words: Int32Array, from: number, to: number): number {
  let changes = 0;
  for (let i = from; i < to; i++) {
    const word = words[i]!;
    changes |= word ^ (word >>> 1);
  }
  return changes;
}

/** Samples of 64 bits: rare (Bits Allocated 40 and 64), so plain. */
function longSamplesFit(bytes: Uint8Array, bitsStored: number, signed: boolean): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length; at += 8) {
    const cell = signed ? view.getBigInt64(at, true) : view.getBigUint64(at, true);
    const stored = signed ? BigInt.asIntN(bitsStored, cell) : BigInt.asUintN(bitsStored, cell);
    if (cell !== stored) return false;
  }
  return true;
}
