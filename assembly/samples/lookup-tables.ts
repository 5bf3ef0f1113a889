/**
 * Samples through a table: modality and VOI LUTs (PS3.3 C.11.1, C.11.2), palettes (C.7.6.3.1.5). A sample is the index: a table
 * has 256 entries for samples of 8 bits, 65536 for 16. Vectors have no table of that size: there is one form only.
 */

export function lookUp8To8(source: usize, table: usize, target: usize, count: i32): void {
  lookUp<u8, u8>(source, table, target, count);
}

export function lookUp8To16(source: usize, table: usize, target: usize, count: i32): void {
  lookUp<u8, u16>(source, table, target, count);
}

export function lookUp8To32(source: usize, table: usize, target: usize, count: i32): void {
  lookUp<u8, u32>(source, table, target, count);
}

export function lookUp16To8(source: usize, table: usize, target: usize, count: i32): void {
  lookUp<u16, u8>(source, table, target, count);
}

export function lookUp16To16(source: usize, table: usize, target: usize, count: i32): void {
  lookUp<u16, u16>(source, table, target, count);
}

export function lookUp16To32(source: usize, table: usize, target: usize, count: i32): void {
  lookUp<u16, u32>(source, table, target, count);
}

@inline
function lookUp<Sample, Entry>(source: usize, table: usize, target: usize, count: i32): void {
  for (const end = source + count * sizeof<Sample>(); source < end; ) {
    store<Entry>(target, entryAt<Sample, Entry>(source, 0, table), 0);
    store<Entry>(target, entryAt<Sample, Entry>(source, 1, table), sizeof<Entry>());
    store<Entry>(target, entryAt<Sample, Entry>(source, 2, table), 2 * sizeof<Entry>());
    store<Entry>(target, entryAt<Sample, Entry>(source, 3, table), 3 * sizeof<Entry>());
    source += 4 * sizeof<Sample>();
    target += 4 * sizeof<Entry>();
  }
}

/** Gray by a table of bytes -> R G B 255. */
export function gray8ToRgba(source: usize, table: usize, target: usize, count: i32): void {
  grayToRgba<u8>(source, table, target, count);
}

export function gray16ToRgba(source: usize, table: usize, target: usize, count: i32): void {
  grayToRgba<u16>(source, table, target, count);
}

@inline
function grayToRgba<Sample>(source: usize, table: usize, target: usize, count: i32): void {
  for (const end = source + count * sizeof<Sample>(); source < end; ) {
    store<u32>(target, opaque(entryAt<Sample, u8>(source, 0, table)), 0);
    store<u32>(target, opaque(entryAt<Sample, u8>(source, 1, table)), 4);
    store<u32>(target, opaque(entryAt<Sample, u8>(source, 2, table)), 8);
    store<u32>(target, opaque(entryAt<Sample, u8>(source, 3, table)), 12);
    source += 4 * sizeof<Sample>();
    target += 16;
  }
}

@inline
function opaque(gray: u8): u32 {
  return (<u32>gray * 0x00010101) | 0xff000000;
}

/**
 * Palette index -> R G B of 8 bits, from a table of u32 (red lowest); of 16 bits, from a table of u64. A pixel is stored
 * with the lane behind it, which the next pixel, or the margin behind the target, overwrites.
 */
export function palette8ToRgb(source: usize, table: usize, target: usize, count: i32): void {
  paletteToRgb<u8, u32>(source, table, target, count);
}

export function palette16ToRgb(source: usize, table: usize, target: usize, count: i32): void {
  paletteToRgb<u16, u32>(source, table, target, count);
}

export function palette8ToRgb16(source: usize, table: usize, target: usize, count: i32): void {
  paletteToRgb<u8, u64>(source, table, target, count);
}

export function palette16ToRgb16(source: usize, table: usize, target: usize, count: i32): void {
  paletteToRgb<u16, u64>(source, table, target, count);
}

@inline
function paletteToRgb<Sample, Pixel>(source: usize, table: usize, target: usize, count: i32): void {
  const end = source + count * sizeof<Sample>();
  for (; source < end; source += sizeof<Sample>(), target += (3 * sizeof<Pixel>()) / 4) {
    store<Pixel>(target, entryAt<Sample, Pixel>(source, 0, table));
  }
}

@inline
function entryAt<Sample, Entry>(source: usize, at: usize, table: usize): Entry {
  return load<Entry>(table + sizeof<Entry>() * <usize>load<Sample>(source + at * sizeof<Sample>()));
}
