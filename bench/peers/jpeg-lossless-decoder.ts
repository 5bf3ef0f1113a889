import type { EncodedCase } from '../case.js';
import type { Output } from '../contender.js';
import type { Peer } from './peer.js';

export type LosslessDecoder = new () => {
  decode(
    buffer: ArrayBufferLike,
    offset: number,
    length: number,
    bytesPerSample: number,
  ): { buffer: ArrayBuffer };
};

export function losslessDecoder(Decoder: LosslessDecoder): (frame: EncodedCase) => Output {
  return ({ bytes, attributes }) => {
    const bytesPerSample = attributes.bitsAllocated <= 8 ? 1 : 2;
    const { buffer } = new Decoder().decode(bytes.buffer, bytes.byteOffset, bytes.length, bytesPerSample);
    return new Uint8Array(buffer);
  };
}

/** The JavaScript decoder of lossless JPEG, in the original package or in the image loader's fork. */
export function jpegLosslessLoader(name: string): Peer['load'] {
  return async () => losslessDecoder(((await import(name)) as { Decoder: LosslessDecoder }).Decoder);
}
