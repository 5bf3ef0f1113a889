/**
 * The HTJ2K streams of ISO/IEC 15444-4 against its reference images. Most of them are coarse on purpose: cleanup
 * passes far above the lowest bit-plane, which is why their tolerances are wide.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import type { Decoder } from './codec.js';
import { type Decoded, decodeTo, selfDescribed } from './codec.test-support.js';
import { jpeg2000Decoder } from './jpeg-2000.js';
import { inspectJpeg2000, type Jpeg2000Header } from './jpeg-2000-markers.js';

const corpus =
  process.env.CINELOOP_CORPUS ?? fileURLToPath(new URL('../../../shared/corpus', import.meta.url));
const streams = join(corpus, 'htj2k-conformance/osamu620__OpenHTJ2K');
const references = join(corpus, 'reference/uclouvain__openjpeg-data');
const present = existsSync(streams) && existsSync(references);

/** A component's reference image and what may lie between: the largest error, the mean squared error. */
type Bound = readonly [image: string, peak: number, meanSquare: number];

/**
 * By stream. The tolerances are those of the conformance tests for HTJ2K as OpenHTJ2K's tests state them. Images are
 * named after the profile's stream; where two streams have the same image the corpus keeps one. Of `05` and `03` of
 * profile 1 there are full images of the last two components only; `04_b9` has none and is held by its hash, which
 * three decoders agree on, in jpeg-2000.corpus.test.ts.
 */
const STREAMS: Readonly<Record<string, readonly (Bound | undefined)[]>> = {
  ds0_ht_02_b11: [['c1p0_02_0', 1, 0.001]],
  ds0_ht_02_b12: [['c1p0_02_0', 1, 0.001]],
  ds0_ht_03_b11: [['c1p0_03_0', 17, 0.15]],
  ds0_ht_03_b14: [['c1p0_03_0', 0, 0]],
  ds0_ht_05_b12: [undefined, undefined, ['c1p0_05_2', 2, 0.269], ['c1p0_05_3', 0, 0]],
  ds0_ht_06_b11: profile06([3135, 86287], [200, 2000]),
  ds0_ht_06_b15: profile06([635, 11287], [12, 10]),
  ds0_ht_06_b18: profile06([635, 11287], [0, 0]),
  ds0_hm_06_b11: profile06([635, 11287], [200, 2000]),
  ds0_hm_06_b18: profile06([635, 11287], [0, 0]),
  ds0_ht_10_b11: [0, 1, 2].map((c) => [`c1p0_10_${c}`, 0, 0]),
  ds0_ht_11_b10: [['c1p0_11_0', 0, 0]],
  ds0_ht_13_b11: [0, 1, 2, 3].map((c) => [`c1p0_13_${c}`, 0, 0]),
  ds0_ht_14_b11: [0, 1, 0].map((c) => [`c1p0_14_${c}`, 0, 0]),
  ds0_ht_15_b11: [['c1p0_03_0', 17, 0.15]],
  ds0_ht_15_b14: [['c1p0_03_0', 0, 0]],
  ds0_hm_15_b8: [['c1p0_03_0', 0, 0]],
  ds0_ht_16_b11: [['c0p0_16', 0, 0]],
  ds1_ht_01_b11: [['c1p1_01_0', 1, 0.001]],
  ds1_ht_01_b12: [['c1p1_01_0', 0, 0]],
  ds1_ht_03_b12: [undefined, undefined, ['c1p1_03_2', 1, 0.2], ['c1p0_05_3', 0, 0]],
  ds1_ht_05_b11: [
    ['c1p1_05_0', 40, 8.458],
    ['c1p1_05_1', 40, 9.716],
    ['c1p1_05_2', 40, 10.154],
  ],
  ds1_ht_06_b11: [0, 1, 2].map((c) => [`c1p1_06_${c}`, 2, 0.6]),
};

function profile06(first: readonly [number, number], last: readonly [number, number]): readonly Bound[] {
  return [
    ['c1p0_06_0', ...first],
    ['c1p0_06_1', 403, 6124],
    ['c1p0_06_2', 378, 3968],
    ['c1p0_06_3', ...last],
  ];
}

interface Plane {
  readonly columns: number;
  readonly rows: number;
  readonly samples: readonly number[];
}

/** A PGX image: one line of header, then samples of one or two bytes. */
function readPgx(name: string): Plane {
  const bytes = readFileSync(join(references, `${name}.pgx`));
  const end = bytes.indexOf(10);
  const [, order, sign, depth, columns, rows] =
    /^PG (ML|LM) ?([+-]?) ?(\d+) (\d+) (\d+)/.exec(bytes.toString('latin1', 0, end)) ?? [];
  const width = Number(depth) <= 8 ? 1 : 2;
  const read =
    `read${sign === '-' ? '' : 'U'}Int${width === 1 ? '8' : order === 'ML' ? '16BE' : '16LE'}` as const;
  const count = Number(columns) * Number(rows);
  const samples = Array.from({ length: count }, (_, i) => bytes[read](end + 1 + i * width));
  return { columns: Number(columns), rows: Number(rows), samples };
}

/** Component `index` as it was before it was brought to the size of the image: its every so many columns and rows. */
function planeOf({ codestream, bytes }: Decoded, header: Jpeg2000Header, index: number): Plane {
  const { columns, rows, xStep, yStep } = header.components[index];
  const across = xStep / Math.min(...header.components.map((component) => component.xStep));
  const down = yStep / Math.min(...header.components.map((component) => component.yStep));
  const [Narrow, Wide] = codestream.signed ? [Int8Array, Int16Array] : [Uint8Array, Uint16Array];
  const all = new (codestream.bytesPerSample === 1 ? Narrow : Wide)(bytes.buffer);
  const samples: number[] = [];
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const pixel = y * down * codestream.columns + x * across;
      samples.push(all[pixel * codestream.samplesPerPixel + index]);
    }
  }
  return { columns, rows, samples };
}

const title = present ? '' : ` (skipped: no corpus at ${corpus})`;

describe.skipIf(!present)(`HTJ2K conformance streams${title}`, () => {
  const decoders: Decoder[] = [];
  beforeAll(async () => {
    for (const module of [await moduleOf('jpeg-2000'), await plainTwin('jpeg-2000')]) {
      decoders.push(jpeg2000Decoder(new Kernel('jpeg-2000', module)));
    }
  });

  it.each(Object.keys(STREAMS))('%s is within its tolerance', async (name) => {
    const bytes = readFileSync(join(streams, `${name}.j2k`));
    const header = inspectJpeg2000(bytes);
    for (const decoder of decoders) {
      const decoded = await decodeTo(decoder, selfDescribed(bytes, 203));
      for (const [index, bound] of STREAMS[name].entries()) {
        if (bound === undefined) continue;
        const [image, peak, meanSquare] = bound;
        const expected = readPgx(image);
        const plane = planeOf(decoded, header, index);
        expect([plane.columns, plane.rows]).toEqual([expected.columns, expected.rows]);
        const errors = plane.samples.map((sample, i) => Math.abs(sample - expected.samples[i]));
        expect(errors.reduce((most, error) => Math.max(most, error), 0)).toBeLessThanOrEqual(peak);
        const squares = errors.reduce((sum, error) => sum + error * error, 0);
        expect(squares / errors.length).toBeLessThanOrEqual(meanSquare);
      }
    }
  });
});
