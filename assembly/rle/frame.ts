/**
 * One frame of RLE compressed pixels (PS3.5 Annex G).
 *
 * Parameters: 0 rows, 1 columns, 2 samples per pixel, 3 bits allocated: an RLE frame says nothing of its image.
 *
 * The segments are decoded side by side, a tile of each at a time, so that planes, pixels and strip stay in the caches. A run
 * that reaches past its tile is kept for the next one: runs should not cross rows (G.3.1), but they do.
 */
import { take } from '../kernel/arena';
import { announce, fail, handOut, parameter } from '../kernel/blocks';
import { input } from '../kernel/input';
import { Status } from '../kernel/status';
import { unpackBits } from '../samples/bit-unpacking';
import { joinPlanes } from './byte-planes';
import { decodedLength, decodeRuns, nextCode, OVERRUN } from './packbits';
import { aheadOf, codeOf, endOf, readHeader, setAhead, setCode } from './segment-table';

/** Bytes of all planes of one tile. */
const TILE_BYTES: i32 = 16384;
/** Bytes of a strip, rounded up to whole tiles. */
const STRIP_BYTES: i32 = 131072;
/** Bytes of a plane that `joinPlanes` and `unpackBits` may read past what they were asked for. */
const READ_AHEAD: i32 = 16;
/** Bytes by which `joinPlanes` and `unpackBits` may write past what they were asked for. */
const SLACK: i32 = 16 * 8;

let columns: u32 = 0;
let segments: i32 = 0;
/** Bytes of a sample in the segments, and in the output. */
let planesPerSample: i32 = 0;
let bytesPerSample: i32 = 0;
/** A unit is what one byte of each segment makes: a pixel, or eight pixels where bits are packed. */
let units: u32 = 0;
let pixelsPerUnit: i32 = 0;
/** Bytes of output that a unit makes. */
let stride: i32 = 0;
let outputBytes: u32 = 0;
let unitsDone: u32 = 0;
let tileUnits: i32 = 0;
let tilesPerStrip: i32 = 0;
/** One tile of each plane, `planeBytes` apart, in the order of the bytes in the output. */
let planes: usize = 0;
let planeBytes: i32 = 0;
let strip: usize = 0;
/** The first segment that ran short, -1 while none did. */
let shortSegment: i32 = -1;
let ready: bool = false;

export function open(): i32 {
  ready = false;
  const rows = <u32>parameter(0);
  columns = <u32>parameter(1);
  const samplesPerPixel = <u32>parameter(2);
  const bitsAllocated = <u32>parameter(3);
  if (rows == 0 || columns == 0) return fail(Status.BadParameters, -1, 0);
  if (samplesPerPixel == 0 || samplesPerPixel > 0xffff) return fail(Status.BadParameters, -1, 2);
  if (bitsAllocated == 0 || bitsAllocated > 64) return fail(Status.BadParameters, -1, 3);

  planesPerSample = (bitsAllocated + 7) >> 3;
  bytesPerSample = planesPerSample < 3 ? planesPerSample : planesPerSample < 5 ? 4 : 8;
  segments = samplesPerPixel * planesPerSample;
  // Neither product can wrap: 2^64 - 2^33 + 1 at most, and 2^32 times less than 2^19.
  const pixels = <u64>rows * <u64>columns;
  if (pixels > <u64>u32.MAX_VALUE) return fail(Status.LimitMemory, -1);
  const bytes = pixels * (samplesPerPixel * bytesPerSample);
  if (bytes > <u64>u32.MAX_VALUE) return fail(Status.LimitMemory, -1);
  outputBytes = <u32>bytes;

  const status = readHeader(segments, bitsAllocated == 1 ? (pixels + 7) >> 3 : pixels);
  if (status != Status.Done) return status;

  const packed = bitsAllocated == 1 && isPacked(pixels);
  pixelsPerUnit = packed ? 8 : 1;
  units = packed ? <u32>((pixels + 7) >> 3) : <u32>pixels;
  stride = packed ? 8 : samplesPerPixel * bytesPerSample;
  if (!takeScratch()) return fail(Status.LimitMemory, -1);
  unitsDone = 0;
  shortSegment = -1;
  ready = true;
  announce(rows, columns, samplesPerPixel, bitsAllocated, bytesPerSample);
  return Status.Done;
}

