import type { Extent } from '../codecs/view.js';
import { AttributeMismatch } from '../errors.js';
import type { DecodedFrame, FrameTimings, SampleArray } from '../frame/decoded-frame.js';
import { bytesUnder, createSamples, typeOf } from '../frame/sample-array.js';
import type { Strip } from './strips.js';

/** A frame that arrives in strips. */
export class JoinedFrame {
  readonly #rows: number;
  readonly #columns: number;
  readonly #into: SampleArray | undefined;
  #samples: SampleArray | undefined;
  readonly #parts: DecodedFrame[] = [];

  /** @param into the array to fill; a fresh one where it is undefined */
  constructor({ rows, columns }: Extent, into: SampleArray | undefined) {
    this.#rows = rows;
    this.#columns = columns;
    this.#into = into;
  }

  /**
   * Takes a strip and copies its samples into place, unless its worker wrote them there.
   * @returns false where it is not what the dataset promised, or not like the others: the frame must be decoded as a whole
   * @throws AttributeMismatch when the array to fill is not of the frame's type and length
   */
  add({ row, rows }: Strip, part: DecodedFrame): boolean {
    const { samples, samplesPerPixel } = part;
    const isAsPromised = part.mismatches.every(
      ({ attribute }) => attribute !== 'rows' && attribute !== 'columns',
    );
    if (!isAsPromised || part.rows !== rows || part.columns !== this.#columns) return false;
    if (part.truncated !== undefined) return false;
    const [first = part] = this.#parts;
    if (JSON.stringify(part.mismatches) !== JSON.stringify(first.mismatches)) return false;
    const type = typeOf(samples);
    const length = this.#rows * this.#columns * samplesPerPixel;
    this.#samples ??= this.#into ?? createSamples(type, length);
    if (typeOf(this.#samples) !== type || this.#samples.length !== length) {
      throw new AttributeMismatch('The array to fill is not of the type and length of the frame.');
    }
    this.#parts.push(part);
    const isInPlace = typeof SharedArrayBuffer !== 'undefined' && samples.buffer instanceof SharedArrayBuffer;
    if (!isInPlace) {
      bytesUnder(this.#samples).set(
        bytesUnder(samples),
        row * this.#columns * samplesPerPixel * samples.BYTES_PER_ELEMENT,
      );
    }
    return true;
  }

  /** The frame, when all strips are there. */
  whole(): DecodedFrame {
    const [first] = this.#parts as [DecodedFrame, ...DecodedFrame[]];
    return {
      ...first,
      rows: this.#rows,
      samples: this.#samples!,
      timings: longest(this.#parts.map(({ timings }) => timings)),
    };
  }
}

/** Strips are decoded side by side: a stage takes as long as its slowest. */
function longest(all: readonly FrameTimings[]): FrameTimings {
  const most = (stage: keyof FrameTimings) => Math.max(...all.map((timings) => timings[stage]));
  return { read: most('read'), decode: most('decode'), convert: most('convert') };
}
