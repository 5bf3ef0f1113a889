import { beforeAll, describe, expect, it } from 'vitest';
import {
  decodedByOpenJpeg,
  encodeHtJpeg2000,
  encodeJpeg2000,
} from '../../fixtures/generate/package-encoders.js';
import { littleEndian, type Picture } from '../../fixtures/generate/picture.js';
import { CineloopError } from '../errors.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import type { Decoder } from './codec.js';
import { decodeTo, ramp, selfDescribed } from './codec.test-support.js';
import { jpeg2000, jpeg2000Decoder } from './jpeg-2000.js';

let shipped: Decoder;
let twin: Decoder;

beforeAll(async () => {
  shipped = jpeg2000Decoder(new Kernel('jpeg-2000', await moduleOf('jpeg-2000')));
  twin = jpeg2000Decoder(new Kernel('jpeg-2000', await plainTwin('jpeg-2000')));
});

/** A noisy ramp, with an edge so that all sub-bands have something to say. */
function pictureOf(
  rows: number,
  columns: number,
  bits: number,
  samplesPerPixel: 1 | 3 = 1,
  signed = false,
): Picture {
  const count = rows * columns * samplesPerPixel;
  const samples = bits <= 8 ? new Uint8Array(count) : signed ? new Int16Array(count) : new Uint16Array(count);
  ramp(samples, bits);
  const smooth = samples.map((value, i) => (i % 5 === 0 ? value : samples[i - (i % 5)]));
  return { rows, columns, samplesPerPixel, bitsStored: bits, frames: [smooth] };
}

/** Decodes with the shipped kernel and its plain twin, which must agree, and returns the samples. */
async function decoded(bytes: Uint8Array): Promise<Uint8Array> {
  const one = await decodeTo(shipped, selfDescribed(bytes, 90));
  const other = await decodeTo(twin, selfDescribed(bytes, 90));
  expect(Buffer.compare(other.bytes, one.bytes)).toBe(0);
  return one.bytes;
}

const SIZES = [
  [1, 1],
  [1, 9],
  [7, 1],
  [2, 3],
  [5, 64],
  [33, 17],
  [65, 130],
  [129, 66],
  [200, 257],
] as const;

describe('JPEG 2000, lossless, by the encoder of OpenJPEG', () => {
  for (const [rows, columns] of SIZES) {
    it(`gives back ${columns} x ${rows} samples of every kind`, async () => {
      const largest = Math.floor(Math.log2(Math.min(rows, columns)));
      for (const decompositions of new Set([0, 1, Math.min(largest, 3), Math.min(largest, 5)])) {
        for (const picture of [
          pictureOf(rows, columns, 8),
          pictureOf(rows, columns, 12),
          pictureOf(rows, columns, 16),
          pictureOf(rows, columns, 16, 1, true),
          pictureOf(rows, columns, 8, 3),
        ]) {
          const { frames } = await encodeJpeg2000(picture, {
            decompositions: Math.min(decompositions, largest),
          });
          const samples = await decoded(frames[0]);
          expect(Buffer.compare(samples, littleEndian(picture.frames[0]))).toBe(0);
        }
      }
    });
  }

  it.each([0, 1, 2, 3, 4])('reads progression %i, with layers', async (progression) => {
    for (const picture of [pictureOf(150, 200, 8, 3), pictureOf(131, 77, 14)]) {
      const { frames } = await encodeJpeg2000(picture, { progression, layers: [20, 5, 0] });
      expect(Buffer.compare(await decoded(frames[0]), littleEndian(picture.frames[0]))).toBe(0);
    }
  });
});

describe('JPEG 2000, lossy', () => {
  it.each([
    [4, 8, 1],
    [10, 8, 3],
    [10, 12, 1],
    [30, 16, 1],
  ] as const)('1:%i of %i bits, %i components: the samples of OpenJPEG', async (ratio, bits, components) => {
    for (const [rows, columns] of [
      [64, 64],
      [33, 100],
      [150, 131],
    ] as const) {
      const picture = pictureOf(rows, columns, bits, components);
      const { frames, decoded: expected } = await encodeJpeg2000(picture, { ratio });
      expect(Buffer.compare(await decoded(frames[0]), expected[0])).toBe(0);
    }
  });
});

describe('HTJ2K, by the encoder of OpenJPH', () => {
  it.each(SIZES.slice(4))('gives back %i rows of %i samples', async (rows, columns) => {
    for (const picture of [
      pictureOf(rows, columns, 8),
      pictureOf(rows, columns, 16),
      pictureOf(rows, columns, 16, 1, true),
      pictureOf(rows, columns, 8, 3),
    ]) {
      const { frames } = await encodeHtJpeg2000(picture, { decompositions: 2 });
      expect(Buffer.compare(await decoded(frames[0]), littleEndian(picture.frames[0]))).toBe(0);
    }
  });

  it.each([0, 1, 2, 3, 4])('reads progression %i', async (progression) => {
    const picture = pictureOf(140, 210, 8, 3);
    const { frames } = await encodeHtJpeg2000(picture, { progression, tileLengthMarkers: true });
    expect(Buffer.compare(await decoded(frames[0]), littleEndian(picture.frames[0]))).toBe(0);
  });
});

