import { describe, expect, it } from 'vitest';
import { InvalidBitstream, TruncatedData } from '../errors.js';
import { inspectJpegXl } from './jpeg-xl-header.js';

/** Writes fields of so many bits, least significant bit first (ISO/IEC 18181-1 B.2), behind the signature. */
function codestream(...fields: readonly (readonly [value: number, bits: number])[]): Uint8Array {
  const bits = fields.flatMap(([value, count]) => Array.from({ length: count }, (_, i) => (value >> i) & 1));
  const bytes = new Uint8Array(Math.max(16, Math.ceil(bits.length / 8) + 2));
  bytes.set([0xff, 0x0a]);
  for (const [index, bit] of bits.entries()) bytes[2 + (index >> 3)] |= bit << (index & 7);
  return bytes;
}

/** 40 rows by the small form, columns by the ratio of the field. */
const size = (ratio: number) =>
  [
    [1, 1],
    [4, 5],
    [ratio, 3],
  ] as const;
const SQUARE = size(1);
const NOT_DEFAULT = [0, 1] as const;
const NO_EXTRA_FIELDS = [0, 1] as const;
/** Integers of 10 bits, 16-bit buffers enough, no extra channels. */
const TEN_BITS = [
  [0, 1],
  [1, 2],
  [1, 1],
  [0, 2],
] as const;
const ORIGINAL = [0, 1] as const;
const XYB = [1, 1] as const;

