import { UnsupportedFeature } from '../errors.js';
import { type Kernel, kernelWhenNeeded, loadKernel } from '../wasm/kernel.js';
import type { Codec, Codestream, Decoder, EncodedFrame } from './codec.js';
import {
  inspectJpeg,
  isArithmetic,
  type JpegHeader,
  jpegProcessOf,
  losslessPhotometricInterpretationOf,
} from './jpeg-markers.js';
import { decodeByKernel } from './kernel-decoding.js';

/**
 * Lossless JPEG (ITU-T T.81 Annex H, processes 14 and 15 with any predictor) by our own kernels:
 * `assembly/jpeg/lossless` for Huffman coding, the same compiled for arithmetic coding.
 */
export const jpegLossless: Codec = {
  name: 'cineloop-jpeg-lossless',
  transferSyntaxes: [57, 58, 70].map((number) => `1.2.840.10008.1.2.4.${number}`),
  misfiledUnder: [50, 51, 65, 66].map((number) => `1.2.840.10008.1.2.4.${number}`),
  // The module for arithmetic coding is so rarely needed that a thread looks for it by itself.
  modules: ['jpeg-lossless'],
  refusal,
  load: async () =>
    jpegLosslessDecoder(await loadKernel('jpeg-lossless'), kernelWhenNeeded('jpeg-lossless-arithmetic')),
};

/**
 * The decoder on a kernel that is loaded, and on one that is asked for at the first frame with arithmetic coding. Samples
 * have the precision of the frame header: in one byte each up to 8 bits, else in two. Components of fewer samples are brought to the size of the image by repetition.
 */
export function jpegLosslessDecoder(huffman: Kernel, arithmetic: () => Promise<Kernel>): Decoder {
  return {
    decode({ bytes }, context) {
      const header = inspectJpeg(bytes);
      const unsupported = unsupportedIn(header);
      if (unsupported !== undefined) {
        throw new UnsupportedFeature(`Not lossless JPEG that this engine decodes: ${unsupported}.`, {
          feature: unsupported,
          offset: header.frameHeaderOffset,
        });
      }
      const describeFields = (fields: Int32Array) => describe(fields, header);
      const decodeBy = (kernel: Kernel) => decodeByKernel(kernel, bytes, [], describeFields, context);
      return isArithmetic(header) ? arithmetic().then(decodeBy) : decodeBy(huffman);
    },
  };
}

function refusal({ bytes }: EncodedFrame): string | undefined {
  try {
    return unsupportedIn(inspectJpeg(bytes));
  } catch {
    return undefined;
  }
}

/** What the stream asks for that this engine does not have: the SOF marker decides, not the transfer syntax. */
function unsupportedIn(header: JpegHeader): string | undefined {
  if ((header.startOfFrame & 7) !== 3 || header.hierarchical) return jpegProcessOf(header);
  if (header.components.length > 4) return `lossless JPEG of ${header.components.length} components`;
  return undefined;
}

function describe(fields: Int32Array, header: JpegHeader): Codestream {
  const [rows, columns, samplesPerPixel, bitsPerSample, bytesPerSample] = fields;
  return {
    rows,
    columns,
    samplesPerPixel,
    bitsPerSample,
    signed: undefined,
    photometricInterpretation: losslessPhotometricInterpretationOf(header),
    bytesPerSample: bytesPerSample === 1 ? 1 : 2,
  };
}
