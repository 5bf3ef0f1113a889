import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeJpeg2000 } from '../../fixtures/generate/package-encoders.js';
import { littleEndian } from '../../fixtures/generate/picture.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import type { Decoder } from './codec.js';
import { decodeTo, ramp, selfDescribed } from './codec.test-support.js';
import { jpeg2000Decoder } from './jpeg-2000.js';

let decoders: Decoder[];

beforeAll(async () => {
  const modules = [await moduleOf('jpeg-2000'), await plainTwin('jpeg-2000')];
  decoders = modules.map((module) => jpeg2000Decoder(new Kernel('jpeg-2000', module)));
});

describe('JPEG 2000 by the rate control of OpenJPEG', () => {
  // `opj_compress -F 16,24,1,8,u -n 1 -b 4,4 -M 32 -r 20,10,5` of OpenJPEG 2.5.0, without its comment: code-blocks of 4 x 4 whose last
  // bytes, as the encoder reckons them, do not reach the segmentation symbol of each pass that is left.
  const header =
    'ff4fff510029000000000010000000180000000000000000000000100000001800000000000000000001070101' +
    'ff52000c00000001000000002001ff5c00044040';
  const tilePart = 'ff90000a0000000000210001ff93ecfc202fc47840140055380bf53b5a11504d38ffd9';
  const stream = Buffer.from(header + tilePart, 'hex');
  /** Of what opj_decompress and grk_decompress (10.0.5) make of it. */
  const sha256 = '07c62c705796c93015ae218e378b056f976393986b02c61b0d12802d2826bb3b';

  async function expectPicture(decoder: Decoder, bytes: Uint8Array): Promise<void> {
    const decoded = await decodeTo(decoder, selfDescribed(bytes, 91));
    expect(createHash('sha256').update(decoded.bytes).digest('hex')).toBe(sha256);
  }

  it('takes symbols behind the end of a segment for what they are', async () => {
    for (const decoder of decoders) await expectPicture(decoder, stream);
  });

  // Its one packet begins behind SOD, with a header of 7 bytes; Psot, the length of the tile-part, is 33.
  it.each([
    ['SOP in front of a packet', '0000002700', 'ff93ff9100040000ecfc202fc47840'],
    ['EPH behind its header', '0000002300', 'ff93ecfc202fc47840ff92'],
  ])('passes over %s that Scod does not announce', async (_, length, packet) => {
    const marked = tilePart.replace('0000002100', length).replace('ff93ecfc202fc47840', packet);
    for (const decoder of decoders) await expectPicture(decoder, Buffer.from(header + marked, 'hex'));
  });

  it('still sees damage in front of the end', async () => {
    let refused = 0;
    for (let bit = 0; bit < 8 * 12; bit++) {
      const damaged = Uint8Array.from(stream);
      // The bodies of the packet's code-blocks begin behind SOD and some ten bytes of header.
      damaged[damaged.length - 14 + (bit >> 3)]! ^= 128 >> (bit & 7);
      await decodeTo(decoders[0]!, selfDescribed(damaged, 91)).catch((error: unknown) => {
        expect(error).toMatchObject({ tag: 'InvalidBitstream' });
        refused++;
      });
    }
    expect(refused).toBeGreaterThan(0);
  });
});

describe('JPEG 2000 in more tile-parts than can be numbered', () => {
  const samples = ramp(new Uint16Array(40 * 50), 12);
  const picture = { rows: 40, columns: 50, samplesPerPixel: 1, bitsStored: 12, frames: [samples] } as const;

  /** The one tile-part of a stream becomes number `filled` of 300; the others are empty (ITU-T T.800 A.4.2). */
  function inTileParts(whole: Uint8Array, filled: number, numberOf: (part: number) => number): Uint8Array {
    const from = Buffer.from(whole).indexOf('ff90000a', 0, 'hex');
    const parts = Array.from({ length: 300 }, (_, part) => {
      const bytes = Buffer.from(
        part === filled ? whole.slice(from, -2) : [...whole.slice(from, from + 12), 0xff, 0x93],
      );
      bytes.writeUInt32BE(bytes.length, 6);
      bytes.writeUInt8(numberOf(part), 10);
      bytes.writeUInt8(300 & 0xff, 11);
      return bytes;
    });
    return Uint8Array.from(Buffer.concat([whole.slice(0, from), ...parts, whole.slice(-2)]));
  }

  it.each([3, 280])('reads on where their numbers begin anew: the bytes are in number %i', async (filled) => {
    const { frames } = await encodeJpeg2000(picture, { decompositions: 3 });
    const bytes = inTileParts(frames[0]!, filled, (part) => part & 0xff);
    for (const decoder of decoders) {
      const decoded = await decodeTo(decoder, selfDescribed(bytes, 90));
      expect(Buffer.compare(decoded.bytes, littleEndian(samples))).toBe(0);
    }
  });

  it('refuses numbers in another order', async () => {
    const { frames } = await encodeJpeg2000(picture, { decompositions: 3 });
    const bytes = inTileParts(frames[0]!, 280, (part) => (part < 256 ? part : (part + 1) & 0xff));
    await expect(decodeTo(decoders[0]!, selfDescribed(bytes, 90))).rejects.toMatchObject({
      tag: 'InvalidBitstream',
    });
  });
});