describe('inspectJpegXl', () => {
  it.each([
    ['1:1', 1, 40],
    ['12:10', 2, 48],
    ['4:3', 3, 53],
    ['3:2', 4, 60],
    ['16:9', 5, 71],
    ['5:4', 6, 50],
    ['2:1', 7, 80],
  ])('reads the width from the ratio %s', (_, ratio, columns) => {
    expect(inspectJpegXl(codestream(...size(ratio), [1, 1]))).toEqual({
      columns,
      rows: 40,
      precision: 8,
      float: false,
      colourChannels: 3,
      extraChannels: 0,
      managedColour: false,
      animation: false,
    });
  });

  it('reads sides of every form', () => {
    const small = codestream([1, 1], [0, 5], [0, 3], [31, 5], [1, 1]);
    expect(inspectJpegXl(small)).toMatchObject({ rows: 8, columns: 256 });
    const large = codestream([0, 1], [1, 2], [4999, 13], [0, 3], [0, 2], [299, 9], [1, 1]);
    expect(inspectJpegXl(large)).toMatchObject({ rows: 5000, columns: 300 });
    const huge = codestream([0, 1], [3, 2], [2 ** 29, 30], [1, 3], [1, 1]);
    expect(inspectJpegXl(huge)).toMatchObject({ rows: 2 ** 29 + 1, columns: 2 ** 29 + 1 });
  });

  it('reads the depth of integers and floating-point samples', () => {
    const depth = (...fields: readonly (readonly [number, number])[]) =>
      inspectJpegXl(
        codestream(...SQUARE, NOT_DEFAULT, NO_EXTRA_FIELDS, ...fields, [1, 1], [0, 2], ORIGINAL, [1, 1]),
      );
    expect(depth([0, 1], [2, 2])).toMatchObject({ precision: 12, float: false });
    expect(depth([0, 1], [3, 2], [15, 6])).toMatchObject({ precision: 16, float: false });
    expect(depth([1, 1], [0, 2], [7, 4])).toMatchObject({ precision: 32, float: true });
  });

  it('exchanges the sides where the orientation does', () => {
    const oriented = (orientation: number) =>
      inspectJpegXl(
        codestream(
          ...size(7),
          NOT_DEFAULT,
          [1, 1],
          [orientation - 1, 3],
          ...([
            [0, 1],
            [0, 1],
            [0, 1],
          ] as const),
          ...TEN_BITS,
          ORIGINAL,
          [1, 1],
        ),
      );
    expect(oriented(4)).toMatchObject({ rows: 40, columns: 80, precision: 10 });
    expect(oriented(5)).toMatchObject({ rows: 80, columns: 40, precision: 10 });
  });

  it('passes over the intrinsic size and the size of a preview', () => {
    const fields = [
      [1, 1],
      [0, 3],
      [1, 1],
      ...SQUARE,
      [1, 1],
      [1, 1],
      [2, 2],
      [7, 5],
      [1, 3],
      [0, 1],
    ] as const;
    expect(
      inspectJpegXl(codestream(...SQUARE, NOT_DEFAULT, ...fields, ...TEN_BITS, ORIGINAL, [1, 1])),
    ).toMatchObject({
      rows: 40,
      precision: 10,
    });
  });

  it('knows gray', () => {
    const gray = [
      [0, 1],
      [0, 1],
      [1, 2],
      [1, 2],
      [0, 1],
      [2, 2],
      [11, 4],
    ] as const;
    const header = inspectJpegXl(
      codestream(...SQUARE, NOT_DEFAULT, NO_EXTRA_FIELDS, ...TEN_BITS, ORIGINAL, ...gray),
    );
    expect(header).toMatchObject({ colourChannels: 1, managedColour: false });
  });

  it('knows which colours take colour management: XYB for anything but sRGB', () => {
    const managed = (xyb: readonly [number, number], ...encoding: readonly (readonly [number, number])[]) =>
      inspectJpegXl(codestream(...SQUARE, NOT_DEFAULT, NO_EXTRA_FIELDS, ...TEN_BITS, xyb, ...encoding))
        .managedColour;
    const rgb = [
      [0, 1],
      [0, 1],
      [0, 2],
    ] as const;
    const d65 = [1, 2] as const;
    const primaries = [1, 2] as const;
    expect(managed(XYB, [1, 1])).toBe(false);
    expect(managed(XYB, ...rgb, d65, primaries, [0, 1], [2, 2], [11, 4])).toBe(false);
    expect(managed(XYB, ...rgb, d65, primaries, [0, 1], [1, 2])).toBe(true);
    expect(managed(XYB, ...rgb, d65, primaries, [1, 1], [4545455, 24])).toBe(true);
    expect(managed(XYB, ...rgb, d65, [2, 2], [7, 4])).toBe(true);
    expect(managed(XYB, [0, 1], [1, 1], [0, 2])).toBe(true);
    expect(managed(ORIGINAL, [0, 1], [1, 1], [0, 2])).toBe(false);
  });

  it('stops at an animation and at extra channels', () => {
    const animation = [
      [1, 1],
      [0, 3],
      [0, 1],
      [0, 1],
      [1, 1],
    ] as const;
    expect(inspectJpegXl(codestream(...SQUARE, NOT_DEFAULT, ...animation)).animation).toBe(true);
    const alpha = [
      [0, 1],
      [1, 2],
      [1, 1],
      [1, 2],
    ] as const;
    expect(inspectJpegXl(codestream(...SQUARE, NOT_DEFAULT, NO_EXTRA_FIELDS, ...alpha)).extraChannels).toBe(
      1,
    );
  });

  it('finds the codestream in a container, whole or in parts', () => {
    const signature = [0, 0, 0, 12, 0x4a, 0x58, 0x4c, 0x20, 0x0d, 0x0a, 0x87, 0x0a];
    const inner = codestream(...SQUARE, [1, 1]);
    const whole = [0, 0, 0, inner.length + 8, 0x6a, 0x78, 0x6c, 0x63];
    const partial = [0, 0, 0, 0, 0x6a, 0x78, 0x6c, 0x70, 0x80, 0, 0, 0];
    for (const box of [whole, partial]) {
      expect(inspectJpegXl(Uint8Array.from([...signature, ...box, ...inner])).rows).toBe(40);
    }
    expect(() => inspectJpegXl(Uint8Array.from([...signature, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]))).toThrow(
      InvalidBitstream,
    );
  });

  it('calls headers that are cut off truncated', () => {
    expect(() => inspectJpegXl(codestream(...SQUARE, [1, 1]).subarray(0, 11))).toThrow(TruncatedData);
    const long = [
      [0, 1],
      [3, 2],
      [9, 30],
      [0, 3],
      [3, 2],
      [9, 30],
      NOT_DEFAULT,
      [1, 1],
      [0, 3],
      [1, 1],
    ] as const;
    expect(() => inspectJpegXl(codestream(...long, ...long).subarray(0, 12))).toThrow(TruncatedData);
  });

  it('refuses what is neither codestream nor container', () => {
    expect(() => inspectJpegXl(new Uint8Array(32))).toThrow(InvalidBitstream);
  });
});
