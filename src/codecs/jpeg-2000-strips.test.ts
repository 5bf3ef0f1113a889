// Strips of a frame whose decoders hand over to each other what both need, against the pictures that were encoded.
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeHtJpeg2000, encodeJpeg2000 } from '../../fixtures/generate/package-encoders.js';
import { littleEndian, type Picture } from '../../fixtures/generate/picture.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import { emptyBorder, type StripBorders } from '../wasm/strip-borders.js';
import type { Decoder, StripCosts } from './codec.js';
import { selfDescribed } from './codec.test-support.js';
import { jpeg2000, jpeg2000Decoder } from './jpeg-2000.js';
import { tiledJpeg2000 } from './jpeg-2000.test-support.js';
import { WHOLE } from './view.js';

const ROWS = 448;
const COLUMNS = 150;
const ROOM = 1 << 20;

interface Strip {
  readonly row: number;
  readonly rows: number;
  readonly borders?: StripBorders;
}

let kernels: WebAssembly.Module[];
beforeAll(async () => {
  kernels = [await moduleOf('jpeg-2000'), await plainTwin('jpeg-2000')];
});

/** A decoder with a kernel of its own, as each worker has one. */
function decoderOn(module: WebAssembly.Module): Decoder {
  return jpeg2000Decoder(new Kernel('jpeg-2000', module));
}

/** Waves and noise of `bits` bits; another picture for another seed. */
function pictureOf(bits: number, samplesPerPixel: 1 | 3 = 1, seed = 7): Picture {
  let noise = seed;
  const count = ROWS * COLUMNS * samplesPerPixel;
  const samples = bits <= 8 ? new Uint8Array(count) : new Uint16Array(count);
  for (let place = 0; place < count; place++) {
    noise = (Math.imul(noise, 1664525) + 1013904223) >>> 0;
    const wave = Math.sin(place / (COLUMNS * 9)) * Math.cos(place / 50);
    samples[place] = 2 ** (bits - 1) * (1 + 0.7 * wave) + (noise >>> 29);
  }
  return { rows: ROWS, columns: COLUMNS, samplesPerPixel, bitsStored: bits, frames: [samples] };
}

/** A picture whose rows `from` up to `to` have the least and the largest sample by turns, at no regular distance. */
function extremes(from: number, to = ROWS): Picture {
  const picture = pictureOf(16);
  const [samples] = picture.frames as [Uint16Array];
  const noise = pictureOf(16, 1, 99).frames[0]!;
  for (let place = from * COLUMNS; place < to * COLUMNS; place++) {
    samples[place] = (Number(noise[place]!) & 1) * 65535;
  }
  return picture;
}

async function decodeStrip(module: WebAssembly.Module, bytes: Uint8Array, { row, rows, borders }: Strip) {
  let strip = new Uint8Array(0);
  await decoderOn(module).decode(selfDescribed(bytes, 90), {
    ...{ limits: DEFAULT_LIMITS, borders },
    view: { ...WHOLE, region: { row, rows, column: 0, columns: COLUMNS } },
    allocate({ extent, samplesPerPixel, bytesPerSample }) {
      strip = new Uint8Array(extent!.rows * extent!.columns * samplesPerPixel * bytesPerSample).fill(0xa5);
      return strip;
    },
  });
  return strip;
}

function hasCome(border: SharedArrayBuffer): boolean {
  return new Int32Array(border)[0] !== 0;
}

/** Decodes strips with these ends, from the lowest up, as if each had come as early as can be. */
async function decodeStrips(module: WebAssembly.Module, bytes: Uint8Array, ends: readonly number[]) {
  const between = ends.slice(1).map(() => emptyBorder(ROOM));
  const strips: Uint8Array[] = [];
  for (let index = ends.length - 1; index >= 0; index--) {
    const row = index === 0 ? 0 : ends[index - 1]!;
    const borders = { above: between[index - 1], below: between[index] };
    strips.unshift(await decodeStrip(module, bytes, { row, rows: ends[index]! - row, borders }));
  }
  return { samples: Buffer.concat(strips), between };
}

/** Ends behind a row of code-blocks, in front of one and inside of one. */
const ENDS = [
  [140, ROWS],
  [116, ROWS],
  [128, ROWS],
  [301, ROWS],
  [140, 268, ROWS],
  [1, 2, 447, ROWS],
];

