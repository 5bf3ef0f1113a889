/**
 * A tile and what it divides into (T.800 Annex B): tile-components, resolutions, sub-bands, precincts, code-blocks. The code-blocks
 * of a sub-band are one grid in raster order; a precinct is a rectangle of it. All records are the arena's, one tile's at a time.
 */
import { take } from '../kernel/arena';
import { fail } from '../kernel/blocks';
import { Status } from '../kernel/status';
import { Orientation } from './code-block';
import { Coding, coding, Filter, precinctHeight, precinctWidth, stepOf } from './coding-parameters';
import {
  component,
  componentCount,
  gridX0,
  gridX1,
  gridY0,
  gridY1,
  tileHeight,
  tilesAcross,
  tilesX0,
  tilesY0,
  tileWidth,
} from './image-size';
import { ceilDivide, ceilShift } from './markers';
import { nodesOf } from './tag-tree';
import { reduction, windowOf } from './view';

/** How the rows of a tile-component stand while they are transformed, see synthesis.ts. */
export const enum RowForm {
  /** i32 or f32. */
  Wide = 0,
  /** i16, the centre of the samples moved by an offset. */
  Narrow = 1,
  /** i32 that were narrow before: with the same offset. */
  Widened = 2,
}

/** A tile-component, B.3: its area in samples of the component. */
@unmanaged
export class TileComponent {
  x0: u32;
  y0: u32;
  x1: u32;
  y1: u32;
  coding: Coding;
  /** NL + 1 records, the lowest resolution first. */
  resolutions: usize;
  /** The resolution that is handed out. */
  shown: i32;
  form: RowForm;
  /** What is added to coefficients of the lowest resolution, and stays added to all samples. A multiple of 4. */
  offset: i32;
}

/** One resolution of a tile-component, B.5 and B.6. */
@unmanaged
export class Resolution {
  x0: u32;
  y0: u32;
  x1: u32;
  y1: u32;
  /** The window: samples that are asked for. Empty above the resolution that is handed out. */
  windowX0: u32;
  windowY0: u32;
  windowX1: u32;
  windowY1: u32;
  /** The span: the window and, around it, the coefficients that the filter makes it of (F.3.8), low and high by turns. */
  spanX0: u32;
  spanY0: u32;
  spanX1: u32;
  spanY1: u32;
  /** PPx, PPy. */
  precinctWidth: u32;
  precinctHeight: u32;
  precinctsWide: i32;
  precinctsHigh: i32;
  precincts: usize;
  /** 1 (LL) or 3 (HL, LH, HH). */
  bandCount: i32;
  bands: usize;
  irreversible: bool;
  /** The inverse transform of this resolution, see synthesis.ts: some rows, in turn, and how far each step has come. */
  ring: usize;
  rowBytes: usize;
  ringMask: u32;
  fetched: u32;
  evens: u32;
  odds: u32;
  lastEvens: u32;
  lastOdds: u32;
  next: u32;
  /** The largest magnitude that it handed to the resolution above so far, where rows are narrow. */
  largest: i32;
}

/** A sub-band, B.5: its area in its own coefficients. */
@unmanaged
export class Band {
  x0: u32;
  y0: u32;
  x1: u32;
  y1: u32;
  /** The window: coefficients that are asked for. */
  windowX0: u32;
  windowY0: u32;
  windowX1: u32;
  windowY1: u32;
  orientation: i32;
  /** Mb, E-2, and the ROI shift. */
  bitPlanes: i32;
  regionShift: i32;
  blockStyle: i32;
  /** Half the step of E-3: coefficients come doubled. 0: reversible. */
  halfStep: f32;
  /** Exponents of the code-block size here, xcb' and ycb' (B.7). */
  blockWidth: u32;
  blockHeight: u32;
  /** The grid of code-blocks: its first column and row in units of code-blocks, its size, its records. */
  blockX0: u32;
  blockY0: u32;
  blocksWide: i32;
  blocksHigh: i32;
  blocks: usize;
  /** Columns of that grid that the window meets: from, to (exclusive). */
  firstColumn: i32;
  endColumn: i32;
  /** One row of code-blocks in these columns, decoded: see stripe.ts. */
  stripe: usize;
  stripeStride: usize;
  stripeRow: i32;
  /** Its coefficients are i16, and the largest magnitude of those decoded so far. */
  narrow: bool;
  largest: i32;
  /** Its coefficients of the picture before, see kept-coefficients.ts; 0: not kept. */
  kept: usize;
  /** Where its stripe is among those of a border, and room for it, see border-stripes.ts. */
  border: usize;
  borderBytes: usize;
}

