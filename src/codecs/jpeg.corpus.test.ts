import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCorpusFile, referenceRows, skipped } from '../dicom/corpus.test-support.js';
import { frameIndexOf } from '../dicom/frame-index.js';
import { readPart10 } from '../dicom/part10.js';
import { readEncoded } from '../pool/read-encoded.js';
import { MemorySource } from '../sources/memory.js';
import { Kernel, kernelWhenNeeded } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import type { Decoder } from './codec.js';
import { jpeg, jpegDecoder } from './jpeg.js';
import { decodeFrame } from './jpeg-lossless.test-support.js';

/**
 * Frames of our processes with samples to compare with. libjpeg-turbo 3 made them; decoders that are not of its family
 * differ by one or two in lossy images, which is not held against it.
 */
const references = referenceRows()
  .filter(
    ({ kind, transfer_syntax }) => kind.startsWith('jpeg') || jpeg.transferSyntaxes.includes(transfer_syntax),
  )
  .filter(
    ({ primary, rows, verdict }) =>
      primary.startsWith('libjpeg-turbo') && rows !== '' && verdict !== 'CONFLICT',
  )
  // Lossless, and thus for the kernel next door.
  .filter(({ kind, file }) => kind !== 'jpeg-lossless' && !file.endsWith('10918_p14_O1.JPG'));

/** An image that ends inside a scan: libjpeg makes up the rest. */
const TRUNCATED = 'jpeg/image-rs__jpeg-decoder/partial_progressive.jpg';

async function framesOf(file: string): Promise<(frame: number) => Promise<Uint8Array>> {
  const bytes = readCorpusFile(file);
  if (!file.startsWith('dicom/')) return () => Promise.resolve(bytes);
  const part10 = await readPart10(new MemorySource(bytes));
  const index = await frameIndexOf(part10);
  return async (frame) => (await readEncoded(part10.source, await index.locate(frame)))!.bytes;
}

describe.skipIf(references.length === 0)(`JPEG by the DCT on the corpus${skipped}`, () => {
  const decoders: Decoder[] = [];

  beforeAll(async () => {
    for (const module of [await moduleOf('jpeg-dct'), await plainTwin('jpeg-dct')]) {
      decoders.push(jpegDecoder(new Kernel('jpeg-dct', module), kernelWhenNeeded('jpeg-dct-arithmetic')));
    }
  });

  it.each([...new Set(references.map((row) => row.file))])('%s', async (file) => {
    const readFrame = await framesOf(file);
    for (const row of references.filter((reference) => reference.file === file)) {
      const bytes = await readFrame(Number(row.frame));
      for (const decoder of decoders) {
        const { codestream, samples, error } = await decodeFrame(decoder, bytes);
        if (file === TRUNCATED) {
          expect(error).toMatchObject({ tag: 'TruncatedData', goodRows: 0 });
          continue;
        }
        expect(error).toBeUndefined();
        // Not rows and columns: the table has those of the dataset, and drops those of one.
        expect(codestream).toMatchObject({ bytesPerSample: Number(row.bytes) });
        const hash = createHash('sha256').update(samples ?? '');
        expect(hash.digest('hex'), `frame ${row.frame}`).toBe(row.sha256);
      }
    }
  });

  it('has the two samples of 12 bits that others get wrong', async () => {
    const readFrame = await framesOf('dicom/pydicom__pydicom/JPGExtended.dcm');
    const { samples } = await decodeFrame(decoders[0], await readFrame(0));
    const words = new Uint16Array(samples!.buffer);
    expect([words[420 * 256 + 140], words[230 * 256 + 120]]).toEqual([244, 95]);
  });

  it('has every transfer syntax, both precisions, and 1, 3 and 4 components', () => {
    const syntaxes = new Set(references.map((row) => row.transfer_syntax));
    // There are no files with arithmetic coding.
    const huffman = jpeg.transferSyntaxes.filter((uid) => !/\.5[246]$/.test(uid));
    for (const uid of huffman) expect(syntaxes).toContain(uid);
    expect(new Set(references.map((row) => `${row.comps} ${row.bytes}`)).size).toBeGreaterThanOrEqual(5);
    expect(references.length).toBeGreaterThan(100);
  });
});
