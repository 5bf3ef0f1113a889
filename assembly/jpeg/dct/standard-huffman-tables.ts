/**
 * The Huffman tables of T.81 Annex K.3, which most encoders use. Streams that leave them out (Motion JPEG,
 * abbreviated formats) mean these: luminance at destination 0, chrominance at 1.
 */
import { destinationOf, installHuffmanTable, SPECIFICATION } from '../huffman-tables';

/** Table K.3. */
const luminanceDc: usize = memory.data<u8>(
  [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
);
/** Table K.4. */
const chrominanceDc: usize = memory.data<u8>(
  [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
);
/*
 * Of the AC tables, BITS and the values that have codes of up to 15 bits. Those with 16 bits are all the others in ascending
 * order: SSSS 1 to 10 behind each run.
 */

/** Table K.5. */
const luminanceAc: usize = memory.data<u8>(
  [
    0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125,
    0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07,
    0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0,
    0x24, 0x33, 0x62, 0x72, 0x82,
  ],
);
/** Table K.6. */
const chrominanceAc: usize = memory.data<u8>(
  [
    0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119,
    0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71,
    0x13, 0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xa1, 0xb1, 0xc1, 0x09, 0x23, 0x33, 0x52, 0xf0,
    0x15, 0x62, 0x72, 0xd1, 0x0a, 0x16, 0x24, 0x34, 0xe1, 0x25, 0xf1,
  ],
);
/** The same two whole, once they have been asked for. */
const wholeAc: usize = memory.data(2 * SPECIFICATION);

/** Installs the four tables, in front of those that the stream gives. */
export function installStandardHuffmanTables(): void {
  installHuffmanTable(destinationOf(0, 0), luminanceDc);
  installHuffmanTable(destinationOf(0, 1), chrominanceDc);
  installAc(0, luminanceAc);
  installAc(1, chrominanceAc);
}

function installAc(identifier: i32, specification: usize): void {
  const whole = wholeAc + identifier * SPECIFICATION;
  // Both have codes of two bits.
  if (load<u8>(whole, 1) == 0) complete(whole, specification);
  installHuffmanTable(destinationOf(1, identifier), whole);
}

/** Copies a specification and puts the values that have codes of 16 bits behind the others. */
function complete(whole: usize, specification: usize): void {
  let length: usize = 16;
  for (let i = 0; i < 15; i++) length += load<u8>(specification + i);
  memory.copy(whole, specification, length);
  let to = whole + length;
  for (let symbol = 0x01; symbol <= 0xfa; symbol++) {
    const size = symbol & 15;
    if (size == 0 || size > 10) continue;
    let at = whole + 16;
    while (at < whole + length && load<u8>(at) != symbol) at++;
    if (at == whole + length) store<u8>(to++, symbol);
  }
}
