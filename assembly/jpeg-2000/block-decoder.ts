/**
 * A Part 1 code-block, from its codeword segments to coefficients: T.800 Annex D. What goes in and out, and
 * what of it the caller promises, stands in code-block.ts.
 */
import { clearBlock, COEFFICIENTS, columns, preparePlaces, stripes } from './block-state';
import { BlockStyle, MAXIMUM_BIT_PLANES, SEGMENT_RECORD } from './code-block';
import { reserveWords, unstuffForMq, unstuffRaw } from './codeword-segment';
import {
  cleanupPass,
  magnitudeRefinementPass,
  segmentationSymbol,
  significancePropagationPass,
} from './coding-passes';
import { prepareContextLabels, resetContexts, selectOrientation } from './context-labels';
import { beginDecisions, bitsLeft, prepareMqDecoder } from './mq-decoder';
import { beginRawBits, rawBitsLeft } from './raw-decoder';
import { rawMagnitudeRefinementPass, rawSignificancePropagationPass } from './raw-passes';
import { writeCoefficients, writeNarrowCoefficients } from './raster';
import { putAside, writeWideCoefficients } from './wide-coefficients';

/** What a pass of a bit-plane is, in their order: Figure D.2. */
const enum Pass {
  SignificancePropagation = 0,
  MagnitudeRefinement = 1,
  Cleanup = 2,
}

/** Table D.9: the first pass that bypasses the MQ decoder, as counted from the first one of the block. */
const FIRST_RAW_PASS: i32 = 10;
/**
 * Bits between the decoder and the end of a segment with predictable termination. The MQ decoder is 8 to 15
 * bits behind it, as C is wider than what was to be written, and 8 more where a last byte 0xFF was left out;
 * raw bits leave less than a byte.
 */
const TERMINATION_LEAST: i32 = -23;
const TERMINATION_MOST: i32 = 7;
/** Stripes times columns of the largest block. */
const MAXIMUM_STRIPE_COLUMNS: u32 = 1024;

/** Bit-planes that are decoded when those above them are put aside; 0 where all of them fit in a coefficient at once. */
let lowerPlanes: i32 = 0;
/** Those above are put aside. */
let divided: bool = false;
/** Lower bit-planes of a block that has more than fit: some that the upper ones fit as well. */
const LOWER_PLANES: i32 = 18;

let prepared: bool = false;

/** See code-block.ts. */
export function reserveBlockDecoder(longestSegment: i32): bool {
  if (!prepared) {
    prepareMqDecoder();
    preparePlaces();
    prepareContextLabels();
    prepared = true;
  }
  return reserveWords(longestSegment);
}

/** What pass number `pass` of a block is. */
@inline
function kindOf(pass: i32): Pass {
  return (pass + 2) % 3;
}

/** D.6: whether pass number `pass` is raw. */
@inline
function isRaw(pass: i32, style: i32): bool {
  return (style & BlockStyle.Bypass) != 0 && pass >= FIRST_RAW_PASS && kindOf(pass) != Pass.Cleanup;
}

/** See code-block.ts. */
export function decodeBlock(
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
  lowerPlanes = 0;
  const planes = min(bitPlanes, MAXIMUM_BIT_PLANES);
  const pass = decodePasses(width, height, orientation, planes, style, segments, segmentCount);
  writeCoefficients(COEFFICIENTS, columns, stripes, height, output, stride, halved);
  return pass;
}

/** The largest magnitude that `decodeNarrowBlock` wrote: LARGEST_NARROW and above where one did not fit. */
export let largestOfBlock: i32 = 0;

/** The same to i16, halved; coefficients beyond become the nearest one that there is. */
export function decodeNarrowBlock(
  width: i32,
  height: i32,
  orientation: i32,
  bitPlanes: i32,
  style: i32,
  segments: usize,
  segmentCount: i32,
  output: usize,
  stride: i32,
): i32 {
  lowerPlanes = 0;
  const planes = min(bitPlanes, MAXIMUM_BIT_PLANES);
  const pass = decodePasses(width, height, orientation, planes, style, segments, segmentCount);
  largestOfBlock = writeNarrowCoefficients(COEFFICIENTS, columns, stripes, height, output, stride);
  return pass;
}

