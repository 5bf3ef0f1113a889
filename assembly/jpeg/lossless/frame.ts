/**
 * A lossless sequential JPEG image with Huffman coding (T.81 Annex H, process 14, and with it selection
 * value 1).
 *
 * No parameters. The header has the five fields that every kernel has and nothing else: rows, columns,
 * components, precision, and bytes per sample, 1 where the precision is 8 bits or less, else 2. Output:
 * colour by pixel, little endian. Samples that exceed their precision (only a broken stream has them) keep
 * the bits that their bytes hold.
 */
import { take } from '../../kernel/arena';
import { announce, fail, handOut } from '../../kernel/blocks';
import { inputEnd } from '../../kernel/input';
import { Status } from '../../kernel/status';
import { forgetConditioning, readConditioning } from '../arithmetic-conditioning';
import { ARITHMETIC, processOf } from '../entropy-coding';
import { scanEnd } from '../entropy-coded-segments';
import {
  columnsOf,
  componentCount,
  forgetFrameHeader,
  lines,
  linesOf,
  precision,
  readFrameHeader,
  readNumberOfLines,
  samplesPerLine,
} from '../frame-header';
import { HIERARCHICAL, noteDifferential } from '../hierarchical-mode';
import { forgetHuffmanTables, readHuffmanTables } from '../huffman-tables';
import {
  endsTables,
  findStartOfImage,
  isStartOfFrame,
  Marker,
  marker,
  nextMarker,
  offsetOf,
  readFrom,
  readSegment,
  segment,
  segmentEnd,
  segmentIsCut,
  standsAlone,
  word,
} from '../markers';
import { scanComponent, scanComponentCount, scanHeaderOffset } from '../scan-header';
import { storeBytes, undoPointTransform } from './output';
import { storePlanesLine, takePlanes } from './planes';
import { SLACK } from './prediction';
import { beginScan, decodeRow, decodeRowToPlanes, gather, isByPixel, mcuRow, mcuRows } from './scan';
import { pointTransform, readLosslessScanHeader } from './scan-header';

/** What the next step does. */
const enum Stage {
  Closed,
  /** Decodes rows and hands them out. */
  Rows,
  /** Decodes a scan into planes. */
  Scan,
  /** Hands out lines of finished planes. */
  Planes,
  /** Fails, after the good rows in front of the failure have been handed out. */
  Failed,
}

/** Samples that a step decodes, in whole lines: a fraction of a millisecond, and they stay in the cache. */
const STEP_SAMPLES: i32 = 32768;

let stage: Stage = Stage.Closed;
/** What a step in stage Failed answers. */
let failedWith: i32 = Status.Done;
/** Ri of the DRI segment read last; 0 where restart is not enabled. */
let restartInterval: i32 = 0;
/** Bit by component: a scan has had it. */
let scanned: i32 = 0;

/**
 * Samples in a line of the image, of all components, and the 16-bit lines of a step. Line -1 is the one above
 * the first.
 */
let lineSamples: i32 = 0;
let stepLines: i32 = 0;
let samples: usize = 0;
/** The lines of a step as bytes; the lines themselves where samples take two. */
let output: usize = 0;
/** The line of the image that is handed out next. */
let outputLine: i32 = 0;

export function open(): i32 {
  stage = Stage.Closed;
  restartInterval = 0;
  scanned = 0;
  outputLine = 0;
  forgetFrameHeader();
  if (ARITHMETIC) forgetConditioning();
  else forgetHuffmanTables();
  if (!findStartOfImage()) return fail(Status.MissingJpegStart, 0);
  let status = readToScan();
  if (status != Status.Done) return status;
  const firstScan = segmentEnd;
  status = gather(restartInterval);
  if (status == Status.Done) status = readLinesBehindScan();
  if (status == Status.Done) status = takeOutput(inputEnd - firstScan);
  if (status != Status.Done) return status;

  const byPixel = isByPixel();
  if (!byPixel && !takePlanes()) return fail(Status.LimitMemory, scanHeaderOffset);
  status = startScan(byPixel);
  if (status != Status.Done) return status;
  announce(lines, samplesPerLine, componentCount, precision, bytesPerSample());
  stage = byPixel ? Stage.Rows : Stage.Scan;
  return Status.Done;
}

export function step(): i32 {
  if (stage == Stage.Rows) return decodeRows();
  if (stage == Stage.Scan) return decodeScan();
  if (stage == Stage.Planes) return handOutPlanes();
  return stage == Stage.Failed ? failedWith : fail(Status.BadCall, -1);
}

@inline
function bytesPerSample(): i32 {
  return HIERARCHICAL || precision > 8 ? 2 : 1;
}

/** Reads marker segments up to a scan header and that too. */
function readToScan(): i32 {
  while (true) {
    const code = nextMarker();
    if (code == Marker.None) return fail(Status.TruncatedJpegHeaders, offsetOf(inputEnd));
    if (standsAlone(code) || (componentCount == 0 && endsTables(code))) continue;
    const at = offsetOf(marker);
    if (code == Marker.EOI) return fail(Status.MissingJpegScan, at);
    if (!readSegment()) {
      return segmentIsCut()
        ? fail(Status.TruncatedJpegHeaders, offsetOf(inputEnd))
        : fail(Status.BadJpegSegmentLength, at);
    }
    let status: i32 = Status.Done;
    if (code == Marker.SOS) {
      return componentCount > 0 ? readLosslessScanHeader() : fail(Status.MissingJpegFrameHeader, at);
    }
    if (!ARITHMETIC && code == Marker.DHT) status = readHuffmanTables();
    else if (ARITHMETIC && code == Marker.DAC) status = readConditioning();
    else if (code == Marker.DRI) status = readRestartInterval();
    else if (isStartOfFrame(code)) status = readStartOfFrame(code);
    else if (code == Marker.DHP) status = fail(Status.UnsupportedJpegHierarchy, at);
    if (status != Status.Done) return status;
  }
}

