import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { CineloopError } from '../errors.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import type { Codestream, Decoder, EncodedFrame, FrameInPieces } from './codec.js';
import { decodeTo, selfDescribed } from './codec.test-support.js';
import { jpeg2000Decoder } from './jpeg-2000.js';

const corpus =
  process.env.CINELOOP_CORPUS ?? fileURLToPath(new URL('../../../shared/corpus', import.meta.url));
const table = join(corpus, 'reference.tsv');
/** Rows whose reference is not the codestream's samples, and why. */
const APART: Readonly<Record<string, string>> = {
  'issue142.j2k': 'subsampled 4:2:2, its reference converted from sYCC to RGB',
  'simple_enc_irv97_64x64_yuv.j2c': 'subsampled 4:2:0, its reference converted from sYCC to RGB',
  'p0_13.j2k': '257 components, which the reference has side by side',
};
const references = existsSync(table) ? referenceRows() : [];

/**
 * The rows of reference.tsv that independent decoders agree on: DICOM files, and bare streams whose references are the codestream's
 * samples. Those of JP2 files have the colour conversions of the boxes in them, as a viewer of JP2 applies them.
 */
function referenceRows(): Record<string, string>[] {
  const [names, ...lines] = readFileSync(table, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  return lines
    .map((cells) => Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''])))
    .filter((row) => row.verdict.startsWith('exact') && /^\d+$/.test(row.frame))
    .filter((row) =>
      row.kind === 'dicom'
        ? /\.(90|91|201|202|203)$/.test(row.transfer_syntax)
        : /^(j2k|htj2k)/.test(row.kind) && /\.(j2k|j2c|jhc)$/.test(row.file),
    )
    .filter((row) => APART[row.file.split('/').at(-1) ?? ''] === undefined)
    .filter((row) => Number(row.rows) * Number(row.cols) < 4e6);
}

/** The fragments of the last encapsulated Pixel Data of a file, put together where a new one does not begin a frame. */
function framesOf(file: string): Uint8Array[] {
  const bytes = readFileSync(join(corpus, file));
  if (!file.startsWith('dicom/')) return [bytes];
  const starts = ['OB', 'OW'].map((vr) =>
    bytes.lastIndexOf(Buffer.from(`\xe0\x7f\x10\x00${vr}\x00\x00\xff\xff\xff\xff`, 'latin1')),
  );
  const frames: Buffer[] = [];
  let offsetTable = true;
  for (let at = Math.max(...starts) + 12; bytes.readUInt32LE(at) === 0xe000fffe; ) {
    const length = bytes.readUInt32LE(at + 4);
    const fragment = bytes.subarray(at + 8, at + 8 + length);
    const begins = fragment.indexOf('ff4fff51', 0, 'hex') === 0 || fragment.indexOf('jP  ') === 4;
    if (!offsetTable) {
      if (begins || frames.length === 0) frames.push(fragment);
      else frames.push(Buffer.concat([frames.pop() ?? Buffer.of(), fragment]));
    }
    offsetTable = false;
    at += 8 + length;
  }
  return frames;
}

/** The samples of a frame of which a third is shown first, then two thirds, where these have come so far. */
function inThreePieces(decoder: Decoder, frame: EncodedFrame): Uint8Array {
  const { bytes } = frame;
  const limits = DEFAULT_LIMITS;
  const pieces = decoder.inPieces?.(bytes.length, { limits }) as FrameInPieces;
  let memory = new Uint8Array(0);
  const allocate = ({ rows, columns, samplesPerPixel, bytesPerSample }: Codestream) => {
    memory = new Uint8Array(rows * columns * samplesPerPixel * bytesPerSample);
    return memory;
  };
  for (let third = 0; third < 3; third++) {
    const from = Math.floor((bytes.length * third) / 3);
    pieces.append(bytes.subarray(from, Math.floor((bytes.length * (third + 1)) / 3)));
    try {
      pieces.decode(frame, { limits, allocate });
    } catch (error) {
      // The headers may not have come whole.
      if (third === 2 || !(error instanceof CineloopError)) throw error;
    }
  }
  pieces.close();
  return memory;
}

const title = references.length > 0 ? '' : ` (skipped: no corpus at ${corpus})`;

describe.skipIf(references.length === 0)(`JPEG 2000 on the corpus${title}`, () => {
  const decoders: Decoder[] = [];

  beforeAll(async () => {
    for (const module of [await moduleOf('jpeg-2000'), await plainTwin('jpeg-2000')]) {
      decoders.push(jpeg2000Decoder(new Kernel('jpeg-2000', module)));
    }
  });

  it.each([...new Set(references.map((row) => row.file))])(
    '%s',
    async (file) => {
      const frames = framesOf(file);
      for (const row of references.filter((reference) => reference.file === file)) {
        for (const decoder of decoders) {
          const frame = selfDescribed(frames[Number(row.frame)], 90);
          const { codestream, bytes } = await decodeTo(decoder, frame);
          expect(codestream).toMatchObject({ rows: Number(row.rows), columns: Number(row.cols) });
          // Samples of few bits in a wider container are the pipeline's business.
          if (Number(row.bytes) !== codestream.bytesPerSample) continue;
          const hash = createHash('sha256').update(bytes).digest('hex');
          expect(hash, `frame ${row.frame}`).toBe(row.sha256);
          const last = inThreePieces(decoder, frame);
          expect(createHash('sha256').update(last).digest('hex'), 'in pieces').toBe(row.sha256);
        }
      }
    },
    60_000,
  );

  it('has all transfer syntaxes, bare streams, colour and both filters', () => {
    const kinds = new Set(references.map((row) => `${row.kind} ${row.transfer_syntax} ${row.comps}`));
    expect(kinds.size).toBeGreaterThanOrEqual(8);
    expect(references.length).toBeGreaterThan(60);
  });
});