/** The same as `decodeBlock` for up to MAXIMUM_WIDE_BIT_PLANES bit-planes, to i64; halved. */
export function decodeWideBlock(
  width: i32,
  height: i32,
  orientation: i32,
  bitPlanes: i32,
  style: i32,
  segments: usize,
  segmentCount: i32,
  output: usize,
  stride: usize,
): i32 {
  lowerPlanes = bitPlanes > MAXIMUM_BIT_PLANES ? LOWER_PLANES : 0;
  const pass = decodePasses(width, height, orientation, bitPlanes, style, segments, segmentCount);
  writeWideCoefficients(columns, height, output, stride, lowerPlanes, divided);
  return pass;
}

/** All passes of a block of `planes` bit-planes; returns how many there were until damage was found. */
function decodePasses(
  width: i32,
  height: i32,
  orientation: i32,
  planes: i32,
  style: i32,
  segments: usize,
  segmentCount: i32,
): i32 {
  divided = false;
  // Not to be had from a codestream; here for the bounds of block-state.ts.
  if (<u32>((height + 3) >> 2) * width > MAXIMUM_STRIPE_COLUMNS) return 0;
  clearBlock(width, height, (style & BlockStyle.Causal) != 0);
  selectOrientation(orientation);
  resetContexts();
  let pass = 0;
  for (let i = 0; i < segmentCount; i++) {
    const segment = segments + i * SEGMENT_RECORD;
    const passes = load<i32>(segment, 8);
    // A block whose last passes were left out (by rate control, say) may end with a segment that is not
    // terminated, and that has too few bytes for what its last passes end with.
    const open = i + 1 == segmentCount && (style & BlockStyle.Terminate) == 0 && pass + passes < 3 * planes - 2;
    const decoded = decodeSegment(load<usize>(segment), load<i32>(segment, 4), pass, passes, planes, style, open);
    pass += decoded;
    if (decoded != passes) break;
  }
  return pass;
}

/**
 * Decodes `passes` passes, the first of them number `first` of the block, out of one codeword segment.
 * @param open whether the segment may end without a termination
 * @returns how many there were until damage was found
 */
function decodeSegment(source: usize, length: i32, first: i32, passes: i32, planes: i32, style: i32, open: bool): i32 {
  const raw = isRaw(first, style);
  if (raw) {
    unstuffRaw(source, length);
    beginRawBits();
  } else {
    unstuffForMq(source, length);
    beginDecisions();
  }
  for (let i = 0; i < passes; i++) {
    const pass = first + i;
    // The first bit-plane has a cleanup pass alone. More passes than bit-planes hold, or raw ones and others
    // in one segment, are damage.
    const plane = planes - 1 - (pass + 2) / 3;
    if (plane < 0 || isRaw(pass, style) != raw) return i;
    if (plane < lowerPlanes && !divided) {
      putAside(stripes * columns << 2, lowerPlanes);
      divided = true;
    }
    decodePass(kindOf(pass), raw, 2 << (divided ? plane : plane - lowerPlanes));
    if ((style & BlockStyle.Symbols) != 0 && kindOf(pass) == Pass.Cleanup && !segmentationSymbol()) {
      // D.5: a wrong symbol is damage, unless C holds ones behind the end of what was left of the segment (C.3.4).
      if (!open || bitsLeft() >= 0) return i;
    }
    if ((style & BlockStyle.Reset) != 0) resetContexts();
  }
  if ((style & BlockStyle.Predictable) != 0 && !open && !endsAsPredicted(raw)) return passes - 1;
  return passes;
}

/** One pass; `one` is the bit of its bit-plane in a doubled coefficient. */
function decodePass(kind: Pass, raw: bool, one: u32): void {
  if (kind == Pass.Cleanup) cleanupPass(one);
  else if (kind == Pass.SignificancePropagation) {
    if (raw) rawSignificancePropagationPass(one);
    else significancePropagationPass(one);
  } else {
    if (raw) rawMagnitudeRefinementPass(one);
    else magnitudeRefinementPass(one);
  }
}

/** D.4.2: whether the decoder is where a predictable termination leaves it. */
function endsAsPredicted(raw: bool): bool {
  const left = raw ? rawBitsLeft() : bitsLeft();
  return left >= TERMINATION_LEAST && left <= TERMINATION_MOST;
}
