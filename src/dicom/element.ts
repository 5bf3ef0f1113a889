import { TruncatedData, UnsupportedFeature } from '../errors.js';
import type { ByteSource } from '../sources/byte-source.js';
import type { ByteRange } from './byte-range.js';
import { DEFAULT_CHARACTER_SET } from './character-set.js';
import type { Dataset } from './dataset.js';
import { keywordOf } from './dictionary.js';
import { formatTag, type Tag } from './tag.js';
import { type ValueRepresentation, type Vr, valueRepresentationOf } from './value-representation.js';

/**
 * One value of an element. By VR: text for the string VRs, UI, PN and the dates, as it is written; numbers for IS, DS and
 * the binary ones, NaN where IS or DS hold no number; bigint for SV and UV; eight hexadecimal digits for AT; Datasets for
 * SQ; the value's bytes for OB, OW and the other O ones and UN.
 */
export type Value = string | number | bigint | Uint8Array | Dataset;

type NumberArray =
  | Uint8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigUint64Array
  | BigInt64Array;

/** Values up to this length are read with the header; longer ones are read when asked for. */
export const READ_WITH_HEADER = 4096;

export interface ElementFields {
  readonly tag: Tag;
  readonly vr: Vr;
  readonly offset: number;
  readonly length: number | undefined;
  readonly bigEndian: boolean;
  readonly items?: readonly Dataset[];
  readonly fragments?: readonly ByteRange[];
}

/** A data element: where its value is, and the value as soon as it is read. */
export class Element {
  readonly tag: Tag;
  /** VR by which the value is read: the dataset's, or the dictionary's where the dataset has none or UN. */
  readonly vr: Vr;
  /** Where the value begins in the source (the inflated one of a deflated dataset). */
  readonly offset: number;
  /** Bytes of the value that there are; undefined for fragments whose end is not searched for yet (PS3.5 A.4). */
  readonly length: number | undefined;
  /** Byte order of the value. */
  readonly bigEndian: boolean;
  /** Items of a sequence. */
  readonly items: readonly Dataset[] | undefined;
  /** The items of a value of undefined length that is no sequence; undefined for Pixel Data: see `frameIndexOf`. */
  readonly fragments: readonly ByteRange[] | undefined;
  readonly #source: ByteSource;
  readonly #dataset: Dataset;
  /** The value, or the piece of the source that it was read with: views are made when they are asked for. */
  #bytes: Uint8Array | undefined;
  readonly #piece: Uint8Array | undefined;
  readonly #at: number;
  #values: readonly Value[] | undefined;

  /** @param piece,at bytes of the source in which the value begins at index `at`, where it is read already */
  constructor(fields: ElementFields, dataset: Dataset, source: ByteSource, piece?: Uint8Array, at = 0) {
    this.tag = fields.tag;
    this.vr = fields.vr;
    this.offset = fields.offset;
    this.length = fields.length;
    this.bigEndian = fields.bigEndian;
    this.items = fields.items;
    this.fragments = fields.fragments;
    this.#dataset = dataset;
    this.#source = source;
    this.#piece = piece;
    this.#at = at;
  }

  /** Keyword of PS3.6; undefined for private and unknown elements. */
  get keyword(): string | undefined {
    return keywordOf(this.tag);
  }

  /** Whether `values` may be asked for without `load`: everything up to a few kilobytes. */
  get loaded(): boolean {
    return this.#piece !== undefined || this.#bytes !== undefined || this.items !== undefined;
  }

  /**
   * The bytes of the value as they stand in the dataset, read now if they were not yet. Not kept: pixel data of a
   * gigabyte stay where they are.
   * @throws UnsupportedFeature for a sequence and for fragments, which are no single value
   */
  async bytes(): Promise<Uint8Array> {
    const there = this.#bytesThere();
    if (there) return there;
    if (this.length === undefined || this.items || this.fragments) {
      throw new UnsupportedFeature('A sequence or a value in fragments has no bytes of its own.', {
        feature: 'bytes of items',
        element: formatTag(this.tag),
      });
    }
    const bytes = await this.#source.read(this.offset, this.length);
    if (bytes.length < this.length) {
      throw new TruncatedData('The source ends inside the value.', {
        element: formatTag(this.tag),
        offset: this.offset + bytes.length,
      });
    }
    return bytes;
  }

  /** Reads a long value and keeps it, so that `values` can be asked for. Does nothing where it is there already. */
  async load(): Promise<this> {
    if (!this.loaded && this.length !== undefined && !this.fragments) this.#bytes = await this.bytes();
    return this;
  }

  /**
   * All values; empty where the element has none.
   * @throws UnsupportedFeature for a long value that is not loaded
   */
  get values(): readonly Value[] {
    this.#values ??= this.items ?? this.#parse();
    return this.#values;
  }

