// `npm run conformance -- --generate 1000`: so many combinations of the options of opj_compress, grk_compress and ojph_compress (see
// generated-case.ts), each encoded by that tool and decoded by cineloop. A lossless one must give back the picture (or, where an encoder
// loses bits to a region of interest, exactly what opj_decompress makes of it); a lossy one what opj_decompress or ojph_expand
// makes of it, within 1. The tools are Debian's libopenjp2-tools, libgrokj2k-tools and openjph-tools.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, type DecodedFrame, decodeFrame } from 'cineloop';
import { type GeneratedCase, generatedCase } from './generated-case.js';

const TOOLS = ['opj_compress', 'opj_decompress', 'grk_compress', 'ojph_compress', 'ojph_expand'];

/** A plane of each component, row by row, at the size of the component. */
type Planes = readonly (readonly number[])[];

interface Verdict {
  readonly result:
    | 'equal'
    | 'equal, though not lossless'
    | 'different'
    | 'refused'
    | 'refused by all'
    | 'not encoded'
    | 'no reference';
  readonly detail: string;
}

/**
 * Runs combinations `first` to `first + count - 1` and prints counts and every one that is not equal.
 * @returns whether all that were encoded were equal
 */
export async function judgeGenerated(first: number, count: number): Promise<boolean> {
  const missing = TOOLS.filter((tool) => spawnSync(tool, ['-h'], { stdio: 'ignore' }).error !== undefined);
  if (missing.length > 0) {
    console.log(`Not to be had on this machine: ${missing.join(', ')}. Nothing was generated.`);
    return false;
  }
  const folder = mkdtempSync(join(tmpdir(), 'cineloop-generated-'));
  const pool = createPool({ workers: 1 });
  const counts = new Map<string, number>();
  let good = true;
  try {
    for (let number = first; number < first + count; number++) {
      const item = generatedCase(number);
      const { result, detail } = await judge(item, folder, pool);
      const key = `${item.encoder} ${item.transferSyntax.split('.').at(-1)} ${item.lossless ? 'lossless' : 'lossy'}: ${result}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      if (result.startsWith('equal')) continue;
      if (result !== 'not encoded') {
        good &&= result === 'refused by all';
        console.log(
          `${result} #${number} ${description(item)} ${item.options.join(' ')}\n         ${detail}`,
        );
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await pool.close();
  }
  for (const [key, value] of [...counts].toSorted()) console.log(`${String(value).padStart(6)} ${key}`);
  return good;
}

function description({ encoder, columns, rows, components, bits, signed }: GeneratedCase): string {
  return `${encoder} ${columns}x${rows} ${components} of ${signed ? 's' : 'u'}${bits}`;
}

async function judge(
  item: GeneratedCase,
  folder: string,
  pool: ReturnType<typeof createPool>,
): Promise<Verdict> {
  const source = pictureOf(item);
  const stream = join(folder, 'stream.j2k');
  rmSync(stream, { force: true });
  const problem = encode(item, source, folder, stream);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(stream);
    if (bytes.length === 0 || problem !== undefined) return { result: 'not encoded', detail: problem ?? '' };
  } catch {
    return { result: 'not encoded', detail: problem ?? '' };
  }
  let frame: DecodedFrame;
  try {
    frame = await decodeFrame(bytes, item.transferSyntax, attributesOf(item), { pool });
  } catch (error) {
    // Now and then an encoder writes a stream that its own decoder refuses as well.
    const broken = referencesOf(item, folder, stream).length === 0;
    return { result: broken ? 'refused by all' : 'refused', detail: String(error) };
  }
  if (item.lossless && largestDifference(frame, interleaved(source)) === 0)
    return { result: 'equal', detail: '' };
  const references = referencesOf(item, folder, stream);
  if (references.length === 0) return { result: item.lossless ? 'different' : 'no reference', detail: '' };
  const difference = Math.min(...references.map((planes) => largestDifference(frame, interleaved(planes))));
  if (item.lossless && difference === 0) return { result: 'equal, though not lossless', detail: '' };
  if (!item.lossless && difference <= 1) return { result: 'equal', detail: '' };
  return { result: 'different', detail: `by up to ${difference}` };
}

function largestDifference({ samples }: DecodedFrame, expected: readonly number[]): number {
  if (samples.length !== expected.length) return Number.POSITIVE_INFINITY;
  return expected.reduce((most, value, index) => Math.max(most, Math.abs(Number(samples[index]) - value)), 0);
}

/** Waves with some noise, or for every fifth picture noise alone. */
function pictureOf(item: GeneratedCase): Planes {
  const { bits, signed, number, components, columns } = item;
  const half = 2 ** (bits - 1);
  let state = (number * 2654435761) >>> 0;
  return Array.from({ length: components }, (_, component) => {
    return Array.from({ length: item.rows * columns }, (_, index) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      const [x, y] = [index % columns, Math.floor(index / columns)];
      const noise = (state >>> 8) / 2 ** 24;
      const wave =
        0.5 + 0.4 * Math.sin((x + 3 * component) / 9) * Math.cos(y / 7) + (x > y ? 0.08 : 0) + noise / 16;
      const value = Math.floor((number % 5 === 0 ? noise : wave) * 2 * half);
      return Math.min(Math.max(value, 0), 2 * half - 1) - (signed ? half : 0);
    });
  });
}

