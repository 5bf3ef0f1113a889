import { InvalidBitstream, TruncatedData } from '../errors.js';

/** What the headers of a JPEG XL codestream say (ISO/IEC 18181-1 Annex D). */
export interface JpegXlHeader {
  /** Size of the image as it is shown: sides exchanged where the orientation says so. */
  readonly columns: number;
  readonly rows: number;
  /** Bits per sample; of floating-point samples their width. */
  readonly precision: number;
  readonly float: boolean;
  /** 1 gray, 3 colour. */
  readonly colourChannels: 1 | 3;
  /** Alpha, depth and the like. Where there are some, what stands behind them is not read. */
  readonly extraChannels: number;
  /** The samples are coded in XYB and meant for another colour space than sRGB: getting there takes colour management. */
  readonly managedColour: boolean;
  /** The codestream is an animation: what stands behind that is not read. */
  readonly animation: boolean;
}

const CODESTREAM = 0xff0a;
const CONTAINER = 0x4a584c20; // 'JXL '
const WHOLE_CODESTREAM = 0x6a786c63; // 'jxlc'
const PARTIAL_CODESTREAM = 0x6a786c70; // 'jxlp'
const GREY = 1;
const WHITE_POINT_D65 = 1;
const PRIMARIES_SRGB = 1;
const TRANSFER_FUNCTION_SRGB = 13;

/** U32 distributions: for each value of a 2-bit selector an offset and a number of bits (ISO/IEC 18181-1 B.2.1). */
type U32 = readonly (readonly [offset: number, bits: number])[];
const SIZE: U32 = [[1, 9], [1, 13], [1, 18], [1, 30]]; // biome-ignore format: one table to a line
const PREVIEW_SIZE: U32 = [[1, 6], [65, 8], [321, 10], [1345, 12]]; // biome-ignore format: one table to a line
const PREVIEW_SIZE_DIV8: U32 = [[16, 0], [32, 0], [1, 5], [33, 9]]; // biome-ignore format: one table to a line
const INTEGER_BITS: U32 = [[8, 0], [10, 0], [12, 0], [1, 6]]; // biome-ignore format: one table to a line
const FLOAT_BITS: U32 = [[32, 0], [16, 0], [24, 0], [1, 6]]; // biome-ignore format: one table to a line
const EXTRA_CHANNELS: U32 = [[0, 0], [1, 0], [2, 4], [1, 12]]; // biome-ignore format: one table to a line
const ENUM: U32 = [[0, 0], [1, 0], [2, 4], [18, 6]]; // biome-ignore format: one table to a line

/** Width to height, by the ratio field of a size header; 0: the width is coded. */
const RATIOS: readonly (readonly [number, number])[] = [[0, 1], [1, 1], [12, 10], [4, 3], [3, 2], [16, 9], [5, 4], [2, 1]]; // biome-ignore format: one table to a line

/**
 * Reads the size header and the image metadata of a codestream, naked or in a container (ISO/IEC 18181-2).
 * @throws InvalidBitstream, TruncatedData
 */
export function inspectJpegXl(bytes: Uint8Array): JpegXlHeader {
  const reader = new BitReader(bytes, findCodestream(bytes) + 2);
  let [columns, rows] = readSize(reader, SIZE, (each) => 8 * (each.bits(5) + 1));
  let [precision, float] = [8, false];
  const header = { colourChannels: 3, extraChannels: 0, managedColour: false, animation: false } as const;
  if (reader.flag()) return { columns, rows, precision, float, ...header };

  if (reader.flag()) {
    const orientation = 1 + reader.bits(3);
    if (orientation > 4) [columns, rows] = [rows, columns];
    if (reader.flag()) readSize(reader, SIZE, (each) => 8 * (each.bits(5) + 1));
    if (reader.flag()) readSize(reader, PREVIEW_SIZE, (each) => 8 * each.u32(PREVIEW_SIZE_DIV8));
    if (reader.flag()) return { columns, rows, precision, float, ...header, animation: true };
  }
  float = reader.flag();
  precision = reader.u32(float ? FLOAT_BITS : INTEGER_BITS);
  if (float) reader.bits(4);
  reader.flag(); // modular_16bit_buffers
  const extraChannels = reader.u32(EXTRA_CHANNELS);
  if (extraChannels > 0) return { columns, rows, precision, float, ...header, extraChannels };

  const xyb = reader.flag();
  const { colourChannels, srgb } = readColourEncoding(reader);
  return { columns, rows, precision, float, ...header, managedColour: xyb && !srgb, colourChannels };
}

