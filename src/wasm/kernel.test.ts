import asc from 'assemblyscript/asc';
import { beforeAll, describe, expect, it } from 'vitest';
import { Aborted, CineloopError } from '../errors.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel, type KernelOptions } from './kernel.js';

/** A kernel that keeps to the ABI or breaks it, as its first parameter says. It hands its input out, 4 bytes a step. */
const SOURCE = `
  export const parameters = memory.data(64, 16), header = memory.data(64, 16);
  export const strip = memory.data(16, 16), failure = memory.data(16, 16);
  let length = 0, done = 0, steps = 0;
  export function begin(bytes: i32): usize {
    length = bytes; done = 0;
    const missing = <i32>((__heap_base + bytes + 65535) >> 16) - memory.size();
    if (missing > 0 && (memory.size() + missing > load<i32>(parameters, 60) || memory.grow(missing) < 0)) return 0;
    return __heap_base;
  }
  export function arrived(bytes: i32): void { length = bytes; done = 0; }
  export function open(): i32 {
    if (load<i32>(parameters) == 1) unreachable();
    store<i32>(failure, 7); store<i32>(failure, -1, 4); store<i32>(failure, 3, 8);
    if (load<i32>(parameters) == 2) return 19;
    store<i32>(header, length); store<i32>(header, ++steps, 60);
    if (load<i32>(parameters) == 3) memory.grow(4);
    return 0;
  }
  export function step(): i32 {
    const how = load<i32>(parameters);
    if (how == 4) return 12345;
    if (how == 5) return 0;
    if (how == 6) unreachable();
    const count = min(4, length - done);
    store<usize>(strip, how == 7 ? 0xfffffff0 : __heap_base + done);
    store<i32>(strip, how == 8 ? done + 1 : how == 9 ? -4 : done, 4);
    store<i32>(strip, how == 10 ? 32 : count, 8);
    done += count;
    return done < length ? 1 : 0;
  }`;

const options: KernelOptions = { limits: DEFAULT_LIMITS };
const bytes = Uint8Array.from({ length: 10 }, (_, i) => 100 + i);
const fresh = () => new Uint8Array(bytes.length);

