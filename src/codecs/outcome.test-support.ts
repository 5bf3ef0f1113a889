import { DEFAULT_LIMITS, type Limits } from '../limits.js';
import type { Codestream, Decoder, EncodedFrame } from './codec.js';
import type { View } from './view.js';

/** What came of decoding: everything that the decoder said and wrote, whether it threw or not. */
export interface Outcome {
  /** What the decoder asked memory for. */
  readonly codestream: Codestream | undefined;
  /** Memory that was asked for, filled as far as the decoder came. */
  readonly samples: Uint8Array | undefined;
  readonly error: unknown;
}

/** Decodes a frame into memory full of junk and keeps what happened. */
export async function outcomeOf(
  decoder: Decoder,
  frame: EncodedFrame,
  limits: Limits = DEFAULT_LIMITS,
  view?: View,
): Promise<Outcome> {
  let samples: Uint8Array | undefined;
  let asked: Codestream | undefined;
  const allocate = (codestream: Codestream) => {
    const { samplesPerPixel, bytesPerSample, extent: { rows, columns } = codestream } = codestream;
    asked = codestream;
    samples = new Uint8Array(rows * columns * samplesPerPixel * bytesPerSample).fill(0xc5);
    return samples;
  };
  try {
    const codestream = await decoder.decode(frame, { allocate, limits, view });
    return { codestream, samples, error: undefined };
  } catch (error) {
    return { codestream: asked, samples, error };
  }
}

/** Samples as decoders hand them out: a byte each up to 8 bits, else two, little endian. */
export function storedBytes(samples: ArrayLike<number>, bits: number): Uint8Array {
  if (bits <= 8) return Uint8Array.from(samples);
  const bytes = new Uint8Array(2 * samples.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < samples.length; i++) view.setUint16(2 * i, samples[i], true);
  return bytes;
}
