/**
 * Decodes a scan line by line into rings: for each component of the scan (for all of them together, where they are
 * interleaved by sample) the lines of one step, and in front of them the line above the first.
 *
 * A row of a scan is what restart intervals count: a line of the component where it comes alone, Vi lines of each component
 * where they are interleaved by line, a line of pixels where they are interleaved by sample.
 */
import { take } from '../kernel/arena';
import { fail } from '../kernel/blocks';
import { Status } from '../kernel/status';
import { resetContexts } from './contexts';
import { gatherScan, scanEnd, segmentCount, segmentStart, segmentStop } from './entropy-coded-segments';
import {
  columns,
  columnsOf,
  lines,
  linesOf,
  maximumV,
  MOST_COMPONENTS,
  verticalSampling,
} from './frame-header';
import { prepareCodes } from './golomb';
import { prepareGradients } from './gradients';
import { decodeLine, lineRunIndex } from './line';
import { marker, offsetOf, segmentEnd } from './markers';
import { decodeAnyPixels, decodePlainPixels, pixelRunIndexAfter } from './pixel-line';
import { isPlain } from './preset-parameters';
import { position, setPosition } from './reader';
import { resetRunContexts } from './run-mode';
import { InterleaveMode, interleaveMode, scanComponent, scanComponentCount } from './scan-header';

/** Bytes in front of the first sample of a line: the pixel that stands left of it. */
const LEFT: usize = 16;
/** Bytes behind the last sample: the pixel right of it, and what whole vectors reach. */
const RIGHT: usize = 48;
/** Bits behind the last code that are not the encoder's padding; see `checkEnd`. */
const MOST_PADDING: u32 = 16;

/** Rows of the scan, and the one that is decoded next. */
export let scanRows: u32 = 0;
export let scanRow: u32 = 0;

/** Per ring: addresses of the first sample of line -1 and of a line of zeros (at 8), bytes from line to line, RUNindex. */
const rings = memory.data(MOST_COMPONENTS * 16, 16);

/** Address of the entropy-coded data. */
let scanStart: usize = 0;
/** Rows of the scan that were decoded in this step. */
let stepRow: i32 = 0;
let plain: bool = false;
/** Ri, 0 where restart is not enabled; the segment that is being decoded, and the first row of the next one. */
let restartInterval: u32 = 0;
let segmentIndex: i32 = 0;
let segmentEndRow: u32 = 0;

@inline
function ring(index: i32): usize {
  return rings + (index << 4);
}

@inline
function ringCount(): i32 {
  return interleaveMode == InterleaveMode.Sample ? 1 : scanComponentCount;
}

/** Address of line `line` of this step of the component that comes as number `index` in the scan. */
@inline
export function scanLine(index: i32, line: i32): usize {
  if (interleaveMode == InterleaveMode.Sample) {
    return load<usize>(rings) + (line + 1) * load<usize>(rings, 4) + (index << 1);
  }
  return load<usize>(ring(index)) + (line + 1) * load<usize>(ring(index), 4);
}

/** Lines of a row that belong to the component number `index` in the scan. */
@inline
export function linesOfRow(index: i32): i32 {
  return interleaveMode == InterleaveMode.Line ? verticalSampling(scanComponent(index)) : 1;
}

/** Gathers the entropy-coded data behind the scan header that was read last. */
export function gather(interval: u32): i32 {
  restartInterval = interval;
  scanStart = segmentEnd;
  // Where the number of lines is not known yet, the length of the data bounds the intervals.
  const rows = lines == 0 ? <u64>u32.MAX_VALUE : <u64>rowsOfScan();
  const intervals = interval == 0 ? 1 : (rows + interval - 1) / interval;
  return gatherScan(scanStart, intervals, interval != 0);
}

function rowsOfScan(): u32 {
  if (interleaveMode == InterleaveMode.Sample) return lines;
  if (interleaveMode == InterleaveMode.None) return linesOf(scanComponent(0));
  return (lines + maximumV - 1) / maximumV;
}

/** Makes ready to decode the scan that was gathered last, `stepRows` rows at a time at most. */
export function beginScan(stepRows: i32): i32 {
  scanRows = rowsOfScan();
  scanRow = 0;
  plain = isPlain();
  prepareGradients();
  if (!prepareCodes()) return fail(Status.LimitMemory, offsetOf(marker));
  let leastBits: u64 = 0;
  for (let i = 0; i < ringCount(); i++) {
    const component = scanComponent(i);
    const width = interleaveMode == InterleaveMode.Sample ? columns : columnsOf(component);
    // A line takes one bit at least for each run of 32768 samples, the longest that a 1 stands for (A.7.1.2).
    leastBits += <u64>linesOf(component) * ((width + 32767) >> 15);
  }
  if (leastBits > <u64>(scanEnd - scanStart) << 3) return fail(Status.TruncatedJpegLsScan, offsetOf(scanEnd), -1, 0);
  for (let i = 0; i < ringCount(); i++) {
    const component = scanComponent(i);
    const samples = interleaveMode == InterleaveMode.Sample ? <u64>columns * scanComponentCount : <u64>columnsOf(component);
    const pitch = (LEFT + (samples << 1) + RIGHT + 15) & ~15;
    const count = stepRows * linesOfRow(i);
    const address = take(pitch * (<u64>count + 2));
    if (address == 0) return fail(Status.LimitMemory, offsetOf(marker));
    memory.fill(address, 0, <usize>pitch);
    store<usize>(ring(i), address + <usize>pitch + LEFT);
    store<usize>(ring(i), <usize>pitch, 4);
    store<usize>(ring(i), address + LEFT, 8);
  }
  beginSegment(0);
  stepRow = 0;
  return Status.Done;
}

