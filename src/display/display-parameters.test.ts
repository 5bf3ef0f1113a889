import { describe, expect, it } from 'vitest';
import type { Dataset } from '../dicom/dataset.js';
import { datasetOf, type Entry } from './display.test-support.js';
import { displayParametersOf } from './display-parameters.js';

const parametersOf = (...entries: Entry[]) => displayParametersOf(datasetOf(...entries), 0);

const windowOf = (center: string, width: string): Entry[] => [
  [0x00281050, 'DS', center],
  [0x00281051, 'DS', width],
];
const rescaleOf = (intercept: string, slope: string): Entry[] => [
  [0x00281052, 'DS', intercept],
  [0x00281053, 'DS', slope],
];
const tableOf = (descriptor: number[], data: number[]) =>
  datasetOf([0x00283002, 'US', descriptor], [0x00283003, 'LO', 'BONE'], [0x00283006, 'US', data]);

describe('the modality LUT', () => {
  it('is the identity where the dataset has none', async () => {
    expect((await parametersOf()).modalityLut).toEqual({ kind: 'rescale', slope: 1, intercept: 0 });
  });

  it('is Rescale Slope and Intercept', async () => {
    const { modalityLut } = await parametersOf(...rescaleOf('-1024', '0.5'));
    expect(modalityLut).toEqual({ kind: 'rescale', slope: 0.5, intercept: -1024 });
  });

  it('is not a slope of 0 or of no number', async () => {
    expect((await parametersOf(...rescaleOf('3', '0'))).modalityLut).toMatchObject({
      slope: 1,
      intercept: 3,
    });
    expect((await parametersOf(...rescaleOf('x', 'y'))).modalityLut).toMatchObject({
      slope: 1,
      intercept: 0,
    });
  });

  it('is a table, whose first value mapped is signed where samples are', async () => {
    const sequence: Entry = [0x00283000, 'SQ', [tableOf([3, 0xffff, 16], [5, 6, 7])]];
    const signed = await parametersOf([0x00280103, 'US', [1]], sequence);
    expect(signed.modalityLut).toEqual({
      kind: 'table',
      table: { firstMapped: -1, bits: 16, entries: Uint16Array.of(5, 6, 7) },
    });
    const unsigned = await parametersOf([0x00280103, 'US', [0]], sequence, ...rescaleOf('1', '2'));
    expect(unsigned.modalityLut).toMatchObject({ table: { firstMapped: 0xffff } });
  });

  it('is no table where the item is empty, and a broken one where half of it is', async () => {
    const empty = datasetOf([0x00283002, 'US', []], [0x00283006, 'US', []]);
    const { modalityLut } = await parametersOf([0x00283000, 'SQ', [empty]], ...rescaleOf('1', '2'));
    expect(modalityLut).toEqual({ kind: 'rescale', slope: 2, intercept: 1 });
    const half = datasetOf([0x00283002, 'US', [2, 0, 16]]);
    await expect(parametersOf([0x00283000, 'SQ', [half]])).rejects.toMatchObject({ tag: 'InvalidDataset' });
  });

  it('of a long table is read', async () => {
    const data = Array.from({ length: 4096 }, (_, i) => 16 * i);
    const { modalityLut } = await parametersOf([0x00283000, 'SQ', [tableOf([4096, 0, 16], data)]]);
    expect(modalityLut).toMatchObject({ kind: 'table', table: { entries: Uint16Array.from(data) } });
  });
});

describe('windows', () => {
  it('may be several, with explanations and one function', async () => {
    const { windows } = await parametersOf(
      ...windowOf('40\\-600', '400\\1200.5'),
      [0x00281055, 'LO', 'SOFT\\LUNG'],
      [0x00281056, 'CS', 'LINEAR_EXACT'],
    );
    expect(windows).toEqual([
      { center: 40, width: 400, function: 'LINEAR_EXACT', explanation: 'SOFT' },
      { center: -600, width: 1200.5, function: 'LINEAR_EXACT', explanation: 'LUNG' },
    ]);
  });

  it('are LINEAR unless the dataset says another function of the standard', async () => {
    const functionOf = async (name: string) =>
      (await parametersOf(...windowOf('1', '2'), [0x00281056, 'CS', name])).windows[0]?.function;
    expect(await functionOf('SIGMOID')).toBe('SIGMOID');
    expect(await functionOf('GAMMA')).toBe('LINEAR');
    expect((await parametersOf(...windowOf('1', '2'))).windows[0]?.function).toBe('LINEAR');
  });

  it('without a width, or with one of 0, are left out', async () => {
    const { windows } = await parametersOf(...windowOf('1\\2\\3\\x', '0\\10\\-5'));
    expect(windows.map(({ center }) => center)).toEqual([2]);
  });
});

