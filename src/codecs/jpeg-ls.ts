import { UnsupportedFeature } from '../errors.js';
import { type Kernel, loadKernel } from '../wasm/kernel.js';
import type { Codec, Codestream, Decoder, EncodedFrame } from './codec.js';
import { inspectJpeg, type JpegHeader, jpegProcessOf } from './jpeg-markers.js';
import { decodeByKernel } from './kernel-decoding.js';

/** JPEG-LS, lossless and near-lossless (ITU-T T.87), by our own kernel, `assembly/jpeg-ls`. */
export const jpegLs: Codec = {
  name: 'cineloop-jpeg-ls',
  transferSyntaxes: ['1.2.840.10008.1.2.4.80', '1.2.840.10008.1.2.4.81'],
  modules: ['jpeg-ls'],
  refusal,
  load: async () => jpegLsDecoder(await loadKernel('jpeg-ls')),
};

const SOF_JPEG_LS = 55;

/**
 * The decoder on a kernel that is loaded. Samples have the precision of the frame header, or that of the mapping tables
 * that they go through: in one byte each up to 8 bits, else in two. Components of fewer samples are brought to the size of
 * the image by repetition.
 */
export function jpegLsDecoder(kernel: Kernel): Decoder {
  return {
    decode(frame, context) {
      const unsupported = refusal(frame);
      if (unsupported !== undefined) {
        throw new UnsupportedFeature(`Not JPEG-LS that this engine decodes: ${unsupported}.`, {
          feature: unsupported,
        });
      }
      return decodeByKernel(kernel, frame.bytes, [], describe, context);
    },
  };
}

/** What the stream asks for that this engine does not have: the SOF marker decides, not the transfer syntax. */
function refusal({ bytes }: EncodedFrame): string | undefined {
  let header: JpegHeader;
  try {
    header = inspectJpeg(bytes);
  } catch {
    // The kernel says what is wrong.
    return undefined;
  }
  if (header.startOfFrame !== SOF_JPEG_LS) return jpegProcessOf(header);
  if (header.components.length > 4) return `JPEG-LS of ${header.components.length} components`;
  return undefined;
}

/**
 * JPEG-LS carries neither a sign nor a colour space: both are the dataset's to say, whatever segments of applications the
 * stream brings along. Only where a transform of Hewlett-Packard's was undone is it known what came out: RGB.
 */
function describe(fields: Int32Array): Codestream {
  const [rows, columns, samplesPerPixel, bitsPerSample, bytesPerSample, colourTransform] = fields;
  return {
    rows,
    columns,
    samplesPerPixel,
    bitsPerSample,
    signed: undefined,
    photometricInterpretation: colourTransform === 0 ? undefined : 'RGB',
    bytesPerSample: bytesPerSample === 1 ? 1 : 2,
  };
}
