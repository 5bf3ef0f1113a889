/** Samples as they come out of decoding. */
export type SampleArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** What of a decoded frame rendering looks at. */
export interface RenderableFrame {
  /** Colour by pixel, sign extended, unused bits cleared. */
  readonly samples: SampleArray;
  readonly rows: number;
  readonly columns: number;
  readonly samplesPerPixel: number;
  readonly bitsStored: number;
  readonly signed: boolean;
  readonly photometricInterpretation: string;
}

/** Samples that fit into a table of all their values. */
export function isTabular(
  samples: SampleArray,
): samples is Uint8Array | Int8Array | Uint16Array | Int16Array {
  return samples.BYTES_PER_ELEMENT <= 2;
}

export function isFloating(samples: SampleArray): samples is Float32Array | Float64Array {
  return samples instanceof Float32Array || samples instanceof Float64Array;
}

const BLOCK = 4096;

/**
 * Hands out all samples, in order, as numbers in blocks of one type: a loop over one type runs several times faster than
 * one that meets ten. Integers above 2^53 are rounded. The block is used again for the next ones.
 */
export function forEachBlock(
  samples: SampleArray,
  visit: (block: Float64Array, start: number) => void,
): void {
  const numbers = new Float64Array(Math.min(BLOCK, samples.length));
  for (let start = 0; start < samples.length; start += BLOCK) {
    const part = samples.subarray(start, start + BLOCK);
    const block = numbers.subarray(0, part.length);
    if (part instanceof BigInt64Array || part instanceof BigUint64Array) {
      for (let i = 0; i < part.length; i++) block[i] = Number(part[i]);
    } else {
      block.set(part);
    }
    visit(block, start);
  }
}