describe('VOI LUTs', () => {
  const voi = (first: number): Entry => [0x00283010, 'SQ', [tableOf([2, first, 12], [0, 4095])]];

  it('are tables with explanations', async () => {
    const { voiTables } = await parametersOf(voi(7));
    expect(voiTables).toEqual([
      { firstMapped: 7, bits: 12, entries: Uint16Array.of(0, 4095), explanation: 'BONE' },
    ]);
  });

  it('have a signed first value mapped where the modality LUT gives negative values', async () => {
    const first = async (...entries: Entry[]) =>
      (await parametersOf(voi(0xfc00), ...entries)).voiTables[0]?.firstMapped;
    expect(await first([0x00280101, 'US', [12]])).toBe(0xfc00);
    expect(await first([0x00280101, 'US', [12]], ...rescaleOf('-1024', '1'))).toBe(-1024);
    expect(await first([0x00280103, 'US', [1]])).toBe(-1024);
  });
});

describe('enhanced images: functional groups (PS3.3 C.7.6.16.2.9, C.7.6.16.2.10)', () => {
  const transformation = (intercept: string, slope: string): Entry => [
    0x00289145,
    'SQ',
    [datasetOf(...rescaleOf(intercept, slope))],
  ];
  const voi = (center: string, width: string): Entry => [
    0x00289132,
    'SQ',
    [datasetOf(...windowOf(center, width))],
  ];
  const groups = (tag: number, ...items: Dataset[]): Entry => [tag, 'SQ', items];
  const dataset = datasetOf(
    ...rescaleOf('9', '9'),
    groups(0x52009229, datasetOf(transformation('-1024', '1'), voi('40', '400'))),
    groups(0x52009230, datasetOf(voi('1', '2')), datasetOf(transformation('5', '6'))),
  );

  it("are the frame's own, else the shared ones", async () => {
    const first = await displayParametersOf(dataset, 0);
    expect(first.modalityLut).toMatchObject({ slope: 1, intercept: -1024 });
    expect(first.windows).toMatchObject([{ center: 1, width: 2 }]);
    const second = await displayParametersOf(dataset, 1);
    expect(second.modalityLut).toMatchObject({ slope: 6, intercept: 5 });
    expect(second.windows).toMatchObject([{ center: 40, width: 400 }]);
  });

  it('are the dataset itself for a frame without groups', async () => {
    const plain = datasetOf(...rescaleOf('9', '9'), groups(0x52009230, datasetOf(transformation('5', '6'))));
    expect((await displayParametersOf(plain, 1)).modalityLut).toMatchObject({ slope: 9, intercept: 9 });
  });
});

it('INVERSE is read from Presentation LUT Shape', async () => {
  expect((await parametersOf([0x20500020, 'CS', 'INVERSE'])).inverse).toBe(true);
  expect((await parametersOf([0x20500020, 'CS', 'IDENTITY'])).inverse).toBe(false);
});

it('Pixel Padding is a value or a range, signed where samples are', async () => {
  const signed: Entry = [0x00280103, 'US', [1]];
  const value: Entry = [0x00280120, 'US', [63536]];
  expect((await parametersOf(signed, value)).padding).toEqual({ from: -2000, to: -2000 });
  expect((await parametersOf(value)).padding).toEqual({ from: 63536, to: 63536 });
  const range = await parametersOf(signed, value, [0x00280121, 'SS', [-2048]]);
  expect(range.padding).toEqual({ from: -2048, to: -2000 });
});

describe('the palette', () => {
  const palette: Entry[] = [1, 2, 3].flatMap((colour): Entry[] => [
    [0x00281100 + colour, 'US', [1, 0, 8]],
    [0x00281200 + colour, 'OW', [colour]],
  ]);

  it('is read for PALETTE COLOR', async () => {
    const parameters = await parametersOf([0x00280004, 'CS', 'PALETTE COLOR'], ...palette);
    expect(parameters.palette?.blue.entries).toEqual(Uint16Array.of(3));
    expect(parameters.supplemental).toBe(false);
  });

  it('is supplemental for gray images to be shown in colour, and none for others', async () => {
    const gray: Entry = [0x00280004, 'CS', 'MONOCHROME2'];
    const colour = await parametersOf(gray, [0x00089205, 'CS', 'COLOR'], ...palette);
    expect(colour).toMatchObject({ supplemental: true, palette: { bits: 8 } });
    expect((await parametersOf(gray, ...palette)).palette).toBeUndefined();
  });
});

it('everything can be posted to a worker', async () => {
  const parameters = await parametersOf(...windowOf('40', '400'), ...rescaleOf('-1024', '1'));
  expect(structuredClone(parameters)).toEqual(parameters);
});
