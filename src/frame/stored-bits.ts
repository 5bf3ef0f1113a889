import type { Samples } from '../wasm/samples.js';
import type { SampleArray } from './decoded-frame.js';
import { bytesUnder } from './sample-array.js';

/** Where the bits of a stored sample stand in the word that was coded (PS3.5 8.1.1). */
export interface StoredBits {
  /** Bits that are used. */
  readonly bits: number;
  /** Unused bits below them: High Bit + 1 - Bits Stored. */
  readonly shift: number;
  /** Two's complement: bit `bits - 1` is the sign. */
  readonly signed: boolean;
}

/** Words as a codec hands them out: little endian, `bytesPerSample` each, aligned to that. */
export interface Words {
  readonly bytes: Uint8Array;
  readonly bytesPerSample: 1 | 2 | 4 | 8;
}

type UnsignedArray = Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

function unsignedView({ bytes, bytesPerSample }: Words): UnsignedArray {
  const length = bytes.byteLength / bytesPerSample;
  switch (bytesPerSample) {
    case 1:
      return bytes;
    case 2:
      return new Uint16Array(bytes.buffer, bytes.byteOffset, length);
    case 4:
      return new Uint32Array(bytes.buffer, bytes.byteOffset, length);
    case 8:
      return new BigUint64Array(bytes.buffer, bytes.byteOffset, length);
  }
}

function kernelBits({ bytesPerSample }: Words, { bits, shift, signed }: StoredBits) {
  return { width: bytesPerSample, bitsStored: bits, highBit: shift + bits - 1, signed };
}

/** Whether the words are the stored samples as they stand: nothing to shift, to clear or to extend. */
export function wordsAreStored(samples: Samples, words: Words, stored: StoredBits): boolean {
  return stored.shift === 0 && samples.storedBitsFit(words.bytes, kernelBits(words, stored));
}

/**
 * The unused bits of the words that hold something: neither zero nor copies of the sign. Somebody put it there: an old
 * overlay, or samples wider than Bits Stored says.
 */
export function unusedBitsSet(words: Words, { bits, shift, signed }: StoredBits): bigint {
  const view = unsignedView(words);
  const low = 2 ** shift - 1;
  const used = 2 ** bits;
  let set = 0n;
  if (view instanceof BigUint64Array) {
    const down = BigInt(shift);
    const mask = ((1n << BigInt(bits)) - 1n) << down;
    for (const word of view) {
      const extended = signed && BigInt.asIntN(bits, word >> down) < 0n;
      set |= word & (extended ? (1n << down) - 1n : ~mask);
    }
    return BigInt.asUintN(64, set);
  }
  const unused = ~((used - 1) * 2 ** shift);
  const signBit = shift + bits - 1;
  let narrow = 0;
  if (signed) {
    for (let i = 0; i < view.length; i++) {
      const word = view[i]!;
      // All ones under a negative sample, whose high bits may be copies of the sign.
      const negative = 0 - ((word >>> signBit) & 1);
      narrow |= word & unused & ~(negative & ~low);
    }
  } else {
    for (let i = 0; i < view.length; i++) narrow |= view[i]! & unused;
  }
  return BigInt(narrow >>> 0);
}

/**
 * Takes the stored samples out of words: shifts them down, clears what is not used, extends the sign, and puts each
 * into its container in `to`. `to` may lie over the words themselves where both containers are equally wide.
 */
export function storeSamples(samples: Samples, words: Words, stored: StoredBits, to: SampleArray): void {
  if (words.bytesPerSample === to.BYTES_PER_ELEMENT) {
    samples.normaliseStoredBits(words.bytes, bytesUnder(to), kernelBits(words, stored));
  } else if (to.BYTES_PER_ELEMENT === 8 || words.bytesPerSample === 8) {
    resizeWide(unsignedView(words), stored, to);
  } else {
    resize(unsignedView(words) as Exclude<UnsignedArray, BigUint64Array>, stored, to);
  }
}

function resize(
  from: Exclude<UnsignedArray, BigUint64Array>,
  { bits, shift, signed }: StoredBits,
  to: SampleArray,
): void {
  const unused = 32 - bits;
  if (signed) for (let i = 0; i < to.length; i++) to[i] = ((from[i]! >>> shift) << unused) >> unused;
  else for (let i = 0; i < to.length; i++) to[i] = ((from[i]! >>> shift) << unused) >>> unused;
}

function resizeWide(from: UnsignedArray, { bits, shift, signed }: StoredBits, to: SampleArray): void {
  const down = BigInt(shift);
  const wide = to instanceof BigInt64Array || to instanceof BigUint64Array;
  for (let i = 0; i < to.length; i++) {
    const placed = BigInt(from[i]!) >> down;
    const sample = signed ? BigInt.asIntN(bits, placed) : BigInt.asUintN(bits, placed);
    to[i] = wide ? sample : Number(sample);
  }
}