describe('strips that hand over what both neighbours need', () => {
  it.each([
    ['16 bit', pictureOf(16), {}],
    ['12 bit, one level', pictureOf(12), { decompositions: 1 }],
    ['8 bit colour', pictureOf(8, 3), {}],
    ['16 bit that leave 16 bit while they are transformed', extremes(0), {}],
    ['16 bit that do so below the border', extremes(200), {}],
    ['16 bit that do so above it', extremes(0, 100), {}],
    ['layers, position first', pictureOf(16), { layers: [20, 5, 0], progression: 2 }],
  ])('are the picture that was encoded: %s', async (_, picture, options) => {
    const { frames } = await encodeJpeg2000(picture, options);
    const expected = littleEndian(picture.frames[0]!);
    for (const module of kernels) {
      for (const ends of ENDS) {
        const { samples, between } = await decodeStrips(module, frames[0]!, ends);
        expect(Buffer.compare(samples, expected)).toBe(0);
        expect(between.every(hasCome)).toBe(true);
      }
    }
  });

  it('are within 1 of what OpenJPEG makes of a lossy one', async () => {
    const { frames, decoded } = await encodeJpeg2000(pictureOf(8), { ratio: 8 });
    for (const module of kernels) {
      for (const ends of ENDS) {
        const { samples } = await decodeStrips(module, frames[0]!, ends);
        const differences = samples.map((sample, place) => Math.abs(sample - (decoded[0]![place] as number)));
        expect(Math.max(...differences)).toBeLessThanOrEqual(1);
      }
    }
  });

  it('take what came, and that is the rows at the border alone', async () => {
    const [one, other] = [pictureOf(16), pictureOf(16, 1, 8)];
    const [bytes, otherBytes] = await Promise.all(
      [one, other].map(async (picture) => (await encodeJpeg2000(picture, { decompositions: 1 })).frames[0]!),
    );
    const expected = littleEndian(one.frames[0]!);
    for (const module of kernels) {
      const below = emptyBorder(ROOM);
      await decodeStrip(module, otherBytes!, { row: 140, rows: ROWS - 140, borders: { above: below } });
      const strip = await decodeStrip(module, bytes!, { row: 0, rows: 140, borders: { below } });
      const rowOf = (samples: Uint8Array, row: number) =>
        Buffer.from(samples.slice(row * 2 * COLUMNS, (row + 1) * 2 * COLUMNS));
      const isRight = (row: number) => rowOf(strip, row).equals(rowOf(expected, row));
      expect(Array.from({ length: 120 }, (_, row) => isRight(row))).not.toContain(false);
      expect(Array.from({ length: 8 }, (_, row) => isRight(132 + row))).not.toContain(true);
    }
  });

  it('decode for themselves what has not come, or comes as something else', async () => {
    const picture = pictureOf(16);
    const bytes = (await encodeJpeg2000(picture)).frames[0]!;
    const narrower = (await encodeJpeg2000({ ...pictureOf(16), columns: COLUMNS / 2, rows: 2 * ROWS }))
      .frames[0]!;
    const expected = littleEndian(picture.frames[0]!).subarray(0, 140 * 2 * COLUMNS);
    for (const module of kernels) {
      const foreign = emptyBorder(ROOM);
      await decoderOn(module).decode(selfDescribed(narrower, 90), {
        ...{ limits: DEFAULT_LIMITS, borders: { above: foreign } },
        view: { ...WHOLE, region: { row: 140, rows: ROWS, column: 0, columns: COLUMNS / 2 } },
        allocate: () => new Uint8Array(ROWS * COLUMNS),
      });
      expect(hasCome(foreign)).toBe(true);
      for (const below of [emptyBorder(ROOM), emptyBorder(0), foreign]) {
        const strip = await decodeStrip(module, bytes, { row: 0, rows: 140, borders: { below } });
        expect(Buffer.compare(strip, expected)).toBe(0);
      }
    }
  });

  it('give nothing where there is no room for it, of several tiles, and of HT code-blocks', async () => {
    const picture = pictureOf(16);
    const bytes = (await encodeJpeg2000(picture)).frames[0]!;
    const tile = { rows: 64, columns: 64, samplesPerPixel: 1, bitsStored: 16 } as const;
    const samples = picture.frames[0]!.slice(0, 64 * 64);
    const tiles = await encodeJpeg2000({ ...tile, frames: [samples, samples, samples, samples] });
    const tiled = tiledJpeg2000(tiles.frames, { rows: 64, columns: 64, across: 2 }).bytes;
    const ht = (await encodeHtJpeg2000(picture)).frames[0]!;
    for (const module of kernels) {
      for (const [stream, rows, columns, room] of [
        [bytes, ROWS, COLUMNS, 1000],
        [tiled, 128, 128, ROOM],
        [ht, ROWS, COLUMNS, ROOM],
      ] as const) {
        const above = emptyBorder(room);
        let count = 0;
        await decoderOn(module).decode(selfDescribed(stream, 90), {
          ...{ limits: DEFAULT_LIMITS, borders: { above } },
          view: { ...WHOLE, region: { row: 70, rows: rows - 70, column: 0, columns } },
          allocate: () => new Uint8Array((rows - 70) * columns * 2),
          checkpoint: () => count++,
        });
        expect(count).toBeGreaterThan(0);
        expect(hasCome(above)).toBe(false);
      }
    }
  });
});

describe('what strips cost', () => {
  it('is no more than the whole where they hand over, and a row of code-blocks more where not', () => {
    const costs = jpeg2000.strips!('1.2.840.10008.1.2.4.90');
    const sum = ({ work, border }: StripCosts) =>
      work(0, 1280 + border, 2560) + work(1280 + border, 2560, 2560);
    expect(sum(costs.handing!)).toBeCloseTo(2560, 0);
    expect(sum(costs)).toBeGreaterThan(2560 * 1.05);
    expect(sum(costs)).toBeLessThan(2560 * 1.08);
  });

  it('is memory enough for the coefficients of 32 bits of five levels', () => {
    const { borderBytes } = jpeg2000.strips!('1.2.840.10008.1.2.4.90').handing!;
    const coefficients = [1, 2, 3, 4, 5].reduce((sum, level) => sum + 3 * 64 * (4096 / 2 ** level), 0);
    expect(borderBytes!(4096)).toBeGreaterThan(4 * (coefficients + (64 * 4096) / 32));
    expect(borderBytes!(4096)).toBeLessThan(5 * coefficients);
  });
});

describe('memory at a border', () => {
  it('is used again where it is large enough, empty', () => {
    const memory = emptyBorder(100);
    new Int32Array(memory)[0] = 64;
    expect(emptyBorder(90, memory)).toBe(memory);
    expect(hasCome(memory)).toBe(false);
    expect(emptyBorder(5000, memory)).not.toBe(memory);
    expect(emptyBorder(5000, memory).byteLength).toBeGreaterThanOrEqual(5000);
  });
});
