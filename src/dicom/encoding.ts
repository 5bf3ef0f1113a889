import { dictionaryEntryOf } from './dictionary.js';
import { ITEM, ITEM_DELIMITATION, SEQUENCE_DELIMITATION, type Tag } from './tag.js';
import {
  type ValueRepresentation,
  valueRepresentationOf,
  valueRepresentationOfCode,
} from './value-representation.js';

/** How the elements of a dataset are written (PS3.5 7.1, 7.3). */
export interface Encoding {
  readonly explicitVr: boolean;
  readonly bigEndian: boolean;
}

export const IMPLICIT_LITTLE_ENDIAN: Encoding = { explicitVr: false, bigEndian: false };
export const EXPLICIT_LITTLE_ENDIAN: Encoding = { explicitVr: true, bigEndian: false };
const EXPLICIT_BIG_ENDIAN: Encoding = { explicitVr: true, bigEndian: true };
const IMPLICIT_BIG_ENDIAN: Encoding = { explicitVr: false, bigEndian: true };

/** Length of a value that ends at a delimiter (PS3.5 7.1.1). */
export const UNDEFINED_LENGTH = 0xffffffff;

/** The header of a data element as it stands in the bytes. */
export interface ElementHeader {
  readonly tag: Tag;
  /** The VR that is written; undefined in implicit VR, and for items and delimiters. */
  readonly vr: ValueRepresentation | undefined;
  /** Bytes of the header. */
  readonly size: 8 | 12;
  /** Bytes of the value, or UNDEFINED_LENGTH. */
  readonly length: number;
}

export function readTag(view: DataView, at: number, bigEndian: boolean): Tag {
  return view.getUint16(at, !bigEndian) * 0x10000 + view.getUint16(at + 2, !bigEndian);
}

function isUpperCase(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
}

function hasNoVr(tag: Tag): boolean {
  return tag === ITEM || tag === ITEM_DELIMITATION || tag === SEQUENCE_DELIMITATION;
}

function implicitHeader(view: DataView, at: number, tag: Tag, bigEndian: boolean): ElementHeader {
  return { tag, vr: undefined, size: 8, length: view.getUint32(at + 4, !bigEndian) };
}

/** A header of 8 bytes: a VR, or what stands in its place, and a length of two bytes (PS3.5 7.1.2). */
function shortHeader(
  view: DataView,
  at: number,
  tag: Tag,
  bigEndian: boolean,
  vr: ValueRepresentation,
): ElementHeader {
  return { tag, vr, size: 8, length: view.getUint16(at + 6, !bigEndian) };
}

/** A header of 12 bytes: a VR, two bytes that should be zero, and a length of four; undefined where the view ends inside it. */
function longHeader(
  view: DataView,
  at: number,
  tag: Tag,
  bigEndian: boolean,
  vr: ValueRepresentation,
): ElementHeader | undefined {
  if (at + 12 > view.byteLength) return undefined;
  return { tag, vr, size: 12, length: view.getUint32(at + 8, !bigEndian) };
}

/** Whether a value ends within the room, or at a delimiter. */
function hasRoom({ size, length }: ElementHeader, room: number): boolean {
  return length === UNDEFINED_LENGTH || length <= room - size;
}

/**
 * Whether the header is right as far as what is behind its value tells: the end of the room, a delimiter, or an element of explicit VR
 * with a greater tag.
 */
function isFollowed(
  view: DataView,
  at: number,
  room: number,
  { tag, size, length }: ElementHeader,
  bigEndian: boolean,
): boolean {
  const next = at + size + length;
  if (length === UNDEFINED_LENGTH || next + 8 > view.byteLength) return size + length === room;
  const after = readTag(view, next, bigEndian);
  if (after === ITEM_DELIMITATION || after === SEQUENCE_DELIMITATION) return true;
  return after > tag && valueRepresentationOfCode(view.getUint16(next + 4)) !== undefined;
}

/**
 * Reads the header at `at`; 8 bytes must be there. In explicit VR an element whose VR is none is read as implicit, which
 * is how private sequences of some writers stand in explicit datasets; two capitals that are no VR known here are one of a
 * later edition, which has the long header (PS3.5 6.2). Writers also give such elements, and some whose VR has the long
 * header, a length of two bytes: what is behind the value tells. In implicit VR an element with the VR of the dictionary has
 * an explicit header.
 * @param room bytes from `at` to the end of what the element is in
 * @returns undefined where the bytes cannot be a header within that room, or where the view ends inside it
 */
export function readElementHeader(
  view: DataView,
  at: number,
  room: number,
  encoding: Encoding,
): ElementHeader | undefined {
  const { explicitVr, bigEndian } = encoding;
  const tag = readTag(view, at, bigEndian);
  const vr = valueRepresentationOfCode(view.getUint16(at + 4));
  const implicit = implicitHeader(view, at, tag, bigEndian);
  if (hasNoVr(tag)) return implicit;
  if (!explicitVr) {
    const isExplicit = vr !== undefined && (hasDictionaryVr(view, at, bigEndian) || !hasRoom(implicit, room));
    if (!isExplicit) return implicit;
  }
  const short = shortHeader(view, at, tag, bigEndian, vr ?? valueRepresentationOf('UN'));
  if (vr !== undefined && !vr.longHeader) return short;
  const long = longHeader(view, at, tag, bigEndian, vr ?? valueRepresentationOf('UN'));
  const follows = (header: ElementHeader) => isFollowed(view, at, room, header, bigEndian);
  if (vr === undefined && !(isUpperCase(view.getUint8(at + 4)) && isUpperCase(view.getUint8(at + 5)))) {
    const others = [short, long].filter((header) => header !== undefined && header.length > 0);
    if (hasRoom(implicit, room) && follows(implicit)) return implicit;
    return others.find((header) => follows(header!)) ?? (hasRoom(implicit, room) ? implicit : undefined);
  }
  if (long === undefined || room < 12) return follows(short) ? short : undefined;
  // The two bytes in front of a long length should be zero; a length may stand there.
  const mayBeShort = short.length > 0 || !hasRoom(long, room);
  return mayBeShort && follows(short) && !follows(long) ? short : long;
}

