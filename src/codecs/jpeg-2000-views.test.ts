import { beforeAll, describe, expect, it } from 'vitest';
import {
  encodeHtJpeg2000,
  encodeJpeg2000,
  reducedHtJpeg2000,
  reducedJpeg2000,
} from '../../fixtures/generate/package-encoders.js';
import { littleEndian, type Picture } from '../../fixtures/generate/picture.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import type { Decoder } from './codec.js';
import { decodeTo, ramp, selfDescribed } from './codec.test-support.js';
import { jpeg2000Decoder } from './jpeg-2000.js';
import { tiledJpeg2000 } from './jpeg-2000.test-support.js';
import type { Region, View } from './view.js';

let shipped: Decoder;
let twin: Decoder;

beforeAll(async () => {
  shipped = jpeg2000Decoder(new Kernel('jpeg-2000', await moduleOf('jpeg-2000')));
  twin = jpeg2000Decoder(new Kernel('jpeg-2000', await plainTwin('jpeg-2000')));
});

function pictureOf(rows: number, columns: number, bits: number, samplesPerPixel: 1 | 3 = 1): Picture {
  const count = rows * columns * samplesPerPixel;
  const samples = ramp(bits <= 8 ? new Uint8Array(count) : new Uint16Array(count), bits);
  const smooth = samples.map((value, i) => (i % 3 === 0 ? value : samples[i - (i % 3)]!));
  return { rows, columns, samplesPerPixel, bitsStored: bits, frames: [smooth] };
}

/** Decodes with the shipped kernel and its plain twin, which must agree. */
async function decoded(bytes: Uint8Array, view: View) {
  const one = await decodeTo(shipped, selfDescribed(bytes, 90), DEFAULT_LIMITS, view);
  const other = await decodeTo(twin, selfDescribed(bytes, 90), DEFAULT_LIMITS, view);
  expect(Buffer.compare(other.bytes, one.bytes)).toBe(0);
  return one;
}

/** Bytes of a picture of `columns` columns. */
interface Pixels {
  readonly bytes: Uint8Array;
  readonly columns: number;
  readonly bytesPerPixel: number;
}

function cropOf({ bytes, columns, bytesPerPixel }: Pixels, region: Region): Uint8Array {
  const length = region.columns * bytesPerPixel;
  const cut = new Uint8Array(region.rows * length);
  for (let row = 0; row < region.rows; row++) {
    const from = ((region.row + row) * columns + region.column) * bytesPerPixel;
    cut.set(bytes.subarray(from, from + length), row * length);
  }
  return cut;
}

function pixelsOf(picture: Picture): Pixels {
  const bytes = littleEndian(picture.frames[0]!);
  return { bytes, columns: picture.columns, bytesPerPixel: bytes.length / (picture.rows * picture.columns) };
}

/** Corners, edges, single pixels, odd and even places, and the whole, of a picture of that size. */
function regionsOf(rows: number, columns: number): Region[] {
  const spans = (size: number) =>
    [
      [0, size],
      [0, 1],
      [size - 1, 1],
      [size >> 1, 1],
      [(size >> 1) + 1, 2],
      [size >> 2, size >> 1],
      [63, 2],
      [64, 65],
      [size - 17, 17],
    ].filter(([from, count]) => from! >= 0 && count! > 0 && from! + count! <= size);
  const across = spans(columns);
  return spans(rows).flatMap(([row, high], i) =>
    [across[i % across.length]!, across[(i + 2) % across.length]!, across[0]!].map(([column, wide]) => ({
      row: row!,
      column: column!,
      rows: high!,
      columns: wide!,
    })),
  );
}

async function expectRegions(bytes: Uint8Array, picture: Picture): Promise<void> {
  for (const region of regionsOf(picture.rows, picture.columns)) {
    const { codestream, bytes: samples } = await decoded(bytes, { reduction: 0, region });
    expect(codestream).toMatchObject({
      rows: picture.rows,
      columns: picture.columns,
      extent: { rows: region.rows, columns: region.columns },
    });
    expect(Buffer.compare(samples, cropOf(pixelsOf(picture), region)), JSON.stringify(region)).toBe(0);
  }
}