/** A precinct, B.6. */
@unmanaged
export class Precinct {
  /** Packets read so far: the layer of the next one. */
  layers: i32;
  /** Some of its code-blocks are needed. */
  needed: bool;
  /** Tag trees of its bands (B.10.2), inclusion and behind it zero bit-planes. */
  trees0: usize;
  trees1: usize;
  trees2: usize;
}

/** A code-block while its packets are read, B.10. Its codeword segments are a list of contributions, see packet.ts. */
@unmanaged
export class BlockData {
  first: usize;
  last: usize;
  /** Bytes of all contributions. */
  bytes: u32;
  passes: u16;
  /** P of B.10.5. */
  zeroBitPlanes: u8;
  /** Lblock of B.10.7. */
  lengthBits: u8;
  /** Passes that the last codeword segment may still take. */
  segmentRoom: i16;
  /** Where coders are mixed (T.814): the block has turned out to be one of Part 1. */
  partOne: bool;
}

/** The tile's area on the reference grid, B-7 to B-10. */
export let tileX0: u32 = 0;
export let tileY0: u32 = 0;
export let tileX1: u32 = 0;
export let tileY1: u32 = 0;
let tileComponents: usize = 0;
/** Largest number of decomposition levels in the tile. */
export let mostLevels: i32 = 0;
/** Precincts of the tile that have code-blocks that are needed. */
export let neededPrecincts: u64 = 0;

@inline
export function tileComponent(index: i32): TileComponent {
  return changetype<TileComponent>(tileComponents + <usize>index * offsetof<TileComponent>());
}

@inline
export function resolutionOf(area: TileComponent, index: i32): Resolution {
  return changetype<Resolution>(area.resolutions + <usize>index * offsetof<Resolution>());
}

@inline
export function bandOf(area: Resolution, index: i32): Band {
  return changetype<Band>(area.bands + <usize>index * offsetof<Band>());
}

@inline
export function precinctOf(area: Resolution, index: i32): Precinct {
  return changetype<Precinct>(area.precincts + <usize>index * offsetof<Precinct>());
}

@inline
export function blockOf(area: Band, column: i32, row: i32): BlockData {
  return changetype<BlockData>(area.blocks + (<usize>row * area.blocksWide + column) * offsetof<BlockData>());
}

/** Sets the area of tile `index` on the reference grid. */
export function locateTile(index: i32): void {
  const column = <u64>(index % tilesAcross);
  const row = <u64>(index / tilesAcross);
  const x = <u64>tilesX0 + column * tileWidth;
  const y = <u64>tilesY0 + row * tileHeight;
  tileX0 = <u32>max<u64>(x, gridX0);
  tileY0 = <u32>max<u64>(y, gridY0);
  tileX1 = <u32>min<u64>(x + tileWidth, gridX1);
  tileY1 = <u32>min<u64>(y + tileHeight, gridY1);
}

/** Whether any component has samples of the tile that is located in its window. */
export function tileShows(): bool {
  for (let c = 0; c < componentCount; c++) {
    const grid = component(c);
    const window = windowOf(c);
    const x0 = max(window.x0, ceilShift(ceilDivide(tileX0, grid.xStep), reduction));
    const y0 = max(window.y0, ceilShift(ceilDivide(tileY0, grid.yStep), reduction));
    const x1 = min(window.x1, ceilShift(ceilDivide(tileX1, grid.xStep), reduction));
    const y1 = min(window.y1, ceilShift(ceilDivide(tileY1, grid.yStep), reduction));
    if (x0 < x1 && y0 < y1) return true;
  }
  return false;
}

/** The resolution of a tile-component that is handed out. */
@inline
export function shownOf(area: TileComponent): Resolution {
  return resolutionOf(area, area.shown);
}

