import { InvalidDataset, LimitExceeded } from '../errors.js';
import type { Limits } from '../limits.js';
import type { ByteSource } from '../sources/byte-source.js';
import { Window } from '../sources/window.js';
import { Dataset } from './dataset.js';
import { Element, type ElementFields, READ_WITH_HEADER } from './element.js';
import {
  type ElementHeader,
  type Encoding,
  encodingOfItem,
  IMPLICIT_LITTLE_ENDIAN,
  readElementHeader,
  readTag,
  UNDEFINED_LENGTH,
} from './encoding.js';
import type { ByteRange } from './frame-index.js';
import { impliedVr } from './implied-vr.js';
import { formatTag, ITEM, ITEM_DELIMITATION, PIXEL_DATA, SEQUENCE_DELIMITATION, type Tag } from './tag.js';

/** Where the bytes depart from the standard, and how they were read all the same. */
export interface Deviation {
  /** Byte offset in the source. */
  readonly offset: number;
  /** Tag of the element, eight hexadecimal digits, where one is concerned. */
  readonly element?: string;
  readonly message: string;
}

/** More of them say nothing new. */
const MOST_DEVIATIONS = 100;

/** What is being read: a dataset or item, the items of a sequence, or the fragments of a value. */
interface Container {
  readonly kind: 'dataset' | 'sequence' | 'fragments';
  /** The dataset that elements go to; that of the sequence's own element for the other kinds. */
  readonly dataset: Dataset;
  readonly encoding: Encoding;
  /** Where it ends at the latest. */
  readonly end: number;
  /** Ends at a delimiter. */
  readonly undefinedLength: boolean;
  /** Of a sequence; grows as items are read. */
  readonly items?: Dataset[];
  /** Of a value in fragments; grows as they are found. */
  readonly fragments?: ByteRange[];
}

export interface ReadOptions {
  readonly start: number;
  readonly end: number;
  readonly encoding: Encoding;
  /** Stops in front of the first element of the dataset itself whose tag this refuses. */
  readonly accepts?: (tag: Tag) => boolean;
  /** Dataset to put the elements into. */
  readonly dataset: Dataset;
}

/**
 * Reads datasets (PS3.5 7) through a window, without recursion: nesting costs a stack entry. Long values are jumped
 * over. It stops behind the header of Pixel Data in fragments: their end is found by the frame index, or never.
 */
export class DatasetReader {
  readonly deviations: Deviation[] = [];
  readonly #source: ByteSource;
  readonly #limits: Limits;
  readonly #window: Window;
  #elementCount = 0;

  constructor(source: ByteSource, limits: Limits) {
    this.#source = source;
    this.#limits = limits;
    this.#window = new Window(source);
  }

  /** A view on `length` bytes from `offset` on, or on as many as the source has; byte 0 of the view is `offset`. */
  async view(offset: number, length: number): Promise<DataView> {
    await this.#window.move(offset, length);
    const { view, start } = this.#window;
    const skip = Math.min(offset - start, view.byteLength);
    return new DataView(view.buffer, view.byteOffset + skip, Math.min(length, view.byteLength - skip));
  }

  deviation(offset: number, message: string, tag?: Tag): void {
    if (this.deviations.length >= MOST_DEVIATIONS) return;
    this.deviations.push(
      tag === undefined ? { offset, message } : { offset, element: formatTag(tag), message },
    );
  }

  /**
   * Reads elements until the end, until one that is not accepted, or until Pixel Data in fragments.
   * @returns where reading stopped
   * @throws LimitExceeded for nesting or a number of elements beyond the limits
   */
  async read(options: ReadOptions): Promise<number> {
    const window = this.#window;
    const root: Container = {
      kind: 'dataset',
      dataset: options.dataset,
      encoding: options.encoding,
      end: options.end,
      undefinedLength: false,
    };
    const stack = [root];
    let position = options.start;
    for (;;) {
      const top = stack[stack.length - 1]!;
      if (position + 8 > top.end) {
        if (position < top.end) await this.#reportRest(position, top.end);
        if (top.undefinedLength) this.deviation(position, 'A sequence or item ends without its delimiter.');
        position = Math.max(position, top.end);
        stack.pop();
        if (stack.length === 0) return position;
        continue;
      }
      if (!window.holds(position, 12)) await window.move(position, Math.min(12, top.end - position));
      if (!window.holds(position, 8)) {
        this.deviation(position, 'The source ends before the size that it has.');
        return position;
      }
      const at = position - window.start;
      // Asked first: what is behind the file meta information may be deflated.
      if (top === root && options.accepts?.(readTag(window.view, at, top.encoding.bigEndian)) === false) {
        return position;
      }
      const header = readElementHeader(window.view, at, top.end - position, top.encoding);
      if (header === undefined) {
        // Nothing behind this point can be trusted, except where an outer length says where to go on.
        this.deviation(position, 'These bytes are no data element; they are skipped.');
        position = this.#leave(stack, position);
        if (stack.length === 0) return position;
        continue;
      }
      const { tag } = header;
      if (tag === ITEM || tag === ITEM_DELIMITATION || tag === SEQUENCE_DELIMITATION) {
        position = await this.#readItemHeader(stack, header, position);
        continue;
      }
      if (top.kind !== 'dataset') {
        // Neither an item nor a delimiter: the delimiter is missing, or the sequence never was one.
        this.deviation(position, 'Found a data element where an item belongs.', tag);
        if (!top.undefinedLength) position = top.end;
        stack.pop();
        continue;
      }
      if (tag === 0 && position !== options.start) {
        this.deviation(position, 'Padding behind the last data element is skipped.');
        position = this.#leave(stack, position);
        if (stack.length === 0) return position;
        continue;
      }
      const next = await this.#readElement(stack, header, position);
      if (next === undefined) return position + header.size;
      position = next;
    }
  }

