import { afterEach, describe, expect, test, vi } from 'vitest';
import { ArrivingBytes } from './arriving-bytes.js';

function arriving(...chunks: number[][]): ArrivingBytes {
  const bytes = new ArrivingBytes(10);
  for (const chunk of chunks) bytes.append(Uint8Array.from(chunk));
  return bytes;
}

describe('bytes that arrive', () => {
  afterEach(() => void vi.unstubAllGlobals());

  test('are given on in pieces, each of all that came since the last one was received', () => {
    const bytes = arriving([1, 2], [3]);
    expect(bytes.piece()).toMatchObject({ offset: 0, bytes: Uint8Array.of(1, 2, 3), byteLength: 10 });
    bytes.append(Uint8Array.of(4));
    expect(bytes.piece()).toMatchObject({ offset: 0, bytes: Uint8Array.of(1, 2, 3, 4) });
    bytes.received();
    bytes.append(Uint8Array.of(5, 6));
    bytes.append(Uint8Array.of(7));
    expect(bytes.shown).toBe(4);
    expect(bytes.piece()).toMatchObject({ offset: 4, bytes: Uint8Array.of(5, 6, 7) });
    expect([bytes.shown, bytes.arrived]).toEqual([7, 7]);
  });

  test('are given again from the first one where they were lost', () => {
    const bytes = arriving([1, 2], [3]);
    bytes.piece();
    bytes.received();
    bytes.append(Uint8Array.of(4));
    bytes.piece();
    bytes.lost();
    expect(bytes.piece()).toMatchObject({ offset: 0, bytes: Uint8Array.of(1, 2, 3, 4) });
  });

  test('are copies: the source may use its memory again', () => {
    const memory = Buffer.from([1, 2]);
    const bytes = new ArrivingBytes(10);
    bytes.append(memory);
    memory.fill(9);
    expect(bytes.piece().bytes).toEqual(Uint8Array.of(1, 2));
  });

  test('stand in shared memory; where there is none each piece can be given away', () => {
    expect(arriving([1, 2]).piece().bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
    vi.stubGlobal('SharedArrayBuffer', undefined);
    const bytes = arriving([1, 2], [3]);
    const { bytes: posted } = bytes.piece();
    expect(posted).toEqual(Uint8Array.of(1, 2, 3));
    expect(posted.buffer.byteLength).toBe(3);
    structuredClone(posted, { transfer: [posted.buffer as ArrayBuffer] });
    expect(bytes.piece().bytes).toEqual(Uint8Array.of(1, 2, 3));
  });

  test('take no more memory than has come where more is promised than can be', () => {
    const bytes = new ArrivingBytes(2 ** 52);
    const large = new Uint8Array(40 << 20).fill(7);
    bytes.append(large);
    bytes.append(large.fill(8));
    const { bytes: all } = bytes.piece();
    expect([all.length, all[0], all[(40 << 20) - 1], all[40 << 20], all.at(-1)]).toEqual([
      80 << 20,
      7,
      7,
      8,
      8,
    ]);
  });

  test('are as many as was said at most; each frame has a number of its own', () => {
    const bytes = arriving([1, 2, 3, 4, 5, 6], [7, 8, 9]);
    expect(() => bytes.append(Uint8Array.of(1, 2))).toThrowError(
      expect.objectContaining({ tag: 'LimitExceeded', limit: 'byteLength', allowed: 10, requested: 11 }),
    );
    bytes.append(Uint8Array.of(10));
    expect(bytes.arrived).toBe(10);
    expect(arriving().number).not.toBe(bytes.number);
  });
});
