import { beforeAll, describe, expect, it } from 'vitest';
import { LimitExceeded } from '../errors.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import type { Codestream, DecodeContext, Decoder, EncodedFrame } from './codec.js';
import { rle, rleDecoder } from './rle.js';
import { encodedFrame, type Mix, randomNumbers, randomSegment, rleFrame } from './rle.test-support.js';

const ENGINES = { shipped: () => moduleOf('rle'), 'plain twin': () => plainTwin('rle') };

/** A kernel whose memory is junk before each frame. */
class JunkKernel extends Kernel {
  override decode(...[bytes, parameters, onHeader, options]: Parameters<Kernel['decode']>) {
    return super.decode(bytes, parameters, onHeader, { ...options, junk: true });
  }
}

const sizeOf = ({ rows, columns, samplesPerPixel, bytesPerSample }: Codestream) =>
  rows * columns * samplesPerPixel * bytesPerSample;

describe.each(Object.entries(ENGINES))('RLE Lossless, %s', (_, module) => {
  let decoder: Decoder;

  beforeAll(async () => {
    decoder = rleDecoder(new JunkKernel('rle', await module()));
  });

  function decode(frame: EncodedFrame, context: Partial<DecodeContext> = {}): Uint8Array {
    let samples = new Uint8Array();
    const allocate = (codestream: Codestream) => {
      samples = new Uint8Array(sizeOf(codestream)).fill(0xee);
      return samples;
    };
    decoder.decode(frame, { allocate, limits: DEFAULT_LIMITS, ...context });
    return samples;
  }

  const failing = (fields: object) => expect.objectContaining(fields);

  describe('runs (PS3.5 G.3.2)', () => {
    it('takes n from 0 to 127 for n + 1 literal bytes', () => {
      expect([...decode(encodedFrame(rleFrame([0, 9, 2, 1, 2, 3]), 1, 4))]).toEqual([9, 1, 2, 3]);
      const longest = Array.from({ length: 128 }, (_, i) => 255 - i);
      expect([...decode(encodedFrame(rleFrame([127, ...longest]), 1, 128))]).toEqual(longest);
    });

    it('takes n from -1 to -127 for 1 - n times the next byte', () => {
      expect([...decode(encodedFrame(rleFrame([255, 7, 254, 8]), 1, 5))]).toEqual([7, 7, 8, 8, 8]);
      expect([...decode(encodedFrame(rleFrame([129, 6]), 1, 128))]).toEqual(Array(128).fill(6));
    });

    it('takes -128 for nothing', () => {
      expect([...decode(encodedFrame(rleFrame([128, 128, 0, 5, 128, 255, 6, 128]), 1, 3))]).toEqual([
        5, 6, 6,
      ]);
    });

    it('takes runs of each length and kind, wherever they stand', () => {
      const segment: number[] = [];
      const plane: number[] = [];
      for (let count = 1; count <= 128; count++) {
        const literal = Array.from({ length: count }, (_, i) => (count * 7 + i * 13) & 255);
        segment.push(count - 1, ...literal);
        plane.push(...literal);
        if (count < 2) continue;
        segment.push(257 - count, count ^ 0x5a);
        plane.push(...Array(count).fill(count ^ 0x5a));
      }
      expect([...decode(encodedFrame(rleFrame(segment), 1, plane.length))]).toEqual(plane);
    });

    it('lets runs cross rows, as they should not', () => {
      expect([...decode(encodedFrame(rleFrame([251, 3, 2, 4, 5, 6]), 3, 3))]).toEqual([
        3, 3, 3, 3, 3, 3, 4, 5, 6,
      ]);
    });

    it('lets segments have odd lengths, padding and bytes of their own at the end', () => {
      const red = [255, 1, 128];
      const green = [255, 2, 0, 0, 0];
      const blue = [255, 3, 127, 9];
      expect([...decode(encodedFrame(rleFrame(red, green, blue), 1, 2, 8, 3))]).toEqual([1, 2, 3, 1, 2, 3]);
    });

    it('drops what a run has beyond the plane, also a literal one that the segment cuts', () => {
      expect([...decode(encodedFrame(rleFrame([129, 4]), 1, 3))]).toEqual([4, 4, 4]);
      expect([...decode(encodedFrame(rleFrame([20, 1, 2, 3]), 1, 3))]).toEqual([1, 2, 3]);
    });
  });

  describe('byte segments (PS3.5 G.2)', () => {
    it('has the most significant byte of 16 bits first', () => {
      const samples = decode(encodedFrame(rleFrame([1, 0x12, 0x56], [1, 0x34, 0x78]), 1, 2, 16));
      expect([...new Uint16Array(samples.buffer)]).toEqual([0x1234, 0x5678]);
    });

    it('has the most significant byte of 32 and of 64 bits first', () => {
      const four = rleFrame([1, 0x01, 0xf1], [1, 0x02, 0xf2], [1, 0x03, 0xf3], [1, 0x04, 0xf4]);
      expect([...new Uint32Array(decode(encodedFrame(four, 1, 2, 32)).buffer)]).toEqual([
        0x01020304, 0xf1f2f3f4,
      ]);
      const eight = rleFrame([0, 1], [0, 2], [0, 3], [0, 4], [0, 5], [0, 6], [0, 7], [0, 8]);
      expect([...new BigUint64Array(decode(encodedFrame(eight, 1, 1, 64)).buffer)]).toEqual([
        0x0102030405060708n,
      ]);
    });

    it('fills 24 and 40 bits up to the next container with zeros', () => {
      const three = rleFrame([0, 0xff], [0, 0xfe], [0, 0xfd]);
      expect([...new Uint32Array(decode(encodedFrame(three, 1, 1, 24)).buffer)]).toEqual([0xfffefd]);
      const five = rleFrame([0, 0xff], [0, 0xfe], [0, 0xfd], [0, 0xfc], [0, 0xfb]);
      expect([...new BigUint64Array(decode(encodedFrame(five, 1, 1, 40)).buffer)]).toEqual([0xfffefdfcfbn]);
    });

    it('puts colour together by pixel, whatever Planar Configuration says', () => {
      const frame = encodedFrame(rleFrame([1, 1, 4], [1, 2, 5], [1, 3, 6]), 1, 2, 8, 3);
      for (const planarConfiguration of [0, 1] as const) {
        const attributes = { ...frame.attributes, planarConfiguration };
        expect([...decode({ ...frame, attributes })]).toEqual([1, 2, 3, 4, 5, 6]);
      }
    });

    it('puts colour of 16 bits together: both segments of red, then of green, then of blue', () => {
      const samples = decode(
        encodedFrame(rleFrame([0, 0x11], [0, 0x12], [0, 0x21], [0, 0x22], [0, 0x31], [0, 0x32]), 1, 1, 16, 3),
      );
      expect([...new Uint16Array(samples.buffer)]).toEqual([0x1112, 0x2122, 0x3132]);
    });

    it('takes 15 segments', () => {
      const segments = Array.from({ length: 15 }, (_, i) => [0, 40 + i]);
      expect([...decode(encodedFrame(rleFrame(...segments), 1, 1, 8, 15))]).toEqual(
        segments.map((s) => s[1]),
      );
    });
  });

  describe('pixels of one bit', () => {
    // 3 rows of 7: 21 pixels, 3 bytes packed, least significant bit first (PS3.5 8.1.1).
    const pixels = [1, 1, 0, 0, 1, 0, 1, 0, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1, 1, 1];
    const packed = [0b01010011, 0b10000111, 0b11111100];

    it('takes a byte to each, as G.2 pads it', () => {
      expect([...decode(encodedFrame(rleFrame([20, ...pixels]), 3, 7, 1))]).toEqual(pixels);
    });

    it('takes eight to a byte, as native frames have them', () => {
      expect([...decode(encodedFrame(rleFrame([2, ...packed]), 3, 7, 1))]).toEqual(pixels);
      expect([...decode(encodedFrame(rleFrame([2, ...packed, 0, 0, 0, 0]), 3, 7, 1))]).toEqual(pixels);
    });

    it('takes a segment between the two for one that was cut', () => {
      const plane = Array(3).fill([129, 1]).flat();
      expect(() => decode(encodedFrame(rleFrame(plane), 32, 32, 1))).toThrow(
        failing({ tag: 'TruncatedData', goodRows: 12 }),
      );
    });

    it('unpacks many, over several tiles', () => {
      const random = randomNumbers(5);
      const { segment, plane } = randomSegment(70_000, { longest: 128, replicates: 8, empty: 1 }, random);
      const samples = decode(encodedFrame(rleFrame(segment), 700, 800, 1));
      for (let i = 0; i < samples.length; i++) {
        if (samples[i] !== ((plane[i >> 3] >> (i & 7)) & 1)) throw new Error(`pixel ${i}`);
      }
    });
  });

  describe('whole frames of random runs', () => {
    const mixes: Record<string, Mix> = {
      'short runs': { longest: 5, replicates: 8, empty: 1 },
      'runs around 16': { longest: 20, replicates: 8, empty: 0 },
      'long runs': { longest: 128, replicates: 8, empty: 1 },
      'literal runs': { longest: 128, replicates: 0, empty: 0 },
      'replicate runs': { longest: 128, replicates: 16, empty: 0 },
    };
    const shapes = [
      { bits: 8, samples: 1, rows: 401, columns: 999 },
      { bits: 16, samples: 1, rows: 301, columns: 333 },
      { bits: 8, samples: 3, rows: 299, columns: 311 },
      { bits: 8, samples: 2, rows: 100, columns: 301 },
      { bits: 8, samples: 4, rows: 99, columns: 311 },
      { bits: 32, samples: 1, rows: 99, columns: 211 },
      { bits: 16, samples: 3, rows: 99, columns: 111 },
      { bits: 32, samples: 3, rows: 49, columns: 111 },
      { bits: 64, samples: 1, rows: 49, columns: 111 },
      { bits: 24, samples: 1, rows: 49, columns: 211 },
      { bits: 40, samples: 3, rows: 49, columns: 111 },
    ];
    const cases = shapes.flatMap((shape) => Object.keys(mixes).map((mix) => ({ ...shape, mix })));

    it.each(cases)('$rows x $columns, $samples samples of $bits bits, $mix', (shape) => {
      const { rows, columns, samples, bits, mix } = shape;
      const random = randomNumbers(rows * columns + bits + mix.length);
      const pixels = rows * columns;
      const bytes = bits / 8;
      const container = bytes === 3 ? 4 : bytes === 5 ? 8 : bytes;
      const planes = Array.from({ length: samples * bytes }, () => randomSegment(pixels, mixes[mix], random));
      const expected = new Uint8Array(pixels * samples * container);
      for (let pixel = 0; pixel < pixels; pixel++) {
        for (const [segment, { plane }] of planes.entries()) {
          const sample = Math.floor(segment / bytes);
          const significance = bytes - 1 - (segment % bytes);
          expected[(pixel * samples + sample) * container + significance] = plane[pixel];
        }
      }
      const frame = encodedFrame(rleFrame(...planes.map((p) => p.segment)), rows, columns, bits, samples);
      expect(Buffer.compare(decode(frame), expected)).toBe(0);
    });
  });

  describe('broken frames', () => {
    const good = () => rleFrame([254, 1], [254, 2]);
    const withField = (offset: number, value: number) => {
      const bytes = good();
      new DataView(bytes.buffer).setUint32(offset, value, true);
      return encodedFrame(bytes, 1, 3, 16);
    };

    it('says so when the header is cut', () => {
      for (const length of [0, 1, 63]) {
        expect(() => decode(encodedFrame(good().subarray(0, length), 1, 3, 16))).toThrow(
          failing({ tag: 'TruncatedData', offset: length, clause: 'PS3.5 G.5' }),
        );
      }
    });

    it('says so when the number of segments does not fit the image', () => {
      for (const count of [0, 1, 3, 15, 16, 2 ** 31, 2 ** 32 - 1]) {
        expect(() => decode(withField(0, count))).toThrow(failing({ tag: 'InvalidBitstream', offset: 0 }));
      }
      const sixteen = Array.from({ length: 16 }, () => [0, 0]);
      expect(() => decode(encodedFrame(rleFrame(...sixteen), 1, 1, 8, 16))).toThrow(
        failing({ tag: 'InvalidBitstream', clause: 'PS3.5 G.2' }),
      );
    });

    it('says so when an offset goes back, lies in the header or outside', () => {
      for (const [field, offset] of [
        [4, 0],
        [4, 63],
        [4, 69],
        [4, 2 ** 32 - 1],
        [8, 0],
        [8, 63],
        [8, 69],
        [8, 2 ** 31],
        [8, 2 ** 32 - 4],
      ]) {
        expect(() => decode(withField(field, offset)), `${offset} at ${field}`).toThrow(
          failing({ tag: 'InvalidBitstream', offset: field, clause: 'PS3.5 G.5' }),
        );
      }
    });

    it('takes bytes between header and first segment, and offsets behind the last, as they are', () => {
      const bytes = new Uint8Array(72);
      bytes.set(good().subarray(0, 64));
      bytes.set([254, 1, 254, 2], 68);
      const header = new DataView(bytes.buffer);
      header.setUint32(4, 68, true);
      header.setUint32(8, 70, true);
      header.setUint32(12, 2 ** 32 - 1, true);
      expect([...new Uint16Array(decode(encodedFrame(bytes, 1, 3, 16)).buffer)]).toEqual(
        Array(3).fill(0x0102),
      );
    });

    it('says which segment runs short and which rows are whole, and hands these out', () => {
      const high = [255, 1, 255, 2, 255, 3];
      const low = [2, 10, 11, 12, 5, 13, 14];
      const frame = encodedFrame(rleFrame(high, low), 3, 2, 16);
      const samples = new Uint8Array(12).fill(0xee);
      expect(() => decode(frame, { allocate: () => samples })).toThrow(
        failing({
          tag: 'TruncatedData',
          goodRows: 2,
          offset: 77,
          message: expect.stringMatching('segment 2'),
        }),
      );
      expect([...new Uint16Array(samples.buffer, 0, 4)]).toEqual([0x010a, 0x010b, 0x020c, 0x020d]);
    });

    it('counts the rows that are whole in all segments', () => {
      const rowsOf = (count: number) => Array(count).fill([206, 0, 207, 0]).flat();
      const frame = rleFrame(rowsOf(30), rowsOf(20), rowsOf(25));
      expect(() => decode(encodedFrame(frame, 40, 101, 8, 3))).toThrow(failing({ goodRows: 20 }));
    });

    it('does not ask for memory when the bytes can never fill the image', () => {
      let asked = false;
      const allocate = () => {
        asked = true;
        return new Uint8Array();
      };
      const frame = encodedFrame(rleFrame([129, 0]), 65535, 65535);
      expect(() => decode(frame, { allocate })).toThrow(failing({ tag: 'TruncatedData' }));
      expect(() => decode(encodedFrame(rleFrame([129, 0]), 1, 129), { allocate })).toThrow(
        failing({ tag: 'TruncatedData', goodRows: 0 }),
      );
      expect(asked).toBe(false);
    });

    it('refuses an image that no memory holds', () => {
      for (const rows of [2 ** 32 - 1, 2 ** 20]) {
        const frame = encodedFrame(rleFrame([129, 0]), rows, rows);
        expect(() => decode(frame)).toThrow(failing({ tag: 'LimitExceeded' }));
      }
    });

    it('refuses colour whose samples are no whole bytes', () => {
      expect(() => decode(encodedFrame(rleFrame([0, 1], [0, 1], [0, 1]), 1, 1, 1, 3))).toThrow(
        failing({ tag: 'UnsupportedFeature', clause: 'PS3.5 G.2' }),
      );
    });

    it('passes on what allocate throws', () => {
      const allocate = () => {
        throw new LimitExceeded('too large', { limit: 'frameBytes' });
      };
      expect(() => decode(encodedFrame(good(), 1, 3, 16), { allocate })).toThrow(LimitExceeded);
    });

    it('goes on with the next frame', () => {
      expect(() => decode(withField(0, 9))).toThrow();
      expect([...new Uint16Array(decode(encodedFrame(good(), 1, 3, 16)).buffer)]).toEqual(
        Array(3).fill(0x0102),
      );
    });
  });

  it('says what it handed out', () => {
    const frame = encodedFrame(rleFrame([0, 0xff], [0, 0xfe], [0, 0xfd]), 1, 1, 24);
    const allocate = (codestream: Codestream) => new Uint8Array(sizeOf(codestream));
    expect(decoder.decode(frame, { allocate, limits: DEFAULT_LIMITS })).toEqual({
      rows: 1,
      columns: 1,
      samplesPerPixel: 1,
      bitsPerSample: 24,
      signed: undefined,
      photometricInterpretation: undefined,
      bytesPerSample: 4,
    });
  });
});

describe('RLE Lossless, as the registry lists it', () => {
  it('loads its kernel and decodes', async () => {
    const decoder = await rle.load();
    const samples = new Uint8Array(2);
    const frame = encodedFrame(rleFrame([255, 8]), 1, 2);
    await decoder.decode(frame, { allocate: () => samples, limits: DEFAULT_LIMITS });
    expect([...samples]).toEqual([8, 8]);
  });
});
