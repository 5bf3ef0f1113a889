/**
 * Stripes: one row of code-blocks of a sub-band, decoded when the inverse transform comes to its first coefficient and
 * forgotten with its last one, so that no sub-band is ever held as a whole. Coefficients come out as i32 or, where they are narrow, i16;
 * for the irreversible filter doubled, in units of half a step: they are dequantized (Annex E) when a row of them is transformed.
 */
import { take } from '../kernel/arena';
import { giveStripe, layOutBorder, receiveStripe } from './border-stripes';
import { decodeBlock, decodeNarrowBlock, decodeWideBlock, largestOfBlock } from './block-decoder';
import { BlockStyle, MAXIMUM_BIT_PLANES, MAXIMUM_WIDE_BIT_PLANES, SEGMENT_RECORD } from './code-block';
import { decodeHtBlock, decodeNarrowHtBlock, NOT_WHOLE } from './ht-block-decoder';
import { largestMagnitude } from './mag-sgn-decoder';
import {
  hasKept,
  invalidate,
  keptAreNarrow,
  keptBand,
  keptCoefficients,
  keptLargest,
  restamp,
  setDamaged,
  setKeptLargest,
  wasDamaged,
} from './kept-coefficients';
import { ceilShift } from './markers';
import { LARGEST_NARROW, narrowRow, ROW_LEAD, rowStride, widenRows } from './narrow-rows';
import { Contribution, MAXIMUM_PASSES } from './packet';
import { Band, BlockData, blockOf } from './tile';

/** Segment records of one block, and room for one block's bytes put together. */
const segments: usize = memory.data(385 * 16, 16);
let gathered: usize = 0;
/**
 * A block before it is narrowed or kept, rows a multiple of 16 bytes apart: of 4096 coefficients, or 1024 rows of so few that they are
 * mostly gaps.
 */
const BLOCK: usize = memory.data(4 * 4096 + 12 * 1024 + 64, 16);

/** A block of the tile had more bit-planes than can be decoded: how many. */
export let bitPlanesBeyond: i32 = 0;
/** Blocks of the tile in which damage was found. */
export let damagedBlocks: i32 = 0;

/** Takes what the blocks of a tile need whose longest one has `longest` bytes. */
export function reserveStripes(longest: u32): bool {
  bitPlanesBeyond = 0;
  damagedBlocks = 0;
  gathered = take(<u64>longest + 64);
  return gathered != 0;
}

/** Takes the memory of a band's stripe: the code-blocks that its window meets. */
export function takeStripe(band: Band, narrow: bool): bool {
  band.narrow = narrow;
  band.largest = 0;
  band.kept = 0;
  if (band.firstColumn == band.endColumn) return true;
  if (hasKept() && !keptAreNarrow && keepBand(band)) return band.stripe != 0;
  // Room for i32 in any case: narrow rows may have to be widened.
  band.stripe = take(rowStride(stripeWidth(band), false) * stripeHeight(band));
  band.stripeStride = <usize>rowStride(stripeWidth(band), narrow);
  band.stripeRow = -1;
  layOutBorder(band, <u64>band.stripeStride * stripeHeight(band));
  if (hasKept() && keptAreNarrow && narrow) {
    band.kept = keptBand(band, band.endColumn - band.firstColumn, keptRows(band), narrowStride(band) * keptHeight(band));
  }
  return band.stripe != 0;
}

/** Rows of code-blocks that are kept of a band, and rows of coefficients. */
@inline
function keptRows(band: Band): i32 {
  return ceilShift(band.windowY1, band.blockHeight) - (band.windowY0 >> band.blockHeight);
}

@inline
function keptHeight(band: Band): u64 {
  return min<u64>(<u64>keptRows(band) << band.blockHeight, band.y1 - band.y0);
}

/** Bytes for a row of narrow coefficients that are kept: block by block, the rows of each a multiple of 16 bytes. */
@inline
function narrowStride(band: Band): u64 {
  return ((<u64>stripeWidth(band) << 1) + ((band.endColumn - band.firstColumn) << 4) + 15) & ~15;
}

@inline
function stripeWidth(band: Band): u32 {
  return leftOf(band, band.endColumn) - leftOf(band, band.firstColumn);
}

@inline
function stripeHeight(band: Band): u32 {
  return min<u32>(1 << band.blockHeight, band.y1 - band.y0);
}

