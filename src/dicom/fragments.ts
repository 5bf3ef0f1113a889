import { LimitExceeded } from '../errors.js';
import type { Limits } from '../limits.js';
import type { ByteSource } from '../sources/byte-source.js';
import { Window } from '../sources/window.js';
import type { ByteRange } from './byte-range.js';
import { beginsCodestream, endsCodestream, HEAD, hasEndMarker, TAIL } from './codestream-bounds.js';
import { readTag } from './encoding.js';
import { ITEM, SEQUENCE_DELIMITATION } from './tag.js';

/** Item headers are read in pieces of this many bytes, more where the fragments are small. */
const SMALLEST_PIECE = 512;
const LARGEST_PIECE = 256 << 10;

/** The items of pixel data, one behind the other (PS3.5 A.4). */
export interface Fragments {
  /** Their values, those of no length too. */
  readonly ranges: readonly ByteRange[];
  /** Whether the delimiter is behind them. */
  readonly complete: boolean;
  /** Where they end, behind the delimiter. */
  readonly end: number;
}

/** A window for item headers. */
export function itemWindow(source: ByteSource): Window {
  return new Window(source, SMALLEST_PIECE, LARGEST_PIECE);
}

/**
 * The value of the item at `position`, clipped where the pixel data end inside it; undefined where there is no item.
 * @param end where the pixel data end at the latest
 */
export async function readItem(
  window: Window,
  position: number,
  end: number,
): Promise<ByteRange | undefined> {
  if (position + 8 > end) return undefined;
  if (!window.holds(position, 8) && !(await window.move(position, 8))) return undefined;
  const at = position - window.start;
  // Encapsulated transfer syntaxes are little endian.
  if (readTag(window.view, at, false) !== ITEM) return undefined;
  const length = window.view.getUint32(at + 4, true);
  return { offset: position + 8, length: Math.min(length, end - position - 8) };
}

/** The first bytes of a fragment: what `beginsCodestream` wants. */
export async function readHead(window: Window, { offset, length }: ByteRange): Promise<Uint8Array> {
  const wanted = Math.min(length, HEAD);
  if (!window.holds(offset, wanted)) await window.move(offset, wanted);
  return window.bytes.subarray(offset - window.start, offset - window.start + wanted);
}

/**
 * All items from `start` on, until the delimiter or until there are no more.
 * @throws LimitExceeded for more of them than `limits.elements`
 */
export async function readFragments(
  source: ByteSource,
  start: number,
  end: number,
  limits: Limits,
): Promise<Fragments> {
  const window = itemWindow(source);
  const ranges: ByteRange[] = [];
  let position = start;
  for (;;) {
    const item = await readItem(window, position, end);
    if (item === undefined) break;
    if (ranges.length === limits.elements) {
      throw new LimitExceeded(`Pixel data have more than ${limits.elements} fragments.`, {
        limit: 'elements',
        allowed: limits.elements,
        requested: ranges.length + 1,
        offset: position,
      });
    }
    ranges.push(item);
    position = item.offset + item.length;
  }
  const complete =
    position + 8 <= end &&
    (await window.move(position, 8)) &&
    readTag(window.view, position - window.start, false) === SEQUENCE_DELIMITATION;
  return { ranges, complete, end: complete ? position + 8 : position };
}

/**
 * The fragments in the bytes that an offset table gives a frame, headers and all; undefined where the table may be wrong. It
 * is right where the bytes are items to their very end and, if frames may be split, the first one begins a codestream and
 * the last one ends it, as far as its kind shows that.
 */
export function fragmentsIn(bytes: Uint8Array, fragmentable: boolean): Uint8Array[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fragments: Uint8Array[] = [];
  let position = 0;
  while (position < bytes.length) {
    if (position + 8 > bytes.length || readTag(view, position, false) !== ITEM) return undefined;
    const begin = position + 8;
    position = begin + view.getUint32(position + 4, true);
    if (position > bytes.length) return undefined;
    if (position > begin) fragments.push(bytes.subarray(begin, position));
  }
  const head = fragments[0]?.subarray(0, HEAD);
  const tail = fragments.at(-1)?.subarray(-TAIL);
  if (head === undefined || tail === undefined) return undefined;
  if (!fragmentable) return fragments;
  return beginsCodestream(head) && (!hasEndMarker(head) || endsCodestream(tail)) ? fragments : undefined;
}
