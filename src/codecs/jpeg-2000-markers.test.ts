import { describe, expect, it } from 'vitest';
import { InvalidBitstream, TruncatedData } from '../errors.js';
import { hasBitsAtMost, hasEndOfCodestream, inspectJpeg2000 } from './jpeg-2000-markers.js';

const u16 = (value: number) => [value >> 8, value & 255];
const u32 = (value: number) => [...u16(value >>> 16), ...u16(value & 0xffff)];
const segment = (marker: number, ...content: number[]) => [
  ...u16(marker),
  ...u16(content.length + 2),
  ...content,
];

interface Siz {
  rsiz?: number;
  image?: readonly [xEnd: number, yEnd: number, xOffset: number, yOffset: number];
  tile?: readonly [columns: number, rows: number, xOffset: number, yOffset: number];
  components?: readonly (readonly [ssiz: number, xStep: number, yStep: number])[];
}

/** ITU-T T.800 Table A.9. */
function siz({
  rsiz = 0,
  image = [20, 10, 0, 0],
  tile = [20, 10, 0, 0],
  components = [[7, 1, 1]],
}: Siz): number[] {
  const grid = [...image, ...tile].flatMap(u32);
  return segment(0xff51, ...u16(rsiz), ...grid, ...u16(components.length), ...components.flat());
}

/** T.800 Table A.12: one layer, five decompositions, code-blocks of 64 by 64. */
function cod(componentTransform = 0, style = 0, transformation = 1): number[] {
  return segment(0xff52, 0, 0, ...u16(1), componentTransform, 5, 4, 4, style, transformation);
}

/** A tile-part (A.4.2) whose Psot says `length`, with as many bytes as are given. */
function tilePart(length: number, data: readonly number[]): number[] {
  return [...segment(0xff90, ...u16(0), ...u32(length), 0, 1), 0xff, 0x93, ...data];
}

const SOC = [0xff, 0x4f];
const EOC = [0xff, 0xd9];

function codestream(options: Siz = {}, coding = cod(), tail = tilePart(17, [1, 2, 3])): Uint8Array {
  return Uint8Array.from([...SOC, ...siz(options), ...coding, ...tail, ...EOC]);
}

describe('inspectJpeg2000', () => {
  it('reads size, depth and coding style', () => {
    expect(inspectJpeg2000(codestream({ components: [[0x8b, 1, 1]] }))).toEqual({
      offset: 0,
      tilePartOffset: 2 + 43 + 14,
      columns: 20,
      rows: 10,
      xOffset: 0,
      yOffset: 0,
      xEnd: 20,
      yEnd: 10,
      tiles: 1,
      components: [{ precision: 12, signed: true, xStep: 1, yStep: 1, columns: 20, rows: 10 }],
      layers: 1,
      componentTransform: false,
      reversible: true,
      highThroughput: false,
      part2: false,
    });
  });

  it('counts the samples of subsampled components by the reference grid (B.2)', () => {
    const header = inspectJpeg2000(
      codestream({
        image: [20, 11, 3, 2],
        tile: [30, 30, 0, 0],
        components: [
          [7, 1, 1],
          [7, 2, 2],
          [7, 4, 3],
        ],
      }),
    );
    // ceil(20 / 4) - ceil(3 / 4) = 4 columns, ceil(11 / 3) - ceil(2 / 3) = 3 rows.
    expect(header.components.map(({ columns, rows }) => [columns, rows])).toEqual([
      [17, 9],
      [8, 5],
      [4, 3],
    ]);
    expect([header.columns, header.rows]).toEqual([17, 9]);
  });

  it('takes the size of the largest component for that of the image', () => {
    const header = inspectJpeg2000(codestream({ components: [[7, 2, 5]] }));
    expect([header.columns, header.rows]).toEqual([10, 2]);
  });

  it('counts tiles', () => {
    const tail = Array.from({ length: 6 }, () => tilePart(14, [])).flat();
    expect(inspectJpeg2000(codestream({ tile: [8, 6, 0, 0] }, cod(), tail)).tiles).toBe(6);
  });

  it('knows the component transform, the irreversible filter, HT and Part 2 by their flags', () => {
    expect(inspectJpeg2000(codestream({}, cod(1, 0, 0)))).toMatchObject({
      componentTransform: true,
      reversible: false,
    });
    expect(inspectJpeg2000(codestream({}, cod(0, 0x40))).highThroughput).toBe(true);
    const capabilities = segment(0xff50, ...u32(0x00020000), ...u16(0));
    expect(inspectJpeg2000(codestream({}, [...capabilities, ...cod()])).highThroughput).toBe(true);
    expect(inspectJpeg2000(codestream({ rsiz: 0x8000 })).part2).toBe(true);
  });

  it('passes over marker segments and markers that it does not need', () => {
    const comment = segment(0xff64, 0, 1, 65, 66);
    expect(inspectJpeg2000(codestream({}, [...comment, 0xff, 0x30, ...cod()])).rows).toBe(10);
  });

  it('finds the codestream in JP2 boxes, with lengths of 32 bits, 64 bits and to the end', () => {
    const signature = [...u32(12), ...u32(0x6a502020), 0x0d, 0x0a, 0x87, 0x0a];
    const inner = codestream();
    for (const box of [
      [...u32(inner.length + 8), ...u32(0x6a703263)],
      [...u32(1), ...u32(0x6a703263), ...u32(0), ...u32(inner.length + 16)],
      [...u32(0), ...u32(0x6a703263)],
    ]) {
      const file = Uint8Array.from([
        ...signature,
        ...u32(16),
        ...u32(0x66726565),
        ...u32(0),
        ...u32(0),
        ...box,
      ]);
      expect(inspectJpeg2000(Uint8Array.from([...file, ...inner])).offset).toBe(file.length);
    }
  });

  it.each<[string, Uint8Array]>([
    ['no codestream', Uint8Array.from({ length: 64 }, (_, index) => index)],
    ['an empty image area', codestream({ image: [20, 10, 20, 0] })],
    ['tiles of no size', codestream({ tile: [0, 10, 0, 0] })],
    ['a first tile outside the image', codestream({ image: [20, 10, 9, 0], tile: [8, 10, 0, 0] })],
    ['no components', codestream({ components: [] })],
    ['a component without samples', codestream({ components: [[7, 0, 1]] })],
    ['39 bits', codestream({ components: [[38, 1, 1]] })],
    ['no COD', codestream({}, [])],
    ['no marker', codestream({}, [0x12, 0x34, ...cod()])],
    ['a segment of length 1', codestream({}, [0xff, 0x64, 0, 1, ...cod()])],
  ])('refuses %s', (_, bytes) => {
    expect(() => inspectJpeg2000(bytes)).toThrow(InvalidBitstream);
  });

  it('calls headers that are cut off truncated, wherever that is', () => {
    const bytes = codestream();
    for (let length = 0; length < 2 + 43 + 14; length++) {
      expect(() => inspectJpeg2000(bytes.subarray(0, length)), `${length} bytes`).toThrow(TruncatedData);
    }
  });

  it('does not believe in more tiles than the bytes have room for', () => {
    expect(() => inspectJpeg2000(codestream({ image: [2 ** 31, 2 ** 31, 0, 0] }))).toThrow(TruncatedData);
  });
});

