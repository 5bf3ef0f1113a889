import { beforeAll, describe, expect, it } from 'vitest';
import type { Conditioning } from '../../fixtures/generate/jpeg-arithmetic-scan.js';
import { encodeJpeg as encodeWithPackage } from '../../fixtures/generate/package-encoders.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import type { Decoder } from './codec.js';
import { jpeg, jpegDecoder } from './jpeg.js';
import {
  type CodedImage,
  type Coding,
  encodeJpeg,
  oneScan,
  progression,
  randomImage,
  samplesByFormula,
} from './jpeg.test-support.js';
import { decodeFrame, jpegFrame } from './jpeg-lossless.test-support.js';
import { libjpegTurbo } from './libjpeg-turbo.js';
import { randomNumbers } from './rle.test-support.js';

type Sampling = readonly (readonly [number, number])[];

/** Factors that the referee reads too. */
// biome-ignore format: one kind to a line
const COMMON_SAMPLING: readonly Sampling[] = [
  [[1, 1]],
  [[1, 1], [1, 1], [1, 1]],
  [[2, 1], [1, 1], [1, 1]],
  [[2, 2], [1, 1], [1, 1]],
  [[1, 2], [1, 1], [1, 1]],
  [[4, 1], [1, 1], [1, 1]],
];
// biome-ignore format: one kind to a line
const RARE_SAMPLING: readonly Sampling[] = [
  [[3, 2]],
  [[1, 1], [1, 1]],
  [[2, 2], [1, 2]],
  [[2, 1], [1, 2], [2, 2]],
  [[1, 1], [2, 2], [1, 1]],
  [[1, 4], [1, 1], [1, 2]],
  [[3, 1], [1, 1], [1, 1]],
  [[3, 2], [2, 1], [1, 1]],
  [[4, 2], [1, 1], [1, 1]],
  [[1, 1], [1, 1], [1, 1], [1, 1]],
  [[2, 2], [1, 1], [1, 1], [2, 2]],
  [[2, 1], [1, 1], [1, 1], [2, 1]],
];

/** Anything that the standard leaves to the encoder. */
function randomCoding({ components, columns }: CodedImage, random: (below: number) => number): Coding {
  const progressive = random(2) === 0;
  const apart = components.map((_, component) => ({ ...oneScan(1)[0], components: [component] }));
  return {
    progressive,
    scans: progressive
      ? progression(components.length, random)
      : random(3) === 0
        ? apart
        : oneScan(components.length),
    restartInterval: [0, 0, 1, 1 + random(9), Math.ceil(columns / 8)][random(5)],
    linesBehindFirstScan: false,
    fillBytes: random(3) === 0 ? 1 + random(3) : 0,
    shortCodes: random(9),
    longestRun: [1, 7, 0x7fff][random(3)],
    ...(random(3) === 0 && {
      arithmetic: random(2) === 0 ? {} : { conditioning: randomConditioning(random) },
    }),
  };
}

/** L, U and Kx anywhere that they may be, for destinations 0 and 1. */
const randomConditioning = (random: (below: number) => number): Conditioning[] =>
  [0, 1].map(() => {
    const upper = random(16);
    return { bounds: [random(upper + 1), upper], kx: 1 + random(63) };
  });

const describeCase = (image: CodedImage, coding: Coding) =>
  JSON.stringify({
    ...image,
    components: image.components.map(({ h, v }) => `${h}x${v}`),
    ...coding,
  });

