import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ImagePixel } from '../dicom/image-pixel.js';
import { DEFAULT_LIMITS } from '../limits.js';
import type { Codec, Codestream, EncodedFrame } from './codec.js';
import { deflateFrame } from './deflate-frame.js';
import { encapsulatedUncompressed } from './encapsulated-uncompressed.js';
import { native } from './native.js';

const IMPLICIT_LITTLE = '1.2.840.10008.1.2';
const EXPLICIT_LITTLE = '1.2.840.10008.1.2.1';
const EXPLICIT_BIG = '1.2.840.10008.1.2.2';
const GE_BIG = '1.2.840.113619.5.2';

function attributes(changes: Partial<ImagePixel> = {}): ImagePixel {
  const bitsAllocated = changes.bitsAllocated ?? 8;
  return {
    rows: 2,
    columns: 3,
    samplesPerPixel: 1,
    bitsAllocated,
    bitsStored: bitsAllocated,
    highBit: bitsAllocated - 1,
    pixelRepresentation: 0,
    planarConfiguration: 0,
    photometricInterpretation: (changes.samplesPerPixel ?? 1) === 1 ? 'MONOCHROME2' : 'RGB',
    pixelData: 'integer',
    pixelDataVr: 'OW',
    ...changes,
  };
}

async function decode(codec: Codec, frame: EncodedFrame) {
  const decoder = await codec.load();
  const allocations: Codestream[] = [];
  let bytes = new Uint8Array(0);
  const codestream = await decoder.decode(frame, {
    limits: DEFAULT_LIMITS,
    allocate(asked) {
      allocations.push(asked);
      bytes = new Uint8Array(asked.rows * asked.columns * asked.samplesPerPixel * asked.bytesPerSample).fill(
        0xa5,
      );
      return bytes;
    },
  });
  expect(allocations).toEqual([codestream]);
  return { codestream, bytes: [...bytes] };
}

const decodeNative = (
  bytes: readonly number[],
  changes: Partial<ImagePixel>,
  transferSyntax = EXPLICIT_LITTLE,
  bitOffset = 0,
) =>
  decode(native, {
    bytes: Uint8Array.from(bytes),
    bitOffset,
    transferSyntax,
    attributes: attributes(changes),
  });

const count = (length: number, first = 1) => Array.from({ length }, (_, i) => (first + i) & 0xff);

