import { beforeAll, describe, expect, it } from 'vitest';
import { encodeJpeg2000, reducedJpeg2000 } from '../../fixtures/generate/package-encoders.js';
import { littleEndian, type Picture } from '../../fixtures/generate/picture.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import type { Decoder } from './codec.js';
import { decodeTo, ramp, selfDescribed } from './codec.test-support.js';
import { jpeg2000Decoder } from './jpeg-2000.js';
import { tiledJpeg2000 } from './jpeg-2000.test-support.js';
import { type View, WHOLE } from './view.js';

let shipped: Decoder;
let twin: Decoder;

beforeAll(async () => {
  shipped = jpeg2000Decoder(new Kernel('jpeg-2000', await moduleOf('jpeg-2000')));
  twin = jpeg2000Decoder(new Kernel('jpeg-2000', await plainTwin('jpeg-2000')));
});

function pictureOf(rows: number, columns: number, bits: number, start = 0): Picture {
  const samples = ramp(new Uint16Array(rows * columns + start), bits).slice(start);
  const smooth = samples.map((value, i) => (i % 7 === 0 ? value : samples[i - (i % 7)]!));
  return { rows, columns, samplesPerPixel: 1, bitsStored: bits, frames: [smooth] };
}

/** What is kept of a stream, the shipped kernel and its plain twin agreeing. */
async function kept(bytes: Uint8Array, view: View = WHOLE) {
  const one = await decodeTo(shipped, selfDescribed(bytes, 90), DEFAULT_LIMITS, view, 'keep');
  const other = await decodeTo(twin, selfDescribed(bytes, 90), DEFAULT_LIMITS, view, 'keep');
  expect(Buffer.compare(other.bytes, one.bytes)).toBe(0);
  expect(other.codestream).toEqual(one.codestream);
  return one;
}

