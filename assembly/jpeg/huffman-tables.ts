/** Huffman table specifications (T.81 B.2.4.2, Annex C). */
import { fail } from '../kernel/blocks';
import { Status } from '../kernel/status';
import { marker, offsetOf, segment, segmentEnd } from './markers';

/** Four destinations for each of the classes DC (or lossless) and AC. */
const DESTINATIONS: i32 = 8;
/** A specification: BITS, 16 bytes; HUFFVAL, up to 256 bytes. */
export const SPECIFICATION: i32 = 16 + 256;
const specifications: usize = memory.data(DESTINATIONS * SPECIFICATION, 16);
/** Bit by destination: a table has been installed there. */
let installed: u32 = 0;

/** A destination as a number: the class Tc, 0 or 1, and the identifier Th, 0 to 3. */
@inline
export function destinationOf(tableClass: i32, identifier: i32): i32 {
  return (tableClass << 2) | identifier;
}

export function isInstalled(destination: i32): bool {
  return ((installed >> destination) & 1) != 0;
}

/** Address of BITS: how many codes of 1 to 16 bits there are, a byte for each length. */
@inline
export function codeCounts(destination: i32): usize {
  return specifications + destination * SPECIFICATION;
}

/** Address of HUFFVAL: the values in the order of their codes. */
@inline
export function codeValues(destination: i32): usize {
  return codeCounts(destination) + 16;
}

/** Forgets the tables of the last image. */
export function forgetHuffmanTables(): void {
  installed = 0;
}

/**
 * Installs a table from its specification, BITS and HUFFVAL one behind the other: at most 256 values, a
 * prefix code.
 */
export function installHuffmanTable(destination: i32, specification: usize): void {
  let length: usize = 16;
  for (let i = 0; i < 16; i++) length += load<u8>(specification + i);
  memory.copy(codeCounts(destination), specification, length);
  installed |= 1 << destination;
}

/**
 * Installs the tables of the current marker segment, a DHT segment. A table that is there already is
 * replaced.
 */
export function readHuffmanTables(): i32 {
  const at = offsetOf(marker);
  let from = segment;
  while (from < segmentEnd) {
    if (segmentEnd - from < 17) return fail(Status.BadJpegHuffmanTable, at);
    const tableClass = <i32>load<u8>(from) >> 4, identifier = <i32>load<u8>(from) & 15;
    if (tableClass > 1 || identifier > 3) return fail(Status.BadJpegHuffmanTable, at, identifier);
    const counts = from + 1;
    let codes = 0; // so far
    let space = 1; // codes of the current length that are not taken by shorter ones
    for (let length = 0; length < 16; length++) {
      const count = <i32>load<u8>(counts + length);
      space = (space << 1) - count;
      if (space < 0) return fail(Status.BadJpegHuffmanTable, at, identifier);
      codes += count;
    }
    if (codes == 0 || codes > 256 || segmentEnd - counts < <usize>(16 + codes)) {
      return fail(Status.BadJpegHuffmanTable, at, identifier);
    }
    installHuffmanTable(destinationOf(tableClass, identifier), counts);
    from = counts + 16 + codes;
  }
  return Status.Done;
}
