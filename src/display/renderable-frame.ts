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
