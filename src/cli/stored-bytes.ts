import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import type { DecodedFrame, SampleArray } from 'cineloop';

/** The samples as bytes in little endian order: what `--raw` writes and `sha256` is computed over. */
export function littleEndianBytes(samples: SampleArray): Uint8Array {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  if (endianness() === 'LE' || samples.BYTES_PER_ELEMENT === 1) return bytes;
  const swapped = Buffer.from(bytes);
  if (samples.BYTES_PER_ELEMENT === 2) return swapped.swap16();
  return samples.BYTES_PER_ELEMENT === 4 ? swapped.swap32() : swapped.swap64();
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * The bytes in the layout that a reference was hashed in: colour by plane, or Y Y Cb Cr for each pair of pixels of native
 * YBR_FULL_422. Any other layout is colour by pixel, as the samples are.
 */
export function bytesInLayout(frame: DecodedFrame, layout: string): Uint8Array {
  const bytes = littleEndianBytes(frame.samples);
  const { samplesPerPixel } = frame;
  if (layout === 'planar' && samplesPerPixel > 1) {
    return byPlane(bytes, samplesPerPixel, frame.samples.BYTES_PER_ELEMENT);
  }
  if (layout.startsWith('422') && samplesPerPixel === 3) return byPair(bytes);
  return bytes;
}

function byPlane(bytes: Uint8Array, samplesPerPixel: number, width: number): Uint8Array {
  const result = new Uint8Array(bytes.length);
  const pixelBytes = samplesPerPixel * width;
  let to = 0;
  for (let plane = 0; plane < samplesPerPixel; plane++) {
    for (let from = plane * width; from < bytes.length; from += pixelBytes) {
      for (let i = 0; i < width; i++) result[to++] = bytes[from + i]!;
    }
  }
  return result;
}

function byPair(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(Math.floor(bytes.length / 6) * 4);
  for (let from = 0, to = 0; to < result.length; from += 6, to += 4) {
    result[to] = bytes[from]!;
    result[to + 1] = bytes[from + 3]!;
    result[to + 2] = bytes[from + 1]!;
    result[to + 3] = bytes[from + 2]!;
  }
  return result;
}