/** Whether 8 bytes at `at` look like the header of an element that can begin a dataset, in this encoding. */
function fits(view: DataView, at: number, room: number, encoding: Encoding): boolean {
  const tag = readTag(view, at, encoding.bigEndian);
  if (hasNoVr(tag)) return false;
  const code = view.getUint16(at + 4);
  if (encoding.explicitVr) return valueRepresentationOfCode(code) !== undefined;
  const length = view.getUint32(at + 4, !encoding.bigEndian);
  return length === UNDEFINED_LENGTH || length <= room - 8;
}

/** Whether the VR in the bytes is the one that the dictionary has for the tag: no length looks like that by chance. */
function hasDictionaryVr(view: DataView, at: number, bigEndian: boolean): boolean {
  const row = valueRepresentationOfCode(view.getUint16(at + 4));
  if (!row) return false;
  const vr = dictionaryEntryOf(readTag(view, at, bigEndian))?.vr;
  if (vr === undefined) return false;
  if (vr === 'xs') return row.vr === 'US' || row.vr === 'SS';
  if (vr === 'ox' || vr === 'lt')
    return row.vr === 'OB' || row.vr === 'OW' || row.vr === 'US' || row.vr === 'SS';
  return row.vr === vr;
}

/**
 * How the elements from `at` on are written, judged by the first of them: as declared unless the bytes say otherwise.
 * Writers are found that claim explicit and write implicit VR, the other way round, and both in one dataset, item by
 * item. 8 bytes must be there.
 */
export function encodingOfItem(view: DataView, at: number, room: number, declared: Encoding): Encoding {
  const { bigEndian } = declared;
  const other: Encoding = { explicitVr: !declared.explicitVr, bigEndian };
  if (declared.explicitVr) {
    if (fits(view, at, room, declared) || !fits(view, at, room, other)) return declared;
    // Two capitals: rather a VR of a later edition than a length of that many bytes.
    return isUpperCase(view.getUint8(at + 4)) && isUpperCase(view.getUint8(at + 5)) ? declared : other;
  }
  if (hasDictionaryVr(view, at, bigEndian)) return other;
  return !fits(view, at, room, declared) && fits(view, at, room, other) ? other : declared;
}

/** Bytes that `encodingOfDataset` looks at where no encoding is declared. */
export const BEGINNING = 4096;

/**
 * Whether elements that no dictionary has, private ones or those of a command (group 0000), stand in front of one that it has,
 * in ascending order as all elements are (PS3.5 7.1): some writers begin a dataset with groups 0003 or 0005.
 */
function leadsToKnownElement(view: DataView, at: number, size: number, encoding: Encoding): boolean {
  const { explicitVr, bigEndian } = encoding;
  let before = -1;
  for (let position = at; position + 8 <= view.byteLength; ) {
    const tag = readTag(view, position, bigEndian);
    const room = size - (position - at);
    if (tag <= before || tag >= HIGH_GROUPS || !fits(view, position, room, encoding)) return false;
    if (tag >= 0x00080000 && dictionaryEntryOf(tag) !== undefined) {
      return hasDictionaryVr(view, position, bigEndian) === explicitVr;
    }
    const header = readElementHeader(view, position, room, encoding);
    if (header === undefined || header.length === UNDEFINED_LENGTH) return false;
    before = tag;
    position += header.size + header.length;
  }
  return false;
}

/** The first tag behind the groups that a dataset begins with. */
const HIGH_GROUPS = 0x00300000;

/**
 * The encoding of a dataset without a declared one, or whose declared one may be a lie; undefined where the bytes are no
 * dataset. The first element is asked for a tag of the dictionary in a low group, which nearly every dataset begins with.
 */
export function encodingOfDataset(
  view: DataView,
  at: number,
  room: number,
  declared: Encoding | undefined,
): Encoding | undefined {
  if (at + 8 > view.byteLength || room < 8) return undefined;
  const candidates = [
    EXPLICIT_LITTLE_ENDIAN,
    IMPLICIT_LITTLE_ENDIAN,
    EXPLICIT_BIG_ENDIAN,
    IMPLICIT_BIG_ENDIAN,
  ];
  const convincing = candidates.filter((encoding) => {
    const tag = readTag(view, at, encoding.bigEndian);
    if (
      tag < 0x00020000 ||
      tag >= HIGH_GROUPS ||
      dictionaryEntryOf(tag) === undefined ||
      !fits(view, at, room, encoding)
    )
      return false;
    // A length of four small bytes may look plausible where two capitals say explicit VR.
    return encoding.explicitVr || !hasDictionaryVr(view, at, encoding.bigEndian);
  });
  if (!declared) {
    return convincing[0] ?? candidates.find((encoding) => leadsToKnownElement(view, at, room, encoding));
  }
  const same = (encoding: Encoding) =>
    encoding.explicitVr === declared.explicitVr && encoding.bigEndian === declared.bigEndian;
  return convincing.find(same) ?? convincing[0] ?? encodingOfItem(view, at, room, declared);
}
