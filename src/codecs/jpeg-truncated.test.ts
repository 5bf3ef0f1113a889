import { beforeAll, describe, expect, it } from 'vitest';
import { encodeJpegLossless } from '../../fixtures/generate/jpeg-lossless-encoder.js';
import { encodeJpegLs } from '../../fixtures/generate/jpeg-ls-encoder.js';
import { DEFAULT_LIMITS } from '../limits.js';
import type { Decoder } from './codec.js';
import { decodeTo, selfDescribed } from './codec.test-support.js';
import { jpeg } from './jpeg.js';
import { encodeJpeg, oneScan, progression, randomImage } from './jpeg.test-support.js';
import { jpegLossless } from './jpeg-lossless.js';
import { imageOf } from './jpeg-lossless.test-support.js';
import { jpegLs } from './jpeg-ls.js';
import { samplesOf } from './jpeg-ls.test-support.js';
import { libjpegTurbo } from './libjpeg-turbo.js';
import { storedBytes } from './outcome.test-support.js';
import { randomNumbers } from './rle.test-support.js';
import { WHOLE } from './view.js';

const ROWS = 160;
const COLUMNS = 90;

const lossless = imageOf({ rows: ROWS, columns: COLUMNS, components: 1, precision: 12 }, randomNumbers(1));
const ls = { rows: ROWS, columns: COLUMNS, components: 1, precision: 12 };
const lsSamples = samplesOf(ls, 4095, 'slopes', randomNumbers(2));
// biome-ignore format: one component after the other
const dct = randomImage({ rows: ROWS, columns: COLUMNS, precision: 8 }, [[2, 2], [1, 1], [1, 1]], randomNumbers(3));
const sequential = { progressive: false, scans: oneScan(3) };

/** A stream, its transfer syntax, and the bytes of its samples: the source image, or what libjpeg-turbo makes of it. */
const CASES: readonly (readonly [string, number, () => Decoder, Uint8Array, () => Promise<Uint8Array>])[] = [
  ['sequential', 50, () => decoders.jpeg, encodeJpeg(dct, sequential), () => byReferee(sequential)],
  [
    'arithmetic',
    52,
    () => decoders.jpeg,
    encodeJpeg(dct, { ...sequential, arithmetic: {} }),
    () => byReferee(sequential),
  ],
  [
    'lossless',
    70,
    () => decoders.lossless,
    encodeJpegLossless(lossless),
    async () => storedBytes(lossless.samples, 12),
  ],
  [
    'lossless arithmetic',
    58,
    () => decoders.lossless,
    encodeJpegLossless({ ...lossless, arithmetic: [0, 1] }),
    async () => storedBytes(lossless.samples, 12),
  ],
  [
    'JPEG-LS',
    80,
    () => decoders.ls,
    encodeJpegLs({ ...ls, samples: lsSamples }).bytes,
    async () => storedBytes(lsSamples, 12),
  ],
];

let decoders: Readonly<Record<'jpeg' | 'lossless' | 'ls', Decoder>>;

beforeAll(async () => {
  decoders = { jpeg: await jpeg.load(), lossless: await jpegLossless.load(), ls: await jpegLs.load() };
});

async function byReferee(coding: Parameters<typeof encodeJpeg>[1]): Promise<Uint8Array> {
  return (await decodeTo(await libjpegTurbo.load(), selfDescribed(encodeJpeg(dct, coding), 50))).bytes;
}

const keep = (decoder: Decoder, bytes: Uint8Array, uid: number) =>
  decodeTo(decoder, selfDescribed(bytes, uid), DEFAULT_LIMITS, WHOLE, 'keep');

describe('frames of the JPEG family that are cut off', () => {
  it.each(CASES)(
    '%s: kept where that is asked for, the rows named that are whole',
    async (_, uid, of, bytes, expectedBytes) => {
      const expected = await expectedBytes();
      const line = expected.length / ROWS;
      let before = 0;
      for (const share of [0.4, 0.7, 0.95]) {
        const cut = bytes.subarray(0, Math.floor(bytes.length * share));
        const kept = await keep(of(), cut, uid);
        const { goodRows } = kept.codestream.truncated!;
        expect(goodRows).toBeGreaterThan(before);
        expect(goodRows).toBeLessThan(ROWS);
        expect(kept.bytes.length).toBe(expected.length);
        const good = goodRows * line;
        expect(Buffer.compare(kept.bytes.subarray(0, good), expected.subarray(0, good))).toBe(0);
        // Rows that were not come to are 0, whatever the memory held.
        if (share === 0.4) expect(new Set(kept.bytes.subarray(-line))).toEqual(new Set([0]));
        await expect(decodeTo(of(), selfDescribed(cut, uid))).rejects.toMatchObject({
          tag: 'TruncatedData',
          goodRows,
        });
        before = goodRows;
      }
      const whole = await keep(of(), bytes, uid);
      expect(whole.codestream.truncated).toBeUndefined();
      expect(Buffer.compare(whole.bytes, expected)).toBe(0);
    },
  );

  it('a progressive frame has no rows that are whole before its last scan, and is handed out all the same', async () => {
    const bytes = encodeJpeg(dct, { progressive: true, scans: progression(3, randomNumbers(4)) });
    const { codestream, bytes: kept } = await keep(decoders.jpeg, bytes.subarray(0, bytes.length * 0.8), 55);
    expect(codestream.truncated).toEqual({ goodRows: 0 });
    expect(new Set(kept).size).toBeGreaterThan(50);
  });

  it('data of which not even the headers are there are refused', async () => {
    const [[, uid, of, bytes]] = CASES;
    await expect(keep(of(), bytes.subarray(0, 60), uid)).rejects.toMatchObject({ tag: 'TruncatedData' });
  });
});
