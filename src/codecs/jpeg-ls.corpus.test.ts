import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { CineloopError } from '../errors.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import type { Decoder } from './codec.js';
import { jpegLsDecoder } from './jpeg-ls.js';
import { decodeJpegLs } from './jpeg-ls.test-support.js';

const TRANSFER_SYNTAXES = ['1.2.840.10008.1.2.4.80', '1.2.840.10008.1.2.4.81'];
const corpus =
  process.env.CINELOOP_CORPUS ?? fileURLToPath(new URL('../../../shared/corpus', import.meta.url));
const table = join(corpus, 'reference.tsv');
const rows = existsSync(table) ? referenceRows() : [];
/** What the reference table says nothing certain of: each of these has a test of its own. */
const exact = rows.filter((row) => row.verdict.startsWith('exact'));
const title = rows.length > 0 ? '' : ` (skipped: no corpus at ${corpus})`;

/** The rows of reference.tsv for JPEG-LS, as objects of their columns. */
function referenceRows(): Record<string, string>[] {
  const [names, ...lines] = readFileSync(table, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  return lines
    .map((cells) => Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''])))
    .filter((row) => row.kind.startsWith('jpegls') || TRANSFER_SYNTAXES.includes(row.transfer_syntax));
}

/** The fragments of the last encapsulated Pixel Data of a file, put together where a new one does not begin with SOI. */
function framesOf(file: string): Uint8Array[] {
  const bytes = readFileSync(join(corpus, file));
  if (file.startsWith('jpegls')) return [bytes];
  const starts = ['OB', 'OW'].map((vr) =>
    bytes.lastIndexOf(Buffer.from(`\xe0\x7f\x10\x00${vr}\x00\x00\xff\xff\xff\xff`, 'latin1')),
  );
  const frames: Buffer[] = [];
  let offsetTable = true;
  for (let at = Math.max(...starts) + 12; bytes.readUInt32LE(at) === 0xe000fffe; ) {
    const length = bytes.readUInt32LE(at + 4);
    const fragment = bytes.subarray(at + 8, at + 8 + length);
    const begins = fragment[0] === 0xff && fragment[1] === 0xd8;
    if (!offsetTable) {
      if (begins || frames.length === 0) frames.push(fragment);
      else frames.push(Buffer.concat([frames.pop() ?? Buffer.of(), fragment]));
    }
    offsetTable = false;
    at += 8 + length;
  }
  return frames;
}

/** The samples of a PGM file of 8 bits, and its width and height. */
function readPgm(name: string): { columns: number; lines: number; samples: Uint8Array } {
  const bytes = readFileSync(join(corpus, 'reference/team-charls__charls', name));
  const [columns, lines] = bytes.toString('latin1', 2, 40).trim().split(/\s+/).map(Number);
  return { columns, lines, samples: bytes.subarray(bytes.length - columns * lines) };
}

describe.skipIf(rows.length === 0)(`JPEG-LS on the corpus${title}`, () => {
  const decoders: Decoder[] = [];

  beforeAll(async () => {
    for (const module of [await moduleOf('jpeg-ls'), await plainTwin('jpeg-ls')]) {
      decoders.push(jpegLsDecoder(new Kernel('jpeg-ls', module)));
    }
  });

  const hashOf = (samples: Uint8Array | undefined) =>
    createHash('sha256')
      .update(samples ?? '')
      .digest('hex');

  it.each([...new Set(exact.map((row) => row.file))])('%s', async (file) => {
    const frames = framesOf(file);
    for (const row of exact.filter((reference) => reference.file === file)) {
      for (const decoder of decoders) {
        const { samples, error } = await decodeJpegLs(decoder, frames[Number(row.frame)]);
        expect(error, `frame ${row.frame}`).toBeUndefined();
        expect(hashOf(samples), `frame ${row.frame}`).toBe(row.sha256);
      }
    }
  });

  /**
   * T.87's streams of subsampled components come with the planes that were coded. How these are brought to one size T.87
   * leaves open, so the row of the table, which is one decoder's interpolation, is not what they are held against.
   */
  it.each([
    ['t8sse0', 0],
    ['t8sse3', 3],
  ] as const)('%s: subsampled components, within NEAR of the planes of the standard', async (name, near) => {
    const planes = ['test8r.pgm', 'test8gr4.pgm', 'test8bs2.pgm'].map(readPgm);
    for (const decoder of decoders) {
      const stream = framesOf(`jpegls-conformance/team-charls__charls/${name}.jls`)[0];
      const { samples, error } = await decodeJpegLs(decoder, stream);
      expect(error).toBeUndefined();
      let largest = 0;
      for (let at = 0; at < 256 * 256 * 3; at++) {
        const plane = planes[at % 3];
        const x = Math.floor((Math.floor(at / 3) % 256) / (256 / plane.columns));
        const y = Math.floor(Math.floor(at / 768) / (256 / plane.lines));
        const difference = (samples?.[at] ?? 1000) - plane.samples[y * plane.columns + x];
        largest = Math.max(largest, Math.abs(difference));
      }
      expect(largest).toBe(near);
    }
  });

  /**
   * Two decoders disagree on these: one undoes the transform that the APP8 segment "mrfx" names, the other knows T.87 only,
   * which has no such segment, and hands out transformed components as if they were colours. That the one is right shows
   * in the files: the same picture coded by two transforms comes out the same.
   */
  it('undoes HP1 and HP2 to one and the same picture', async () => {
    for (const decoder of decoders) {
      const hashes: string[] = [];
      for (const row of rows.filter((reference) => reference.verdict === 'CONFLICT')) {
        const { samples, codestream, error } = await decodeJpegLs(decoder, framesOf(row.file)[0]);
        expect(error).toBeUndefined();
        expect(codestream?.photometricInterpretation).toBe('RGB');
        expect(hashOf(samples)).toBe(row.sha256);
        hashes.push(hashOf(samples));
      }
      expect(hashes).toHaveLength(2);
      expect(new Set(hashes).size).toBe(1);
    }
  });

  it.each([
    'fuzzy-input-no-valid-bits-at-the-end',
    'fuzzy_input_golomb_16',
    'no_start_byte_after_encoded_scan',
  ])('refuses %s', async (name) => {
    const bytes = readFileSync(join(corpus, `malformed/team-charls__charls/${name}.jls`));
    for (const decoder of decoders) {
      const { error } = await decodeJpegLs(decoder, bytes);
      expect(error).toBeInstanceOf(CineloopError);
      expect(Object(error).cause).toBeUndefined();
    }
  });

  it('leaves none out', () => {
    const others = rows.filter((row) => !exact.includes(row)).map((row) => `${row.verdict} ${row.file}`);
    expect(others.map((name) => name.replace(/ .*\//, ' ')).sort()).toEqual([
      'CONFLICT banny-hp1.jls',
      'CONFLICT banny-hp2.jls',
      'single t8sse0.jls',
      'single t8sse3.jls',
    ]);
    expect(exact.length).toBeGreaterThanOrEqual(81);
  });
});
