import { createHash } from 'node:crypto';
import type { DecodedFrame } from 'cineloop';
import type { Case } from './case.js';
import type { Reference } from './reference.js';

/** How samples stand to their references. */
export type Agreement = { readonly result: 'exact' | 'within tolerance' | 'wrong'; readonly detail: string };

/** Samples as bytes, little endian, in the layout that a reference was hashed in. */
function bytesInLayout(frame: DecodedFrame, reference: Reference, component: number | undefined): Uint8Array {
  const { samples, samplesPerPixel } = frame;
  const width = samples.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const pixels = samples.length / samplesPerPixel;
  const planes = component === undefined ? [...Array(samplesPerPixel).keys()] : [component];
  if (reference.layout !== 'planar' && component === undefined) return bytes;
  const planar = new Uint8Array(planes.length * pixels * width);
  let to = 0;
  for (const plane of planes) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const from = (pixel * samplesPerPixel + plane) * width;
      for (let byte = 0; byte < width; byte++) planar[to++] = bytes[from + byte];
    }
  }
  return planar;
}

/** The references of native YBR_FULL_422 frames hold the stored bytes, Y1 Y2 Cb Cr, with chroma not yet replicated. */
function as422(frame: DecodedFrame): Uint8Array {
  const { samples } = frame;
  const stored = new Uint8Array((samples.length / 3) * 2);
  for (let pair = 0; pair < stored.length / 4; pair++) {
    const from = pair * 6;
    stored.set(
      [samples[from], samples[from + 3], samples[from + 1], samples[from + 2]].map(Number),
      pair * 4,
    );
  }
  return stored;
}

function statistics(frame: DecodedFrame): { min: number; max: number; mean: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (const sample of frame.samples) {
    const value = Number(sample);
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  return { min, max, mean: sum / frame.samples.length };
}

const isLossy = (reference: Reference) => /^(lossy|single)/.test(reference.verdict);

/**
 * Lossy rows without agreement of the decoders: hashes cannot tell, and the table has no samples. Minimum, maximum and
 * mean must lie within what the decoders differ by among themselves. A weak check, and reported as such.
 */
function withinTolerance(frame: DecodedFrame, reference: Reference): boolean {
  const { min, max, mean } = statistics(frame);
  const tolerance = Math.max(2, Math.min(reference.spread, 8));
  return (
    Math.abs(min - reference.min) <= tolerance &&
    Math.abs(max - reference.max) <= tolerance &&
    Math.abs(mean - reference.mean) <= tolerance / 4
  );
}

/** Compares a decoded frame with the references of its case: by hash, and where those are lossy by their tolerance. */
export function compare(frame: DecodedFrame, { references, component }: Case): Agreement {
  let detail = '';
  for (const reference of references) {
    if (reference.sha256 === '') continue;
    const bytes = reference.layout.startsWith('422')
      ? as422(frame)
      : bytesInLayout(frame, reference, component);
    if (createHash('sha256').update(bytes).digest('hex') === reference.sha256)
      return { result: 'exact', detail };
    detail = difference(frame, reference);
  }
  const lossy = references.find((reference) => isLossy(reference) && withinTolerance(frame, reference));
  return lossy
    ? { result: 'within tolerance', detail: 'by minimum, maximum and mean' }
    : { result: 'wrong', detail };
}

function difference(frame: DecodedFrame, reference: Reference): string {
  const { min, max, mean } = statistics(frame);
  const shape = (rows: number, columns: number, samples: number, bytes: number) =>
    `${rows}x${columns}x${samples}, ${bytes} bytes`;
  const ours = shape(frame.rows, frame.columns, frame.samplesPerPixel, frame.samples.BYTES_PER_ELEMENT);
  const theirs = shape(
    reference.rows,
    reference.columns,
    reference.samplesPerPixel,
    reference.bytesPerSample,
  );
  if (ours !== theirs) return `${ours} where the reference has ${theirs}`;
  return `min ${min} max ${max} mean ${mean.toFixed(2)} where the reference has ${reference.min} ${reference.max} ${reference.mean}`;
}
