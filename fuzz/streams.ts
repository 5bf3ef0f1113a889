// Whole streams of every kind, for each kernel, which are then damaged. They are small: so many more fit into an hour.
import { encodeJpegLossless, type JpegLosslessImage } from '../fixtures/generate/jpeg-lossless-encoder.js';
import { encodeJpegLs, type JpegLsImage } from '../fixtures/generate/jpeg-ls-encoder.js';
import { encodeMultiComponent, forwardWavelet } from '../fixtures/generate/multi-component-encoder.js';
import { encodeHtJpeg2000, encodeJpeg2000 } from '../fixtures/generate/package-encoders.js';
import type { Picture } from '../fixtures/generate/picture.js';
import { ramp } from '../src/codecs/codec.test-support.js';
import { encodeJpeg, oneScan, progression, randomImage } from '../src/codecs/jpeg.test-support.js';
import { imageOf } from '../src/codecs/jpeg-lossless.test-support.js';
import { CONTENTS, samplesOf } from '../src/codecs/jpeg-ls.test-support.js';
import type { Random } from './damage.js';

/** JPEG by the DCT: one scan, several, progressive; 8 and 12 bits; with Huffman or arithmetic coding. */
export function jpegStreams(random: Random, isArithmetic: boolean): Uint8Array[] {
  // biome-ignore format: one kind to a line
  const sampling = [
    [[1, 1]],
    [[1, 1], [1, 1], [1, 1]],
    [[2, 2], [1, 1], [1, 1]],
    [[2, 1], [1, 2], [1, 1]],
    [[1, 2], [1, 1], [1, 1], [1, 2]],
    [[3, 1], [1, 1]],
  ] as const;
  const conditioning = [{ bounds: [1, 3], kx: 9 }] as const;
  return sampling.flatMap((factors) =>
    ([8, 12] as const).flatMap((precision) =>
      ['one scan', 'several', 'progressive'].flatMap((kind) =>
        [0, 3].map((restartInterval) => {
          const image = randomImage({ rows: 27, columns: 35, precision }, factors, random);
          const apart = factors.map((_, component) => ({ ...oneScan(1)[0]!, components: [component] }));
          const scans = { 'one scan': oneScan(factors.length), several: apart }[kind];
          return encodeJpeg(image, {
            progressive: scans === undefined,
            scans: scans ?? progression(factors.length, random),
            restartInterval,
            linesBehindFirstScan: random(4) === 0,
            shortCodes: random(9),
            ...(isArithmetic && { arithmetic: random(2) === 0 ? {} : { conditioning } }),
          });
        }),
      ),
    ),
  );
}

/** Single frames of hierarchical JPEG, differential ones and others, by the DCT and lossless. */
export function jpegHierarchicalStreams(random: Random, isArithmetic: boolean): Uint8Array[] {
  // biome-ignore format: one kind to a line
  const sampling = [
    [[1, 1]],
    [[2, 2], [1, 1], [1, 1]],
    [[1, 2], [1, 1], [1, 1], [1, 2]],
  ] as const;
  return sampling.flatMap((factors) =>
    ([8, 12] as const).flatMap((precision) =>
      [true, false].flatMap((differential) =>
        [0, 3].flatMap((restartInterval) => {
          const image = randomImage({ rows: 27, columns: 35, precision }, factors, random);
          const coding = { differential, restartInterval, ...(isArithmetic && { arithmetic: {} }) };
          const scans = progression(factors.length, random);
          const lossless = {
            ...imageOf(
              { rows: 14, columns: 23, components: factors.length, precision, sampling: factors },
              random,
            ),
            ...{ differential, restartInterval: restartInterval === 0 ? 0 : 24, predictor: 1 + random(7) },
            ...(isArithmetic && { arithmetic: [0, 1] as const }),
          };
          return [
            encodeJpeg(image, { ...coding, progressive: false, scans: oneScan(factors.length) }),
            encodeJpeg(image, { ...coding, progressive: true, scans }),
            encodeJpegLossless(lossless),
            encodeJpegLossless({ ...lossless, interleaved: false, restartInterval: 0 }),
          ];
        }),
      ),
    ),
  );
}

/** Lossless JPEG, each with its image. */
export function jpegLosslessStreams(
  random: Random,
  isArithmetic: boolean,
): { readonly image: JpegLosslessImage; readonly bytes: Uint8Array }[] {
  const kinds: Partial<JpegLosslessImage>[] = [
    {},
    { restartInterval: 23 },
    { restartInterval: 10 },
    { interleaved: false },
    { interleaved: false, restartInterval: 46 },
    { linesBehindFirstScan: true, restartInterval: 23 },
    { tables: 'shared', fillBytes: 1, adobeTransform: 0 },
    { scans: [[2], [0, 1]] },
    // biome-ignore format: one component after the other
    { sampling: [[2, 2], [1, 1], [1, 1]] },
    // biome-ignore format: one component after the other
    { sampling: [[2, 1], [1, 2], [1, 1]], restartInterval: 12 },
  ];
  // Arithmetic coding knows what stands above: the encoder takes intervals of whole rows alone.
  const usable = kinds.filter(({ restartInterval = 0 }) => !isArithmetic || restartInterval % 23 === 0);
  return [1, 3].flatMap((components) =>
    usable
      .filter((kind) => components === 3 || (kind.sampling ?? kind.scans) === undefined)
      .flatMap((kind) =>
        [2, 8, 11, 16].map((precision) => {
          const geometry = { rows: 14, columns: 23, components, precision, sampling: kind.sampling };
          const image: JpegLosslessImage = {
            ...{ ...imageOf(geometry, random), ...kind, predictor: 1 + random(7) },
            ...(isArithmetic && { arithmetic: random(2) === 0 ? ([0, 1] as const) : ([2, 4] as const) }),
          };
          return { image, bytes: encodeJpegLossless(image) };
        }),
      ),
  );
}

