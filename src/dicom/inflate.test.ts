import { deflateRawSync, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../limits.js';
import { inflate } from './inflate.js';

const bytes = Uint8Array.from({ length: 300_001 }, (_, i) => (i * i) >> 7);
const behind = (stream: Uint8Array, ...tail: number[]) => Uint8Array.from([...stream, ...tail]);

describe('inflate', () => {
  it.each([
    ['a raw stream', deflateRawSync(bytes)],
    ['a raw stream and one NUL', behind(deflateRawSync(bytes), 0)],
    ['a raw stream and five NULs', behind(deflateRawSync(bytes), 0, 0, 0, 0, 0)],
    ['a zlib stream', deflateSync(bytes)],
    ['a zlib stream and one NUL', behind(deflateSync(bytes), 0)],
    ['stored blocks', deflateRawSync(bytes, { level: 0 })],
    ['fixed Huffman codes', deflateRawSync(bytes, { strategy: 4 })],
  ])('reads %s', async (_, deflated) => {
    expect(Buffer.from(await inflate(deflated, DEFAULT_LIMITS)).equals(bytes)).toBe(true);
  });

  it('keeps zero bytes that belong to the stream', async () => {
    const zeros = new Uint8Array(10);
    expect(await inflate(deflateRawSync(zeros, { level: 0 }), DEFAULT_LIMITS)).toEqual(zeros);
    // 03 00 is the empty stream of one fixed block: its second byte is not padding.
    expect(await inflate(Uint8Array.of(3, 0), DEFAULT_LIMITS)).toEqual(new Uint8Array(0));
    expect(await inflate(Uint8Array.of(3, 0, 0), DEFAULT_LIMITS)).toEqual(new Uint8Array(0));
  });

  it('tells a stored block that looks like a zlib header from one', async () => {
    // 78 DA: block header with its padding bits set, then the length's low byte 0xDA.
    const length = 0x01da;
    const stored = Uint8Array.from([0x78, 0xda, 0x01, 0x25, 0xfe, ...bytes.subarray(0, length), 0x03, 0x00]);
    expect(await inflate(stored, DEFAULT_LIMITS)).toEqual(bytes.slice(0, length));
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['a truncated stream', deflateRawSync(bytes).subarray(0, 1000)],
    ['a truncated stream filled with NULs', behind(deflateRawSync(bytes).subarray(0, 1000), 0, 0, 0, 0)],
    ['a reserved block type', Uint8Array.of(0x07, 1, 2, 3)],
    ['a wrong checksum', Uint8Array.from([...deflateSync(bytes).subarray(0, -4), 1, 1, 1, 1])],
  ])('rejects %s', async (_, deflated) => {
    await expect(inflate(deflated, DEFAULT_LIMITS)).rejects.toMatchObject({ tag: 'InvalidBitstream' });
  });

  it('stops when the bytes wanted are out', async () => {
    const bomb = deflateRawSync(new Uint8Array(50_000_000).fill(7));
    const limits = { ...DEFAULT_LIMITS, inflatedBytes: 1000 };
    expect(await inflate(bomb, limits, 999)).toEqual(new Uint8Array(999).fill(7));
    expect(await inflate(deflateRawSync(Uint8Array.of(1, 2)), limits, 999)).toEqual(Uint8Array.of(1, 2));
  });

  it('stops at the limit of bytes', async () => {
    const bomb = deflateRawSync(new Uint8Array(50_000_000));
    const limits = { ...DEFAULT_LIMITS, inflatedBytes: 1_000_000 };
    await expect(inflate(bomb, limits)).rejects.toMatchObject({
      tag: 'LimitExceeded',
      limit: 'inflatedBytes',
      allowed: 1_000_000,
    });
  });

  it('stops at the limit of the ratio', async () => {
    const bomb = deflateRawSync(new Uint8Array(5_000_000));
    const limits = { ...DEFAULT_LIMITS, inflateRatio: 100 };
    await expect(inflate(bomb, limits)).rejects.toMatchObject({
      tag: 'LimitExceeded',
      limit: 'inflateRatio',
    });
  });
});
