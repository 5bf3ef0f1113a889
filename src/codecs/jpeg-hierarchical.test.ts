import { beforeAll, describe, expect, it } from 'vitest';
import { encodeJpegLossless, type JpegLosslessImage } from '../../fixtures/generate/jpeg-lossless-encoder.js';
import { Aborted, CineloopError } from '../errors.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import type { Decoder } from './codec.js';
import { decodeTo, selfDescribed } from './codec.test-support.js';
import {
  type CodedComponent,
  type CodedImage,
  type Coding,
  differencesByFormula,
  encodeJpeg,
  oneScan,
  planeByFormula,
  progression,
  randomImage,
} from './jpeg.test-support.js';
import { jpegHierarchical, jpegHierarchicalDecoder } from './jpeg-hierarchical.js';
import {
  encodeLosslessHierarchy,
  expand,
  type HierarchyPart,
  hierarchyOf,
  losslessDifferences,
  type Plane,
} from './jpeg-hierarchical.test-support.js';
import { imageOf } from './jpeg-lossless.test-support.js';
import { libjpegTurbo } from './libjpeg-turbo.js';
import { storedBytes } from './outcome.test-support.js';
import { createRegistry } from './registry.js';
import { randomNumbers } from './rle.test-support.js';
import { WHOLE } from './view.js';

/** Expansions of both directions, of one, of none. */
const BOTH = 0x11;
const COLUMNS = 0x10;
const LINES = 0x01;
const NONE = 0x00;

async function decoderOf(compile: (name: string) => Promise<WebAssembly.Module>): Promise<Decoder> {
  const kernelOf = async (name: string) => new Kernel(name, await compile(name));
  const [huffman, arithmetic] = await Promise.all([
    kernelOf('jpeg-hierarchical'),
    kernelOf('jpeg-hierarchical-arithmetic'),
  ]);
  return jpegHierarchicalDecoder(
    async () => huffman,
    async () => arithmetic,
  );
}

