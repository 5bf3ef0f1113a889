import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CodecRegistry, createRegistry } from '../codecs/registry.js';
import {
  corpus,
  type ReferenceRow,
  readCorpusFile,
  referenceRows,
  skipped,
} from '../dicom/corpus.test-support.js';
import { frameIndexOf } from '../dicom/frame-index.js';
import { imagePixelOf } from '../dicom/image-pixel.js';
import { embeddedOverlaysOf } from '../dicom/overlays.js';
import { readPart10 } from '../dicom/part10.js';
import { readEncoded } from '../pool/read-encoded.js';
import { MemorySource } from '../sources/memory.js';
import { decodeEncodedFrame } from './decode-frame.js';
import type { DecodedFrame, Mismatch, SampleArray } from './decoded-frame.js';

let registry: CodecRegistry;
let rows: ReferenceRow[];

beforeAll(() => {
  registry = createRegistry();
  rows = referenceRows();
});

async function decode(file: string, frame = 0): Promise<{ decoded: DecodedFrame; encoded: Uint8Array }> {
  const part10 = await readPart10(new MemorySource(readCorpusFile(file)));
  const location = await (await frameIndexOf(part10)).locate(frame);
  const encoded = await readEncoded(part10.source, location);
  if (!encoded) throw new Error(`the offset table of ${file} is wrong about frame ${frame}`);
  const attributes = imagePixelOf(part10.dataset, part10.transferSyntax);
  const decoded = await decodeEncodedFrame(
    { ...encoded, transferSyntax: part10.transferSyntax.uid, attributes },
    { registry, frame, overlays: embeddedOverlaysOf(part10.dataset) },
  );
  return { decoded, encoded: encoded.bytes };
}

const sha256 = (samples: SampleArray) =>
  createHash('sha256')
    .update(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength))
    .digest('hex');

const referenceOf = (file: string, frame = 0) =>
  rows.find((row) => row.file === file && row.frame === String(frame))!;

describe.skipIf(!corpus)(`files that codestream and dataset describe differently${skipped}`, () => {
  const bits = (dataset: number, codestream: number): Mismatch => ({
    attribute: 'bitsStored',
    dataset,
    codestream,
  });
  const cases: [string, Mismatch][] = [
    ['dicom/Enet4__dicom-test-files/693_J2KR.dcm', bits(16, 14)],
    ['dicom/fo-dicom__fo-dicom/GH064.dcm', bits(12, 11)],
    ['dicom/orthanc-mirrors__orthanc-tests/Encodings_ISO_IR13.dcm', bits(12, 16)],
    ['dicom/Enet4__dicom-test-files/emri_small_jpeg_ls_lossless.dcm', bits(12, 16)],
    ['dicom/Enet4__dicom-test-files/bad_sequence.dcm', bits(12, 16)],
  ];
  it.each(cases)('%s is exact, and the mismatch is told', async (file, mismatch) => {
    const { decoded } = await decode(file);
    expect(sha256(decoded.samples)).toBe(referenceOf(file).sha256);
    expect(decoded.mismatches).toContainEqual(mismatch);
  });
});

describe.skipIf(!corpus)(`files that other decoders get wrong${skipped}`, () => {
  // The references hold the bits as the codestream has them, without a sign: cut off, ours must be the same.
  const withoutSign = (samples: SampleArray, mask: number) =>
    Uint16Array.from(samples as Int16Array, (sample) => sample & mask);

  it('MR of 16 bits, JPEG 2000 lossless: the first sample is 905', async () => {
    const file = 'dicom/Enet4__dicom-test-files/MR_small_jp2klossless.dcm';
    const { decoded } = await decode(file);
    expect([...decoded.samples.slice(0, 3)]).toEqual([905, 1019, 1227]);
    expect(sha256(decoded.samples)).toBe(referenceOf(file).sha256);
    expect(decoded.mismatches).toEqual([]);
  });

  it('JPEG 2000, unsigned in the codestream: the first sample is -2000', async () => {
    const file = 'dicom/pydicom__pydicom/J2K_pixelrep_mismatch.dcm';
    const { decoded } = await decode(file);
    expect(decoded.samples).toBeInstanceOf(Int16Array);
    expect(decoded.samples[0]).toBe(-2000);
    expect(sha256(withoutSign(decoded.samples, 0x1fff))).toBe(referenceOf(file).sha256);
    expect(decoded.mismatches).toEqual([{ attribute: 'pixelRepresentation', dataset: 1, codestream: 0 }]);
  });

  it('an MR of 16 bits: the first sample is 905', async () => {
    const file = 'dicom/Enet4__dicom-test-files/MR_small_jp2klossless.dcm';
    const { decoded } = await decode(file);
    expect(decoded.samples[0]).toBe(905);
    expect(sha256(decoded.samples)).toBe(referenceOf(file).sha256);
  });

  it('JPEG-LS of 15 bits', async () => {
    const file = 'dicom/pydicom__pydicom-data/JLSL_16_15_1_1F.dcm';
    const { decoded } = await decode(file);
    const samples = decoded.samples as Int16Array;
    expect([Math.min(...samples), Math.max(...samples)]).toEqual([-16384, 16383]);
    expect(sha256(withoutSign(samples, 0x7fff))).toBe(referenceOf(file).sha256);
  });

  it('12 bits in native words that are not sign extended: 0x0F0F is -241, as its authors say', async () => {
    const { decoded, encoded } = await decode('dicom/neurolabusc__dcm_qa_12bit/12bitSigned_0x0F0F.dcm');
    const words = new Uint16Array(encoded.slice().buffer);
    const stripe = [...decoded.samples].filter((_, i) => words[i] === 0x0f0f);
    expect(stripe.length).toBeGreaterThan(200);
    expect(new Set(stripe)).toEqual(new Set([-241]));
    expect(decoded.mismatches).toEqual([{ attribute: 'unusedBits', dataset: 0, codestream: '0x1000' }]);
  });
});
