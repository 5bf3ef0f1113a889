import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { Kernel, kernelWhenNeeded } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import type { Decoder } from './codec.js';
import { jpegLosslessDecoder } from './jpeg-lossless.js';
import { decodeFrame } from './jpeg-lossless.test-support.js';

const TRANSFER_SYNTAXES = ['1.2.840.10008.1.2.4.57', '1.2.840.10008.1.2.4.70'];
const corpus =
  process.env.CINELOOP_CORPUS ?? fileURLToPath(new URL('../../../shared/corpus', import.meta.url));
const table = join(corpus, 'reference.tsv');
const references = existsSync(table) ? referenceRows() : [];

/** The rows of reference.tsv for lossless JPEG that independent decoders agree on, as objects of their columns. */
function referenceRows(): Record<string, string>[] {
  const [names, ...lines] = readFileSync(table, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  return lines
    .map((cells) => Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''])))
    .filter((row) => row.kind === 'jpeg-lossless' || TRANSFER_SYNTAXES.includes(row.transfer_syntax))
    .filter((row) => row.verdict.startsWith('exact'));
}

/** The fragments of the last encapsulated Pixel Data of a file, put together where a new one does not begin with SOI. */
function framesOf(file: string): Uint8Array[] {
  const bytes = readFileSync(join(corpus, file));
  if (file.startsWith('jpeg-lossless/')) return [bytes];
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

const title = references.length > 0 ? '' : ` (skipped: no corpus at ${corpus})`;

describe.skipIf(references.length === 0)(`lossless JPEG on the corpus${title}`, () => {
  const decoders: Decoder[] = [];

  beforeAll(async () => {
    for (const module of [await moduleOf('jpeg-lossless'), await plainTwin('jpeg-lossless')]) {
      decoders.push(
        jpegLosslessDecoder(
          new Kernel('jpeg-lossless', module),
          kernelWhenNeeded('jpeg-lossless-arithmetic'),
        ),
      );
    }
  });

  it.each([...new Set(references.map((row) => row.file))])('%s', async (file) => {
    const frames = framesOf(file);
    for (const row of references.filter((reference) => reference.file === file)) {
      for (const decoder of decoders) {
        const { codestream, samples, error } = await decodeFrame(decoder, frames[Number(row.frame)]);
        // The UID is not to be relied on: this one is baseline, and another engine's.
        if (file.endsWith('/sample-op.dcm')) {
          expect(error).toMatchObject({ tag: 'UnsupportedFeature', feature: 'JPEG baseline DCT' });
          continue;
        }
        expect(error).toBeUndefined();
        expect(codestream).toMatchObject({ rows: Number(row.rows), columns: Number(row.cols) });
        expect(codestream).toMatchObject({
          samplesPerPixel: Number(row.comps),
          bytesPerSample: Number(row.bytes),
        });
        const hash = createHash('sha256').update(samples ?? '');
        expect(hash.digest('hex'), `frame ${row.frame}`).toBe(row.sha256);
      }
    }
  });

  it('has both transfer syntaxes, bare streams, colour, and predictors beside the first', () => {
    const kinds = new Set(references.map((row) => `${row.kind} ${row.transfer_syntax} ${row.comps}`));
    expect(kinds.size).toBeGreaterThanOrEqual(4);
    expect(references.some((row) => row.file.includes('sel7'))).toBe(true);
  });
});
