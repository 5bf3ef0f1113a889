import { UnsupportedFeature } from '../errors.js';
import { type Kernel, loadKernel } from '../wasm/kernel.js';
import type { Codec, Codestream, Decoder } from './codec.js';

/** RLE Lossless (PS3.5 Annex G) by our own kernel, `assembly/rle`. */
export const rle: Codec = {
  name: 'cineloop-rle',
  transferSyntaxes: ['1.2.840.10008.1.2.5'],
  modules: ['rle'],
  load: async () => rleDecoder(await loadKernel('rle')),
};

/**
 * The decoder on a kernel that is loaded. An RLE frame does not describe its image: rows, columns, samples per pixel and
 * Bits Allocated are the dataset's, and the number of segments must fit them. All words of Bits Allocated are coded, so
 * what Bits Stored leaves unused comes out too. One-bit pixels come out as one byte each.
 */
export function rleDecoder(kernel: Kernel): Decoder {
  return {
    decode({ bytes, attributes }, context) {
      const { rows, columns, samplesPerPixel, bitsAllocated } = attributes;
      if (samplesPerPixel > 1 && bitsAllocated % 8 !== 0) {
        throw new UnsupportedFeature(
          `RLE pixels of ${samplesPerPixel} samples of ${bitsAllocated} bits do not fall into byte segments`,
          { feature: 'RLE colour with Bits Allocated that is no multiple of 8', clause: 'PS3.5 G.2' },
        );
      }
      const codestream: Codestream = {
        rows,
        columns,
        samplesPerPixel,
        bitsPerSample: bitsAllocated,
        signed: undefined,
        photometricInterpretation: undefined,
        bytesPerSample: containerOf(bitsAllocated),
      };
      kernel.decode(
        bytes,
        [rows, columns, samplesPerPixel, bitsAllocated],
        () => context.allocate(codestream),
        context,
      );
      return codestream;
    },
  };
}

function containerOf(bits: number): Codestream['bytesPerSample'] {
  if (bits <= 8) return 1;
  if (bits <= 16) return 2;
  return bits <= 32 ? 4 : 8;
}
