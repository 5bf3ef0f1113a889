import { describe, expect, it } from 'vitest';
import { plainTwin } from './plain-twin.test-support.js';
import { loadSamples, type Samples } from './samples.js';
import { samplesOf } from './samples-kernel.js';

/** Sizes around the vectors' ends, around a tile, and over several tiles. */
const SIZES = [0, 1, 2, 3, 5, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 333, 5461, 16_385, 20_001];

/** A repeatable stream of bytes (xorshift). */
function randomBytes(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  let state = (seed * 2_654_435_761) | 1;
  return Uint8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 11;
  });
}

/** Compares a long array at once: a matcher that walks the elements takes seconds. */
function expectEqual<T extends ArrayBufferView>(actual: T, expected: T, message = ''): void {
  const bytes = (array: T) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  if (bytes(actual).equals(bytes(expected))) return;
  expect(actual, message).toEqual(expected);
  throw new Error(`${message}: not the same bytes`);
}

type Entries = Uint8Array | Uint16Array | Uint32Array;
interface EntriesOf<T extends Entries> {
  readonly BYTES_PER_ELEMENT: number;
  new (contents: number | ArrayBufferLike | number[]): T;
}
const WIDTHS: [string, EntriesOf<Entries>][] = [
  ['8', Uint8Array],
  ['16', Uint16Array],
  ['32', Uint32Array],
];
const COLOUR_WIDTHS: [string, EntriesOf<Uint8Array | Uint16Array>][] = [
  ['8', Uint8Array],
  ['16', Uint16Array],
];

const engines: [string, () => Promise<Samples>][] = [
  ['the kernel', loadSamples],
  ['its plain twin', async () => samplesOf(await plainTwin('samples'))],
];

it('gives the same object each time', async () => {
  expect(await loadSamples()).toBe(await loadSamples());
});

