import { moduleOf } from './modules.js';
import { samplesOf } from './samples-kernel.js';

/** Samples of one or two bytes, as tables are looked up by. A signed sample stands for its bits: -1 is the last entry. */
export type IndexArray = Uint8Array | Int8Array | Uint16Array | Int16Array;

/** Bytes that a canvas or a PNG takes. */
export type RgbaArray = Uint8Array | Uint8ClampedArray;

/** How the bits of a sample are used (PS3.3 C.7.6.3.1, PS3.5 8.1.1). */
export interface StoredBits {
  /** Bytes of a sample in its container. */
  readonly width: 1 | 2 | 4 | 8;
  /** (0028,0101) */
  readonly bitsStored: number;
  /** (0028,0102); 0 is the least significant bit. At least bitsStored - 1, and inside the container. */
  readonly highBit: number;
  /** (0028,0103) is 1: two's complement. */
  readonly signed: boolean;
}

/**
 * Stateless functions from samples to samples, run by the kernel `samples` (assembly/samples) tile by tile. All are
 * synchronous. `source` is never written to; `target` says how much is done and is filled as a whole. Where it is said that
 * they may be the same, they must be exactly the same bytes or not overlap.
 */
export interface Samples {
  /** Reverses the bytes of each word of `width` bytes (PS3.5 7.3). Bytes behind the last whole word are copied. Source and target may be the same. */
  swapBytes(source: Uint8Array, target: Uint8Array, width: 2 | 4 | 8): void;

  /** One bit per pixel, least significant first, from bit `bitOffset` of the source on (PS3.5 8.1.1) -> one byte, 0 or 1. */
  unpackBits(source: Uint8Array, bitOffset: number, target: Uint8Array): void;

  /** Packed samples of 12 bits, least significant bit first, from bit `bitOffset` (a multiple of 4) on -> 16 bits. */
  unpack12(source: Uint8Array, bitOffset: number, target: Uint16Array): void;

  /** Samples of 3 bytes -> 4 (target: Uint32Array's bytes), or of 5 -> 8; little endian, filled up with zeros. */
  widen(source: Uint8Array, target: Uint8Array, width: 3 | 5): void;

  /** Planar Configuration 1 -> 0 (PS3.3 C.7.6.3.1.3): `components` planes of samples of `width` bytes -> colour by pixel. */
  interleave(source: Uint8Array, target: Uint8Array, components: 2 | 3 | 4, width: 1 | 2 | 4 | 8): void;

  /** Whether the samples are as `normaliseStoredBits` would leave them, so that they can be handed out as they are. */
  storedBitsFit(source: Uint8Array, bits: StoredBits): boolean;

  /**
   * Moves the stored bits down to bit 0 and fills the bits above with the sign, or with zeros (PS3.5 8.1.1). Source and
   * target may be the same.
   * @returns the bits outside the stored ones that were set in some sample, copies of a negative one's sign left out: as a
   *   mask over the container, 0n where nothing was lost
   */
  normaliseStoredBits(source: Uint8Array, target: Uint8Array, bits: StoredBits): bigint;

  /**
   * YBR_FULL -> RGB, colour by pixel (PS3.3 C.7.6.3.1.2), bit for bit as libjpeg does it: integers with 16 bits behind the
   * point, rounded and clamped. For 16-bit samples `bitsStored` (9 to 16) sets the middle and the maximum. Source and target may
   * be the same.
   */
  ybrFullToRgb<T extends Uint8Array | Uint16Array>(source: T, target: T, bitsStored?: number): void;

  /** YBR_PARTIAL of 8 bits (Y 16 to 235, C 16 to 240) -> RGB, colour by pixel, rounded and clamped. Source and target may be the same. */
  ybrPartialToRgb(source: Uint8Array, target: Uint8Array): void;

  /**
   * Native 4:2:2 (PS3.3 C.7.6.3.1.2, YBR_FULL_422): Y Y CB CR for two pixels -> Y CB CR for each, the chroma replicated. Each
   * row of `columns` pixels starts with a pair of its own; a row of odd length leaves its last Y unused.
   */
  expand422(source: Uint8Array, target: Uint8Array, columns: number): void;

  /** `target[i] = table[source[i]]`, for modality and VOI LUTs. The table has 256 entries, or 65536 for 16-bit samples. */
  lookUp<T extends Uint8Array | Uint16Array | Uint32Array>(source: IndexArray, table: T, target: T): void;

  /** Gray by table -> R G B 255. The table has 256 entries, or 65536 for 16-bit samples. */
  grayToRgba(source: IndexArray, table: Uint8Array, target: RgbaArray): void;

  /** Palette index -> R G B: three table entries per index (256 or 65536 of them), red first. */
  paletteToRgb<T extends Uint8Array | Uint16Array>(source: IndexArray, table: T, target: T): void;

  /** Palette index -> R G B A: one table entry per index (256 or 65536 of them), red in its lowest byte. */
  paletteToRgba(source: IndexArray, table: Uint32Array, target: RgbaArray): void;

  /** R G B -> R G B 255. */
  rgbToRgba(source: Uint8Array, target: RgbaArray): void;
}

/** Name of the WebAssembly module behind `loadSamples`. */
export const SAMPLES_MODULE = 'samples';

let loaded: Promise<Samples> | undefined;

/**
 * The functions on samples: the same object each time, one instance of the kernel per thread.
 * @throws UnsupportedFeature, WorkerFailure where the kernel cannot be loaded (see `moduleOf`)
 */
export function loadSamples(): Promise<Samples> {
  if (loaded === undefined) {
    loaded = moduleOf(SAMPLES_MODULE).then(samplesOf);
    loaded.catch(() => {
      loaded = undefined;
    });
  }
  return loaded;
}
