import { LimitExceeded } from '../errors.js';
import { DEFAULT_LIMITS, type Limits } from '../limits.js';
import type { Codec, Codestream, Decoder, EncodedFrame } from './codec.js';
import { type View, WHOLE } from './view.js';

/** A frame of a transfer syntax whose streams describe themselves, so that the dataset's word does not matter. */
export function selfDescribed(bytes: Uint8Array, number: number): EncodedFrame {
  return {
    bytes,
    transferSyntax: `1.2.840.10008.1.2.4.${number}`,
    attributes: {
      rows: 1,
      columns: 1,
      samplesPerPixel: 1,
      bitsAllocated: 8,
      bitsStored: 8,
      highBit: 7,
      pixelRepresentation: 0,
      planarConfiguration: 0,
      photometricInterpretation: 'MONOCHROME2',
      pixelData: 'integer',
      pixelDataVr: 'OB',
    },
  };
}

/** What came out of a decoder. */
export interface Decoded {
  readonly codestream: Codestream;
  readonly bytes: Uint8Array;
}

/** Decodes into memory full of junk, as much as the codec asks for within the limits. */
export async function decodeTo(
  decoder: Decoder,
  frame: EncodedFrame,
  limits: Limits = DEFAULT_LIMITS,
  view: View = WHOLE,
  truncated: 'refuse' | 'keep' = 'refuse',
): Promise<Decoded> {
  let bytes = new Uint8Array(0);
  const codestream = await decoder.decode(frame, {
    limits,
    view,
    truncated,
    allocate({ rows: codedRows, columns: codedColumns, extent, samplesPerPixel, bytesPerSample }) {
      const { rows, columns } = extent ?? { rows: codedRows, columns: codedColumns };
      const requested = rows * columns * samplesPerPixel * bytesPerSample;
      if (requested > limits.frameBytes) {
        throw new LimitExceeded('The frame is larger than allowed.', { limit: 'frameBytes', requested });
      }
      bytes = new Uint8Array(requested).fill(0xa5);
      return bytes;
    },
  });
  return { codestream, bytes };
}

const decoders = new Map<Codec, Promise<Decoder>>();

/** Decodes the bytes of a stream with a codec, as if it came under the codec's first transfer syntax. */
export async function decodeStream(codec: Codec, bytes: Uint8Array, limits?: Limits): Promise<Decoded> {
  const number = Number(codec.transferSyntaxes[0].split('.').at(-1));
  const decoder = decoders.get(codec) ?? codec.load();
  decoders.set(codec, decoder);
  return decodeTo(await decoder, selfDescribed(bytes, number), limits);
}

/** A gray or colour ramp with some noise: every value of `bits` bits turns up where there are enough samples. */
export function ramp<A extends Uint8Array | Uint16Array | Int8Array | Int16Array>(
  samples: A,
  bits: number,
): A {
  const first = samples instanceof Int8Array || samples instanceof Int16Array ? -(2 ** (bits - 1)) : 0;
  let noise = 1;
  for (let index = 0; index < samples.length; index++) {
    noise = (Math.imul(noise, 1103515245) + 12345) >>> 0;
    samples[index] = first + ((index * 7 + (noise >>> 29)) % 2 ** bits);
  }
  return samples;
}

/** The bytes of samples on this (little endian) platform. */
export function bytesOf(samples: ArrayBufferView): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}
