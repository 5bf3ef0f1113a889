// Builds dist/: the kernels (AssemblyScript -> WebAssembly), the DICOM dictionary, the types, and the library in few files, for
// opening a hundred modules takes longer than what is in them. Kernels are rebuilt only when something in assembly/ is
// newer, or when they were compiled another way. Progress goes to standard error: `npm start -- … --json` must print nothing but its lines. With --twins also the
// kernels' plain twins, for the tests (see assembly/README.md).
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as rolldown } from 'rolldown';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);

/** Runs one step; false where it fails. That fails the build, but not before the others had their turn. */
function run(program, args) {
  const { status, error } = spawnSync(process.execPath, [program, ...args], { stdio: ['ignore', 2, 2] });
  if (error) throw error;
  if (status !== 0) process.exitCode = status ?? 1;
  return status === 0;
}

const assemblyFiles = readdirSync('assembly', { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.ts'),
);

/** Every folder of assembly/ with a `module.ts` is one WebAssembly module, named by its folder's path. */
const kernels = assemblyFiles.filter((path) => path.endsWith('module.ts')).map((path) => dirname(path));

/** Constants that a kernel is compiled with: what `isDefined` finds in its sources. */
const constants = {
  'jpeg/dct-arithmetic': ['ARITHMETIC_CODING=1'],
  'jpeg/lossless-arithmetic': ['ARITHMETIC_CODING=1'],
  'jpeg/hierarchical': ['HIERARCHICAL_MODE=1'],
  'jpeg/hierarchical-arithmetic': ['HIERARCHICAL_MODE=1', 'ARITHMETIC_CODING=1'],
};

/** Shrink levels of the compiler other than 0, where they were measured to cost no time (assembly/README.md). */
const shrinkLevels = { 'jpeg/lossless': 1 };

/** When something that a kernel is made of was changed last: its codec's folder, or what all kernels share. */
function newestSource(kernel) {
  const [codec] = kernel.split(/[\\/]/);
  const own = assemblyFiles.filter((path) => [codec, 'kernel', 'samples'].includes(path.split(/[\\/]/)[0]));
  return Math.max(...own.map((path) => statSync(join('assembly', path)).mtimeMs));
}

/** How each module was compiled last: the compiler's version and what it was told, by the module's path. */
const RECORD = 'out/compiled-with.json';
const compiledWith = existsSync(RECORD) ? JSON.parse(readFileSync(RECORD, 'utf8')) : {};
const { version } = JSON.parse(readFileSync('node_modules/assemblyscript/package.json', 'utf8'));

/** Compiles into `folder` what is older than its sources or was compiled another way. */
function buildKernels(folder, simd) {
  mkdirSync(folder, { recursive: true });
  for (const kernel of kernels) {
    const name = kernel.replaceAll('\\', '/');
    const output = `${folder}/${name.replaceAll('/', '-')}.wasm`;
    const options = [
      ...['--outFile', output, '-O3', '--converge', '--noAssert', '--runtime', 'stub'],
      ...[simd ? '--enable' : '--disable', 'simd', '--enable', 'bulk-memory', '--disableWarning', '201'],
      ...['--shrinkLevel', `${shrinkLevels[name] ?? 0}`],
      ...(constants[name] ?? []).flatMap((constant) => ['--use', constant]),
    ];
    const way = `${version} ${options.join(' ')}`;
    const isNew = existsSync(output) && statSync(output).mtimeMs > newestSource(kernel);
    if (isNew && compiledWith[output] === way) continue;
    delete compiledWith[output];
    if (run('node_modules/assemblyscript/bin/asc.js', [`assembly/${kernel}/module.ts`, ...options])) {
      compiledWith[output] = way;
    }
    mkdirSync(dirname(RECORD), { recursive: true });
    writeFileSync(RECORD, `${JSON.stringify(compiledWith, undefined, 2)}\n`);
  }
}

buildKernels('dist/kernels', true);
if (process.argv.includes('--twins')) buildKernels('out/plain-kernels', false);

/**
 * Bundles for one platform the entry points, named by their paths in dist/. What several of them need is in one file, so that
 * each class is there once. Packages stay imports, but for comlink, which Node.js would find as CommonJS and take 10 ms to
 * load. URLs relative to a file hold: it is two folders below the root, as in src/.
 */
function bundle(platform, input) {
  return rolldown({
    input,
    platform: 'neutral',
    external: /^(?!comlink)[^./#]/,
    resolve: {
      conditionNames: [platform],
      mainFields: ['module'],
      extensionAlias: { '.js': ['.ts', '.js'] },
    },
    logLevel: 'warn',
    output: {
      dir: 'dist',
      chunkFileNames: ({ isDynamicEntry }) => `${platform}/${isDynamicEntry ? '[name]' : 'shared'}.js`,
      comments: { jsdoc: false },
    },
  });
}

const begin = Date.now();
run('scripts/dictionary.mjs', []);
run('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.json']);
for (const platform of ['node', 'browser']) {
  await bundle(platform, {
    [`${platform}/index`]: './src/index.ts',
    [`${platform}/worker`]: './src/pool/worker.ts',
  });
}
copyFileSync('node_modules/comlink/LICENSE', 'dist/comlink.LICENSE');
await bundle('node', { 'cli/main': './src/cli/main.ts' });

// What this build did not write is left from older sources.
for (const path of readdirSync('dist', { recursive: true, encoding: 'utf8' })) {
  const file = join('dist', path);
  if (/\.(js|d\.ts)$/.test(path) && statSync(file).mtimeMs < begin - 1000) rmSync(file);
}
