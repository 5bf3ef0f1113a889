import type { Peer } from './peer.js';

interface LosslessDecoder {
  decode(
    buffer: ArrayBufferLike,
    offset: number,
    length: number,
    bytesPerSample: number,
  ): { buffer: ArrayBuffer };
}

/** The JavaScript decoder of lossless JPEG, in the original package or in the image loader's fork. */
export function jpegLosslessLoader(name: string): Peer['load'] {
  return async () => {
    const { Decoder } = (await import(name)) as { Decoder: new () => LosslessDecoder };
    return ({ bytes, attributes }) => {
      const bytesPerSample = attributes.bitsAllocated <= 8 ? 1 : 2;
      const { buffer } = new Decoder().decode(bytes.buffer, bytes.byteOffset, bytes.length, bytesPerSample);
      return new Uint8Array(buffer);
    };
  };
}