describe('JPEG 2000 that is cut off, kept', () => {
  it('shows the layers that have come, as OpenJPEG does, one after the other', async () => {
    const picture = pictureOf(40, 50, 12);
    const { frames } = await encodeJpeg2000(picture, { decompositions: 3, layers: [16, 6, 0] });
    const whole = frames[0]!;
    const awaited = [
      await reducedJpeg2000(whole, 0, 1),
      await reducedJpeg2000(whole, 0, 2),
      littleEndian(picture.frames[0]!),
    ];
    const header = Buffer.from(whole).indexOf('ff93', 0, 'hex') + 2;
    for (let length = header; length <= whole.length; length++) {
      const { bytes, codestream } = await kept(whole.slice(0, length));
      if (awaited.length > 0 && Buffer.compare(bytes, awaited[0]!) === 0) awaited.shift();
      if (awaited.length > 0) expect(codestream.truncated).toEqual({ goodRows: 0 });
    }
    expect(awaited).toEqual([]);
  });

  it('is flat where nothing has come, and comes closer to the picture with each quarter', async () => {
    const picture = pictureOf(64, 64, 12);
    const { frames } = await encodeJpeg2000(picture, { decompositions: 4, progression: 1 });
    const whole = frames[0]!;
    const header = Buffer.from(whole).indexOf('ff93', 0, 'hex') + 2;
    const errors: number[] = [];
    for (const quarter of [0, 1, 2, 3, 4]) {
      const length = header + Math.floor(((whole.length - header) * quarter) / 4);
      const { bytes } = await kept(whole.slice(0, length));
      const samples = new Uint16Array(bytes.buffer);
      if (quarter === 0) expect(new Set(samples)).toEqual(new Set([2048]));
      errors.push(samples.reduce((sum, value, i) => sum + (value - Number(picture.frames[0]![i]!)) ** 2, 0));
    }
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
    expect(errors.at(-1)).toBe(0);
  });

  it('has its whole tiles, and says how many rows they are', async () => {
    const quarters = [0, 1, 2, 3].map((i) => pictureOf(64, 64, 12, 4096 * i));
    const streams = await Promise.all(quarters.map((each) => encodeJpeg2000(each, { decompositions: 3 })));
    const { bytes: whole, tileParts } = tiledJpeg2000(
      streams.map(({ frames }) => frames[0]!),
      { rows: 64, columns: 64, across: 2 },
    );
    const source = new Uint16Array(128 * 128);
    for (const [i, { frames }] of quarters.entries()) {
      for (let y = 0; y < 64; y++) {
        source.set(
          (frames[0] as Uint16Array).subarray(64 * y, 64 * y + 64),
          ((i >> 1) * 64 + y) * 128 + (i & 1) * 64,
        );
      }
    }
    expect(Buffer.compare((await kept(whole)).bytes, littleEndian(source))).toBe(0);
    // Two tiles and a bit of the third; the fourth has not come at all.
    const cut = whole.slice(0, tileParts[2]! + 40);
    const { bytes, codestream } = await kept(cut);
    const samples = new Uint16Array(bytes.buffer);
    expect(codestream.truncated).toEqual({ goodRows: 64 });
    expect(samples.subarray(0, 64 * 128)).toEqual(source.subarray(0, 64 * 128));
    expect(samples[127 * 128 + 127]).toBe(2048);
    // A region that lies in the tiles that have come is whole.
    const region = { row: 10, column: 50, rows: 54, columns: 30 };
    const part = await kept(cut, { reduction: 0, region });
    expect(part.codestream.truncated).toBeUndefined();
    const row = new Uint16Array(part.bytes.buffer).subarray(30 * 53, 30 * 54);
    expect(row).toEqual(source.subarray(63 * 128 + 50, 63 * 128 + 80));
    await expect(decodeTo(shipped, selfDescribed(cut, 90))).rejects.toMatchObject({
      tag: 'TruncatedData',
    });
  });

  describe('between two tile-parts', () => {
    const picture = pictureOf(40, 50, 12);

    /** The stream whose one tile-part has only the first bytes of its packets, and `tileParts` as its TNsot. */
    function endingAt(whole: Uint8Array, length: number, tileParts: number, hasEnd: boolean): Uint8Array {
      const from = Buffer.from(whole).indexOf('ff90000a', 0, 'hex');
      const bytes = Buffer.from([...whole.slice(0, length), ...(hasEnd ? [0xff, 0xd9] : [])]);
      bytes.writeUInt32BE(length - from, from + 6);
      bytes.writeUInt8(tileParts, from + 11);
      return Uint8Array.from(bytes);
    }

    async function packetEnds(whole: Uint8Array): Promise<number[]> {
      const first = Buffer.from(whole).indexOf('ff93', 0, 'hex') + 2;
      const ends: number[] = [];
      for (let length = first; length <= whole.length - 2; length++) {
        // In front of EOC no packet may be cut.
        const isEnd = await decodeTo(shipped, selfDescribed(endingAt(whole, length, 1, true), 90)).then(
          () => true,
          () => false,
        );
        if (isEnd) ends.push(length);
      }
      return ends;
    }

    it('says that packets are missing, unless there are all tile-parts or the end', async () => {
      const { frames } = await encodeJpeg2000(picture, { decompositions: 3, layers: [16, 6, 0] });
      const ends = await packetEnds(frames[0]!);
      // Three layers of four resolutions; and none of them at all.
      expect(ends.length).toBe(13);
      for (const end of ends) {
        const isWhole = end === ends.at(-1);
        const inFront = await kept(endingAt(frames[0]!, end, 1, true));
        expect(inFront.codestream.truncated).toBeUndefined();
        for (const tileParts of [0, 2]) {
          const cut = endingAt(frames[0]!, end, tileParts, false);
          const { bytes, codestream } = await kept(cut);
          expect(Buffer.compare(bytes, inFront.bytes)).toBe(0);
          expect(codestream.truncated).toEqual(isWhole ? undefined : { goodRows: 0 });
          const outcome = decodeTo(shipped, selfDescribed(cut, 90)).then(
            () => 'decoded',
            ({ tag }) => tag,
          );
          expect(await outcome).toBe(isWhole ? 'decoded' : 'TruncatedData');
        }
        expect((await kept(endingAt(frames[0]!, end, 1, false))).codestream.truncated).toBeUndefined();
      }
    });

    it('knows the end of a tile-part without a length', async () => {
      const { frames } = await encodeJpeg2000(picture, { decompositions: 3, layers: [16, 6, 0] });
      const whole = frames[0]!;
      const psot = Buffer.from(whole).indexOf('ff90000a', 0, 'hex') + 6;
      const bytes = Uint8Array.from(whole, (byte, at) => (at >= psot && at < psot + 4 ? 0 : byte));
      expect((await kept(bytes)).codestream.truncated).toBeUndefined();
      const [, , , , layer] = await packetEnds(whole);
      expect((await kept(bytes.slice(0, layer))).codestream.truncated).toEqual({ goodRows: 0 });
    });
  });

  it('is refused all the same where its headers have not come', async () => {
    const { frames } = await encodeJpeg2000(pictureOf(20, 30, 12), { decompositions: 2 });
    await expect(kept(frames[0]!.slice(0, 60))).rejects.toMatchObject({ tag: 'TruncatedData' });
  });
});
