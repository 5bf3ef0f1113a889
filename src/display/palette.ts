import type { Dataset } from '../dicom/dataset.js';
import type { Tag } from '../dicom/tag.js';
import { InvalidDataset } from '../errors.js';
import {
  bytesOfWords,
  type LookupTable,
  lookupTable,
  lutDescriptorOf,
  requireElement,
  wordsOf,
} from './lookup-table.js';
import { expandSegments } from './segmented-lut.js';

/** The three tables of a palette, expanded (PS3.3 C.7.6.3.1.5, C.7.6.3.1.6, C.7.9), as plain data. */
export interface Palette {
  /** Bits of an entry: 8 or 16. */
  readonly bits: 8 | 16;
  readonly red: LookupTable;
  readonly green: LookupTable;
  readonly blue: LookupTable;
}

const COLOURS = [
  { descriptor: 0x00281101, data: 0x00281201, segmented: 0x00281221 },
  { descriptor: 0x00281102, data: 0x00281202, segmented: 0x00281222 },
  { descriptor: 0x00281103, data: 0x00281203, segmented: 0x00281223 },
] as const;

/**
 * The palette of a dataset; undefined where it has none. Entries that are declared to have 16 bits and all fit into 8
 * are taken for 8-bit entries: the picture would be black otherwise.
 * @param signed the stored samples are signed, so that the first one mapped may be negative
 * @throws InvalidDataset for a palette that is broken
 */
export async function paletteOf(dataset: Dataset, signed: boolean): Promise<Palette | undefined> {
  if (!COLOURS.some(({ data, segmented }) => dataset.has(data) || dataset.has(segmented))) return undefined;
  const [red, green, blue] = await Promise.all(COLOURS.map((tags) => tableOf(dataset, tags, signed)));
  const tables = [red!, green!, blue!];
  const isWide = tables.some(({ bits, entries }) => bits > 8 && entries.some((entry) => entry > 0xff));
  return { bits: isWide ? 16 : 8, red: red!, green: green!, blue: blue! };
}

async function tableOf(
  dataset: Dataset,
  tags: { readonly descriptor: Tag; readonly data: Tag; readonly segmented: Tag },
  signed: boolean,
): Promise<LookupTable> {
  const descriptor = lutDescriptorOf(dataset, tags.descriptor, signed);
  // Where both forms are there the plain one is used: it needs no interpretation.
  if (dataset.has(tags.data) || !dataset.has(tags.segmented)) {
    const data = await requireElement(dataset, tags.data).load();
    return lookupTable(descriptor, wordsOf(data), tags.data);
  }
  if (descriptor.bits !== 8 && descriptor.bits !== 16) {
    throw new InvalidDataset(`A segmented palette of ${descriptor.bits} bits per entry.`, {
      clause: 'PS3.3 C.7.9.2',
    });
  }
  const words = wordsOf(await requireElement(dataset, tags.segmented).load());
  const units = descriptor.bits === 8 ? bytesOfWords(words) : words;
  return {
    firstMapped: descriptor.firstMapped,
    bits: descriptor.bits,
    entries: expandSegments(units, descriptor.bits, descriptor.entries),
  };
}