describe('native little endian', () => {
  it.each([8, 16, 32, 64])(
    'hands out words of %i bits as they are and ignores what is behind',
    async (bits) => {
      const stored = count(6 * (bits / 8) + 5);
      for (const transferSyntax of [IMPLICIT_LITTLE, EXPLICIT_LITTLE]) {
        const { codestream, bytes } = await decodeNative(stored, { bitsAllocated: bits }, transferSyntax);
        expect(bytes).toEqual(stored.slice(0, 6 * (bits / 8)));
        expect(codestream).toEqual({
          rows: 2,
          columns: 3,
          samplesPerPixel: 1,
          bitsPerSample: bits,
          signed: undefined,
          photometricInterpretation: undefined,
          bytesPerSample: bits / 8,
        });
      }
    },
  );

  it('keeps bits that Bits Stored does not use: the dataset alone knows of them', async () => {
    const { bytes } = await decodeNative([0xff, 0xff, 1, 0], {
      columns: 1,
      bitsAllocated: 16,
      bitsStored: 12,
      highBit: 11,
    });
    expect(bytes).toEqual([0xff, 0xff, 1, 0]);
  });

  it('unpacks pixels of one bit from every bit of a byte on', async () => {
    for (let bitOffset = 0; bitOffset < 8; bitOffset++) {
      const bits = [1, 0, 1, 1, 0, 0, 0, 1, 1, 1, 0, 1, 0, 1, 1];
      const stored = [0, 0, 0];
      bits.forEach((bit, i) => {
        const at = bitOffset + i;
        stored[at >> 3]! |= bit << (at & 7);
      });
      const size = Math.ceil((bitOffset + 15) / 8);
      const shape = { rows: 5, columns: 3, bitsAllocated: 1 };
      const { codestream, bytes } = await decodeNative(
        stored.slice(0, size),
        shape,
        EXPLICIT_LITTLE,
        bitOffset,
      );
      expect(bytes, `from bit ${bitOffset}`).toEqual(bits);
      expect(codestream).toMatchObject({ bitsPerSample: 1, bytesPerSample: 1 });
    }
  });

  it('unpacks 12 bits, also for a frame that begins inside a byte', async () => {
    // 0x321, 0x654, 0x987, least significant bit first.
    const shape = { rows: 1, columns: 3, bitsAllocated: 12 };
    const whole = await decodeNative([0x21, 0x43, 0x65, 0x87, 0x09], shape);
    expect(whole.bytes).toEqual([0x21, 0x03, 0x54, 0x06, 0x87, 0x09]);
    expect(whole.codestream).toMatchObject({ bitsPerSample: 12, bytesPerSample: 2 });
    const inside = await decodeNative([0x1f, 0x32, 0x54, 0x76, 0x98], shape, EXPLICIT_LITTLE, 4);
    expect(inside.bytes).toEqual([0x21, 0x03, 0x54, 0x06, 0x87, 0x09]);
  });

  it.each([
    [24, 4],
    [40, 8],
  ])('widens %i bits to %i bytes with zeros', async (bits, container) => {
    const width = bits / 8;
    const stored = Array.from({ length: 6 * width }, (_, i) => 255 - i);
    const { codestream, bytes } = await decodeNative(stored, { bitsAllocated: bits });
    const expected = Array.from({ length: 6 }, (_, i) => [
      ...stored.slice(i * width, (i + 1) * width),
      ...new Array(container - width).fill(0),
    ]);
    expect(bytes).toEqual(expected.flat());
    expect(codestream).toMatchObject({ bitsPerSample: bits, bytesPerSample: container });
  });

  it.each([
    ['float', 32, [Number.NaN, Number.POSITIVE_INFINITY, -0, 1.5, -1e-40, 3e38]],
    ['double', 64, [Number.NaN, Number.NEGATIVE_INFINITY, -0, 1.5, 5e-324, 1e308]],
  ] as const)('hands out %s samples as they are', async (pixelData, bits, values) => {
    const stored = new Uint8Array(
      (bits === 32 ? Float32Array.from(values) : Float64Array.from(values)).buffer,
    );
    const changes = { bitsAllocated: bits, pixelData, pixelDataVr: bits === 32 ? 'OF' : 'OD' } as const;
    expect((await decodeNative([...stored], changes)).bytes).toEqual([...stored]);
    const swapped = Array.from({ length: 6 }, (_, i) =>
      [...stored.slice((i * bits) / 8, ((i + 1) * bits) / 8)].reverse(),
    );
    expect((await decodeNative(swapped.flat(), changes, EXPLICIT_BIG)).bytes).toEqual([...stored]);
  });

  it.each([1, 2, 4])('turns planes of samples of %i bytes into colour by pixel', async (width) => {
    for (const samplesPerPixel of [2, 3, 4]) {
      const planes = count(6 * width * samplesPerPixel);
      const changes = { samplesPerPixel, bitsAllocated: 8 * width, planarConfiguration: 1 } as const;
      const expected = [];
      for (let pixel = 0; pixel < 6; pixel++) {
        for (let component = 0; component < samplesPerPixel; component++) {
          const at = (component * 6 + pixel) * width;
          expected.push(...planes.slice(at, at + width));
        }
      }
      expect((await decodeNative(planes, changes)).bytes).toEqual(expected);
    }
  });

  it('ignores Planar Configuration for one sample per pixel', async () => {
    expect((await decodeNative(count(6), { planarConfiguration: 1 })).bytes).toEqual(count(6));
  });
});

