import type { ByteSource } from '../sources/byte-source.js';
import type { ByteRange } from './byte-range.js';
import type { Dataset } from './dataset.js';
import { EXTENDED_OFFSET_TABLE } from './tag.js';

/** Where each frame's first item is, counted from the first item behind the Basic Offset Table. */
export type OffsetTable = Float64Array;

/**
 * The Extended Offset Table (7FE0,0001) (PS3.3 C.7.6.3.1.8). The lengths beside it, (7FE0,0002), are not needed: they say
 * what the items say, without padding.
 */
export async function readExtendedOffsetTable(dataset: Dataset): Promise<OffsetTable | undefined> {
  const element = dataset.element(EXTENDED_OFFSET_TABLE);
  if (!element?.length || element.length % 8 !== 0 || element.items || element.fragments) return undefined;
  const bytes = await element.bytes();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => Number(view.getBigUint64(8 * i, true)));
}

/** The Basic Offset Table (PS3.5 A.4). Its 32 bits overflow above 4 GB: the carries are put back. */
export async function readBasicOffsetTable(
  source: ByteSource,
  table: ByteRange,
): Promise<OffsetTable | undefined> {
  if (table.length === 0 || table.length % 4 !== 0) return undefined;
  const bytes = await source.read(table.offset, table.length);
  if (bytes.length < table.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let carry = 0;
  let last = 0;
  return Float64Array.from({ length: bytes.length / 4 }, (_, i) => {
    const offset = view.getUint32(4 * i, true);
    if (offset < last) carry += 2 ** 32;
    last = offset;
    return offset + carry;
  });
}

/**
 * Whether a table can be right: one offset per frame, from 0 on, growing, inside the pixel data. What they point at is
 * checked when a frame is asked for.
 * @param size bytes from the first item to the end
 */
export function isPlausible(offsets: OffsetTable, numberOfFrames: number | undefined, size: number): boolean {
  if (offsets[0] !== 0 || (numberOfFrames !== undefined && offsets.length !== numberOfFrames)) return false;
  return offsets.every((offset, i) => offset + 8 <= size && (i === 0 || offset > offsets[i - 1]!));
}
