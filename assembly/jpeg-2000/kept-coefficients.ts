/**
 * Coefficients that are kept from one picture of a frame to the next, while its bytes still come: of each sub-band as a whole, decoded and
 * dequantized; those of HT sub-bands as i16, and only where they are narrow. A code-block is decoded again when packets have added to it since. The memory lies between the input and
 * what a picture takes, and is given out tile by tile, as they come; sub-bands that it has no room for are decoded anew for each picture.
 */
import { take } from '../kernel/arena';
import { componentCount, tilesAcross, tilesDown } from './image-size';
import { Contribution } from './packet';
import { Band, BlockData } from './tile';
import { windowOf } from './view';

/** A sub-band, in the order in which a tile's are laid out. */
@unmanaged
class KeptBand {
  /** Of the same tile; 0: none. */
  next: usize;
  /** Code-blocks across, and the sizes that the coefficients take; for all that, the same band looks the same in each picture. */
  columns: i32;
  rows: i32;
  bytes: u32;
  /** What else the coefficients depend on. */
  orientation: i32;
  blockWidth: u32;
  blockHeight: u32;
  blockStyle: i32;
  regionShift: i32;
  halfStep: f32;
  /** At least the largest magnitude of narrow coefficients. */
  largest: i32;
  /** Stamps of the code-blocks, row by row; behind them the coefficients. */
  stamps: usize;
  coefficients: usize;
}

/** What a code-block was decoded from. */
@unmanaged
class Stamp {
  /** Of where each contribution is and what it has, mixed. */
  contributions: u64;
  bytes: u32;
  passes: u16;
  damaged: u16;
  /** Mb less P: a header that is not whole may have said another number. */
  bitPlanes: i32;
}

let base: usize = 0;
/** Whether it is narrow coefficients that are kept, beside the stripes that the filters work on. */
export let keptAreNarrow: bool = false;
let bytes: usize = 0;
let free: usize = 0;
/** First `KeptBand` of each tile, a usize each. */
let tiles: usize = 0;
/** Where the next one of the tile is linked, or looked for; 0: there was no room for it. */
let link: usize = 0;
/** Bytes for the rows' ends and the stamps of a tile-component, beyond a share of its coefficients. */
const TILE_COMPONENT_BYTES: u64 = 2048;

/** Forgets the last frame. */
export function dropKept(): void {
  base = 0;
}

/** Whether there is memory of an earlier picture of the frame. */
@inline
export function hasKept(): bool {
  return base != 0;
}

/** Takes it again, as the first thing of a picture: it stands where it did, with what it holds. */
export function retakeKept(): bool {
  return take(bytes) == base;
}

/**
 * Takes it for the first time, as the first thing of a picture; where it cannot be had, pictures are decoded without. The view has
 * been opened.
 */
export function takeKept(narrow: bool): void {
  keptAreNarrow = narrow;
  const count = <u64>tilesAcross * tilesDown;
  let size: u64 = 0;
  for (let c = 0; c < componentCount; c++) {
    const window = windowOf(c);
    // Spans and stamps take an eighth at usual sizes of code-blocks, and some rows and columns at each level.
    const wide = <u64>(window.x1 - window.x0) + 64;
    const high = <u64>(window.y1 - window.y0) + 64;
    size += wide * high * 9 / (narrow ? 4 : 2);
  }
  size += min(size, count * componentCount * TILE_COMPONENT_BYTES);
  size += (count * sizeof<usize>() + 15) & ~15;
  base = take(size);
  if (base == 0) return;
  bytes = <usize>size;
  tiles = base;
  memory.fill(tiles, 0, <usize>count * sizeof<usize>());
  free = base + ((<usize>count * sizeof<usize>() + 15) & ~15);
}

/** Begins with the sub-bands of a tile. */
export function beginKeptTile(tile: i32): void {
  link = tiles + <usize>tile * sizeof<usize>();
}

/**
 * Finds the coefficients of the tile's next sub-band, of `columns` times `rows` code-blocks and `size` bytes; makes room for them where they
 * are new. 0: they are not kept.
 */
