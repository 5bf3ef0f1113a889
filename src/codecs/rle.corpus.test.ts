import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import { rleDecoder } from './rle.js';
import { encodedFrame } from './rle.test-support.js';

const RLE_LOSSLESS = '1.2.840.10008.1.2.5';
const corpus =
  process.env.CINELOOP_CORPUS ?? fileURLToPath(new URL('../../../shared/corpus', import.meta.url));
const table = join(corpus, 'reference.tsv');
const rows = existsSync(table) ? referenceRows() : [];

/** The rows of reference.tsv for RLE files, as objects of their columns. */
function referenceRows(): Record<string, string>[] {
  const [names, ...lines] = readFileSync(table, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  return lines
    .map((cells) => Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''])))
    .filter((row) => row.transfer_syntax === RLE_LOSSLESS);
}

/**
 * The frames of the last encapsulated Pixel Data of a file, found by its tag, VR and undefined length: explicit VR little
 * endian, as RLE files are. A single frame owns all fragments, else each fragment is a frame.
 */
function framesOf(file: string, frameCount: number): Uint8Array[] {
  const bytes = readFileSync(join(corpus, file));
  const starts = ['OB', 'OW'].map((vr) =>
    bytes.lastIndexOf(Buffer.from(`\xe0\x7f\x10\x00${vr}\x00\x00\xff\xff\xff\xff`, 'latin1')),
  );
  const items: Uint8Array[] = [];
  for (let at = Math.max(...starts) + 12; bytes.readUInt32LE(at) === 0xe000fffe; ) {
    const length = bytes.readUInt32LE(at + 4);
    items.push(bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  const fragments = items.slice(1);
  return frameCount === 1 ? [Buffer.concat(fragments)] : fragments;
}

const title = rows.length > 0 ? '' : ` (skipped: no corpus at ${corpus})`;

describe.skipIf(rows.length === 0)(`RLE Lossless on the corpus${title}`, () => {
  it.each([...new Set(rows.map((row) => row.file))])('%s', async (file) => {
    const frames = rows.filter((row) => row.file === file);
    const encoded = framesOf(file, Number(frames[0].nframes));
    for (const module of [await moduleOf('rle'), await plainTwin('rle')]) {
      const decoder = rleDecoder(new Kernel('rle', module));
      for (const row of frames) {
        const [height, width, components, bytes] = [row.rows, row.cols, row.comps, row.bytes].map(Number);
        const bits = row.layout.includes('1-bit') ? 1 : 8 * bytes;
        const samples = new Uint8Array(height * width * components * bytes);
        const frame = encodedFrame(encoded[Number(row.frame)], height, width, bits, components);
        await decoder.decode(frame, { allocate: () => samples, limits: DEFAULT_LIMITS });
        expect(createHash('sha256').update(samples).digest('hex'), `frame ${row.frame}`).toBe(row.sha256);
      }
    }
  });

  it('has frames of 1, 8, 16 and 32 bits and of colour', () => {
    const kinds = new Set(rows.map((row) => `${row.comps} x ${row.bytes}${row.layout.includes('1-bit')}`));
    expect(kinds.size).toBeGreaterThanOrEqual(7);
  });
});
