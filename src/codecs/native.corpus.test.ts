import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { frameIndexOf } from '../dicom/frame-index.js';
import { type ImagePixel, imagePixelOf } from '../dicom/image-pixel.js';
import { readPart10 } from '../dicom/part10.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { readEncoded } from '../pool/read-encoded.js';
import { MemorySource } from '../sources/memory.js';
import type { EncodedFrame } from './codec.js';
import { deflateFrame } from './deflate-frame.js';
import { native } from './native.js';

const CORPUS = process.env.CINELOOP_CORPUS ?? join(import.meta.dirname, '../../../shared/corpus');
const CODECS = [native, deflateFrame];

interface Row {
  readonly file: string;
  readonly transfer_syntax: string;
  readonly frame: string;
  readonly layout: string;
  readonly sha256: string;
  readonly verdict: string;
  readonly note: string;
}

function readRows(): Row[] {
  const [head = '', ...lines] = readFileSync(join(CORPUS, 'reference.tsv'), 'utf8').trimEnd().split('\n');
  const names = head.split('\t');
  return lines.map((line) => {
    const values = line.split('\t');
    return Object.fromEntries(names.map((name, i) => [name, values[i] ?? ''])) as unknown as Row;
  });
}

/** Rows of native and deflated frames with samples that independent decoders agree on, or that pydicom has right. */
function nativeRows(): Map<string, Row[]> {
  const files = new Map<string, Row[]>();
  if (!existsSync(join(CORPUS, 'reference.tsv'))) return files;
  for (const row of readRows()) {
    const isNative = CODECS.some((codec) => codec.transferSyntaxes.includes(row.transfer_syntax));
    const agreed = row.verdict.startsWith('exact-') || row.note.startsWith('32-bit big endian');
    if (isNative && agreed && row.file.startsWith('dicom/')) {
      files.set(row.file, [...(files.get(row.file) ?? []), row]);
    }
  }
  return files;
}

async function decodeFile(file: string, frames: readonly number[]): Promise<Map<number, Uint8Array>> {
  const part10 = await readPart10(new MemorySource(readFileSync(join(CORPUS, file))));
  const attributes = imagePixelOf(part10.dataset, part10.transferSyntax);
  const index = await frameIndexOf(part10);
  const transferSyntax = part10.transferSyntax.uid;
  const codec = CODECS.find(({ transferSyntaxes }) => transferSyntaxes.includes(transferSyntax))!;
  const decoder = await codec.load();
  const decoded = new Map<number, Uint8Array>();
  for (const frame of frames) {
    const located = await readEncoded(part10.source, await index.locate(frame));
    if (!located) throw new Error(`the offset table of ${file} is wrong about frame ${frame}`);
    const encoded: EncodedFrame = { ...located, transferSyntax, attributes };
    let bytes = new Uint8Array(0);
    await decoder.decode(encoded, {
      limits: DEFAULT_LIMITS,
      allocate({ rows, columns, samplesPerPixel, bytesPerSample }) {
        bytes = new Uint8Array(rows * columns * samplesPerPixel * bytesPerSample);
        return bytes;
      },
    });
    const found = decoder.inPlace?.(encoded);
    if (found !== undefined) expect(Buffer.from(found.bytes).equals(bytes)).toBe(true);
    decoded.set(frame, bytes);
  }
  return decoded;
}

/**
 * The references keep the words and the layout of the file. So does the codec with words (unused bits are the pipeline's
 * matter), but its samples are always by pixel, with the chrominance of each: puts them as the file has them.
 */
function inLayout(
  bytes: Uint8Array,
  layout: string,
  { samplesPerPixel, bitsAllocated }: ImagePixel,
): Uint8Array {
  if (layout === 'planar') {
    const width = bitsAllocated / 8;
    const plane = bytes.length / samplesPerPixel;
    return bytes.map((_, at) => {
      const component = Math.floor(at / plane);
      const pixel = Math.floor((at % plane) / width);
      return bytes[(pixel * samplesPerPixel + component) * width + (at % width)]!;
    });
  }
  if (layout.startsWith('422')) {
    const pairs: number[] = [];
    for (let at = 0; at < bytes.length; at += 6) {
      const [y0 = 0, cb0 = 0, cr0 = 0, y1 = 0, cb1 = 0, cr1 = 0] = bytes.subarray(at, at + 6);
      expect([cb1, cr1]).toEqual([cb0, cr0]);
      pairs.push(y0, y1, cb0, cr0);
    }
    return Uint8Array.from(pairs);
  }
  return bytes;
}

const files = nativeRows();

const missing = files.size === 0 ? ' (skipped: neither ../shared/corpus nor CINELOOP_CORPUS is there)' : '';

describe.skipIf(files.size === 0)(`native files of the corpus${missing}`, () => {
  it('are all found in its tables', () => {
    expect(files.size).toBeGreaterThan(90);
  });

  it.each([...files])('%s', async (file, rows) => {
    const part10 = await readPart10(new MemorySource(readFileSync(join(CORPUS, file))));
    const attributes = imagePixelOf(part10.dataset, part10.transferSyntax);
    const decoded = await decodeFile(
      file,
      rows.map(({ frame }) => Number(frame)),
    );
    for (const { frame, sha256, layout } of rows) {
      const bytes = inLayout(decoded.get(Number(frame))!, layout, attributes);
      expect(createHash('sha256').update(bytes).digest('hex'), `frame ${frame} ${layout}`).toBe(sha256);
    }
  });
});
