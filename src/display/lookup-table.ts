import type { Dataset } from '../dicom/dataset.js';
import type { Element } from '../dicom/element.js';
import { formatTag, type Tag } from '../dicom/tag.js';
import { InvalidDataset } from '../errors.js';

/** A lookup table as plain data: the modality and VOI LUTs (PS3.3 C.11.1, C.11.2) and one colour of a palette (C.7.6.3.1.5). */
export interface LookupTable {
  /** The input value that the first entry stands for. Smaller ones take it too, those behind the last entry the last. */
  readonly firstMapped: number;
  /** Bits of an entry, 1 to 16. */
  readonly bits: number;
  /** 1 to 65536 entries. */
  readonly entries: Uint16Array;
}

/** The three values of a LUT Descriptor. */
interface LutDescriptor {
  readonly entries: number;
  readonly firstMapped: number;
  readonly bits: number;
}

/**
 * The descriptor of a table. 65536 entries are written as 0, for they do not fit (PS3.3 C.7.6.3.1.5).
 * @param signed the input values are signed: so is the first one mapped
 * @throws InvalidDataset unless there are three values
 */
export function lutDescriptorOf(dataset: Dataset, tag: Tag, signed: boolean): LutDescriptor {
  const [entries, firstMapped, bits] = wordsOf(requireElement(dataset, tag));
  if (entries === undefined || firstMapped === undefined || bits === undefined) {
    throw new InvalidDataset('A LUT Descriptor has three values: entries, first value mapped, bits.', {
      element: formatTag(tag),
      clause: 'PS3.3 C.7.6.3.1.5',
    });
  }
  return {
    entries: entries === 0 ? 0x10000 : entries,
    firstMapped: signed ? (firstMapped << 16) >> 16 : firstMapped,
    bits: Math.min(Math.max(bits, 1), 16),
  };
}

/**
 * The table that a descriptor and the words of its data give. Entries of 8 bits stand two to a word or, in many files,
 * one to a word: the length tells. A table that is too short is used as far as it goes; entries wider than the
 * descriptor says count as they are.
 * @throws InvalidDataset for a table without an entry
 */
export function lookupTable(descriptor: LutDescriptor, words: Uint16Array, tag: Tag): LookupTable {
  const packed =
    words.length < descriptor.entries && (descriptor.bits <= 8 || 2 * words.length >= descriptor.entries);
  const all = packed ? bytesOfWords(words) : words;
  const entries = all.slice(0, descriptor.entries);
  if (entries.length === 0) {
    throw new InvalidDataset('A lookup table has no entries.', { element: formatTag(tag) });
  }
  const widest = entries.reduce((most, entry) => Math.max(most, entry), 0);
  const bits = packed ? 8 : Math.max(descriptor.bits, 32 - Math.clz32(widest));
  return { firstMapped: descriptor.firstMapped, bits, entries };
}

/** The entry for an input value. */
export function lookUp({ firstMapped, entries }: LookupTable, value: number): number {
  const index = Math.min(Math.max(Math.round(value) - firstMapped, 0), entries.length - 1);
  return entries[index]!;
}

/**
 * The 16-bit words of a value, whatever VR it has: US, SS and OW as they are, OB and UN by twos, little endian.
 * @throws InvalidDataset for a VR that has no such values
 */
export function wordsOf(element: Element): Uint16Array {
  const numbers = element.numbers();
  if (numbers instanceof Uint16Array) return numbers;
  if (numbers instanceof Int16Array) {
    return new Uint16Array(numbers.buffer, numbers.byteOffset, numbers.length);
  }
  if (numbers instanceof Uint8Array) {
    const words = new Uint16Array((numbers.length + 1) >> 1);
    for (let i = 0; i < numbers.length; i++) words[i >> 1]! |= numbers[i]! << (8 * (i & 1));
    return words;
  }
  throw new InvalidDataset(`VR ${element.vr} is none for a lookup table.`, {
    element: formatTag(element.tag),
  });
}

/** Bytes that stand in words, the less significant one first (PS3.3 C.7.6.3.1.6). */
export function bytesOfWords(words: Uint16Array): Uint16Array {
  const bytes = new Uint16Array(2 * words.length);
  for (let i = 0; i < words.length; i++) {
    bytes[2 * i] = words[i]! & 0xff;
    bytes[2 * i + 1] = words[i]! >> 8;
  }
  return bytes;
}

/** @throws InvalidDataset where the element is missing */
export function requireElement(dataset: Dataset, tag: Tag): Element {
  const element = dataset.element(tag);
  if (element === undefined) {
    throw new InvalidDataset('A part of a lookup table is missing.', { element: formatTag(tag) });
  }
  return element;
}

/**
 * The table of an item of a Modality or VOI LUT Sequence (PS3.3 C.11.1.1, C.11.2.1.1); undefined where the item is there
 * but empty, as some writers leave it.
 * @throws InvalidDataset for half a table
 */
export async function lookupTableOf(item: Dataset, signedInput: boolean): Promise<LookupTable | undefined> {
  if (isEmpty(item, LUT_DESCRIPTOR) && isEmpty(item, LUT_DATA)) return undefined;
  const data = await requireElement(item, LUT_DATA).load();
  return lookupTable(lutDescriptorOf(item, LUT_DESCRIPTOR, signedInput), wordsOf(data), LUT_DATA);
}

function isEmpty(dataset: Dataset, tag: Tag): boolean {
  return (dataset.element(tag)?.length ?? 0) === 0;
}

const LUT_DESCRIPTOR = 0x00283002;
const LUT_DATA = 0x00283006;
