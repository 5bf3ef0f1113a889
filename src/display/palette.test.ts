import { describe, expect, it } from 'vitest';
import { datasetOf, type Entry } from './display.test-support.js';
import { paletteOf } from './palette.js';
import { paletteTable } from './palette-table.js';

const DESCRIPTORS = [0x00281101, 0x00281102, 0x00281103];
const DATA = [0x00281201, 0x00281202, 0x00281203];
const SEGMENTED = [0x00281221, 0x00281222, 0x00281223];

/** A dataset with one descriptor for all and three tables. */
function withPalette(descriptor: number[], vr: 'OW' | 'US' | 'OB' | 'UN', tables: number[][], tags = DATA) {
  const entries: Entry[] = [];
  for (const [i, table] of tables.entries()) {
    entries.push([DESCRIPTORS[i]!, 'US', descriptor], [tags[i]!, vr, table]);
  }
  return datasetOf(...entries);
}

const ramp = (length: number, step: number) => Array.from({ length }, (_, i) => (i * step) & 0xffff);

describe('the descriptor (PS3.3 C.7.6.3.1.5)', () => {
  it('has 0 for 65536 entries', async () => {
    const tables = [ramp(65536, 1), ramp(65536, 2), ramp(65536, 3)];
    const palette = await paletteOf(withPalette([0, 0, 16], 'OW', tables), false);
    expect(palette?.red.entries.length).toBe(65536);
    expect(palette?.blue.entries[21845]).toBe(65535);
    expect(palette?.bits).toBe(16);
  });

  it('has a first value mapped that is signed where samples are', async () => {
    const dataset = withPalette([2, 0xff00, 8], 'OW', [[0x0201], [0x0403], [0x0605]]);
    expect((await paletteOf(dataset, true))?.red.firstMapped).toBe(-256);
    expect((await paletteOf(dataset, false))?.red.firstMapped).toBe(0xff00);
  });

  it('with less than three values is refused', async () => {
    const dataset = withPalette([2, 0], 'OW', [[1], [2], [3]]);
    await expect(paletteOf(dataset, false)).rejects.toMatchObject({
      tag: 'InvalidDataset',
      element: '00281101',
    });
  });
});

describe('entries of 8 bits', () => {
  it('stand two to a word, the first in the lower half (PS3.3 C.7.6.3.1.6)', async () => {
    const palette = await paletteOf(
      withPalette([4, 0, 8], 'OW', [
        [0x0201, 0x0403],
        [0x0605, 0x0807],
        [0x0a09, 0x0c0b],
      ]),
      false,
    );
    expect(palette?.bits).toBe(8);
    expect([...palette!.red.entries]).toEqual([1, 2, 3, 4]);
    expect([...palette!.blue.entries]).toEqual([9, 10, 11, 12]);
  });

  it('an odd number of them is padded', async () => {
    const palette = await paletteOf(
      withPalette([3, 0, 8], 'OW', [
        [0x0201, 3],
        [1, 1],
        [1, 1],
      ]),
      false,
    );
    expect([...palette!.red.entries]).toEqual([1, 2, 3]);
  });

  it('stand one to a word in many files', async () => {
    const palette = await paletteOf(
      withPalette([3, 0, 8], 'US', [
        [1, 2, 255],
        [4, 5, 6],
        [7, 8, 9],
      ]),
      false,
    );
    expect(palette?.bits).toBe(8);
    expect([...palette!.red.entries]).toEqual([1, 2, 255]);
  });

  it('are bytes in OB and UN', async () => {
    for (const vr of ['OB', 'UN'] as const) {
      const palette = await paletteOf(
        withPalette([4, 0, 8], vr, [
          [1, 2, 3, 4],
          [5, 6, 7, 8],
          [9, 10, 11, 12],
        ]),
        false,
      );
      expect([...palette!.green.entries]).toEqual([5, 6, 7, 8]);
    }
  });

  it('are what entries declared to have 16 bits are, where all of them fit', async () => {
    const palette = await paletteOf(
      withPalette([2, 0, 16], 'OW', [
        [0, 200],
        [0, 100],
        [0, 255],
      ]),
      false,
    );
    expect(palette?.bits).toBe(8);
    const wide = await paletteOf(
      withPalette([2, 0, 16], 'OW', [
        [0, 200],
        [0, 100],
        [0, 256],
      ]),
      false,
    );
    expect(wide?.bits).toBe(16);
  });

  it('are not what entries above 255 are, whatever the descriptor says', async () => {
    const palette = await paletteOf(
      withPalette([2, 0, 8], 'OW', [
        [0, 0xff00],
        [0, 0x8000],
        [0, 0],
      ]),
      false,
    );
    expect(palette?.bits).toBe(16);
    expect([...palette!.red.entries]).toEqual([0, 0xff00]);
  });
});

it('a segmented palette is expanded', async () => {
  // 0, 0 to 255 in 255 steps: as bytes 00 01 00 01 ff ff.
  const words = [0x0100, 0x0100, 0xffff];
  const palette = await paletteOf(withPalette([256, 0, 8], 'OW', [words, words, words], SEGMENTED), false);
  expect([...palette!.green.entries]).toEqual(Array.from({ length: 256 }, (_, i) => i));
});

it('a segmented palette of 16-bit entries', async () => {
  const words = [0, 1, 1000, 1, 2, 3000];
  const palette = await paletteOf(withPalette([3, 0, 16], 'OW', [words, words, words], SEGMENTED), false);
  expect([...palette!.red.entries]).toEqual([1000, 2000, 3000]);
});

it('a dataset without tables has no palette, one without all of them a broken one', async () => {
  expect(await paletteOf(datasetOf([0x00280010, 'US', [1]]), false)).toBeUndefined();
  await expect(paletteOf(withPalette([1, 0, 8], 'OW', [[1], [2]]), false)).rejects.toMatchObject({
    tag: 'InvalidDataset',
    element: '00281103',
  });
  await expect(paletteOf(withPalette([1, 0, 8], 'OW', [[], [], []]), false)).rejects.toMatchObject({
    tag: 'InvalidDataset',
    element: '00281201',
  });
});

describe('samples outside of the palette take its first or last entry', () => {
  const palette = {
    bits: 8,
    red: { firstMapped: -2, bits: 8, entries: Uint16Array.of(10, 11, 12, 13) },
    green: { firstMapped: -2, bits: 8, entries: Uint16Array.of(20, 21, 22, 23) },
    blue: { firstMapped: -2, bits: 8, entries: Uint16Array.of(30, 31, 32, 33) },
  } as const;

  it.each([1, 2] as const)('signed ones of %i bytes', (bytes) => {
    const table = paletteTable(palette, bytes, true);
    const redOf = (sample: number) => table[3 * (sample & (256 ** bytes - 1))];
    expect([-128, -3, -2, -1, 0, 1, 2, 127].map(redOf)).toEqual([10, 10, 10, 11, 12, 13, 13, 13]);
    expect(table.length).toBe(3 * 256 ** bytes);
  });

  it('unsigned ones', () => {
    const table = paletteTable({ ...palette, red: { ...palette.red, firstMapped: 100 } }, 1, false);
    expect([0, 99, 100, 101, 103, 104, 255].map((sample) => table[3 * sample])).toEqual([
      10, 10, 10, 11, 13, 13, 13,
    ]);
    expect(table[3 * 255 + 1]).toBe(23);
  });
});
