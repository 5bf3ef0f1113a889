import type { LookupTable } from './lookup-table.js';
import type { Palette } from './palette.js';

/**
 * A palette as a table in which the bits of a sample are looked up: red, green, blue for each of the 256 or 65536
 * patterns of a sample of `bytes` bytes. Samples outside of the palette take its first or last entry.
 */
export function paletteTable(palette: Palette, bytes: 1 | 2, signed: boolean): Uint8Array | Uint16Array {
  const patterns = 256 ** bytes;
  const table = palette.bits === 8 ? new Uint8Array(3 * patterns) : new Uint16Array(3 * patterns);
  const colours: readonly LookupTable[] = [palette.red, palette.green, palette.blue];
  colours.forEach(({ entries, firstMapped }, colour) => {
    const last = entries.length - 1;
    for (let pattern = 0; pattern < patterns; pattern++) {
      const value = sampleOf(pattern, patterns, signed);
      table[3 * pattern + colour] = entries[Math.min(Math.max(value - firstMapped, 0), last)]!;
    }
  });
  return table;
}

/** The sample that a pattern of bits stands for. */
function sampleOf(pattern: number, patterns: number, signed: boolean): number {
  return signed && pattern >= patterns / 2 ? pattern - patterns : pattern;
}