/**
 * Whether the one segment of a 1-bit image holds eight pixels to a byte. G.2 pads the pixel to a byte of its own; writers
 * that compress the native, packed bytes (8.1.1) are as common. What the segment decodes to tells the two apart:
 * as many bytes as packed pixels take, or a few more from padding.
 */
function isPacked(pixels: u64): bool {
  const packedBytes = (pixels + 7) >> 3;
  const length = decodedLength(codeOf(0), endOf(0));
  return length < pixels && length < packedBytes + 16;
}

function takeScratch(): bool {
  if (stride == 1) {
    // One byte to a pixel: the plane is the output, and a strip is one tile.
    tileUnits = STRIP_BYTES;
    tilesPerStrip = 1;
    planeBytes = 0;
    planes = strip = take(STRIP_BYTES + OVERRUN);
    return strip != 0;
  }
  tileUnits = (TILE_BYTES / segments) & ~15;
  tilesPerStrip = (STRIP_BYTES + tileUnits * stride - 1) / (tileUnits * stride);
  planeBytes = tileUnits + OVERRUN + READ_AHEAD;
  // Where the output has more bytes to a sample than there are segments (24 and 40 bits), their planes stay 0.
  const planesInAll = pixelsPerUnit == 8 ? 1 : stride;
  planes = take(planesInAll * planeBytes);
  strip = take(tilesPerStrip * tileUnits * stride + SLACK);
  if (planes == 0 || strip == 0) return false;
  memory.fill(planes, 0, planesInAll * planeBytes);
  return true;
}

export function step(): i32 {
  if (!ready) return fail(Status.BadCall, -1);
  if (shortSegment >= 0) {
    ready = false;
    const goodRows = <i32>((<u64>unitsDone * pixelsPerUnit) / columns);
    return fail(Status.TruncatedRleSegment, <i32>(endOf(shortSegment) - input), shortSegment + 1, goodRows);
  }
  const offset = unitsDone * stride;
  let output = strip;
  for (let tile = 0; tile < tilesPerStrip && unitsDone < units && shortSegment < 0; tile++) {
    const count = decodeTile(<i32>min(<u32>tileUnits, units - unitsDone));
    if (pixelsPerUnit == 8) unpackBits(planes, output, 8 * count, 0);
    else if (stride > 1) joinPlanes(planes, planeBytes, output, count, stride);
    output += count * stride;
    unitsDone += count;
  }
  // The last eight packed pixels may be fewer. A frame that runs short is handed out as far as it goes, then refused.
  handOut(strip, offset, min(unitsDone * stride, outputBytes) - offset);
  if (unitsDone < units) return Status.More;
  ready = false;
  return Status.Done;
}

/** Decodes the next `wanted` bytes of each segment. Returns how many all of them had. */
function decodeTile(wanted: i32): i32 {
  let count = wanted;
  for (let segment = 0; segment < segments; segment++) {
    const plane = planes + planeOf(segment) * planeBytes;
    // What the last run made ahead stands behind the last tile, which was a full one.
    let ahead = aheadOf(segment);
    memory.copy(plane, plane + tileUnits, ahead);
    const end = decodeRuns(codeOf(segment), endOf(segment), plane + ahead, plane + wanted);
    setCode(segment, nextCode);
    ahead = <i32>(end - plane) - wanted;
    setAhead(segment, ahead);
    if (ahead < 0 && shortSegment < 0) shortSegment = segment;
    count = min(count, wanted + ahead);
  }
  return count;
}

/** The plane of a segment: samples in the order of the segments, the most significant byte first in these, last in the output. */
@inline
function planeOf(segment: i32): i32 {
  const sample = segment / planesPerSample;
  return sample * bytesPerSample + (planesPerSample - 1 - (segment - sample * planesPerSample));
}
