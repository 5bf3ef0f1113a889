import type { Palette } from './palette.js';

/**
 * A palette as a table that sample bits are looked up in: red, green, blue for each of the 256 or 65536 patterns of a
 * sample of `bytes` bytes. Samples outside the palette take its first or last entry (PS3.3 C.7.6.3.1.5).
 */
export function paletteTable(palette: Palette, bytes: 1 | 2, signed: boolean): Uint8Array | Uint16Array {
  const patterns = 256 ** bytes;
  const { red, green, blue, firstMapped } = palette;
  const last = red.length - 1;
  const table = palette.bits === 8 ? new Uint8Array(3 * patterns) : new Uint16Array(3 * patterns);
  for (let pattern = 0; pattern < patterns; pattern++) {
    const value = signed && pattern >= patterns / 2 ? pattern - patterns : pattern;
    const entry = Math.min(Math.max(value - firstMapped, 0), last);
    table[3 * pattern] = red[entry]!;
    table[3 * pattern + 1] = green[entry]!;
    table[3 * pattern + 2] = blue[entry]!;
  }
  return table;
}