/** Makes i32 of the coefficients that are there. */
export function widenStripe(band: Band): void {
  if (!band.narrow) return;
  band.narrow = false;
  band.kept = 0;
  if (band.firstColumn == band.endColumn) return;
  band.stripeStride = <usize>rowStride(stripeWidth(band), false);
  // Where one did not fit, they are decoded once more.
  if (band.largest >= LARGEST_NARROW) band.stripeRow = -1;
  else if (band.stripeRow >= 0) widenRows(band.stripe, stripeWidth(band), stripeHeight(band));
}

/**
 * The middle between the least and the largest coefficient of the row of code-blocks that a band of i32 has decoded; half of each,
 * so that the sum fits.
 */
export function stripeMiddle(band: Band): i32 {
  let least = i32.MAX_VALUE, most = i32.MIN_VALUE;
  const top = max((band.blockY0 + band.stripeRow) << band.blockHeight, band.y0);
  const bottom = <u32>min<u64>(<u64>(band.blockY0 + band.stripeRow + 1) << band.blockHeight, band.y1);
  const width = stripeWidth(band);
  for (let y: u32 = 0; y < bottom - top; y++) {
    const row = band.stripe + ROW_LEAD + y * band.stripeStride;
    for (let x: u32 = 0; x < width; x++) {
      const value = load<i32>(row + (x << 2));
      least = min(least, value);
      most = max(most, value);
    }
  }
  return (least >> 1) + (most >> 1);
}

/** Finds the coefficients of a band where they are kept; the stripe is then one row, for the filters to write to. */
function keepBand(band: Band): bool {
  const stride = (<u64>stripeWidth(band) * 4 + 15) & ~15;
  band.kept = keptBand(band, band.endColumn - band.firstColumn, keptRows(band), stride * keptHeight(band));
  if (band.kept == 0) return false;
  band.stripe = take(rowStride(stripeWidth(band), false));
  band.stripeStride = <usize>stride;
  band.stripeRow = -1;
  return true;
}

/** The same as `bandRow` of a band that is kept: a copy, as the filters may not spoil what is kept. */
function keptRow(band: Band, y: u32): usize {
  const firstRow = <i32>((band.windowY0 >> band.blockHeight) - band.blockY0);
  const row = <i32>((y >> band.blockHeight) - band.blockY0);
  const first = topOf(band, firstRow);
  const coefficients = keptCoefficients(band.kept);
  if (row != band.stripeRow) {
    refresh(band, row, row - firstRow, coefficients + <usize>(topOf(band, row) - first) * band.stripeStride);
    band.stripeRow = row;
  }
  const lead = <usize>(band.windowX0 - leftOf(band, band.firstColumn)) << 2;
  const output = band.stripe + ROW_LEAD + lead;
  const bytes = <usize>(band.windowX1 - band.windowX0) << 2;
  memory.copy(output, coefficients + lead + <usize>(y - first) * band.stripeStride, bytes);
  return output;
}

/**
 * Decodes those code-blocks of a row that packets have added to. Each by way of memory of its own: block decoders write some
 * columns too far, where a neighbour stands that may not be decoded again.
 */
function refresh(band: Band, row: i32, rowKept: i32, to: usize): void {
  const first = leftOf(band, band.firstColumn);
  const height = <i32>(topOf(band, row + 1) - topOf(band, row));
  for (let column = band.firstColumn; column < band.endColumn; column++) {
    const block = blockOf(band, column, row);
    const columnKept = column - band.firstColumn;
    if (restamp(band.kept, columnKept, rowKept, block, band.bitPlanes - <i32>block.zeroBitPlanes)) {
      const damaged = damagedBlocks;
      const left = leftOf(band, column);
      const width = leftOf(band, column + 1) - left;
      const stride = ((<usize>width << 2) + 15) & ~15;
      decodeInto(band, block, width, height, height, BLOCK, stride);
      if (bitPlanesBeyond != 0) return invalidate(band.kept, columnKept, rowKept);
      setDamaged(band.kept, columnKept, rowKept, damagedBlocks != damaged);
      const output = to + (<usize>(left - first) << 2);
      for (let y = 0; y < height; y++) memory.copy(output + y * band.stripeStride, BLOCK + y * stride, width << 2);
    } else if (wasDamaged(band.kept, columnKept, rowKept)) damagedBlocks++;
  }
}

/** Where row `row` of the code-blocks begins, and the one above it ends. */
@inline
function topOf(band: Band, row: i32): u32 {
  return <u32>min<u64>(max<u64>(<u64>(band.blockY0 + row) << band.blockHeight, band.y0), band.y1);
}

