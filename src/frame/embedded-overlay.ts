import type { EmbeddedOverlay } from './decoded-frame.js';
import type { Words } from './stored-bits.js';

/** An overlay that the dataset declares in the unused bits of the samples (PS3.3 C.9.2 of 2003, PS3.5 8.1.2). */
export interface EmbeddedOverlayPlane {
  /** Repeating group, e.g. 0x6000. */
  readonly group: number;
  /** (60xx,0102) Overlay Bit Position: bit of the word, 0 the least significant. */
  readonly bitPosition: number;
}

/** Takes one bit out of every word of a gray frame. */
export function embeddedOverlay(
  { bytes, bytesPerSample }: Words,
  { group, bitPosition }: EmbeddedOverlayPlane,
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
