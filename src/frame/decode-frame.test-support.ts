import { native } from '../codecs/native.js';
import { CodecRegistry } from '../codecs/registry.js';
import type { ImagePixel } from '../dicom/image-pixel.js';
import { decodeEncodedFrame, type FrameRequest } from './decode-frame.js';
import { attributesOf, encodedFrame } from './frame.test-support.js';

export const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
export const EXPLICIT_BIG_ENDIAN = '1.2.840.10008.1.2.2';

export async function decode(
  samples: Parameters<typeof encodedFrame>[0],
  sides: Parameters<typeof encodedFrame>[1] = {},
  changes: Partial<FrameRequest> = {},
) {
  const { frame, request } = encodedFrame(samples, sides);
  return decodeEncodedFrame(frame, { ...request, ...changes });
}

/** A native frame through the native codec. */
export async function decodeNative(
  bytes: Uint8Array,
  attributes: Partial<ImagePixel>,
  changes: Partial<FrameRequest> & { transferSyntax?: string; bitOffset?: number } = {},
) {
  const registry = new CodecRegistry();
  registry.register(native);
  const { transferSyntax = EXPLICIT_LITTLE_ENDIAN, bitOffset = 0, ...request } = changes;
  return decodeEncodedFrame(
    { bytes, bitOffset, transferSyntax, attributes: attributesOf({ pixelDataVr: 'OW', ...attributes }) },
    { registry, ...request },
  );
}

export const bytesOf = (samples: ArrayBufferView) =>
  new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength).slice();

/** Two pixels of YBR_FULL, and the attributes of such a row. */
export const ybr = [
  [100, 90, 180],
  [35, 200, 41],
] as const;
export const colour8 = {
  columns: 2,
  samplesPerPixel: 3,
  bitsAllocated: 8,
  bitsStored: 8,
  highBit: 7,
} as const;

/** PS3.3 C.7.6.3.1.2, YBR_FULL, solved for R, G and B. */
export function rgbOf([y, cb, cr]: readonly [number, number, number]): number[] {
  const r = y + 1.402 * (cr - 128);
  const b = y + 1.772 * (cb - 128);
  const g = (y - 0.299 * r - 0.114 * b) / 0.587;
  return [r, g, b].map((value) => Math.min(Math.max(Math.round(value), 0), 255));
}
