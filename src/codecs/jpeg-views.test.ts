import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import type { Decoder } from './codec.js';
import { jpegDecoder } from './jpeg.js';
import { encodeJpeg, oneScan, progression, randomImage, samplesByFormula } from './jpeg.test-support.js';
import { decodeFrame } from './jpeg-lossless.test-support.js';
import {
  RARELY_VIEWED_SAMPLING,
  VIEWED_SAMPLING,
  type ViewCase,
  viewCases,
} from './jpeg-views.test-support.js';
import { randomNumbers } from './rle.test-support.js';
import type { Region, View } from './view.js';

const REDUCTIONS = [0, 1, 2, 3] as const;

/** What djpeg makes of the cases, by name and reduction: see fixtures/generate/reduced-jpeg.ts. */
const references = readFileSync(new URL('jpeg-views.reference.tsv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t'));

/** The samples of a region, cut out of the whole picture. */
function cutOut(samples: Uint8Array, pixel: number, columns: number, region: Region): Uint8Array {
  const cut = new Uint8Array(region.rows * region.columns * pixel);
  for (let row = 0; row < region.rows; row++) {
    const from = ((region.row + row) * columns + region.column) * pixel;
    cut.set(samples.subarray(from, from + region.columns * pixel), row * region.columns * pixel);
  }
  return cut;
}

function randomRegion(rows: number, columns: number, random: (below: number) => number): Region {
  const [row, column] = [random(rows), random(columns)];
  return { row, column, rows: 1 + random(rows - row), columns: 1 + random(columns - column) };
}