/** Where column `column` of the code-blocks begins, and the one before it ends. */
@inline
function leftOf(band: Band, column: i32): u32 {
  return <u32>min<u64>(max<u64>(<u64>(band.blockX0 + column) << band.blockWidth, band.x0), band.x1);
}

/** Address of the first coefficient in the window of row `y` of a band, in its own coordinates. */
export function bandRow(band: Band, y: u32): usize {
  if (band.kept != 0 && !keptAreNarrow) return keptRow(band, y);
  const row = <i32>((y >> band.blockHeight) - band.blockY0);
  const top = max((band.blockY0 + row) << band.blockHeight, band.y0);
  if (row != band.stripeRow) {
    if (band.kept != 0) renewStripe(band, row, top);
    else findStripe(band, row, top);
    band.stripeRow = row;
  }
  const lead = ROW_LEAD + (<usize>(band.windowX0 - leftOf(band, band.firstColumn)) << (band.narrow ? 1 : 2));
  return band.stripe + lead + <usize>(y - top) * band.stripeStride;
}

/** Decodes a row of code-blocks, unless a neighbour has. */
function findStripe(band: Band, row: i32, top: u32): void {
  const bytes = band.stripeStride * (topOf(band, row + 1) - top);
  if (receiveStripe(band, row, bytes)) return;
  decodeStripe(band, row, top);
  // Those that do not fit are decoded once more.
  if (!band.narrow || band.largest < LARGEST_NARROW) giveStripe(band, row, bytes);
}

function decodeStripe(band: Band, row: i32, top: u32): void {
  const bottom = <u32>min<u64>(<u64>(band.blockY0 + row + 1) << band.blockHeight, band.y1);
  const first = leftOf(band, band.firstColumn);
  const shown = min(bottom, band.windowY1) - top;
  for (let column = band.firstColumn; column < band.endColumn; column++) {
    const left = leftOf(band, column);
    const right = leftOf(band, column + 1);
    const output = band.stripe + ROW_LEAD + (<usize>(left - first) << (band.narrow ? 1 : 2));
    decodeInto(band, blockOf(band, column, row), right - left, bottom - top, shown, output, band.stripeStride);
  }
}

/**
 * The same for narrow coefficients that are kept: code-blocks that packets have added to are decoded, and what came of it kept; of the others it
 * is copied. Each stands by itself, for rows that are a power of two apart would push one another out of the cache. From the left, as block
 * decoders write some columns too far. Of a block without contributions nothing is kept, so that memory is touched as bytes come.
 */
function renewStripe(band: Band, row: i32, top: u32): void {
  const first = leftOf(band, band.firstColumn);
  const firstRow = <i32>((band.windowY0 >> band.blockHeight) - band.blockY0);
  const height = <i32>(topOf(band, row + 1) - top);
  let kept = keptCoefficients(band.kept) + <usize>(top - topOf(band, firstRow)) * <usize>narrowStride(band);
  band.largest = max(band.largest, keptLargest(band.kept));
  for (let column = band.firstColumn; column < band.endColumn; column++) {
    const block = blockOf(band, column, row);
    const left = leftOf(band, column);
    const width = <i32>(leftOf(band, column + 1) - left);
    const output = band.stripe + ROW_LEAD + (<usize>(left - first) << 1);
    const stride = ((<usize>width << 1) + 15) & ~15;
    const columnKept = column - band.firstColumn;
    const isNew = restamp(band.kept, columnKept, row - firstRow, block, band.bitPlanes - <i32>block.zeroBitPlanes);
    const empty = isEmpty(block);
    if (isNew || empty) {
      const damaged = damagedBlocks;
      decodeInto(band, block, width, height, height, output, band.stripeStride);
      if (bitPlanesBeyond != 0) return invalidate(band.kept, columnKept, row - firstRow);
      setDamaged(band.kept, columnKept, row - firstRow, damagedBlocks != damaged);
      if (!empty) copyRows(output, band.stripeStride, kept, stride, height, stride);
    } else {
      copyRows(kept, stride, output, band.stripeStride, height, stride);
      if (wasDamaged(band.kept, columnKept, row - firstRow)) damagedBlocks++;
    }
    kept += <usize>height * stride;
  }
  setKeptLargest(band.kept, band.largest);
}

