import type { JpegLosslessImage } from '../../fixtures/generate/jpeg-lossless-encoder.js';
import type { Limits } from '../limits.js';
import type { Decoder, EncodedFrame } from './codec.js';
import { storedBytes as bytesOf, type Outcome, outcomeOf } from './outcome.test-support.js';
import { encodedFrame } from './rle.test-support.js';
import type { View } from './view.js';

/** A frame of the lossless transfer syntax with any predictor. The dataset's description is not used by the decoder. */
export function jpegFrame(bytes: Uint8Array): EncodedFrame {
  return { ...encodedFrame(bytes, 1, 1), transferSyntax: '1.2.840.10008.1.2.4.57' };
}

/** Decodes a stream and keeps what happened. */
export function decodeFrame(
  decoder: Decoder,
  bytes: Uint8Array,
  limits?: Limits,
  view?: View,
): Promise<Outcome> {
  return outcomeOf(decoder, jpegFrame(bytes), limits, view);
}

/** Samples as the decoder hands them out. */
export function storedBytes(image: Pick<JpegLosslessImage, 'samples' | 'precision'>): Uint8Array {
  return bytesOf(image.samples, image.precision);
}

type Geometry = Pick<JpegLosslessImage, 'rows' | 'columns' | 'components' | 'precision'> &
  Pick<JpegLosslessImage, 'pointTransform' | 'sampling'>;

/**
 * An image that survives its coding: a slope, noise, and jumps over the whole range; its low bits are 0 as far as the
 * point transform takes them, and a subsampled component has one value wherever the decoder must repeat one.
 */
export function imageOf<G extends Geometry>(
  geometry: G,
  random: (below: number) => number,
): G & { readonly samples: Uint16Array } {
  const { rows, columns, components, precision, pointTransform = 0, sampling } = geometry;
  const range = 2 ** precision;
  const maximumH = Math.max(1, ...(sampling ?? []).map(([h]) => h));
  const maximumV = Math.max(1, ...(sampling ?? []).map(([, v]) => v));
  const samples = new Uint16Array(rows * columns * components);
  for (let component = 0; component < components; component++) {
    const [h, v] = sampling?.[component] ?? [1, 1];
    const plane = new Map<number, number>();
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const key = Math.floor((y * v) / maximumV) * 65536 + Math.floor((x * h) / maximumH);
        let sample = plane.get(key);
        if (sample === undefined) {
          const slope = (x * 3 + y * 5 + component * 40) % range;
          const jumps = [0, range - 1, range / 2, random(range)];
          const value =
            random(12) === 0 ? jumps[random(4)] : (slope + random(Math.max(2, range >> 5))) % range;
          sample = (value >> pointTransform) << pointTransform;
          plane.set(key, sample);
        }
        samples[(y * columns + x) * components + component] = sample;
      }
    }
  }
  return { ...geometry, samples };
}
