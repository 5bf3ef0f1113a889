import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Compiles a test's own entry into the files of assembly/, as the build compiles a kernel: for stages that no kernel exports.
 * @param entry AssemblyScript; imports are relative to the root: './assembly/...'
 */
export async function compileEntry(entry: string, simd: boolean): Promise<WebAssembly.Module> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [
      ...['entry.ts', '--outFile', 'entry.wasm', '-O3', '--converge', '--noAssert', '--runtime', 'stub'],
      ...[simd ? '--enable' : '--disable', 'simd', '--enable', 'bulk-memory', '--disableWarning', '201'],
    ],
    {
      readFile: (name) => {
        if (name === 'entry.ts') return entry;
        return name.startsWith('assembly/') ? readFileSync(join(root, name), 'utf8') : null;
      },
      writeFile: (_, contents) => {
        if (typeof contents !== 'string') binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || binary === undefined) throw new Error(stderr.toString());
  return WebAssembly.compile(new Uint8Array(binary));
}
