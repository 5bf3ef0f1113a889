import { beforeAll, describe, expect, it } from 'vitest';
import { encodeJpegLs, type JpegLsImage } from '../../fixtures/generate/jpeg-ls-encoder.js';
import { encodeJpegLs as encodeByCharls } from '../../fixtures/generate/package-encoders.js';
import type { Picture } from '../../fixtures/generate/picture.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import { charls } from './charls.js';
import type { Decoder } from './codec.js';
import { jpegLs, jpegLsDecoder } from './jpeg-ls.js';
import { CONTENTS, decodeJpegLs, samplesOf } from './jpeg-ls.test-support.js';
import { storedBytes } from './outcome.test-support.js';
import { encodedFrame, randomNumbers } from './rle.test-support.js';

/** The image of T.87 H.3, and its stream there. */
const H3 = {
  samples: [0, 0, 90, 74, 68, 50, 43, 205, 64, 145, 145, 145, 100, 145, 145, 145],
  stream:
    'ffd8fff7000b0800040004010111 00ffda0008010100000000c000006c80208e01c0000057400000' +
    '6ee6000001bc18000005d800009160ffd9',
};
const h3 = Uint8Array.from(Buffer.from(H3.stream.replaceAll(' ', ''), 'hex'));

/** Bytes that are the same, told without a look at each of them in JavaScript. */
function expectBytes(actual: Uint8Array | undefined, expected: Uint8Array): void {
  expect(actual?.length).toBe(expected.length);
  expect(Buffer.compare(actual ?? new Uint8Array(), expected)).toBe(0);
}

const INTERLEAVE_MODES = [0, 1, 2] as const;

function picture(
  image: Pick<JpegLsImage, 'rows' | 'columns' | 'components' | 'precision'>,
  frame: Uint16Array,
) {
  const { rows, columns, components, precision } = image;
  return {
    rows,
    columns,
    samplesPerPixel: components,
    bitsAllocated: precision <= 8 ? 8 : 16,
    bitsStored: precision,
    frames: [precision <= 8 ? Uint8Array.from(frame) : frame],
  } as unknown as Picture;
}

describe('the encoder that the tests use', () => {
  it('makes the stream of T.87 H.3 of the image there', () => {
    const { bytes } = encodeJpegLs({ samples: H3.samples, rows: 4, columns: 4, components: 1, precision: 8 });
    expect(bytes).toEqual(h3);
  });

  it('makes streams that CharLS decodes to what it says', async () => {
    const random = randomNumbers(1);
    const decoder = await charls.load();
    for (const precision of [2, 5, 8, 9, 12, 16]) {
      for (const components of [1, 3, 4]) {
        for (const interleaveMode of INTERLEAVE_MODES) {
          for (const content of CONTENTS) {
            const geometry = { rows: 13, columns: 29, components, precision };
            const near = random(2) * random(Math.min(12, 2 ** (precision - 1)));
            const samples = samplesOf(geometry, 2 ** precision - 1, content, random);
            const { bytes, reconstructed } = encodeJpegLs({ ...geometry, samples, near, interleaveMode });
            const decoded = await decodeJpegLs(decoder, bytes);
            expect(decoded.error).toBeUndefined();
            expectBytes(decoded.samples, storedBytes(reconstructed, precision));
          }
        }
      }
    }
  });
});

