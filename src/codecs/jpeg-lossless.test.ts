import { beforeAll, describe, expect, it } from 'vitest';
import { encodeJpegLossless, type JpegLosslessImage } from '../../fixtures/generate/jpeg-lossless-encoder.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import type { Decoder } from './codec.js';
import { jpegLossless, jpegLosslessDecoder } from './jpeg-lossless.js';
import { decodeFrame, imageOf, jpegFrame, storedBytes } from './jpeg-lossless.test-support.js';
import { EOI, frameHeader, SOI, scanHeader, stream, TWO_CODES } from './jpeg-lossless-stream.test-support.js';
import { randomNumbers } from './rle.test-support.js';

const PREDICTORS = [1, 2, 3, 4, 5, 6, 7];
const PRECISIONS = [2, 3, 7, 8, 9, 12, 15, 16];

describe.each([
  ['shipped', moduleOf],
  ['plain twin', plainTwin],
] as const)('lossless JPEG, %s', (_, load) => {
  let kernel: Kernel;
  let decoder: Decoder;

  beforeAll(async () => {
    kernel = new Kernel('jpeg-lossless', await load('jpeg-lossless'));
    const arithmetic = new Kernel('jpeg-lossless-arithmetic', await load('jpeg-lossless-arithmetic'));
    decoder = jpegLosslessDecoder(kernel, async () => arithmetic);
  });

  /** Encodes, decodes, and compares with what was encoded. */
  async function roundTrip(image: JpegLosslessImage, what: string) {
    const { error, codestream, samples } = await decodeFrame(decoder, encodeJpegLossless(image));
    expect(error, what).toBeUndefined();
    expect(codestream, what).toEqual({
      rows: image.rows,
      columns: image.columns,
      samplesPerPixel: image.components,
      bitsPerSample: image.precision,
      signed: undefined,
      photometricInterpretation: undefined,
      bytesPerSample: image.precision <= 8 ? 1 : 2,
    });
    if (Buffer.compare(samples ?? Buffer.of(), storedBytes(image)) !== 0)
      throw new Error(`not the image: ${what}`);
  }

  it.each(PREDICTORS)(
    'predictor %i: every precision, 1 to 4 components, restarts or none',
    async (predictor) => {
      const random = randomNumbers(predictor);
      for (const precision of PRECISIONS) {
        for (const components of [1, 2, 3, 4]) {
          for (const restartRows of [0, 1, 3]) {
            const [rows, columns] = [11 + random(9), 1 + random(40)];
            const tables = random(2) === 0 ? 'shared' : 'per component';
            const interleaved = random(4) > 0;
            const pointTransform = random(2) * random(precision);
            const image = imageOf({ rows, columns, components, precision, pointTransform }, random);
            const options = {
              predictor,
              restartInterval: restartRows * columns,
              tables,
              interleaved,
            } as const;
            await roundTrip({ ...image, ...options }, JSON.stringify({ ...image, ...options, samples: 0 }));
          }
        }
      }
    },
  );

  it.each(PREDICTORS)(
    'predictor %i: images of many steps, whose differences come several at a time',
    async (predictor) => {
      const random = randomNumbers(100 + predictor);
      for (const [precision, components] of [
        [16, 1],
        [8, 1],
        [8, 3],
        [12, 2],
        [10, 4],
      ]) {
        const image = imageOf({ rows: 181, columns: 311, components, precision }, random);
        await roundTrip({ ...image, predictor, tables: 'shared' }, `${components} of ${precision} bits`);
      }
    },
  );

  it('arithmetic coding, conditioned in every way: predictors, precisions, restarts, components apart or subsampled', async () => {
    const random = randomNumbers(58);
    // biome-ignore format: one component after the other
    const samplings = [undefined, [[2, 2], [1, 1], [1, 1]], [[2, 1], [1, 2], [1, 1]], [[1, 1], [2, 1], [4, 1]]] as const;
    for (let round = 0; round < 150; round++) {
      const sampling = samplings[random(4)];
      const components = sampling === undefined ? 1 + random(4) : 3;
      const precision = PRECISIONS[random(PRECISIONS.length)];
      const pointTransform = random(2) * random(precision);
      const geometry = { rows: 1 + random(30), columns: 1 + random(40), components, precision };
      const image = imageOf({ ...geometry, pointTransform, ...(sampling && { sampling }) }, random);
      const upper = random(16);
      const interleaved = random(3) > 0;
      const maximumH = interleaved && sampling ? Math.max(...sampling.map(([h]) => h)) : 1;
      const restartInterval = interleaved ? random(3) * Math.ceil(geometry.columns / maximumH) : 0;
      const arithmetic = random(2) === 0 ? ([0, 1] as const) : ([random(upper + 1), upper] as const);
      const options = {
        ...{ predictor: 1 + random(7), restartInterval, interleaved, arithmetic, sampling },
        linesBehindFirstScan: random(4) === 0,
      };
      await roundTrip({ ...image, ...options }, JSON.stringify({ ...image, ...options, samples: 0 }));
    }
  });

  it('takes lines of every width from 1 to 70, where vectors run past their end', async () => {
    const random = randomNumbers(3);
    for (let columns = 1; columns <= 70; columns++) {
      for (const components of [1, 3]) {
        const image = imageOf({ rows: 5, columns, components, precision: 16 }, random);
        await roundTrip({ ...image, predictor: 1 + random(7) }, `${columns} columns of ${components}`);
      }
    }
  });

  it.each([
    [
      '4:2:0',
      [
        [2, 2],
        [1, 1],
        [1, 1],
      ],
    ],
    [
      '4:2:2',
      [
        [2, 1],
        [1, 1],
        [1, 1],
      ],
    ],
    [
      '4:4:0',
      [
        [1, 2],
        [1, 1],
        [1, 1],
      ],
    ],
    [
      '4:1:1',
      [
        [4, 1],
        [1, 1],
        [1, 1],
      ],
    ],
    [
      'the second component largest',
      [
        [1, 1],
        [2, 2],
        [1, 2],
      ],
    ],
    [
      'two to three',
      [
        [2, 1],
        [3, 1],
      ],
    ],
    [
      'equal factors of two',
      [
        [2, 2],
        [2, 2],
      ],
    ],
    ['one component with factors', [[4, 3]]],
    [
      'four components',
      [
        [2, 1],
        [1, 2],
        [1, 1],
        [2, 2],
      ],
    ],
  ] as const)('sampling factors, %s', async (name, sampling) => {
    const random = randomNumbers(7);
    for (const predictor of PREDICTORS) {
      for (const interleaved of [true, false]) {
        for (const [rows, columns] of [
          [12, 24],
          [13, 25],
          [7, 5],
          [1, 1],
        ]) {
          const components = sampling.length;
          const image = imageOf({ rows, columns, components, precision: 12, sampling }, random);
          const options = { predictor, interleaved };
          await roundTrip({ ...image, ...options }, `${name} ${rows} ${columns} ${JSON.stringify(options)}`);
        }
      }
    }
  });

  it('decodes components that come in scans of their own, in twos and in another order, each with new tables', async () => {
    const random = randomNumbers(8);
    for (const scans of [
      [[0], [1, 2], [3]],
      [[3], [0, 1, 2]],
      [
        [1, 3],
        [0, 2],
      ],
      [[2], [1], [0], [3]],
    ]) {
      for (const restartInterval of [0, 33, 66]) {
        const image = imageOf({ rows: 21, columns: 33, components: 4, precision: 11 }, random);
        const options = { scans, restartInterval, predictor: 1 + random(7), pointTransform: 0 };
        await roundTrip({ ...image, ...options }, JSON.stringify(options));
      }
    }
  });

  it('resets the prediction at restart markers of subsampled scans', async () => {
    const random = randomNumbers(9);
    const sampling = [
      [2, 2],
      [1, 1],
      [1, 2],
    ] as const;
    for (const predictor of PREDICTORS) {
      for (const mcuRows of [1, 2]) {
        const image = imageOf({ rows: 18, columns: 30, components: 3, precision: 8, sampling }, random);
        await roundTrip({ ...image, predictor, restartInterval: 15 * mcuRows }, `${predictor}, ${mcuRows}`);
      }
    }
  });

  it('takes restart intervals that begin inside a row', async () => {
    const random = randomNumbers(10);
    for (const restartInterval of [1, 2, 5, 16, 17, 36, 38, 100]) {
      for (const predictor of PREDICTORS) {
        const image = imageOf({ rows: 9, columns: 37, components: 1 + random(3), precision: 16 }, random);
        await roundTrip({ ...image, predictor, restartInterval }, `${restartInterval}, ${predictor}`);
      }
      const sampling = [
        [2, 2],
        [1, 1],
      ] as const;
      const image = imageOf({ rows: 9, columns: 37, components: 2, precision: 9, sampling }, random);
      await roundTrip({ ...image, predictor: 6, restartInterval }, `${restartInterval}, subsampled`);
    }
  });

  it('wraps differences modulo 2^16 and knows the one of 32768, which has no extra bits', async () => {
    const samples = Uint16Array.from({ length: 64 * 8 }, (_, i) => [0, 32768, 65535, 1, 32769][(i * 7) % 5]);
    for (const predictor of PREDICTORS) {
      await roundTrip(
        { samples, rows: 8, columns: 64, components: 1, precision: 16, predictor },
        `${predictor}`,
      );
    }
  });

  it('decodes codes of every length up to 16 bits, complete codes, and one code of one bit', async () => {
    const random = randomNumbers(12);
    const skewed = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 16];
    const image = imageOf({ rows: 150, columns: 250, components: 1, precision: 16 }, random);
    await roundTrip({ ...image, codeLengths: skewed }, 'short codes for small differences');
    await roundTrip(
      { ...image, codeLengths: skewed.toReversed(), predictor: 4 },
      'long codes for small differences',
    );
    await roundTrip({ ...image, codeLengths: new Array(17).fill(5) }, 'equal codes');
    const flat = {
      samples: new Uint8Array(300 * 300).fill(128),
      rows: 300,
      columns: 300,
      components: 1,
      precision: 8,
    };
    await roundTrip(flat, 'nothing but differences of 0');
  });

  it('reads the number of lines behind the first scan, given for the first time or anew', async () => {
    const random = randomNumbers(13);
    for (const [components, interleaved] of [
      [1, true],
      [3, true],
      [3, false],
    ] as const) {
      for (const restartInterval of [0, 19]) {
        const image = imageOf({ rows: 23, columns: 19, components, precision: 8 }, random);
        const options = { interleaved, restartInterval, linesBehindFirstScan: true };
        await roundTrip({ ...image, ...options }, JSON.stringify({ components, ...options }));
        const bytes = encodeJpegLossless({ ...image, ...options });
        bytes[bytes.indexOf(0xc3) + 5] = 7;
        const { samples } = await decodeFrame(decoder, bytes);
        expect(samples).toEqual(storedBytes(image));
      }
    }
  });

  it('passes over fill bytes, bytes in front of SOI, and bytes behind EOI; does without EOI', async () => {
    const image = imageOf({ rows: 31, columns: 17, components: 3, precision: 10 }, randomNumbers(14));
    const expected = storedBytes(image);
    for (const options of [{}, { interleaved: false }, { restartInterval: 17 }]) {
      const bytes = encodeJpegLossless({ ...image, ...options, fillBytes: 3 });
      const padded = [
        Buffer.concat([Buffer.of(0, 0xff, 0xd8, 0xff, 0xff, 0, 1), bytes]),
        Buffer.concat([bytes, Buffer.of(0, 0xff, 0xda, 0xff, 0xd8, 0xff)]),
        bytes.subarray(0, -2),
        bytes.subarray(0, -1),
      ];
      for (const variant of padded) expect((await decodeFrame(decoder, variant)).samples).toEqual(expected);
    }
  });

  it('finds tables that come as a stream of their own in front', async () => {
    const image = imageOf({ rows: 9, columns: 20, components: 1, precision: 8 }, randomNumbers(18));
    const bytes = Buffer.from(encodeJpegLossless(image));
    const tables = bytes.indexOf('ffc4', 0, 'hex');
    const end = tables + 2 + bytes.readUInt16BE(tables + 2);
    const abbreviated = Buffer.concat([
      bytes.subarray(0, 2),
      bytes.subarray(tables, end),
      Buffer.of(0xff, 0xd9),
      bytes.subarray(0, tables),
      bytes.subarray(end),
    ]);
    const decoded = await decodeFrame(decoder, abbreviated);
    expect(decoded).toMatchObject({ error: undefined, samples: storedBytes(image) });
  });

  it('passes over a restart marker behind the last interval', async () => {
    const image = imageOf({ rows: 9, columns: 20, components: 1, precision: 8 }, randomNumbers(15));
    const bytes = encodeJpegLossless({ ...image, restartInterval: 60 });
    const more = Buffer.concat([bytes.subarray(0, -2), Buffer.of(0xff, 0xd2), bytes.subarray(-2)]);
    expect(await decodeFrame(decoder, more)).toMatchObject({ error: undefined, samples: storedBytes(image) });
  });

  it('decodes components of one name in their order', async () => {
    const image = imageOf({ rows: 9, columns: 20, components: 3, precision: 8 }, randomNumbers(16));
    await roundTrip({ ...image, identifiers: [0, 0, 0] }, 'all named 0');
  });

  it('starts from memory that holds anything', async () => {
    const random = randomNumbers(17);
    const module = await load('jpeg-lossless');
    for (const options of [{}, { interleaved: false }, { predictor: 7, restartInterval: 7 }]) {
      const image = imageOf({ rows: 40, columns: 50, components: 3, precision: 16 }, random);
      const samples = new Uint8Array(2 * image.samples.length);
      const fresh = new Kernel('jpeg-lossless', module);
      const limits = DEFAULT_LIMITS;
      fresh.decode(encodeJpegLossless({ ...image, ...options }), [], () => samples, { limits, junk: true });
      expect(samples).toEqual(storedBytes(image));
    }
  });

  it('reads a stream made by hand as T.81 does', async () => {
    // Differences -1, 1, 0, 0 from the initial prediction, 128; then 0, 1, 0, -1 from the first sample above.
    const data = [0b100_101_0_0, 0b0_101_0_100];
    const bytes = stream(SOI, frameHeader(2, 4), TWO_CODES, scanHeader(), data, EOI);
    const { samples } = await decodeFrame(decoder, bytes);
    expect(samples).toEqual(Uint8Array.of(127, 128, 128, 128, 127, 128, 128, 127));
  });

  it('hands out the good rows of truncated data and says how many they are', async () => {
    const image = imageOf({ rows: 400, columns: 211, components: 1, precision: 12 }, randomNumbers(18));
    for (const options of [{}, { restartInterval: 211 * 7, predictor: 5 }]) {
      const bytes = encodeJpegLossless({ ...image, ...options });
      const expected = storedBytes(image);
      let before = 0;
      for (let tenths = 2; tenths < 10; tenths++) {
        const { error, samples } = await decodeFrame(
          decoder,
          bytes.subarray(0, (bytes.length * tenths) / 10),
        );
        expect(error).toMatchObject({ tag: 'TruncatedData', goodRows: expect.any(Number) });
        const { goodRows } = error as { goodRows: number };
        expect(goodRows).toBeGreaterThan(before);
        expect(Math.abs(goodRows - 40 * tenths)).toBeLessThan(20);
        const good = goodRows * 211 * 2;
        expect(Buffer.compare((samples ?? expected).subarray(0, good), expected.subarray(0, good))).toBe(0);
        before = goodRows;
      }
    }
  });

  it('answers every truncation of a stream with TruncatedData, unless nothing but EOI is cut off', async () => {
    const image = imageOf({ rows: 12, columns: 9, components: 3, precision: 8 }, randomNumbers(19));
    for (const options of [{}, { interleaved: false }, { restartInterval: 9 }]) {
      const bytes = encodeJpegLossless({ ...image, ...options });
      for (let length = 3; length < bytes.length - 2; length++) {
        const { error } = await decodeFrame(decoder, bytes.subarray(0, length));
        expect(error, `${length} of ${bytes.length} bytes`).toMatchObject({ tag: 'TruncatedData' });
      }
    }
  });
});