  /** Gives up the innermost container of known length: everything in it is skipped. */
  #leave(stack: Container[], position: number): number {
    while (stack.length > 1 && stack[stack.length - 1]!.undefinedLength) stack.pop();
    const left = stack.pop()!;
    return Math.max(position, left.end);
  }

  async #reportRest(position: number, end: number): Promise<void> {
    const view = await this.view(position, end - position);
    for (let at = 0; at < view.byteLength; at += 1) {
      if (view.getUint8(at) !== 0) {
        this.deviation(position, `${end - position} bytes too many at the end are skipped.`);
        return;
      }
    }
  }

  #count(position: number): void {
    this.#elementCount += 1;
    if (this.#elementCount > this.#limits.elements) {
      throw new LimitExceeded(`The dataset has more than ${this.#limits.elements} data elements.`, {
        limit: 'elements',
        allowed: this.#limits.elements,
        requested: this.#elementCount,
        offset: position,
      });
    }
  }

  #push(stack: Container[], container: Container, position: number): void {
    stack.push(container);
    const depth = stack.reduce((count, { kind }) => count + (kind === 'sequence' ? 1 : 0), 0);
    if (depth <= this.#limits.nesting) return;
    throw new LimitExceeded(`Sequences are nested more than ${this.#limits.nesting} deep.`, {
      limit: 'nesting',
      allowed: this.#limits.nesting,
      requested: depth,
      offset: position,
    });
  }

  /** An item or a delimiter. Returns where to go on. */
  async #readItemHeader(stack: Container[], header: ElementHeader, position: number): Promise<number> {
    const top = stack[stack.length - 1]!;
    const inside = position + 8;
    if (header.tag === SEQUENCE_DELIMITATION) {
      if (top.kind === 'dataset') {
        const around = stack[stack.length - 2];
        if (around?.undefinedLength && top.undefinedLength) {
          this.deviation(position, 'An item ends without its delimiter.');
          stack.pop();
          stack.pop();
        } else {
          this.deviation(position, 'A sequence delimiter stands where no sequence is open; it is skipped.');
        }
      } else if (top.undefinedLength) {
        stack.pop();
      } else {
        this.deviation(position, 'A sequence of known length has a delimiter; it is skipped.');
      }
      return inside;
    }
    if (header.tag === ITEM_DELIMITATION) {
      if (top.kind === 'dataset' && top.undefinedLength) stack.pop();
      else this.deviation(position, 'An item delimiter stands where no item is open; it is skipped.');
      return inside;
    }
    if (top.kind === 'dataset') {
      // An item inside an item: the delimiter of the one before is missing.
      if (stack.length > 1 && top.undefinedLength) {
        this.deviation(position, 'An item ends without its delimiter.');
        stack.pop();
        return position;
      }
      // What is in it belongs to a sequence whose header is lost, not to this dataset.
      this.deviation(position, 'An item stands where no sequence is open; it is skipped.');
      return header.length <= top.end - inside ? inside + header.length : inside;
    }
    this.#count(position);
    const undefinedLength = header.length === UNDEFINED_LENGTH;
    if (top.kind === 'fragments') {
      if (undefinedLength)
        throw new InvalidDataset('A fragment has no length.', { offset: position, clause: 'PS3.5 A.4' });
      const length = Math.min(header.length, top.end - inside);
      if (length < header.length) this.deviation(position, 'A fragment is longer than what it is in.');
      top.fragments!.push({ offset: inside, length });
      return inside + length;
    }
    let end = undefinedLength ? top.end : inside + header.length;
    if (end > top.end) {
      this.deviation(position, 'An item is longer than the sequence that it is in.');
      end = top.end;
    }
    const dataset = new Dataset(top.dataset);
    top.items!.push(dataset);
    let { encoding } = top;
    if (end - inside >= 8) {
      const view = await this.view(inside, 8);
      if (view.byteLength === 8) encoding = this.#encodingOfItem(view, end - inside, encoding, inside);
    }
    const item: Container = { kind: 'dataset', dataset, encoding, end, undefinedLength };
    this.#push(stack, item, position);
    return inside;
  }

  #encodingOfItem(view: DataView, room: number, declared: Encoding, position: number): Encoding {
    const encoding = encodingOfItem(view, 0, room, declared);
    if (encoding !== declared) {
      this.deviation(position, `The item is written in ${encoding.explicitVr ? 'explicit' : 'implicit'} VR.`);
    }
    return encoding;
  }

  /** One element. Returns where to go on; undefined behind Pixel Data in fragments. */
  async #readElement(
    stack: Container[],
    header: ElementHeader,
    position: number,
  ): Promise<number | undefined> {
    const top = stack[stack.length - 1]!;
    const { tag } = header;
    const offset = position + header.size;
    this.#count(position);
    if (top.dataset.has(tag))
      this.deviation(position, 'The element is there twice; the later one counts.', tag);
    if (top.encoding.explicitVr && header.vr === undefined) {
      this.deviation(position, 'The element has no VR and is read as implicit VR.', tag);
    }
    if (header.length === UNDEFINED_LENGTH) return this.#openElement(stack, header, position);

    const room = top.end - offset;
    const length = Math.min(header.length, room);
    if (length < header.length) {
      this.deviation(position, `The value should have ${header.length} bytes; there are ${length}.`, tag);
    }
    const unknown = header.vr?.vr === 'UN';
    const bigEndian = unknown ? false : top.encoding.bigEndian;
    let vr = header.vr && (!unknown || tag === PIXEL_DATA) ? header.vr.vr : impliedVr(tag, top.dataset);
    if (vr === 'SQ') {
      if (await this.#beginsWithItem(offset, length, bigEndian)) {
        const items: Dataset[] = [];
        this.#set(top, { tag, vr, offset, length, bigEndian, items });
        const encoding = unknown ? IMPLICIT_LITTLE_ENDIAN : top.encoding;
        this.#push(
          stack,
          { ...top, kind: 'sequence', encoding, end: offset + length, undefinedLength: false, items },
          position,
        );
        return offset;
      }
      this.deviation(position, 'The sequence does not begin with an item.', tag);
      vr = 'UN';
    }
    let bytes: Uint8Array | undefined;
    if (length <= READ_WITH_HEADER) {
      const window = this.#window;
      if (!window.holds(offset, length)) await window.move(offset, length);
      bytes = window.bytes.subarray(offset - window.start, offset - window.start + length);
    }
    this.#set(top, { tag, vr, offset, length, bigEndian }, bytes);
    return offset + length;
  }

  /** An element of undefined length: a sequence, or fragments (PS3.5 7.5, A.4). UN is a sequence in implicit VR (6.2.2). */
  #openElement(stack: Container[], header: ElementHeader, position: number): number | undefined {
    const top = stack[stack.length - 1]!;
    const { tag } = header;
    const offset = position + header.size;
    const unknown = header.vr?.vr === 'UN';
    const encoding = unknown ? IMPLICIT_LITTLE_ENDIAN : top.encoding;
    const { bigEndian } = encoding;
    const open = { ...top, encoding, undefinedLength: true };
    if (tag !== PIXEL_DATA && (unknown || header.vr?.kind !== 'bytes')) {
      const items: Dataset[] = [];
      this.#set(top, { tag, vr: 'SQ', offset, length: undefined, bigEndian, items });
      this.#push(stack, { ...open, kind: 'sequence', items }, position);
      return offset;
    }
    const vr = header.vr?.vr ?? 'OB';
    if (tag === PIXEL_DATA && stack.length === 1) {
      this.#set(top, { tag, vr, offset, length: undefined, bigEndian });
      return undefined;
    }
    const fragments: ByteRange[] = [];
    this.#set(top, { tag, vr, offset, length: undefined, bigEndian, fragments });
    this.#push(stack, { ...open, kind: 'fragments', fragments }, position);
    return offset;
  }

  #set({ dataset }: Container, fields: ElementFields, bytes?: Uint8Array): void {
    dataset.set(new Element(fields, dataset, this.#source, bytes));
  }

  async #beginsWithItem(offset: number, length: number, bigEndian: boolean): Promise<boolean> {
    if (length === 0) return true;
    if (length < 8) return false;
    const view = await this.view(offset, 4);
    if (view.byteLength < 4) return false;
    const tag = view.getUint16(0, !bigEndian) * 0x10000 + view.getUint16(2, !bigEndian);
    return tag === ITEM || tag === SEQUENCE_DELIMITATION;
  }
}