describe('hasEndOfCodestream', () => {
  const check = (bytes: Uint8Array) => hasEndOfCodestream(bytes, inspectJpeg2000(bytes));

  it('follows the tile-parts to EOC', () => {
    const tail = [...tilePart(15, [1]), ...tilePart(16, [1, 2])];
    expect(check(codestream({}, cod(), tail))).toBe(true);
  });

  it('says so where EOC is missing, whole or by half', () => {
    expect(check(codestream().subarray(0, -1))).toBe(false);
    expect(check(codestream().subarray(0, -2))).toBe(false);
  });

  it('calls a tile-part that is longer than the bytes truncated', () => {
    expect(() => check(codestream().subarray(0, -3))).toThrow(TruncatedData);
  });

  it('leaves a tile-part to the end of the codestream to the decoder', () => {
    expect(check(codestream({}, cod(), tilePart(0, [1, 2, 3])).subarray(0, -2))).toBe(true);
  });
});

describe('bits at a glance', () => {
  // Ssiz is the number of bits less one, with the sign above (Table A.11).
  it.each([
    [[[27, 1, 1]], true],
    [[[28, 1, 1]], false],
    [[[0x80 | 27, 1, 1]], true],
    [[[0x80 | 28, 1, 1]], false],
    [
      [
        [7, 1, 1],
        [11, 2, 2],
        [37, 1, 1],
      ],
      false,
    ],
    [
      [
        [7, 1, 1],
        [11, 2, 2],
        [15, 1, 1],
      ],
      true,
    ],
    [[], false],
  ] as const)('components %j: 28 at most is %s', (components, expected) => {
    expect(hasBitsAtMost(codestream({ components }), 28)).toBe(expected);
  });

  it('cannot be told of boxes, of other bytes and of a SIZ that is cut off', () => {
    const boxes = [...u32(12), ...u32(0x6a502020), ...u32(0x0d0a870a), ...codestream()];
    expect(hasBitsAtMost(Uint8Array.from(boxes), 28)).toBe(false);
    expect(hasBitsAtMost(new Uint8Array(100), 28)).toBe(false);
    const components = [
      [7, 1, 1],
      [7, 1, 1],
      [7, 1, 1],
    ] as const;
    expect(hasBitsAtMost(codestream({ components }).subarray(0, 50), 28)).toBe(false);
    expect(hasBitsAtMost(new Uint8Array(), 28)).toBe(false);
  });
});