describe('a region of JPEG 2000 is cut out of the picture that was encoded', () => {
  it.each([
    [1, 1, 0],
    [1, 40, 0],
    [9, 2, 1],
    [70, 90, 3],
    [200, 137, 5],
  ])('%i x %i samples, %i decompositions', async (rows, columns, decompositions) => {
    for (const picture of [pictureOf(rows, columns, 12), pictureOf(rows, columns, 8, 3)]) {
      const { frames } = await encodeJpeg2000(picture, { decompositions });
      await expectRegions(frames[0]!, picture);
    }
  });

  it.each([0, 1, 2, 3, 4])('progression %i, with layers', async (progression) => {
    const picture = pictureOf(133, 171, 8, 3);
    const { frames } = await encodeJpeg2000(picture, { progression, layers: [20, 5, 0] });
    await expectRegions(frames[0]!, picture);
  });

  it('HT code-blocks', async () => {
    for (const picture of [pictureOf(130, 200, 16), pictureOf(77, 66, 8, 3)]) {
      const { frames } = await encodeHtJpeg2000(picture, { decompositions: 3 });
      await expectRegions(frames[0]!, picture);
    }
  });

  it('is refused where it is not inside the picture', async () => {
    const { frames } = await encodeJpeg2000(pictureOf(20, 30, 8), { decompositions: 2 });
    for (const region of [
      { row: 0, column: 0, rows: 21, columns: 30 },
      { row: 20, column: 0, rows: 1, columns: 1 },
      { row: 0, column: 29, rows: 1, columns: 2 },
      { row: 2 ** 40, column: 0, rows: 1, columns: 1 },
    ]) {
      await expect(
        decodeTo(shipped, selfDescribed(frames[0]!, 90), DEFAULT_LIMITS, { reduction: 0, region }),
      ).rejects.toMatchObject({ tag: 'AttributeMismatch' });
    }
  });
});

/** Samples of an extent at a reduction: the image area begins at the origin (ITU-T T.800 B-14). */
const reducedSize = (size: number, reduction: number) => Math.ceil(size / 2 ** reduction);

/** The whole at that view, and regions of it, as the referee has them. */
async function expectReduced(
  bytes: Uint8Array,
  picture: Picture,
  view: View,
  expected: Uint8Array,
): Promise<void> {
  const rows = reducedSize(picture.rows, view.reduction);
  const columns = reducedSize(picture.columns, view.reduction);
  const { codestream, bytes: samples } = await decoded(bytes, view);
  expect(codestream).toMatchObject({
    rows: picture.rows,
    columns: picture.columns,
    extent: { rows, columns },
  });
  // OpenJPH's wrapper has room for the picture as coded behind the samples.
  const pixels = { bytes: expected.subarray(0, samples.length), columns };
  expect(Buffer.compare(samples, pixels.bytes), JSON.stringify(view)).toBe(0);
  const bytesPerPixel = samples.length / (rows * columns);
  for (const region of regionsOf(rows, columns).slice(-4)) {
    const part = await decoded(bytes, { ...view, region });
    expect(part.codestream.extent).toEqual({ rows: region.rows, columns: region.columns });
    expect(Buffer.compare(part.bytes, cropOf({ ...pixels, bytesPerPixel }, region))).toBe(0);
  }
}

describe('JPEG 2000 reduced is what OpenJPEG makes of it', () => {
  it.each([
    ['reversible, gray', pictureOf(131, 75, 12), {}],
    ['reversible, colour', pictureOf(64, 97, 8, 3), { progression: 1 }],
    ['irreversible, gray', pictureOf(90, 141, 16), { ratio: 9 }],
    ['irreversible, colour', pictureOf(101, 66, 8, 3), { ratio: 12, progression: 4 }],
  ] as const)('%s', async (_, picture, options) => {
    const { frames } = await encodeJpeg2000(picture, { decompositions: 4, ...options });
    for (const reduction of [1, 2, 3, 4]) {
      const expected = await reducedJpeg2000(frames[0]!, reduction, 0);
      await expectReduced(frames[0]!, picture, { reduction }, expected);
    }
  });

  it.each([0, 1, 2, 3, 4])('with fewer layers, progression %i', async (progression) => {
    for (const [picture, layers] of [
      [pictureOf(88, 130, 12), [20, 8, 3, 0]],
      [pictureOf(70, 71, 8, 3), [30, 10, 4]],
    ] as const) {
      const { frames } = await encodeJpeg2000(picture, { decompositions: 3, progression, layers });
      for (const [reduction, count] of [
        [0, 1],
        [0, 2],
        [1, 1],
        [2, 3],
        [0, 9],
      ] as const) {
        const expected = await reducedJpeg2000(frames[0]!, reduction, count);
        await expectReduced(frames[0]!, picture, { reduction, layers: count }, expected);
      }
    }
  });
});

