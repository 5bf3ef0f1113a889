import {
  CineloopError,
  errorFromData,
  InvalidBitstream,
  TruncatedData,
  UnsupportedFeature,
} from '../errors.js';
import { type Kernel, kernelWhenNeeded } from '../wasm/kernel.js';
import type { Codec, Codestream, DecodeContext, Decoder, EncodedFrame } from './codec.js';
import { expandColumns, expandLines, forRows, type JpegComponentSamples } from './jpeg-components.js';
import { type Hierarchy, type HierarchyFrame, openHierarchy } from './jpeg-hierarchy.js';
import {
  dctPhotometricInterpretationOf,
  type FrameHeader,
  inspectJpeg,
  isArithmetic,
  type JpegHeader,
  jpegProcessOf,
  losslessPhotometricInterpretationOf,
} from './jpeg-markers.js';
import { upsampleLine } from './jpeg-upsampling.js';

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

/** What a kernel made of one frame: 16 bits a sample, colour by pixel. */
interface DecodedFrame {
  readonly rows: number;
  readonly columns: number;
  readonly samples: Int16Array;
  readonly truncated: boolean;
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
        if (rows > completed.rows) throw invalid('a frame has more lines than the image', header, 'B.3.2');
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

/** The components as far as the frames have brought them (J.2.1), by their identifiers. */
class ReferenceComponents {
  readonly #completed: FrameHeader;
  readonly #context: DecodeContext;
  readonly #references = new Map<number, JpegComponentSamples>();

  constructor(completed: FrameHeader, context: DecodeContext) {
    this.#completed = completed;
    this.#context = context;
  }

  /**
   * Checks a frame's header against the image and the references, before it is decoded.
   * @throws InvalidBitstream, UnsupportedFeature
   */
  expect({ header, differential }: HierarchyFrame): void {
    const { rows, columns, components, precision } = this.#completed;
    if (header.precision !== precision)
      throw invalid('the precision differs from that of the image', header, 'B.3.2');
    if (header.columns > columns || header.rows > rows) {
      throw invalid('a frame is larger than the image', header, 'B.3.2');
    }
    const [maximumH, maximumV] = maximaOf(header);
    for (const { identifier, horizontalSampling, verticalSampling } of header.components) {
      if (!components.some((component) => component.identifier === identifier)) {
        throw invalid(`the image has no component ${identifier}`, header, 'B.3.2');
      }
      if (this.#references.has(identifier) !== differential) {
        const problem = differential ? 'differences to nothing' : 'a second frame that is not differential';
        throw invalid(`${problem} for component ${identifier}`, header, 'J.1.1');
      }
      // The kernel repeats samples, and each can be found again only where the factors are fractions of the largest ones.
      if (maximumH % horizontalSampling !== 0 || maximumV % verticalSampling !== 0) {
        const feature = 'hierarchical JPEG with sampling factors that do not divide the largest one';
        throw new UnsupportedFeature(`${feature} cannot be decoded.`, {
          ...{ feature, offset: header.frameHeaderOffset },
        });
      }
    }
  }

  /**
   * Takes over the samples of a frame, or adds its differences, modulo 2^16, to the references, which are expanded first.
   * @throws InvalidBitstream where the sizes do not fit
   */
  take(frame: HierarchyFrame, decoded: DecodedFrame): void {
    const { header, differential } = frame;
    const [maximumH, maximumV] = maximaOf(header);
    const pixel = header.components.length;
    for (const [index, component] of header.components.entries()) {
      const stepX = maximumH / component.horizontalSampling;
      const stepY = maximumV / component.verticalSampling;
      const columns = Math.ceil(decoded.columns / stepX);
      const rows = Math.ceil(decoded.rows / stepY);
      const reference = differential
        ? this.#expanded(component.identifier, frame, columns, rows)
        : this.#empty(columns, rows);
      const { samples } = reference;
      forRows(rows, columns, this.#context.checkpoint, (y) => {
        let from = y * stepY * decoded.columns * pixel + index;
        for (let at = y * columns; at < (y + 1) * columns; at++, from += stepX * pixel) {
          samples[at] += decoded.samples[from];
        }
      });
      this.#references.set(component.identifier, reference);
    }
  }

