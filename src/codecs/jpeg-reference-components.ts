import { type InvalidBitstream, type TruncatedData, UnsupportedFeature } from '../errors.js';
import type { DecodeContext } from './codec.js';
import { expandColumns, expandLines, forRows, type JpegComponentSamples } from './jpeg-components.js';
import { type HierarchyFrame, invalidHierarchy } from './jpeg-hierarchy.js';
import type { FrameHeader } from './jpeg-markers.js';
import { upsampleLine } from './jpeg-upsampling.js';

/** What a kernel made of one frame: 16 bits a sample, colour by pixel. */
export interface DecodedFrame {
  readonly rows: number;
  readonly columns: number;
  readonly samples: Int16Array;
  readonly truncated: boolean;
}

/** The components as far as the frames have brought them (J.2.1), by their identifiers. */
export class ReferenceComponents {
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
  return invalidHierarchy(problem, frameHeaderOffset, clause);
}