/** Raw planes, as the tools of OpenJPEG and Grok read and write them. */
function rawOf(planes: Planes, bits: number): Uint8Array {
  return bits <= 8 ? Uint8Array.from(planes.flat()) : new Uint8Array(Uint16Array.from(planes.flat()).buffer);
}

function encode(item: GeneratedCase, source: Planes, folder: string, stream: string): string | undefined {
  const { encoder, rows, columns, components, bits, signed, options } = item;
  if (encoder === 'ojph_compress') {
    const picture = join(folder, components === 3 ? 'in.ppm' : 'in.pgm');
    writeFileSync(picture, pnmOf(item, source));
    return run(encoder, ['-i', picture, '-o', stream, ...options]);
  }
  const raw = join(folder, 'in.rawl');
  writeFileSync(raw, rawOf(source, bits));
  const shape = `${columns},${rows},${components},${bits},${signed ? 's' : 'u'}`;
  return run(encoder, ['-i', raw, '-o', stream, '-F', shape, ...options]);
}

/** PGM or PPM: most significant byte first. */
function pnmOf({ rows, columns, components, bits }: GeneratedCase, source: Planes): Buffer {
  const head = Buffer.from(`P${components === 3 ? 6 : 5}\n${columns} ${rows}\n${2 ** bits - 1}\n`);
  const samples = source[0].flatMap((_, index) => source.map((plane) => plane[index]));
  const bytes = bits <= 8 ? samples : samples.flatMap((value) => [value >> 8, value & 255]);
  return Buffer.concat([head, Uint8Array.from(bytes)]);
}

function run(program: string, args: readonly string[]): string | undefined {
  const { status, stderr, stdout } = spawnSync(program, args, { encoding: 'utf8', timeout: 60_000 });
  return status === 0 ? undefined : `${stderr}${stdout}`.trim().split('\n').at(-1);
}

/** What independent decoders make of a stream: they do not agree on the last digits of the 9-7 filter, nor on images one sample wide. */
function referencesOf(item: GeneratedCase, folder: string, stream: string): Planes[] {
  const byOpenJpeg = referenceOfOpenJpeg(item, folder, stream);
  const byOpenJph = item.encoder === 'ojph_compress' ? referenceOfOpenJph(item, folder, stream) : undefined;
  return [byOpenJpeg, byOpenJph].filter((planes) => planes !== undefined);
}

function referenceOfOpenJph(item: GeneratedCase, folder: string, stream: string): Planes | undefined {
  const out = join(folder, item.components === 3 ? 'out.ppm' : 'out.pgm');
  if (run('ojph_expand', ['-i', stream, '-o', out]) !== undefined) return undefined;
  const bytes = readFileSync(out);
  const head = /^P\d\s+\d+\s+\d+\s+\d+\s/.exec(bytes.toString('latin1', 0, 100));
  if (head === null) return undefined;
  const samples = samplesOf(bytes.subarray(head[0].length), item, 'big');
  return Array.from({ length: item.components }, (_, c) =>
    samples.filter((_, i) => i % item.components === c),
  );
}

function referenceOfOpenJpeg(item: GeneratedCase, folder: string, stream: string): Planes | undefined {
  const out = join(folder, 'out.rawl');
  if (run('opj_decompress', ['-i', stream, '-o', out]) !== undefined) return undefined;
  const samples = samplesOf(readFileSync(out), item, 'little');
  const count = item.rows * item.columns;
  return Array.from({ length: item.components }, (_, c) => samples.slice(c * count, (c + 1) * count));
}

function samplesOf(bytes: Buffer, { bits, signed }: GeneratedCase, order: 'big' | 'little'): number[] {
  // Raw planes of few signed bits come with or without the sign in the bits above.
  const unused = 32 - bits;
  const extended = (value: number) => (signed ? (value << unused) >> unused : value);
  if (bits <= 8) return Array.from(bytes, extended);
  return Array.from({ length: bytes.length >> 1 }, (_, index) => {
    const value = order === 'big' ? bytes.readUInt16BE(2 * index) : bytes.readUInt16LE(2 * index);
    return extended(value);
  });
}

/** Colour by pixel. */
function interleaved(planes: Planes): number[] {
  return planes[0].flatMap((_, pixel) => planes.map((plane) => plane[pixel]));
}

function attributesOf({ rows, columns, components, bits, signed }: GeneratedCase) {
  return {
    rows,
    columns,
    samplesPerPixel: components,
    bitsAllocated: bits <= 8 ? 8 : 16,
    bitsStored: bits,
    pixelRepresentation: signed ? 1 : 0,
    photometricInterpretation: components === 3 ? 'RGB' : 'MONOCHROME2',
  } as const;
}
