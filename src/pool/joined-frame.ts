import type { Extent } from '../codecs/view.js';
import { AttributeMismatch } from '../errors.js';
import type { DecodedFrame, FrameTimings, SampleArray } from '../frame/decoded-frame.js';
import {
  bytesOf,
  bytesUnder,
  createSamples,
  type SampleType,
  typeOf,
  viewSamples,
} from '../frame/sample-array.js';
import type { StripJob } from './protocol.js';
import type { Strip } from './strips.js';

/** Bytes after which memory is touched again, so that the system has given all of it: no page is smaller. */
const PAGE = 4096;

/**
 * Memory for the samples of a strip. With room for the whole frame (if that is `most` bytes or less) all of it is touched here, where
 * that costs the calling thread nothing.
 */
export function stripMemory(
  { rows, room = rows, spent }: StripJob,
  most: number,
  type: SampleType,
  length: number,
): SampleArray {
  const bytes = length * bytesOf(type);
  if (spent?.byteLength === bytes) return viewSamples(type, new Uint8Array(spent));
  const whole = (length / rows) * room;
  if (whole * bytesOf(type) > most) return createSamples(type, length);
  const all = createSamples(type, whole);
  const behind = bytesUnder(all).subarray(bytes);
  for (let at = 0; at < behind.length; at += PAGE) behind[at] = 0;
  return all.subarray(0, length);
}

/** A frame that arrives in strips. */
export class JoinedFrame {
  readonly #rows: number;
  readonly #columns: number;
  readonly #into: SampleArray | undefined;
  #samples: SampleArray | undefined;
  readonly #parts: DecodedFrame[] = [];
  /** Strips that came before the one that has the memory of the frame. */
  readonly #waiting: [Strip, DecodedFrame][] = [];

  /** @param into the array to fill; the memory that comes with the first strip where it is undefined */
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
    if (this.#into !== undefined && (typeOf(this.#into) !== type || this.#into.length !== length)) {
      throw new AttributeMismatch('The array to fill is not of the type and length of the frame.');
    }
    const isFirst = row === 0 && this.#into === undefined;
    if (isFirst && samples.buffer.byteLength !== length * samples.BYTES_PER_ELEMENT) return false;
    this.#parts.push(part);
    this.#waiting.push([{ row, rows }, part]);
    this.#samples ??= isFirst ? viewSamples(type, new Uint8Array(samples.buffer)) : this.#into;
    if (this.#samples !== undefined) for (const waiting of this.#waiting.splice(0)) this.#put(...waiting);
    return true;
  }

  #put({ row }: Strip, { samples, samplesPerPixel }: DecodedFrame): void {
    const isInPlace = typeof SharedArrayBuffer !== 'undefined' && samples.buffer instanceof SharedArrayBuffer;
    if (isInPlace || samples.buffer === this.#samples!.buffer) return;
    bytesUnder(this.#samples!).set(
      bytesUnder(samples),
      row * this.#columns * samplesPerPixel * samples.BYTES_PER_ELEMENT,
    );
  }

  /** The samples that were copied to the frame's: their memory is free, when all strips are there. */
  get copied(): SampleArray[] {
    return this.#parts.map(({ samples }) => samples).filter(({ buffer }) => buffer !== this.#samples!.buffer);
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
