import { InvalidDataset, LimitExceeded } from '../errors.js';
import type { Limits } from '../limits.js';
import type { ByteSource } from '../sources/byte-source.js';
import type { Window } from '../sources/window.js';
import type { ByteRange } from './byte-range.js';
import { type Container, ContainerStack } from './container.js';
import { Dataset } from './dataset.js';
import type { Deviations } from './deviations.js';
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
import { impliedVr } from './implied-vr.js';
import {
  ITEM,
  ITEM_DELIMITATION,
  PIXEL_DATA,
  SEQUENCE_DELIMITATION,
  SWAPPED_ITEM,
  SWAPPED_SEQUENCE_DELIMITATION,
  type Tag,
} from './tag.js';

/** What to read, and where it goes. */
export interface Extent {
  readonly start: number;
  readonly end: number;
  readonly encoding: Encoding;
  /** Stops in front of the first element of the dataset itself whose tag this refuses. */
  readonly accepts?: (tag: Tag) => boolean;
  readonly dataset: Dataset;
}

/** Bytes that one step looks at: a header, a value that is read with it, and the header of what may be inside. */
const LOOKAHEAD = 12 + READ_WITH_HEADER + 16;

/**
 * Parses a dataset (PS3.5 7) as far as a window on it goes, then waits for the next window. No recursion: nesting costs a
 * stack entry. Long values are passed over. It ends at the end, in front of a tag that is not accepted, and behind the
 * header of Pixel Data in fragments, whose end is for the frame index to find.
 */
export class DatasetParser {
  /** Where it is. */
  position: number;
  done = false;
  readonly #extent: Extent;
  readonly #stack: ContainerStack;
  readonly #source: ByteSource;
  readonly #limits: Limits;
  readonly #deviations: Deviations;
  #elements = 0;
  #window: Window;