/** Divides the tile by the parameters in force. */
export function layOutTile(): i32 {
  tileComponents = take(<u64>componentCount * offsetof<TileComponent>());
  if (tileComponents == 0) return fail(Status.LimitMemory, -1);
  mostLevels = 0;
  neededPrecincts = 0;
  for (let i = 0; i < componentCount; i++) {
    const area = tileComponent(i);
    const grid = component(i);
    area.x0 = ceilDivide(tileX0, grid.xStep);
    area.y0 = ceilDivide(tileY0, grid.yStep);
    area.x1 = ceilDivide(tileX1, grid.xStep);
    area.y1 = ceilDivide(tileY1, grid.yStep);
    area.coding = coding(i);
    const levels = <i32>area.coding.levels;
    if (<u32>levels < reduction) return fail(Status.UnsupportedJ2kReduction, -1, levels);
    area.shown = levels - reduction;
    mostLevels = max(mostLevels, levels);
    area.resolutions = take(<u64>(levels + 1) * offsetof<Resolution>());
    if (area.resolutions == 0) return fail(Status.LimitMemory, -1);
    // From the top: a resolution asks the one below it for what it needs.
    for (let r = levels; r >= 0; r--) {
      const status = layOutResolution(area, i, r, grid.precision);
      if (status != Status.Done) return status;
    }
  }
  return Status.Done;
}

/** B-14, B-16: resolution `r` of the tile-component of component `c`. */
function layOutResolution(area: TileComponent, c: i32, r: i32, precision: i32): i32 {
  const to = resolutionOf(area, r);
  const parameters = area.coding;
  const reduction = <u32>parameters.levels - r;
  to.x0 = ceilShift(area.x0, reduction);
  to.y0 = ceilShift(area.y0, reduction);
  to.x1 = ceilShift(area.x1, reduction);
  to.y1 = ceilShift(area.y1, reduction);
  to.irreversible = parameters.filter == Filter.Irreversible;
  openWindow(area, to, c, r);
  const width = <u32>precinctWidth(parameters, r);
  const height = <u32>precinctHeight(parameters, r);
  to.precinctWidth = width;
  to.precinctHeight = height;
  to.precinctsWide = to.x1 > to.x0 ? ceilShift(to.x1, width) - (to.x0 >> width) : 0;
  to.precinctsHigh = to.y1 > to.y0 ? ceilShift(to.y1, height) - (to.y0 >> height) : 0;
  const count = <u64>to.precinctsWide * <u64>to.precinctsHigh;
  if (to.precinctsWide < 0 || to.precinctsHigh < 0 || count > <u64>i32.MAX_VALUE) return fail(Status.LimitMemory, -1);
  to.precincts = take(count * offsetof<Precinct>());
  to.bandCount = r == 0 ? 1 : 3;
  to.bands = take(<u64>to.bandCount * offsetof<Band>());
  if (to.precincts == 0 || to.bands == 0) return fail(Status.LimitMemory, -1);
  memory.fill(to.precincts, 0, <usize>count * offsetof<Precinct>());
  for (let b = 0; b < to.bandCount; b++) {
    const status = layOutBand(area, to, r, b, precision);
    if (status != Status.Done) return status;
  }
  return Status.Done;
}

/** Finds what is needed of resolution `r`: by the host, or by the resolution above it; and what that takes. */
function openWindow(area: TileComponent, at: Resolution, c: i32, r: i32): void {
  if (r == area.shown) {
    const asked = windowOf(c);
    at.windowX0 = max(at.x0, asked.x0);
    at.windowY0 = max(at.y0, asked.y0);
    at.windowX1 = min(at.x1, asked.x1);
    at.windowY1 = min(at.y1, asked.y1);
  } else if (r < area.shown) {
    // F.3.3: the low-pass coefficients of the span stand at even places.
    const above = resolutionOf(area, r + 1);
    at.windowX0 = ceilShift(above.spanX0, 1);
    at.windowY0 = ceilShift(above.spanY0, 1);
    at.windowX1 = ceilShift(above.spanX1, 1);
    at.windowY1 = ceilShift(above.spanY1, 1);
  }
  if (r > area.shown || at.windowX0 >= at.windowX1 || at.windowY0 >= at.windowY1) {
    at.windowX0 = at.x0;
    at.windowY0 = at.y0;
    at.windowX1 = at.x0;
    at.windowY1 = at.y0;
  }
  const empty = at.windowX0 == at.windowX1 || r == 0;
  at.spanX0 = empty ? at.windowX0 : max(at.x0, spanStart(at.windowX0, at.irreversible));
  at.spanY0 = empty ? at.windowY0 : max(at.y0, spanStart(at.windowY0, at.irreversible));
  at.spanX1 = empty ? at.windowX1 : min(at.x1, spanEnd(at.windowX1, at.irreversible));
  at.spanY1 = empty ? at.windowY1 : min(at.y1, spanEnd(at.windowY1, at.irreversible));
}

