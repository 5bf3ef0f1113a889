/**
 * An HT code-block, from its segments to coefficients: T.814 Clause 7. What goes in and out stands in
 * code-block.ts, as for `decodeBlock`.
 */
import { BlockStyle, MAXIMUM_BIT_PLANES, SEGMENT_RECORD } from './code-block';
import { cleanupPass } from './ht-cleanup-pass';
import { CoefficientForm } from './mag-sgn-decoder';
import { refinementPasses } from './ht-refinement-passes';
import { prepareVlcDecoder } from './vlc-decoder';

let prepared: bool = false;

/** Makes the tables, once. The buffers of HT segments are of fixed size. */
export function reserveHtBlockDecoder(): void {
  if (prepared) return;
  prepareVlcDecoder();
  prepared = true;
}

/** The last cleanup segment of a block with bytes (-1: none), which of all passes is its own, and how many there are. */
let cleanup: i32 = -1;
let cleanupPassNumber: i32 = 0;
let passCount: i32 = 0;

/** Finds the cleanup segment that the block is decoded from. */
function findCleanup(segments: usize, segmentCount: i32): void {
  cleanup = -1;
  cleanupPassNumber = 0;
  passCount = 0;
  for (let i = 0; i < segmentCount; i++) {
    const segment = segments + i * SEGMENT_RECORD;
    const passes = load<i32>(segment, 8);
    // Placeholder passes stand in a segment of their own, without bytes, or in front of the cleanup pass in
    // its segment.
    if ((passCount + passes - 1) % 3 == 0 && load<i32>(segment, 4) > 0) {
      cleanup = i;
      cleanupPassNumber = passCount + passes - 1;
    }
    passCount += passes;
  }
}

/** Says that a block has coefficients that are not whole, so that `decodeNarrowHtBlock` leaves it alone. */
export const NOT_WHOLE: i32 = -1;

/**
 * Decodes a block of the lowest bit-plane, whose coefficients are then what they were before coding, into rows of i16, `stride` bytes
 * apart. Those that do not fit become the nearest that does: `largestMagnitude` of mag-sgn-decoder.ts says whether there are such.
 * @returns as `decodeHtBlock`; NOT_WHOLE where the block has no cleanup pass of that bit-plane
 */
export function decodeNarrowHtBlock(
  width: i32,
  height: i32,
  bitPlanes: i32,
  segments: usize,
  segmentCount: i32,
  output: usize,
  stride: usize,
): i32 {
  findCleanup(segments, segmentCount);
  if (cleanup < 0 || bitPlanes - 1 != cleanupPassNumber / 3 || bitPlanes > MAXIMUM_BIT_PLANES) return NOT_WHOLE;
  const segment = segments + cleanup * SEGMENT_RECORD;
  const source = load<usize>(segment), length = load<i32>(segment, 4);
  if (!cleanupPass(source, length, width, height, 0, CoefficientForm.Narrow, output, stride)) {
    for (let y = 0; y < height; y++) memory.fill(output + y * stride, 0, width << 1);
    return cleanupPassNumber;
  }
  // There is no bit-plane below for SigProp and MagRef passes.
  return cleanup + 1 == segmentCount ? passCount : cleanupPassNumber + 1;
}

/**
 * Decodes one block. Of several HT sets the last one that there is is enough: each has all of its bit-plane
 * and those above (B.2). Placeholder passes lower the bit-plane as passes do.
 */
export function decodeHtBlock(
  width: i32,
  height: i32,
  orientation: i32,
  bitPlanes: i32,
  style: i32,
  segments: usize,
  segmentCount: i32,
  output: usize,
  stride: i32,
  halved: bool,
): i32 {
  findCleanup(segments, segmentCount);
  const plane = bitPlanes - 1 - cleanupPassNumber / 3;
  if (cleanup < 0 || plane < 0 || bitPlanes > MAXIMUM_BIT_PLANES) {
    clear(width, height, output, stride);
    return cleanup < 0 ? passCount : 0;
  }
  const segment = segments + cleanup * SEGMENT_RECORD;
  const source = load<usize>(segment), length = load<i32>(segment, 4);
  const form = !halved ? CoefficientForm.Doubled : plane == 0 ? CoefficientForm.Whole : CoefficientForm.Halved;
  if (!cleanupPass(source, length, width, height, plane, form, output, stride)) {
    clear(width, height, output, stride);
    return cleanupPassNumber;
  }
  if (cleanup + 1 == segmentCount) return passCount;
  // SigProp and MagRef code the bit-plane below, if there is one.
  const passes = load<i32>(segment, SEGMENT_RECORD + 8);
  if (plane == 0) return cleanupPassNumber + 1;
  refinementPasses(
    load<usize>(segment, SEGMENT_RECORD),
    load<i32>(segment, SEGMENT_RECORD + 4),
    passes,
    width,
    height,
    (1 << plane) >> <i32>halved,
    (style & BlockStyle.Causal) != 0,
    output,
    stride,
  );
  return passCount;
}

/** A block of which nothing is known. */
function clear(width: i32, height: i32, output: usize, stride: i32): void {
  for (let y = 0; y < height; y++) memory.fill(output + y * stride, 0, width << 2);
}
