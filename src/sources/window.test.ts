import { describe, expect, it } from 'vitest';
import type { ByteSource } from './byte-source.js';
import { MemorySource } from './memory.js';
import { Window } from './window.js';

const bytes = Uint8Array.from({ length: 10_000 }, (_, i) => (i * 7) & 0xff);

function counted(): { source: ByteSource; reads: [number, number][] } {
  const memory = new MemorySource(bytes);
  const reads: [number, number][] = [];
  const source: ByteSource = {
    size: memory.size,
    handle: undefined,
    read(offset, length) {
      reads.push([offset, length]);
      return memory.read(offset, length);
    },
    close: async () => {},
  };
  return { source, reads };
}

describe('Window', () => {
  it('reads growing pieces straight on, and a small one after a jump', async () => {
    const { source, reads } = counted();
    const window = new Window(source, 100, 400);
    for (let at = 0; at < 2000; at += 10) {
      expect(await window.move(at, 10)).toBe(true);
      expect(window.view.getUint8(at - window.start)).toBe(bytes[at]);
    }
    expect(reads.map(([, length]) => length)).toEqual([200, 400, 400, 400, 400, 400]);
    await window.move(9000, 10);
    expect(reads.at(-1)).toEqual([9000, 100]);
  });

  it('holds at least what is asked for, and says where the source ends', async () => {
    const { source } = counted();
    const window = new Window(source, 100, 400);
    expect(await window.move(5000, 3000)).toBe(true);
    expect(window.holds(5000, 3000)).toBe(true);
    expect(await window.move(9990, 20)).toBe(false);
    expect(window.holds(9990, 10)).toBe(true);
    expect(await window.move(20_000, 1)).toBe(false);
  });

  it('does not believe a source that gives less than its size', async () => {
    const window = new Window({ ...counted().source, size: 20_000, read: async () => new Uint8Array(3) });
    expect(await window.move(0, 8)).toBe(false);
    expect(window.holds(0, 3)).toBe(true);
  });
});
