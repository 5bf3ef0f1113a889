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
import { inspectJpeg2000, type Jpeg2000Component, type Jpeg2000Header } from './jpeg-2000-markers.js';

/** One component of a stream of ISO/IEC 15444-4: its reference, and how far a decoder of compliance class 1 may be off. */
interface Bound {
  readonly component: number;
  /** File of the reference's plane; several streams share some. */
  readonly plane: string;
  readonly peak: number;
  readonly meanSquare: number;
}

const bound = (component: number, plane: string, peak = 0, meanSquare = 0): Bound => ({
  component,
  plane,
  peak,
  meanSquare,
});

const lossless = (planes: readonly string[]): Bound[] =>
  planes.map((plane, component) => bound(component, plane));
const gray06 = (lastPeak: number, lastMeanSquare: number): Bound[] => [
  bound(0, 'c1p0_06_0', 635, 11287),
  bound(1, 'c1p0_06_1', 403, 6124),
  bound(2, 'c1p0_06_2', 378, 3968),
  bound(3, 'c1p0_06_3', lastPeak, lastMeanSquare),
];
const P0_13 = [0, 1, 2, 3].map((component) => `c1p0_13_${component}`);
const P0_10 = [0, 1, 2].map((component) => `c1p0_10_${component}`);
const P0_14 = ['c1p0_14_0', 'c1p0_14_1', 'c1p0_14_0'];
const P1_05 = [
  bound(0, 'c1p1_05_0', 40, 8.458),
  bound(1, 'c1p1_05_1', 40, 9.716),
  bound(2, 'c1p1_05_2', 40, 10.154),
];
const P1_06 = [0, 1, 2].map((component) => bound(component, `c1p1_06_${component}`, 2, 0.6));

/**
 * The tolerances of compliance class 1, as far as the corpus has streams and planes: planes that others equal are there once. p0_16 has
 * that of class 0 only, which is the whole picture as well. Some HT streams are coarse on purpose, and their tolerances wide.
 */
const BOUNDS: Readonly<Record<string, readonly Bound[]>> = {
  p0_02: lossless(['c1p0_02_0']),
  p0_03: lossless(['c1p0_03_0']),
  p0_05: [bound(2, 'c1p0_05_2', 2, 0.269), bound(3, 'c1p0_05_3')],
  p0_06: gray06(0, 0),
  p0_10: lossless(P0_10),
  p0_11: lossless(['c1p0_11_0']),
  p0_13: lossless(P0_13),
  p0_14: lossless(P0_14),
  p0_16: lossless(['c0p0_16']),
  p1_01: lossless(['c1p1_01_0']),
  p1_03: [bound(2, 'c1p1_03_2', 1, 0.2), bound(3, 'c1p0_05_3')],
  p1_05: P1_05,
  p1_06: P1_06,
  ds0_ht_02_b11: [bound(0, 'c1p0_02_0', 1, 0.001)],
  ds0_ht_02_b12: lossless(['c1p0_02_0']),
  ds0_ht_03_b11: [bound(0, 'c1p0_03_0', 17, 0.15)],
  ds0_ht_03_b14: lossless(['c1p0_03_0']),
  ds0_ht_05_b12: [bound(2, 'c1p0_05_2', 2, 0.317), bound(3, 'c1p0_05_3')],
  ds0_ht_06_b11: [bound(0, 'c1p0_06_0', 3135, 86287), ...gray06(200, 2000).slice(1)],
  ds0_ht_06_b15: gray06(12, 10),
  ds0_ht_06_b18: gray06(0, 0),
  ds0_hm_06_b11: gray06(200, 2000),
  ds0_hm_06_b18: gray06(0, 0),
  ds0_hm_15_b8: lossless(['c1p0_03_0']),
  ds0_ht_10_b11: lossless(P0_10),
  ds0_ht_11_b10: lossless(['c1p0_11_0']),
  ds0_ht_13_b11: lossless(P0_13),
  ds0_ht_14_b11: lossless(P0_14),
  ds0_ht_15_b11: [bound(0, 'c1p0_03_0', 17, 0.15)],
  ds0_ht_15_b14: lossless(['c1p0_03_0']),
  ds0_ht_16_b11: lossless(['c0p0_16']),
  ds1_ht_01_b11: [bound(0, 'c1p1_01_0', 1, 0.001)],
  ds1_ht_01_b12: lossless(['c1p1_01_0']),
  ds1_ht_03_b12: [bound(2, 'c1p1_03_2', 1, 0.267), bound(3, 'c1p0_05_3')],
  ds1_ht_05_b11: P1_05,
  ds1_ht_06_b11: P1_06,
};
/** Streams of the corpus that have no plane of compliance class 1 there. */
const WITHOUT_PLANE = ['p1_04', 'ds1_ht_04_b9'];

const corpus =
  process.env.CINELOOP_CORPUS ?? fileURLToPath(new URL('../../../shared/corpus', import.meta.url));
