import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../sources/byte-source.js';
import { MemorySource } from '../sources/memory.js';
import { readPart10 } from './part10.js';
import {
  EXPLICIT_BE,
  EXPLICIT_LE,
  explicit,
  IMPLICIT_LE,
  implicit,
  item,
  join,
  meta,
  number16,
  number32,
  type Part,
  text,
} from './part10-bytes.test-support.js';

async function datasetOf(...parts: Part[]) {
  return (await readPart10(new MemorySource(join(meta(EXPLICIT_LE), ...parts)))).dataset;
}

const bytesOf = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const TAG = 0x00111001;

describe('values by VR', () => {
  it.each<[string, Part, readonly unknown[]]>([
    ['AE', text(' STORE '), ['STORE']],
    ['AS', text('042Y'), ['042Y']],
    ['AT', [0x28, 0, 0x10, 0, 0xe0, 0x7f, 0x08, 0], ['00280010', '7FE00008']],
    ['CS', text('ORIGINAL\\PRIMARY \\'), ['ORIGINAL', 'PRIMARY', '']],
    ['DA', text('20261122'), ['20261122']],
    ['DS', text(' 1.5\\-2e3\\\\x'), [1.5, -2000, Number.NaN, Number.NaN]],
    ['DT', text('20261122135959.5+0100 '), ['20261122135959.5+0100']],
    [
      'FD',
      bytesOf(new Float64Array([Math.PI, Number.NEGATIVE_INFINITY])),
      [Math.PI, Number.NEGATIVE_INFINITY],
    ],
    ['FL', bytesOf(new Float32Array([0.5, Number.NaN])), [0.5, Number.NaN]],
    ['IS', text('+12\\ -7'), [12, -7]],
    ['LO', text(' a b \\c'), ['a b', 'c']],
    ['LT', text('  a\\b\r\n '), ['  a\\b\r\n']],
    ['OB', [1, 2, 3, 4], [Uint8Array.of(1, 2, 3, 4)]],
    ['OW', [1, 2, 3, 4], [Uint8Array.of(1, 2, 3, 4)]],
    ['PN', text('Doe^Jane=X=Y '), ['Doe^Jane=X=Y']],
    ['SH', text('x'), ['x']],
    ['SL', bytesOf(new Int32Array([-5, 2 ** 31 - 1])), [-5, 2 ** 31 - 1]],
    ['SS', bytesOf(new Int16Array([-5])), [-5]],
    ['ST', text('a\\b'), ['a\\b']],
    ['SV', bytesOf(new BigInt64Array([-(2n ** 60n)])), [-(2n ** 60n)]],
    ['TM', text('1359'), ['1359']],
    ['UC', text(' long\\list '), [' long', 'list']],
    ['UI', text('1.2.840', 0), ['1.2.840']],
    ['UL', number32(0xfffffff0), [0xfffffff0]],
    ['UN', [9, 8], [Uint8Array.of(9, 8)]],
    ['UR', text('http://x/?a\\b '), ['http://x/?a\\b']],
    ['US', number16(65535), [65535]],
    ['UT', text('a\\b'), ['a\\b']],
    ['UV', bytesOf(new BigUint64Array([2n ** 63n])), [2n ** 63n]],
    ['CS', [], []],
    ['US', [], []],
  ])('%s', async (vr, value, values) => {
    const dataset = await datasetOf(explicit(TAG, vr, value));
    expect(dataset.values(TAG)).toEqual(values);
    expect(dataset.value(TAG)).toEqual(values[0]);
    expect(dataset.element(TAG)).toMatchObject({ tag: TAG, vr, length: value.length, loaded: true });
  });

  it('swaps the numbers of a big endian dataset', async () => {
    const element = (tag: number, vr: string, value: Part) => explicit(tag, vr, value, value.length, true);
    const double = bytesOf(new Float64Array([Math.E])).reverse();
    const { dataset } = await readPart10(
      new MemorySource(
        join(
          meta(EXPLICIT_BE),
          element(0x00280010, 'US', [1, 2]),
          element(0x00281201, 'OW', [1, 2, 3, 4]),
          element(0x00720026, 'AT', [0x7f, 0xe0, 0, 0x10]),
          element(0x00720074, 'FD', double),
        ),
      ),
    );
    expect(dataset.number('Rows')).toBe(0x0102);
    expect(dataset.element(0x00281201)?.numbers()).toEqual(Uint16Array.of(0x0102, 0x0304));
    expect(dataset.values('SelectorAttribute')).toEqual(['7FE00010']);
    expect(dataset.number(0x00720074)).toBe(Math.E);
  });

  it('gives the numbers of an implicit VR dataset the VR of the dictionary', async () => {
    const { dataset } = await readPart10(
      new MemorySource(
        join(
          meta(IMPLICIT_LE),
          implicit(0x00090010, text('ME')),
          implicit(0x00280010, number16(512)),
          implicit(0x00280103, number16(1)),
          implicit(0x00280120, number16(0xffff)),
          implicit(0x60020010, number16(7)),
        ),
      ),
    );
    expect(dataset.number('Rows')).toBe(512);
    // US or SS, by Pixel Representation
    expect(dataset.number('PixelPaddingValue')).toBe(-1);
    expect(dataset.number(0x60020010)).toBe(7);
    expect(dataset.string(0x00090010)).toBe('ME');
    expect(dataset.element(0x00090010)?.vr).toBe('LO');
  });

  it('decides US or SS inside an item by the dataset around it', async () => {
    const lut = item(implicit(0x00283002, join(number16(256), number16(0xff00), number16(8))));
    const { dataset } = await readPart10(
      new MemorySource(join(meta(IMPLICIT_LE), implicit(0x00280103, number16(1)), implicit(0x00283000, lut))),
    );
    expect(dataset.items('ModalityLUTSequence')[0]?.numbers('LUTDescriptor')).toEqual([256, -256, 8]);
  });
});