/** Whether a code-block has no contribution that is whole. */
@inline
function isEmpty(block: BlockData): bool {
  return block.first == 0 || changetype<Contribution>(block.first).passes == 0;
}

/** `bytes` of each row, a multiple of 16. */
function copyRows(from: usize, fromStride: usize, to: usize, toStride: usize, height: i32, bytes: usize): void {
  for (let y = 0; y < height; y++, from += fromStride, to += toStride) {
    if (ASC_FEATURE_SIMD) for (let x: usize = 0; x < bytes; x += 16) v128.store(to + x, v128.load(from + x));
    else memory.copy(to, from, bytes);
  }
}

/** Of the rows of the block the first `shown` are asked for; what the others hold means nothing. */
function decodeInto(
  band: Band,
  block: BlockData,
  width: i32,
  height: i32,
  shown: i32,
  output: usize,
  stride: usize,
): void {
  const ht = (band.blockStyle & BlockStyle.Ht) != 0 && !block.partOne;
  const count = joinSegments(block, ht);
  const bitPlanes = band.bitPlanes - <i32>block.zeroBitPlanes;
  if (count == 0 || bitPlanes <= 0) {
    // Passes of a block that has no bit-planes cannot be.
    if (count != 0) damagedBlocks++;
    for (let y = 0; y < height; y++) memory.fill(output + <usize>y * stride, 0, width << (band.narrow ? 1 : 2));
    return;
  }
  if (bitPlanes > MAXIMUM_BIT_PLANES) {
    bitPlanesBeyond = bitPlanes;
    return;
  }
  const exact = band.halfStep == 0 && band.regionShift == 0;
  const good = band.narrow
    ? decodeNarrow(band, ht, bitPlanes, count, width, height, shown, output)
    : decode(band, ht, bitPlanes, count, width, height, output, stride, exact);
  if (good < passesOf(count)) damagedBlocks++;
  if (band.regionShift == 0) return;
  for (let y = 0; y < height; y++) {
    const at = output + <usize>y * stride;
    shiftRegion(at, width, band.regionShift);
    if (band.halfStep == 0) halve(at, width);
  }
}

@inline
function decode(
  band: Band,
  ht: bool,
  bitPlanes: i32,
  count: i32,
  width: i32,
  height: i32,
  output: usize,
  stride: usize,
  exact: bool,
): i32 {
  return ht
    ? decodeHtBlock(
        width, height, band.orientation, bitPlanes, band.blockStyle, segments, count, output, <i32>stride, exact,
      )
    : decodeBlock(
        width, height, band.orientation, bitPlanes, band.blockStyle, segments, count, output, <i32>stride, exact,
      );
}

/** Coefficients of a reversible band as i16, measured: HT blocks that are not whole by way of i32, others at once. */
function decodeNarrow(
  band: Band,
  ht: bool,
  bitPlanes: i32,
  count: i32,
  width: i32,
  height: i32,
  shown: i32,
  output: usize,
): i32 {
  if (ht) {
    // Quad rows depend on those above alone.
    const good = decodeNarrowHtBlock(width, shown, bitPlanes, segments, count, output, band.stripeStride);
    if (good != NOT_WHOLE) {
      band.largest = max(band.largest, min(largestMagnitude(), LARGEST_NARROW + 1));
      return good;
    }
  } else {
    const good = decodeNarrowBlock(
      width, height, band.orientation, bitPlanes, band.blockStyle, segments, count, output, <i32>band.stripeStride,
    );
    band.largest = max(band.largest, largestOfBlock);
    return good;
  }
  const stride = ((<usize>width << 2) + 15) & ~15;
  const good = decode(band, true, bitPlanes, count, width, height, BLOCK, stride, true);
  let largest = band.largest;
  for (let y = 0; y < height; y++) {
    largest = max(largest, narrowRow(BLOCK + y * stride, output + y * band.stripeStride, width, 0));
  }
  band.largest = largest;
  return good;
}

/** A whole band of Part 1 code-blocks as i64, `stride` bytes from row to row; reversible, without a region of interest. */
export function decodeWideBand(band: Band, output: usize, stride: usize): void {
  for (let row = 0; row < band.blocksHigh; row++) {
    const top = max((band.blockY0 + row) << band.blockHeight, band.y0);
    const bottom = <u32>min<u64>(<u64>(band.blockY0 + row + 1) << band.blockHeight, band.y1);
    for (let column = 0; column < band.blocksWide; column++) {
      const left = leftOf(band, column);
      const at = output + (top - band.y0) * stride + (<usize>(left - band.x0) << 3);
      decodeWideInto(band, blockOf(band, column, row), leftOf(band, column + 1) - left, bottom - top, at, stride);
    }
  }
}

