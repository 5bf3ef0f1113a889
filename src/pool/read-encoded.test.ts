import { describe, expect, test } from 'vitest';
import type { FrameLocation } from '../dicom/frame-index.js';
import type { ByteSource } from '../sources/byte-source.js';
import { readEncoded } from './read-encoded.js';

/** A source of bytes 0, 1, 2 … that notes what is read. */
class CountingSource implements ByteSource {
  readonly handle = undefined;
  readonly reads: [number, number][] = [];
  readonly bytes: Uint8Array;
  readonly size: number;

  constructor(size: number) {
    this.size = size;
    this.bytes = Uint8Array.from({ length: size }, (_, at) => at & 0xff);
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    this.reads.push([offset, length]);
    return this.bytes.slice(offset, offset + length);
  }

  async close(): Promise<void> {}
}

const upTo = (first: number, length: number) => Array.from({ length }, (_, at) => (first + at) & 0xff);

describe('native frames', () => {
  test.each<[string, Omit<Extract<FrameLocation, { kind: 'native' }>, 'kind'>, [number, number], number]>([
    ['on bytes', { bitOffset: 80, bitLength: 32, wordBytes: 1 }, [10, 4], 0],
    ['inside a byte at both ends', { bitOffset: 83, bitLength: 30, wordBytes: 1 }, [10, 5], 3],
    ['on bytes in 16-bit words', { bitOffset: 88, bitLength: 24, wordBytes: 2 }, [10, 4], 8],
    ['inside a word', { bitOffset: 93, bitLength: 20, wordBytes: 2 }, [10, 6], 13],
  ])('%s', async (_, location, read, bitOffset) => {
    const source = new CountingSource(64);
    const encoded = await readEncoded(source, { kind: 'native', ...location });
    expect(source.reads).toEqual([read]);
    expect(encoded).toMatchObject({ bitOffset });
    expect([...encoded!.bytes]).toEqual(upTo(...read));
  });
});

describe('fragments', () => {
  const encapsulated = (...fragments: [number, number][]): FrameLocation => ({
    kind: 'encapsulated',
    fragments: fragments.map(([offset, length]) => ({ offset, length })),
  });

  test('one is read as it is', async () => {
    const source = new CountingSource(64);
    const encoded = await readEncoded(source, encapsulated([20, 7]));
    expect([...encoded!.bytes]).toEqual(upTo(20, 7));
    expect(source.reads).toEqual([[20, 7]]);
  });

  test('several are joined without what is between them, near ones by one read', async () => {
    const source = new CountingSource(20_000);
    const encoded = await readEncoded(
      source,
      encapsulated([10, 4], [22, 6], [36, 2], [12_000, 3], [11_000, 5]),
    );
    expect([...encoded!.bytes]).toEqual(
      [
        [10, 4],
        [22, 6],
        [36, 2],
        [12_000, 3],
        [11_000, 5],
      ].flatMap(([first, length]) => upTo(first!, length!)),
    );
    expect(source.reads).toEqual([
      [10, 28],
      [12_000, 3],
      [11_000, 5],
    ]);
  });

  test('memory that is given is for the first of the bytes', async () => {
    const given: (ArrayBuffer | undefined)[] = [];
    class NotingSource extends CountingSource {
      override async read(offset: number, length: number, memory?: ArrayBuffer): Promise<Uint8Array> {
        given.push(memory);
        return super.read(offset, length);
      }
    }
    const memory = new ArrayBuffer(64);
    await readEncoded(new NotingSource(20_000), encapsulated([10, 4], [22, 20], [12_000, 3]), memory);
    expect(given).toEqual([memory, undefined]);
  });

  test('what the source ends before is missing', async () => {
    const encoded = await readEncoded(new CountingSource(30), encapsulated([10, 4], [22, 20]));
    expect([...encoded!.bytes]).toEqual([...upTo(10, 4), ...upTo(22, 8)]);
  });
});

describe('items where a table says that they are', () => {
  const item = (...value: number[]) => [0xfe, 0xff, 0x00, 0xe0, value.length, 0, 0, 0, ...value];
  const read = async (bytes: number[], length = bytes.length, fragmentable = true) => {
    const source = new CountingSource(0);
    Object.assign(source, { bytes: Uint8Array.from(bytes) });
    const encoded = await readEncoded(source, { kind: 'items', offset: 0, length, fragmentable });
    return encoded && [...encoded.bytes];
  };
  // SOI and the first byte of the next marker, and EOI: how a codestream of ITU-T T.81 begins and ends.
  const begin = [0xff, 0xd8, 0xff, 0xdb];
  const end = [0xff, 0xd9];

  test('are joined', async () => {
    expect(await read(item(...begin, ...end))).toEqual([...begin, ...end]);
    expect(await read([...item(...begin), ...item(), ...item(5, 6), ...item(...end)])).toEqual([
      ...begin,
      5,
      6,
      ...end,
    ]);
    expect(await read(item(1, 2, 3, 4), undefined, false)).toEqual([1, 2, 3, 4]);
  });

  test.each<[string, number[], number | undefined]>([
    ['no item', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], undefined],
    ['an item that goes on behind the range', item(...begin, ...end), 12],
    ['half a header', [...item(...begin, ...end), 0xfe, 0xff], undefined],
    ['a codestream that does not end', item(...begin, 1, 2), undefined],
    ['no codestream', item(1, 2, 3, 4), undefined],
    ['nothing', [], undefined],
    ['an empty item', item(), undefined],
  ])('%s is not what the table says', async (_, bytes, length) => {
    expect(await read(bytes, length)).toBeUndefined();
  });
});
