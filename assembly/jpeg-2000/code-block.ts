/**
 * What a code-block is between the parts that read packets and the one that decodes its coding passes (T.800 Annex D,
 * T.814 Clause 7). The block decoders are `block-decoder.ts` (Part 1) and `ht-block-decoder.ts` (HT).
 *
 *     reserveBlockDecoder(longestSegment: i32): bool
 *       once a tile, before its first block: takes what the decoder needs from the arena; `longestSegment` is the
 *       longest segment of any block to come, in bytes; false where the memory may not grow so far
 *     decodeBlock(width, height, orientation, bitPlanes, style, segments, segmentCount, output, stride, halved): i32
 *       decodes one block of any segments, damaged ones too, and never traps
 *
 * - `width`, `height`: 1 to 1024, the product at most 4096. `orientation`: below. `style`: below.
 * - `bitPlanes`: Mb (plus the ROI shift) less the zero bit-planes P of the packet header, 1 to MAXIMUM_BIT_PLANES.
 * - `segments`: `segmentCount` records of 16 bytes: address, length in bytes, number of coding passes (placeholder passes
 *   of HT too: in a segment of length 0, or in front of the cleanup pass in its segment), 0. A segment is one codeword segment, whole and contiguous; 64 bytes behind it are
 *   readable, what they hold means nothing. Passes in order: a cleanup pass first. With neither bypass nor termination there is
 *   one segment; else they are cut as Table D.9 says (HT: cleanup | SigProp and MagRef together, again for each HT set).
 * - `output`: i32 coefficients in raster order, `stride` in bytes (a multiple of 16) from row to row, `output` a
 *   multiple of 4. All `width` x `height` of them are written, zeros where nothing was coded, nothing else is.
 * - A coefficient is two's complement of 2 x magnitude, plus half of the last bit-plane decoded for it: magnitude bits that
 *   were not decoded count as one half (E.1.1.2, r = 1/2). `halved`: without the last bit, rounded towards zero.
 * - Returns how many passes were decoded before damage was found (a segment that ends early, a segmentation symbol that
 *   is wrong, a termination that is not the predicted one): the sum of the records where there was none. What was decoded up to there stands.
 *
 * `decodeNarrowBlock` (Part 1) and `decodeNarrowHtBlock` write halved coefficients as i16, those beyond as the nearest one that there is, and
 * tell the largest magnitude, by which the caller knows whether one was beyond: `largestOfBlock`, `largestMagnitude`.
 *
 * The 9/7 filter, the ROI shift and the dequantisation are the callers'.
 */

/** Sub-band orientation, B.5: which filter made it, horizontal first. */
export const enum Orientation {
  LL = 0,
  HL = 1,
  LH = 2,
  HH = 3,
}

/** Code-block style, Table A.19; HT bits: T.814 Table A.4. */
export const enum BlockStyle {
  /** Selective arithmetic coding bypass. */
  Bypass = 1,
  /** Reset of context probabilities at each pass. */
  Reset = 2,
  /** Termination on each coding pass. */
  Terminate = 4,
  /** Vertically causal context. */
  Causal = 8,
  /** Predictable termination. */
  Predictable = 16,
  /** Segmentation symbols. */
  Symbols = 32,
  /** HT code-blocks. */
  Ht = 64,
  /** HT and Part 1 code-blocks mixed: with `Ht` set. */
  Mixed = 128,
}

/** Bytes of a segment record. */
export const SEGMENT_RECORD: i32 = 16;

/** Doubled magnitudes of so many bit-planes fit an i32. */
export const MAXIMUM_BIT_PLANES: i32 = 30;
/** Bit-planes that two halves of such coefficients have room for: 38 bits, and what the transformations add to them. */
export const MAXIMUM_WIDE_BIT_PLANES: i32 = 47;
