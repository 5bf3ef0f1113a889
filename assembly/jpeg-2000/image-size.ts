/** The SIZ marker segment (T.800 A.5.1): image area, tiles and components on the reference grid (B.2, B.3). */
import { take } from '../kernel/arena';
import { fail } from '../kernel/blocks';
import { input, inputEnd } from '../kernel/input';
import { Status } from '../kernel/status';
import { ceilDivide, read16, read32 } from './markers';

/** A component: one record of the table. Its area is in its own samples, B-1. */
@unmanaged
export class Component {
  x0: u32;
  y0: u32;
  x1: u32;
  y1: u32;
  /** Bits of a sample. */
  precision: u8;
  signed: u8;
  /** XRsiz, YRsiz: one sample per so many points of the grid. */
  xStep: u8;
  yStep: u8;
  /** The DC level shift of G.1 is applied to it. */
  shifted: u8;

  /** Samples of both have the same range. */
  @inline
  isLike(other: Component): bool {
    return this.precision == other.precision && this.signed == other.signed;
  }
}

/** Capabilities (Rsiz). */
export let capabilities: i32 = 0;
/** XOsiz, YOsiz, Xsiz, Ysiz. */
export let gridX0: u32 = 0;
export let gridY0: u32 = 0;
export let gridX1: u32 = 0;
export let gridY1: u32 = 0;
/** XTOsiz, YTOsiz, XTsiz, YTsiz. */
export let tilesX0: u32 = 0;
export let tilesY0: u32 = 0;
export let tileWidth: u32 = 0;
export let tileHeight: u32 = 0;
export let tilesAcross: i32 = 0;
export let tilesDown: i32 = 0;
/** Csiz. */
export let componentCount: i32 = 0;
let components: usize = 0;

/** More tiles than a 16-bit tile index can number. */
const MAXIMUM_TILES: u64 = 65535;
const MAXIMUM_COMPONENTS: i32 = 16384;

@inline
export function component(index: i32): Component {
  return changetype<Component>(components + <usize>index * offsetof<Component>());
}

/** Reads the segment whose length field is at `at`. The caller has checked that `length` bytes are there. */
export function readImageSize(at: usize, length: i32): i32 {
  const offset = <i32>(at - input);
  if (length < 41) return fail(Status.BadJ2kSegmentLength, offset, 0xff51);
  capabilities = read16(at + 2);
  gridX1 = read32(at + 4);
  gridY1 = read32(at + 8);
  gridX0 = read32(at + 12);
  gridY0 = read32(at + 16);
  tileWidth = read32(at + 20);
  tileHeight = read32(at + 24);
  tilesX0 = read32(at + 28);
  tilesY0 = read32(at + 32);
  componentCount = read16(at + 36);
  if (componentCount == 0 || componentCount > MAXIMUM_COMPONENTS || length != 38 + 3 * componentCount) {
    return fail(Status.BadJ2kImageSize, offset, componentCount);
  }
  // The image area is not empty, and the first tile meets it (B-3).
  if (gridX1 <= gridX0 || gridY1 <= gridY0 || tileWidth == 0 || tileHeight == 0) {
    return fail(Status.BadJ2kImageSize, offset);
  }
  if (tilesX0 > gridX0 || tilesY0 > gridY0) return fail(Status.BadJ2kImageSize, offset);
  if (<u64>tilesX0 + tileWidth <= gridX0 || <u64>tilesY0 + tileHeight <= gridY0) {
    return fail(Status.BadJ2kImageSize, offset);
  }
  const across = ceilDivide(gridX1 - tilesX0, tileWidth);
  const down = ceilDivide(gridY1 - tilesY0, tileHeight);
  // Each tile has a tile-part header at least: SOT and SOD, 14 bytes.
  const tiles = <u64>across * <u64>down;
  if (tiles > MAXIMUM_TILES) return fail(Status.BadJ2kImageSize, offset);
  if (tiles * 14 > <u64>(inputEnd - at)) return fail(Status.TruncatedJ2kHeaders, <i32>(inputEnd - input));
  tilesAcross = across;
  tilesDown = down;

  components = take(<u64>componentCount * offsetof<Component>());
  if (components == 0) return fail(Status.LimitMemory, -1);
  for (let i = 0; i < componentCount; i++) {
    const entry = at + 38 + <usize>(3 * i);
    const depth = <u32>load<u8>(entry);
    const each = component(i);
    each.precision = <u8>((depth & 0x7f) + 1);
    each.signed = <u8>(depth >> 7);
    each.shifted = <u8>(each.signed == 0);
    each.xStep = load<u8>(entry, 1);
    each.yStep = load<u8>(entry, 2);
    if (each.xStep == 0 || each.yStep == 0) return fail(Status.BadJ2kImageSize, offset, i);
    if (each.precision > 38) return fail(Status.BadJ2kImageSize, offset, i);
    each.x0 = ceilDivide(gridX0, each.xStep);
    each.y0 = ceilDivide(gridY0, each.yStep);
    each.x1 = ceilDivide(gridX1, each.xStep);
    each.y1 = ceilDivide(gridY1, each.yStep);
  }
  return Status.Done;
}