const PART_1 = 'j2k-conformance/uclouvain__openjpeg-data';
const HT = 'htj2k-conformance/osamu620__OpenHTJ2K';
const planes = join(corpus, 'reference/uclouvain__openjpeg-data');
const missing = !existsSync(join(corpus, PART_1));
const title = missing ? ` (skipped: no corpus at ${corpus})` : '';

interface Plane {
  readonly columns: number;
  readonly rows: number;
  readonly samples: readonly number[];
}

/** A PGX file: one line, then samples of 1 or 2 bytes, the most significant one first unless the line says LM. */
function readPlane(name: string): Plane {
  const bytes = readFileSync(join(planes, `${name}.pgx`));
  const end = bytes.indexOf('\n');
  const words = /^PG (ML|LM)\s*([+-]?)\s*(\d+) (\d+) (\d+)/.exec(bytes.toString('latin1', 0, end));
  if (words === null) throw new Error(`${name} has no PGX header`);
  const [, order, sign, bits, columns, rows] = words;
  const wide = Number(bits) > 8;
  const samples = Array.from({ length: Number(columns) * Number(rows) }, (_, index) => {
    const at = end + 1 + (wide ? 2 * index : index);
    const high = order === 'ML' ? bytes[at] : bytes[at + 1];
    const low = order === 'ML' ? bytes[at + 1] : bytes[at];
    const value = wide ? (high << 8) | low : bytes[at];
    const width = wide ? 16 : 8;
    return sign === '-' ? (value << (32 - width)) >> (32 - width) : value;
  });
  return { columns: Number(columns), rows: Number(rows), samples };
}

/** For each sample of a component along one direction, the first place of the decoded picture that shows it (T.800 B.2). */
function placesOf(count: number, first: number, step: number, finest: number, length: number): number[] {
  const places = Array.from({ length: count }, () => -1);
  for (let at = 0; at < length; at++) {
    const index = Math.floor(((Math.ceil(first / finest) + at) * finest) / step) - Math.ceil(first / step);
    const place = Math.min(Math.max(index, 0), count - 1);
    if (places[place] < 0) places[place] = at;
  }
  return places;
}

/** The samples of one component, out of the picture of all of them. */
function componentOf({ codestream, bytes }: Decoded, header: Jpeg2000Header, index: number): number[] {
  const component: Jpeg2000Component = header.components[index];
  const finestX = Math.min(...header.components.map(({ xStep }) => xStep));
  const finestY = Math.min(...header.components.map(({ yStep }) => yStep));
  const across = placesOf(component.columns, header.xOffset, component.xStep, finestX, codestream.columns);
  const down = placesOf(component.rows, header.yOffset, component.yStep, finestY, codestream.rows);
  const { samplesPerPixel, bytesPerSample, signed } = codestream;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return down.flatMap((y) =>
    across.map((x) => {
      const at = ((y * codestream.columns + x) * samplesPerPixel + index) * bytesPerSample;
      if (bytesPerSample === 1) return signed ? view.getInt8(at) : view.getUint8(at);
      return signed ? view.getInt16(at, true) : view.getUint16(at, true);
    }),
  );
}

describe.skipIf(missing)(`ISO/IEC 15444-4, compliance class 1${title}`, () => {
  const decoders: Decoder[] = [];

  beforeAll(async () => {
    for (const module of [await moduleOf('jpeg-2000'), await plainTwin('jpeg-2000')]) {
      decoders.push(jpeg2000Decoder(new Kernel('jpeg-2000', module)));
    }
  });

  for (const [name, bounds] of Object.entries(BOUNDS)) {
    it(`${name}: components ${bounds.map(({ component }) => component).join(', ')}`, async () => {
      const bytes = readFileSync(join(corpus, name.startsWith('p') ? PART_1 : HT, `${name}.j2k`));
      const header = inspectJpeg2000(bytes);
      for (const decoder of decoders) {
        const decoded = await decodeTo(decoder, selfDescribed(bytes, 91));
        for (const { component, plane, peak, meanSquare } of bounds) {
          const reference = readPlane(plane);
          const { columns, rows } = header.components[component];
          expect([columns, rows]).toEqual([reference.columns, reference.rows]);
          const samples = componentOf(decoded, header, component);
          const errors = samples.map((sample, index) => Math.abs(sample - reference.samples[index]));
          const squares = errors.reduce((sum, error) => sum + error * error, 0);
          expect(
            errors.reduce((most, error) => Math.max(most, error), 0),
            `peak error of component ${component}`,
          ).toBeLessThanOrEqual(peak);
          expect(squares / errors.length, `mean square error of component ${component}`).toBeLessThanOrEqual(
            meanSquare,
          );
        }
      }
    });
  }

  it('leaves out no stream of profile 0 or 1 but those without a plane', () => {
    const manifest = readFileSync(join(corpus, 'manifest.tsv'), 'utf8');
    const there = [...manifest.matchAll(/^h?t?j2k-conformance\/.*\/(p[01]_\d\d|ds[01]_.*)\.j2k\t/gm)];
    expect(there.length).toBeGreaterThan(0);
    expect(there.map((match) => match[1]).toSorted()).toEqual(
      [...Object.keys(BOUNDS), ...WITHOUT_PLANE].toSorted(),
    );
  });
});
