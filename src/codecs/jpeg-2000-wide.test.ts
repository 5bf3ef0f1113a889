import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import type { Decoder } from './codec.js';
import { decodeTo, selfDescribed } from './codec.test-support.js';
import { jpeg2000, jpeg2000Decoder } from './jpeg-2000.js';
import { WHOLE } from './view.js';
import { encodeWideJpeg2000, type WidePlane } from './wide-jpeg-2000.test-support.js';

let shipped: Decoder;
let twin: Decoder;

beforeAll(async () => {
  shipped = jpeg2000Decoder(new Kernel('jpeg-2000', await moduleOf('jpeg-2000')));
  twin = jpeg2000Decoder(new Kernel('jpeg-2000', await plainTwin('jpeg-2000')));
});

/** Waves of the whole range, with noise in all lower bits; `seed` makes others of them. */
function planeOf(rows: number, columns: number, bits: number, signed: boolean, seed = 1): WidePlane {
  let noise = seed;
  const half = 2 ** (bits - 1);
  const samples = Array.from({ length: rows * columns }, (_, i) => {
    const [x, y] = [i % columns, Math.floor(i / columns)];
    noise = (Math.imul(noise, 1103515245) + 12345) >>> 0;
    const wave = 0.9 * Math.sin((x + seed) / 6) * Math.cos(y / 5);
    const value = Math.floor(half * wave) + Math.floor((noise / 2 ** 32) * half * 0.05);
    return Math.min(Math.max(value, 1 - half), half - 1) + (signed ? 0 : half);
  });
  return { samples, bits, signed };
}

/** Decodes with the shipped kernel and its plain twin, which must agree; samples by component. */
async function decoded(bytes: Uint8Array, view = WHOLE) {
  const one = await decodeTo(shipped, selfDescribed(bytes, 90), DEFAULT_LIMITS, view);
  const other = await decodeTo(twin, selfDescribed(bytes, 90), DEFAULT_LIMITS, view);
  expect(Buffer.compare(other.bytes, one.bytes)).toBe(0);
  const { samplesPerPixel, bytesPerSample, signed } = one.codestream;
  const data = new DataView(one.bytes.buffer, one.bytes.byteOffset, one.bytes.byteLength);
  const read = (at: number): number => {
    if (bytesPerSample === 8)
      return Number(signed ? data.getBigInt64(at, true) : data.getBigUint64(at, true));
    if (bytesPerSample === 4) return signed ? data.getInt32(at, true) : data.getUint32(at, true);
    return signed ? data.getInt16(at, true) : data.getUint16(at, true);
  };
  const all = Array.from({ length: one.bytes.length / bytesPerSample }, (_, i) => read(i * bytesPerSample));
  const planes = Array.from({ length: samplesPerPixel }, (_, c) =>
    all.filter((_, i) => i % samplesPerPixel === c),
  );
  return { codestream: one.codestream, planes };
}

describe('JPEG 2000, lossless, of many bits', () => {
  it.each([
    [16, false, 3, 2],
    [28, true, 3, 4],
    [29, false, 0, 4],
    [29, true, 2, 4],
    [30, false, 5, 4],
    [31, true, 1, 4],
    [32, false, 3, 4],
    [32, true, 4, 4],
    [33, false, 2, 8],
    [34, true, 5, 8],
    [35, false, 1, 8],
    [36, true, 0, 8],
    [38, false, 0, 8],
    [38, true, 0, 8],
  ])('%i bits (signed: %s), %i levels: the source', async (bits, signed, levels, bytesPerSample) => {
    for (const [rows, columns] of [
      [1, 1],
      [5, 7],
      [33, 50],
      [64, 64],
    ] as const) {
      const plane = planeOf(rows, columns, bits, signed);
      const bytes = encodeWideJpeg2000({ rows, columns, planes: [plane], levels });
      expect(jpeg2000.refusal?.(selfDescribed(bytes, 90))).toBeUndefined();
      const { codestream, planes } = await decoded(bytes);
      expect(codestream).toMatchObject({ rows, columns, bitsPerSample: bits, signed, bytesPerSample });
      expect(planes).toEqual([plane.samples]);
    }
  });

  it.each([
    [16, false, 64],
    [16, true, 61],
    [15, false, 37],
    [9, true, 8],
  ])(
    'three components of %i bits (signed: %s), %i columns, by way of RCT: the source',
    async (bits, signed, columns) => {
      const planes = [1, 2, 3].map((seed) => planeOf(40, columns, bits, signed, seed));
      const bytes = encodeWideJpeg2000({ rows: 40, columns, planes, levels: 2, componentTransform: true });
      const { codestream, planes: found } = await decoded(bytes);
      expect(codestream).toMatchObject({ samplesPerPixel: 3, bytesPerSample: 2, signed });
      expect(found).toEqual(planes.map(({ samples }) => samples));
    },
  );

  it.each([2, 8, 32, 2 | 8 | 32])('code-block style %i', async (style) => {
    const plane = planeOf(40, 30, 32, false);
    const bytes = encodeWideJpeg2000({ rows: 40, columns: 30, planes: [plane], levels: 2, style });
    expect((await decoded(bytes)).planes).toEqual([plane.samples]);
  });

  it('undoes RCT, and has components of other depths and signs beside', async () => {
    const planes = [1, 2, 3].map((seed) => planeOf(20, 30, 31, false, seed));
    planes.push(planeOf(20, 30, 12, true, 4));
    const bytes = encodeWideJpeg2000({ rows: 20, columns: 30, planes, levels: 2, componentTransform: true });
    const { codestream, planes: samples } = await decoded(bytes);
    expect(codestream).toMatchObject({ bitsPerSample: 32, signed: true, bytesPerSample: 4 });
    expect(samples).toEqual(planes.map((plane) => plane.samples));
  });

  it('gives a region', async () => {
    const plane = planeOf(40, 50, 33, true);
    const bytes = encodeWideJpeg2000({ rows: 40, columns: 50, planes: [plane], levels: 3 });
    const region = { row: 7, column: 11, rows: 20, columns: 13 };
    const { planes } = await decoded(bytes, { reduction: 0, region });
    const inside = (_: number, i: number) => {
      const [x, y] = [i % 50, Math.floor(i / 50)];
      return y >= 7 && y < 27 && x >= 11 && x < 24;
    };
    expect(planes).toEqual([plane.samples.filter(inside)]);
  });

  it('refuses them irreversible, by name', async () => {
    const plane = planeOf(8, 8, 32, false);
    const bytes = encodeWideJpeg2000({ rows: 8, columns: 8, planes: [plane], levels: 1 });
    // SPcod: the 9-7 filter.
    bytes[bytes.indexOf(0x52) + 12] = 0;
    expect(jpeg2000.refusal?.(selfDescribed(bytes, 90))).toBe('JPEG 2000 of 32 bits per sample, lossy or HT');
    await expect(decodeTo(shipped, selfDescribed(bytes, 90))).rejects.toMatchObject({
      tag: 'UnsupportedFeature',
    });
  });
});
