import { afterEach, describe, expect, it, vi } from 'vitest';
import { encodeHtJpeg2000, encodeJpeg2000 } from '../fixtures/generate/package-encoders.js';
import type { Picture } from '../fixtures/generate/picture.js';
import { ramp } from './codecs/codec.test-support.js';
import { tiledJpeg2000 } from './codecs/jpeg-2000.test-support.js';
import { decodeFrame } from './decode-frame.js';
import { type DecodeProgressivelyOptions, decodeProgressively } from './decode-progressively.js';
import type { DecodedFrame } from './frame/decoded-frame.js';
import { Kernel } from './wasm/kernel.js';

const JPEG_2000 = '1.2.840.10008.1.2.4.90';
/** A piece is then read when the picture before it has been taken: which pictures there are does not depend on time. */
const HERE = { workers: 0 } as const;

function pictureOf(rows: number, columns: number, bits: number, samplesPerPixel: 1 | 3 = 1): Picture {
  const count = rows * columns * samplesPerPixel;
  const samples = ramp(bits <= 8 ? new Uint8Array(count) : new Uint16Array(count), bits);
  const smooth = samples.map((value, i) => (i % 7 === 0 ? value : samples[i - (i % 7)]!));
  return { rows, columns, samplesPerPixel, bitsStored: bits, frames: [smooth] };
}

const attributesOf = ({ rows, columns, samplesPerPixel, bitsStored }: Picture) => ({
  ...{ rows, columns, samplesPerPixel, bitsStored },
  bitsAllocated: bitsStored > 8 ? 16 : 8,
  pixelRepresentation: 0 as const,
  photometricInterpretation: samplesPerPixel === 3 ? 'RGB' : 'MONOCHROME2',
});

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function picturesOf(
  bytes: Uint8Array,
  picture: Picture,
  size: number,
  options: Partial<DecodeProgressivelyOptions> = {},
): Promise<DecodedFrame[]> {
  const frames: DecodedFrame[] = [];
  const pieces = decodeProgressively(inPieces(bytes, size), JPEG_2000, attributesOf(picture), {
    byteLength: bytes.length,
    ...HERE,
    ...options,
  });
  for await (const frame of pieces) frames.push(frame);
  return frames;
}

/** Sum of squared differences. */
const errorOf = (frame: DecodedFrame, picture: Picture) =>
  (frame.samples as Uint16Array).reduce(
    (sum, value, i) => sum + (value - Number(picture.frames[0]![i]!)) ** 2,
    0,
  );

