import { WorkerFailure } from '../errors.js';
import type { IndexArray, RgbaArray, Samples, StoredBits } from './samples.js';

/** What `assembly/samples/module.ts` exports; addresses and counts as in `assembly/README.md`. */
interface SamplesExports {
  readonly memory: WebAssembly.Memory;
  reserve(bytes: number): number;
  unpackBits(source: number, target: number, count: number, bit: number): void;
  unpack12(source: number, target: number, count: number): void;
  widen24(source: number, target: number, count: number): void;
  widen40(source: number, target: number, count: number): void;
  readonly swap16: Swap;
  readonly swap32: Swap;
  readonly swap64: Swap;
  interleave(
    source: number,
    stride: number,
    target: number,
    count: number,
    components: number,
    width: number,
  ): void;
  normalise(
    source: number,
    target: number,
    bytes: number,
    width: number,
    left: number,
    right: number,
    signed: number,
    unused: number,
  ): void;
  fit(source: number, bytes: number, width: number, left: number, right: number, signed: number): number;
  ybrFullToRgb8(source: number, target: number, pixels: number): void;
  ybrFullToRgb16(source: number, target: number, pixels: number, bitsStored: number): void;
  ybrPartialToRgb8(source: number, target: number, pixels: number): void;
  expand422(source: number, target: number, pixels: number): void;
  readonly lookUp8To8: LookUp;
  readonly lookUp8To16: LookUp;
  readonly lookUp8To32: LookUp;
  readonly lookUp16To8: LookUp;
  readonly lookUp16To16: LookUp;
  readonly lookUp16To32: LookUp;
  readonly gray8ToRgba: LookUp;
  readonly gray16ToRgba: LookUp;
  readonly palette8ToRgb: LookUp;
  readonly palette16ToRgb: LookUp;
  readonly palette8ToRgb16: LookUp;
  readonly palette16ToRgb16: LookUp;
  rgbToRgba(source: number, target: number, pixels: number): void;
}

type Swap = (source: number, target: number, bytes: number) => void;
type LookUp = (source: number, table: number, target: number, count: number) => void;

/** Bytes of source, and of target, that are worked on at a time: both stay in the cache next to the core. */
const TILE = 32 << 10;
/** What a kernel may read and write beyond its source, its target, or one of its four planes. */
const MARGIN = 64;
/** The largest table: 65536 entries of 8 bytes. */
const TABLE = 65536 * 8;

/** The functions on samples, run by an instance of `module`: the kernel `samples`, or in tests its plain twin. */
export function samplesOf(module: WebAssembly.Module): Samples {
  // The exports are what our own module.ts gives; WebAssembly has no types to check that by.
  const kernel = new WebAssembly.Instance(module).exports as unknown as SamplesExports;
  const region = TILE + 4 * MARGIN;
  const source = kernel.reserve(2 * region + TABLE);
  if (source === 0) throw new WorkerFailure('no memory for the kernel samples');
  return new SamplesKernel(kernel, { source, target: source + region, table: source + 2 * region });
}

/** Bytes in and out per item: a sample, a pixel, or a packed pair of either. */
interface ItemBytes {
  readonly source: number;
  readonly target: number;
}

class SamplesKernel implements Samples {
  readonly #kernel: SamplesExports;
  readonly #at: { readonly source: number; readonly target: number; readonly table: number };
  /** The kernel's memory, which never grows again. */
  readonly #memory: Uint8Array;

  constructor(kernel: SamplesExports, at: { source: number; target: number; table: number }) {
    this.#kernel = kernel;
    this.#at = at;
    this.#memory = new Uint8Array(kernel.memory.buffer);
  }

  swapBytes(source: Uint8Array, target: Uint8Array, width: 2 | 4 | 8): void {
    const swap = { 2: this.#kernel.swap16, 4: this.#kernel.swap32, 8: this.#kernel.swap64 }[width];
    const whole = target.length - (target.length % width);
    this.#tiles(source, target.subarray(0, whole), { source: 1, target: 1 }, swap);
    for (let at = whole; at < target.length; at++) target[at] = source[at]!;
  }

  unpackBits(source: Uint8Array, bitOffset: number, target: Uint8Array): void {
    const from = source.subarray(Math.floor(bitOffset / 8));
    const bit = bitOffset % 8;
    if (Math.ceil((bit + target.length) / 8) > from.length) throw tooShort(source);
    // A tile has whole bytes of pixels, so that each starts at the same bit of a byte.
    for (let at = 0; at < target.length; at += TILE) {
      const count = Math.min(TILE, target.length - at);
      this.#memory.set(from.subarray(at / 8, at / 8 + Math.ceil((bit + count) / 8)), this.#at.source);
      this.#kernel.unpackBits(this.#at.source, this.#at.target, count, bit);
      this.#give(target, at, count);
    }
  }

  unpack12(source: Uint8Array, bitOffset: number, target: Uint16Array): void {
    const first = Math.floor(bitOffset / 8);
    if (first + Math.ceil(((bitOffset % 8) + 12 * target.length) / 8) > source.length) throw tooShort(source);
    if (bitOffset % 8 !== 0) {
      // Four bits are gone already: the first sample ends its byte pair, the others start on a byte.
      if (target.length === 0) return;
      target[0] = (source[first]! >> 4) | (source[first + 1]! << 4);
      this.unpack12(source, bitOffset + 12, target.subarray(1));
      return;
    }
    const { unpack12 } = this.#kernel;
    const whole = target.length - (target.length % 2);
    // Two samples are an item: they are three bytes.
    this.#tiles(
      source.subarray(first),
      bytesOf(target.subarray(0, whole)),
      { source: 3, target: 4 },
      (from, to, pairs) => unpack12(from, to, 2 * pairs),
    );
    if (whole < target.length) {
      const last = first + (whole / 2) * 3;
      target[whole] = source[last]! | ((source[last + 1]! & 0x0f) << 8);
    }
  }

