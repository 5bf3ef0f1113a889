import type { EncodedCase } from '../case.js';
import type { Output } from '../contender.js';

/** One of the codec packages that are C++ compiled by Emscripten: all are called alike. */
export interface EmscriptenBuild {
  readonly package: string;
  /** Paths in the package. */
  readonly script: string;
  readonly wasm: string;
  /** Name of the decoder's class. */
  readonly decoder: string;
  /** A decoder for each frame, as the image loader does for HTJ2K; else one for all. */
  readonly fresh?: boolean;
}

/** The builds that the image loader loads: those that only decode, where there is one. */
export const EMSCRIPTEN_BUILDS = {
  'libjpeg-turbo': {
    package: '@cornerstonejs/codec-libjpeg-turbo-8bit',
    ...{ script: 'decodewasmjs', wasm: 'decodewasm', decoder: 'JPEGDecoder' },
  },
  charls: {
    package: '@cornerstonejs/codec-charls',
    ...{ script: 'decodewasmjs', wasm: 'decodewasm', decoder: 'JpegLSDecoder' },
  },
  openjpeg: {
    package: '@cornerstonejs/codec-openjpeg',
    ...{ script: 'decodewasmjs', wasm: 'decodewasm', decoder: 'J2KDecoder' },
  },
  openjph: {
    package: '@cornerstonejs/codec-openjph',
    ...{ script: 'wasmjs', wasm: 'wasm', decoder: 'HTJ2KDecoder', fresh: true },
  },
  libjxl: {
    package: '@cornerstonejs/codec-libjxl',
    ...{ script: 'decodewasmjs', wasm: 'decodewasm', decoder: 'JpegXLDecoder' },
  },
} as const satisfies Record<string, EmscriptenBuild>;

interface FrameDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): unknown;
  getFrameInfo(): unknown;
  getDecodedBuffer(): Uint8Array;
  delete(): void;
}

/** What a build's script exports: it makes an instance from the bytes of its WebAssembly. */
export type EmscriptenFactory = (options: {
  wasmBinary: Uint8Array;
  print: () => void;
}) => Promise<Record<string, new () => FrameDecoder>>;

/**
 * The image loader's calls, with three of its habits left out, all to the peer's good: it lets OpenJPEG print lines for each
 * frame; it copies the samples of JPEG 2000 twice and uses one copy; it never deletes the decoders that it makes for HTJ2K,
 * which would end a long run for want of memory (the memory section, which does not delete them either, shows what that costs).
 */
export async function frameDecoder(
  build: EmscriptenBuild,
  factory: EmscriptenFactory,
  wasmBinary: Uint8Array,
): Promise<(frame: EncodedCase) => Output> {
  const module = await factory({ wasmBinary, print: () => {} });
  const newDecoder = () => new module[build.decoder]!();
  const shared = build.fresh ? undefined : newDecoder();
  return ({ bytes }) => {
    const decoder = shared ?? newDecoder();
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    decoder.decode();
    decoder.getFrameInfo();
    const samples = Uint8Array.from(decoder.getDecodedBuffer());
    if (shared === undefined) decoder.delete();
    return samples;
  };
}