describe('a frame whose bytes come in pieces', () => {
  it.each([0, 1, 2, 3, 4])(
    'gets better up to the picture that was encoded, progression %i',
    async (progression) => {
      const picture = pictureOf(150, 171, 12);
      const { frames } = await encodeJpeg2000(picture, { progression, layers: [20, 5, 0] });
      const pictures = await picturesOf(frames[0]!, picture, 400);
      expect(pictures.length).toBeGreaterThan(4);
      const errors = pictures.map((frame) => errorOf(frame, picture));
      expect(errors).toEqual([...errors].sort((a, b) => b - a));
      expect(pictures.map(({ truncated }) => truncated !== undefined)).toEqual([
        ...pictures.slice(1).map(() => true),
        false,
      ]);
      expect(pictures.at(-1)!.samples).toEqual(picture.frames[0]);
    },
  );

  it('shows at each step what decoding its bytes from the beginning shows', async () => {
    const colour = pictureOf(90, 101, 8, 3);
    const gray = pictureOf(128, 140, 16);
    const tile = pictureOf(32, 32, 12);
    const tiles = (await encodeJpeg2000(tile, { decompositions: 2, layers: [20, 5, 0] })).frames[0]!;
    const tiled = tiledJpeg2000(Array(6).fill(tiles), { rows: 32, columns: 32, across: 2 });
    const streams = [
      [colour, (await encodeJpeg2000(colour, { layers: [30, 10, 4] })).frames[0]!],
      [{ ...tile, rows: 96, columns: 64 }, tiled.bytes],
      [gray, (await encodeJpeg2000(gray, { layers: [40, 9, 0], progression: 1 })).frames[0]!],
      [gray, (await encodeJpeg2000(gray, { ratio: 4, progression: 2 })).frames[0]!],
      [gray, (await encodeHtJpeg2000(gray, { decompositions: 4 })).frames[0]!],
      [colour, (await encodeHtJpeg2000(colour, { step: 0.01 })).frames[0]!],
    ] as const;
    for (const [picture, bytes] of streams) {
      const region = { row: 40, column: 33, rows: 31, columns: 30 };
      for (const view of [{}, { reduction: 1 }, { region }, { layers: 2 }]) {
        let read = 0;
        const chunks = async function* () {
          for await (const piece of inPieces(bytes, 256)) {
            read += piece.length;
            yield piece;
          }
        };
        const options = { ...view, ...HERE, byteLength: bytes.length };
        const pictures: DecodedFrame[] = [];
        for await (const frame of decodeProgressively(chunks(), JPEG_2000, attributesOf(picture), options)) {
          const prefix = bytes.slice(0, read);
          const plain = await decodeFrame(prefix, JPEG_2000, attributesOf(picture), {
            ...view,
            ...{ truncated: 'keep', workers: 0 },
          });
          expect(Buffer.compare(bytesOf(frame), bytesOf(plain))).toBe(0);
          expect(frame.truncated).toEqual(plain.truncated);
          pictures.push(frame);
        }
        expect(pictures.length).toBeGreaterThan(1);
        expect(pictures.at(-1)!.truncated).toBeUndefined();
        const whole = await decodeFrame(bytes, JPEG_2000, attributesOf(picture), { ...view, workers: 0 });
        expect(pictures.at(-1)!.samples).toEqual(whole.samples);
      }
    }
  });

  it.each([1, 3, 60, 1000])('makes no difference of its pieces of %i bytes', async (size) => {
    const picture = pictureOf(61, 53, 12);
    const { frames } = await encodeJpeg2000(picture, { layers: [20, 5, 0] });
    const pictures = await picturesOf(frames[0]!, picture, size);
    expect(pictures.at(-1)!.samples).toEqual(picture.frames[0]);
  });

  it('waits for the next tile-part of a tile where one ends with the bytes that have come', async () => {
    const picture = pictureOf(60, 50, 12);
    const { frames } = await encodeJpeg2000(picture, { decompositions: 2, layers: [20, 0] });
    // Two tile-parts of the one (A.4.2): the first of the main header's size and of no packet, the second with all of them.
    const stream = Buffer.from(frames[0]!);
    const sot = stream.indexOf(Buffer.of(0xff, 0x90, 0, 10));
    const first = Buffer.of(0xff, 0x90, 0, 10, 0, 0, 0, 0, 0, 14, 0, 2, 0xff, 0x93);
    const second = stream.subarray(sot);
    second.set([1, 2], 10);
    const bytes = Uint8Array.from(Buffer.concat([stream.subarray(0, sot), first, second]));
    const pictures = await picturesOf(bytes, picture, sot + first.length);
    expect(pictures[0]!.truncated).toEqual({ goodRows: 0 });
    expect(pictures.at(-1)!.truncated).toBeUndefined();
    expect(pictures.at(-1)!.samples).toEqual(picture.frames[0]);
  });

  it('has several tiles, one after the other', async () => {
    const tile = pictureOf(64, 64, 12);
    const streams = await Promise.all(
      [1, 3, 5, 7, 9, 11].map(async (factor) => {
        const scaled = (_: unknown, i: number) => (Number(tile.frames[0]![i]) * factor) & 4095;
        const frames = [Uint16Array.from({ length: 64 * 64 }, scaled)];
        return (await encodeJpeg2000({ ...tile, frames }, { decompositions: 2 })).frames[0]!;
      }),
    );
    const { bytes } = tiledJpeg2000(streams, { rows: 64, columns: 64, across: 2 });
    const size = { ...tile, rows: 192, columns: 128 };
    const pictures = await picturesOf(bytes, size, 300);
    const rows = pictures.map(({ truncated }) => truncated?.goodRows ?? 192);
    expect(rows).toEqual([...rows].sort((a, b) => a - b));
    const [last] = pictures.slice(-1);
    for (const [i, factor] of [1, 3, 5, 7, 9, 11].entries()) {
      const at = ((i >> 1) * 64 + 20) * 128 + (i & 1) * 64 + 30;
      expect(last!.samples[at]).toBe((Number(tile.frames[0]![20 * 64 + 30]) * factor) & 4095);
    }
  });

  it('is complete as soon as the region that is wanted is', async () => {
    const tile = pictureOf(64, 64, 12);
    const { frames } = await encodeJpeg2000(tile, { decompositions: 2 });
    const { bytes, tileParts } = tiledJpeg2000([frames[0]!, frames[0]!], {
      rows: 64,
      columns: 64,
      across: 1,
    });
    let read = 0;
    const chunks = async function* () {
      for await (const piece of inPieces(bytes, 64)) {
        read += piece.length;
        yield piece;
      }
    };
    const region = { row: 3, column: 5, rows: 40, columns: 50 };
    const options = { byteLength: bytes.length, region };
    const attributes = attributesOf({ ...tile, rows: 128 });
    const pictures: DecodedFrame[] = [];
    for await (const frame of decodeProgressively(chunks(), JPEG_2000, attributes, options))
      pictures.push(frame);
    expect(pictures.at(-1)!.truncated).toBeUndefined();
    expect(pictures.at(-1)!.samples[50 * 39 + 49]).toBe(tile.frames[0]![64 * 42 + 54]);
    expect(read).toBeGreaterThan(tileParts[1]! / 2);
    expect(read).toBeLessThan(2.1 * tileParts[1]!);
  });
});

