import type { Truncation } from '../codecs/codec.js';

/** Samples in the container that Bits Allocated and Pixel Representation ask for, in the platform's byte order. */
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

/**
 * A disagreement between the codestream, or the bytes there are, and the dataset. The samples follow the codestream, with
 * two exceptions: the sign is the dataset's (`pixelRepresentation`), and `unusedBits`, a mask of the bits outside Bits
 * Stored that hold something which nothing declares, are cleared.
 */
export interface Mismatch {
  /** Keyword of the attribute, or what else disagrees (`pixelDataLength`, in bytes; `unusedBits`). */
  readonly attribute: string;
  /** What the dataset says. */
  readonly dataset: number | string;
  /** What the codestream or the bytes say. */
  readonly codestream: number | string;
}

/** Bits of unused high bits that an old file uses as an overlay (PS3.3 C.9.2, retired in 2004). */
export interface EmbeddedOverlay {
  /** Repeating group, e.g. 0x6000. */
  readonly group: number;
  readonly rows: number;
  readonly columns: number;
  /** One byte per pixel, 0 or 1. */
  readonly bits: Uint8Array;
}

/** Milliseconds that a frame took, by stage. */
export interface FrameTimings {
  /** Reading the encoded bytes from the source. */
  readonly read: number;
  /** Codestream to samples. */
  readonly decode: number;
  /** Mask, sign, layout and byte order, colour. */
  readonly convert: number;
}

/** One decoded frame. */
export interface DecodedFrame {
  /** `rows * columns * samplesPerPixel` stored samples, colour by pixel, sign extended, unused bits cleared. */
  readonly samples: SampleArray;
  readonly rows: number;
  readonly columns: number;
  readonly samplesPerPixel: number;
  /** Bits of a sample that are used. */
  readonly bitsStored: number;
  readonly signed: boolean;
  /** What the samples are now: follows a colour conversion. */
  readonly photometricInterpretation: string;
  /** Each disagreement between the codestream and the dataset; empty where they agree. */
  readonly mismatches: readonly Mismatch[];
  /** Only with `truncated: 'keep'`: the bytes ended before the frame did; how far it is whole. */
  readonly truncated?: Truncation | undefined;
  /** Overlays found in the unused high bits; only where the dataset declares some. */
  readonly overlays: readonly EmbeddedOverlay[];
  /** Name of the engine that decoded. */
  readonly engine: string;
  readonly timings: FrameTimings;
}