describe('host of the kernels', () => {
  let module: WebAssembly.Module;
  let kernel: Kernel;

  beforeAll(async () => {
    const { binary, stderr } = await asc.compileString(SOURCE, { runtime: 'stub', optimizeLevel: 0 });
    if (binary === null) throw new Error(stderr.toString());
    module = await WebAssembly.compile(new Uint8Array(binary));
    kernel = new Kernel('test', module);
  });

  /** What decoding with that first parameter throws. */
  function failureOf(how: number, with_: Partial<KernelOptions> = {}): CineloopError {
    try {
      kernel.decode(bytes, [how], fresh, { ...options, ...with_ });
    } catch (error) {
      if (error instanceof CineloopError) return error;
      throw error;
    }
    throw new Error('nothing was thrown');
  }

  /** How often the instance has been used: it counts, and a new one begins at 1. */
  const uses = () => kernel.decode(bytes, [0], fresh, options)[15];

  it('puts the strips together in the memory that it is given', () => {
    const around = new Uint8Array(30).fill(1);
    const header = kernel.decode(bytes, [0], () => around.subarray(10, 20), options);
    expect(header[0]).toBe(10);
    expect([...around]).toEqual([...Array(10).fill(1), ...bytes, ...Array(10).fill(1)]);
  });

  it('takes the input from the middle of a larger buffer', () => {
    const target = fresh();
    const larger = new Uint8Array(64);
    larger.set(bytes, 33);
    kernel.decode(larger.subarray(33, 43), [0], () => target, options);
    expect(target).toEqual(bytes);
  });

  it('does not hold on to views when the memory grows', () => {
    const target = fresh();
    kernel.decode(bytes, [3], () => target, options);
    expect(target).toEqual(bytes);
  });

  it('makes an error of a status, with offset and good rows', () => {
    expect(failureOf(2)).toMatchObject({ tag: 'TruncatedData', offset: 7, goodRows: 3 });
  });

  it('makes an InvalidBitstream of a trap and starts anew', () => {
    for (const how of [1, 6]) {
      expect(uses()).toBeGreaterThan(0);
      const error = failureOf(how);
      expect(error.tag).toBe('InvalidBitstream');
      expect(error.cause).toBeInstanceOf(WebAssembly.RuntimeError);
      expect(uses()).toBe(1);
    }
  });

  it('writes nothing for strips that lie outside memory or target, and takes that for a fault of ours', () => {
    for (const how of [7, 8, 9, 10]) {
      const around = new Uint8Array(74).fill(1);
      expect(() => kernel.decode(bytes, [how], () => around.subarray(32, 42), options)).toThrow(/handed out/);
      expect([...around.subarray(0, 32), ...around.subarray(42)].every((byte) => byte === 1)).toBe(true);
      expect(uses()).toBe(1);
    }
  });

  it('does not pass for whole what the kernel left out', () => {
    expect(failureOf(5)).toMatchObject({ tag: 'WorkerFailure', message: expect.stringMatching('0 of 10') });
    expect(failureOf(4).tag).toBe('WorkerFailure');
  });

  it('lets through what its caller throws, and can be used again', () => {
    const refuse = () => {
      throw new RangeError('no room');
    };
    expect(() => kernel.decode(bytes, [0], refuse, options)).toThrow(RangeError);
    expect(uses()).toBeGreaterThan(1);
  });

  it('can be stopped between two steps', () => {
    let asked = 0;
    const checkpoint = () => {
      asked += 1;
      if (asked === 3) throw new Aborted('enough');
    };
    expect(failureOf(0, { checkpoint }).tag).toBe('Aborted');
    expect(asked).toBe(3);
    expect(uses()).toBeGreaterThan(1);
  });

  it('holds no more memory between frames than allowed', () => {
    const large = new Uint8Array(1 << 20);
    const target = new Uint8Array(1 << 20);
    kernel.decode(large, [0], () => target, options);
    expect(kernel.heldBytes).toBeGreaterThan(1 << 20);
    kernel.decode(large, [0], () => target, { limits: { ...DEFAULT_LIMITS, memoryBytes: 1 << 20 } });
    expect(kernel.heldBytes).toBe(0);
  });

  it('refuses an input that the limits have no room for', () => {
    const limits = { ...DEFAULT_LIMITS, memoryBytes: 1 << 20, frameBytes: 1 << 10 };
    kernel = new Kernel('test', module);
    expect(() => kernel.decode(new Uint8Array(2 << 20), [0], fresh, { limits })).toThrowError(
      expect.objectContaining({ tag: 'LimitExceeded', limit: 'memoryBytes', requested: 2 << 20 }),
    );
  });

  it('hands out a frame whose bytes come in pieces as often as it is asked for, from an instance of its own', () => {
    const own = kernel.another();
    own.expect(bytes.length, [0], options);
    for (const [from, to] of [
      [0, 3],
      [3, 9],
      [9, 10],
    ] as const) {
      own.append(bytes.subarray(from, to));
      const memory = new Uint8Array(to);
      own.picture(() => memory, options);
      expect(memory).toEqual(bytes.slice(0, to));
      expect(uses()).toBeGreaterThan(0);
    }
    expect(() => own.append(Uint8Array.of(1))).toThrow(
      expect.objectContaining({ tag: 'LimitExceeded', limit: 'byteLength', allowed: 10, requested: 11 }),
    );
    expect(own.heldBytes).toBeGreaterThan(0);
    own.close();
    expect(own.heldBytes).toBe(0);
    expect(() => own.append(bytes)).toThrow(expect.objectContaining({ tag: 'WorkerFailure' }));
  });

  it('holds nothing of a frame in pieces that it has no room for', () => {
    const own = kernel.another();
    expect(() => own.expect(2 ** 31, [0], options)).toThrow(
      expect.objectContaining({ tag: 'LimitExceeded' }),
    );
    expect(own.heldBytes).toBe(0);
  });

  it.each([1, 6])('says of a trap of a frame in pieces that its bytes are invalid, %i', (how) => {
    const own = kernel.another();
    own.expect(bytes.length, [how], options);
    own.append(bytes);
    expect(() => own.picture(fresh, options)).toThrow(expect.objectContaining({ tag: 'InvalidBitstream' }));
    expect(own.heldBytes).toBe(0);
    own.close();
  });
});
