// Holds what README.md says against what the library does.
import { readFileSync } from 'node:fs';
import * as surface from 'cineloop';
import { describe, expect, test } from 'vitest';
import { createRegistry } from './codecs/registry.js';
import { TRANSFER_SYNTAXES } from './dicom/transfer-syntaxes.js';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const readme = read('README.md');
const registry = createRegistry();

/** The engines that belong to a transfer syntax, the default first. */
const enginesOf = (uid: string) =>
  registry
    .codecsFor(uid)
    .flatMap(({ name, transferSyntaxes }) => (transferSyntaxes.includes(uid) ? [name] : []));

/** The support table: UIDs without their common start, and engines. */
const rows = [...readme.matchAll(/^\| (1\.2[\d., ]*) \| [^|]+ \| ([^|]+) \|$/gm)].flatMap(
  ([, uids, engines]) =>
    uids.split(', ').map((uid) => [`1.2.840.10008.${uid}`, engines.trim().split(', ')] as const),
);

describe('the support table', () => {
  test.each(rows)('%s', (uid, engines) => {
    expect(enginesOf(uid)).toEqual(engines);
  });

  test('has every transfer syntax of DICOM that an engine decodes', () => {
    const decodable = TRANSFER_SYNTAXES.map(({ uid }) => uid).filter((uid) => enginesOf(uid).length > 0);
    const ofDicom = decodable.filter(
      (uid) => uid.startsWith('1.2.840.10008.') && uid !== '1.2.840.10008.1.20',
    );
    expect(rows.map(([uid]) => uid).sort()).toEqual(ofDicom.sort());
  });
});

test('the ten lines run', async () => {
  const [, code] = /```ts\n([\s\S]*?)```/.exec(readme)!;
  const body = code.replace(/^import .*$/gm, '');
  const AsyncFunction = (async () => {}).constructor as new (
    ...parts: string[]
  ) => (...values: unknown[]) => Promise<unknown>;
  const file = readFileSync(new URL('../fixtures/rle/us-rgb.dcm', import.meta.url));
  const seen: unknown[] = [];
  const scope = { ...surface, file, console: { log: (...values: unknown[]) => seen.push(...values) } };
  const rgba = await new AsyncFunction(...Object.keys(scope), `${body}; return rgba;`)(
    ...Object.values(scope),
  );
  expect(seen).toEqual(['RLE Lossless', 1, 64, 88]);
  expect(rgba).toHaveLength(64 * 88 * 4);
});

test('the error classes, the commands and the links are there', () => {
  const tags = [...readme.matchAll(/`([A-Z][A-Za-z]+)`/g)]
    .map(([, name]) => name)
    .filter((name) => name in surface);
  expect(tags).toEqual(
    expect.arrayContaining(
      Object.keys(surface).filter((name) => /^[A-Z][a-z]/.test(name) && name !== 'CineloopError'),
    ),
  );
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  for (const [, script] of readme.matchAll(/npm run (\w+)/g)) expect(scripts).toHaveProperty(script);
  for (const page of ['README.md', 'ARCHITECTURE.md']) {
    for (const [, path] of read(page).matchAll(/\]\(([\w./-]+)\)/g)) {
      expect(() => readFileSync(new URL(`../${path}`, import.meta.url)), path).not.toThrow(/ENOENT/);
    }
  }
});