  /**
   * The numbers of a binary value in an array of their VR (OW and US: 16 bit, OB and UN: 8 bit...). A view on the bytes
   * where byte order and alignment allow it.
   * @throws UnsupportedFeature for a long value that is not loaded, and for a VR that is no binary one
   */
  numbers(): NumberArray {
    const bytes = this.#loadedBytes();
    const arrayOf = ARRAYS[this.vr];
    if (!arrayOf) {
      throw new UnsupportedFeature(`VR ${this.vr} holds no binary numbers.`, {
        feature: `numbers of VR ${this.vr}`,
        element: formatTag(this.tag),
      });
    }
    const { itemSize } = valueRepresentationOf(this.vr);
    const count = Math.floor(bytes.length / itemSize);
    const swap = itemSize > 1 && this.bigEndian !== PLATFORM_IS_BIG_ENDIAN;
    if (!swap && bytes.byteOffset % itemSize === 0) return new arrayOf(bytes.buffer, bytes.byteOffset, count);
    // Not by `slice`: that of a Buffer, which a source of the caller's may give, is a view.
    const copy = new Uint8Array(bytes.subarray(0, count * itemSize));
    if (swap) for (let at = 0; at < copy.length; at += itemSize) copy.subarray(at, at + itemSize).reverse();
    return new arrayOf(copy.buffer, 0, count);
  }

  #bytesThere(): Uint8Array | undefined {
    this.#bytes ??= this.#piece?.subarray(this.#at, this.#at + this.length!);
    return this.#bytes;
  }

  #loadedBytes(): Uint8Array {
    const there = this.#bytesThere();
    if (there) return there;
    throw new UnsupportedFeature(
      this.length === undefined || this.fragments
        ? 'The value is in fragments.'
        : `The value of ${this.length} bytes is not read yet: call load() first.`,
      { feature: 'values that are not read yet', element: formatTag(this.tag) },
    );
  }

  #parse(): readonly Value[] {
    const row = valueRepresentationOf(this.vr);
    if (row.kind === 'sequence') return [];
    const bytes = this.#loadedBytes();
    if (bytes.length === 0) return [];
    if (row.kind === 'bytes') return [bytes];
    if (row.kind === 'numbers')
      return Array.from<number | bigint>(this.numbers() as Iterable<number | bigint>);
    if (row.kind === 'tags') {
      const halves = this.numbers();
      return Array.from({ length: halves.length >> 1 }, (_, i) =>
        formatTag(Number(halves[2 * i]) * 0x10000 + Number(halves[2 * i + 1])),
      );
    }
    const strings = textValues(bytes, row, this.#dataset);
    if (row.kind !== 'numerals') return strings;
    return strings.map((text) => (text === '' ? Number.NaN : Number(text)));
  }

  /**
   * The values as text, for every VR that is text in the dataset, also IS and DS; of UN, whose bytes may be anything,
   * too. Empty for the others.
   */
  get strings(): readonly string[] {
    const row = valueRepresentationOf(this.vr);
    if (row.kind === 'tags') return this.values as readonly string[];
    if (row.kind === 'numbers' || row.kind === 'sequence' || (row.kind === 'bytes' && this.vr !== 'UN'))
      return [];
    const bytes = this.#loadedBytes();
    return bytes.length === 0 ? [] : textValues(bytes, row, this.#dataset);
  }
}

const PLATFORM_IS_BIG_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 0;

/** AT is two 16-bit numbers, group and element. */
const ARRAYS: {
  readonly [vr in Vr]?: new (
    buffer: ArrayBufferLike,
    offset: number,
    length: number,
  ) => NumberArray;
} = {
  AT: Uint16Array,
  FD: Float64Array,
  FL: Float32Array,
  OB: Uint8Array,
  OD: Float64Array,
  OF: Float32Array,
  OL: Uint32Array,
  OV: BigUint64Array,
  OW: Uint16Array,
  SL: Int32Array,
  SS: Int16Array,
  SV: BigInt64Array,
  UL: Uint32Array,
  UN: Uint8Array,
  US: Uint16Array,
  UV: BigUint64Array,
};

/** Decodes first and splits then: in some sets the byte of a backslash is the second half of a character. */
function textValues(bytes: Uint8Array, row: ValueRepresentation, dataset: Dataset): string[] {
  const text = (row.characterSet ? dataset.characterSet : DEFAULT_CHARACTER_SET).decode(bytes);
  const parts = row.kind === 'text' ? [text] : text.split('\\');
  return parts.map((part) => trimmed(part, row.trimsStart));
}

/** Spaces are padding (PS3.5 6.2), a NUL is for UI and in practice anywhere at the end. */
function trimmed(text: string, trimsStart: boolean): string {
  let start = 0;
  let end = text.length;
  while (end > start && (text[end - 1] === ' ' || text[end - 1] === '\0')) end -= 1;
  if (trimsStart) while (start < end && text[start] === ' ') start += 1;
  return text.slice(start, end);
}