/**
 * Tables F.1 and F.2 by lifting steps: an even sample takes coefficients up to 1 (5-3) or 3 (9-7) places away, an odd one up to 2
 * or 4. Either way the last of them is high-pass. Where the span ends inside the resolution, the filter reflects there as
 * it does at the ends of the whole; what that spoils lies outside the window.
 */
@inline
function spanStart(edge: u32, irreversible: bool): u32 {
  return <u32>max<i64>((<i64>edge - (irreversible ? 4 : 2)) | 1, 0);
}

@inline
function spanEnd(edge: u32, irreversible: bool): u32 {
  return ((edge + (irreversible ? 2 : 0)) | 1) + 1;
}

/** B-15: sub-band `b` of resolution `r`, its code-blocks and the tag trees of its precincts. */
function layOutBand(area: TileComponent, at: Resolution, r: i32, b: i32, precision: i32): i32 {
  const band = bandOf(at, b);
  const parameters = area.coding;
  const orientation = r == 0 ? Orientation.LL : b + 1;
  // nb, the decomposition level of the band.
  const level = <u32>(r == 0 ? parameters.levels : <i32>parameters.levels - r + 1);
  band.orientation = orientation;
  band.x0 = bandEdge(area.x0, level, orientation & 1);
  band.x1 = bandEdge(area.x1, level, orientation & 1);
  band.y0 = bandEdge(area.y0, level, orientation >> 1);
  band.y1 = bandEdge(area.y1, level, orientation >> 1);
  // A sub-band without a step has no bit-planes: code-blocks that have passes all the same are damage.
  const step = stepOf(parameters, r == 0 ? 0 : 3 * (r - 1) + b + 1);
  const exponent = max(step, 0) >> 11;
  band.regionShift = parameters.regionShift;
  band.bitPlanes = step < 0 ? 0 : max(<i32>parameters.guardBits + exponent - 1, 0) + band.regionShift;
  band.blockStyle = parameters.blockStyle;
  band.halfStep = at.irreversible ? halfStepOf(precision - exponent, max(step, 0) & 0x7ff) : 0;
  // B-17, B-18: a precinct has half its size in the sub-bands above the lowest resolution.
  const half = <u32>(r > 0 ? 1 : 0);
  const width = at.precinctWidth - half;
  const height = at.precinctHeight - half;
  band.blockWidth = min<u32>(parameters.blockWidth, width);
  band.blockHeight = min<u32>(parameters.blockHeight, height);
  band.stripe = 0;
  band.stripeRow = -1;
  band.blocksWide = 0;
  band.blocksHigh = 0;
  // Above the lowest resolution high-pass coefficients stand at odd places.
  band.windowX0 = r == 0 ? at.windowX0 : (at.spanX0 + 1 - (orientation & 1)) >> 1;
  band.windowY0 = r == 0 ? at.windowY0 : (at.spanY0 + 1 - (orientation >> 1)) >> 1;
  band.windowX1 = r == 0 ? at.windowX1 : (at.spanX1 + 1 - (orientation & 1)) >> 1;
  band.windowY1 = r == 0 ? at.windowY1 : (at.spanY1 + 1 - (orientation >> 1)) >> 1;
  band.firstColumn = 0;
  band.endColumn = 0;
  if (band.x1 <= band.x0 || band.y1 <= band.y0) return Status.Done;

  band.blockX0 = band.x0 >> band.blockWidth;
  band.blockY0 = band.y0 >> band.blockHeight;
  const wide = ceilShift(band.x1, band.blockWidth) - band.blockX0;
  const high = ceilShift(band.y1, band.blockHeight) - band.blockY0;
  const blocks = <u64>wide * <u64>high;
  if (blocks > <u64>i32.MAX_VALUE) return fail(Status.LimitMemory, -1);
  band.blocksWide = wide;
  band.blocksHigh = high;
  band.blocks = take(blocks * offsetof<BlockData>());
  if (band.blocks == 0) return fail(Status.LimitMemory, -1);
  memory.fill(band.blocks, 0, <usize>blocks * offsetof<BlockData>());

  const seen = band.windowX0 < band.windowX1 && band.windowY0 < band.windowY1;
  let firstRow = 0, endRow = 0;
  if (seen) {
    band.firstColumn = (band.windowX0 >> band.blockWidth) - band.blockX0;
    band.endColumn = ceilShift(band.windowX1, band.blockWidth) - band.blockX0;
    firstRow = (band.windowY0 >> band.blockHeight) - band.blockY0;
    endRow = ceilShift(band.windowY1, band.blockHeight) - band.blockY0;
  }
  let index = 0;
  for (let py = 0; py < at.precinctsHigh; py++) {
    for (let px = 0; px < at.precinctsWide; px++, index++) {
      findBlocks(at, band, half, px, py);
      if (rectangleWide == 0 || rectangleHigh == 0) continue;
      const bytes = (<u64>nodesOf(rectangleWide, rectangleHigh)) << 3;
      const trees = take(bytes);
      if (trees == 0) return fail(Status.LimitMemory, -1);
      memory.fill(trees, 0, <usize>bytes);
      const precinct = precinctOf(at, index);
      store<usize>(changetype<usize>(precinct) + offsetof<Precinct>('trees0') + (b << 2), trees);
      if (precinct.needed || !seen) continue;
      if (rectangleX >= band.endColumn || rectangleX + rectangleWide <= band.firstColumn) continue;
      if (rectangleY >= endRow || rectangleY + rectangleHigh <= firstRow) continue;
      precinct.needed = true;
      neededPrecincts++;
    }
  }
  return Status.Done;
}

