import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const folder = process.env.CINELOOP_CORPUS ?? join(import.meta.dirname, '../../../shared/corpus');

/** The folder of third-party files; undefined where this machine has none. */
export const corpus: string | undefined = existsSync(join(folder, 'reference.tsv')) ? folder : undefined;

/** What a test is called where it cannot run. */
export const skipped = corpus ? '' : ' (skipped: neither ../shared/corpus nor CINELOOP_CORPUS is there)';

/** The DICOM files of the corpus, as paths inside it. */
export function dicomFiles(): string[] {
  if (!corpus) return [];
  return readdirSync(join(corpus, 'dicom'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(corpus, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

export function readCorpusFile(file: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(join(corpus!, file)));
}

/** A row of reference.tsv by the names of its columns. */
export type ReferenceRow = Record<string, string>;

export function referenceRows(): ReferenceRow[] {
  return rowsOf('reference.tsv');
}

/** The rows of manifest.tsv: one for each file. */
export function manifestRows(): Record<string, string>[] {
  return rowsOf('manifest.tsv');
}

function rowsOf(table: string): Record<string, string>[] {
  if (!corpus) return [];
  const [head = '', ...lines] = readFileSync(join(corpus, table), 'utf8').trimEnd().split('\n');
  const names = head.split('\t');
  return lines.map((line) => {
    const cells = line.split('\t');
    return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']));
  });
}