describe.each([
  ['the shipped kernels', moduleOf],
  ['their plain twins', plainTwin],
])('%s', (_, compile) => {
  let decoder: Decoder;
  beforeAll(async () => {
    decoder = await decoderOf(compile);
  });

  const samplesOf = async (bytes: Uint8Array) => {
    const { codestream, bytes: stored } = await decodeTo(decoder, selfDescribed(bytes, 65));
    const samples = codestream.bytesPerSample === 1 ? stored : new Uint16Array(stored.buffer);
    return { codestream, samples };
  };

  describe('lossless (processes 28 and 29): the source image', () => {
    // biome-ignore format: one kind to a line
    const kinds: readonly [string, Partial<JpegLosslessImage>, readonly number[]][] = [
      ['one expansion', {}, [BOTH]],
      ['three expansions', {}, [BOTH, BOTH, BOTH]],
      ['columns, then lines, then nothing', {}, [NONE, LINES, COLUMNS]],
      ['no differential frame', {}, []],
      ['restart intervals', { restartInterval: 44 }, [LINES]],
      ['a scan for each component', { interleaved: false, predictor: 4 }, [BOTH, BOTH]],
      ['one table', { tables: 'shared', predictor: 7 }, [BOTH]],
    ];

    it.each(kinds)('%s', async (_name, kind, expansions) => {
      const random = randomNumbers(expansions.length + 3);
      for (const precision of [2, 8, 12, 16]) {
        for (const components of [1, 3]) {
          for (const arithmetic of [undefined, precision === 8 ? ([0, 1] as const) : ([2, 4] as const)]) {
            const image = imageOf({ rows: 27, columns: 44, components, precision }, random);
            const bytes = encodeLosslessHierarchy(
              { ...image, ...kind, ...(arithmetic && { arithmetic }) },
              expansions,
            );
            const { samples } = await samplesOf(bytes);
            expect(Buffer.from(storedBytes(samples, precision))).toEqual(
              Buffer.from(storedBytes(image.samples, precision)),
            );
          }
        }
      }
    });

    it.each([
      [1, 1],
      [1, 2],
      [2, 1],
      [3, 5],
      [65, 17],
    ])('%i rows of %i columns', async (rows, columns) => {
      const image = imageOf({ rows, columns, components: 1, precision: 16 }, randomNumbers(rows));
      for (const expansions of [[BOTH, BOTH], [LINES], [COLUMNS]]) {
        const { samples } = await samplesOf(encodeLosslessHierarchy(image, expansions));
        expect([...samples]).toEqual([...image.samples]);
      }
    });

    // biome-ignore format: one component after the other
    const subsampled = [
      [[2, 2], [1, 1], [1, 1]],
      [[2, 1], [1, 1], [2, 1]],
      [[2, 2], [1, 2], [2, 1]],
    ] as const;
    it.each(subsampled)('components with fewer samples, repeated: %j %j %j', async (...sampling) => {
      const image = imageOf(
        { rows: 21, columns: 35, components: 3, precision: 12, sampling },
        randomNumbers(8),
      );
      for (const interleaved of [true, false]) {
        const { samples } = await samplesOf(
          encodeLosslessHierarchy({ ...image, interleaved }, [BOTH, LINES]),
        );
        expect([...samples]).toEqual([...image.samples]);
      }
    });

    it('a hierarchy for each component, one behind the other', async () => {
      // biome-ignore format: one component after the other
      for (const sampling of [undefined, [[2, 1], [1, 1], [1, 1]]] as const) {
        const geometry = { rows: 13, columns: 9, components: 3, precision: 8, sampling };
        const image = imageOf(geometry, randomNumbers(5));
        const { samples } = await samplesOf(encodeLosslessHierarchy(image, [BOTH, BOTH], false));
        expect([...samples]).toEqual([...image.samples]);
      }
    });
  });

  describe('by the DCT (processes 16 to 27): the formulas of A.3.3, within one for each frame', () => {
    const codings: readonly (readonly [string, (components: number) => Partial<Coding>])[] = [
      ['sequential', () => ({})],
      ['sequential, arithmetic', () => ({ arithmetic: {} })],
      ['sequential, restart intervals', () => ({ restartInterval: 2 })],
      [
        'progressive',
        (components) => ({ progressive: true, scans: progression(components, randomNumbers(4)) }),
      ],
      [
        'progressive, arithmetic',
        (components) => ({
          progressive: true,
          scans: progression(components, randomNumbers(6)),
          arithmetic: {},
        }),
      ],
    ];
    it.each(codings)('%s', async (_name, coding) => {
      const random = randomNumbers(21);
      for (const precision of [8, 12] as const) {
        for (const components of [1, 3]) {
          const sampling = Array.from({ length: components }, () => [1, 1] as const);
          const codingOf = (differential: boolean): Coding => ({
            ...{ progressive: false, scans: oneScan(components), ...coding(components) },
            differential,
          });
          const [base, middle, last] = [
            randomImage({ rows: 10, columns: 17, precision }, sampling, random),
            smallDifferences({ rows: 20, columns: 33, precision }, sampling, random),
            smallDifferences({ rows: 20, columns: 65, precision }, sampling, random),
          ];
          const bytes = hierarchyOf({ ...last, sampling }, [
            { stream: encodeJpeg(base, codingOf(false)) },
            { expansion: BOTH, stream: encodeJpeg(middle, codingOf(true)) },
            { expansion: COLUMNS, stream: encodeJpeg(last, codingOf(true)) },
          ]);
          const { samples, codestream } = await samplesOf(bytes);
          expect(codestream).toMatchObject({ rows: 20, columns: 65, bitsPerSample: precision });
          const most = 2 ** precision - 1;
          for (let index = 0; index < components; index++) {
            let expected = cropped(planeByFormula(base.components[index], precision, 1), base, index);
            for (const [image, expansion] of [
              [middle, BOTH],
              [last, COLUMNS],
            ] as const) {
              const differences = cropped(differencesByFormula(image.components[index]), image, index);
              const { samples: reference } = expand(expected, expansion, image);
              expected = {
                ...differences,
                samples: differences.samples.map((sample, at) => sample + reference[at]),
              };
            }
            const errors = expected.samples.map((sample, at) =>
              Math.abs(Math.max(0, Math.min(most, sample)) - samples[at * components + index]),
            );
            expect(Math.max(...errors)).toBeLessThanOrEqual(2);
            expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.1);
          }
        }
      }
    });

    it('differences as large as they can be', async () => {
      // All white where the reference is black, and the reverse: DC coefficients of 8 times the whole range.
      for (const precision of [8, 12] as const) {
        const most = 2 ** precision - 1;
        const black = flatImage(precision, [-(2 ** (precision - 1)), 2 ** (precision - 1) - 1]);
        const stream = encodeJpeg(flatImage(precision, [most, -most]), { ...SEQUENTIAL, differential: true });
        const bytes = hierarchyOf({ ...black, sampling: ONE }, [
          { stream: encodeJpeg(black, SEQUENTIAL) },
          { stream },
        ]);
        const { samples } = await samplesOf(bytes);
        const row = [...new Array(8).fill(most), ...new Array(8).fill(0)];
        expect([...samples]).toEqual(Array.from({ length: 8 }, () => row).flat());
      }
    });

    it('a lossless differential frame behind DCT frames: the source image, where the inverse DCT is exact', async () => {
      for (const precision of [8, 12] as const) {
        for (const arithmetic of [undefined, [0, 1]] as const) {
          const levels = [-40, 7, 100, 3].map((level) => level * (precision === 8 ? 1 : 12));
          const base = flatImage(precision, levels);
          const image = imageOf({ rows: 15, columns: 63, components: 1, precision }, randomNumbers(9));
          const shift = 2 ** (precision - 1);
          const reference: Plane = {
            ...{ columns: 32, rows: 8 },
            samples: Array.from({ length: 256 }, (_unused, at) => shift + levels[(at % 32) >> 3]),
          };
          const plane: Plane = { ...image, samples: [...image.samples] };
          const coding = { precision, ...(arithmetic && { arithmetic }) };
          const bytes = hierarchyOf({ ...image, sampling: ONE }, [
            { stream: encodeJpeg(base, { ...SEQUENTIAL, ...(arithmetic && { arithmetic: {} }) }) },
            {
              expansion: BOTH,
              stream: losslessDifferences([plane], [expand(reference, BOTH, plane)], coding),
            },
          ]);
          expect([...(await samplesOf(bytes)).samples]).toEqual([...image.samples]);
        }
      }
    });

    // biome-ignore format: one component after the other
    const samplings = [
      [[2, 2], [1, 1], [1, 1]],
      [[2, 1], [1, 1], [1, 1]],
      [[1, 2], [1, 1], [1, 1]],
      [[4, 1], [1, 1], [1, 1]],
    ] as const;
    it.each(samplings)('upsamples as libjpeg-turbo does: %j %j %j', async (...sampling) => {
      // A hierarchy of one frame is that frame.
      const image = randomImage({ rows: 37, columns: 51, precision: 8 }, sampling, randomNumbers(12));
      const stream = encodeJpeg(image, { progressive: false, scans: oneScan(3) });
      const { samples } = await samplesOf(hierarchyOf({ ...image, sampling }, [{ stream }]));
      const referee = await decodeTo(await libjpegTurbo.load(), selfDescribed(stream, 50));
      expect(Buffer.from(storedBytes(samples, 8))).toEqual(Buffer.from(referee.bytes));
    });
  });
});