describe.each(engines)('%s', (_, load) => {
  it.each([2, 4, 8] as const)('swaps words of %i bytes, in place or not, at any length', async (width) => {
    const samples = await load();
    for (const size of SIZES) {
      const source = randomBytes(size);
      const expected = source.map((byte, at) => {
        const word = at - (at % width);
        return word + width <= size ? source[word + width - 1 - (at - word)]! : byte;
      });
      const target = new Uint8Array(size);
      samples.swapBytes(source, target, width);
      expectEqual(target, expected, `${size} bytes`);
      samples.swapBytes(source, source, width);
      expectEqual(source, expected, `${size} bytes in place`);
    }
  });

  it('unpacks bits from every bit of a byte on', async () => {
    const samples = await load();
    for (let bitOffset = 0; bitOffset < 10; bitOffset++) {
      for (const size of SIZES) {
        const source = randomBytes(Math.ceil((bitOffset + size) / 8), size + 1);
        const expected = Uint8Array.from({ length: size }, (_, i) => {
          const bit = bitOffset + i;
          return (source[Math.floor(bit / 8)]! / 2 ** (bit % 8)) & 1;
        });
        const target = new Uint8Array(size);
        samples.unpackBits(source, bitOffset, target);
        expectEqual(target, expected, `${size} from bit ${bitOffset}`);
      }
    }
  });

  it.each([0, 4, 8, 12, 20])('unpacks samples of 12 bits from bit %i on', async (bitOffset) => {
    const samples = await load();
    for (const size of SIZES) {
      const source = randomBytes(Math.ceil((bitOffset + 12 * size) / 8), size + 1);
      const nibbles = Array.from(source).flatMap((byte) => [byte % 16, byte >> 4]);
      const expected = Uint16Array.from({ length: size }, (_, i) => {
        const [low = 0, middle = 0, high = 0] = nibbles.slice(
          bitOffset / 4 + 3 * i,
          bitOffset / 4 + 3 * i + 3,
        );
        return low + 16 * middle + 256 * high;
      });
      const target = new Uint16Array(size);
      samples.unpack12(source, bitOffset, target);
      expectEqual(target, expected, `${size} samples`);
    }
  });

  it.each([
    [3, 4],
    [5, 8],
  ] as const)('widens samples of %i bytes to %i', async (width, container) => {
    const samples = await load();
    for (const size of SIZES) {
      const source = randomBytes(size * width);
      const expected = new Uint8Array(size * container);
      source.forEach((byte, at) => {
        expected[Math.floor(at / width) * container + (at % width)] = byte;
      });
      const target = randomBytes(size * container, 9);
      samples.widen(source, target, width);
      expectEqual(target, expected, `${size} samples`);
    }
  });

  describe.each([2, 3, 4] as const)('%i planes', (components) => {
    it.each([1, 2, 4, 8] as const)('of %i bytes a sample become colour by pixel', async (width) => {
      const samples = await load();
      for (const size of SIZES) {
        const source = randomBytes(size * components * width);
        const expected = new Uint8Array(source.length);
        for (let at = 0; at < source.length; at++) {
          const sample = Math.floor(at / width);
          const component = Math.floor(sample / size);
          expected[((sample % size) * components + component) * width + (at % width)] = source[at]!;
        }
        const target = new Uint8Array(source.length);
        samples.interleave(source, target, components, width);
        expectEqual(target, expected, `${size} pixels`);
      }
    });
  });

  describe.each([1, 2, 4, 8] as const)('stored bits in containers of %i bytes', (width) => {
    const container = 8 * width;
    const layouts = [1, 2, container / 2, container - 4, container - 1, container]
      .filter((bitsStored) => bitsStored >= 1)
      .flatMap((bitsStored) =>
        [bitsStored - 1, bitsStored, container - 1]
          .filter((highBit) => highBit < container)
          .flatMap((highBit) => [false, true].map((signed) => ({ width, bitsStored, highBit, signed }))),
      );

    it.each(layouts)('$bitsStored stored, High Bit $highBit, signed $signed', async (bits) => {
      const samples = await load();
      for (const size of [0, 1, 2, 3, 15, 17, 200, 2500]) {
        const source = randomBytes(size * width, size + 5);
        const from = new DataView(source.buffer);
        const expected = new Uint8Array(size * width);
        const to = new DataView(expected.buffer);
        for (let i = 0; i < size; i++) {
          let cell = 0n;
          for (let byte = 0; byte < width; byte++)
            cell += BigInt(from.getUint8(i * width + byte)) << BigInt(8 * byte);
          const modulus = 1n << BigInt(bits.bitsStored);
          let sample = (cell >> BigInt(bits.highBit - bits.bitsStored + 1)) % modulus;
          if (bits.signed && sample >= modulus / 2n) sample -= modulus;
          if (sample < 0n) sample += 1n << BigInt(container);
          for (let byte = 0; byte < width; byte++) {
            to.setUint8(i * width + byte, Number((sample >> BigInt(8 * byte)) % 256n));
          }
        }
        let unused = 0n;
        for (let i = 0; i < size; i++) {
          let cell = 0n;
          for (let byte = 0; byte < width; byte++)
            cell += BigInt(from.getUint8(i * width + byte)) << BigInt(8 * byte);
          const isNegative = bits.signed && (cell >> BigInt(bits.highBit)) % 2n === 1n;
          for (let bit = 0; bit < container; bit++) {
            const isAbove = bit > bits.highBit && !isNegative;
            const isBelow = bit <= bits.highBit - bits.bitsStored;
            if ((isAbove || isBelow) && (cell >> BigInt(bit)) % 2n === 1n) unused |= 1n << BigInt(bit);
          }
        }
        const target = new Uint8Array(size * width);
        expect(samples.normaliseStoredBits(source, target, bits), `${size} samples`).toBe(unused);
        expectEqual(target, expected, `${size} samples`);

        if (bits.highBit === bits.bitsStored - 1) expect(samples.storedBitsFit(expected, bits)).toBe(true);
        expect(samples.storedBitsFit(source, bits)).toBe(Buffer.from(source).equals(expected));
        samples.normaliseStoredBits(source, source, bits);
        expectEqual(source, expected, `${size} samples in place`);
        if (bits.highBit === bits.bitsStored - 1)
          expect(samples.normaliseStoredBits(source, target, bits)).toBe(0n);
      }
    });

    it.each(layouts.filter(({ bitsStored }) => bitsStored < container))(
      'one unused bit is seen wherever it is, and none behind the end: $bitsStored stored, High Bit $highBit, signed $signed',
      async (bits) => {
        const samples = await load();
        const { bitsStored, highBit } = bits;
        for (const count of [1, 15, 17, 19]) {
          // Ones all around the samples.
          const memory = new Uint8Array((count + 32) * width).fill(0xff);
          const source = memory.subarray(16 * width, (16 + count) * width);
          const target = new Uint8Array(source.length);
          for (const place of [0, count >> 1, count - 1]) {
            for (let bit = 0; bit < container; bit++) {
              if (bit <= highBit && bit > highBit - bitsStored) continue;
              source.fill(0);
              source[place * width + (bit >> 3)] = 1 << (bit & 7);
              const seen = samples.normaliseStoredBits(source, target, bits);
              if (seen !== 1n << BigInt(bit))
                expect(seen, `bit ${bit} of sample ${place} of ${count}`).toBe(1n << BigInt(bit));
            }
          }
        }
      },
    );

    it.each(
      layouts.filter(({ bitsStored, highBit }) => highBit === bitsStored - 1 && bitsStored < container),
    )(
      'one sample that does not fit is seen wherever it is: $bitsStored stored, signed $signed',
      async (bits) => {
        const samples = await load();
        const { bitsStored, signed } = bits;
        const memory = new Uint8Array(19 * width + 8);
        const wrong: string[] = [];
        for (let byteOffset = 0; byteOffset < 5; byteOffset++) {
          for (const size of [1, 3, 19]) {
            const source = memory.subarray(byteOffset, byteOffset + size * width);
            const check = (value: bigint, fits: boolean, i: number) => {
              source.fill(0);
              for (let byte = 0; byte < width; byte++) {
                source[i * width + byte] = Number(BigInt.asUintN(8, value >> BigInt(8 * byte)));
              }
              if (samples.storedBitsFit(source, bits) !== fits) {
                wrong.push(`${value} as sample ${i} of ${size} at byte ${byteOffset}`);
              }
            };
            // The largest samples that fit, those behind them, and a bit at either end of the unused ones.
            const beyond = 1n << BigInt(signed ? bitsStored - 1 : bitsStored);
            for (let i = 0; i < size; i++) {
              check(beyond - 1n, true, i);
              check(beyond, false, i);
              check(1n << BigInt(bitsStored), false, i);
              if (!signed || bitsStored < container - 1) check(1n << BigInt(container - 1), false, i);
              if (signed) {
                check(-beyond, true, i);
                check(-beyond - 1n, false, i);
              }
            }
          }
        }
        expect(wrong).toEqual([]);
      },
    );
  });

  it('finds bits that do not fit in the middle of a large frame', async () => {
    const samples = await load();
    const frame = new Uint16Array(300_000).fill(0x0fff);
    const bytes = new Uint8Array(frame.buffer);
    const bits = { width: 2, bitsStored: 12, highBit: 11, signed: false } as const;
    expect(samples.storedBitsFit(bytes, bits)).toBe(true);
    frame[200_001] = 0x1000;
    expect(samples.storedBitsFit(bytes, bits)).toBe(false);
  });

  it('converts every YBR_FULL triple of 8 bits as libjpeg does', async () => {
    const samples = await load();
    // jdcolor.c: four tables over the chroma, with FIX(x) = x * 2^16 + 0.5 and a half for rounding, range limited.
    const fix = (factor: number) => Math.floor(factor * 65536 + 0.5);
    const chroma = Array.from({ length: 256 }, (_, i) => i - 128);
    const crToR = chroma.map((x) => (fix(1.402) * x + 32768) >> 16);
    const cbToB = chroma.map((x) => (fix(1.772) * x + 32768) >> 16);
    const crToG = chroma.map((x) => -fix(0.71414) * x);
    const cbToG = chroma.map((x) => -fix(0.34414) * x + 32768);
    const limit = Uint8ClampedArray.from({ length: 1024 }, (_, i) => i - 384);

    const source = new Uint8Array(3 * 65536);
    const expected = new Uint8Array(source.length);
    const target = new Uint8Array(source.length);
    for (let y = 0; y < 256; y++) {
      for (let i = 0, at = 0; i < 65536; i++, at += 3) {
        const cb = i >> 8;
        const cr = i & 255;
        source[at] = y;
        source[at + 1] = cb;
        source[at + 2] = cr;
        expected[at] = limit[y + crToR[cr]! + 384]!;
        expected[at + 1] = limit[y + ((cbToG[cb]! + crToG[cr]!) >> 16) + 384]!;
        expected[at + 2] = limit[y + cbToB[cb]! + 384]!;
      }
      samples.ybrFullToRgb(source, target);
      expectEqual(target, expected, `Y ${y}`);
    }
  });

  it('converts YBR_FULL at any length, in place too, without touching what is behind', async () => {
    const samples = await load();
    for (const size of SIZES) {
      const memory = randomBytes(3 * size + 60, size);
      const behind = memory.slice(3 * size);
      const pixels = memory.subarray(0, 3 * size);
      const expected = new Uint8Array(3 * size);
      // One pixel at a time, which the test of all triples has shown to be right.
      for (let at = 0; at < pixels.length; at += 3) {
        samples.ybrFullToRgb(pixels.subarray(at, at + 3), expected.subarray(at, at + 3));
      }
      samples.ybrFullToRgb(pixels, pixels);
      expectEqual(pixels, expected, `${size} pixels`);
      expectEqual(memory.slice(3 * size), behind);
    }
  });

  it.each([9, 10, 12, 15, 16])(
    'converts YBR_FULL of %i bits by the formula of the standard',
    async (bitsStored) => {
      const samples = await load();
      const maximum = 2 ** bitsStored - 1;
      const middle = 2 ** (bitsStored - 1);
      const random = new Uint16Array(randomBytes(6 * 20_001).buffer).map((sample) => sample & maximum);
      const corners = [0, 1, middle - 1, middle, middle + 1, maximum];
      const source = Uint16Array.from([
        ...random,
        ...corners.flatMap((y) => corners.flatMap((cb) => corners.flatMap((cr) => [y, cb, cr]))),
      ]);
      const target = new Uint16Array(source.length);
      samples.ybrFullToRgb(source, target, bitsStored);
      let worst = 0;
      for (let at = 0; at < source.length; at += 3) {
        const y = source[at]!;
        const cb = source[at + 1]! - middle;
        const cr = source[at + 2]! - middle;
        const rgb = [y + 1.402 * cr, y - 0.34414 * cb - 0.71414 * cr, y + 1.772 * cb];
        for (const [c, exact] of rgb.entries()) {
          const limited = Math.min(Math.max(exact, 0), maximum);
          worst = Math.max(worst, Math.abs(target[at + c]! - limited));
        }
      }
      // Half a step of rounding, and factors that are exact to 2^-17 of the chroma.
      expect(worst).toBeLessThanOrEqual(0.5 + (2 * middle) / 2 ** 17 + 1e-9);
    },
  );

  it('leaves gray gray and converts the primaries of YBR_FULL', async () => {
    const samples = await load();
    const source = Uint8Array.of(0, 128, 128, 255, 128, 128, 76, 85, 255, 150, 44, 21, 29, 255, 107);
    const target = new Uint8Array(source.length);
    samples.ybrFullToRgb(source, target);
    expect([...target]).toEqual([0, 0, 0, 255, 255, 255, 254, 0, 0, 0, 255, 1, 0, 0, 254]);
  });

  it('converts YBR_PARTIAL to the nearest RGB', async () => {
    const samples = await load();
    const source = new Uint8Array(3 * 256 * 64 * 64);
    for (let i = 0, at = 0; at < source.length; i++, at += 3) {
      source[at] = i >> 12;
      source[at + 1] = ((i >> 6) & 63) * 4 + (i & 3);
      source[at + 2] = (i & 63) * 4 + 3;
    }
    const target = new Uint8Array(source.length);
    samples.ybrPartialToRgb(source, target);
    let worst = 0;
    for (let at = 0; at < source.length; at += 3) {
      // Rec. ITU-R BT.601: Y over 219 steps, chroma over 224 steps either way from 128.
      const y = (source[at]! - 16) / 219;
      const pb = (source[at + 1]! - 128) / 224;
      const pr = (source[at + 2]! - 128) / 224;
      const r = y + 2 * (1 - 0.299) * pr;
      const b = y + 2 * (1 - 0.114) * pb;
      const g = (y - 0.299 * r - 0.114 * b) / 0.587;
      for (const [c, exact] of [r, g, b].entries()) {
        const limited = Math.min(Math.max(255 * exact, 0), 255);
        worst = Math.max(worst, Math.abs(target[at + c]! - limited));
      }
    }
    expect(worst).toBeLessThan(0.501);
  });

  it('expands 4:2:2, odd rows too', async () => {
    const samples = await load();
    for (const columns of [1, 2, 3, 4, 5, 8, 15, 16, 17, 333, 640, 7001]) {
      for (const rows of [1, 2, 7]) {
        const pairs = Math.ceil(columns / 2);
        const source = randomBytes(4 * pairs * rows, columns);
        const expected: number[] = [];
        for (let row = 0; row < rows; row++) {
          for (let column = 0; column < columns; column++) {
            const pair = 4 * (row * pairs + Math.floor(column / 2));
            expected.push(source[pair + (column % 2)]!, source[pair + 2]!, source[pair + 3]!);
          }
        }
        const target = new Uint8Array(3 * columns * rows);
        samples.expand422(source, target, columns);
        expectEqual(target, Uint8Array.from(expected), `${rows} rows of ${columns}`);
      }
    }
  });

  describe.each([
    ['8', Uint8Array, Int8Array, 256],
    ['16', Uint16Array, Int16Array, 65536],
  ] as const)('tables for samples of %s bits', (_bits, Unsigned, Signed, entries) => {
    const indices = (size: number) =>
      new Unsigned(randomBytes(size * Unsigned.BYTES_PER_ELEMENT, size).buffer);

    it.each(WIDTHS)('are looked up: %s bits', async (_width, Entries) => {
      const samples = await load();
      const table = new Entries(randomBytes(entries * Entries.BYTES_PER_ELEMENT, 3).buffer);
      for (const size of SIZES) {
        const source = indices(size);
        const target = new Entries(size);
        samples.lookUp(source, table, target);
        const expected = new Entries(Array.from(source, (index) => table[index]!));
        expectEqual(target, expected, `${size} samples`);
        const signed = new Entries(size);
        samples.lookUp(new Signed(source.buffer), table, signed);
        expectEqual(signed, expected, `${size} signed samples`);
      }
    });

    it('make gray', async () => {
      const samples = await load();
      const table = randomBytes(entries, 4);
      for (const size of SIZES) {
        const source = indices(size);
        const target = new Uint8ClampedArray(4 * size);
        samples.grayToRgba(source, table, target);
        const expected = Array.from(source).flatMap((index) => [
          table[index]!,
          table[index]!,
          table[index]!,
          255,
        ]);
        expectEqual(target, Uint8ClampedArray.from(expected), `${size} samples`);
      }
    });

    it.each(COLOUR_WIDTHS)('make colour of a palette: %s bits', async (_width, Entries) => {
      const samples = await load();
      const table = new Entries(randomBytes(3 * entries * Entries.BYTES_PER_ELEMENT, 5).buffer);
      for (const size of SIZES) {
        const source = indices(size);
        const target = new Entries(3 * size);
        samples.paletteToRgb(source, table, target);
        const expected = Array.from(source).flatMap((index) => [...table.subarray(3 * index, 3 * index + 3)]);
        expectEqual(target, new Entries(expected), `${size} samples`);
      }
    });

    it('make RGBA of a palette', async () => {
      const samples = await load();
      const colours = randomBytes(4 * entries, 6);
      const table = Uint32Array.from({ length: entries }, (_, i) => {
        const [r = 0, g = 0, b = 0, a = 0] = colours.subarray(4 * i, 4 * i + 4);
        return r + 256 * g + 65536 * b + 16_777_216 * a;
      });
      const source = indices(5001);
      const target = new Uint8Array(4 * source.length);
      samples.paletteToRgba(source, table, target);
      const expected = Array.from(source).flatMap((index) => [...colours.subarray(4 * index, 4 * index + 4)]);
      expectEqual(target, Uint8Array.from(expected));
    });

    it('must have an entry for each sample', async () => {
      const samples = await load();
      expect(() => samples.lookUp(indices(4), new Uint8Array(entries - 1), new Uint8Array(4))).toThrow(
        RangeError,
      );
    });
  });

  it('adds alpha to RGB', async () => {
    const samples = await load();
    for (const size of SIZES) {
      const source = randomBytes(3 * size, size);
      const target = new Uint8ClampedArray(4 * size);
      samples.rgbToRgba(source, target);
      const expected = target.map((_, at) =>
        at % 4 === 3 ? 255 : source[3 * Math.floor(at / 4) + (at % 4)]!,
      );
      expectEqual(target, expected, `${size} pixels`);
    }
  });

  it('refuses a source that is too short', async () => {
    const samples = await load();
    const short = new Uint8Array(2);
    expect(() => samples.swapBytes(short, new Uint8Array(4), 2)).toThrow(RangeError);
    expect(() => samples.unpackBits(short, 1, new Uint8Array(16))).toThrow(RangeError);
    expect(() => samples.unpack12(short, 4, new Uint16Array(2))).toThrow(RangeError);
    expect(() => samples.interleave(short, new Uint8Array(3), 3, 1)).toThrow(RangeError);
    expect(() => samples.expand422(short, new Uint8Array(3), 1)).toThrow(RangeError);
    expect(() => samples.rgbToRgba(short, new Uint8Array(4))).toThrow(RangeError);
  });

  it('reads shared memory', async () => {
    const samples = await load();
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    shared.set([1, 2, 3, 4]);
    const target = new Uint8Array(4);
    samples.swapBytes(shared, target, 2);
    expect([...target]).toEqual([2, 1, 4, 3]);
  });
});