  #empty(columns: number, rows: number): JpegComponentSamples {
    const length = columns * rows;
    const samples = this.#completed.precision === 16 ? new Uint16Array(length) : new Int16Array(length);
    return { columns, rows, samples };
  }

  /** The reference for differences of this size (J.1.1.2): the horizontal expansion comes first. */
  #expanded(identifier: number, frame: HierarchyFrame, columns: number, rows: number): JpegComponentSamples {
    const { checkpoint } = this.#context;
    let reference = this.#references.get(identifier) ?? this.#empty(columns, rows);
    // Twice the size, or one less: what was downsampled had an odd number of them.
    const fits = (size: number, of: number, doubles: boolean) =>
      size === (doubles ? 2 * of : of) || (doubles && size === 2 * of - 1);
    if (
      !fits(columns, reference.columns, frame.expandsColumns) ||
      !fits(rows, reference.rows, frame.expandsLines)
    ) {
      const from = `${reference.rows} rows of ${reference.columns} columns`;
      throw invalid(`${rows} rows of ${columns} columns of differences to ${from}`, frame.header, 'J.1.1');
    }
    if (frame.expandsColumns) reference = expandColumns(reference, columns, checkpoint);
    if (frame.expandsLines) reference = expandLines(reference, rows, checkpoint);
    return reference;
  }

  /** @throws InvalidBitstream where a component is missing or is not as large as it is to be */
  checkCompleted(): void {
    for (const [identifier, { columns, rows }] of this.#sizes()) {
      const reference = this.#references.get(identifier);
      if (reference?.columns !== columns || reference.rows !== rows) {
        throw invalid(`component ${identifier} does not get its full size`, this.#completed, 'B.3.2');
      }
    }
  }

  /**
   * Expands what there is of each component to its full size.
   * @returns false: something is missing
   * @throws the error, where that is not to be kept or a component is missing altogether
   */
  keepTruncated(error: TruncatedData): false {
    const { truncated, checkpoint } = this.#context;
    if (truncated !== 'keep') throw error;
    for (const [identifier, { columns, rows }] of this.#sizes()) {
      let reference = this.#references.get(identifier);
      if (reference === undefined) throw error;
      while (reference.columns < columns) {
        reference = expandColumns(reference, Math.min(columns, 2 * reference.columns), checkpoint);
      }
      while (reference.rows < rows) {
        reference = expandLines(reference, Math.min(rows, 2 * reference.rows), checkpoint);
      }
      this.#references.set(identifier, reference);
    }
    return false;
  }

  /** Writes the image: colour by pixel, components with fewer samples upsampled. */
  store(target: Uint8Array, bytesPerSample: number, interpolates: boolean): void {
    const { rows, columns, components, precision } = this.#completed;
    const [maximumH, maximumV] = maximaOf(this.#completed);
    const pixels =
      bytesPerSample === 1
        ? target
        : new Uint16Array(target.buffer, target.byteOffset, target.byteLength / 2);
    const most = 2 ** precision - 1;
    const line = new Int32Array(columns);
    for (const [index, component] of components.entries()) {
      const reference = this.#references.get(component.identifier) ?? this.#empty(columns, rows);
      const { horizontalSampling: h, verticalSampling: v } = component;
      const upsampling = { h, v, maximumH, maximumV, interpolates };
      forRows(rows, columns, this.#context.checkpoint, (y) => {
        upsampleLine(reference, upsampling, y, line);
        let to = y * columns * components.length + index;
        for (let x = 0; x < columns; x++, to += components.length) {
          pixels[to] = Math.max(0, Math.min(most, line[x]));
        }
      });
    }
  }

  /** The full size of each component (A.1.1). */
  *#sizes(): Generator<[identifier: number, size: { columns: number; rows: number }]> {
    const { rows, columns, components } = this.#completed;
    const [maximumH, maximumV] = maximaOf(this.#completed);
    for (const { identifier, horizontalSampling, verticalSampling } of components) {
      const size = {
        columns: Math.ceil((columns * horizontalSampling) / maximumH),
        rows: Math.ceil((rows * verticalSampling) / maximumV),
      };
      yield [identifier, size];
    }
  }
}

/** Hmax and Vmax (A.1.1). */
function maximaOf({ components }: FrameHeader): [maximumH: number, maximumV: number] {
  return [
    Math.max(...components.map((component) => component.horizontalSampling)),
    Math.max(...components.map((component) => component.verticalSampling)),
  ];
}

function invalid(problem: string, { frameHeaderOffset }: FrameHeader, clause: string): InvalidBitstream {
  return new InvalidBitstream(`Bad hierarchical JPEG stream: ${problem}.`, {
    offset: frameHeaderOffset,
    clause: `ITU-T T.81 ${clause}`,
  });
}
