import { readFile } from 'node:fs/promises';
import type { DecodedFrame } from 'cineloop';
import { bytesInLayout, sha256 } from './stored-bytes.js';

/**
 * How a frame stands to its reference: `exact` the samples are the same; `differs` they are not; `lossy` the reference is
 * one that decoders need not meet bit for bit, and the hashes are not the same; `none` the table has no samples for it.
 */
export type Verification = 'exact' | 'differs' | 'lossy' | 'none';

interface Row {
  readonly layout: string;
  readonly sha256: string;
  readonly verdict: string;
}

const NEEDED = ['file', 'frame', 'sha256', 'verdict'] as const;

/** A reference.tsv: a row per file and frame with the hash of its samples (see fixtures/README.md for the columns). */
export class ReferenceTable {
  /** By the file's name without folders, then by its path in the table, then by frame. */
  readonly #files = new Map<string, Map<string, Map<number, Row[]>>>();

  /** @throws SyntaxError when a column is missing */
  constructor(text: string) {
    const [head = '', ...lines] = text.split(/\r?\n/);
    const names = head.split('\t');
    for (const name of NEEDED) {
      if (!names.includes(name)) throw new SyntaxError(`It has no column "${name}".`);
    }
    const column = (cells: readonly string[], name: string) => cells[names.indexOf(name)] ?? '';
    for (const line of lines) {
      const cells = line.split('\t');
      const file = column(cells, 'file');
      const frame = column(cells, 'frame');
      if (file === '' || !/^\d+$/.test(frame)) continue;
      const row = {
        layout: column(cells, 'layout'),
        sha256: column(cells, 'sha256').toLowerCase(),
        verdict: column(cells, 'verdict'),
      };
      const name = file.slice(file.lastIndexOf('/') + 1);
      const paths = entry(this.#files, name, () => new Map<string, Map<number, Row[]>>());
      const frames = entry(paths, file, () => new Map<number, Row[]>());
      entry(frames, Number(frame), () => []).push(row);
    }
  }

  static async read(path: string): Promise<ReferenceTable> {
    return new ReferenceTable(await readFile(path, 'utf8'));
  }

  /** Compares a frame with its rows. `path` is absolute, with slashes; the table's longest path that it ends in counts. */
  verify(path: string, frame: number, decoded: DecodedFrame): Verification {
    const rows = this.#rowsOf(path, frame).filter((row) => row.sha256 !== '' && isComparable(row.verdict));
    if (rows.length === 0) return 'none';
    const hashes = new Map<string, string>();
    const hashIn = (layout: string) => entry(hashes, layout, () => sha256(bytesInLayout(decoded, layout)));
    if (rows.some((row) => row.sha256 === hashIn(row.layout))) return 'exact';
    return rows.some((row) => row.verdict.startsWith('lossy')) ? 'lossy' : 'differs';
  }

  #rowsOf(path: string, frame: number): readonly Row[] {
    const paths = this.#files.get(path.slice(path.lastIndexOf('/') + 1));
    if (paths === undefined) return [];
    let [best, frames]: [string, Map<number, Row[]> | undefined] = ['', undefined];
    for (const [file, rows] of paths) {
      const fits = path === file || path.endsWith(`/${file}`);
      if (fits && file.length > best.length) [best, frames] = [file, rows];
    }
    return frames?.get(frame) ?? [];
  }
}

/** Decoders agree, or there is only one, or they differ as lossy codecs may; other verdicts say that nothing is known. */
function isComparable(verdict: string): boolean {
  return /^(exact|single|lossy)/.test(verdict);
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