  constructor(extent: Extent, source: ByteSource, window: Window, limits: Limits, deviations: Deviations) {
    const { dataset, encoding, end } = extent;
    this.#extent = extent;
    this.#stack = new ContainerStack(
      { kind: 'dataset', dataset, encoding, end, undefinedLength: false },
      limits,
    );
    this.#source = source;
    this.#window = window;
    this.#limits = limits;
    this.#deviations = deviations;
    this.position = extent.start;
  }

  /** Bytes from `position` on that must be in the window for the next step. */
  get needed(): number {
    return Math.min(LOOKAHEAD, Math.max(0, this.#extent.end - this.position));
  }

  /**
   * Goes on while the window lasts.
   * @throws LimitExceeded for nesting or a number of elements beyond the limits
   * @throws InvalidDataset for a fragment without a length
   */
  parse(): void {
    do this.#step();
    while (!this.done && this.#window.holds(this.position, this.needed));
  }

  #step(): void {
    const { top } = this.#stack;
    const { position } = this;
    if (position + 8 > top.end) {
      this.#close(top);
      return;
    }
    const { view, start } = this.#window;
    const at = position - start;
    const isRoot = this.#stack.size === 1;
    // Asked first: what is behind the file meta information may be deflated.
    if (isRoot && this.#extent.accepts?.(readTag(view, at, top.encoding.bigEndian)) === false) {
      this.done = true;
      return;
    }
    if (top.kind === 'sequence') {
      const tag = readTag(view, at, top.encoding.bigEndian);
      if (tag === SWAPPED_ITEM || tag === SWAPPED_SEQUENCE_DELIMITATION) {
        this.#swap(top);
        return;
      }
    }
    const header = readElementHeader(view, at, top.end - position, top.encoding);
    if (header === undefined) {
      this.#deviates('These bytes are no data element; they are skipped.');
      this.#leave();
    } else if (header.tag === ITEM) {
      this.#readItem(top, header);
    } else if (header.tag === ITEM_DELIMITATION) {
      this.#readItemDelimitation(top);
    } else if (header.tag === SEQUENCE_DELIMITATION) {
      this.#readSequenceDelimitation(top);
    } else if (top.kind !== 'dataset') {
      // The delimiter is missing, or it never was a sequence.
      this.#deviates('Found a data element where an item belongs.', header.tag);
      if (!top.undefinedLength) this.position = top.end;
      this.#stack.pop();
    } else if (header.tag === 0 && position !== this.#extent.start) {
      this.#deviates('Padding behind the last data element is skipped.');
      this.#leave();
    } else {
      this.#readElement(top, header);
    }
  }

  #deviates(message: string, tag?: Tag): void {
    this.#deviations.add(this.position, message, tag);
  }

  /** Goes on in the other byte order: private sequences of some writers keep that of the machine which they come from. */
  #swap(top: Container): void {
    this.#deviates('The byte order changes inside a sequence.');
    const { explicitVr, bigEndian } = top.encoding;
    this.#stack.pop();
    this.#stack.push({ ...top, encoding: { explicitVr, bigEndian: !bigEndian } }, this.position);
  }

  /** The container's end is reached. */
  #close(top: Container): void {
    const { position } = this;
    if (position < top.end) {
      const from = position - this.#window.start;
      const rest = this.#window.bytes.subarray(from, from + top.end - position);
      if (rest.some((byte) => byte !== 0))
        this.#deviates(`${rest.length} bytes too many at the end are skipped.`);
    }
    if (top.undefinedLength) this.#deviates('A sequence or item ends without its delimiter.');
    this.position = Math.max(position, top.end);
    this.#stack.pop();
    this.done = this.#stack.size === 0;
  }

  /** Nothing behind this point can be trusted, except where an outer length says where to go on. */
  #leave(): void {
    this.position = Math.max(this.position, this.#stack.popKnownLength().end);
    this.done = this.#stack.size === 0;
  }

  #readSequenceDelimitation(top: Container): void {
    if (top.kind !== 'dataset') {
      if (top.undefinedLength) this.#stack.pop();
      else this.#deviates('A sequence of known length has a delimiter; it is skipped.');
    } else if (top.undefinedLength && this.#stack.around?.undefinedLength) {
      this.#deviates('An item ends without its delimiter.');
      this.#stack.pop();
      this.#stack.pop();
    } else {
      this.#deviates('A sequence delimiter stands where no sequence is open; it is skipped.');
    }
    this.position += 8;
  }

  #readItemDelimitation(top: Container): void {
    if (top.kind === 'dataset' && top.undefinedLength) this.#stack.pop();
    else this.#deviates('An item delimiter stands where no item is open; it is skipped.');
    this.position += 8;
  }

  #readItem(top: Container, { length }: ElementHeader): void {
    const inside = this.position + 8;
    if (top.kind === 'dataset') {
      if (top.undefinedLength) {
        this.#deviates('An item ends without its delimiter.');
        this.#stack.pop();
        return;
      }
      // What is in it belongs to a sequence whose header is lost, not to this dataset.
      this.#deviates('An item stands where no sequence is open; it is skipped.');
      this.position = length <= top.end - inside ? inside + length : inside;
      return;
    }
    this.#count();
    const undefinedLength = length === UNDEFINED_LENGTH;
    if (undefinedLength && top.kind === 'fragments') {
      throw new InvalidDataset('A fragment has no length.', { offset: this.position, clause: 'PS3.5 A.4' });
    }
    const isTooLong = !undefinedLength && length > top.end - inside;
    if (isTooLong) this.#deviates('An item is longer than what it is in.');
    const end = undefinedLength || isTooLong ? top.end : inside + length;
    if (top.kind === 'fragments') {
      top.fragments!.push({ offset: inside, length: end - inside });
      this.position = end;
      return;
    }
    const dataset = new Dataset(top.dataset);
    top.items!.push(dataset);
    const encoding = this.#encodingOfItem(inside, end, top.encoding);
    this.#stack.push({ kind: 'dataset', dataset, encoding, end, undefinedLength }, this.position);
    this.position = inside;
  }

  #encodingOfItem(inside: number, end: number, declared: Encoding): Encoding {
    if (end - inside < 8) return declared;
    const encoding = encodingOfItem(this.#window.view, inside - this.#window.start, end - inside, declared);
    if (encoding !== declared) {
      this.#deviates(`The item is written in ${encoding.explicitVr ? 'explicit' : 'implicit'} VR.`);
    }
    return encoding;
  }

  #count(): void {
    this.#elements += 1;
    if (this.#elements <= this.#limits.elements) return;
    throw new LimitExceeded(`The dataset has more than ${this.#limits.elements} data elements.`, {
      limit: 'elements',
      allowed: this.#limits.elements,
      requested: this.#elements,
      offset: this.position,
    });
  }

  #readElement(top: Container, header: ElementHeader): void {
    const { tag } = header;
    this.#count();
    if (top.encoding.explicitVr && header.vr === undefined) {
      this.#deviates('The element has no VR and is read as implicit VR.', tag);
    } else if (!top.encoding.explicitVr && header.vr !== undefined) {
      this.#deviates('The element has a VR and is read as explicit VR.', tag);
    }
    if (header.length === UNDEFINED_LENGTH) {
      this.#openElement(top, header);
      return;
    }
    const offset = this.position + header.size;
    const length = Math.min(header.length, top.end - offset);
    if (length < header.length) {
      this.#deviates(`The value should have ${header.length} bytes; there are ${length}.`, tag);
    }
    const unknown = header.vr?.vr === 'UN';
    const encoding = unknown ? IMPLICIT_LITTLE_ENDIAN : top.encoding;
    const { bigEndian } = encoding;
    let vr = header.vr && (!unknown || tag === PIXEL_DATA) ? header.vr.vr : impliedVr(tag, top.dataset);
    if (vr === 'SQ') {
      if (this.#beginsWithItem(offset, length, bigEndian)) {
        const items: Dataset[] = [];
        this.#set(top, { tag, vr, offset, length, bigEndian, items });
        const { dataset } = top;
        const end = offset + length;
        this.#stack.push(
          { kind: 'sequence', dataset, encoding, end, undefinedLength: false, items },
          this.position,
        );
        this.position = offset;
        return;
      }
      this.#deviates('The sequence does not begin with an item.', tag);
      vr = 'UN';
    }
    const piece = length <= READ_WITH_HEADER ? this.#window.bytes : undefined;
    this.#set(top, { tag, vr, offset, length, bigEndian }, piece);
    this.position = offset + length;
  }

  /** An element of undefined length: a sequence, or fragments (PS3.5 7.5, A.4). UN is a sequence in implicit VR (6.2.2). */
  #openElement(top: Container, header: ElementHeader): void {
    const { tag } = header;
    const { dataset, end } = top;
    const offset = this.position + header.size;
    const unknown = header.vr?.vr === 'UN';
    const encoding = unknown ? IMPLICIT_LITTLE_ENDIAN : top.encoding;
    const fields = { tag, offset, length: undefined, bigEndian: encoding.bigEndian };
    const open = { dataset, encoding, end, undefinedLength: true };
    if (tag !== PIXEL_DATA && (unknown || header.vr?.kind !== 'bytes')) {
      const items: Dataset[] = [];
      this.#set(top, { ...fields, vr: 'SQ', items });
      this.#stack.push({ ...open, kind: 'sequence', items }, this.position);
    } else if (tag === PIXEL_DATA && this.#stack.size === 1) {
      this.#set(top, { ...fields, vr: header.vr?.vr ?? 'OB' });
      this.done = true;
    } else {
      const fragments: ByteRange[] = [];
      this.#set(top, { ...fields, vr: header.vr?.vr ?? 'OB', fragments });
      this.#stack.push({ ...open, kind: 'fragments', fragments }, this.position);
    }
    this.position = offset;
  }

  #set({ dataset }: Container, fields: ElementFields, piece?: Uint8Array): void {
    const element = new Element(fields, dataset, this.#source, piece, fields.offset - this.#window.start);
    if (dataset.set(element)) this.#deviates('The element is there twice; the later one counts.', fields.tag);
  }

  #beginsWithItem(offset: number, length: number, bigEndian: boolean): boolean {
    if (length < 8) return length === 0;
    const tag = readTag(this.#window.view, offset - this.#window.start, bigEndian);
    return tag === ITEM || tag === SEQUENCE_DELIMITATION;
  }
}
