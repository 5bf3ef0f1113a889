import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SourceInput } from './byte-source.js';
import { openFile as openFileInBrowser } from './file.browser.js';
import { openHandle, openSource } from './open.js';

const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i & 0xff);
let folder = '';
let path = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cineloop-'));
  path = join(folder, 'a file.dcm');
  await writeFile(path, bytes);
});
afterAll(() => rm(folder, { recursive: true }));

function shared(): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(bytes.length);
  new Uint8Array(buffer).set(bytes);
  return buffer;
}

describe('openSource', () => {
  it.each<[string, () => SourceInput]>([
    ['an ArrayBuffer', () => bytes.slice().buffer],
    ['a SharedArrayBuffer', shared],
    ['a Uint8Array inside a larger buffer', () => new Uint8Array([9, 9, ...bytes, 9]).subarray(2, 1002)],
    ['a DataView', () => new DataView(bytes.buffer)],
    ['a Buffer', () => Buffer.from(bytes)],
    ['a Blob', () => new Blob([bytes])],
    ['a File', () => new File([bytes], 'a.dcm')],
    ['a path', () => path],
    ['a file: URL', () => pathToFileURL(path)],
    ['a file: URL as text', () => pathToFileURL(path).href],
  ])('reads %s', async (_, input) => {
    const source = await openSource(input());
    expect(source.size).toBe(1000);
    expect(Array.from(await source.read(10, 5))).toEqual([10, 11, 12, 13, 14]);
    expect(Array.from(await source.read(998, 100))).toEqual([998 & 0xff, 999 & 0xff]);
    expect(await source.read(1000, 1)).toHaveLength(0);
    expect(await source.read(5000, 1)).toHaveLength(0);
    await source.close();
  });

  it('gives views on memory and never copies it', async () => {
    const inside = bytes.subarray(100, 200);
    const view = await (await openSource(inside)).read(10, 20);
    expect(view.buffer).toBe(bytes.buffer);
    expect(view.byteOffset).toBe(110);
  });

  it('gives fresh buffers of files, which may be transferred', async () => {
    const source = await openSource(path);
    const read = await source.read(3, 7);
    expect(read.byteOffset).toBe(0);
    expect(read.buffer.byteLength).toBe(7);
    await source.close();
    await expect(source.read(0, 1)).rejects.toMatchObject({ tag: 'InvalidDataset' });
  });

  it('reads a file into memory that is given, where it is large enough', async () => {
    const source = await openSource(path);
    const memory = new ArrayBuffer(8);
    const read = await source.read(3, 7, memory);
    expect(read.buffer).toBe(memory);
    expect(Array.from(read)).toEqual([3, 4, 5, 6, 7, 8, 9]);
    expect(Array.from(await source.read(994, 100, memory))).toEqual(
      [994, 995, 996, 997, 998, 999].map((i) => i & 0xff),
    );
    const more = await source.read(3, 9, memory);
    expect(more.buffer).not.toBe(memory);
    expect(more).toHaveLength(9);
    await source.close();
  });

  it('returns a source of the caller’s as it is', async () => {
    const source = await openSource(bytes);
    expect(await openSource(source)).toBe(source);
  });

  it('hands files and Blobs to workers, and no memory', async () => {
    for (const input of [path, new Blob([bytes])]) {
      const source = await openSource(input);
      const copy = await openHandle(structuredClone(source.handle!));
      expect(Array.from(await copy.read(20, 2))).toEqual([20, 21]);
      await source.close();
      await copy.close();
    }
    expect((await openSource(bytes)).handle).toBeUndefined();
  });

  it.each<[string, () => string, RegExp]>([
    [
      'a file that is not there',
      () => join(folder, 'none.dcm'),
      /^Cannot read .*none\.dcm: there is no such file\.$/,
    ],
    ['a folder', () => folder, /: it is a folder\.$/],
    ['a path through a file', () => join(path, 'x'), /: a part of the path is no folder\.$/],
  ])('says in a sentence what is wrong with %s', async (_, input, message) => {
    await expect(openSource(input())).rejects.toMatchObject({
      tag: 'InvalidDataset',
      message: expect.stringMatching(message),
    });
  });

  it('says so when a file became shorter', async () => {
    const short = join(folder, 'short.dcm');
    await writeFile(short, bytes);
    const source = await openSource(short);
    await truncate(short, 500);
    expect(await source.read(0, 500)).toHaveLength(500);
    await expect(source.read(400, 200)).rejects.toMatchObject({ tag: 'TruncatedData', offset: 500 });
    await source.close();
  });

  it('refuses addresses of servers for now, and what is no source', async () => {
    for (const url of ['https://example.org/a.dcm', new URL('http://example.org/'), 'dicomweb://x']) {
      await expect(openSource(url)).rejects.toMatchObject({ tag: 'UnsupportedFeature' });
    }
    for (const input of [undefined, null, 7, {}] as unknown as SourceInput[]) {
      await expect(openSource(input)).rejects.toMatchObject({ tag: 'UnsupportedFeature' });
    }
  });

  it('tells a browser’s caller what to pass instead of a path', async () => {
    await expect(openFileInBrowser('C:\\a.dcm')).rejects.toMatchObject({ tag: 'UnsupportedFeature' });
  });
});
