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
   */
  normaliseStoredBits(source: Uint8Array, target: Uint8Array, bits: StoredBits): void;

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

/** The functions on samples; the same object each time, ready when the promise is. */
export async function loadSamples(): Promise<Samples> {
  return plainSamples;
}

const indicesOf = (source: IndexArray): Uint8Array | Uint16Array => {
  if (source instanceof Int8Array) return new Uint8Array(source.buffer, source.byteOffset, source.length);
  if (source instanceof Int16Array) return new Uint16Array(source.buffer, source.byteOffset, source.length);
  return source;
};

const plainSamples: Samples = {
  swapBytes(source, target, width) {
    const whole = target.length - (target.length % width);
    const word = new Uint8Array(width);
    for (let at = 0; at < whole; at += width) {
      for (let i = 0; i < width; i++) word[i] = source[at + width - 1 - i]!;
      target.set(word, at);
    }
    for (let at = whole; at < target.length; at++) target[at] = source[at]!;
  },
  unpackBits(source, bitOffset, target) {
    for (let i = 0; i < target.length; i++) {
      const bit = bitOffset + i;
      target[i] = (source[Math.floor(bit / 8)]! >> (bit % 8)) & 1;
    }
  },
  unpack12(source, bitOffset, target) {
    for (let i = 0; i < target.length; i++) {
      const bit = bitOffset + 12 * i;
      const at = Math.floor(bit / 8);
      target[i] = ((source[at]! | (source[at + 1]! << 8)) >> (bit % 8)) & 0xfff;
    }
  },
  widen(source, target, width) {
    const container = width === 3 ? 4 : 8;
    target.fill(0);
    for (let i = 0; i < target.length / container; i++) {
      for (let b = 0; b < width; b++) target[i * container + b] = source[i * width + b]!;
    }
  },
  interleave(source, target, components, width) {
    const count = target.length / components / width;
    for (let i = 0; i < count; i++) {
      for (let c = 0; c < components; c++) {
        for (let b = 0; b < width; b++) {
          target[(i * components + c) * width + b] = source[(c * count + i) * width + b]!;
        }
      }
    }
  },
  storedBitsFit(source, bits) {
    const target = new Uint8Array(source.length);
    this.normaliseStoredBits(source, target, bits);
    return target.every((byte, i) => byte === source[i]);
  },
  normaliseStoredBits(source, target, { width, bitsStored, highBit, signed }) {
    const whole = source.slice();
    const from = new DataView(whole.buffer);
    const to = new DataView(target.buffer, target.byteOffset, target.length);
    for (let at = 0; at < target.length; at += width) {
      let cell = 0n;
      for (let b = width - 1; b >= 0; b--) cell = (cell << 8n) | BigInt(from.getUint8(at + b));
      const value = cell >> BigInt(highBit + 1 - bitsStored);
      const stored = signed ? BigInt.asIntN(bitsStored, value) : BigInt.asUintN(bitsStored, value);
      for (let b = 0; b < width; b++) to.setUint8(at + b, Number((stored >> BigInt(8 * b)) & 0xffn));
    }
  },
  ybrFullToRgb(source, target, bitsStored = 8) {
    const centre = 2 ** (bitsStored - 1);
    const maximum = 2 ** bitsStored - 1;
    const clamp = (value: number) => Math.min(Math.max(value, 0), maximum);
    for (let at = 0; at < target.length; at += 3) {
      const y = source[at]!;
      const cb = source[at + 1]! - centre;
      const cr = source[at + 2]! - centre;
      target[at] = clamp(y + Math.floor((91881 * cr + 32768) / 65536));
      target[at + 1] = clamp(y + Math.floor((-22554 * cb - 46802 * cr + 32768) / 65536));
      target[at + 2] = clamp(y + Math.floor((116130 * cb + 32768) / 65536));
    }
  },
  ybrPartialToRgb(source, target) {
    const clamp = (value: number) => Math.min(Math.max(Math.round(value), 0), 255);
    for (let at = 0; at < target.length; at += 3) {
      const y = (255 / 219) * (source[at]! - 16);
      const cb = (255 / 224) * (source[at + 1]! - 128);
      const cr = (255 / 224) * (source[at + 2]! - 128);
      target[at] = clamp(y + 1.402 * cr);
      target[at + 1] = clamp(y - ((0.114 * 1.772) / 0.587) * cb - ((0.299 * 1.402) / 0.587) * cr);
      target[at + 2] = clamp(y + 1.772 * cb);
    }
  },
  expand422(source, target, columns) {
    const stride = 4 * Math.ceil(columns / 2);
    for (let i = 0; i < target.length / 3; i++) {
      const row = Math.floor(i / columns);
      const column = i % columns;
      const pair = row * stride + 4 * (column >> 1);
      target[3 * i] = source[pair + (column & 1)]!;
      target[3 * i + 1] = source[pair + 2]!;
      target[3 * i + 2] = source[pair + 3]!;
    }
  },
  lookUp(source, table, target) {
    const indices = indicesOf(source);
    for (let i = 0; i < target.length; i++) target[i] = table[indices[i]!]!;
  },
  grayToRgba(source, table, target) {
    const indices = indicesOf(source);
    for (let i = 0; i < target.length / 4; i++)
      target.fill(table[indices[i]!]!, 4 * i, 4 * i + 3)[4 * i + 3] = 255;
  },
  paletteToRgb(source, table, target) {
    const indices = indicesOf(source);
    for (let i = 0; i < target.length / 3; i++) {
      for (let c = 0; c < 3; c++) target[3 * i + c] = table[3 * indices[i]! + c]!;
    }
  },
  paletteToRgba(source, table, target) {
    const indices = indicesOf(source);
    for (let i = 0; i < target.length / 4; i++) {
      for (let c = 0; c < 4; c++) target[4 * i + c] = table[indices[i]!]! >>> (8 * c);
    }
  },
  rgbToRgba(source, target) {
    for (let i = 0; i < target.length / 4; i++) {
      target.set(source.subarray(3 * i, 3 * i + 3), 4 * i);
      target[4 * i + 3] = 255;
    }
  },
};