describe.each([
  ['shipped', moduleOf],
  ['plain twin', plainTwin],
] as const)('JPEG by the DCT, views, %s', (_, load) => {
  let decoder: Decoder;

  beforeAll(async () => {
    const arithmetic = new Kernel('jpeg-dct-arithmetic', await load('jpeg-dct-arithmetic'));
    decoder = jpegDecoder(new Kernel('jpeg-dct', await load('jpeg-dct')), async () => arithmetic);
  });

  async function viewOf(bytes: Uint8Array, view: View, what = '') {
    const { codestream, samples, error } = await decodeFrame(decoder, bytes, DEFAULT_LIMITS, view);
    expect(error, what).toBeUndefined();
    return { codestream: codestream!, samples: samples! };
  }

  it('reduced, is what libjpeg-turbo makes of it, bit for bit', async () => {
    const cases = new Map(viewCases(VIEWED_SAMPLING, 2).map((item) => [item.name, item]));
    expect(references.length).toBe(3 * cases.size);
    for (const [name, reduction, sha256] of references) {
      const { image, bytes } = cases.get(name)!;
      const { codestream, samples } = await viewOf(bytes, { reduction: Number(reduction) }, name);
      expect(codestream, name).toMatchObject({
        rows: image.rows,
        columns: image.columns,
        extent: {
          rows: Math.ceil(image.rows / 2 ** Number(reduction)),
          columns: Math.ceil(image.columns / 2 ** Number(reduction)),
        },
      });
      expect(createHash('sha256').update(samples).digest('hex'), `${name}, ${reduction}`).toBe(sha256);
    }
  });

  it('reduced, is the mean of the inverse DCT of the standard within one', async () => {
    for (const { name, image, bytes } of viewCases([...VIEWED_SAMPLING, ...RARELY_VIEWED_SAMPLING], 1)) {
      for (const reduction of REDUCTIONS) {
        const view = await viewOf(bytes, { reduction }, name);
        const samples = image.precision === 8 ? view.samples : new Uint16Array(view.samples.buffer);
        const expected = samplesByFormula(image, reduction);
        expect(samples.length).toBe(expected.length);
        let worst = 0;
        for (let i = 0; i < expected.length; i++) worst = Math.max(worst, Math.abs(samples[i] - expected[i]));
        expect(worst, `${name}, ${reduction}`).toBeLessThanOrEqual(1.5);
      }
    }
  });

  it('of a region, is that part of the whole, at every reduction', async () => {
    const random = randomNumbers(11);
    for (const { name, bytes } of viewCases([...VIEWED_SAMPLING, ...RARELY_VIEWED_SAMPLING], 2)) {
      for (const reduction of REDUCTIONS) {
        const { codestream, samples } = await viewOf(bytes, { reduction }, name);
        const { rows, columns } = codestream.extent!;
        const pixel = codestream.samplesPerPixel * codestream.bytesPerSample;
        for (let round = 0; round < 4; round++) {
          const region = randomRegion(rows, columns, random);
          const part = await viewOf(bytes, { reduction, region }, name);
          expect(part.codestream.extent).toEqual({ rows: region.rows, columns: region.columns });
          if (Buffer.compare(part.samples, cutOut(samples, pixel, columns, region)) !== 0) {
            throw new Error(`not equal: ${name}, ${reduction}, ${JSON.stringify(region)}`);
          }
        }
      }
    }
  });

  /** 4:2:0 with restart markers at row ends; its minimum coded units are 16 by 16. */
  function example(progressive: boolean, restartInterval = 5): ViewCase {
    const random = randomNumbers(8);
    // biome-ignore format: one component after the other
    const image = randomImage({ rows: 96, columns: 80, precision: 8 }, [[2, 2], [1, 1], [1, 1]], random);
    const scans = progressive ? progression(3, random) : oneScan(3);
    const bytes = encodeJpeg(image, { progressive, scans, restartInterval });
    return { name: 'example', image, bytes };
  }

  it('of a region, does not read what is coded behind it', async () => {
    const { image, bytes } = example(false);
    const { samples } = await viewOf(bytes, { reduction: 0 });
    const region = { row: 3, column: 0, rows: 28, columns: 80 };
    const restarts = [...bytes.keys()].filter((at) => bytes[at] === 0xff && (bytes[at + 1] & 0xf8) === 0xd0);
    const cut = bytes.subarray(0, restarts[2] + 9);
    const { error } = await decodeFrame(decoder, cut);
    expect(error).toMatchObject({ tag: 'TruncatedData' });
    const part = await viewOf(cut, { reduction: 0, region });
    expect(part.samples).toEqual(cutOut(samples, 3, image.columns, region));
    // Further down the data are missing all the same.
    const below = { ...region, row: 36 };
    const missing = await decodeFrame(decoder, cut, DEFAULT_LIMITS, { reduction: 0, region: below });
    expect(missing.error).toMatchObject({ tag: 'TruncatedData' });
    const { goodRows } = missing.error as { goodRows: number };
    // Three rows of 16 lines, of which the last waits for the one behind it.
    expect(goodRows).toBe(47 - 36);
    const good = { ...below, rows: goodRows };
    const line = image.columns * 3;
    expect(missing.samples!.subarray(0, goodRows * line)).toEqual(cutOut(samples, 3, image.columns, good));
  });

  it('of a region, begins to read at the last restart marker in front of it', async () => {
    for (const progressive of [false, true]) {
      const { image, bytes } = example(progressive);
      const { samples } = await viewOf(bytes, { reduction: 0 });
      const damaged = bytes.slice();
      // All ones are no code: the first interval of each scan is spoilt.
      for (let at = 0; at < bytes.length; at++) {
        if (bytes[at] !== 0xff || bytes[at + 1] !== 0xda) continue;
        const from = at + 2 + bytes[at + 3];
        const end = bytes.findIndex(
          (byte, index) => index > from && byte === 0xff && bytes[index + 1] === 0xd0,
        );
        for (let spoilt = from; spoilt + 1 < end; spoilt += 2) damaged.set([0xff, 0x00], spoilt);
      }
      expect((await decodeFrame(decoder, damaged)).error).toBeDefined();
      const region = { row: 20, column: 7, rows: 70, columns: 40 };
      const part = await viewOf(damaged, { reduction: 0, region });
      expect(part.samples).toEqual(cutOut(samples, 3, image.columns, region));
    }
  });

  it('reduced to single samples, does not read progressive scans of what it does not need', async () => {
    const random = randomNumbers(3);
    const image = randomImage({ rows: 96, columns: 80, precision: 12 }, [[1, 1]], random);
    const bytes = encodeJpeg(image, { progressive: true, scans: progression(1, random) });
    const whole = await viewOf(bytes, { reduction: 3 });
    const scans = [...bytes.keys()].filter((at) => bytes[at] === 0xff && bytes[at + 1] === 0xda);
    // Spectral selection: the first scan of AC coefficients stands behind all scans of DC ones.
    const firstAc = scans.find((at) => bytes[at + 7] > 0)!;
    const cut = bytes.subarray(0, firstAc + 12);
    expect((await viewOf(cut, { reduction: 3 })).samples).toEqual(whole.samples);
    expect((await decodeFrame(decoder, cut, DEFAULT_LIMITS, { reduction: 2 })).error).toMatchObject({
      tag: 'TruncatedData',
    });
  });

  it('refuses a reduction by more than 8 and a region that is not inside the picture', async () => {
    const { bytes } = example(false);
    const random = randomNumbers(9);
    const image = randomImage({ rows: 96, columns: 80, precision: 8 }, [[1, 1]], random);
    const without = encodeJpeg(image, { progressive: false, scans: oneScan(1), linesBehindFirstScan: true });
    const ask = async (stream: Uint8Array, view: View) =>
      (await decodeFrame(decoder, stream, DEFAULT_LIMITS, view)).error;
    expect(await ask(bytes, { reduction: 4 })).toMatchObject({ tag: 'UnsupportedFeature' });
    for (const stream of [bytes, without]) {
      for (const [reduction, region] of [
        [0, { row: 0, column: 41, rows: 10, columns: 40 }],
        [0, { row: 96, column: 0, rows: 1, columns: 1 }],
        [3, { row: 0, column: 0, rows: 13, columns: 10 }],
        [3, { row: 0, column: 0, rows: 12, columns: 11 }],
      ] as const) {
        expect(await ask(stream, { reduction, region })).toMatchObject({ tag: 'AttributeMismatch' });
      }
      const last = { row: 11, column: 9, rows: 1, columns: 1 };
      expect(await ask(stream, { reduction: 3, region: last })).toBeUndefined();
    }
  });
});
