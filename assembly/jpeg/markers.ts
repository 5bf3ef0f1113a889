/** Markers and marker segments (T.81 B.1.1, Table B.1). */
import { input, inputEnd } from '../kernel/input';

/** Second byte of the markers that a decoder acts on. */
export const enum Marker {
  SOF0 = 0xc0,
  SOF2 = 0xc2,
  SOF3 = 0xc3,
  DHT = 0xc4,
  JPG = 0xc8,
  DAC = 0xcc,
  SOF15 = 0xcf,
  RST0 = 0xd0,
  RST7 = 0xd7,
  SOI = 0xd8,
  EOI = 0xd9,
  SOS = 0xda,
  DQT = 0xdb,
  DNL = 0xdc,
  DRI = 0xdd,
  DHP = 0xde,
  /** Not a marker: the input is at its end. */
  None = 0,
}

/** Where the next marker is looked for. */
let position: usize = 0;

/** Address of the 0xFF of the marker found last. */
export let marker: usize = 0;
/** The parameters of the marker segment read last, behind its length. */
export let segment: usize = 0;
export let segmentEnd: usize = 0;

/** Offset in the input of an address, for messages. */
@inline
export function offsetOf(address: usize): i32 {
  return <i32>(address - input);
}

/** The 16 bits at an address, most significant byte first (B.1.1.1). */
@inline
export function word(address: usize): i32 {
  return (<i32>load<u8>(address) << 8) | <i32>load<u8>(address, 1);
}

/** Goes on reading at an address of the input. */
export function readFrom(address: usize): void {
  position = address;
}

/**
 * Goes behind the first SOI marker that has another marker behind it: whatever comes before is no part of the
 * image.
 */
export function findStartOfImage(): bool {
  // Reads stay inside the input's margin: three bytes from any address below its end.
  for (let at = input; at < inputEnd; at++) {
    if (load<u8>(at) == 0xff && load<u8>(at, 1) == Marker.SOI && load<u8>(at, 2) == 0xff) {
      position = at + 2;
      return true;
    }
  }
  return false;
}

/**
 * Goes behind the next marker and returns its second byte. Fill bytes (B.1.1.2) are passed over, and so are
 * bytes that are no marker: some writers pad between segments.
 */
export function nextMarker(): i32 {
  // One byte behind the last 0xFF may be read: it is 0 in the margin, and a 0xFF with a 0 behind it is no
  // marker.
  while (position < inputEnd) {
    if (load<u8>(position) == 0xff) {
      const code = <i32>load<u8>(position, 1);
      if (code != 0 && code != 0xff) {
        marker = position;
        position += 2;
        return code;
      }
    }
    position++;
  }
  marker = inputEnd;
  return Marker.None;
}

/** Markers that stand alone: TEM, RST0 to RST7, SOI. */
@inline
export function standsAlone(code: i32): bool {
  return code == 0x01 || (code >= Marker.RST0 && code <= Marker.SOI);
}

/**
 * B.5: an EOI marker that ends table specifications only. The image that they are for begins right behind it.
 */
export function endsTables(code: i32): bool {
  return code == Marker.EOI && word(position) == (0xff00 | Marker.SOI);
}

/** SOF0 to SOF15: DHT, JPG and DAC have numbers of that range. */
export function isStartOfFrame(code: i32): bool {
  return (
    code >= Marker.SOF0 &&
    code <= Marker.SOF15 &&
    code != Marker.DHT &&
    code != Marker.JPG &&
    code != Marker.DAC
  );
}

/**
 * Makes the marker segment behind the marker the current one; false where it is longer than the input or too
 * short.
 */
export function readSegment(): bool {
  const length = word(position); // in the margin at worst
  if (position + length > inputEnd || length < 2) return false;
  segment = position + 2;
  segmentEnd = position + length;
  position = segmentEnd;
  return true;
}

/**
 * Whether the segment that could not be read runs past the end of the input; else its length is no length.
 */
export function segmentIsCut(): bool {
  return position + 2 > inputEnd || word(position) >= 2;
}
