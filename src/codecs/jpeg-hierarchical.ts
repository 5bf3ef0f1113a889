import { CineloopError, errorFromData, TruncatedData, UnsupportedFeature } from '../errors.js';
import { type Kernel, kernelWhenNeeded } from '../wasm/kernel.js';
import type { Codec, Codestream, DecodeContext, Decoder, EncodedFrame } from './codec.js';
import { type Hierarchy, type HierarchyFrame, invalidHierarchy, openHierarchy } from './jpeg-hierarchy.js';
import {
  dctPhotometricInterpretationOf,
  type FrameHeader,
  inspectJpeg,
  isArithmetic,
  type JpegHeader,
  jpegProcessOf,
  losslessPhotometricInterpretationOf,
} from './jpeg-markers.js';
import { type DecodedFrame, ReferenceComponents } from './jpeg-reference-components.js';

const uids = (numbers: readonly number[]) => numbers.map((number) => `1.2.840.10008.1.2.4.${number}`);

/** Frames of a hierarchy at most: a size can be doubled 16 times, for each of 4 components, and each refined some times. */
const MAXIMUM_FRAMES = 256;

/**
 * The hierarchical mode of JPEG (ITU-T T.81 Annex J, processes 16 to 29): a frame, and frames of differences to what the
 * ones before it give, at the same size or at twice the size. Our own kernels decode each frame, `assembly/jpeg/hierarchical` for
 * Huffman coding, the same compiled for arithmetic coding; this file brings the frames together.
 */
export const jpegHierarchical: Codec = {
  name: 'cineloop-jpeg-hierarchical',
  transferSyntaxes: uids([59, 60, 61, 62, 63, 64, 65, 66]),
  misfiledUnder: uids([50, 51, 52, 53, 54, 55, 56, 57, 58, 70]),
  // So rarely needed that a thread looks for its modules by itself.
  modules: [],
  refusal,
  load: async () =>
    jpegHierarchicalDecoder(
      kernelWhenNeeded('jpeg-hierarchical'),
      kernelWhenNeeded('jpeg-hierarchical-arithmetic'),
    ),
};

/** Gives a kernel, which is loaded when it is first asked for. */
type KernelWhenNeeded = () => Promise<Kernel>;

/**
 * The decoder on two kernels that are asked for at the first frame that needs them. Samples have the precision of the
 * stream, in one byte each up to 8 bits, else in two. Where differences of a DCT process lead out of that range, samples are bounded by it.
 * Components of fewer samples are brought to the size of the image as in frames that are not hierarchical.
 *
 * Of a stream that is cut off there is, where that is asked for, the whole picture, as fine as its frames go.
 */
export function jpegHierarchicalDecoder(huffman: KernelWhenNeeded, arithmetic: KernelWhenNeeded): Decoder {
  return {
    async decode(frame, context) {
      const header = inspectJpeg(frame.bytes);
      const unsupported = unsupportedIn(header);
      if (unsupported !== undefined) {
        throw new UnsupportedFeature(`Not hierarchical JPEG that this engine decodes: ${unsupported}.`, {
          feature: unsupported,
          offset: header.frameHeaderOffset,
        });
      }
      const hierarchy = openHierarchy(frame.bytes, header.offset);
      const codestream = describe(hierarchy.completed, header);
      const target = context.allocate(codestream);
      const image = new ReferenceComponents(hierarchy.completed, context);
      const isWhole = await decodeFrames(hierarchy, image, context, (isArithmetic) =>
        isArithmetic ? arithmetic() : huffman(),
      );
      image.store(target, codestream.bytesPerSample, !isLossless(header));
      return isWhole ? codestream : { ...codestream, truncated: { goodRows: 0 } };
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

function unsupportedIn(header: JpegHeader): string | undefined {
  if (!header.hierarchical) return jpegProcessOf(header);
  if (header.components.length > 4) return `hierarchical JPEG of ${header.components.length} components`;
  return undefined;
}

/** Whether the first frame is lossless, and with it all. */
function isLossless({ startOfFrame }: Pick<FrameHeader, 'startOfFrame'>): boolean {
  return (startOfFrame & 3) === 3;
}

function describe({ rows, columns, components, precision }: FrameHeader, header: JpegHeader): Codestream {
  const colours = { ...header, components };
  return {
    ...{ rows, columns, samplesPerPixel: components.length, bitsPerSample: precision, signed: undefined },
    photometricInterpretation: isLossless(header)
      ? losslessPhotometricInterpretationOf(colours)
      : dctPhotometricInterpretationOf(colours),
    bytesPerSample: precision > 8 ? 2 : 1,
  };
}

/**
 * Decodes the frames one after the other into the reference components.
 * @returns whether nothing is missing; where that is not to be kept it throws
 */
async function decodeFrames(
  hierarchy: Hierarchy,
  image: ReferenceComponents,
  context: DecodeContext,
  kernelFor: (isArithmetic: boolean) => Promise<Kernel>,
): Promise<boolean> {
  const frames = hierarchy.frames();
  for (let count = 0; ; count++) {
    const next = frames.next();
    if (next.done) {
      if (!next.value) return image.keepTruncated(endedEarly());
      image.checkCompleted();
      return true;
    }
    const frame = next.value;
    if (count === MAXIMUM_FRAMES) {
      throw new UnsupportedFeature(`More than ${MAXIMUM_FRAMES} frames in one hierarchical JPEG stream.`, {
        ...{ feature: 'JPEG hierarchy of so many frames', offset: frame.header.frameHeaderOffset },
      });
    }
    image.expect(frame);
    const kernel = await kernelFor(isArithmetic(frame.header));
    try {
      const decoded = decodeFrame(kernel, frame, hierarchy.completed, context);
      image.take(frame, decoded);
      if (decoded.truncated) return image.keepTruncated(endedEarly());
    } catch (error) {
      if (!(error instanceof TruncatedData)) throw error;
      return image.keepTruncated(error);
    }
  }
}

function endedEarly(): TruncatedData {
  return new TruncatedData('The JPEG data end in front of the last frame of the hierarchy.', { goodRows: 0 });
}

function decodeFrame(
  kernel: Kernel,
  { header, bytes, start }: HierarchyFrame,
  completed: FrameHeader,
  context: DecodeContext,
): DecodedFrame {
  let samples = new Int16Array();
  let truncated = false;
  const onTruncated = () => {
    truncated = true;
  };
  try {
    const [rows, columns] = kernel.decode(
      bytes,
      [],
      // A DNL marker segment may have given the lines.
      ([rows, columns, components]) => {
        if (rows > completed.rows)
          throw invalidHierarchy('a frame has more lines than the image', header.frameHeaderOffset, 'B.3.2');
        samples = new Int16Array(rows * columns * components);
        return new Uint8Array(samples.buffer);
      },
      context.truncated === 'keep' ? { ...context, onTruncated } : context,
    );
    return { rows, columns, samples, truncated };
  } catch (error) {
    throw error instanceof CineloopError ? inStream(error, header.frameHeaderOffset - start) : error;
  }
}

/** The error of a frame as one of the stream: its offset counts from the beginning of that. */
function inStream(error: CineloopError, shift: number): CineloopError {
  const { goodRows: _, offset, ...data } = error.toData();
  return errorFromData({ ...data, ...(offset !== undefined && { offset: Math.max(0, offset + shift) }) });
}