/** Whether the samples are gray, and whether their values mean what those of sRGB do (E.2). */
function readColourEncoding(reader: BitReader): { colourChannels: 1 | 3; srgb: boolean } {
  if (reader.flag()) return { colourChannels: 3, srgb: true };
  const icc = reader.flag();
  const colourChannels = reader.u32(ENUM) === GREY ? 1 : 3;
  // Each enumeration is read only while all before it are those of sRGB: custom ones have fields of their own.
  const srgb =
    !icc &&
    reader.u32(ENUM) === WHITE_POINT_D65 &&
    (colourChannels === 1 || reader.u32(ENUM) === PRIMARIES_SRGB) &&
    !reader.flag() &&
    reader.u32(ENUM) === TRANSFER_FUNCTION_SRGB;
  return { colourChannels, srgb };
}

function readSize(
  reader: BitReader,
  distribution: U32,
  side8: (reader: BitReader) => number,
): [number, number] {
  const div8 = reader.flag();
  const side = () => (div8 ? side8(reader) : reader.u32(distribution));
  const rows = side();
  const [numerator, denominator] = RATIOS[reader.bits(3)];
  const columns = numerator === 0 ? side() : Math.floor((rows * numerator) / denominator);
  return [columns, rows];
}

/** Bits from the least significant one of each byte on. */
class BitReader {
  readonly #bytes: Uint8Array;
  #position: number;

  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes;
    this.#position = offset * 8;
  }

  bits(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index++, this.#position++) {
      const at = this.#position >> 3;
      if (at >= this.#bytes.length) throw truncated(this.#bytes);
      value += ((this.#bytes[at] >> (this.#position & 7)) & 1) * 2 ** index;
    }
    return value;
  }

  flag(): boolean {
    return this.bits(1) === 1;
  }

  u32(distribution: U32): number {
    const [offset, bits] = distribution[this.bits(2)];
    return offset + this.bits(bits);
  }
}

/** Where the codestream starts: at once, or in the first box that holds some of it. */
function findCodestream(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12) throw truncated(bytes);
  if (view.getUint16(0) === CODESTREAM) return 0;
  if (view.getUint32(4) !== CONTAINER) throw invalid('neither a codestream nor a container', 0);
  let position = 0;
  while (position + 16 <= bytes.length) {
    let length = view.getUint32(position);
    let header = 8;
    if (length === 1) {
      length = Number(view.getBigUint64(position + 8));
      header = 16;
    }
    const type = view.getUint32(position + 4);
    if (type === WHOLE_CODESTREAM || type === PARTIAL_CODESTREAM) {
      // A partial codestream box begins with its index.
      const codestream = position + header + (type === PARTIAL_CODESTREAM ? 4 : 0);
      if (codestream + 2 > bytes.length) throw truncated(bytes);
      if (view.getUint16(codestream) !== CODESTREAM) throw invalid('a box without a codestream', codestream);
      return codestream;
    }
    if (length < header) break;
    position += length;
  }
  throw invalid('a container without a codestream box', 0);
}

function truncated(bytes: Uint8Array): TruncatedData {
  return new TruncatedData('The JPEG XL data end inside the headers.', { offset: bytes.length });
}

function invalid(problem: string, offset: number): InvalidBitstream {
  return new InvalidBitstream(`Bad JPEG XL data: ${problem}.`, { offset, clause: 'ISO/IEC 18181-2' });
}
