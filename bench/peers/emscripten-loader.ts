import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type EmscriptenBuild, type EmscriptenFactory, frameDecoder } from './emscripten-builds.js';
import type { Peer } from './peer.js';

const require = createRequire(import.meta.url);

/** Loads a build in Node.js. */
export function loaderOf(build: EmscriptenBuild): Peer['load'] {
  return async () => {
    const module = (await import(`${build.package}/${build.script}`)) as { default: EmscriptenFactory };
    return frameDecoder(
      build,
      module.default,
      readFileSync(require.resolve(`${build.package}/${build.wasm}`)),
    );
  };
}
