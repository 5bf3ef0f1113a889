import { describe, expect, it } from 'vitest';
import { MemorySource } from '../sources/memory.js';
import { concatenationOf } from './concatenation.js';
import { imagePixelOf } from './image-pixel.js';
import { embeddedOverlaysOf } from './overlays.js';
import { readPart10 } from './part10.js';
import {
  EXPLICIT_LE,
  encapsulated,
  explicit,
  imagePixel,
  JPEG_BASELINE,
  join,
  meta,
  number16,
  number32,
  type Part,
  text,
} from './part10-bytes.test-support.js';

const part10Of = (...parts: Part[]) => readPart10(new MemorySource(join(...parts)));

async function attributesOf(...parts: Part[]) {
  const { dataset, transferSyntax } = await part10Of(meta(EXPLICIT_LE), ...parts);
  return imagePixelOf(dataset, transferSyntax);
}

const us = (tag: number, value: number) => explicit(tag, 'US', number16(value));
const size = join(us(0x00280010, 5), us(0x00280011, 7));

describe('imagePixelOf', () => {
  it('reads what is there', async () => {
    const planar = us(0x00280006, 1);
    expect(
      await attributesOf(
        us(0x00280002, 3),
        explicit(0x00280004, 'CS', text('rgb')),
        planar,
        size,
        us(0x00280100, 16),
        us(0x00280101, 12),
        us(0x00280102, 13),
        us(0x00280103, 1),
        explicit(0x7fe00010, 'OW', new Uint8Array(210)),
      ),
    ).toEqual({
      rows: 5,
      columns: 7,
      samplesPerPixel: 3,
      bitsAllocated: 16,
      bitsStored: 12,
      highBit: 13,
      pixelRepresentation: 1,
      planarConfiguration: 1,
      photometricInterpretation: 'RGB',
      pixelData: 'integer',
      pixelDataVr: 'OW',
    });
  });

  it.each<[string, string, number]>([
    ['', 'MONOCHROME2', 1],
    ['MONOCHROME1', 'MONOCHROME1', 1],
    ['PALETTE COLOR', 'PALETTE COLOR', 1],
    ['RGB', 'RGB', 3],
    ['YBR_FULL_422', 'YBR_FULL_422', 3],
    ['YBR_ICT', 'YBR_ICT', 3],
    ['CMYK', 'CMYK', 4],
  ])(
    'fills in what a dataset with "%s" leaves out',
    async (written, photometricInterpretation, samplesPerPixel) => {
      const photometric = explicit(0x00280004, 'CS', text(written));
      expect(await attributesOf(photometric, size, us(0x00280100, 16))).toEqual({
        rows: 5,
        columns: 7,
        samplesPerPixel,
        bitsAllocated: 16,
        bitsStored: 16,
        highBit: 15,
        pixelRepresentation: 0,
        planarConfiguration: 0,
        photometricInterpretation,
        pixelData: 'integer',
        pixelDataVr: 'OW',
      });
    },
  );

  it.each([
    ['that leaves no room for the bits stored', 16, 11],
    ['outside of the word', 12, 16],
  ])('hands on a high bit %s', async (_, bitsStored, highBit) => {
    const parts = [size, us(0x00280100, 16), us(0x00280101, bitsStored), us(0x00280102, highBit)];
    expect(await attributesOf(...parts)).toMatchObject({ bitsStored, highBit });
  });

  it('takes RGB for three samples without a name', async () => {
    expect((await attributesOf(us(0x00280002, 3), size, us(0x00280100, 8))).photometricInterpretation).toBe(
      'RGB',
    );
  });

  it('knows float and double float pixel data', async () => {
    const float = explicit(0x7fe00008, 'OF', new Uint8Array(4));
    const double = explicit(0x7fe00009, 'OD', new Uint8Array(8));
    expect(await attributesOf(size, us(0x00280100, 32), float)).toMatchObject({
      pixelData: 'float',
      pixelDataVr: 'OF',
      bitsStored: 32,
    });
    expect(await attributesOf(size, us(0x00280100, 64), double)).toMatchObject({
      pixelData: 'double',
      pixelDataVr: 'OD',
    });
  });

  it('gives pixel data in fragments VR OB', async () => {
    const { dataset, transferSyntax } = await part10Of(
      meta(JPEG_BASELINE),
      imagePixel({}),
      encapsulated([], [[1, 2]]),
    );
    expect(imagePixelOf(dataset, transferSyntax).pixelDataVr).toBe('OB');
  });

  it.each<[string, string, Part[]]>([
    ['Rows', '00280010', [us(0x00280011, 7), us(0x00280100, 8)]],
    ['Columns', '00280011', [us(0x00280010, 7), us(0x00280100, 8)]],
    ['Bits Allocated', '00280100', [size]],
  ])('misses %s', async (_, element, parts) => {
    await expect(attributesOf(...parts)).rejects.toMatchObject({ tag: 'MissingAttribute', element });
  });

  it.each<[string, string, Part[]]>([
    ['no rows', '00280010', [us(0x00280010, 0), us(0x00280011, 7), us(0x00280100, 8)]],
    ['more bits stored than allocated', '00280101', [size, us(0x00280100, 8), us(0x00280101, 12)]],
    ['no bits stored', '00280101', [size, us(0x00280100, 8), us(0x00280101, 0)]],
    ['bits allocated that are no word', '00280100', [size, us(0x00280100, 10)]],
    ['five samples per pixel', '00280002', [us(0x00280002, 5), size, us(0x00280100, 8)]],
    ['a third pixel representation', '00280103', [size, us(0x00280100, 8), us(0x00280103, 2)]],
    ['a third planar configuration', '00280006', [us(0x00280006, 2), size, us(0x00280100, 8)]],
  ])('refuses %s', async (_, element, parts) => {
    await expect(attributesOf(...parts)).rejects.toMatchObject({ tag: 'AttributeMismatch', element });
  });
});

describe('embeddedOverlaysOf', () => {
  const plane = (group: number, bits: number, position: number) =>
    join(
      us(group * 0x10000 + 0x10, 4),
      us(group * 0x10000 + 0x11, 6),
      us(group * 0x10000 + 0x100, bits),
      us(group * 0x10000 + 0x102, position),
    );

  it('finds the planes in the pixel data, and not those with data of their own', async () => {
    const { dataset } = await part10Of(
      meta(EXPLICIT_LE),
      size,
      plane(0x6000, 16, 12),
      plane(0x6002, 1, 0),
      explicit(0x60023000, 'OW', new Uint8Array(4)),
      us(0x60040100, 16),
      us(0x60040102, 15),
      plane(0x6006, 16, 16),
    );
    expect(embeddedOverlaysOf(dataset)).toEqual([
      { group: 0x6000, rows: 4, columns: 6, bitPosition: 12 },
      { group: 0x6004, rows: 5, columns: 7, bitPosition: 15 },
    ]);
  });
});

describe('concatenationOf', () => {
  it('says which part of a concatenation an instance is', async () => {
    const { dataset } = await part10Of(
      meta(EXPLICIT_LE),
      explicit(0x00209161, 'UI', text('1.2.3', 0)),
      us(0x00209162, 2),
      explicit(0x00209228, 'UL', number32(70_000)),
    );
    expect(concatenationOf(dataset)).toEqual({
      uid: '1.2.3',
      number: 2,
      total: undefined,
      frameOffset: 70_000,
    });
    expect(concatenationOf((await part10Of(meta(EXPLICIT_LE), size)).dataset)).toBeUndefined();
  });
});
