import { compileAsset, packageModules } from '#asset';
import { CineloopError, UnsupportedFeature, WorkerFailure } from '../errors.js';

/** Our kernels. Literal URLs: bundlers find the files by them. The same path holds from src/ and from dist/. */
const KERNELS: Readonly<Record<string, () => URL>> = {
  rle: () => new URL('../../dist/kernels/rle.wasm', import.meta.url),
  'jpeg-dct': () => new URL('../../dist/kernels/jpeg-dct.wasm', import.meta.url),
  'jpeg-dct-arithmetic': () => new URL('../../dist/kernels/jpeg-dct-arithmetic.wasm', import.meta.url),
  'jpeg-hierarchical': () => new URL('../../dist/kernels/jpeg-hierarchical.wasm', import.meta.url),
  'jpeg-hierarchical-arithmetic': () =>
    new URL('../../dist/kernels/jpeg-hierarchical-arithmetic.wasm', import.meta.url),
  'jpeg-2000': () => new URL('../../dist/kernels/jpeg-2000.wasm', import.meta.url),
  'jpeg-lossless': () => new URL('../../dist/kernels/jpeg-lossless.wasm', import.meta.url),
  'jpeg-lossless-arithmetic': () =>
    new URL('../../dist/kernels/jpeg-lossless-arithmetic.wasm', import.meta.url),
  'jpeg-ls': () => new URL('../../dist/kernels/jpeg-ls.wasm', import.meta.url),
  samples: () => new URL('../../dist/kernels/samples.wasm', import.meta.url),
};

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/**
 * The compiled WebAssembly module of a kernel or of a package's codec. Located, read and compiled when first asked for,
 * then kept: once per thread, or not at all in a worker that was given it (`provideModule`).
 * @throws UnsupportedFeature where the platform has no WebAssembly SIMD
 * @throws WorkerFailure when the file cannot be read or compiled; asking again tries again
 */
export function moduleOf(name: string): Promise<WebAssembly.Module> {
  let module = compiled.get(name);
  if (module === undefined) {
    module = compile(name);
    compiled.set(name, module);
    module.catch(() => compiled.delete(name));
  }
  return module;
}

/** Takes a module that was compiled elsewhere: by the thread that started this worker, or by the caller. */
export function provideModule(name: string, module: WebAssembly.Module): void {
  compiled.set(name, Promise.resolve(module));
}

async function compile(name: string): Promise<WebAssembly.Module> {
  const locate = KERNELS[name] ?? packageModules[name];
  if (locate === undefined) throw new WorkerFailure(`there is no WebAssembly module named ${name}`);
  try {
    return await compileAsset(locate());
  } catch (cause) {
    if (cause instanceof CineloopError) throw cause;
    if (!hasSimd()) {
      throw new UnsupportedFeature('this platform has no WebAssembly SIMD, which the decoders need', {
        feature: 'WebAssembly SIMD',
        cause,
      });
    }
    throw new WorkerFailure(`the WebAssembly module ${name} cannot be loaded`, { cause });
  }
}

/** Whether the platform takes a module of one function that makes a vector: i32.const 0, i8x16.splat, drop. */
function hasSimd(): boolean {
  return WebAssembly.validate(
    // biome-ignore format: one section of the module to a line
    new Uint8Array([
      0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
      0x01, 0x04, 0x01, 0x60, 0x00, 0x00,
      0x03, 0x02, 0x01, 0x00,
      0x0a, 0x09, 0x01, 0x07, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0x1a, 0x0b,
    ]),
  );
}
