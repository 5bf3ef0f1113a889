import { type CharacterSet, characterSetOf, DEFAULT_CHARACTER_SET } from './character-set.js';
import { tagOfKeyword } from './dictionary.js';
import type { Element, Value } from './element.js';
import { PIXEL_REPRESENTATION, SPECIFIC_CHARACTER_SET, type Tag } from './tag.js';

/** An element by its tag (0x00280010), its keyword (`Rows`) or its tag as eight hexadecimal digits (`00280010`). */
export type ElementKey = Tag | string;

function tagOfKey(key: ElementKey): Tag | undefined {
  if (typeof key === 'number') return key;
  return /^[0-9a-f]{8}$/i.test(key) ? Number.parseInt(key, 16) : tagOfKeyword(key);
}

/** So many are searched one by one. */
const FEW = 12;

/** The data elements of a file, of its meta information, or of one item of a sequence, in the order of the bytes. */
export class Dataset {
  readonly #elements: Element[] = [];
  /** Indices by tag, only where there are many: most items have a few elements and are never looked into. */
  #indices: Map<Tag, number> | undefined;
  #highest: Tag = 0;
  readonly #parent: Dataset | undefined;
  #characterSet: CharacterSet | undefined;

  /** @param parent the dataset that the item's sequence is in: items inherit its character set (PS3.3 C.12.1.1.2) */
  constructor(parent?: Dataset) {
    this.#parent = parent;
  }

  /** Elements that there are, without those of nested items. */
  get size(): number {
    return this.#elements.length;
  }

  [Symbol.iterator](): ArrayIterator<Element> {
    return this.#elements.values();
  }

  has(key: ElementKey): boolean {
    return this.element(key) !== undefined;
  }

  element(key: ElementKey): Element | undefined {
    const tag = tagOfKey(key);
    return tag === undefined ? undefined : this.#find(tag);
  }

  /** The first value; undefined where the element is missing or empty. */
  value(key: ElementKey): Value | undefined {
    return this.element(key)?.values[0];
  }

  /** All values; none where the element is missing or empty. */
  values(key: ElementKey): readonly Value[] {
    return this.element(key)?.values ?? [];
  }

  /** The first value as text, as it is written; undefined where there is none or it is empty. */
  string(key: ElementKey): string | undefined {
    return this.element(key)?.strings[0] || undefined;
  }

  /** All values as text. */
  strings(key: ElementKey): readonly string[] {
    return this.element(key)?.strings ?? [];
  }

  /** The first value as a number; undefined where there is none or it is no number. */
  number(key: ElementKey): number | undefined {
    const value = this.value(key);
    if (typeof value === 'bigint') return Number(value);
    return typeof value === 'number' && !Number.isNaN(value) ? value : undefined;
  }

  /** All values as numbers, NaN for those that are none. */
  numbers(key: ElementKey): readonly number[] {
    return this.values(key).map((value) =>
      typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN,
    );
  }

  /** Items of a sequence; none where it is missing or empty. */
  items(key: ElementKey): readonly Dataset[] {
    return this.element(key)?.items ?? [];
  }

  /** Reads the long values of these elements, so that `values` and the like can be asked for. */
  async load(...keys: ElementKey[]): Promise<void> {
    for (const key of keys) await this.element(key)?.load();
  }

  /** By which text is decoded: the dataset's own Specific Character Set, else the parent's. */
  get characterSet(): CharacterSet {
    if (!this.#characterSet) {
      // Also what the attribute itself is decoded by, should a writer have given it a VR of text.
      this.#characterSet = DEFAULT_CHARACTER_SET;
      this.#characterSet = this.#ownCharacterSet() ?? this.#parent?.characterSet ?? DEFAULT_CHARACTER_SET;
    }
    return this.#characterSet;
  }

  #ownCharacterSet(): CharacterSet | undefined {
    const element = this.#find(SPECIFIC_CHARACTER_SET);
    return element?.loaded ? characterSetOf(element.strings) : undefined;
  }

  #find(tag: Tag): Element | undefined {
    return this.#elements[this.#indexOf(tag)];
  }

  #indexOf(tag: Tag): number {
    if (this.#elements.length <= FEW) return this.#elements.findIndex((element) => element.tag === tag);
    this.#indices ??= new Map(this.#elements.map((element, index) => [element.tag, index]));
    return this.#indices.get(tag) ?? -1;
  }

  /**
   * Puts an element in; a later one replaces an earlier one of the same tag. For the reader.
   * @returns whether there was an earlier one
   */
  set(element: Element): boolean {
    const { tag } = element;
    // In the order of their tags, as elements should be (PS3.5 7.1), none can be there twice.
    const earlier = tag > this.#highest ? -1 : this.#indexOf(tag);
    const index = earlier < 0 ? this.#elements.length : earlier;
    this.#elements[index] = element;
    this.#indices?.set(tag, index);
    this.#highest = Math.max(this.#highest, tag);
    return earlier >= 0;
  }

  /** Pixel Representation of the dataset or of the nearest one around it, by which `US or SS` is read (PS3.5 A.1). */
  get pixelRepresentation(): number | undefined {
    const element = this.#find(PIXEL_REPRESENTATION);
    const value = element?.loaded ? element.values[0] : undefined;
    return typeof value === 'number' ? value : this.#parent?.pixelRepresentation;
  }
}