function readStartOfFrame(code: i32): i32 {
  const at = offsetOf(marker);
  if (componentCount > 0) return fail(Status.BadJpegFrameHeader, at);
  const process = HIERARCHICAL ? noteDifferential(processOf(code)) : processOf(code);
  if (process != 3) return fail(Status.UnsupportedJpegProcess, at, code - Marker.SOF0);
  return readFrameHeader();
}

/** B.2.4.4. */
function readRestartInterval(): i32 {
  if (segmentEnd - segment < 2) return fail(Status.BadJpegSegmentLength, offsetOf(marker));
  restartInterval = word(segment);
  return Status.Done;
}

/** A DNL segment behind the first scan gives the number of lines, or gives it anew (B.2.5). */
function readLinesBehindScan(): i32 {
  readFrom(scanEnd);
  if (nextMarker() == Marker.DNL && marker == scanEnd && readSegment()) return readNumberOfLines();
  return lines > 0 ? Status.Done : fail(Status.MissingJpegNumberOfLines, offsetOf(scanEnd));
}

/** Takes memory for the lines of a step. `bytes`: what there is for all scans. */
function takeOutput(bytes: usize): i32 {
  let total: u64 = 0;
  for (let i = 0; i < componentCount; i++) total += <u64>columnsOf(i) * linesOf(i);
  // No code is shorter than one bit: what cannot be there is not given memory. Arithmetic coding has no such
  // bound: decisions that are always the same take nothing.
  if (!ARITHMETIC && total > <u64>bytes * 8) return fail(Status.TruncatedJpegScan, offsetOf(inputEnd), 0);
  lineSamples = samplesPerLine * componentCount;
  // Strips have offsets of 32 bits.
  if (<u64>lineSamples * lines * bytesPerSample() > <u64>i32.MAX_VALUE) return fail(Status.LimitMemory, -1);

  stepLines = max(1, min(lines, STEP_SAMPLES / lineSamples));
  const size = <u64>lineSamples * stepLines;
  samples = take((size + lineSamples) * 2 + 2 * SLACK);
  output = samples != 0 && bytesPerSample() == 1 ? take(size + SLACK) : samples;
  if (samples == 0 || output == 0) return fail(Status.LimitMemory, scanHeaderOffset);
  samples += SLACK + (<usize>lineSamples << 1);
  if (bytesPerSample() == 2) output = samples;
  return Status.Done;
}

/** Makes ready to decode the scan that was gathered last, whose components must be new. */
function startScan(byPixel: bool): i32 {
  for (let i = 0; i < scanComponentCount; i++) {
    const bit = 1 << scanComponent(i);
    if (scanned & bit) return fail(Status.BadJpegScanHeader, scanHeaderOffset, i);
    scanned |= bit;
  }
  return beginScan(byPixel);
}

/** Decodes some lines of a scan by pixel and hands them out. */
function decodeRows(): i32 {
  const line = <usize>lineSamples << 1;
  let count = 0;
  while (count < stepLines && mcuRow < mcuRows) {
    const status = decodeRow(samples + count * line, line);
    if (status != Status.Done) {
      if (count == 0) return status;
      stage = Stage.Failed;
      failedWith = status;
      break;
    }
    count++;
  }
  // The last line is the one above the first of the next step; prediction works on samples before the point
  // transform.
  memory.copy(samples - line, samples + (count - 1) * line, line);
  if (pointTransform > 0) undoPointTransform(samples, count * lineSamples, pointTransform);
  return handOutLines(count);
}

/** Decodes some rows of a scan into planes; after the last one goes on to the next scan or to the output. */
function decodeScan(): i32 {
  for (let count = 0; count < stepLines && mcuRow < mcuRows; count++) {
    const status = decodeRowToPlanes();
    if (status != Status.Done) return status;
  }
  if (mcuRow < mcuRows) return Status.More;
  if (scanned == (1 << componentCount) - 1) {
    stage = Stage.Planes;
    return Status.More;
  }
  readFrom(scanEnd);
  let status = readToScan();
  if (status == Status.Done) status = gather(restartInterval);
  if (status == Status.Done) status = startScan(false);
  return status == Status.Done ? Status.More : status;
}

/** Hands out some lines of the finished planes. */
function handOutPlanes(): i32 {
  const count = min(stepLines, lines - outputLine);
  for (let i = 0; i < count; i++) storePlanesLine(samples + i * (<usize>lineSamples << 1), outputLine + i);
  return handOutLines(count);
}

/** Hands out the lines of this step. */
function handOutLines(count: i32): i32 {
  const line = lineSamples * bytesPerSample();
  if (bytesPerSample() == 1) storeBytes(output, samples, count * lineSamples);
  handOut(output, outputLine * line, count * line);
  outputLine += count;
  if (outputLine < lines) return Status.More;
  stage = Stage.Closed;
  return Status.Done;
}