describe('HTJ2K reduced is what OpenJPH makes of it, irreversible what OpenJPEG makes of it, which rounds as we do', () => {
  it.each([
    ['gray', pictureOf(131, 75, 16), {}],
    ['colour, RPCL', pictureOf(64, 97, 8, 3), { progression: 2 }],
    ['irreversible colour, LRCP', pictureOf(90, 141, 8, 3), { step: 0.01, progression: 0 }],
  ] as const)('%s', async (_, picture, options) => {
    const { frames } = await encodeHtJpeg2000(picture, { decompositions: 3, ...options });
    for (const reduction of [1, 2, 3]) {
      const expected =
        'step' in options
          ? await reducedJpeg2000(frames[0]!, reduction, 0)
          : await reducedHtJpeg2000(frames[0]!, reduction);
      await expectReduced(frames[0]!, picture, { reduction }, expected);
    }
  });
});

// HT code-blocks are decoded as far down as rows are asked for; what is below is left as other regions had it.
describe('a region of HTJ2K is cut out of the picture that was encoded, wherever in its code-blocks it ends', () => {
  it.each([
    ['12 bits', pictureOf(150, 70, 12), {}],
    ['16 bits', pictureOf(150, 70, 16), {}],
    ['colour, RPCL', pictureOf(100, 70, 8, 3), { progression: 2 }],
  ] as const)('%s', async (_, picture, options) => {
    const { frames } = await encodeHtJpeg2000(picture, { decompositions: 3, ...options });
    const pixels = pixelsOf(picture);
    for (let end = picture.rows; end > 0; end--) {
      const row = end % 4 === 0 ? 0 : end >> 1;
      const region = { row, rows: end - row, column: 0, columns: picture.columns };
      const { bytes } = await decoded(frames[0]!, { reduction: 0, region });
      expect(Buffer.compare(bytes, cropOf(pixels, region)), JSON.stringify(region)).toBe(0);
    }
  });
});

describe('several tiles', () => {
  it('give regions across their borders, at every reduction what OpenJPEG makes of each tile', async () => {
    const tiles = [0, 1, 2, 3, 4, 5].map((i) => {
      const picture = pictureOf(64, 64, 12);
      const [source] = picture.frames;
      const at = (_: unknown, place: number) => (Number(source![place]) * (i + 3)) & 4095;
      const samples = Uint16Array.from({ length: source!.length }, at);
      return { ...picture, frames: [samples] };
    });
    const streams = await Promise.all(
      tiles.map(async (tile) => (await encodeJpeg2000(tile, { decompositions: 3 })).frames[0]!),
    );
    const { bytes } = tiledJpeg2000(streams, { rows: 64, columns: 64, across: 3 });
    for (const reduction of [0, 1, 2, 3]) {
      const side = 64 >> reduction;
      const whole = new Uint8Array(2 * side * 3 * side * 2);
      for (const [i, stream] of streams.entries()) {
        const tile = await reducedJpeg2000(stream, reduction, 0);
        for (let y = 0; y < side; y++) {
          const row = Math.floor(i / 3) * side + y;
          whole.set(tile.subarray(2 * side * y, 2 * side * (y + 1)), 2 * (row * 3 * side + (i % 3) * side));
        }
      }
      const pixels = { bytes: whole, columns: 3 * side, bytesPerPixel: 2 };
      for (const region of regionsOf(2 * side, 3 * side)) {
        const { bytes: samples } = await decoded(bytes, { reduction, region });
        expect(Buffer.compare(samples, cropOf(pixels, region)), JSON.stringify({ reduction, region })).toBe(
          0,
        );
      }
    }
  });
});

describe('a reduction that JPEG 2000 does not have', () => {
  it.each([3, 33, 2 ** 31, 2 ** 40])(
    'of %i is refused, and the error says how many there are',
    async (reduction) => {
      const { frames } = await encodeJpeg2000(pictureOf(20, 30, 8), { decompositions: 2 });
      await expect(decoded(frames[0]!, { reduction })).rejects.toMatchObject({
        tag: 'UnsupportedFeature',
        message: expect.stringContaining('reduced 2 times at most'),
      });
    },
  );
});