const ONE = [[1, 1]] as const;
const SEQUENTIAL: Coding = { progressive: false, scans: oneScan(1) };

/** Blocks in one row, each of one value, which the inverse DCT gives exactly. */
function flatImage(precision: 8 | 12, levels: readonly number[]): CodedImage {
  const coefficients = new Int16Array(64 * levels.length);
  levels.forEach((level, block) => {
    coefficients[64 * block] = level;
  });
  const steps = new Array<number>(64).fill(8);
  const component = { h: 1, v: 1, steps, blockColumns: levels.length, blockRows: 1, coefficients };
  return { rows: 8, columns: 8 * levels.length, precision, components: [component] };
}

/** Coefficients of differences: those of a random image, a quarter as large. */
function smallDifferences(...parameters: Parameters<typeof randomImage>): CodedImage {
  const image = randomImage(...parameters);
  const components = image.components.map((component) => ({
    ...component,
    coefficients: component.coefficients.map((coefficient) => Math.trunc(coefficient / 4)),
  }));
  return { ...image, components };
}

/** A component without what completes its blocks; the image is not subsampled. */
function cropped(samples: Float64Array, image: CodedImage, index: number): Plane {
  const { rows, columns } = image;
  const line = 8 * (image.components[index] as CodedComponent).blockColumns;
  const kept = Array.from(
    { length: rows * columns },
    (_, at) => samples[Math.floor(at / columns) * line + (at % columns)],
  );
  return { rows, columns, samples: kept };
}

