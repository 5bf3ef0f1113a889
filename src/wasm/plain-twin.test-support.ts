import { readFile } from 'node:fs/promises';

/** The module of a kernel compiled without SIMD: see assembly/README.md. `npm test` builds it. */
export async function plainTwin(name: string): Promise<WebAssembly.Module> {
  const url = new URL(`../../out/plain-kernels/${name}.wasm`, import.meta.url);
  const bytes = await readFile(url).catch((cause: unknown) => {
    throw new Error(`The plain twin of ${name} is not built: node scripts/build.mjs --twins`, { cause });
  });
  return WebAssembly.compile(bytes);
}