describe('Dataset', () => {
  it('finds elements by tag, by keyword and by eight digits', async () => {
    const dataset = await datasetOf(explicit(0x00280010, 'US', number16(4)));
    expect(dataset.has('Rows')).toBe(true);
    expect(dataset.number(0x00280010)).toBe(4);
    expect(dataset.number('00280010')).toBe(4);
    expect(dataset.element('Rows')?.keyword).toBe('Rows');
    expect(dataset.element('NoSuchKeyword')).toBeUndefined();
    expect(dataset.number('Columns')).toBeUndefined();
    expect(dataset.values('Columns')).toEqual([]);
  });

  it('reads text of IS, DS and UN as it is written', async () => {
    const dataset = await datasetOf(explicit(0x00200013, 'IS', text('007')), explicit(TAG, 'UN', text('hm')));
    expect(dataset.string('InstanceNumber')).toBe('007');
    expect(dataset.number('InstanceNumber')).toBe(7);
    expect(dataset.string(TAG)).toBe('hm');
  });

  it('leaves long values in the source until they are asked for', async () => {
    const table = Uint8Array.from({ length: 8192 }, (_, i) => i);
    const bytes = join(
      meta(EXPLICIT_LE),
      explicit(0x00281201, 'OW', table),
      explicit(0x00204000, 'LT', text('x'.repeat(5000))),
      explicit(0x00280010, 'US', number16(4)),
    );
    const { dataset } = await readPart10(new MemorySource(bytes));
    const element = dataset.element('RedPaletteColorLookupTableData')!;
    expect(element.loaded).toBe(false);
    expect(() => element.values).toThrowError(expect.objectContaining({ tag: 'UnsupportedFeature' }));
    const value = await element.bytes();
    expect(value).toEqual(table);
    // A view, not a copy.
    expect(value.buffer).toBe(bytes.buffer);
    expect(element.loaded).toBe(false);
    await dataset.load('RedPaletteColorLookupTableData', 'ImageComments', 'Rows', 'Columns');
    expect(element.numbers()[3]).toBe(0x0706);
    expect(dataset.string('ImageComments')).toHaveLength(5000);
  });

  it('reads a header without its pixel data, in few reads', async () => {
    const pixels = 8 << 20;
    const head = join(
      meta(EXPLICIT_LE),
      ...Array.from({ length: 500 }, (_, i) => explicit(0x00110000 + 0x1000 + i, 'LO', text(`value ${i}`))),
      explicit(0x7fe00010, 'OW', [], pixels),
    );
    const file = join(head, new Uint8Array(pixels), explicit(0xfffcfffc, 'OB', [0, 0]));
    const memory = new MemorySource(file);
    const reads: [number, number][] = [];
    const source: ByteSource = {
      size: memory.size,
      handle: undefined,
      read(offset, length) {
        reads.push([offset, Math.min(length, file.length - offset)]);
        return memory.read(offset, length);
      },
      close: async () => {},
    };
    const { dataset, pixelData } = await readPart10(source);
    expect(dataset.size).toBe(502);
    expect(pixelData).toMatchObject({ offset: head.length, length: pixels });
    expect(reads.length).toBeLessThanOrEqual(3);
    expect(reads.reduce((sum, [, length]) => sum + length, 0)).toBeLessThan(200_000);
  });

  it('reads shared memory', async () => {
    const bytes = join(
      meta(EXPLICIT_LE),
      explicit(0x00080005, 'CS', text('ISO_IR 192')),
      explicit(0x00100010, 'PN', [0xc3, 0xa9]),
    );
    const shared = new SharedArrayBuffer(bytes.length);
    new Uint8Array(shared).set(bytes);
    const { dataset } = await readPart10(new MemorySource(shared));
    expect(dataset.string('PatientName')).toBe('é');
  });
});
