import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Reference, readReferences } from './reference.js';

/** One frame of one file with all that is known of its right samples. A case is data: any decoder can be judged by it. */
export interface Case {
  /** `corpus/dicom/…/file.dcm#0`: the same on every machine. */
  readonly id: string;
  /** Absolute path of the file. */
  readonly path: string;
  readonly kind: string;
  readonly transferSyntax: string;
  readonly frame: number;
  /** Component plane where the reference has one plane of a subsampled image. */
  readonly component: number | undefined;
  /** More than one where several answers are right (a `.111` frame: pixels, or the JPEG file it was made from). */
  readonly references: readonly Reference[];
}

/** Transfer syntax to decode a bare codestream by: its kind says what it is, its marker segments the rest. */
const SYNTAX_BY_ENDING: Readonly<Record<string, string>> = {
  jpg: '1.2.840.10008.1.2.4.50',
  jpeg: '1.2.840.10008.1.2.4.50',
  jls: '1.2.840.10008.1.2.4.80',
  j2k: '1.2.840.10008.1.2.4.90',
  j2c: '1.2.840.10008.1.2.4.90',
  jpc: '1.2.840.10008.1.2.4.90',
  jp2: '1.2.840.10008.1.2.4.90',
  jph: '1.2.840.10008.1.2.4.203',
  jhc: '1.2.840.10008.1.2.4.203',
  jxl: '1.2.840.10008.1.2.4.112',
  fuzz: '1.2.840.10008.1.2.4.112',
};

function syntaxOf({ file, kind, transferSyntax }: Reference): string {
  if (transferSyntax !== '' || kind === 'dicom') return transferSyntax;
  if (kind.startsWith('htj2k')) return '1.2.840.10008.1.2.4.203';
  if (kind === 'jpeg-lossless') return '1.2.840.10008.1.2.4.57';
  return SYNTAX_BY_ENDING[file.slice(file.lastIndexOf('.') + 1).toLowerCase()] ?? '';
}

const root = fileURLToPath(new URL('..', import.meta.url));

/** The corpus' folder, or undefined where this machine has none (`CINELOOP_CORPUS`, else beside the project). */
export function corpusFolder(): string | undefined {
  const folder = resolve(root, process.env.CINELOOP_CORPUS ?? '../shared/corpus');
  return existsSync(join(folder, 'reference.tsv')) ? folder : undefined;
}

/** Every case of a folder that has a reference.tsv, in the table's order. */
export async function casesOf(folder: string, name: string): Promise<Case[]> {
  const cases = new Map<string, Case>();
  for (const reference of await readReferences(join(folder, 'reference.tsv'))) {
    const id = `${name}/${reference.file}#${reference.frame}`;
    const known = cases.get(id);
    const component = /^c(\d+)$/.exec(reference.frame)?.[1];
    cases.set(id, {
      id,
      path: join(folder, reference.file),
      kind: reference.kind,
      transferSyntax: syntaxOf(reference),
      frame: component === undefined ? Number(reference.frame || 0) : 0,
      component: component === undefined ? undefined : Number(component),
      references: [...(known?.references ?? []), reference],
    });
  }
  return [...cases.values()];
}

/** The cases of `fixtures/` and, where it is there, of the corpus. */
export async function allCases(): Promise<Case[]> {
  const corpus = corpusFolder();
  return [
    ...(await casesOf(join(root, 'fixtures'), 'fixtures')),
    ...(corpus ? await casesOf(corpus, 'corpus') : []),
  ];
}
