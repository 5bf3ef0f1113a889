/** The frame header (T.81 B.2.2) and what follows from it (A.1.1). */
import { fail } from '../kernel/blocks';
import { Status } from '../kernel/status';
import { marker, offsetOf, segment, segmentEnd, word } from './markers';

/** Components that are decoded: as many as one scan may hold and DICOM knows. */
export const MAXIMUM_COMPONENTS: i32 = 4;

/** P: bits of a sample. */
export let precision: i32 = 0;
/** Y: 0 until the DNL segment where that gives it. */
export let lines: i32 = 0;
/** X. */
export let samplesPerLine: i32 = 0;
/** Nf. */
export let componentCount: i32 = 0;
/** Hmax and Vmax. */
export let maximumH: i32 = 0;
export let maximumV: i32 = 0;

/** Ci, Hi, Vi, Tqi of each component, 4 bytes apart. */
const components: usize = memory.data(MAXIMUM_COMPONENTS * 4, 4);

@inline
export function identifierOf(component: i32): i32 {
  return load<u8>(components + (component << 2));
}

@inline
export function horizontalSampling(component: i32): i32 {
  return load<u8>(components + (component << 2), 1);
}

@inline
export function verticalSampling(component: i32): i32 {
  return load<u8>(components + (component << 2), 2);
}

/**
 * Tqi: the quantization table destination, 0 to 255 as the header has it; without meaning in lossless
 * processes.
 */
@inline
export function quantizationDestination(component: i32): i32 {
  return load<u8>(components + (component << 2), 3);
}

/**
 * Takes the sampling factors of a single component for 1: they have no meaning, its scan is of single data
 * units (A.2.2).
 */
export function ignoreSamplingOfOne(): void {
  if (componentCount != 1) return;
  store<u8>(components, 1, 1);
  store<u8>(components, 1, 2);
  maximumH = 1;
  maximumV = 1;
}

/** xi: samples per line of a component. */
export function columnsOf(component: i32): i32 {
  return ceilingOf(samplesPerLine * horizontalSampling(component), maximumH);
}

/** yi: lines of a component. */
export function linesOf(component: i32): i32 {
  return ceilingOf(lines * verticalSampling(component), maximumV);
}

@inline
export function ceilingOf(dividend: i32, divisor: i32): i32 {
  return (dividend + divisor - 1) / divisor;
}

export function forgetFrameHeader(): void {
  componentCount = 0;
}

/** Reads the current marker segment as a frame header: 2 to 16 bits, 1 to 4 components. */
export function readFrameHeader(): i32 {
  const at = offsetOf(marker);
  const length = <i32>(segmentEnd - segment);
  if (length < 6) return fail(Status.BadJpegFrameHeader, at);
  const count = <i32>load<u8>(segment, 5);
  precision = load<u8>(segment);
  lines = word(segment + 1);
  samplesPerLine = word(segment + 3);
  if (count == 0 || length < 6 + 3 * count || samplesPerLine == 0) return fail(Status.BadJpegFrameHeader, at);
  if (precision < 2 || precision > 16) return fail(Status.BadJpegPrecision, at, precision);
  if (count > MAXIMUM_COMPONENTS) return fail(Status.UnsupportedJpegComponents, at, count);

  maximumH = 0;
  maximumV = 0;
  for (let i = 0; i < count; i++) {
    const from = segment + 6 + 3 * i, to = components + (i << 2);
    const h = <i32>load<u8>(from, 1) >> 4, v = <i32>load<u8>(from, 1) & 15;
    if (h < 1 || h > 4 || v < 1 || v > 4) return fail(Status.BadJpegSampling, at, i);
    store<u8>(to, load<u8>(from), 0);
    store<u8>(to, h, 1);
    store<u8>(to, v, 2);
    store<u8>(to, load<u8>(from, 2), 3);
    maximumH = max(maximumH, h);
    maximumV = max(maximumV, v);
  }
  componentCount = count;
  return Status.Done;
}

/** Takes the number of lines from the current marker segment, which is a DNL segment (B.2.5). */
export function readNumberOfLines(): i32 {
  const numberOfLines = segmentEnd - segment >= 2 ? word(segment) : 0;
  if (numberOfLines == 0) return fail(Status.BadJpegNumberOfLines, offsetOf(marker));
  lines = numberOfLines;
  return Status.Done;
}