// OpenJPEG's scale of high-pass coefficients is 3 in 100,000 off: up to 2 in noise of 16 bits.
/**
 * Samples of 16 bits for which the 5-3 transform may work in 16 bits at first, and not from some row on: flat, then smooth, then
 * black and white by chance (noise of all 16 bits would be more bytes than the encoders have room for). `base` is where they are flat.
 */
function wideningOf(rows: number, columns: number, base: number, signed: boolean): Picture {
  const samples = signed ? new Int16Array(rows * columns) : new Uint16Array(rows * columns);
  let noise = 1;
  for (let i = 0; i < samples.length; i++) {
    noise = (Math.imul(noise, 1103515245) + 12345) >>> 0;
    const row = Math.floor(i / columns);
    const black = (noise >>> 16) & 15;
    const white = (noise & 0x100000) !== 0 ? 65535 : black;
    samples[i] = row < rows / 3 ? base + (black & 7) : row < rows / 2 ? base + (i % 997) : white;
  }
  return { rows, columns, samplesPerPixel: 1, bitsStored: 16, frames: [samples] };
}

describe.each([
  ['JPEG 2000', encodeJpeg2000],
  ['HTJ2K', encodeHtJpeg2000],
])('%s, samples that outgrow 16-bit arithmetic', (_, encode) => {
  it.each([0, 300, 32768, 65000])('gives them back, %i at first', async (base) => {
    for (const [rows, columns] of [
      [300, 90],
      [200, 33],
      [64, 300],
    ] as const) {
      for (const signed of [false, true]) {
        const picture = wideningOf(rows, columns, signed ? base - 32768 : base, signed);
        for (const decompositions of [1, 2, 5]) {
          const { frames } = await encode(picture, { decompositions });
          expect(Buffer.compare(await decoded(frames[0]), littleEndian(picture.frames[0]))).toBe(0);
        }
      }
    }
  });
});

describe('HTJ2K, lossy', () => {
  it.each([
    [0.0005, 16, 1, 2],
    [0.004, 8, 1, 1],
    [0.02, 8, 3, 1],
  ] as const)(
    'step %f of %i bits, %i components: the samples of OpenJPEG, those of OpenJPH within %i',
    async (step, bits, components, apartAtMost) => {
      for (const [rows, columns] of [
        [64, 64],
        [100, 35],
        [150, 131],
      ] as const) {
        const encoded = await encodeHtJpeg2000(pictureOf(rows, columns, bits, components), { step });
        const samples = await decoded(encoded.frames[0]);
        const openJpeg = await decodedByOpenJpeg(encoded);
        expect(Buffer.compare(samples, openJpeg.decoded[0])).toBe(0);
        const theirs = samplesOf(encoded.decoded[0], bits);
        const apart = samplesOf(samples, bits).map((value, i) => value - theirs[i]);
        expect(Math.max(...apart.map(Math.abs))).toBeLessThanOrEqual(apartAtMost);
      }
    },
  );
});

function samplesOf(bytes: Uint8Array, bits: number): number[] {
  return [...(bits <= 8 ? bytes : new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2))];
}

describe('JPEG 2000, streams that are not whole', () => {
  it('says TruncatedData wherever the bytes end, or gives the samples where only EOC is gone', async () => {
    const picture = pictureOf(60, 70, 12);
    const { frames } = await encodeJpeg2000(picture, {});
    const whole = frames[0];
    for (let length = 12; length < whole.length; length += 97) {
      const error = await decodeTo(shipped, selfDescribed(whole.slice(0, length), 90)).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(CineloopError);
      expect(error).toMatchObject({ tag: 'TruncatedData' });
    }
    const samples = await decoded(whole.slice(0, whole.length - 2));
    expect(Buffer.compare(samples, littleEndian(picture.frames[0]))).toBe(0);
  });

  it('skips the boxes of JP2', async () => {
    const picture = pictureOf(20, 30, 8);
    const { frames } = await encodeJpeg2000(picture, { decompositions: 2 });
    const boxes = [0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20, 13, 10, 0x87, 10, 0, 0, 0, 0, 0x6a, 0x70, 0x32, 0x63];
    const samples = await decoded(Uint8Array.from([...boxes, ...frames[0]]));
    expect(Buffer.compare(samples, littleEndian(picture.frames[0]))).toBe(0);
  });

  it('refuses by name what it does not decode', async () => {
    const { frames } = await encodeJpeg2000(pictureOf(20, 30, 8), { decompositions: 2 });
    const lossy = await encodeJpeg2000(pictureOf(20, 30, 8), { decompositions: 2, ratio: 4 });
    const precision = lossy.frames[0].slice();
    precision[42] = 37;
    expect(jpeg2000.refusal?.(selfDescribed(precision, 90))).toBe(
      'JPEG 2000 of 38 bits per sample, lossy or HT',
    );
    await expect(decodeTo(shipped, selfDescribed(precision, 90))).rejects.toMatchObject({
      tag: 'UnsupportedFeature',
    });
    const part2 = frames[0].slice();
    // Arbitrary decomposition styles.
    part2[6] |= 0x80;
    part2[7] |= 0x20;
    await expect(decodeTo(shipped, selfDescribed(part2, 90))).rejects.toMatchObject({
      tag: 'UnsupportedFeature',
    });
  });
});