describe('a frame whose bytes stop coming', () => {
  it('is refused, or kept where that is asked for', async () => {
    const picture = pictureOf(70, 60, 12);
    const { frames } = await encodeJpeg2000(picture, {});
    const half = frames[0]!.slice(0, frames[0]!.length / 2);
    await expect(picturesOf(half, picture, 200)).rejects.toMatchObject({ tag: 'TruncatedData', goodRows: 0 });
    const pictures = await picturesOf(half, picture, 200, { truncated: 'keep' });
    expect(pictures.at(-1)!.truncated).toEqual({ goodRows: 0 });
    await expect(picturesOf(half.slice(0, 40), picture, 10)).rejects.toMatchObject({ tag: 'TruncatedData' });
  });

  it('is refused where none come, and where more come than were said to', async () => {
    const picture = pictureOf(20, 30, 12);
    const { frames } = await encodeJpeg2000(picture, { decompositions: 2 });
    await expect(picturesOf(new Uint8Array(0), picture, 10, { byteLength: 10 })).rejects.toMatchObject({
      tag: 'TruncatedData',
    });
    await expect(picturesOf(frames[0]!, picture, 50, { byteLength: 120 })).rejects.toMatchObject({
      ...{ tag: 'LimitExceeded', limit: 'byteLength', allowed: 120, requested: 150 },
    });
    for (const byteLength of [0, -1, 1.5, Number.NaN]) {
      await expect(picturesOf(frames[0]!, picture, 50, { byteLength })).rejects.toBeInstanceOf(RangeError);
    }
    await expect(picturesOf(frames[0]!, picture, 50, { byteLength: 2 ** 40 })).rejects.toMatchObject({
      tag: 'LimitExceeded',
    });
  });

  it('is whole where fewer bytes come than were said to, as long as these are all of it', async () => {
    const picture = pictureOf(20, 30, 12);
    const { frames } = await encodeJpeg2000(picture, { decompositions: 2 });
    const pictures = await picturesOf(frames[0]!, picture, 50, { byteLength: frames[0]!.length + 1000 });
    expect(pictures.at(-1)!.truncated).toBeUndefined();
    expect(pictures.at(-1)!.samples).toEqual(picture.frames[0]);
  });

  it('is refused with the error of the whole where a later piece is damaged', async () => {
    const tile = pictureOf(64, 64, 12);
    const { frames } = await encodeJpeg2000(tile, { decompositions: 2 });
    const size = { rows: 64, columns: 64, across: 1 };
    const { bytes, tileParts } = tiledJpeg2000([frames[0]!, frames[0]!], size);
    bytes[tileParts[1]!] = 0;
    const attributes = attributesOf({ ...tile, rows: 128 });
    const options = { ...HERE, byteLength: bytes.length };
    const pictures = decodeProgressively(inPieces(bytes, 300), JPEG_2000, attributes, options);
    const kept: DecodedFrame[] = [];
    const all = (async () => {
      for await (const frame of pictures) kept.push(frame);
    })();
    await expect(all).rejects.toMatchObject({
      ...{ tag: 'InvalidBitstream', engine: 'cineloop-jpeg-2000', transferSyntax: JPEG_2000 },
    });
    expect(kept.length).toBeGreaterThan(0);
  });

  it('passes on what its source throws, and what the stream is', async () => {
    const picture = pictureOf(20, 30, 12);
    const broken = async function* () {
      yield Uint8Array.of(0xff, 0x4f);
      throw new TypeError('network');
    };
    const options = { ...HERE, byteLength: 100 };
    const pictures = decodeProgressively(broken(), JPEG_2000, attributesOf(picture), options);
    await expect(pictures.next()).rejects.toThrow('network');
    const junk = new Uint8Array(500).fill(7);
    await expect(picturesOf(junk, picture, 100)).rejects.toMatchObject({ tag: 'InvalidBitstream' });
  });

  it('is given up when the signal fires', async () => {
    const picture = pictureOf(120, 130, 12);
    const { frames } = await encodeJpeg2000(picture, {});
    const controller = new AbortController();
    const { signal } = controller;
    const options = { ...HERE, byteLength: frames[0]!.length, signal };
    const pictures = decodeProgressively(
      inPieces(frames[0]!, 500),
      JPEG_2000,
      attributesOf(picture),
      options,
    );
    expect((await pictures.next()).done).toBe(false);
    controller.abort();
    await expect(pictures.next()).rejects.toMatchObject({ tag: 'Aborted' });
  });
});

