import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const ENTRY = `
  import { resetArena, take as takeBytes } from './assembly/kernel/arena';
  export { resetArena };
  export function take(bytes: u64, alignment: u64): usize { return takeBytes(bytes, alignment); }
  export { parameters } from './assembly/kernel/blocks';
  export { begin, input, inputEnd } from './assembly/kernel/input';`;

interface Arena {
  readonly memory: WebAssembly.Memory;
  readonly parameters: WebAssembly.Global<'i32'>;
  readonly input: WebAssembly.Global<'i32'>;
  readonly inputEnd: WebAssembly.Global<'i32'>;
  resetArena(): void;
  take(bytes: bigint, alignment: bigint): number;
  begin(length: number): number;
}

describe('arena of the kernels', () => {
  let module: WebAssembly.Module;
  let arena: Arena;

  beforeAll(async () => {
    let binary: Uint8Array | undefined;
    const { error, stderr } = await asc.main(
      ['entry.ts', '--outFile', 'arena.wasm', '--runtime', 'stub', '--noAssert'],
      {
        readFile: (name) => {
          if (name === 'entry.ts') return ENTRY;
          return name.startsWith('assembly/') ? readFileSync(join(root, name), 'utf8') : null;
        },
        writeFile: (_, contents) => {
          if (typeof contents !== 'string') binary = contents;
        },
        listFiles: () => [],
      },
    );
    if (error !== null || binary === undefined) throw new Error(stderr.toString());
    module = await WebAssembly.compile(new Uint8Array(binary));
  });

  beforeEach(() => {
    arena = new WebAssembly.Instance(module).exports as unknown as Arena;
    arena.resetArena();
  });

  const limitPages = (pages: number) =>
    new DataView(arena.memory.buffer).setInt32(arena.parameters.value + 60, pages, true);

  it('takes one piece behind the other, aligned, and grows the memory to hold them', () => {
    const first = arena.take(100n, 16n);
    const second = arena.take(1_000_000n, 64n);
    const third = arena.take(1n, 1n);
    expect(first % 16).toBe(0);
    expect(second % 64).toBe(0);
    expect(second).toBeGreaterThanOrEqual(first + 100);
    expect(second).toBeLessThan(first + 100 + 64);
    expect(third).toBe(second + 1_000_000);
    expect(arena.memory.buffer.byteLength).toBeGreaterThan(third);
    expect(arena.memory.buffer.byteLength).toBeLessThanOrEqual(third + 65536);
  });

  it('starts over at the same place', () => {
    const first = arena.take(5n, 16n);
    arena.resetArena();
    expect(arena.take(5n, 16n)).toBe(first);
  });

  it('refuses what does not fit in 32 bits, without a wrap and without growing', () => {
    const before = arena.memory.buffer.byteLength;
    const place = arena.take(0n, 16n);
    const sizes = [2n ** 32n - 1n, 2n ** 32n, 2n ** 32n + 8n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 64n - 16n];
    for (const bytes of sizes) expect(arena.take(bytes, 16n), String(bytes)).toBe(0);
    expect(arena.memory.buffer.byteLength).toBe(before);
    expect(arena.take(0n, 16n)).toBe(place);
  });

  it('keeps to the limit that the host sets', () => {
    limitPages(16);
    expect(arena.take(16n << 16n, 16n)).toBe(0);
    expect(arena.take(15n << 16n, 16n)).not.toBe(0);
    expect(arena.take(1n << 16n, 16n)).toBe(0);
    limitPages(17);
    expect(arena.take(1n << 16n, 16n)).not.toBe(0);
  });

  it('begins with the input and clears the margin behind it', () => {
    new Uint8Array(arena.memory.buffer).fill(0xa5, arena.take(0n, 1n));
    const input = arena.begin(1000);
    expect([arena.input.value, arena.inputEnd.value]).toEqual([input, input + 1000]);
    expect([...new Uint8Array(arena.memory.buffer, input + 1000, 64)]).toEqual(Array(64).fill(0));
    expect(arena.take(1n, 1n)).toBe(input + 1064);
  });

  it('has no input that it cannot hold', () => {
    limitPages(4);
    expect(arena.begin(4 << 16)).toBe(0);
    expect(arena.begin(3 << 16)).not.toBe(0);
  });
});
