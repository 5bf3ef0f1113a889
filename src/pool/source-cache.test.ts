import { expect, test, vi } from 'vitest';
import type { ByteSource, SourceHandle } from '../sources/byte-source.js';
import { SourceCache } from './source-cache.js';

const opened = vi.hoisted(() => ({ paths: [] as string[], closed: [] as string[] }));

vi.mock('../sources/open.js', () => ({
  openHandle: async (handle: SourceHandle): Promise<ByteSource> => {
    const path = handle.kind === 'file' ? handle.path : '';
    if (path === 'missing') throw new Error('there is no such file');
    opened.paths.push(path);
    return {
      size: 0,
      handle,
      read: async () => new Uint8Array(0),
      close: async () => void opened.closed.push(path),
    };
  },
}));

const handle = (path: string): SourceHandle => ({ kind: 'file', path });

test('opens a source once, closes it when it is released, and the one unused for longest when there are many', async () => {
  const cache = new SourceCache();
  const [first, again] = await Promise.all([cache.get(1, handle('a')), cache.get(1, handle('a'))]);
  expect(first).toBe(again);
  expect(opened.paths).toEqual(['a']);
  await cache.release(1);
  await cache.release(1);
  expect(opened.closed).toEqual(['a']);

  opened.closed.length = 0;
  for (let number = 1; number <= 16; number += 1) await cache.get(number, handle(`file ${number}`));
  await cache.get(1, handle('file 1'));
  await cache.get(17, handle('file 17'));
  await Promise.resolve();
  expect(opened.closed).toEqual(['file 2']);
});

test('a source that did not open is tried again', async () => {
  const cache = new SourceCache();
  await expect(cache.get(1, handle('missing'))).rejects.toThrow('no such file');
  await expect(cache.get(1, handle('there'))).resolves.toBeDefined();
  await cache.get(2, handle('missing')).catch(() => {});
  await cache.release(2);
});
