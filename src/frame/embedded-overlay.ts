import type { EmbeddedOverlayPlane } from '../dicom/overlays.js';
import type { EmbeddedOverlay } from './decoded-frame.js';
import type { Words } from './stored-bits.js';

/** Takes one bit out of every word of a gray frame (PS3.5 8.1.2). Such a plane covers the image. */
export function embeddedOverlay(
  { bytes, bytesPerSample }: Words,
  { group, bitPosition }: Pick<EmbeddedOverlayPlane, 'group' | 'bitPosition'>,
  rows: number,
  columns: number,
): EmbeddedOverlay {
  const bits = new Uint8Array(rows * columns);
  const shift = bitPosition % 8;
  // The words are little endian, so one byte of each holds the bit.
  for (let i = 0, at = bitPosition >> 3; i < bits.length; i++, at += bytesPerSample) {
    bits[i] = (bytes[at]! >> shift) & 1;
  }
  return { group, rows, columns, bits };
}
