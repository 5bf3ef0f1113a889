import type { JpegLsImage } from '../../fixtures/generate/jpeg-ls-encoder.js';
import type { Limits } from '../limits.js';
import type { Decoder } from './codec.js';
import { type Outcome, outcomeOf } from './outcome.test-support.js';
import { encodedFrame } from './rle.test-support.js';

/** Decodes a stream and keeps what happened. The dataset's description is not used by the decoder. */
export function decodeJpegLs(decoder: Decoder, bytes: Uint8Array, limits?: Limits): Promise<Outcome> {
  const frame = { ...encodedFrame(bytes, 1, 1), transferSyntax: '1.2.840.10008.1.2.4.80' };
  return outcomeOf(decoder, frame, limits);
}

/** What images are made of: each brings other parts of the coder to work. */
export const CONTENTS = ['noise', 'slopes', 'plateaus', 'edges', 'constant'] as const;

type Geometry = Pick<JpegLsImage, 'rows' | 'columns' | 'components' | 'precision'>;

/** Samples up to `maxval`, colour by pixel. */
export function samplesOf(
  { rows, columns, components }: Geometry,
  maxval: number,
  content: (typeof CONTENTS)[number],
  random: (below: number) => number,
): Uint16Array {
  const samples = new Uint16Array(rows * columns * components);
  const held = new Array<number>(components).fill(random(maxval + 1));
  for (let at = 0; at < samples.length; at++) {
    const component = at % components;
    const x = Math.floor(at / components) % columns;
    const y = Math.floor(at / components / columns);
    if (content === 'noise') samples[at] = random(maxval + 1);
    else if (content === 'slopes') {
      const slope = ((x + component * 3) / columns + y / rows) / 2.2;
      samples[at] = Math.min(maxval, Math.floor(slope * maxval) + random(1 + Math.min(9, maxval >> 4)));
    } else {
      const change = { plateaus: 23, edges: 3, constant: 400 }[content];
      // All components change together as a rule, so that runs of pixels begin and end.
      if (component === 0 ? random(change) === 0 : random(40) === 0) {
        if (component === 0) held.fill(random(maxval + 1));
        else held[component] = random(maxval + 1);
      }
      samples[at] = held[component];
    }
  }
  return samples;
}