describe('what a frame in pieces holds', () => {
  afterEach(() => vi.restoreAllMocks());

  it('is given back when the caller leaves, when the source fails and at the end', async () => {
    const picture = pictureOf(120, 130, 12);
    const bytes = (await encodeJpeg2000(picture, {})).frames[0]!;
    const hosts: Kernel[] = [];
    const another = Kernel.prototype.another;
    vi.spyOn(Kernel.prototype, 'another').mockImplementation(function (this: Kernel) {
      const own = another.call(this);
      hosts.push(own);
      return own;
    });
    let left = 0;
    async function* chunks(failsAt: number): AsyncGenerator<Uint8Array> {
      try {
        for (let at = 0; at < bytes.length; at += 500) {
          if (at >= failsAt) throw new TypeError('network');
          yield bytes.subarray(at, at + 500);
        }
      } finally {
        left++;
      }
    }
    const options = { ...HERE, byteLength: bytes.length };
    const start = (failsAt: number) =>
      decodeProgressively(chunks(failsAt), JPEG_2000, attributesOf(picture), options);

    for await (const frame of start(Number.POSITIVE_INFINITY)) {
      expect(frame.truncated).toBeDefined();
      expect(hosts[0]!.heldBytes).toBeGreaterThan(0);
      break;
    }
    const failing = start(1500);
    await failing.next();
    await expect(
      (async () => {
        for await (const _ of failing);
      })(),
    ).rejects.toThrow('network');
    for await (const _ of start(Number.POSITIVE_INFINITY));
    expect(left).toBe(3);
    await vi.waitFor(() => expect(hosts.map(({ heldBytes }) => heldBytes)).toEqual([0, 0, 0]));
  });
});

describe('codecs that show no part of a frame', () => {
  it('are refused', async () => {
    const rle = '1.2.840.10008.1.2.5';
    const attributes = attributesOf(pictureOf(2, 2, 8));
    const pictures = decodeProgressively(inPieces(new Uint8Array(80), 10), rle, attributes, {
      ...HERE,
      byteLength: 80,
    });
    await expect(pictures.next()).rejects.toMatchObject({
      tag: 'UnsupportedFeature',
      engine: 'cineloop-rle',
    });
  });
});

function bytesOf({ samples }: DecodedFrame): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}
