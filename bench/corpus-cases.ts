import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { open } from 'cineloop';
import dcmjs from 'dcmjs';
import { type Reference, readReferences } from '../conformance/reference.js';
import type { BenchCase } from './case.js';

/** Pixels at least: smaller frames are what the fixtures are for. */
const LEAST_PIXELS = 200_000;

/**
 * Real frames from the corpus in `folder`: of the files with one frame on which independent decoders agree, three of each
 * transfer syntax, the smallest, the middle one and the largest; or every one.
 */
export async function corpusCases(folder: string, every: boolean): Promise<BenchCase[]> {
  const files = grouped(await readReferences(join(folder, 'reference.tsv')), ({ file }) => file);
  const candidates = files
    .filter((frames) => frames.length === 1)
    .map(([frame]) => frame!)
    .filter(
      ({ kind, verdict, rows, columns }) =>
        kind === 'dicom' && verdict.startsWith('exact') && rows * columns >= LEAST_PIXELS,
    );
  return grouped(candidates, ({ transferSyntax }) => transferSyntax).flatMap((group) => {
    const bySize = group.toSorted((a, b) => a.rows * a.columns - b.rows * b.columns);
    const places = every ? bySize.keys() : new Set([0, (bySize.length - 1) >> 1, bySize.length - 1]);
    return [...places].map((place) => caseOf(folder, bySize[place]!));
  });
}

function grouped<Item>(items: readonly Item[], key: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups.values()];
}

function caseOf(folder: string, { file, transferSyntax, rows, columns, sha256 }: Reference): BenchCase {
  return {
    id: `corpus ${basename(file, '.dcm').slice(0, 32)} ${columns}x${rows}`,
    transferSyntax,
    async load() {
      const path = join(folder, file);
      const image = await open(path);
      const { attributes } = image;
      await image.close();
      return { bytes: encodedFrame(await readFile(path), file), attributes, sha256 };
    },
  };
}

/** A case whose frame cannot be had for the peers, who parse nothing. */
export class CaseUnreadable extends Error {
  override readonly name = 'CaseUnreadable';
}

/**
 * The fragments of a file with one frame, joined, as dcmjs finds them.
 * @throws CaseUnreadable where dcmjs cannot read the file: it knows no deviations from PS3.10
 */
function encodedFrame(bytes: Buffer, file: string): Uint8Array {
  const { dict } = parsed(bytes, file);
  const fragments = dict['7FE00010']!.Value as ArrayBuffer[];
  return Buffer.concat(fragments.map((fragment) => new Uint8Array(fragment)));
}

function parsed(bytes: Buffer, file: string) {
  try {
    return dcmjs.data.DicomMessage.readFile(Uint8Array.from(bytes).buffer);
  } catch (cause) {
    throw new CaseUnreadable(`${file}: dcmjs cannot read it (${String(cause)})`, { cause });
  }
}
