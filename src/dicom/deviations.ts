import { formatTag, type Tag } from './tag.js';

/** Where the bytes depart from the standard, and how they were read all the same. */
export interface Deviation {
  /** Byte offset in the source. */
  readonly offset: number;
  /** Tag of the element, eight hexadecimal digits, where one is concerned. */
  readonly element?: string;
  readonly message: string;
}

/** More of them say nothing new. */
const MOST = 100;

/** What was found while reading a file. */
export class Deviations {
  readonly list: Deviation[] = [];

  add(offset: number, message: string, tag?: Tag): void {
    if (this.list.length === MOST) return;
    this.list.push(tag === undefined ? { offset, message } : { offset, element: formatTag(tag), message });
  }
}