/** JPEG-LS. */
export function jpegLsStreams(random: Random): Uint8Array[] {
  const kinds: Partial<JpegLsImage>[] = [
    {},
    { precision: 16 },
    { precision: 12, near: 3 },
    { precision: 2 },
    { precision: 13, presets: { maxval: 5000, reset: 900, t1: 5, t2: 50, t3: 500 } },
    { components: 3 },
    { components: 3, interleaveMode: 1 },
    { components: 3, interleaveMode: 2 },
    { components: 4, interleaveMode: 2, precision: 10, near: 1 },
    { components: 3, interleaveMode: 2, scans: [[2], [0, 1]] },
    { restartInterval: 3 },
    { components: 3, interleaveMode: 1, restartInterval: 2, linesBehindFirstScan: 2 },
    { oversizeBytes: 3 },
    // biome-ignore format: one component after the other
    { components: 3, interleaveMode: 1, sampling: [[2, 2], [1, 2], [2, 1]] },
    { components: 3, interleaveMode: 1, colourTransform: 2 },
    {
      precision: 4,
      mappingTables: [{ entryBytes: 2, entries: Array.from({ length: 16 }, (_, i) => i * 99) }],
    },
  ];
  return kinds.flatMap((kind) =>
    CONTENTS.map((content) => {
      const geometry = {
        rows: 5 + random(20),
        columns: 3 + random(40),
        components: 1,
        precision: 8,
        ...kind,
      };
      const maxval = kind.presets?.maxval ?? 2 ** geometry.precision - 1;
      return encodeJpegLs({ ...geometry, samples: samplesOf(geometry, maxval, content, random) }).bytes;
    }),
  );
}

/** JPEG 2000, Part 1, high throughput, and component transformations of Part 2. */
export async function jpeg2000Streams(): Promise<Uint8Array[]> {
  const picture = (bits: number, samplesPerPixel: 1 | 3): Picture => {
    const count = 70 * 90 * samplesPerPixel;
    const samples = ramp(bits > 8 ? new Uint16Array(count) : new Uint8Array(count), bits);
    return { rows: 70, columns: 90, samplesPerPixel, bitsStored: bits, frames: [samples] };
  };
  const encoded = [
    await encodeJpeg2000(picture(8, 3), { decompositions: 3 }),
    await encodeJpeg2000(picture(12, 1), { decompositions: 4, progression: 2, layers: [20, 5, 0] }),
    await encodeJpeg2000(picture(16, 1), { decompositions: 2, progression: 4 }),
    await encodeJpeg2000(picture(8, 3), { decompositions: 5, ratio: 10 }),
    await encodeHtJpeg2000(picture(8, 3), { decompositions: 3 }),
    await encodeHtJpeg2000(picture(16, 1), { decompositions: 2, progression: 3 }),
  ];
  return [...encoded.flatMap(({ frames }) => frames), ...(await multiComponentStreams())];
}

/** T.801 Annex J: a wavelet and a prediction in two stages; an array that makes three components of two. */
async function multiComponentStreams(): Promise<Uint8Array[]> {
  const [rows, columns] = [20, 30];
  const plane = (c: number) => Array.from({ length: rows * columns }, (_, i) => ((i * (c + 3)) % 97) - 40);
  const signed = (samples: number[]) => ({ samples, bits: 12, signed: true });
  const all = [0, 1, 2, 3];
  const outputs = (count: number) => Array.from({ length: count }, () => ({ bits: 9, signed: false }));
  return [
    await encodeMultiComponent({
      rows,
      columns,
      components: forwardWavelet(all.map(plane), 2, 1, '5-3').map(signed),
      outputs: outputs(4),
      arrays: [
        { kind: 0, index: 1, elements: [1, -1, 0.5, 0, 0, 1] },
        { kind: 2, index: 1, elements: [100, 0, 3, 7] },
      ],
      stages: [
        [
          {
            kind: 'wavelet',
            filter: '5-3',
            levels: 2,
            origin: 1,
            inputs: all,
            outputs: [3, 1, 0, 2],
            offset: 1,
          },
        ],
        [{ kind: 'dependency', array: 1, inputs: all, outputs: all, offset: 1 }],
      ],
    }),
    await encodeMultiComponent({
      rows,
      columns,
      components: [plane(0), plane(1)].map(signed),
      outputs: outputs(3),
      arrays: [{ kind: 1, index: 2, elements: [1, 0.5, -1, 2, 0, 1] }],
      stages: [[{ kind: 'decorrelation', array: 2, inputs: [1, 0], outputs: [2, 0, 1], offset: 0 }]],
    }),
  ];
}