describe('the lossless JPEG codec', () => {
  const image = imageOf({ rows: 3, columns: 4, components: 3, precision: 8 }, randomNumbers(20));

  it.each([
    [{}, undefined],
    [{ jfif: true }, undefined],
    [{ adobeTransform: 0 }, 'RGB'],
    [{ adobeTransform: 1 }, 'YBR_FULL'],
    [{ adobeTransform: 1, identifiers: [82, 71, 66] }, 'YBR_FULL'],
    [{ identifiers: [82, 71, 66] }, 'RGB'],
  ])('says of the colours of a stream with %j: %s', async (options, photometricInterpretation) => {
    const bytes = encodeJpegLossless({ ...image, ...options });
    const { codestream } = await decodeFrame(await jpegLossless.load(), bytes);
    expect(codestream).toMatchObject({ photometricInterpretation });
  });

  it('refuses by the headers what it cannot decode, in the words of the standard', () => {
    const refusalOf = (code: number) => {
      const bytes = encodeJpegLossless(image);
      bytes[bytes.indexOf(0xc3)] = code;
      return jpegLossless.refusal?.(jpegFrame(bytes));
    };
    expect(refusalOf(0xc3)).toBeUndefined();
    expect(refusalOf(0xc0)).toBe('JPEG baseline DCT');
    expect(refusalOf(0xcb)).toBeUndefined();
    expect(refusalOf(0xcf)).toBe('JPEG differential lossless, arithmetic coding');
    expect(refusalOf(0xf7)).toBe('JPEG-LS');
  });

  it('takes on a frame whose headers are broken, so that the decoder says what is wrong', () => {
    expect(jpegLossless.refusal?.(jpegFrame(Uint8Array.of(1, 2, 3)))).toBeUndefined();
  });
});