export function keptBand(given: Band, columns: i32, rows: i32, size: u64): usize {
  if (link == 0) return 0;
  let record = load<usize>(link);
  if (record == 0) {
    const stamps = <u64>columns * rows * offsetof<Stamp>();
    const wanted = ((<u64>offsetof<KeptBand>() + stamps + 15) & ~15) + ((size + 15) & ~15);
    if (wanted > <u64>(base + bytes - free)) {
      // Nor for those behind it, so that each band of a tile finds its own the next time.
      link = 0;
      return 0;
    }
    record = free;
    free += <usize>wanted;
    const band = changetype<KeptBand>(record);
    band.next = 0;
    band.columns = columns;
    band.rows = rows;
    band.bytes = <u32>size;
    band.largest = 0;
    band.stamps = record + offsetof<KeptBand>();
    band.coefficients = free - <usize>((size + 15) & ~15);
    describe(band, given);
    store<usize>(link, record);
  }
  const band = changetype<KeptBand>(record);
  link = record;
  // A tile whose header had not come whole for its first picture was laid out by the main header.
  if (band.columns != columns || band.rows != rows || band.bytes != <u32>size) return 0;
  const alike = band.blockWidth == given.blockWidth && band.blockHeight == given.blockHeight;
  const same = alike && band.orientation == given.orientation && band.blockStyle == given.blockStyle;
  if (!same || band.regionShift != given.regionShift || band.halfStep != given.halfStep) describe(band, given);
  return record;
}

/** Makes it the record of a sub-band of which nothing is decoded. */
function describe(band: KeptBand, given: Band): void {
  band.orientation = given.orientation;
  band.blockWidth = given.blockWidth;
  band.blockHeight = given.blockHeight;
  band.blockStyle = given.blockStyle;
  band.regionShift = given.regionShift;
  band.halfStep = given.halfStep;
  // No code-block looks like this.
  memory.fill(band.stamps, 0xff, <usize>(band.columns * band.rows) * offsetof<Stamp>());
}

@inline
export function keptCoefficients(record: usize): usize {
  return changetype<KeptBand>(record).coefficients;
}

/** At least the largest magnitude of what is kept of a narrow sub-band. */
@inline
export function keptLargest(record: usize): i32 {
  return changetype<KeptBand>(record).largest;
}

@inline
export function setKeptLargest(record: usize, largest: i32): void {
  changetype<KeptBand>(record).largest = largest;
}

@inline
function stampOf(record: usize, column: i32, row: i32): Stamp {
  const band = changetype<KeptBand>(record);
  return changetype<Stamp>(band.stamps + <usize>(row * band.columns + column) * offsetof<Stamp>());
}

/** One to one in `value`, so that two lists that differ in one place alone never come out the same. */
@inline
function mixed(before: u64, value: u64): u64 {
  return rotl((before ^ value) * 0x9e3779b97f4a7c15, 29);
}

/** Whether a code-block has contributions that its coefficients were not decoded from; notes those that it has. */
export function restamp(record: usize, column: i32, row: i32, block: BlockData, bitPlanes: i32): bool {
  const stamp = stampOf(record, column, row);
  let contributions: u64 = <u64>block.partOne;
  let bytes: u32 = 0, passes = 0;
  for (let at = block.first; at != 0; ) {
    const contribution = changetype<Contribution>(at);
    if (contribution.passes == 0) break;
    bytes += contribution.bytes;
    passes += contribution.passes;
    contributions = mixed(contributions, (<u64>contribution.address << 32) | contribution.bytes);
    contributions = mixed(contributions, ((<u64>contribution.passes) << 16) | contribution.continues);
    at = contribution.next;
  }
  const same = stamp.contributions == contributions && stamp.bytes == bytes && <i32>stamp.passes == passes;
  if (same && stamp.bitPlanes == bitPlanes) return false;
  stamp.contributions = contributions;
  stamp.bitPlanes = bitPlanes;
  stamp.bytes = bytes;
  stamp.passes = <u16>passes;
  return true;
}

/** Makes a code-block one that is not decoded: the picture was given up at it. */
export function invalidate(record: usize, column: i32, row: i32): void {
  memory.fill(changetype<usize>(stampOf(record, column, row)), 0xff, offsetof<Stamp>());
}

/** Notes whether damage was found in a code-block. */
@inline
export function setDamaged(record: usize, column: i32, row: i32, damaged: bool): void {
  stampOf(record, column, row).damaged = <u16>damaged;
}

@inline
export function wasDamaged(record: usize, column: i32, row: i32): bool {
  return stampOf(record, column, row).damaged != 0;
}
