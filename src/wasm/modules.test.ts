import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { moduleOf, provideModule } from './modules.js';
import { packageModules as inBrowsers } from './package-modules.browser.js';
import { packageModules as inNode } from './package-modules.node.js';

/** The smallest module there is: magic number and version. */
const EMPTY = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);

describe('WebAssembly modules', () => {
  afterEach(() => vi.restoreAllMocks());

  it('are compiled once', async () => {
    const compile = vi.spyOn(WebAssembly, 'compile');
    const [first, second] = await Promise.all([moduleOf('rle'), moduleOf('rle')]);
    expect(second).toBe(first);
    expect(await moduleOf('rle')).toBe(first);
    expect(compile).toHaveBeenCalledOnce();
    expect(WebAssembly.Module.exports(first).map(({ name }) => name)).toContain('begin');
  });

  it('can be provided, under any name', async () => {
    const module = new WebAssembly.Module(EMPTY);
    provideModule('compiled elsewhere', module);
    expect(await moduleOf('compiled elsewhere')).toBe(module);
  });

  it('fail as a WorkerFailure, and are tried again when asked for again', async () => {
    await expect(moduleOf('no such module')).rejects.toMatchObject({ tag: 'WorkerFailure' });
    const compile = vi.spyOn(WebAssembly, 'compile').mockRejectedValueOnce(new TypeError('cannot read'));
    await expect(moduleOf('samples')).rejects.toMatchObject({
      tag: 'WorkerFailure',
      cause: expect.objectContaining({ message: 'cannot read' }),
    });
    expect(await moduleOf('samples')).toBeInstanceOf(WebAssembly.Module);
    expect(compile).toHaveBeenCalledTimes(2);
  });

  it('say so where the platform has no SIMD', async () => {
    // An engine without SIMD finds the modules invalid, the probe among them.
    vi.spyOn(WebAssembly, 'compile').mockRejectedValueOnce(new WebAssembly.CompileError('invalid opcode'));
    const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValueOnce(false);
    await expect(moduleOf('jpeg-lossless')).rejects.toMatchObject({
      tag: 'UnsupportedFeature',
      feature: 'WebAssembly SIMD',
    });
    // The probe is a module that this platform, which has SIMD, takes.
    const probe = validate.mock.calls[0][0];
    validate.mockRestore();
    expect(WebAssembly.validate(probe)).toBe(true);
    expect(WebAssembly.validate(EMPTY)).toBe(true);
  });

  it('of packages are found in Node.js, and have a row for browsers too', () => {
    for (const [name, locate] of Object.entries(inNode)) expect(existsSync(locate()), name).toBe(true);
    expect(Object.keys(inBrowsers).sort()).toEqual(Object.keys(inNode).sort());
  });
});
