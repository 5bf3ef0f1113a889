import { InvalidDataset, TruncatedData } from '../errors.js';
import type { ByteRange } from './byte-range.js';
import type { Deviation } from './deviations.js';
import type { FrameIndex, FrameLocation } from './frame-index.js';
import type { ImagePixel } from './image-pixel.js';
import { formatTag, PIXEL_DATA } from './tag.js';

/**
 * Bits that one frame may have: one size, except for chrominance that may be subsampled. YBR_FULL_422 has two bytes per
 * pixel (PS3.3 C.7.6.3.1.2), where an odd last column takes the room of a pair; archives often send three, as YBR_FULL.
 */
function possibleFrameBits(attributes: ImagePixel): number[] {
  const { rows, columns, samplesPerPixel, bitsAllocated, photometricInterpretation } = attributes;
  const full = rows * columns * samplesPerPixel * bitsAllocated;
  if (!/^YBR_(FULL|PARTIAL)_422$/.test(photometricInterpretation) || samplesPerPixel !== 3) return [full];
  const pairs = rows * Math.ceil(columns / 2) * 4 * bitsAllocated;
  const halves = rows * columns * 2 * bitsAllocated;
  return [...new Set([pairs, halves, full])];
}

/** Which of the possible sizes the pixel data have: one that fits exactly (but for a byte of padding), else the largest that fits. */
function chooseFrameBits(
  possible: readonly number[],
  bits: number,
  numberOfFrames: number | undefined,
): number {
  const fitsExactly = (size: number) => {
    const left = numberOfFrames === undefined ? bits % size : bits - size * numberOfFrames;
    return bits >= size && left >= 0 && left <= 8 + 7;
  };
  const exact = possible.find(fitsExactly);
  if (exact !== undefined) return exact;
  const fitting = possible.filter((size) => size * (numberOfFrames ?? 1) <= bits);
  return fitting.length > 0 ? Math.max(...fitting) : possible[0]!;
}

/** What to say of bytes behind the last frame, but for one of padding: often attributes or an offset are wrong, and the picture is too. */
function tooLong({ offset, length }: ByteRange, frameCount: number, frameBits: number): Deviation[] {
  const needed = Math.ceil((frameCount * frameBits) / 8);
  if (length <= needed + 1) return [];
  const frames = frameCount === 1 ? 'the frame takes' : `${frameCount} frames take`;
  const message = `The pixel data have ${length} bytes and ${frames} ${needed}; what is behind is ignored.`;
  return [{ offset: offset + needed, element: formatTag(PIXEL_DATA), message }];
}

/** Native frames (PS3.5 8.1.1, A.1 to A.3): one behind the other, without padding, also inside a byte. */
class NativeFrameIndex implements FrameIndex {
  readonly frameCount: number;
  readonly deviations: readonly Deviation[];
  readonly #pixelData: ByteRange;
  readonly #frameBits: number;
  readonly #rows: number;
  readonly #wordBytes: 1 | 2;

  constructor(
    pixelData: ByteRange,
    attributes: ImagePixel,
    numberOfFrames: number | undefined,
    wordBytes: 1 | 2,
  ) {
    const bits = pixelData.length * 8;
    this.#frameBits = chooseFrameBits(possibleFrameBits(attributes), bits, numberOfFrames);
    this.#pixelData = pixelData;
    this.#rows = attributes.rows;
    this.#wordBytes = wordBytes;
    this.frameCount = numberOfFrames ?? Math.max(1, Math.floor(bits / this.#frameBits));
    this.deviations = tooLong(pixelData, this.frameCount, this.#frameBits);
  }

  /** Nothing to presume: to locate a native frame takes no reading. */
  presume(): undefined {}

  async locate(frame: number): Promise<FrameLocation> {
    if (!Number.isInteger(frame) || frame < 0 || frame >= this.frameCount) {
      throw new InvalidDataset(`There is no frame ${frame}: frames are 0 to ${this.frameCount - 1}.`, {
        frame,
      });
    }
    const { offset, length } = this.#pixelData;
    const begin = frame * this.#frameBits;
    const there = Math.max(0, length * 8 - begin);
    if (there < this.#frameBits) {
      throw new TruncatedData(
        `Pixel data end before frame ${frame} does: ${Math.floor(there / 8)} of ${Math.ceil(this.#frameBits / 8)} bytes are there.`,
        { frame, offset: offset + length, goodRows: Math.floor((there / this.#frameBits) * this.#rows) },
      );
    }
    return {
      kind: 'native',
      bitOffset: offset * 8 + begin,
      bitLength: this.#frameBits,
      wordBytes: this.#wordBytes,
    };
  }
}

/**
 * Indexes native pixel data. Where they are longer than the frames the rest is ignored and a deviation says so; where they are shorter, the
 * frames that are whole are located and each other is a TruncatedData.
 * @param pixelData the bytes that there are
 * @param numberOfFrames undefined where the dataset does not say: as many as there is room for
 * @param wordBytes 2 in big endian, where samples of up to 12 bits share 16-bit words
 */
export function indexNativePixelData(
  pixelData: ByteRange,
  attributes: ImagePixel,
  numberOfFrames: number | undefined,
  wordBytes: 1 | 2,
): FrameIndex {
  return new NativeFrameIndex(pixelData, attributes, numberOfFrames, wordBytes);
}
