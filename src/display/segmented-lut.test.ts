import { describe, expect, it } from 'vitest';
import { expandSegments } from './segmented-lut.js';

const expand = (units: number[], entries: number, unit: 8 | 16 = 16) => [
  ...expandSegments(Uint16Array.from(units), unit, entries),
];

describe('segments (PS3.3 C.7.9.2)', () => {
  it('discrete ones are their entries', () => {
    expect(expand([0, 3, 7, 65535, 1], 3)).toEqual([7, 65535, 1]);
  });

  it('linear ones go from the entry before to their end, which is the last of them', () => {
    // y0 + (y1 - y0) * i / n for i from 1 to n
    expect(expand([0, 1, 0, 1, 4, 100], 5)).toEqual([0, 25, 50, 75, 100]);
    expect(expand([0, 1, 200, 1, 3, 100], 4)).toEqual([200, 167, 133, 100]);
  });

  it('indirect ones copy segments, by a byte offset with its lower half first; linear ones go on from where they are', () => {
    // Bytes: the discrete segment is at 0, the linear one at 6.
    const units = [0, 1, 10, 1, 2, 20, 2, 2, 0, 0];
    expect(expand(units, 6)).toEqual([10, 15, 20, 10, 15, 20]);
    expect(expand([...units.slice(0, 6), 2, 1, 6, 0], 5)).toEqual([10, 15, 20, 20, 20]);
  });

  it('of 8-bit entries have opcodes and lengths of 8 bits and offsets of four bytes', () => {
    expect(expand([0, 1, 10, 1, 2, 20, 2, 2, 0, 0, 0, 0], 6, 8)).toEqual([10, 15, 20, 10, 15, 20]);
  });

  it('give the whole of a ramp of 256 entries, as in the well-known palettes (PS3.6 B.1.5)', () => {
    expect(expand([0, 1, 255, 1, 255, 0], 256, 8)).toEqual(Array.from({ length: 256 }, (_, i) => 255 - i));
  });

  it('may be followed by a byte of padding', () => {
    expect(expand([0, 2, 1, 2, 0], 2, 8)).toEqual([1, 2]);
  });
});

describe('hostile segments', () => {
  const cases: [string, number[], number][] = [
    ['that end inside a discrete segment', [0, 9, 1, 2], 9],
    ['that end inside a linear segment', [0, 1, 1, 1, 4], 5],
    ['that end inside an indirect segment', [0, 1, 1, 2, 1, 0], 2],
    ['that end too early', [0, 1, 1], 2],
    ['that are none at all', [], 1],
    ['with a reserved opcode', [3, 1, 1], 1],
    ['that begin with a linear one', [1, 4, 100], 4],
    ['where an indirect one names itself', [0, 1, 1, 2, 1, 6, 0], 2],
    ['where an indirect one points behind the data', [0, 1, 1, 2, 1, 0xffff, 0xffff], 2],
    ['where an indirect one points between two values', [0, 1, 1, 2, 1, 1, 0], 2],
    ['where an indirect one copies more segments than there are', [0, 1, 1, 2, 65535, 0, 0], 65536],
  ];
  it.each(cases)('%s are refused', (_, units, entries) => {
    expect(() => expand(units, entries)).toThrowError(
      expect.objectContaining({ tag: 'InvalidDataset', clause: 'PS3.3 C.7.9.2' }),
    );
  });

  it('without entries, copied over and over, are refused', () => {
    // Empty discrete segments in front, then indirect ones that go over all of them.
    const empty = Array.from({ length: 20_000 }, () => [0, 0]).flat();
    const copies = Array.from({ length: 20_000 }, () => [2, 20_000, 0, 0]).flat();
    expect(() => expand([...empty, 0, 1, 5, ...copies], 65536)).toThrowError(/more segments than entries/);
  });

  it('write nothing behind the table', () => {
    expect(expand([0, 4, 1, 2, 3, 4], 2)).toEqual([1, 2]);
    expect(expand([0, 1, 0, 1, 65535, 65535], 3)).toEqual([0, 1, 2]);
  });
});
