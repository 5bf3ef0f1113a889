/** A data element tag as one number: group in the upper 16 bits, element number in the lower (PS3.5 7.1). */
export type Tag = number;

export function tagOf(group: number, element: number): Tag {
  return group * 0x10000 + element;
}

export function groupOf(tag: Tag): number {
  return tag >>> 16;
}

export function elementNumberOf(tag: Tag): number {
  return tag & 0xffff;
}

/** Eight hexadecimal digits, as errors and AT values carry it: `7FE00010`. */
export function formatTag(tag: Tag): string {
  return tag.toString(16).toUpperCase().padStart(8, '0');
}

/** Private elements have odd groups (PS3.5 7.8). */
export function isPrivate(tag: Tag): boolean {
  return (tag & 0x10000) !== 0;
}

/** Items and delimiters have no VR (PS3.5 7.5). */
export const ITEM = 0xfffee000;
export const ITEM_DELIMITATION = 0xfffee00d;
export const SEQUENCE_DELIMITATION = 0xfffee0dd;

/** An item and a sequence delimiter in the other byte order. */
export const SWAPPED_ITEM = 0xfeff00e0;
export const SWAPPED_SEQUENCE_DELIMITATION = 0xfeffdde0;

/** The elements that reading and the frame index name themselves. */
export const TRANSFER_SYNTAX_UID = 0x00020010;
export const SPECIFIC_CHARACTER_SET = 0x00080005;
export const PIXEL_REPRESENTATION = 0x00280103;
export const EXTENDED_OFFSET_TABLE = 0x7fe00001;
export const FLOAT_PIXEL_DATA = 0x7fe00008;
export const DOUBLE_FLOAT_PIXEL_DATA = 0x7fe00009;
export const PIXEL_DATA = 0x7fe00010;
