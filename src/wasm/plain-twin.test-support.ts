import { readFile } from 'node:fs/promises';

/** The module of a kernel compiled without SIMD: see assembly/README.md. `npm test` builds it. */
export async function plainTwin(name: string): Promise<WebAssembly.Module> {
  const url = new URL(`../../out/plain-kernels/${name}.wasm`, import.meta.url);
  return WebAssembly.compile(await readFile(url));
}
