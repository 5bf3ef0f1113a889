import { readFile } from 'node:fs/promises';

/** One row of a reference.tsv: what independent decoders made of one frame. Columns as the corpus' README defines them. */
export interface Reference {
  readonly file: string;
  /** `dicom`, `jpeg`, `j2k-conformance`, `malformed`, … */
  readonly kind: string;
  readonly transferSyntax: string;
  /** Frame from 0, or `c0`, `c1`, … for one component plane of a subsampled image. */
  readonly frame: string;
  readonly rows: number;
  readonly columns: number;
  readonly samplesPerPixel: number;
  readonly bytesPerSample: number;
  readonly signed: boolean;
  /** `gray`, `interleaved`, `planar`, `422 as stored (Y Y Cb Cr)`, … */
  readonly layout: string;
  readonly sha256: string;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Largest difference of an independent decoder that does not agree bit for bit; 0 where all do. */
  readonly spread: number;
  /** `exact-N`, `single`, `lossy-within-2`, `lossy-differs`, `CONFLICT`, `NO-DECODE`, `ALL-REFUSE`, `malformed`, … */
  readonly verdict: string;
}

/** Reads a reference table. Fields are separated by tabs; a field with quotes is written as in CSV. */
export async function readReferences(path: string): Promise<Reference[]> {
  const [head, ...lines] = (await readFile(path, 'utf8')).split(/\r?\n/).filter((line) => line !== '');
  const names = head.split('\t');
  return lines.map((line) => {
    const fields = line.split('\t');
    const field = (name: string) => fields[names.indexOf(name)] ?? '';
    const differences = [...field('differs').matchAll(/:(\d+(?:\.\d+)?)(?=;|\s|$)/g)].map(([, n]) =>
      Number(n),
    );
    return {
      file: field('file'),
      kind: field('kind'),
      transferSyntax: field('transfer_syntax'),
      frame: field('frame'),
      rows: Number(field('rows')),
      columns: Number(field('cols')),
      samplesPerPixel: Number(field('comps')),
      bytesPerSample: Number(field('bytes')),
      signed: field('signed') === '1',
      layout: field('layout'),
      sha256: field('sha256'),
      min: Number(field('min')),
      max: Number(field('max')),
      mean: Number(field('mean')),
      spread: Math.max(0, ...differences),
      verdict: field('verdict'),
    };
  });
}
