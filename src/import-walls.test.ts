// Holds who may import whom: the walls of ARCHITECTURE.md.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Import {
  /** Path of the importing file from the root. */
  readonly from: string;
  /** Path of the imported file from the root, or the specifier of a package. */
  readonly to: string;
  readonly typeOnly: boolean;
}

const PLATFORM: Readonly<Record<string, string>> = {
  '#file': 'src/sources/file.node.ts',
  '#asset': 'src/wasm/asset.node.ts',
  '#thread': 'src/pool/thread.node.ts',
};

function importsOf(folder: string): Import[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path).replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts') && !isTest(path))
    .flatMap((from) => {
      // Examples in comments import nothing.
      const code = readFileSync(join(root, from), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
      const statements = code.matchAll(
        /(?:^|\n)\s*(import|export)\s+(type\s)?[^'";]*?from\s*'([^']+)'|(?:^|\n)import\s*'([^']+)'|\bimport\(\s*'([^']+)'/g,
      );
      return [...statements].map((match) => {
        const specifier = (match[3] ?? match[4] ?? match[5])!;
        return { from, to: target(from, specifier), typeOnly: match[2] !== undefined };
      });
    });
}

function target(from: string, specifier: string): string {
  if (PLATFORM[specifier] !== undefined) return PLATFORM[specifier];
  if (!specifier.startsWith('.')) return specifier;
  const path = relative(root, resolve(root, dirname(from), specifier)).replaceAll('\\', '/');
  return path.replace(/\.js$/, '.ts');
}

function isTest(path: string): boolean {
  return /\.(test|test-support)\.ts$/.test(path);
}

/** `src/pool/scheduler.ts` -> `pool`; files directly in src/ are rooms of their own, by their names. */
function roomOf(path: string): string {
  const [, room] = /^src\/([^/]+)/.exec(path) ?? [];
  return (room ?? '').replace(/\.ts$/, '');
}

const source = importsOf('src');
const inside = source.filter(({ to }) => to.startsWith('src/'));

const SURFACE = [
  'index',
  'image',
  'options',
  'decode-frame',
  'decode-progressively',
  'decodes-here',
  'register-codec',
];

/** What each room may import, besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  limits: [],
  sources: ['errors', 'limits'],
  dicom: ['errors', 'limits', 'sources'],
  wasm: ['errors', 'limits'],
  codecs: ['wasm', 'dicom', 'errors', 'limits'],
  display: ['dicom', 'wasm', 'errors'],
  frame: ['codecs', 'dicom', 'display', 'wasm', 'errors', 'limits'],
  pool: ['frame', 'display', 'sources', 'codecs', 'dicom', 'wasm', 'errors', 'limits'],
  // The command line stands outside: it imports `cineloop`.
  cli: [],
  ...Object.fromEntries(
    SURFACE.map((file) => [
      file,
      [
        ...SURFACE.filter((other) => other !== 'index'),
        'pool',
        'frame',
        'display',
        'sources',
        'dicom',
        'codecs',
        'errors',
        'limits',
      ],
    ]),
  ),
};

test('the walk finds imports at all', () => {
  expect(source.length).toBeGreaterThan(100);
  expect(new Set(inside.map(({ from }) => roomOf(from)))).toEqual(
    new Set(Object.keys(ALLOWED).filter((room) => !['errors', 'limits'].includes(room))),
  );
  expect(importsOf('conformance').length).toBeGreaterThan(0);
});

test.each(Object.entries(ALLOWED))('%s imports what it may', (room, allowed) => {
  const trespasses = inside.filter(({ from, to }) => {
    return roomOf(from) === room && roomOf(to) !== room && !allowed.includes(roomOf(to));
  });
  expect(trespasses).toEqual([]);
});

test('of wasm the frames and the display know the samples only, the pool the modules and the borders of strips', () => {
  const trespasses = inside.filter(({ from, to }) => {
    if (roomOf(to) !== 'wasm' || ['wasm', 'codecs'].includes(roomOf(from))) return false;
    const known = roomOf(from) === 'pool' ? ['samples', 'modules', 'strip-borders'] : ['samples'];
    return !known.some((name) => to === `src/wasm/${name}.ts`);
  });
  expect(trespasses).toEqual([]);
});

test('of codecs the pool, the frames and the surface know the contract and the registry only', () => {
  const trespasses = inside.filter(({ from, to }) => {
    return roomOf(to) === 'codecs' && roomOf(from) !== 'codecs' && !/\/(codec|view|registry)\.ts$/.test(to);
  });
  expect(trespasses).toEqual([]);
});

test('the surface is imported by nobody but those who stand outside', () => {
  const trespasses = inside.filter(({ from, to }) => {
    return SURFACE.includes(roomOf(to)) && !SURFACE.includes(roomOf(from));
  });
  expect(trespasses).toEqual([]);
});

describe('platforms', () => {
  test('node: modules are imported by *.node.ts and the command line only', () => {
    const trespasses = source.filter(
      ({ from, to }) => to.startsWith('node:') && !from.endsWith('.node.ts') && roomOf(from) !== 'cli',
    );
    expect(trespasses).toEqual([]);
  });

  test('files of one platform are imported through the switches of package.json, or by their own kind', () => {
    const trespasses = source.filter(({ from, to }) => {
      const platform = /\.(node|browser)\.ts$/.exec(to)?.[1];
      return (
        platform !== undefined && !Object.values(PLATFORM).includes(to) && !from.endsWith(`.${platform}.ts`)
      );
    });
    expect(trespasses).toEqual([]);
  });
});

test('the conformance suite and the bench stand outside: they import no file of src/', () => {
  const trespasses = ['conformance', 'bench']
    .flatMap(importsOf)
    .filter(({ to }) => to.startsWith('src/') || to.startsWith('dist/'));
  expect(trespasses).toEqual([]);
});

test('a kernel imports itself, assembly/kernel and assembly/samples only', () => {
  const trespasses = importsOf('assembly').filter(({ from, to }) => {
    const [, own] = from.split('/');
    const [, other] = to.split('/');
    return to.startsWith('assembly/') && other !== own && !['kernel', 'samples'].includes(other!);
  });
  expect(trespasses).toEqual([]);
});

test('no codec imports another', () => {
  const codecs = new Set(
    inside
      .filter(({ from, to }) => from === 'src/codecs/registry.ts' && roomOf(to) === 'codecs')
      .map(({ to }) => to),
  );
  for (const shared of ['codec', 'view']) codecs.delete(`src/codecs/${shared}.ts`);
  expect(codecs.size).toBeGreaterThan(3);
  const trespasses = inside.filter(
    ({ from, to, typeOnly }) => codecs.has(from) && codecs.has(to) && from !== to && !typeOnly,
  );
  expect(trespasses).toEqual([]);
});
