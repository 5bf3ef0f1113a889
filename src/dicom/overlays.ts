import type { Dataset } from './dataset.js';
import { tagOf } from './tag.js';

/** An overlay plane that stands in unused bits of the pixel data (PS3.3 C.9.2, retired in 2004; PS3.5 8.1.2). */
export interface EmbeddedOverlayPlane {
  /** Repeating group, 0x6000 to 0x601E, even. */
  readonly group: number;
  /** (60xx,0010), or the image's rows where it is missing. */
  readonly rows: number | undefined;
  /** (60xx,0011), or the image's columns. */
  readonly columns: number | undefined;
  /** (60xx,0102): bit of the pixel's word, 0 the least significant. */
  readonly bitPosition: number;
}

/**
 * The overlay planes that the dataset declares inside its pixel data: those with Overlay Bits Allocated (60xx,0100) above 1
 * and without Overlay Data (60xx,3000) of their own.
 */
export function embeddedOverlaysOf(dataset: Dataset): EmbeddedOverlayPlane[] {
  const planes: EmbeddedOverlayPlane[] = [];
  for (let group = 0x6000; group <= 0x601e; group += 2) {
    const bitsAllocated = dataset.number(tagOf(group, 0x0100));
    const bitPosition = dataset.number(tagOf(group, 0x0102));
    if (bitsAllocated === undefined || bitPosition === undefined || dataset.has(tagOf(group, 0x3000)))
      continue;
    if (
      bitsAllocated <= 1 ||
      !Number.isInteger(bitPosition) ||
      bitPosition < 0 ||
      bitPosition >= bitsAllocated
    )
      continue;
    const rows = dataset.number(tagOf(group, 0x0010)) ?? dataset.number('Rows');
    const columns = dataset.number(tagOf(group, 0x0011)) ?? dataset.number('Columns');
    planes.push({ group, rows, columns, bitPosition });
  }
  return planes;
}