describe('what the stream says of itself', () => {
  const image = imageOf({ rows: 6, columns: 7, components: 3, precision: 8 }, randomNumbers(1));
  const completed = {
    ...image,
    sampling:
      image.samples &&
      ([
        [1, 1],
        [1, 1],
        [1, 1],
      ] as const),
  };

  it('size, precision and colour', async () => {
    const decoder = await jpegHierarchical.load();
    const lossless = encodeLosslessHierarchy(image, [BOTH]);
    expect((await decodeTo(decoder, selfDescribed(lossless, 65))).codestream).toEqual({
      ...{ rows: 6, columns: 7, samplesPerPixel: 3, bitsPerSample: 8, bytesPerSample: 1 },
      ...{ signed: undefined, photometricInterpretation: undefined },
    });
    const adobe = hierarchyOf(completed, [{ stream: encodeJpegLossless({ ...image, adobeTransform: 0 }) }]);
    expect((await decodeTo(decoder, selfDescribed(adobe, 65))).codestream.photometricInterpretation).toBe(
      'RGB',
    );
    const named = { ...image, identifiers: [...'RGB'].map((name) => name.charCodeAt(0)) };
    const byName = hierarchyOf({ ...completed, ...named }, [{ stream: encodeJpegLossless(named) }]);
    expect((await decodeTo(decoder, selfDescribed(byName, 66))).codestream.photometricInterpretation).toBe(
      'RGB',
    );
  });

  it('chooses the engine, under whatever transfer syntax', async () => {
    const registry = createRegistry();
    const engineOf = async (bytes: Uint8Array, number: number) =>
      (await registry.engineFor(selfDescribed(bytes, number))).codec.name;
    for (const number of [50, 52, 57, 59, 60, 61, 62, 63, 64, 65, 66, 70]) {
      expect(await engineOf(encodeLosslessHierarchy(image, [BOTH]), number)).toBe(
        'cineloop-jpeg-hierarchical',
      );
    }
    expect(await engineOf(encodeJpegLossless(image), 65)).toBe('cineloop-jpeg-lossless');
  });
});

describe('refuses', () => {
  const image = imageOf({ rows: 8, columns: 12, components: 1, precision: 8 }, randomNumbers(2));
  const small = imageOf({ rows: 4, columns: 6, components: 1, precision: 8 }, randomNumbers(3));
  const completed = { ...image, sampling: ONE };
  const first = { stream: encodeJpegLossless(small) };
  const whole = { stream: encodeJpegLossless(image) };
  const differences = { stream: encodeJpegLossless({ ...image, differential: true }) };
  const other = { stream: encodeJpegLossless({ ...small, differential: true, identifiers: [9] }) };
  const deeper = { stream: encodeJpegLossless({ ...small, precision: 9 }) };
  const predicted = (): HierarchyPart => {
    const stream = differences.stream.slice();
    // Ss of the scan header, behind one component.
    stream[Buffer.from(stream).indexOf('ffda', 'hex') + 7] = 1;
    return { stream };
  };
  // biome-ignore format: one case to a line
  const cases: readonly [string, string, Uint8Array][] = [
    ['InvalidBitstream', 'no frame', hierarchyOf(completed, [])],
    ['InvalidBitstream', 'a first frame that is differential', hierarchyOf(completed, [differences])],
    ['InvalidBitstream', 'a second frame that is not', hierarchyOf(completed, [whole, whole])],
    ['InvalidBitstream', 'an image that is not completed', hierarchyOf(completed, [first])],
    ['InvalidBitstream', 'a frame larger than the image', hierarchyOf({ ...small, sampling: ONE }, [whole])],
    ['InvalidBitstream', 'an expansion that is missing', hierarchyOf(completed, [first, differences])],
    ['InvalidBitstream', 'an expansion too many', hierarchyOf(completed, [whole, { ...differences, expansion: BOTH }])],
    ['InvalidBitstream', 'half an expansion', hierarchyOf(completed, [first, { ...differences, expansion: LINES }])],
    ['InvalidBitstream', 'an expansion by three', hierarchyOf(completed, [first, { ...differences, expansion: 0x33 }])],
    ['InvalidBitstream', 'an expansion of nothing', hierarchyOf(completed, [{ ...whole, expansion: BOTH }])],
    ['InvalidBitstream', 'a component that the image does not have', hierarchyOf(completed, [first, other])],
    ['InvalidBitstream', 'two components of one name', hierarchyOf({ ...image, sampling: [[1, 1], [1, 1]], identifiers: [7, 7] }, [whole])],
    ['InvalidBitstream', 'another precision', hierarchyOf(completed, [deeper])],
    ['InvalidBitstream', 'differences with a predictor', hierarchyOf(completed, [whole, predicted()])],
    ['InvalidBitstream', 'a second DHP', hierarchyOf(completed, [{ stream: hierarchyOf(completed, [first]) }])],
    ['UnsupportedFeature', 'lines in a DNL marker segment', hierarchyOf({ ...completed, rows: 0 }, [whole])],
    ['UnsupportedFeature', 'more frames than a hierarchy needs', hierarchyOf(completed, [whole, ...new Array<HierarchyPart>(256).fill(differences)])],
    ['UnsupportedFeature', 'sampling factors of 2 to 3', hierarchyOf({ ...image, sampling: [[3, 1], [2, 1]] }, [
      { stream: encodeJpegLossless({ ...imageOf({ rows: 8, columns: 12, components: 2, precision: 8 }, randomNumbers(2)), sampling: [[3, 1], [2, 1]] }) },
    ])],
    ['UnsupportedFeature', 'a stream that is not hierarchical', whole.stream],
  ];
  it.each(cases)('%s: %s', async (tag, _what, bytes) => {
    const decoder = await jpegHierarchical.load();
    await expect(decodeTo(decoder, selfDescribed(bytes, 65))).rejects.toMatchObject({ tag });
  });

  it('an image larger than the limits, before it takes memory', async () => {
    const decoder = await jpegHierarchical.load();
    const bytes = hierarchyOf({ ...completed, rows: 65535, columns: 65535 }, [first]);
    await expect(decodeTo(decoder, selfDescribed(bytes, 65))).rejects.toMatchObject({ tag: 'LimitExceeded' });
  });

  it('what is wrong inside a frame, with its place in the whole stream', async () => {
    const decoder = await jpegHierarchical.load();
    const bytes = hierarchyOf(completed, [whole, predicted()]);
    const scanHeader = Buffer.from(bytes).lastIndexOf(Buffer.of(0xff, 0xda));
    await expect(decodeTo(decoder, selfDescribed(bytes, 65))).rejects.toMatchObject({ offset: scanHeader });
  });
});