/** B-15 for one coordinate: (edge - 2^(level-1) * high) / 2^level, rounded up. */
function bandEdge(edge: u32, level: u32, high: i32): u32 {
  if (level == 0) return edge;
  const shift = high != 0 ? <i64>1 << (level - 1) : 0;
  const value = <i64>edge - shift + (<i64>1 << level) - 1;
  return value <= 0 ? 0 : <u32>(value >> level);
}

/**
 * E-3, halved: (1 + mantissa / 2^11) * 2^(Rb - exponent) / 2. The gain of the sub-band, 2 for each high-pass filter, is in the
 * filter here (dwt97.ts), so that Rb is the precision.
 */
function halfStepOf(power: i32, mantissa: i32): f32 {
  let step: f64 = <f64>(2048 + mantissa) / 4096;
  for (let i = power; i > 0; i--) step *= 2;
  for (let i = power; i < 0; i++) step /= 2;
  return <f32>step;
}

/** What `findBlocks` found: a rectangle of a band's grid of code-blocks. */
export let rectangleX: i32 = 0;
export let rectangleY: i32 = 0;
export let rectangleWide: i32 = 0;
export let rectangleHigh: i32 = 0;

/** The code-blocks of a band that belong to precinct (px, py); `half` is 1 above the lowest resolution. */
export function findBlocks(at: Resolution, band: Band, half: u32, px: i32, py: i32): void {
  rectangleWide = 0;
  rectangleHigh = 0;
  const width = at.precinctWidth;
  const height = at.precinctHeight;
  const left = ((<u64>(at.x0 >> width) + px) << width) >> half;
  const top = ((<u64>(at.y0 >> height) + py) << height) >> half;
  const x0 = max<u64>(left, band.x0);
  const y0 = max<u64>(top, band.y0);
  const x1 = min<u64>(left + (<u64>1 << (width - half)), band.x1);
  const y1 = min<u64>(top + (<u64>1 << (height - half)), band.y1);
  if (x0 >= x1 || y0 >= y1) return;
  rectangleX = <i32>((x0 >> band.blockWidth) - band.blockX0);
  rectangleY = <i32>((y0 >> band.blockHeight) - band.blockY0);
  rectangleWide = ceilShift(<u32>x1, band.blockWidth) - band.blockX0 - rectangleX;
  rectangleHigh = ceilShift(<u32>y1, band.blockHeight) - band.blockY0 - rectangleY;
}
