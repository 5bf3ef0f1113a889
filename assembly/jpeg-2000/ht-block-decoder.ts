/**
 * An HT code-block, from its segments to coefficients: T.814 Clause 7. What goes in and out stands in
 * code-block.ts, as for `decodeBlock`.
 */
import { BlockStyle, MAXIMUM_BIT_PLANES, SEGMENT_RECORD } from './code-block';
import { cleanupPass } from './ht-cleanup-pass';
import { refinementPasses } from './ht-refinement-passes';
import { prepareVlcDecoder } from './vlc-decoder';

let prepared: bool = false;

/** Makes the tables, once. The buffers of HT segments are of fixed size. */
export function reserveHtBlockDecoder(): void {
  if (prepared) return;
  prepareVlcDecoder();
  prepared = true;
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
  let pass = 0, cleanup = -1, cleanupPassNumber = 0;
  for (let i = 0; i < segmentCount; i++) {
    const segment = segments + i * SEGMENT_RECORD;
    const passes = load<i32>(segment, 8);
    // Placeholder passes stand in a segment of their own, without bytes, or in front of the cleanup pass in
    // its segment.
    if ((pass + passes - 1) % 3 == 0 && load<i32>(segment, 4) > 0) {
      cleanup = i;
      cleanupPassNumber = pass + passes - 1;
    }
    pass += passes;
  }
  const plane = bitPlanes - 1 - cleanupPassNumber / 3;
  if (cleanup < 0 || plane < 0 || bitPlanes > MAXIMUM_BIT_PLANES) {
    clear(width, height, output, stride);
    return cleanup < 0 ? pass : 0;
  }
  const segment = segments + cleanup * SEGMENT_RECORD;
  const source = load<usize>(segment), length = load<i32>(segment, 4);
  if (!cleanupPass(source, length, width, height, plane, <i32>halved, output, stride)) {
    clear(width, height, output, stride);
    return cleanupPassNumber;
  }
  if (cleanup + 1 == segmentCount) return pass;
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
  return pass;
}

/** A block of which nothing is known. */
function clear(width: i32, height: i32, output: usize, stride: i32): void {
  for (let y = 0; y < height; y++) memory.fill(output + y * stride, 0, width << 2);
}
