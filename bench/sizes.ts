import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { EMSCRIPTEN_BUILDS } from './peers/emscripten-builds.js';

/** Bytes of a file, or of several together, as they stand and as a server sends them. */
export interface Size {
  readonly name: string;
  readonly raw: number;
  readonly gzip: number;
  readonly brotli: number;
}

/** Kernels whose sizes are bounded together: what T.81 and T.87 need. */
const JPEG_KERNELS = ['jpeg-dct', 'jpeg-lossless', 'jpeg-ls'];
export const JPEG_TOGETHER = JPEG_KERNELS.join(' + ');

/** Sizes of our kernels, each and the JPEG ones together, and of the packages' WebAssembly and scripts. */
export function measureSizes(): { kernels: Size[]; packages: Size[] } {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('cineloop/kernels/rle.wasm'));
  const kernels = readdirSync(folder).map((file) => sizeOf(basename(file, '.wasm'), join(folder, file)));
  const jpeg = kernels.filter(({ name }) => JPEG_KERNELS.includes(name));
  const packages = Object.values(EMSCRIPTEN_BUILDS).flatMap((build) => [
    sizeOf(`${build.package} .wasm`, require.resolve(`${build.package}/${build.wasm}`)),
    sizeOf(`${build.package} .js`, require.resolve(`${build.package}/${build.script}`)),
  ]);
  return { kernels: [...kernels, sumOf(JPEG_TOGETHER, jpeg)], packages };
}

function sizeOf(name: string, path: string): Size {
  const bytes = readFileSync(path);
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return {
    ...{ name, raw: bytes.length },
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params: quality }).length,
  };
}

function sumOf(name: string, sizes: readonly Size[]): Size {
  const sum = (key: 'raw' | 'gzip' | 'brotli') => sizes.reduce((total, size) => total + size[key], 0);
  return { name, raw: sum('raw'), gzip: sum('gzip'), brotli: sum('brotli') };
}