describe('a stream that is cut off', () => {
  const image = imageOf({ rows: 24, columns: 20, components: 1, precision: 12 }, randomNumbers(4));

  it.each([
    ['Huffman coding', {}],
    ['arithmetic coding', { arithmetic: [0, 1] as const }],
  ])('is TruncatedData wherever, and the whole size where it is kept: %s', async (_name, coding) => {
    const decoder = await jpegHierarchical.load();
    const bytes = encodeLosslessHierarchy({ ...image, ...coding }, [BOTH, BOTH]);
    const firstScan = Buffer.from(bytes).indexOf('ffda', 'hex') + 10;
    for (let length = firstScan; length < bytes.length; length += 7) {
      const cut = selfDescribed(bytes.subarray(0, length), 65);
      await expect(decodeTo(decoder, cut)).rejects.toMatchObject({ tag: 'TruncatedData' });
    }
    // From the end of the first frame on there is something to show.
    const second = Buffer.from(bytes).indexOf('ffdf', 'hex');
    let [finest, least] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (const length of [second, Math.round((second + bytes.length) / 2), bytes.length - 3]) {
      const cut = selfDescribed(bytes.subarray(0, length), 65);
      const kept = await decodeTo(decoder, cut, DEFAULT_LIMITS, WHOLE, 'keep');
      expect(kept.codestream).toMatchObject({ rows: 24, columns: 20, truncated: { goodRows: 0 } });
      const samples = new Uint16Array(kept.bytes.buffer);
      const wrong = samples.reduce((count, sample, at) => count + Number(sample !== image.samples[at]), 0);
      expect(wrong).toBeLessThanOrEqual(least);
      [finest, least] = [wrong, wrong];
    }
    expect(finest).toBeLessThan(24 * 20 * 0.1);
  });
});

it('is given up where the caller says so: between frames, within them, and while they are brought together', async () => {
  const decoder = await jpegHierarchical.load();
  const image = imageOf({ rows: 9, columns: 9, components: 1, precision: 8 }, randomNumbers(6));
  const frame = selfDescribed(encodeLosslessHierarchy(image, [BOTH, BOTH]), 65);
  const decodeUntil = async (most: number) => {
    let calls = 0;
    const memory = new Uint8Array(81);
    const checkpoint = () => {
      if (++calls > most) throw new Aborted('enough');
    };
    await decoder.decode(frame, { limits: DEFAULT_LIMITS, allocate: () => memory, checkpoint });
    return calls;
  };
  const calls = await decodeUntil(Number.POSITIVE_INFINITY);
  expect(calls).toBeGreaterThan(8);
  for (let most = 0; most < calls; most++) {
    await expect(decodeUntil(most)).rejects.toBeInstanceOf(CineloopError);
    await expect(decodeUntil(most)).rejects.toMatchObject({ tag: 'Aborted' });
  }
});
