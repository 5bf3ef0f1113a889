import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explicitLittleEndian, writeDataset, writeFile } from '../fixtures/generate/dataset-writer.js';
import { encapsulated } from '../fixtures/generate/encapsulation.js';
import { encodeJpegLossless } from '../fixtures/generate/jpeg-lossless-encoder.js';
import { encodeHtJpeg2000, encodeJpeg2000, encodeJpegLs } from '../fixtures/generate/package-encoders.js';
import type { Picture } from '../fixtures/generate/picture.js';
import { encodeRle } from '../fixtures/generate/rle-encoder.js';

/** The encodings that the file can have, by the name that the bench calls them. */
const ENCODINGS = {
  rle: {
    uid: '1.2.840.10008.1.2.5',
    encode: async ({ frames, columns }: Picture) => frames.map((samples) => encodeRle(samples, 1, columns)),
  },
  'jpeg-lossless': {
    uid: '1.2.840.10008.1.2.4.70',
    encode: async ({ frames, rows, columns }: Picture) =>
      frames.map((samples) =>
        encodeJpegLossless({ samples: samples as Uint16Array, rows, columns, components: 1, precision: 16 }),
      ),
  },
  'jpeg-ls': {
    uid: '1.2.840.10008.1.2.4.80',
    encode: async (picture: Picture) => (await encodeJpegLs(picture)).frames,
  },
  'jpeg-2000': {
    uid: '1.2.840.10008.1.2.4.90',
    encode: async (picture: Picture) => (await encodeJpeg2000(picture)).frames,
  },
  htj2k: {
    uid: '1.2.840.10008.1.2.4.201',
    encode: async (picture: Picture) => (await encodeHtJpeg2000(picture)).frames,
  },
} as const;

export type EncodingName = keyof typeof ENCODINGS;

/** Different frames of the file; the rest repeats them. */
const DISTINCT = 8;

/**
 * A beating disc over a ramp, with noise in the lower bits: 16-bit samples that pack as CT and MR do. A frame that is alone is
 * filled by the disc, as a radiograph is.
 */
function picture(size: number, frameCount: number): Picture {
  let seed = 1;
  const noise = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed >>> 27;
  };
  const frames = Array.from({ length: Math.min(frameCount, DISTINCT) }, (_, frame) => {
    const radius = frameCount === 1 ? size : size * (0.25 + 0.1 * Math.sin((2 * Math.PI * frame) / DISTINCT));
    return Uint16Array.from({ length: size * size }, (_, pixel) => {
      const x = (pixel % size) - size / 2;
      const y = Math.floor(pixel / size) - size / 2;
      return Math.hypot(x, y) < radius ? 30_000 + 8 * Math.round(x + y) + noise() : 0;
    });
  });
  return { rows: size, columns: size, samplesPerPixel: 1, bitsStored: 16, frames };
}

/** Writes a multi-frame file into a folder of its own. */
export async function writeCineFile(
  encoding: EncodingName,
  size: number,
  frameCount: number,
): Promise<{ path: string; remove(): void }> {
  const { uid, encode } = ENCODINGS[encoding];
  const encoded = await encode(picture(size, frameCount));
  const frames = Array.from({ length: frameCount }, (_, frame) => encoded[frame % encoded.length]!);
  const dataset = writeDataset(
    [
      { tag: 0x00080016, vr: 'UI', value: '1.2.840.10008.5.1.4.1.1.7.3' },
      { tag: 0x00080018, vr: 'UI', value: '2.25.1' },
      { tag: 0x00280002, vr: 'US', value: [1] },
      { tag: 0x00280004, vr: 'CS', value: 'MONOCHROME2' },
      { tag: 0x00280008, vr: 'IS', value: String(frameCount) },
      { tag: 0x00280010, vr: 'US', value: [size] },
      { tag: 0x00280011, vr: 'US', value: [size] },
      { tag: 0x00280100, vr: 'US', value: [16] },
      { tag: 0x00280101, vr: 'US', value: [16] },
      { tag: 0x00280102, vr: 'US', value: [15] },
      { tag: 0x00280103, vr: 'US', value: [0] },
      ...encapsulated(frames, { offsetTable: 'basic' }),
    ],
    explicitLittleEndian,
  );
  const identity = { sopClass: '1.2.840.10008.5.1.4.1.1.7.3', sopInstance: '2.25.1', transferSyntax: uid };
  const folder = mkdtempSync(join(tmpdir(), 'cineloop-bench-'));
  const path = join(folder, `${encoding}.dcm`);
  writeFileSync(path, writeFile(identity, dataset));
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}
