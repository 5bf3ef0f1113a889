import type { Samples } from '../wasm/samples.js';
import type { SampleArray } from './decoded-frame.js';
import { bytesUnder, integerType, viewSamples } from './sample-array.js';

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

function kernelBits({ bytesPerSample }: Words, { bits, shift, signed }: StoredBits) {
  const width = 8 * bytesPerSample;
  // A word that ends below the sign bit holds no negative sample.
  const bitsStored = Math.min(bits, width);
  return {
    width: bytesPerSample,
    bitsStored,
    highBit: shift + bitsStored - 1,
    signed: signed && bits <= width,
  };
}

/** Whether the words are the stored samples as they stand: nothing to shift, to clear or to extend. */
export function wordsAreStored(samples: Samples, words: Words, stored: StoredBits): boolean {
  return stored.shift === 0 && samples.storedBitsFit(words.bytes, kernelBits(words, stored));
}

/**
 * Takes the stored samples out of words: shifts them down, clears what is not used, extends the sign, and puts each
 * into its container in `to`. `to` may lie over the words themselves where both containers are equally wide.
 * @returns the unused bits of the words that held something which somebody put there: an old overlay, or samples wider
 *   than Bits Stored says. Ones above a negative sample are copies of its sign. Zeros above it are no loss and no
 *   disagreement either: the sign is at High Bit, wherever the word ends, and zeros are what unused bits are left as.
 */
export function storeSamples(samples: Samples, words: Words, stored: StoredBits, to: SampleArray): bigint {
  const { bytes, bytesPerSample } = words;
  const bits = kernelBits(words, stored);
  if (bytesPerSample === to.BYTES_PER_ELEMENT) {
    return samples.normaliseStoredBits(bytes, bytesUnder(to), bits);
  }
  const own = new Uint8Array(bytes.length);
  const unused = samples.normaliseStoredBits(bytes, own, bits);
  copyNumbers(viewSamples(integerType(8 * bytesPerSample, bits.signed), own), to);
  return unused;
}

/** From one container to another, which holds the same numbers. */
function copyNumbers(from: SampleArray, to: SampleArray): void {
  if (isWide(from)) for (let i = 0; i < to.length; i++) to[i] = Number(from[i]);
  else if (isWide(to)) for (let i = 0; i < to.length; i++) to[i] = BigInt(from[i]!);
  else to.set(from);
}

function isWide(array: SampleArray): array is BigInt64Array | BigUint64Array {
  return array instanceof BigInt64Array || array instanceof BigUint64Array;
}