describe('native big endian', () => {
  it.each([EXPLICIT_BIG, GE_BIG])('swaps samples of 16, 32 and 64 bits: %s', async (transferSyntax) => {
    for (const width of [2, 4, 8]) {
      const stored = count(6 * width);
      const expected = stored.map((_, at) => stored[at - (at % width) + width - 1 - (at % width)]);
      const { bytes } = await decodeNative(stored, { bitsAllocated: 8 * width }, transferSyntax);
      expect(bytes).toEqual(expected);
    }
  });

  it('swaps bytes that stand in the words of OW, and not those of OB', async () => {
    expect((await decodeNative([2, 1, 4, 3, 6, 5], {}, EXPLICIT_BIG)).bytes).toEqual([1, 2, 3, 4, 5, 6]);
    const changes = { pixelDataVr: 'OB' } as const;
    expect((await decodeNative([1, 2, 3, 4, 5, 6], changes, EXPLICIT_BIG)).bytes).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('takes the last sample of an odd frame, and the first of the next, out of the word that they share', async () => {
    const shape = { rows: 1, columns: 3 };
    const stored = [2, 1, 4, 3, 6, 5];
    expect((await decodeNative(stored.slice(0, 4), shape, EXPLICIT_BIG)).bytes).toEqual([1, 2, 3]);
    expect((await decodeNative(stored.slice(2), shape, EXPLICIT_BIG, 8)).bytes).toEqual([4, 5, 6]);
    await expect(decodeNative(stored.slice(0, 3), shape, EXPLICIT_BIG)).rejects.toMatchObject({
      tag: 'TruncatedData',
    });
  });

  it('finds bits and samples of 12 bits in swapped words', async () => {
    // 16 pixels; word 0x8001 has its first and its last set.
    const bits = await decodeNative([0x80, 0x01], { rows: 1, columns: 16, bitsAllocated: 1 }, EXPLICIT_BIG);
    expect(bits.bytes).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    const later = await decodeNative(
      [0x80, 0x01],
      { rows: 1, columns: 3, bitsAllocated: 1 },
      EXPLICIT_BIG,
      13,
    );
    expect(later.bytes).toEqual([0, 0, 1]);
    const packed = await decodeNative(
      [0x43, 0x21, 0x87, 0x65, 0x00, 0x09],
      { rows: 1, columns: 3, bitsAllocated: 12 },
      EXPLICIT_BIG,
    );
    expect(packed.bytes).toEqual([0x21, 0x03, 0x54, 0x06, 0x87, 0x09]);
  });

  it('swaps and then gathers planes', async () => {
    const changes = {
      rows: 1,
      columns: 2,
      samplesPerPixel: 3,
      bitsAllocated: 16,
      planarConfiguration: 1,
    } as const;
    const { bytes } = await decodeNative([0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6], changes, EXPLICIT_BIG);
    expect(bytes).toEqual([1, 0, 3, 0, 5, 0, 2, 0, 4, 0, 6, 0]);
  });

  it('has no order for samples of 24 bits', async () => {
    await expect(decodeNative(count(18), { bitsAllocated: 24 }, EXPLICIT_BIG)).rejects.toMatchObject({
      tag: 'UnsupportedFeature',
    });
  });
});

describe('native chrominance', () => {
  const ybr = (photometricInterpretation: string, rows: number, columns: number) => ({
    ...{ photometricInterpretation, samplesPerPixel: 3, rows, columns },
  });

  it('repeats the chrominance of two pixels where there are two bytes per pixel', async () => {
    const stored = [10, 11, 100, 200, 12, 13, 101, 201];
    const { codestream, bytes } = await decodeNative(stored, ybr('YBR_FULL_422', 2, 2));
    expect(bytes).toEqual([10, 100, 200, 11, 100, 200, 12, 101, 201, 13, 101, 201]);
    expect(codestream.photometricInterpretation).toBe('YBR_FULL');
    const partial = await decodeNative(stored, ybr('YBR_PARTIAL_422', 2, 2));
    expect(partial.bytes).toEqual(bytes);
    expect(partial.codestream.photometricInterpretation).toBeUndefined();
  });

  it('takes three bytes per pixel as they are', async () => {
    const { codestream, bytes } = await decodeNative(count(12), ybr('YBR_FULL_422', 2, 2));
    expect(bytes).toEqual(count(12));
    expect(codestream.photometricInterpretation).toBe('YBR_FULL');
    expect((await decodeNative(count(12), ybr('YBR_PARTIAL_420', 2, 2))).bytes).toEqual(count(12));
  });

  it('reads odd rows with a pair of their own at the end, or going on in the next row, by the length', async () => {
    const byRow = [1, 2, 50, 60, 3, 0, 51, 61, 4, 5, 52, 62, 6, 0, 53, 63];
    expect((await decodeNative(byRow, ybr('YBR_FULL_422', 2, 3))).bytes).toEqual([
      ...[1, 50, 60, 2, 50, 60, 3, 51, 61],
      ...[4, 52, 62, 5, 52, 62, 6, 53, 63],
    ]);
    const throughout = [1, 2, 50, 60, 3, 4, 51, 61, 5, 6, 52, 62];
    expect((await decodeNative(throughout, ybr('YBR_FULL_422', 2, 3))).bytes).toEqual([
      ...[1, 50, 60, 2, 50, 60, 3, 51, 61],
      ...[4, 51, 61, 5, 52, 62, 6, 52, 62],
    ]);
  });

  it('has no order for 4:2:0', async () => {
    await expect(decodeNative(count(6), ybr('YBR_PARTIAL_420', 2, 2))).rejects.toMatchObject({
      tag: 'UnsupportedFeature',
      feature: 'native YBR_PARTIAL_420',
    });
  });
});

describe('what native frames cannot be', () => {
  it.each([
    ['8 bits', count(5), {}, 1],
    ['16 bits', count(7), { bitsAllocated: 16 }, 1],
    ['1 bit', [], { bitsAllocated: 1 }, 0],
    ['planes', count(17), { samplesPerPixel: 3, planarConfiguration: 1 }, 1],
    ['planes of which one is missing', count(12), { samplesPerPixel: 3, planarConfiguration: 1 }, 0],
    ['4:2:2', count(7), { samplesPerPixel: 3, photometricInterpretation: 'YBR_FULL_422', columns: 2 }, 1],
  ] as const)('truncated: %s', async (_, stored, changes, goodRows) => {
    await expect(decodeNative(stored, changes)).rejects.toMatchObject({ tag: 'TruncatedData', goodRows });
  });

  it('of a width that no row of the standard has', async () => {
    await expect(decodeNative(count(60), { bitsAllocated: 10 })).rejects.toMatchObject({
      tag: 'UnsupportedFeature',
    });
  });
});

describe('samples in place', () => {
  const memory = new ArrayBuffer(64);
  const inPlace = async (
    byteOffset: number,
    changes: Partial<ImagePixel>,
    transferSyntax = EXPLICIT_LITTLE,
    bitOffset = 0,
  ) => {
    const { inPlace } = await native.load();
    return inPlace?.({
      bytes: new Uint8Array(memory, byteOffset),
      bitOffset,
      transferSyntax,
      attributes: attributes(changes),
    });
  };

  it.each([8, 16, 32, 64])(
    'of %i bits are a view on the bytes given, where they are aligned',
    async (bits) => {
      const found = await inPlace(8, { bitsAllocated: bits });
      expect(found?.bytes.buffer).toBe(memory);
      expect(found?.bytes.byteOffset).toBe(8);
      expect(found?.bytes.byteLength).toBe((6 * bits) / 8);
      expect(found?.codestream).toMatchObject({ bitsPerSample: bits, bytesPerSample: bits / 8 });
      if (bits > 8) expect(await inPlace(9, { bitsAllocated: bits })).toBeUndefined();
    },
  );

  it('may begin behind whole bytes', async () => {
    expect((await inPlace(0, {}, EXPLICIT_BIG, 8))?.bytes).toBeUndefined();
    expect((await inPlace(0, { pixelDataVr: 'OB' }, EXPLICIT_BIG, 8))?.bytes.byteOffset).toBe(1);
  });

  it.each([
    ['packed', { bitsAllocated: 1 }, EXPLICIT_LITTLE],
    ['in planes', { samplesPerPixel: 3, planarConfiguration: 1 }, EXPLICIT_LITTLE],
    ['big endian', { bitsAllocated: 16 }, EXPLICIT_BIG],
    ['of 24 bits', { bitsAllocated: 24 }, EXPLICIT_LITTLE],
    ['truncated', { rows: 65, columns: 1 }, EXPLICIT_LITTLE],
    [
      'subsampled',
      { rows: 8, columns: 3, samplesPerPixel: 3, photometricInterpretation: 'YBR_FULL_422' },
      EXPLICIT_LITTLE,
    ],
  ] as const)('are none where they are %s', async (_, changes, transferSyntax) => {
    expect(await inPlace(0, changes, transferSyntax)).toBeUndefined();
  });
});

describe('wrapped native frames', () => {
  const shape = attributes({ bitsAllocated: 16, rows: 1, columns: 3 });
  const stored = Uint8Array.of(1, 2, 3, 4, 5, 6);

  it('encapsulated uncompressed: a fragment is a frame', async () => {
    const frame = { bytes: stored, transferSyntax: '1.2.840.10008.1.2.1.98', attributes: shape };
    expect((await decode(encapsulatedUncompressed, frame)).bytes).toEqual([...stored]);
    const decoder = await encapsulatedUncompressed.load();
    expect(decoder.inPlace?.(frame)?.bytes).toEqual(stored);
  });

  it('deflated: inflated and then native', async () => {
    const transferSyntax = '1.2.840.10008.1.2.8.1';
    const bits = attributes({ bitsAllocated: 1, rows: 2, columns: 5 });
    const packed = deflateRawSync(Uint8Array.of(0b0101_0101, 0b10));
    const frame = { bytes: packed, transferSyntax, attributes: bits };
    expect((await decode(deflateFrame, frame)).bytes).toEqual([1, 0, 1, 0, 1, 0, 1, 0, 0, 1]);
    const words = { bytes: deflateRawSync(stored), transferSyntax, attributes: shape };
    expect((await decode(deflateFrame, words)).bytes).toEqual([...stored]);
  });

  it('deflated: what is behind the frame is not inflated', async () => {
    const bomb = deflateRawSync(new Uint8Array(30_000_000));
    const frame = { bytes: bomb, transferSyntax: '1.2.840.10008.1.2.8.1', attributes: shape };
    const decoder = await deflateFrame.load();
    const target = new Uint8Array(6).fill(1);
    await decoder.decode(frame, {
      allocate: () => target,
      limits: { ...DEFAULT_LIMITS, inflatedBytes: 1000 },
    });
    expect([...target]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('deflated: a frame that is too short is truncated, one that is damaged is an invalid bitstream', async () => {
    const transferSyntax = '1.2.840.10008.1.2.8.1';
    const short = { bytes: deflateRawSync(stored.subarray(1)), transferSyntax, attributes: shape };
    await expect(decode(deflateFrame, short)).rejects.toMatchObject({ tag: 'TruncatedData' });
    const damaged = { bytes: Uint8Array.of(7, 7, 7, 7), transferSyntax, attributes: shape };
    await expect(decode(deflateFrame, damaged)).rejects.toMatchObject({ tag: 'InvalidBitstream' });
  });
});
