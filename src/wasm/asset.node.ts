import { readFile } from 'node:fs/promises';

export { packageModules } from './package-modules.node.js';

/** Reads and compiles the WebAssembly module at a file: URL. */
export async function compileAsset(url: URL): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readFile(url));
}