describe.each([
  ['shipped', moduleOf],
  ['plain twin', plainTwin],
] as const)('JPEG by the DCT, %s', (_, load) => {
  let kernel: Kernel;
  let decoder: Decoder;
  let referee: Decoder;

  beforeAll(async () => {
    kernel = new Kernel('jpeg-dct', await load('jpeg-dct'));
    const arithmetic = new Kernel('jpeg-dct-arithmetic', await load('jpeg-dct-arithmetic'));
    decoder = jpegDecoder(kernel, async () => arithmetic);
    referee = await libjpegTurbo.load();
  });

  async function samplesOf(bytes: Uint8Array, what: string): Promise<Uint8Array> {
    const { samples, error } = await decodeFrame(decoder, bytes);
    expect(error, what).toBeUndefined();
    return samples!;
  }

  it.each(COMMON_SAMPLING)(
    'is what libjpeg-turbo makes of it, bit for bit: %j %j %j',
    async (...sampling) => {
      const factors = sampling.filter((pair) => pair !== undefined);
      const random = randomNumbers(17 + factors.flat().reduce((sum, factor) => 5 * sum + factor, 0));
      for (let round = 0; round < 40; round++) {
        const geometry = { rows: 1 + random(50), columns: 1 + random(70), precision: 8 } as const;
        const image = randomImage(geometry, factors, random);
        const coding = randomCoding(image, random);
        const bytes = encodeJpeg(image, coding);
        const { samples: expected, error } = await decodeFrame(referee, bytes);
        expect(error, describeCase(image, coding)).toBeUndefined();
        const samples = await samplesOf(bytes, describeCase(image, coding));
        if (Buffer.compare(samples, expected!) !== 0)
          throw new Error(`not equal: ${describeCase(image, coding)}`);
      }
    },
  );

  it.each([8, 12] as const)('is the inverse DCT of the standard within one, %i bits', async (precision) => {
    const random = randomNumbers(precision);
    for (const sampling of [...COMMON_SAMPLING, ...RARE_SAMPLING]) {
      for (let round = 0; round < 6; round++) {
        const geometry = { rows: 1 + random(40), columns: 1 + random(60), precision };
        const image = randomImage(geometry, sampling, random);
        const coding = randomCoding(image, random);
        const bytes = await samplesOf(encodeJpeg(image, coding), describeCase(image, coding));
        const samples = precision === 8 ? bytes : new Uint16Array(bytes.buffer);
        const expected = samplesByFormula(image);
        expect(samples.length).toBe(expected.length);
        let worst = 0;
        for (let i = 0; i < expected.length; i++) worst = Math.max(worst, Math.abs(samples[i] - expected[i]));
        // One for the inverse DCT, which upsampling does not make more, and half a step for its own rounding.
        expect(worst, describeCase(image, coding)).toBeLessThanOrEqual(1.5);
      }
    }
  });

  it('converts to RGB as libjpeg does, where the context wants that', async () => {
    const random = randomNumbers(29);
    const clamped = (value: number) => Math.max(0, Math.min(255, value));
    for (const factors of COMMON_SAMPLING.filter((sampling) => sampling.length === 3)) {
      const image = randomImage({ rows: 33, columns: 1 + random(70), precision: 8 }, factors, random);
      const coding = randomCoding(image, random);
      const bytes = encodeJpeg(image, coding);
      const { samples: components } = await decodeFrame(referee, bytes);
      const expected = new Uint8Array(components!.length);
      for (let at = 0; at < expected.length; at += 3) {
        const [y, cb, cr] = [components![at], components![at + 1] - 128, components![at + 2] - 128];
        expected[at] = clamped(y + ((91881 * cr + 32768) >> 16));
        expected[at + 1] = clamped(y + ((-22554 * cb - 46802 * cr + 32768) >> 16));
        expected[at + 2] = clamped(y + ((116130 * cb + 32768) >> 16));
      }
      let samples = new Uint8Array(0);
      await decoder.decode(jpegFrame(bytes), {
        limits: DEFAULT_LIMITS,
        allocate: ({ rows, columns }) => {
          samples = new Uint8Array(rows * columns * 3);
          return samples;
        },
        wantsRgb: () => true,
      });
      if (Buffer.compare(samples, expected) !== 0)
        throw new Error(`not equal: ${describeCase(image, coding)}`);
    }
  });

  it('does not ask whether RGB is wanted of what it cannot convert', async () => {
    const random = randomNumbers(31);
    for (const [precision, factors] of [
      [8, [[1, 1]]],
      [8, RARE_SAMPLING[9]],
      [12, COMMON_SAMPLING[1]],
    ] as const) {
      const image = randomImage({ rows: 9, columns: 9, precision }, factors, random);
      const bytes = encodeJpeg(image, { progressive: false, scans: oneScan(factors.length) });
      await decoder.decode(jpegFrame(bytes), {
        limits: DEFAULT_LIMITS,
        allocate: ({ samplesPerPixel, bytesPerSample }) =>
          new Uint8Array(81 * samplesPerPixel * bytesPerSample),
        wantsRgb: () => {
          throw new Error('asked');
        },
      });
    }
  });

  /** A stream of each kind that has several scans, restart intervals or a progression, and its samples. */
  function example(coding: Partial<Coding> = {}, seed = 5) {
    const random = randomNumbers(seed);
    // biome-ignore format: one component after the other
    const image = randomImage({ rows: 61, columns: 45, precision: 8 }, [[2, 2], [1, 1], [1, 1]], random);
    const bytes = encodeJpeg(image, { progressive: false, scans: oneScan(3), ...coding });
    return { image, bytes };
  }

  const scansOf = (bytes: Uint8Array) =>
    [...bytes.keys()].filter((at) => bytes[at] === 0xff && bytes[at + 1] === 0xda);

  it('takes the number of lines from a DNL segment', async () => {
    const { bytes } = example();
    const { bytes: without } = example({ linesBehindFirstScan: true });
    expect(await samplesOf(without, 'DNL')).toEqual(await samplesOf(bytes, 'lines in the frame header'));
  });

  it('finds tables that come as a stream of their own in front', async () => {
    for (const progressive of [false, true]) {
      const scans = progressive ? progression(3, randomNumbers(2)) : oneScan(3);
      const { bytes } = example({ progressive, scans });
      const segments: Uint8Array[] = [];
      for (let at = 2; bytes[at + 1] !== 0xda; at += segments.at(-1)!.length) {
        segments.push(bytes.subarray(at, at + 2 + 256 * bytes[at + 2]! + bytes[at + 3]!));
      }
      const isTable = (segment: Uint8Array) => [0xc4, 0xdb].includes(segment[1]!);
      const [soi, eoi] = [Uint8Array.of(0xff, 0xd8), Uint8Array.of(0xff, 0xd9)];
      const tables = [soi, ...segments.filter(isTable), eoi];
      const image = [
        soi,
        ...segments.filter((segment) => !isTable(segment)),
        bytes.subarray(scansOf(bytes)[0]),
      ];
      expect(tables.length).toBeGreaterThan(2);
      const expected = await samplesOf(bytes, 'interchange format');
      expect(await samplesOf(Buffer.concat([...tables, ...image]), 'abbreviated')).toEqual(expected);
    }
  });

  it('passes over bytes in front of SOI and behind EOI, does without EOI', async () => {
    for (const progressive of [false, true]) {
      const scans = progressive ? progression(3, randomNumbers(2)) : oneScan(3);
      const { bytes } = example({ progressive, scans });
      const expected = await samplesOf(bytes, 'whole');
      const wrapped = Uint8Array.of(0, 0xff, 0xd8, 7, ...bytes, 0, 0xff, 0xda, 0xff);
      expect(await samplesOf(wrapped, 'wrapped')).toEqual(expected);
      expect(await samplesOf(bytes.subarray(0, -2), 'no EOI')).toEqual(expected);
    }
  });

  it('uses the tables of Annex K.3 where a stream has none', async () => {
    const random = randomNumbers(3);
    const frame = Uint8Array.from({ length: 48 * 64 * 3 }, () => random(256));
    const picture = { rows: 48, columns: 64, samplesPerPixel: 3, bitsStored: 8, frames: [frame] } as const;
    const { frames, decoded } = await encodeWithPackage(picture, { quality: 80, sampling: '4:2:0' });
    const [bytes] = frames;
    const without: number[] = [0xff, 0xd8];
    let tables = 0;
    for (let at = 2; bytes[at + 1] !== 0xda; ) {
      const end = at + 2 + bytes[at + 2] * 256 + bytes[at + 3];
      if (bytes[at + 1] === 0xc4) tables++;
      else without.push(...bytes.subarray(at, end));
      at = end;
    }
    without.push(...bytes.subarray(scansOf(bytes)[0]));
    expect(tables).toBeGreaterThan(0);
    expect(await samplesOf(Uint8Array.from(without), 'no DHT')).toEqual(decoded[0]);
  });

  it.each([
    ['Huffman', {}],
    ['arithmetic', { arithmetic: {} }],
  ])('hands out what stands in front of the end of truncated data: %s coding', async (_, coding) => {
    const { image, bytes } = example(coding);
    const expected = await samplesOf(bytes, 'whole');
    const line = image.columns * 3;
    const seen = new Set<number>();
    for (let length = scansOf(bytes)[0] + 40; length < bytes.length - 12; length += 13) {
      const { error, samples } = await decodeFrame(decoder, bytes.subarray(0, length));
      expect(error).toMatchObject({ tag: 'TruncatedData' });
      const { goodRows } = error as { goodRows: number };
      seen.add(goodRows);
      expect(samples!.subarray(0, goodRows * line)).toEqual(expected.subarray(0, goodRows * line));
    }
    // Rows of 16 lines, of which the last waits for the one behind it.
    expect([...seen].sort((a, b) => a - b)).toEqual([0, 15, 31, 47]);
  });

  it('reads as many zeros behind arithmetic-coded data as it wants, where a marker ends them', async () => {
    // Every coefficient is 0: the encoder leaves nothing of its segment (D.1.8).
    const { image } = example();
    const flat = {
      ...image,
      components: image.components.map((component) => ({
        ...component,
        coefficients: new Int16Array(component.coefficients.length),
      })),
    };
    const bytes = encodeJpeg(flat, { progressive: false, scans: oneScan(3), arithmetic: {} });
    const header = scansOf(bytes)[0];
    expect(bytes.length - header).toBeLessThan(20);
    expect(new Set(await samplesOf(bytes, 'flat'))).toEqual(new Set([128]));
    const { error } = await decodeFrame(decoder, bytes.subarray(0, -2));
    expect(error).toMatchObject({ tag: 'TruncatedData', goodRows: 0 });
  });

  it('decodes a frame again whose refinements have other Huffman tables than its first scans', async () => {
    // Coefficients of many sizes behind many runs, so that both tables have codes too long for a lookup.
    const random = randomNumbers(28);
    const coefficients = Int16Array.from({ length: 64 * 100 }, () =>
      random(4) === 0 ? random(2 ** random(7)) : 0,
    );
    const component = { h: 1, v: 1, steps: new Array<number>(64).fill(1), blockColumns: 10, blockRows: 10 };
    const components = [{ ...component, coefficients }];
    const image: CodedImage = { rows: 80, columns: 80, precision: 8, components };
    const scan = { components: [0], start: 0, end: 0, high: 0, low: 0 };
    const band = { ...scan, start: 1, end: 63 };
    // Short codes for the eight symbols that are met first, more than ten bits for the others.
    const coding: Coding = {
      progressive: true,
      scans: [scan, { ...band, low: 1 }, { ...band, high: 1 }],
      shortCodes: 8,
    };
    const bytes = encodeJpeg(image, coding);
    const { samples: expected } = await decodeFrame(referee, bytes);
    expect(Buffer.compare(await samplesOf(bytes, 'once'), expected!)).toBe(0);
    expect(Buffer.compare(await samplesOf(bytes, 'again'), expected!)).toBe(0);
  });

  it('says so where a progressive image ends in front of its last scan', async () => {
    const { bytes } = example({ progressive: true, scans: progression(3, randomNumbers(4)) });
    const scans = scansOf(bytes);
    const cut = bytes.subarray(0, scans.at(-1)! - 30);
    expect((await decodeFrame(decoder, cut)).error).toMatchObject({ tag: 'TruncatedData', goodRows: 0 });
  });

  it('goes on with the next restart interval behind damage, and reports the damage', async () => {
    const { image, bytes } = example({ restartInterval: 3 });
    const expected = await samplesOf(bytes, 'whole');
    const line = image.columns * 3;
    const restarts = [...bytes.keys()].filter((at) => bytes[at] === 0xff && (bytes[at + 1] & 0xf8) === 0xd0);
    expect(restarts.length).toBe(3);
    // The second interval is the second row of minimum coded units: its data are all ones, which no code is, or gone.
    const ones = bytes.slice();
    for (let at = restarts[0] + 2; at < restarts[1]; at++) ones[at] = at % 2 === restarts[0] % 2 ? 0xff : 0;
    const gone = Uint8Array.of(...bytes.subarray(0, restarts[0]), ...bytes.subarray(restarts[1]));
    const empty = Uint8Array.of(...bytes.subarray(0, restarts[0] + 2), ...bytes.subarray(restarts[1]));
    for (const damaged of [ones, gone, empty]) {
      const { error, samples } = await decodeFrame(decoder, damaged);
      expect(error).toMatchObject({ goodRows: damaged === gone ? 0 : 15 });
      expect(['InvalidBitstream', 'TruncatedData']).toContain((error as { tag: string }).tag);
      expect(samples!.subarray(0, 15 * line)).toEqual(expected.subarray(0, 15 * line));
      // Behind the line that is made from both rows all is well again.
      expect(samples!.subarray(33 * line)).toEqual(expected.subarray(33 * line));
      expect(samples).not.toEqual(expected);
    }
  });

  it('starts from memory that holds anything', async () => {
    for (const coding of [
      {},
      { scans: [[0], [1], [2]].map((components) => ({ ...oneScan(1)[0], components })) },
    ]) {
      const { bytes } = example(coding);
      const expected = await samplesOf(bytes, 'whole');
      let samples = new Uint8Array(0);
      const allocate = ([rows, columns, components, , width]: Int32Array) => {
        samples = new Uint8Array(rows * columns * components * width);
        return samples;
      };
      kernel.decode(bytes, [], allocate, { limits: DEFAULT_LIMITS, junk: true });
      expect(samples).toEqual(expected);
    }
  });

  describe('refuses', () => {
    /** The example with one byte changed: the first one behind the marker, `offset` bytes further. */
    function changed(marker: number, offset: number, value: number, coding: Partial<Coding> = {}) {
      const { bytes } = example(coding);
      const at = [...bytes.keys()].find((index) => bytes[index] === 0xff && bytes[index + 1] === marker)!;
      const copy = bytes.slice();
      copy[at + 4 + offset] = value;
      return copy;
    }
    const progressive = { progressive: true, scans: progression(3, randomNumbers(6)) };

    it.each([
      ['a precision of 10 bits', changed(0xc0, 0, 10), 'UnsupportedFeature'],
      ['a quantization table of 3 bytes to a step', changed(0xdb, 0, 0x20), 'InvalidBitstream'],
      ['a component whose quantization table is not there', changed(0xc0, 8, 3), 'InvalidBitstream'],
      ['a Huffman table that is no prefix code', changed(0xc4, 1, 3), 'InvalidBitstream'],
      ['a Huffman table that is not there', changed(0xda, 2, 0x30), 'InvalidBitstream'],
      ['a component that is not there', changed(0xda, 1, 77), 'InvalidBitstream'],
      ['a DC category of 16', changed(0xc4, 17, 16), 'InvalidBitstream'],
      ['a sampling factor of 0', changed(0xc0, 7, 0x02), 'InvalidBitstream'],
      ['more than ten data units to a unit', changed(0xc0, 7, 0x44), 'InvalidBitstream'],
      ['a band that ends before it begins', changed(0xda, 7, 9, progressive), 'InvalidBitstream'],
      ['a refinement of what no scan has coded', changed(0xda, 9, 0x10, progressive), 'InvalidBitstream'],
    ] as const)('%s', async (what, bytes, tag) => {
      const { error } = await decodeFrame(decoder, bytes);
      expect(error, what).toMatchObject({ tag });
    });

    it('conditioning of arithmetic coding that there is not', async () => {
      const whole = example({ arithmetic: { conditioning: [{ bounds: [2, 3], kx: 7 }] } }).bytes;
      const at = whole.indexOf(0xcc) + 3; // Tc and Tb, then U and L
      for (const [where, value] of [
        [0, 0x04],
        [0, 0x20],
        [1, 0x23],
        [3, 0],
        [3, 64],
      ]) {
        const bytes = whole.slice();
        bytes[at + where] = value;
        const { error } = await decodeFrame(decoder, bytes);
        expect(error, `${where}: ${value}`).toMatchObject({
          tag: 'InvalidBitstream',
          clause: 'ITU-T T.81 B.2.4.3',
        });
      }
    });

    it.each([3, 5, 11, 13, 14])('SOF%i, by the name of its process', async (number) => {
      const bytes = example().bytes.slice();
      bytes[bytes.indexOf(0xc0)] = 0xc0 | number;
      expect(jpeg.refusal?.(jpegFrame(bytes))).toMatch(/^JPEG /);
      expect((await decodeFrame(decoder, bytes)).error).toMatchObject({ tag: 'UnsupportedFeature' });
    });

    it('an image larger than its data can hold, before it takes memory', async () => {
      const bytes = changed(0xc0, 1, 0xff);
      const { error, samples } = await decodeFrame(decoder, bytes);
      expect(error).toMatchObject({ tag: 'TruncatedData' });
      expect(samples).toBeUndefined();
    });
  });
});
