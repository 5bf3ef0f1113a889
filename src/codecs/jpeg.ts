import { UnsupportedFeature } from '../errors.js';
import { type Kernel, loadKernel } from '../wasm/kernel.js';
import type { Codec, Codestream, Decoder, EncodedFrame } from './codec.js';
import {
  dctPhotometricInterpretationOf,
  inspectJpeg,
  type JpegHeader,
  jpegProcessOf,
} from './jpeg-markers.js';

/**
 * The DCT-based processes of JPEG with Huffman coding (ITU-T T.81 Annexes F and G): baseline, extended sequential and
 * progressive, 8 and 12 bits, by our own kernel, `assembly/jpeg/dct`.
 */
export const jpeg: Codec = {
  name: 'cineloop-jpeg',
  // Processes 1, 2 and 4, and the retired 6 and 8 (spectral selection) and 10 and 12 (full progression).
  transferSyntaxes: [50, 51, 53, 55].map((number) => `1.2.840.10008.1.2.4.${number}`),
  misfiledUnder: [52, 54, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 70].map(
    (number) => `1.2.840.10008.1.2.4.${number}`,
  ),
  modules: ['jpeg-dct'],
  refusal,
  load: async () => jpegDecoder(await loadKernel('jpeg-dct')),
};

/**
 * The decoder on a kernel that is loaded. The components come out as they are coded: nothing is converted to RGB, and
 * those of fewer samples are brought to the size of the image, by a triangle filter where they have half the samples in
 * a direction, else by repetition. Samples take one byte where the precision is 8 bits, two where it is 12.
 */
export function jpegDecoder(kernel: Kernel): Decoder {
  return {
    decode({ bytes }, context) {
      const header = inspectJpeg(bytes);
      const unsupported = unsupportedIn(header);
      if (unsupported !== undefined) {
        throw new UnsupportedFeature(`Not a JPEG process that this engine decodes: ${unsupported}.`, {
          feature: unsupported,
          offset: header.frameHeaderOffset,
        });
      }
      const fields = kernel.decode(
        bytes,
        [],
        (fields) => context.allocate(describe(fields, header)),
        context,
      );
      return describe(fields, header);
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
  const { startOfFrame, hierarchical, precision, components } = header;
  if (startOfFrame > 2 || hierarchical || (precision !== 8 && precision !== 12)) return jpegProcessOf(header);
  if (components.length > 4) return `JPEG of ${components.length} components`;
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
    photometricInterpretation: dctPhotometricInterpretationOf(header),
    bytesPerSample: bytesPerSample === 1 ? 1 : 2,
  };
}
