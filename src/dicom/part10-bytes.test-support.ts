/** Datasets written byte by byte, for tests: right ones and wrong ones. */

export type Part = Uint8Array | readonly number[];

export function join(...parts: readonly Part[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Text as Latin-1 bytes, padded to even length with a space, or a NUL for UI. */
export function text(value: string, padding = 0x20): Uint8Array {
  const bytes = Uint8Array.from(value, (character) => character.charCodeAt(0));
  return bytes.length % 2 === 0 ? bytes : join(bytes, [padding]);
}

export function number16(value: number, bigEndian = false): number[] {
  const low = value & 0xff;
  const high = (value >> 8) & 0xff;
  return bigEndian ? [high, low] : [low, high];
}

export function number32(value: number, bigEndian = false): number[] {
  const bytes = [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
  return bigEndian ? bytes.reverse() : bytes;
}

function tagBytes(tag: number, bigEndian: boolean): number[] {
  return [...number16(tag >>> 16, bigEndian), ...number16(tag & 0xffff, bigEndian)];
}

const LONG = ['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV'];
export const UNDEFINED = 0xffffffff;

/** An element in explicit VR; `length` where it shall not be that of the value. */
export function explicit(
  tag: number,
  vr: string,
  value: Part = [],
  length = value.length,
  bigEndian = false,
): Uint8Array {
  const head = [...tagBytes(tag, bigEndian), vr.charCodeAt(0), vr.charCodeAt(1)];
  const rest = LONG.includes(vr) ? [0, 0, ...number32(length, bigEndian)] : number16(length, bigEndian);
  return join(head, rest, value);
}

/** An element in implicit VR. */
export function implicit(tag: number, value: Part = [], length = value.length): Uint8Array {
  return join(tagBytes(tag, false), number32(length), value);
}

export function item(value: Part = [], length = value.length, bigEndian = false): Uint8Array {
  return join(tagBytes(0xfffee000, bigEndian), number32(length, bigEndian), value);
}

export const ITEM_END = implicit(0xfffee00d);
export const SEQUENCE_END = implicit(0xfffee0dd);

/** Preamble, prefix and file meta information with this transfer syntax. */
export function meta(transferSyntax: string): Uint8Array {
  const uid = explicit(0x00020010, 'UI', text(transferSyntax, 0));
  return join(new Uint8Array(128), text('DICM'), explicit(0x00020000, 'UL', number32(uid.length)), uid);
}

export const IMPLICIT_LE = '1.2.840.10008.1.2';
export const EXPLICIT_LE = '1.2.840.10008.1.2.1';
export const DEFLATED = '1.2.840.10008.1.2.1.99';
export const EXPLICIT_BE = '1.2.840.10008.1.2.2';
export const JPEG_BASELINE = '1.2.840.10008.1.2.4.50';
export const RLE = '1.2.840.10008.1.2.5';

/** The Image Pixel module in explicit VR little endian, gray, 8 bit unless told. */
export function imagePixel({
  rows = 2,
  columns = 3,
  samples = 1,
  bits = 8,
  photometric = 'MONOCHROME2',
  frames = '',
}) {
  return join(
    explicit(0x00280002, 'US', number16(samples)),
    explicit(0x00280004, 'CS', text(photometric)),
    frames === '' ? [] : explicit(0x00280008, 'IS', text(frames)),
    explicit(0x00280010, 'US', number16(rows)),
    explicit(0x00280011, 'US', number16(columns)),
    explicit(0x00280100, 'US', number16(bits)),
    explicit(0x00280101, 'US', number16(bits)),
    explicit(0x00280102, 'US', number16(bits - 1)),
    explicit(0x00280103, 'US', number16(0)),
  );
}

/** Pixel Data in fragments: a Basic Offset Table with these offsets, then these fragments. */
export function encapsulated(
  offsets: readonly number[],
  fragments: readonly Part[],
  end: Part = SEQUENCE_END,
) {
  return explicit(
    0x7fe00010,
    'OB',
    join(
      item(offsets.flatMap((offset) => number32(offset))),
      ...fragments.map((fragment) => item(fragment)),
      end,
    ),
    UNDEFINED,
  );
}
