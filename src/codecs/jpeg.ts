import { UnsupportedFeature } from '../errors.js';
import { type Kernel, kernelWhenNeeded, loadKernel } from '../wasm/kernel.js';
import type { Codec, Codestream, Decoder, EncodedFrame } from './codec.js';
import {
  dctPhotometricInterpretationOf,
  inspectJpeg,
  isArithmetic,
  type JpegHeader,
  jpegProcessOf,
} from './jpeg-markers.js';
import { decodeByKernel } from './kernel-decoding.js';
import { extentOf, type View, WHOLE } from './view.js';

/** How many times a side can be halved: a block of 8 by 8 samples becomes one. */
const MAXIMUM_REDUCTION = 3;

/**
 * The DCT-based processes of JPEG (ITU-T T.81 Annexes F and G): baseline, extended sequential and progressive, 8 and 12
 * bits, by our own kernels: `assembly/jpeg/dct` for Huffman coding, the same compiled for arithmetic coding.
 */
export const jpeg: Codec = {
  name: 'cineloop-jpeg',
  // Processes 1 to 5, and the retired 6 to 9 (spectral selection) and 10 to 13 (full progression).
  transferSyntaxes: [50, 51, 52, 53, 54, 55, 56].map((number) => `1.2.840.10008.1.2.4.${number}`),
  misfiledUnder: [57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 70].map(
    (number) => `1.2.840.10008.1.2.4.${number}`,
  ),
  // The module for arithmetic coding is so rarely needed that a thread looks for it by itself.
  modules: ['jpeg-dct'],
  views: { reduction: true, region: true },
  refusal,
  load: async () => jpegDecoder(await loadKernel('jpeg-dct'), kernelWhenNeeded('jpeg-dct-arithmetic')),
};

/**
 * The decoder on a kernel that is loaded, and on one that is asked for at the first frame with arithmetic coding.
 * The components come out as they are coded, or as RGB where the context wants that of YBR; those of fewer samples are
 * brought to the size of the image, by a triangle filter where they have half the samples in a direction, else by
 * repetition. Samples take one byte where the precision is 8 bits, two where it is 12.
 *
 * A reduced picture comes from a smaller inverse DCT, bit for bit as libjpeg scales; it has ceil(rows / 2^r) rows. Where
 * only the DC coefficients are needed, the others are read and not kept, and progressive scans of them are not read. Of a
 * region only the rows and columns of blocks are reconstructed that it is made from; what is coded behind it is not
 * read, and what is coded in front of it only from the last restart marker on. Damage there does not show.
 */
export function jpegDecoder(huffman: Kernel, arithmetic: () => Promise<Kernel>): Decoder {
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
      const view = context.view ?? WHOLE;
      const parameters = parametersFor(view);
      const describeFields = (fields: Int32Array) => describe(fields, header, view);
      const convertible = header.components.length === 3 && header.precision === 8;
      const addParameters = (late: Int32Array) => {
        if (convertible && context.wantsRgb?.()) late[RGB] = 1;
      };
      const decodeBy = (kernel: Kernel) =>
        decodeByKernel(kernel, bytes, parameters, describeFields, context, addParameters);
      return isArithmetic(header) ? arithmetic().then(decodeBy) : decodeBy(huffman);
    },
  };
}

/** Parameter of the kernel: YBR_FULL is converted to RGB where it is not 0. */
const RGB = 5;

/** @throws UnsupportedFeature for a reduction that there is not */
function parametersFor({ reduction, region }: View): number[] {
  if (reduction > MAXIMUM_REDUCTION) {
    throw new UnsupportedFeature(
      `A JPEG frame can be halved ${MAXIMUM_REDUCTION} times, not ${reduction}: its blocks have 8 rows and columns.`,
      { feature: `a reduction of ${reduction}` },
    );
  }
  const { row, column, rows, columns } = region ?? { row: 0, column: 0, rows: 0, columns: 0 };
  return [reduction, row, column, rows, columns];
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
  if ((startOfFrame & 7) > 2 || hierarchical || (precision !== 8 && precision !== 12))
    return jpegProcessOf(header);
  if (components.length > 4) return `JPEG of ${components.length} components`;
  return undefined;
}

/** @throws AttributeMismatch for a region that is not inside the picture */
function describe(fields: Int32Array, header: JpegHeader, { reduction, region }: View): Codestream {
  const [rows, columns, samplesPerPixel, bitsPerSample, bytesPerSample] = fields;
  const [reducedRows, reducedColumns] = [rows, columns].map((size) => Math.ceil(size / 2 ** reduction));
  return {
    rows,
    columns,
    extent: extentOf({ rows: reducedRows, columns: reducedColumns }, region),
    samplesPerPixel,
    bitsPerSample,
    signed: undefined,
    photometricInterpretation: dctPhotometricInterpretationOf(header),
    bytesPerSample: bytesPerSample === 1 ? 1 : 2,
  };
}
