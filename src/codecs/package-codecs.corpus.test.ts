import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  corpus,
  manifestRows,
  type ReferenceRow,
  readCorpusFile,
  referenceRows,
  skipped,
} from '../dicom/corpus.test-support.js';
import { frameIndexOf } from '../dicom/frame-index.js';
import { readPart10 } from '../dicom/part10.js';
import { CineloopError } from '../errors.js';
import { readEncoded } from '../pool/read-encoded.js';
import { MemorySource } from '../sources/memory.js';
import { charls } from './charls.js';
import { type Decoded, decodeTo, selfDescribed } from './codec.test-support.js';
import { libjpegTurbo } from './libjpeg-turbo.js';
import { libjxl } from './libjxl.js';
import { openjpeg } from './openjpeg.js';
import { openjph } from './openjph.js';
import { CodecRegistry } from './registry.js';

/** The packages only, so that they stay judged where a kernel of ours is preferred. */
const registry = new CodecRegistry();
for (const codec of [libjpegTurbo, charls, openjpeg, openjph, libjxl]) registry.register(codec);

/** The transfer syntax that a bare stream would have. */
const NUMBERS: Readonly<Record<string, number>> = {
  jpeg: 50,
  'jpeg-conformance': 50,
  jpegls: 80,
  'jpegls-conformance': 80,
  j2k: 90,
  'j2k-conformance': 90,
  'j2k-nonregression': 90,
  htj2k: 201,
  'htj2k-conformance': 201,
  jxl: 110,
  'jxl-conformance': 110,
};

/**
 * Why a stream is not what the reference says although decoders agree on that. Each reason is checked to be the one: a
 * refusal by its feature, a JP2 file by its being one.
 */
const EXPLAINED: Readonly<Record<string, string>> = {
  // The reference follows the colour boxes of the JP2 file (sYCC, palette, channel definitions, bit depth, opacity); the codestream
  // alone is what DICOM knows (PS3.5 A.4.4).
  'file2.jp2': 'JP2',
  'file3.jp2': 'JP2',
  'file9.jp2': 'JP2',
  'db11217111510058.jp2': 'JP2',
  'issue104_jpxstream.jp2': 'JP2',
  'issue134.jp2': 'JP2',
  'issue171.jp2': 'JP2',
  'issue205.jp2': 'JP2',
  'issue411-ycc420.jp2': 'JP2',
  'issue411-ycc422.jp2': 'JP2',
  'issue411-ycc444.jp2': 'JP2',
  'mem-b2b86b74-2753.jp2': 'JP2',
  'merged.jp2': 'JP2',
  'simple_dec_irv97_64x64_yuv.jph': 'JP2',
  'simple_dec_rev53_64x64_yuv.jph': 'JP2',
  // Subsampled components of a bare codestream: the reference takes them for sYCC and has turned them to RGB.
  'issue142.j2k': 'subsampled',
  'simple_enc_irv97_64x64_yuv.j2c': 'subsampled',
  // 13799 tiles in 31129 bytes.
  'broken.jpc': 'TruncatedData',
  'p0_13.j2k': 'JPEG 2000 of 257 components',
  'monkey12.jpg': 'JPEG extended sequential DCT, Huffman coding, 12 bits',
  // A DC scan is missing: libjpeg goes on with a warning, which is an error here.
  'progressive-missing-dc.jpg': 'InvalidBitstream',
  'house.jp2': 'InvalidBitstream',
  'jp2lossy.j2k': 'InvalidBitstream',
  // A tile with a quantization of its own, which only decoding finds: openjpeg has it exact.
  'ds1_ht_04_b9.j2k': 'HTJ2K: QCD marker segment in a tile is not supported yet',
  'alpha_nonpremultiplied.jxl': 'JPEG XL with extra channels',
  'patches_lossless.jxl': 'JPEG XL with extra channels',
};

/** HTJ2K with the irreversible filter: OpenJPH rounds otherwise than OpenJPEG, by one at most. Judged with openjpeg. */
const isIrreversibleHt = ({ kind, transfer_syntax }: ReferenceRow) =>
  kind?.startsWith('htj2k') || /\.20[123]$/.test(transfer_syntax ?? '');

/** JPEG of 12 bits, under .51, .53 and .55 of the dataset. */
const isTwelveBit = ({ kind, transfer_syntax, bytes }: ReferenceRow) =>
  kind === 'dicom' && bytes === '2' && /\.5[135]$/.test(transfer_syntax ?? '');