describe.each([
  ['shipped', () => moduleOf('jpeg-ls')],
  ['plain twin', () => plainTwin('jpeg-ls')],
] as const)('JPEG-LS, %s', (_, load) => {
  let decoder: Decoder;

  beforeAll(async () => {
    decoder = jpegLsDecoder(new Kernel('jpeg-ls', await load()));
  });

  /** Encodes, decodes, and holds what comes out against the encoder's source and its reconstruction. */
  async function roundTrip(image: JpegLsImage): Promise<Uint8Array> {
    const { bytes, reconstructed } = encodeJpegLs(image);
    const { samples, codestream, error } = await decodeJpegLs(decoder, bytes);
    expect(error).toBeUndefined();
    const { rows, columns, components, precision, near = 0 } = image;
    expect(codestream).toMatchObject({ rows, columns, samplesPerPixel: components });
    if (image.colourTransform === undefined && image.mappingTables === undefined) {
      expectBytes(samples, storedBytes(reconstructed, precision));
      if (image.sampling === undefined) {
        for (let i = 0; i < reconstructed.length; i++) {
          if (Math.abs(reconstructed[i] - image.samples[i]) > near) throw new Error(`sample ${i}`);
        }
      }
    }
    return samples ?? new Uint8Array();
  }

  it('decodes the stream of T.87 H.3', async () => {
    const { samples, codestream } = await decodeJpegLs(decoder, h3);
    expect([...(samples ?? [])]).toEqual(H3.samples);
    expect(codestream).toEqual({
      rows: 4,
      columns: 4,
      samplesPerPixel: 1,
      bitsPerSample: 8,
      bytesPerSample: 1,
      signed: undefined,
      photometricInterpretation: undefined,
    });
  });

  describe.each(INTERLEAVE_MODES)('interleave mode %i', (interleaveMode) => {
    it.each([2, 3, 7, 8, 9, 12, 15, 16])('every content at %i bits', async (precision) => {
      const random = randomNumbers(100 * precision + interleaveMode);
      for (const components of [1, 2, 3, 4]) {
        for (const content of CONTENTS) {
          for (const near of [0, 1, Math.min(7, 2 ** (precision - 1) - 1)]) {
            const geometry = { rows: 1 + random(24), columns: 1 + random(70), components, precision };
            const samples = samplesOf(geometry, 2 ** precision - 1, content, random);
            await roundTrip({ ...geometry, samples, near, interleaveMode });
          }
        }
      }
    });

    it('any MAXVAL, thresholds and RESET', async () => {
      const random = randomNumbers(7 + interleaveMode);
      for (let round = 0; round < 60; round++) {
        const precision = 2 + random(15);
        const maxval = 1 + random(2 ** precision - 1);
        const near = random(1 + Math.min(255, maxval >> 1, 4));
        const geometry = { rows: 9, columns: 31, components: 1 + random(4), precision };
        const samples = samplesOf(geometry, maxval, CONTENTS[round % CONTENTS.length], random);
        const presets = { maxval, reset: 3 + random(Math.max(255, maxval) - 2) };
        const [t1, t2, t3] = [0, 1, 2]
          .map(() => near + 1 + random(Math.min(300, maxval - near)))
          .sort((one, other) => one - other);
        await roundTrip({ ...geometry, samples, near, interleaveMode, presets });
        await roundTrip({ ...geometry, samples, near, interleaveMode, presets: { ...presets, t1, t2, t3 } });
      }
    });

    it('restart intervals, shorter and longer than a step and the image', async () => {
      const random = randomNumbers(70 + interleaveMode);
      for (const restartInterval of [1, 2, 3, 7, 16, 40, 41, 70000]) {
        for (const content of CONTENTS) {
          const geometry = { rows: 41, columns: 19, components: 3, precision: 8 };
          const samples = samplesOf(geometry, 255, content, random);
          const restartIntervalBytes = restartInterval > 65535 ? 3 + random(2) : 2 + random(3);
          await roundTrip({ ...geometry, samples, interleaveMode, restartInterval, restartIntervalBytes });
        }
      }
    });

    it('images of many steps', async () => {
      const random = randomNumbers(71);
      for (const content of CONTENTS) {
        const geometry = { rows: 70, columns: 300, components: 3, precision: 10 };
        await roundTrip({ ...geometry, samples: samplesOf(geometry, 1023, content, random), interleaveMode });
      }
    });

    it('what CharLS encodes, lossless to the source', async () => {
      const random = randomNumbers(72);
      for (const precision of [8, 12, 16]) {
        // Its encoder has no room for noise by component.
        for (const content of CONTENTS.filter((kind) => kind !== 'noise')) {
          const geometry = { rows: 40, columns: 61, components: 3, precision };
          const samples = samplesOf(geometry, 2 ** precision - 1, content, random);
          // By component CharLS takes planes.
          const planes = Uint16Array.from({ length: samples.length }, (_, at) => {
            const plane = Math.floor(at / (samples.length / 3));
            return samples[(at - plane * (samples.length / 3)) * 3 + plane];
          });
          const source = picture(geometry, interleaveMode === 0 ? planes : samples);
          const { frames } = await encodeByCharls(source, { interleave: interleaveMode });
          const { samples: decoded, error } = await decodeJpegLs(decoder, frames[0]);
          expect(error).toBeUndefined();
          expectBytes(decoded, storedBytes(samples, precision));
        }
      }
    });
  });

  it('lines of one sample, images of one line', async () => {
    const random = randomNumbers(3);
    for (const [rows, columns] of [
      [1, 1],
      [1, 2],
      [40, 1],
      [1, 3000],
      [3, 2],
    ]) {
      for (const components of [1, 3]) {
        for (const interleaveMode of INTERLEAVE_MODES) {
          for (const content of CONTENTS) {
            const geometry = { rows, columns, components, precision: 12 };
            await roundTrip({
              ...geometry,
              samples: samplesOf(geometry, 4095, content, random),
              interleaveMode,
            });
          }
        }
      }
    }
  });

  it('scans of some of the components each, in any order', async () => {
    const random = randomNumbers(4);
    for (const interleaveMode of [1, 2] as const) {
      for (const scans of [[[2], [0, 1]], [[1, 0], [3], [2]], [[0, 3, 1], [2]], [[3, 2, 1, 0]]]) {
        const geometry = { rows: 37, columns: 53, components: Math.max(...scans.flat()) + 1, precision: 8 };
        const samples = samplesOf(geometry, 255, 'plateaus', random);
        await roundTrip({ ...geometry, samples, interleaveMode, scans, identifiers: [9, 200, 0, 77] });
        await roundTrip({ ...geometry, precision: 13, samples, interleaveMode, scans, restartInterval: 5 });
      }
    }
  });

  it('subsampled components, repeated to the size of the image', async () => {
    const random = randomNumbers(5);
    for (const sampling of [
      [
        [1, 1],
        [2, 2],
        [1, 2],
      ],
      [
        [2, 4],
        [2, 1],
        [1, 2],
      ],
      [
        [3, 1],
        [2, 2],
        [1, 3],
        [4, 4],
      ],
      [
        [2, 2],
        [1, 1],
      ],
      [
        [2, 2],
        [2, 2],
      ],
    ] as const) {
      for (const interleaveMode of [0, 1] as const) {
        for (const [rows, columns] of [
          [24, 40],
          [31, 17],
          [1, 1],
          [80, 333],
        ]) {
          const geometry = { rows, columns, components: sampling.length, precision: 8 };
          const samples = samplesOf(geometry, 255, 'slopes', random);
          const restartInterval = random(2) * 3;
          await roundTrip({ ...geometry, samples, interleaveMode, sampling, restartInterval });
        }
      }
    }
  });

  it('dimensions in LSE, lines in DNL', async () => {
    const geometry = { rows: 25, columns: 38, components: 2, precision: 8 };
    const samples = samplesOf(geometry, 255, 'edges', randomNumbers(6));
    for (const bytes of [2, 3, 4] as const) {
      await roundTrip({ ...geometry, samples, oversizeBytes: bytes });
      for (const interleaveMode of INTERLEAVE_MODES) {
        await roundTrip({
          ...geometry,
          samples,
          linesBehindFirstScan: bytes,
          interleaveMode,
          restartInterval: 4,
        });
      }
    }
    const wide = { rows: 2, columns: 70_001, components: 1, precision: 8 };
    await roundTrip({
      ...wide,
      samples: samplesOf(wide, 255, 'plateaus', randomNumbers(7)),
      oversizeBytes: 3,
    });
  });

  it.each([1, 2, 3] as const)('undoes the colour transform HP%i and says RGB', async (colourTransform) => {
    for (const precision of [8, 16]) {
      for (const interleaveMode of INTERLEAVE_MODES) {
        const geometry = { rows: 30, columns: 30, components: 3, precision };
        const samples = samplesOf(geometry, 2 ** precision - 1, 'noise', randomNumbers(8));
        const { bytes } = encodeJpegLs({ ...geometry, samples, interleaveMode, colourTransform });
        const decoded = await decodeJpegLs(decoder, bytes);
        expectBytes(decoded.samples, storedBytes(samples, precision));
        expect(decoded.codestream?.photometricInterpretation).toBe('RGB');
      }
    }
  });

  it('puts samples through mapping tables of 8 and 16 bits', async () => {
    const random = randomNumbers(9);
    const geometry = { rows: 20, columns: 21, components: 3, precision: 6 };
    for (const entryBytes of [1, 2]) {
      for (const interleaveMode of INTERLEAVE_MODES) {
        const samples = samplesOf(geometry, 40, 'plateaus', random);
        const mappingTables = [0, 1, 2].map((table) => ({
          entryBytes,
          entries: Array.from({ length: 41 }, () => random(256 ** entryBytes)),
          entriesInFirstSegment: table === 1 ? 13 : undefined,
        }));
        const image = { ...geometry, samples, interleaveMode, mappingTables };
        const decoded = await decodeJpegLs(decoder, encodeJpegLs(image as JpegLsImage).bytes);
        const mapped = Array.from(samples, (sample, at) => mappingTables[at % 3].entries[sample]);
        expectBytes(decoded.samples, storedBytes(mapped, 8 * entryBytes));
        expect(decoded.codestream?.bitsPerSample).toBe(8 * entryBytes);
      }
    }
  });

  it('refuses samples that a mapping table has no entry for, after the rows in front of them', async () => {
    const samples = new Uint8Array(30 * 20).fill(3);
    samples[12 * 20 + 4] = 9;
    const mappingTables = [{ entryBytes: 1, entries: [10, 20, 30, 40, 50] }];
    const image = { samples, rows: 30, columns: 20, components: 1, precision: 8, mappingTables };
    const decoded = await decodeJpegLs(decoder, encodeJpegLs(image).bytes);
    expect(decoded.error).toMatchObject({ tag: 'InvalidBitstream', goodRows: 12 });
    expect(new Set(decoded.samples?.subarray(0, 240))).toEqual(new Set([40]));
  });

  it('passes over what is in front of SOI and behind EOI, fill bytes, and a missing EOI', async () => {
    const geometry = { rows: 20, columns: 30, components: 3, precision: 8 };
    const samples = samplesOf(geometry, 255, 'noise', randomNumbers(10));
    const { bytes } = encodeJpegLs({ ...geometry, samples, fillBytes: 3, restartInterval: 6 });
    const streams = [
      bytes,
      Uint8Array.of(1, 0xff, 0xd8, 0, ...bytes),
      Uint8Array.of(...bytes, 0, 0xff, 0xda, 5),
      bytes.subarray(0, bytes.length - 2),
      bytes.subarray(0, bytes.length - 5),
    ];
    for (const stream of streams) {
      expectBytes((await decodeJpegLs(decoder, stream)).samples, Uint8Array.from(samples));
    }
  });

  it('hands out the whole rows of a scan that is cut off, and says how many', async () => {
    const random = randomNumbers(11);
    for (const interleaveMode of INTERLEAVE_MODES) {
      const geometry = { rows: 70, columns: 90, components: 3, precision: 8 };
      const samples = samplesOf(geometry, 255, 'slopes', random);
      const { bytes } = encodeJpegLs({ ...geometry, samples, interleaveMode });
      const whole = Uint8Array.from(samples);
      for (let round = 0; round < 20; round++) {
        const cut = bytes.subarray(0, 60 + random(bytes.length - 70));
        const { samples: decoded, error } = await decodeJpegLs(decoder, cut);
        expect(error).toMatchObject({ tag: 'TruncatedData', goodRows: expect.any(Number) });
        const good = (error as { goodRows: number }).goodRows * 270;
        expectBytes(decoded?.subarray(0, good), whole.subarray(0, good));
        // By line and by sample the rows follow the bytes: no more than two of them are lost.
        const rows = (70 * cut.length) / bytes.length;
        if (interleaveMode > 0) expect(good / 270).toBeGreaterThan(rows * 0.8 - 3);
      }
    }
  });

  it('refuses what it cannot know to be right', async () => {
    const geometry = { rows: 8, columns: 8, components: 1, precision: 8 };
    const samples = samplesOf(geometry, 255, 'noise', randomNumbers(12));
    const { bytes } = encodeJpegLs({ ...geometry, samples });
    const at = (marker: number) => bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === marker);
    const [sof, sos] = [at(0xf7), at(0xda)];
    const changed = (...changes: readonly (readonly [offset: number, byte: number])[]) => {
      const copy = Uint8Array.from(bytes);
      for (const [offset, byte] of changes) copy[offset] = byte;
      return copy;
    };
    const inserted = (...segment: number[]) =>
      Uint8Array.of(...bytes.subarray(0, sos), ...segment, ...bytes.subarray(sos));
    const cases: readonly (readonly [name: string, bytes: Uint8Array, expected: object])[] = [
      ['nothing', new Uint8Array(), { tag: 'InvalidBitstream' }],
      ['SOI alone', bytes.subarray(0, 3), { tag: 'TruncatedData' }],
      ['no scan', bytes.subarray(0, sos), { tag: 'TruncatedData' }],
      ['a precision of 17 bits', changed([sof + 4, 17]), { tag: 'InvalidBitstream', offset: sof }],
      ['a sampling factor of 5', changed([sof + 11, 0x51]), { tag: 'InvalidBitstream', offset: sof }],
      ['no columns', changed([sof + 8, 0]), { tag: 'InvalidBitstream' }],
      ['no lines', changed([sof + 6, 0]), { tag: 'InvalidBitstream' }],
      ['a component that is not there', changed([sos + 5, 9]), { tag: 'InvalidBitstream', offset: sos }],
      ['a NEAR of 128', changed([sos + 7, 128]), { tag: 'InvalidBitstream', offset: sos }],
      ['an interleave mode of 3', changed([sos + 8, 3]), { tag: 'InvalidBitstream', offset: sos }],
      ['a point transform', changed([sos + 9, 1]), { tag: 'UnsupportedFeature', offset: sos }],
      ['a mapping table that is missing', changed([sos + 6, 1]), { tag: 'InvalidBitstream', offset: sos }],
      ['entries of three bytes', inserted(0xff, 0xf8, 0, 8, 2, 1, 3, 1, 2, 3), { tag: 'UnsupportedFeature' }],
      ['an extension', inserted(0xff, 0xf8, 0, 5, 13, 0, 0), { tag: 'UnsupportedFeature', offset: sos }],
      [
        'T1 above T2',
        inserted(0xff, 0xf8, 0, 13, 1, 0, 0, 0, 9, 0, 8, 0, 20, 0, 0),
        { tag: 'InvalidBitstream' },
      ],
      [
        'a RESET of 2',
        inserted(0xff, 0xf8, 0, 13, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2),
        { tag: 'InvalidBitstream' },
      ],
      [
        'a MAXVAL of 256',
        inserted(0xff, 0xf8, 0, 13, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        { tag: 'InvalidBitstream' },
      ],
      ['a second size', inserted(0xff, 0xf8, 0, 8, 4, 2, 0, 8, 0, 9), { tag: 'InvalidBitstream' }],
      [
        'a colour transform of one component',
        inserted(0xff, 0xe8, 0, 7, 0x6d, 0x72, 0x66, 0x78, 1),
        {
          tag: 'UnsupportedFeature',
        },
      ],
      [
        'a restart marker',
        Uint8Array.of(...bytes.subarray(0, -2), 0xff, 0xd0, 0, 0xff, 0xd9),
        {
          tag: 'InvalidBitstream',
        },
      ],
      [
        'data that are left over',
        Uint8Array.of(...bytes.subarray(0, -2), 1, 2, 3, 4, 0xff, 0xd9),
        {
          tag: 'InvalidBitstream',
        },
      ],
      [
        '65535 lines of few bytes',
        changed([sof + 5, 255], [sof + 6, 255]),
        { tag: 'TruncatedData', goodRows: 0 },
      ],
    ];
    for (const [name, stream, expected] of cases) {
      const { error } = await decodeJpegLs(decoder, stream);
      expect(error, name).toMatchObject(expected);
      expect(Object(error).cause, name).toBeUndefined();
    }
  });

  it('takes no memory that the limits do not allow', async () => {
    const geometry = { rows: 1000, columns: 3000, components: 1, precision: 16 };
    const samples = new Uint16Array(3_000_000);
    const { bytes } = encodeJpegLs({ ...geometry, samples, near: 1 });
    const wide = Uint8Array.from(bytes);
    const tight = { ...DEFAULT_LIMITS, memoryBytes: 1 << 20, frameBytes: 1 << 10 };
    // Lines go out as they are decoded: the image's size is not the kernel's to hold.
    expect((await decodeJpegLs(decoder, wide, tight)).error).toBeUndefined();
    const planes = encodeJpegLs({
      samples: new Uint16Array(3_000_000),
      rows: 1000,
      columns: 1000,
      components: 3,
      precision: 8,
    });
    expect((await decodeJpegLs(decoder, planes.bytes, tight)).error).toMatchObject({ tag: 'LimitExceeded' });
  });
});

describe('the row of the registry', () => {
  it('leaves other processes to others', () => {
    const refusal = (stream: Uint8Array) => jpegLs.refusal?.(encodedFrame(stream, 1, 1));
    expect(refusal(h3)).toBeUndefined();
    expect(refusal(Uint8Array.from(h3, (byte, at) => (at === 3 ? 0xc3 : byte)))).toMatch(/JPEG lossless/);
    expect(refusal(new Uint8Array(4))).toBeUndefined();
  });
});
