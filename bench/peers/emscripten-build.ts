import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Peer } from './peer.js';

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

interface FrameDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): unknown;
  getFrameInfo(): unknown;
  getDecodedBuffer(): Uint8Array;
  delete(): void;
}

type Factory = (options: {
  wasmBinary: Uint8Array;
  print: () => void;
}) => Promise<Record<string, new () => FrameDecoder>>;

const require = createRequire(import.meta.url);

/**
 * The image loader's calls, with three of its habits left out, all to the peer's good: it lets OpenJPEG print lines for each
 * frame; it copies the samples of JPEG 2000 twice and uses one copy; it never deletes the decoders that it makes for HTJ2K, which would end a long run for want of
 * memory (the start section, which does not delete them either, shows what that costs).
 */
export function loaderOf(build: EmscriptenBuild): Peer['load'] {
  return async () => {
    const { default: factory } = (await import(`${build.package}/${build.script}`)) as { default: Factory };
    const module = await factory({
      wasmBinary: readFileSync(require.resolve(`${build.package}/${build.wasm}`)),
      print: () => {},
    });
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
  };
}