  widen(source: Uint8Array, target: Uint8Array, width: 3 | 5): void {
    if (width === 3) this.#tiles(source, target, { source: 3, target: 4 }, this.#kernel.widen24);
    else this.#tiles(source, target, { source: 5, target: 8 }, this.#kernel.widen40);
  }

  interleave(source: Uint8Array, target: Uint8Array, components: 2 | 3 | 4, width: 1 | 2 | 4 | 8): void {
    if (source.length < target.length) throw tooShort(source);
    const plane = target.length / components;
    // Whole vectors and samples: a multiple of 64.
    const tile = Math.floor(TILE / components / 64) * 64;
    const stride = tile + MARGIN;
    for (let at = 0; at < plane; at += tile) {
      const bytes = Math.min(tile, plane - at);
      for (let c = 0; c < components; c++) {
        const start = c * plane + at;
        this.#memory.set(source.subarray(start, start + bytes), this.#at.source + c * stride);
      }
      this.#kernel.interleave(
        this.#at.source,
        stride,
        this.#at.target,
        Math.ceil(bytes / width),
        components,
        width,
      );
      this.#give(target, at * components, bytes * components);
    }
  }

  storedBitsFit(source: Uint8Array, bits: StoredBits): boolean {
    const { width, left, right, signed } = shiftsOf(bits);
    if (left === right && right === 0) return true;
    for (let at = 0; at < source.length; at += TILE) {
      const bytes = Math.min(TILE, source.length - at);
      this.#memory.set(source.subarray(at, at + bytes), this.#at.source);
      if (this.#kernel.fit(this.#at.source, bytes, width, left, right, signed) === 0) return false;
    }
    return true;
  }

  normaliseStoredBits(source: Uint8Array, target: Uint8Array, bits: StoredBits): bigint {
    const { normalise } = this.#kernel;
    const { width, left, right, signed } = shiftsOf(bits);
    // A mask of 64 bits where other functions have their table.
    const { table: unused } = this.#at;
    this.#memory.fill(0, unused, unused + 8);
    this.#tiles(source, target, { source: width, target: width }, (from, to, count) =>
      normalise(from, to, count * width, width, left, right, signed, unused),
    );
    return new DataView(this.#memory.buffer).getBigUint64(unused, true);
  }

  ybrFullToRgb<T extends Uint8Array | Uint16Array>(source: T, target: T, bitsStored = 16): void {
    const { ybrFullToRgb8, ybrFullToRgb16 } = this.#kernel;
    if (source instanceof Uint8Array) {
      this.#tiles(source, bytesOf(target), { source: 3, target: 3 }, ybrFullToRgb8);
    } else {
      this.#tiles(bytesOf(source), bytesOf(target), { source: 6, target: 6 }, (from, to, pixels) =>
        ybrFullToRgb16(from, to, pixels, bitsStored),
      );
    }
  }

  ybrPartialToRgb(source: Uint8Array, target: Uint8Array): void {
    this.#tiles(source, target, { source: 3, target: 3 }, this.#kernel.ybrPartialToRgb8);
  }

  expand422(source: Uint8Array, target: Uint8Array, columns: number): void {
    const { expand422 } = this.#kernel;
    const pairs = (from: number, to: number, count: number) => expand422(from, to, 2 * count);
    if (columns % 2 === 0) {
      this.#tiles(source, target, { source: 4, target: 6 }, pairs);
      return;
    }
    // A row's last pair gives one pixel only.
    const sourceRow = 2 * (columns + 1);
    const targetRow = 3 * columns;
    if ((target.length / targetRow) * sourceRow > source.length) throw tooShort(source);
    for (let from = 0, to = 0; to < target.length; from += sourceRow, to += targetRow) {
      const row = source.subarray(from, from + sourceRow);
      const last = to + targetRow - 3;
      this.#tiles(row, target.subarray(to, last), { source: 4, target: 6 }, pairs);
      target[last] = row[sourceRow - 4]!;
      target[last + 1] = row[sourceRow - 2]!;
      target[last + 2] = row[sourceRow - 1]!;
    }
  }

  lookUp<T extends Uint8Array | Uint16Array | Uint32Array>(source: IndexArray, table: T, target: T): void {
    const kernel = this.#kernel;
    const functions =
      source.BYTES_PER_ELEMENT === 1
        ? { 1: kernel.lookUp8To8, 2: kernel.lookUp8To16, 4: kernel.lookUp8To32 }
        : { 1: kernel.lookUp16To8, 2: kernel.lookUp16To16, 4: kernel.lookUp16To32 };
    const entry = table.BYTES_PER_ELEMENT as 1 | 2 | 4;
    this.#throughTable(source, table, 1, bytesOf(target), entry, functions[entry]);
  }

  grayToRgba(source: IndexArray, table: Uint8Array, target: RgbaArray): void {
    const { gray8ToRgba, gray16ToRgba } = this.#kernel;
    const run = source.BYTES_PER_ELEMENT === 1 ? gray8ToRgba : gray16ToRgba;
    this.#throughTable(source, table, 1, bytesOf(target), 4, run);
  }

  paletteToRgb<T extends Uint8Array | Uint16Array>(source: IndexArray, table: T, target: T): void {
    const kernel = this.#kernel;
    const entry = table.BYTES_PER_ELEMENT;
    const pixels =
      entry === 1 ? new Uint8Array((table.length / 3) * 4) : new Uint16Array((table.length / 3) * 4);
    for (let from = 0, to = 0; from < table.length; from += 3, to += 4) {
      pixels[to] = table[from]!;
      pixels[to + 1] = table[from + 1]!;
      pixels[to + 2] = table[from + 2]!;
    }
    const functions =
      source.BYTES_PER_ELEMENT === 1
        ? [kernel.palette8ToRgb, kernel.palette8ToRgb16]
        : [kernel.palette16ToRgb, kernel.palette16ToRgb16];
    this.#throughTable(source, pixels, 4, bytesOf(target), 3 * entry, functions[entry - 1]!);
  }

  paletteToRgba(source: IndexArray, table: Uint32Array, target: RgbaArray): void {
    const { lookUp8To32, lookUp16To32 } = this.#kernel;
    const run = source.BYTES_PER_ELEMENT === 1 ? lookUp8To32 : lookUp16To32;
    this.#throughTable(source, table, 1, bytesOf(target), 4, run);
  }

  rgbToRgba(source: Uint8Array, target: RgbaArray): void {
    this.#tiles(source, bytesOf(target), { source: 3, target: 4 }, this.#kernel.rgbToRgba);
  }

  /** Runs `call` over all items that the target holds, as many at a time as fit in a tile. */
  #tiles(
    source: Uint8Array,
    target: Uint8Array,
    bytes: ItemBytes,
    call: (source: number, target: number, items: number) => void,
  ): void {
    const items = target.length / bytes.target;
    if (items * bytes.source > source.length) throw tooShort(source);
    const tile = Math.floor(TILE / Math.max(bytes.source, bytes.target) / 16) * 16;
    for (let at = 0; at < items; at += tile) {
      const count = Math.min(tile, items - at);
      const from = at * bytes.source;
      this.#memory.set(source.subarray(from, from + count * bytes.source), this.#at.source);
      call(this.#at.source, this.#at.target, count);
      this.#give(target, at * bytes.target, count * bytes.target);
    }
  }

  #throughTable(
    source: IndexArray,
    table: Uint8Array | Uint16Array | Uint32Array,
    perIndex: number,
    target: Uint8Array,
    targetBytes: number,
    run: LookUp,
  ): void {
    const width = source.BYTES_PER_ELEMENT;
    const entries = width === 1 ? 256 : 65536;
    if (table.length !== entries * perIndex) {
      throw new RangeError(`a table for ${8 * width}-bit samples has ${entries} entries`);
    }
    this.#memory.set(bytesOf(table), this.#at.table);
    this.#tiles(bytesOf(source), target, { source: width, target: targetBytes }, (from, to, count) =>
      run(from, this.#at.table, to, count),
    );
  }

  /** Copies the first bytes of the target tile to where they belong. */
  #give(target: Uint8Array, at: number, bytes: number): void {
    target.set(this.#memory.subarray(this.#at.target, this.#at.target + bytes), at);
  }
}

/** The two shifts that leave the stored bits of a sample at bit 0, the sign or zeros above. */
function shiftsOf({ width, bitsStored, highBit, signed }: StoredBits) {
  return { width, left: 8 * width - 1 - highBit, right: 8 * width - bitsStored, signed: signed ? 1 : 0 };
}

function tooShort(source: Uint8Array): RangeError {
  return new RangeError(`${source.length} bytes of source are not enough for the target`);
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
