import { beforeAll, describe, expect, it } from 'vitest';
import { encodeJpegLossless } from '../../fixtures/generate/jpeg-lossless-encoder.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import type { Decoder } from './codec.js';
import { jpegLosslessDecoder } from './jpeg-lossless.js';
import { decodeFrame, imageOf } from './jpeg-lossless.test-support.js';
import {
  EOI,
  frameHeader,
  SOI,
  scanHeader,
  segment,
  stream,
  TWO_CODES,
  table,
} from './jpeg-lossless-stream.test-support.js';
import { randomNumbers } from './rle.test-support.js';

const noArithmetic = () => Promise.reject(new Error('no arithmetic coding here'));

describe.each([
  ['shipped', moduleOf],
  ['plain twin', plainTwin],
] as const)('lossless JPEG, %s, refuses', (_, load) => {
  let kernel: Kernel;
  let decoder: Decoder;

  beforeAll(async () => {
    kernel = new Kernel('jpeg-lossless', await load('jpeg-lossless'));
    const arithmetic = new Kernel('jpeg-lossless-arithmetic', await load('jpeg-lossless-arithmetic'));
    decoder = jpegLosslessDecoder(kernel, async () => arithmetic);
  });

  const scan = [...scanHeader(), 0, 0];
  it.each<[string, string, Uint8Array]>([
    ['InvalidBitstream', 'no SOI', stream([1, 2, 3, 4])],
    ['InvalidBitstream', 'a scan without a frame header', stream(SOI, TWO_CODES, scan, EOI)],
    ['InvalidBitstream', 'an image without a scan', stream(SOI, frameHeader(1, 1), EOI)],
    [
      'InvalidBitstream',
      'two frame headers',
      stream(SOI, frameHeader(1, 1), frameHeader(1, 1), TWO_CODES, scan),
    ],
    [
      'InvalidBitstream',
      'a segment of length 1',
      stream(SOI, [0xff, 0xe0, 0, 1], frameHeader(1, 1), TWO_CODES, scan),
    ],
    [
      'InvalidBitstream',
      'a restart interval without a value',
      stream(SOI, segment(0xdd), frameHeader(1, 1), TWO_CODES, scan),
    ],
    ['InvalidBitstream', 'predictor 0', stream(SOI, frameHeader(1, 1), TWO_CODES, scanHeader(0), [0], EOI)],
    ['InvalidBitstream', 'predictor 8', stream(SOI, frameHeader(1, 1), TWO_CODES, scanHeader(8), [0], EOI)],
    [
      'InvalidBitstream',
      'a point transform that takes all bits',
      stream(SOI, frameHeader(1, 1), TWO_CODES, scanHeader(1, 8), [0]),
    ],
    ['InvalidBitstream', 'a Huffman table that is not there', stream(SOI, frameHeader(1, 1), scan, EOI)],
    [
      'InvalidBitstream',
      'a Huffman table selector above 3',
      stream(SOI, frameHeader(1, 1), TWO_CODES, scanHeader(1, 0, [[1, 0x40]]), [0]),
    ],
    [
      'InvalidBitstream',
      'a Huffman table for AC coefficients alone',
      stream(SOI, frameHeader(1, 1), table([1], [0], 0x10), scan),
    ],
    [
      'InvalidBitstream',
      'a Huffman table identifier above 3',
      stream(SOI, frameHeader(1, 1), table([1], [0], 4), scan),
    ],
    [
      'InvalidBitstream',
      'three codes of one bit',
      stream(SOI, frameHeader(1, 1), table([3], [0, 1, 2]), scan),
    ],
    [
      'InvalidBitstream',
      'more codes than the lengths leave room for',
      stream(SOI, frameHeader(1, 1), table([1, 1, 3], [0, 1, 2, 3, 4]), scan),
    ],
    ['InvalidBitstream', 'a table without codes', stream(SOI, frameHeader(1, 1), table([], []), scan)],
    [
      'InvalidBitstream',
      'a table with fewer values than codes',
      stream(SOI, frameHeader(1, 1), table([1, 1], [0]), scan),
    ],
    ['InvalidBitstream', 'a table cut short', stream(SOI, frameHeader(1, 1), segment(0xc4, 0, 1, 0), scan)],
    ['InvalidBitstream', 'a category above 16', stream(SOI, frameHeader(1, 1), table([1, 1], [0, 17]), scan)],
    [
      'InvalidBitstream',
      'a code that is not in the table',
      stream(SOI, frameHeader(1, 8), TWO_CODES, scanHeader(), [0b00011111, 0xfe, 0, 0], EOI),
    ],
    [
      'InvalidBitstream',
      'a scan of no components',
      stream(SOI, frameHeader(1, 1), TWO_CODES, scanHeader(1, 0, []), [0]),
    ],
    [
      'InvalidBitstream',
      'a scan of an unknown component',
      stream(SOI, frameHeader(1, 1), TWO_CODES, scanHeader(1, 0, [[9, 0]]), [0]),
    ],
    [
      'InvalidBitstream',
      'a scan of more components than there are',
      stream(
        SOI,
        frameHeader(1, 1),
        TWO_CODES,
        scanHeader(1, 0, [
          [1, 0],
          [1, 0],
        ]),
        [0],
      ),
    ],
    [
      'InvalidBitstream',
      'a scan header cut short',
      stream(SOI, frameHeader(1, 1), TWO_CODES, segment(0xda, 1, 1, 0), [0]),
    ],
    [
      'InvalidBitstream',
      'a component that comes twice',
      stream(
        SOI,
        frameHeader(1, 1, 8, [
          [1, 0x11, 0],
          [2, 0x11, 0],
        ]),
        TWO_CODES,
        scanHeader(),
        [0],
        scanHeader(),
        [0],
        EOI,
      ),
    ],
    [
      'InvalidBitstream',
      'a component that never comes',
      stream(
        SOI,
        frameHeader(1, 1, 8, [
          [1, 0x11, 0],
          [2, 0x11, 0],
        ]),
        TWO_CODES,
        scanHeader(),
        [0],
        EOI,
      ),
    ],
    [
      'TruncatedData',
      'data that end between two scans',
      stream(
        SOI,
        frameHeader(1, 1, 8, [
          [1, 0x11, 0],
          [2, 0x11, 0],
        ]),
        TWO_CODES,
        scanHeader(),
        [0],
      ),
    ],
    [
      'InvalidBitstream',
      'more than ten data units in one minimum coded unit',
      stream(
        SOI,
        frameHeader(9, 9, 8, [
          [1, 0x44, 0],
          [2, 0x11, 0],
        ]),
        TWO_CODES,
        scanHeader(1, 0, [
          [1, 0],
          [2, 0],
        ]),
        new Array(99).fill(0),
      ),
    ],
    [
      'InvalidBitstream',
      'no number of lines anywhere',
      stream(SOI, frameHeader(0, 8), TWO_CODES, scanHeader(), [0], EOI),
    ],
    [
      'InvalidBitstream',
      'a number of lines of 0',
      stream(SOI, frameHeader(0, 8), TWO_CODES, scanHeader(), [0], segment(0xdc, 0, 0), EOI),
    ],
    [
      'InvalidBitstream',
      'a restart marker where none is due',
      stream(SOI, frameHeader(2, 8), TWO_CODES, scanHeader(), [0, 0xff, 0xd0, 0], EOI),
    ],
    [
      'InvalidBitstream',
      'restart markers out of order',
      stream(SOI, frameHeader(2, 8), segment(0xdd, 0, 8), TWO_CODES, scanHeader(), [0, 0xff, 0xd1, 0], EOI),
    ],
    [
      'InvalidBitstream',
      'data left over behind the last sample',
      stream(SOI, frameHeader(1, 8), TWO_CODES, scanHeader(), new Array(9).fill(0), EOI),
    ],
    [
      'TruncatedData',
      'a restart interval that is missing',
      stream(
        SOI,
        frameHeader(3, 8),
        segment(0xdd, 0, 8),
        TWO_CODES,
        scanHeader(),
        [0, 0xff, 0xd0, 0, 0],
        EOI,
      ),
    ],
    [
      'TruncatedData',
      'fewer bits than samples',
      stream(SOI, frameHeader(2, 8), TWO_CODES, scanHeader(), [0], EOI),
    ],
    [
      'UnsupportedFeature',
      'five components',
      stream(
        SOI,
        frameHeader(
          1,
          1,
          8,
          [1, 2, 3, 4, 5].map((c) => [c, 0x11, 0]),
        ),
        TWO_CODES,
        scan,
      ),
    ],
    ['UnsupportedFeature', 'another process', stream(SOI, segment(0xc0, 8, 0, 1, 0, 1, 1, 1, 0x11, 0), scan)],
    [
      'UnsupportedFeature',
      'a differential frame',
      stream(SOI, segment(0xcf, 8, 0, 1, 0, 1, 1, 1, 0x11, 0), scan),
    ],
    [
      'UnsupportedFeature',
      'the hierarchical mode',
      stream(SOI, segment(0xde, 8, 0, 1, 0, 1, 1, 1, 0x11, 0), frameHeader(1, 1), TWO_CODES, scan),
    ],
  ])('%s: %s', async (tag, _what, bytes) => {
    expect((await decodeFrame(decoder, bytes)).error).toMatchObject({ tag });
    // What the headers show before any engine is loaded is caught there; the kernel alone must refuse it as well.
    const attempt = () =>
      kernel.decode(bytes, [], (fields) => new Uint8Array(fields[0] * fields[1] * fields[2] * fields[4]), {
        limits: DEFAULT_LIMITS,
      });
    expect(attempt).toThrowError(expect.objectContaining({ tag }));
  });

  it('sizes that the bytes cannot hold, before it asks for memory', async () => {
    const bytes = stream(
      SOI,
      frameHeader(65535, 65535, 16),
      TWO_CODES,
      scanHeader(),
      new Array(1000).fill(0),
      EOI,
    );
    const { error, samples } = await decodeFrame(decoder, bytes);
    expect(error).toMatchObject({ tag: 'TruncatedData' });
    expect(samples).toBeUndefined();
    expect(kernel.heldBytes).toBeLessThan(4 << 20);
  });

  it('to take more memory than the limits allow', async () => {
    const image = imageOf({ rows: 300, columns: 300, components: 4, precision: 16 }, randomNumbers(1));
    const bytes = encodeJpegLossless({ ...image, interleaved: false });
    const limits = { ...DEFAULT_LIMITS, memoryBytes: bytes.length + 400_000, frameBytes: 1 };
    const { error } = await decodeFrame(
      jpegLosslessDecoder(new Kernel('jpeg-lossless', await load('jpeg-lossless')), noArithmetic),
      bytes,
      limits,
    );
    expect(error).toMatchObject({ tag: 'LimitExceeded', limit: 'memoryBytes' });
  });
});
