import { describe, expect, test } from 'vitest';
import { ArrivingBytes } from './arriving-bytes.js';

function arriving(...chunks: number[][]): ArrivingBytes {
  const bytes = new ArrivingBytes(10);
  for (const chunk of chunks) bytes.append(Uint8Array.from(chunk));
  return bytes;
}

describe('bytes that arrive', () => {
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
    const { bytes: posted } = bytes.piece();
    expect(posted).toEqual(Uint8Array.of(1, 2));
    posted.fill(8);
    expect(bytes.piece().bytes).toEqual(Uint8Array.of(1, 2));
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