function decodeWideInto(band: Band, block: BlockData, width: i32, height: i32, output: usize, stride: usize): void {
  const count = joinSegments(block, false);
  const bitPlanes = band.bitPlanes - <i32>block.zeroBitPlanes;
  if (count == 0 || bitPlanes <= 0 || bitPlanes > MAXIMUM_WIDE_BIT_PLANES) {
    if (count != 0 && bitPlanes <= 0) damagedBlocks++;
    else if (count != 0) bitPlanesBeyond = bitPlanes;
    for (let y = 0; y < height; y++) memory.fill(output + <usize>y * stride, 0, width << 3);
    return;
  }
  const good = decodeWideBlock(
    width, height, band.orientation, bitPlanes, band.blockStyle, segments, count, output, stride,
  );
  if (good < passesOf(count)) damagedBlocks++;
}

function passesOf(count: i32): i32 {
  let passes = 0;
  for (let i = 0; i < count; i++) passes += load<i32>(segments + i * SEGMENT_RECORD, 8);
  return passes;
}

/** Makes the segment records of a block, the parts of a segment put together where there is more than one. */
function joinSegments(block: BlockData, ht: bool): i32 {
  let count = 0;
  let free = gathered;
  let record = block.first;
  while (record != 0) {
    const first = changetype<Contribution>(record);
    if (first.passes == 0 || count == MAXIMUM_PASSES) break;
    let address = first.address;
    let bytes = first.bytes;
    let passes = <i32>first.passes;
    record = first.next;
    if (continuesAt(record)) {
      memory.copy(free, address, bytes);
      address = free;
      do {
        const part = changetype<Contribution>(record);
        memory.copy(address + bytes, part.address, part.bytes);
        bytes += part.bytes;
        passes += part.passes;
        record = part.next;
      } while (continuesAt(record));
      free += bytes;
    }
    // T.814 B.3: placeholder passes, three to a bit-plane, stand in front of the first cleanup pass.
    if (ht && count == 0 && passes > 1) {
      putSegment(count++, address, 0, passes - 1);
      passes = 1;
    }
    putSegment(count++, address, bytes, passes);
  }
  return count;
}

@inline
function putSegment(index: i32, address: usize, bytes: u32, passes: i32): void {
  const segment = segments + index * SEGMENT_RECORD;
  store<usize>(segment, address);
  store<u32>(segment, bytes, 4);
  store<i32>(segment, passes, 8);
  store<i32>(segment, 0, 12);
}

/** Whether the contribution is there and belongs to the same segment as the one before it. */
@inline
function continuesAt(record: usize): bool {
  if (record == 0) return false;
  const contribution = changetype<Contribution>(record);
  return contribution.continues != 0 && contribution.passes != 0;
}

/** H.1: magnitudes of the region of interest are scaled up above all others. Coefficients are doubled. */
function shiftRegion(at: usize, width: i32, shift: i32): void {
  if (shift >= 31) return memory.fill(at, 0, width << 2);
  const least = 1 << shift;
  for (let x = 0; x < width; x++) {
    const value = load<i32>(at + (x << 2));
    const magnitude = abs(value);
    if (magnitude < least) continue;
    const shifted = magnitude >> shift;
    store<i32>(at + (x << 2), value < 0 ? -shifted : shifted);
  }
}

/** E-6 with r = 1/2 for a row, where it stands: the half bit is in the doubled coefficient. */
export function dequantize(at: usize, width: i32, halfStep: f32): void {
  let x = 0;
  if (ASC_FEATURE_SIMD) {
    const step = f32x4.splat(halfStep);
    for (; x + 4 <= width; x += 4) {
      const p = at + (x << 2);
      v128.store(p, f32x4.mul(f32x4.convert_i32x4_s(v128.load(p)), step));
    }
  }
  for (; x < width; x++) {
    const p = at + (x << 2);
    store<f32>(p, <f32>load<i32>(p) * halfStep);
  }
}

/** E-8: towards zero. */
function halve(at: usize, width: i32): void {
  for (let x = 0; x < width; x++) {
    const p = at + (x << 2);
    store<i32>(p, load<i32>(p) / 2);
  }
}
