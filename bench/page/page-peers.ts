// The peers of a page. Every path is a literal: the bundler finds scripts and WebAssembly by them. The image loader's two
// come by names that the page's build gives them, because its package exports the whole loader only.
import type { EncodedCase } from '../case.js';
import type { Output } from '../contender.js';
import { EMSCRIPTEN_BUILDS, type EmscriptenFactory, frameDecoder } from '../peers/emscripten-builds.js';
import {
  type ImageLoaderJpeg,
  type ImageLoaderRle,
  jpegDecoder,
  rleDecoder,
} from '../peers/image-loader-decoders.js';
import { type LosslessDecoder, losslessDecoder } from '../peers/jpeg-lossless-decoder.js';

type FrameDecoder = (frame: EncodedCase) => Output | Promise<Output>;

/** Loaded once for all frames, as in a viewer. */
function once(load: () => Promise<FrameDecoder>): () => Promise<FrameDecoder> {
  let loaded: Promise<FrameDecoder> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}

function emscripten(
  name: keyof typeof EMSCRIPTEN_BUILDS,
  script: () => Promise<unknown>,
  wasm: URL,
): () => Promise<FrameDecoder> {
  return once(async () => {
    const [module, response] = await Promise.all([script(), fetch(wasm)]);
    const { default: factory } = module as { default: EmscriptenFactory };
    return frameDecoder(EMSCRIPTEN_BUILDS[name], factory, new Uint8Array(await response.arrayBuffer()));
  });
}

/** By the names of peers/peers.ts. */
export const PAGE_PEERS: Readonly<Record<string, () => Promise<FrameDecoder>>> = {
  'libjpeg-turbo': emscripten(
    'libjpeg-turbo',
    () => import('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs'),
    new URL('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasm', import.meta.url),
  ),
  charls: emscripten(
    'charls',
    () => import('@cornerstonejs/codec-charls/decodewasmjs'),
    new URL('@cornerstonejs/codec-charls/decodewasm', import.meta.url),
  ),
  openjpeg: emscripten(
    'openjpeg',
    () => import('@cornerstonejs/codec-openjpeg/decodewasmjs'),
    new URL('@cornerstonejs/codec-openjpeg/decodewasm', import.meta.url),
  ),
  openjph: emscripten(
    'openjph',
    () => import('@cornerstonejs/codec-openjph/wasmjs'),
    new URL('@cornerstonejs/codec-openjph/wasm', import.meta.url),
  ),
  libjxl: emscripten(
    'libjxl',
    () => import('@cornerstonejs/codec-libjxl/decodewasmjs'),
    new URL('@cornerstonejs/codec-libjxl/decodewasm', import.meta.url),
  ),
  'jpeg-lossless-decoder-js': once(async () =>
    losslessDecoder((await import('jpeg-lossless-decoder-js')).Decoder as LosslessDecoder),
  ),
  'dicom-image-loader RLE': once(async () =>
    rleDecoder((await import('image-loader-rle')).default as ImageLoaderRle),
  ),
  'dicom-image-loader JPEG': once(async () =>
    jpegDecoder((await import('image-loader-jpeg')).default as ImageLoaderJpeg),
  ),
};