/** Starts what a restart interval starts with (A.2.1): as if it were the first line of an image. */
function beginSegment(index: i32): void {
  segmentIndex = index;
  segmentEndRow = restartInterval == 0 ? scanRows : <u32>min<u64>(<u64>scanRows, <u64>scanRow + restartInterval);
  setPosition(segmentStart(index));
  resetContexts();
  resetRunContexts();
  for (let i = 0; i < ringCount(); i++) store<u32>(ring(i), 0, 12);
}

/** The last line of the last step becomes the line above the first of this one. */
export function beginScanStep(): void {
  for (let i = 0; i < ringCount(); i++) {
    const pitch = load<usize>(ring(i), 4);
    const done = stepRow * linesOfRow(i);
    const first = load<usize>(ring(i)) - LEFT;
    if (done > 0) memory.copy(first, first + done * pitch, pitch);
  }
  stepRow = 0;
}

/** Decodes the next row. Whatever is decoded in front of a failure is good. */
export function decodeRow(): i32 {
  if (scanRow == segmentEndRow) {
    const status = checkEnd();
    if (status != Status.Done) return status;
    if (segmentIndex + 1 == segmentCount) return fail(Status.TruncatedJpegLsScan, offsetOfPosition());
    beginSegment(segmentIndex + 1);
  }
  const isFirst = restartInterval == 0 ? scanRow == 0 : scanRow % restartInterval == 0;
  for (let i = 0; i < ringCount(); i++) {
    const height = linesOfRow(i);
    // The last row may have fewer lines of a component than the others: only lines that are there are coded.
    const count = interleaveMode == InterleaveMode.Line
      ? <i32>min<u64>(<u64>height, <u64>linesOf(scanComponent(i)) - <u64>scanRow * height)
      : 1;
    for (let line = 0; line < count; line++) {
      if (!decodeRingLine(i, stepRow * height + line, isFirst && line == 0)) return failHere();
    }
  }
  if (isPastSegment()) return failHere();
  stepRow++;
  scanRow++;
  return scanRow == scanRows ? checkEnd() : Status.Done;
}

function decodeRingLine(index: i32, line: i32, isFirst: bool): bool {
  const pitch = load<usize>(ring(index), 4);
  const here = load<usize>(ring(index)) + (line + 1) * pitch;
  // The line above the first one is 0 (A.2.1), and stays so: of the line above only the sample behind it is written.
  const above = isFirst ? load<usize>(ring(index), 8) : here - pitch;
  const runIndex = load<u32>(ring(index), 12);
  const bySample = interleaveMode == InterleaveMode.Sample;
  const width = bySample ? columns : columnsOf(scanComponent(index));
  const pixel = bySample ? <usize>scanComponentCount << 1 : 2;
  // A.3.1: right of the line above stands its last sample once more, left of a line the first sample of the one above.
  const end = above + <usize>width * pixel;
  for (let i: usize = 0; i < pixel; i += 2) {
    store<u16>(end + i, load<u16>(end - pixel + i));
    store<u16>(here - pixel + i, load<u16>(above + i));
  }
  let whole: bool;
  if (bySample) {
    whole = plain
      ? decodePlainPixels(above, here - above, width, runIndex, scanComponentCount)
      : decodeAnyPixels(above, here - above, width, runIndex, scanComponentCount);
    store<u32>(ring(index), pixelRunIndexAfter, 12);
  } else {
    whole = decodeLine(above, here - above, width, runIndex, plain);
    store<u32>(ring(index), lineRunIndex, 12);
  }
  return whole;
}

@inline
function isPastSegment(): bool {
  return <i32>(position - segmentStop(segmentIndex)) < 0;
}

/** A row failed because the data are over, or because they are broken. */
function failHere(): i32 {
  return fail(isPastSegment() ? Status.TruncatedJpegLsScan : Status.BadJpegLsCode, offsetOfPosition());
}

/** Behind the last code of a segment comes less than a byte of padding, and after a 0xFF another one (A.1). */
function checkEnd(): i32 {
  const left = position - segmentStop(segmentIndex);
  if (left < MOST_PADDING) return Status.Done;
  return fail(Status.BadJpegLsIntervalLength, offsetOfPosition(), left >>> 3);
}

/** The byte of the input that reading has come to: about, as stuffed bits are not counted. */
function offsetOfPosition(): i32 {
  return offsetOf(scanStart) + <i32>((segmentStart(0) - position) >>> 3);
}
