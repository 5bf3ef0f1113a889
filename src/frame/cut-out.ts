import { extentOf, type Region } from '../codecs/view.js';
import type { DecodedFrame, EmbeddedOverlay, SampleArray } from './decoded-frame.js';
import { bytesUnder, createSamples, requireInto, typeOf } from './sample-array.js';

/**
 * A region of a frame that was decoded whole, in an array of its own.
 * @throws AttributeMismatch for a region that is not inside the frame, or an array that does not fit it
 */
export function cutOut(whole: DecodedFrame, region: Region, into: SampleArray | undefined): DecodedFrame {
  const { rows, columns } = extentOf(whole, region);
  const type = typeOf(whole.samples);
  const length = rows * columns * whole.samplesPerPixel;
  const samples = into === undefined ? createSamples(type, length) : requireInto(into, type, length);
  const bytesPerPixel = whole.samplesPerPixel * samples.BYTES_PER_ELEMENT;
  copyRegion(bytesUnder(whole.samples), whole.columns, bytesUnder(samples), region, bytesPerPixel);
  const overlays = whole.overlays.map((overlay) => cutOutOverlay(overlay, region));
  const truncated = whole.truncated && {
    goodRows: Math.min(Math.max(whole.truncated.goodRows - region.row, 0), rows),
  };
  return { ...whole, samples, rows, columns, overlays, ...(truncated && { truncated }) };
}

function cutOutOverlay({ group, columns, bits }: EmbeddedOverlay, region: Region): EmbeddedOverlay {
  const cut = new Uint8Array(region.rows * region.columns);
  copyRegion(bits, columns, cut, region, 1);
  return { group, rows: region.rows, columns: region.columns, bits: cut };
}

function copyRegion(
  source: Uint8Array,
  sourceColumns: number,
  target: Uint8Array,
  { row, column, rows, columns }: Region,
  bytesPerPixel: number,
): void {
  const length = columns * bytesPerPixel;
  for (let r = 0; r < rows; r += 1) {
    const start = ((row + r) * sourceColumns + column) * bytesPerPixel;
    target.set(source.subarray(start, start + length), r * length);
  }
}
