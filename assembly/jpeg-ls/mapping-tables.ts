/**
 * Mapping tables: LSE with identifiers 2 and 3 (T.87 C.2.4.1.2, C.2.4.1.3). A component whose scan names a table is made of
 * the table's entries: a decoded sample is the index of one.
 */
import { take } from '../kernel/arena';
import { fail } from '../kernel/blocks';
import { Status } from '../kernel/status';
import { componentCount, MOST_COMPONENTS } from './frame-header';
import { marker, number, offsetOf, segment, segmentEnd } from './markers';
import { mappingTableOf, scanComponent, scanComponentCount } from './scan-header';

/** An entry for each sample of 16 bits. */
const MOST_ENTRIES: i32 = 65536;

/** By identifier 1 to 255: address of the entries, 16 bits each; their count; Wt, the bytes of an entry in the stream. */
const tables = memory.data(256 * 12, 4);
/** By component: address and count of the entries that it goes through. */
const chosen = memory.data(MOST_COMPONENTS * 8, 4);
/** The table of the last segment with identifier 2 or 3: what identifier 3 goes on with. */
let last: i32 = 0;

/** Wt of the tables that are in use, 0 where none is. */
export let mappedBytes: i32 = 0;

@inline
function row(table: i32): usize {
  return tables + table * 12;
}

export function forgetMappingTables(): void {
  memory.fill(tables, 0, 256 * 12);
  memory.fill(chosen, 0, MOST_COMPONENTS * 8);
  mappedBytes = last = 0;
}

/** Reads an LSE segment with identifier 2, a table, or 3, more of the same one. */
export function readMappingTable(goesOn: bool): i32 {
  const at = offsetOf(marker);
  if (segmentEnd - segment < 3) return fail(Status.BadJpegLsMappingTable, at);
  const table = <i32>load<u8>(segment, 1), width = <i32>load<u8>(segment, 2);
  if (table == 0 || width == 0 || (goesOn && (table != last || width != load<i32>(row(table), 8)))) {
    return fail(Status.BadJpegLsMappingTable, at, table);
  }
  if (width > 2) return fail(Status.UnsupportedJpegLsMappingTable, at, width);
  const count = <i32>(segmentEnd - segment - 3) / width;
  const before = goesOn ? load<i32>(row(table), 4) : 0;
  if (before + count > MOST_ENTRIES) return fail(Status.BadJpegLsMappingTable, at, table);
  let entries = load<usize>(row(table));
  // What scans have chosen already stays as it is.
  if (isChosen(entries)) {
    if (goesOn) return fail(Status.BadJpegLsMappingTable, at, table);
    entries = 0;
  }
  if (entries == 0) entries = take(MOST_ENTRIES << 1);
  if (entries == 0) return fail(Status.LimitMemory, at);
  for (let i = 0; i < count; i++) {
    store<u16>(entries + ((before + i) << 1), <u16>number(segment + 3 + i * width, width));
  }
  store<usize>(row(table), entries);
  store<i32>(row(table), before + count, 4);
  store<i32>(row(table), width, 8);
  last = table;
  return Status.Done;
}

function isChosen(entries: usize): bool {
  for (let i = 0; i < MOST_COMPONENTS; i++) if (entries != 0 && load<usize>(chosen + (i << 3)) == entries) return true;
  return false;
}

/**
 * Settles which tables the components of a scan go through. All components of an image are mapped, to entries of the same
 * width, or none is: what comes out must be samples of one precision.
 * @param isFirst no scan came before
 */
export function chooseMappingTables(isFirst: bool): i32 {
  const at = offsetOf(marker);
  for (let i = 0; i < scanComponentCount; i++) {
    const table = mappingTableOf(i);
    const width = table == 0 ? 0 : load<i32>(row(table), 8);
    if (table != 0 && width == 0) return fail(Status.MissingJpegLsMappingTable, at, table);
    if (!(isFirst && i == 0) && width != mappedBytes) return fail(Status.UnsupportedJpegLsMappingTable, at, width);
    mappedBytes = width;
    store<usize>(chosen + (scanComponent(i) << 3), load<usize>(row(table)));
    store<i32>(chosen + (scanComponent(i) << 3), load<i32>(row(table), 4), 4);
  }
  return Status.Done;
}

/**
 * Maps `pixels` pixels of 16-bit samples, colour by pixel, in place.
 * @returns false where a sample is the index of no entry
 */
export function mapSamples(samples: usize, pixels: u32): bool {
  for (let component = 0; component < componentCount; component++) {
    const entries = load<usize>(chosen + (component << 3));
    const count = load<u32>(chosen + (component << 3), 4);
    const step = <usize>componentCount << 1;
    const end = samples + <usize>pixels * step;
    for (let at = samples + (component << 1); at < end; at += step) {
      const index = <u32>load<u16>(at);
      if (index >= count) return false;
      store<u16>(at, load<u16>(entries + (<usize>index << 1)));
    }
  }
  return true;
}