function isPackages({ kind = '', transfer_syntax = '' }: ReferenceRow): boolean {
  if (kind !== 'dicom') return kind in NUMBERS;
  return registry
    .codecsFor(transfer_syntax)
    .some((codec) => codec.transferSyntaxes.includes(transfer_syntax));
}

const files = new Map<string, ReferenceRow[]>();
for (const row of referenceRows()) {
  const whole = /^\d+$/.test(row.frame ?? '');
  if (row.verdict?.startsWith('exact-') && whole && isPackages(row)) {
    files.set(row.file!, [...(files.get(row.file!) ?? []), row]);
  }
}

/** The encoded frame of a row and the transfer syntax that it came under. */
async function encodedOf(row: ReferenceRow) {
  const bytes = readCorpusFile(row.file!);
  if (row.kind !== 'dicom') return selfDescribed(bytes, NUMBERS[row.kind!]!);
  const part10 = await readPart10(new MemorySource(bytes));
  const index = await frameIndexOf(part10);
  const encoded = await readEncoded(part10.source, await index.locate(Number(row.frame)));
  return { ...selfDescribed(encoded!.bytes, 0), transferSyntax: part10.transferSyntax.uid };
}

/** The samples in the container of the reference. */
function inContainer({ codestream, bytes }: Decoded, width: number): Uint8Array {
  if (codestream.bytesPerSample === width) return bytes;
  const words = codestream.signed
    ? codestream.bytesPerSample === 1
      ? new Int8Array(bytes.buffer)
      : new Int16Array(bytes.buffer)
    : codestream.bytesPerSample === 1
      ? bytes
      : new Uint16Array(bytes.buffer);
  if (width === 1) return Uint8Array.from(words);
  const wide = width === 2 ? Uint16Array.from(words) : Uint32Array.from(words);
  return new Uint8Array(wide.buffer);
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function outcome(row: ReferenceRow): Promise<string> {
  const frame = await encodedOf(row);
  try {
    const engines = [undefined, ...(isIrreversibleHt(row) ? ['openjpeg'] : [])];
    for (const name of engines) {
      const { decoder } = await registry.engineFor(frame, name);
      const decoded = await decodeTo(decoder, frame);
      if (sha256(inContainer(decoded, Number(row.bytes))) === row.sha256) return 'exact';
    }
    return 'other samples';
  } catch (error) {
    const { tag, feature } = error as { tag?: string; feature?: string };
    if (tag === undefined) throw error;
    return feature ?? tag;
  }
}

describe.skipIf(!corpus)(`codecs from packages on the corpus${skipped}`, () => {
  it('finds its files', () => {
    expect(files.size).toBeGreaterThan(220);
  });

  it.each([...files])('%s', async (file, rows) => {
    const explained = EXPLAINED[file.split('/').at(-1)!];
    for (const row of rows) {
      const actual = await outcome(row);
      if (isTwelveBit(row)) expect(actual).toMatch(/^JPEG .* DCT, Huffman coding, 12 bits$/);
      else if (explained === 'JP2' || explained === 'subsampled') expect(actual).toBe('other samples');
      else expect(actual, `frame ${row.frame}`).toBe(explained ?? 'exact');
    }
  });
});

const malformed = corpus ? malformedFiles() : [];

function malformedFiles(): [file: string, number: number][] {
  const numbers: Readonly<Record<string, number>> = { j2k: 90, jls: 80, jpg: 50, jxl: 110, fuzz: 110 };
  return manifestRows()
    .filter(({ kind }) => kind === 'malformed')
    .map(({ file }) => [file!, numbers[file!.split('.').at(-1)!]!]);
}

describe.skipIf(!corpus)(`malformed streams of the corpus${skipped}`, () => {
  it.each(malformed)(
    '%s: samples or a tagged error, within 2 seconds of processor time',
    async (file, number) => {
      const bytes = readCorpusFile(file);
      const numbers = number === 90 ? [90, 201] : [number];
      for (const each of numbers) {
        const frame = selfDescribed(bytes, each);
        const begin = process.cpuUsage();
        try {
          const { decoder } = await registry.engineFor(frame);
          await decodeTo(decoder, frame);
        } catch (error) {
          expect(error).toBeInstanceOf(CineloopError);
        }
        const { user, system } = process.cpuUsage(begin);
        expect((user + system) / 1e6, 'seconds').toBeLessThan(2);
      }
    },
  );

  it('are some 130', () => {
    expect(malformed.length).toBeGreaterThan(125);
  });
});
