/**
 * A JPEG-LS image (T.87): lossless or near-lossless, 2 to 16 bits, 1 to 4 components, however they come in scans.
 *
 * No parameters. Behind the five header fields that every kernel has stands, as the sixth, the colour transform that was
 * undone: 0 none, 1 to 3 HP1 to HP3. Output: colour by pixel, little endian, 1 byte a sample where the precision is 8 bits
 * or less, else 2. Where mapping tables are used, the samples are their entries, with the precision of these.
 */
import { announce, fail, failure, handOut, header } from '../kernel/blocks';
import { inputEnd } from '../kernel/input';
import { Status } from '../kernel/status';
import { checkColourTransform, colourTransform, forgetColourTransform, readColourTransform } from './colour-transform';
import { scanEnd } from './entropy-coded-segments';
import {
  columns,
  componentCount,
  forgetFrameHeader,
  isSubsampled,
  lines,
  readFrameHeader,
  readNumberOfLines,
  readOversizeDimensions,
} from './frame-header';
import { chooseMappingTables, forgetMappingTables, readMappingTable } from './mapping-tables';
import {
  findStartOfImage,
  isOtherStartOfFrame,
  Marker,
  marker,
  nextMarker,
  number,
  offsetOf,
  readFrom,
  readSegment,
  segment,
  segmentEnd,
  segmentIsCut,
  standsAlone,
} from './markers';
import { bitsPerSample, bytesPerSample, storeLine, strip, takeOutput } from './output';
import { forgetPlanes, keepRows, takePlanes } from './planes';
import { forgetPresets, readPresets, settlePresets } from './preset-parameters';
import { beginScan, beginScanStep, decodeRow, gather, scanRow, scanRows } from './scan';
import { readScanHeader, scanComponent, scanComponentCount, scanNear } from './scan-header';

/** What the next step does. */
const enum Stage {
  Closed,
  /** Decodes a scan into planes. */
  Scan,
  /** Decodes the last scan and hands out its lines, with those of the planes. */
  LastScan,
  /** Hands out lines of finished planes. */
  Planes,
  /** Fails, after the good rows in front of the failure have been handed out. */
  Failed,
}

/** Samples that a step decodes, in whole lines: a fraction of a millisecond, and they stay in the cache. */
const STEP_SAMPLES: u32 = 16384;

let stage: Stage = Stage.Closed;
/** What a step in stage Failed answers. */
let failedWith: i32 = Status.Done;
/** Ri of the DRI segment read last; 0 where restart is not enabled. */
let restartInterval: u32 = 0;
/** Bit by component: a scan has had it. */
let scanned: i32 = 0;
/** Lines of a step, a multiple of 4: whole rows of any scan. */
let stepLines: i32 = 0;
/** The line of the image that is handed out next. */
let outputLine: u32 = 0;

export function open(): i32 {
  stage = Stage.Closed;
  restartInterval = 0;
  scanned = 0;
  outputLine = 0;
  forgetFrameHeader();
  forgetPresets();
  forgetMappingTables();
  forgetColourTransform();
  forgetPlanes();
  if (!findStartOfImage()) return fail(Status.MissingJpegLsStart, 0);
  let status = readToScan(true);
  if (status == Status.Done) status = gather(restartInterval);
  if (status == Status.Done) status = readLinesBehindScan();
  if (status == Status.Done) status = checkColourTransform();
  if (status == Status.Done) status = startScan();
  if (status != Status.Done) return status;
  announce(lines, columns, componentCount, bitsPerSample(), bytesPerSample());
  store<i32>(header, colourTransform, 20);
  return Status.Done;
}

export function step(): i32 {
  if (stage == Stage.LastScan) return decodeAndHandOut();
  if (stage == Stage.Scan) return decodeToPlanes();
  if (stage == Stage.Planes) return handOutPlanes();
  return stage == Stage.Failed ? failedWith : fail(Status.BadCall, -1);
}

/** Reads marker segments up to a scan header and that too. */
function readToScan(isFirst: bool): i32 {
  while (true) {
    const code = nextMarker();
    if (code == Marker.None) return fail(Status.TruncatedJpegLsHeaders, offsetOf(inputEnd));
    if (standsAlone(code)) continue;
    const at = offsetOf(marker);
    if (code == Marker.EOI) return fail(Status.MissingJpegLsScan, at);
    if (!readSegment()) {
      return segmentIsCut()
        ? fail(Status.TruncatedJpegLsHeaders, offsetOf(inputEnd))
        : fail(Status.BadJpegLsSegmentLength, at);
    }
    let status: i32 = Status.Done;
    if (code == Marker.SOS) {
      if (componentCount == 0) return fail(Status.MissingJpegLsFrameHeader, at);
      status = readScanHeader();
      if (status == Status.Done) status = settlePresets(scanNear);
      return status == Status.Done ? chooseMappingTables(isFirst) : status;
    }
    if (code == Marker.SOF55) status = readFrameHeader();
    else if (code == Marker.LSE) status = readPresetSegment();
    else if (code == Marker.DRI) status = readRestartInterval();
    else if (code == Marker.APP8) status = readColourTransform();
    else if (isOtherStartOfFrame(code)) status = fail(Status.UnsupportedJpegLsProcess, at, code - Marker.SOF0);
    if (status != Status.Done) return status;
  }
}

/** The segment of LSE (C.2.4). */
function readPresetSegment(): i32 {
  const identifier = segment < segmentEnd ? <i32>load<u8>(segment) : 0;
  if (identifier == 1) return readPresets();
  if (identifier == 2 || identifier == 3) return readMappingTable(identifier == 3);
  if (identifier == 4) return readOversizeDimensions();
  return fail(Status.UnsupportedJpegLsPresets, offsetOf(marker), identifier);
}

/** DRI (C.2.5): Ri in 2, 3 or 4 bytes. */
function readRestartInterval(): i32 {
  const size = <i32>(segmentEnd - segment);
  if (size < 2 || size > 4) return fail(Status.BadJpegLsSegmentLength, offsetOf(marker));
  restartInterval = number(segment, size);
  return Status.Done;
}

/** A DNL segment behind the first scan may give the number of lines (C.2.6). */
function readLinesBehindScan(): i32 {
  if (lines == 0) {
    readFrom(scanEnd);
    if (nextMarker() == Marker.DNL && readSegment()) {
      const status = readNumberOfLines();
      if (status != Status.Done) return status;
    }
  }
  if (lines == 0) return fail(Status.MissingJpegLsDimensions, offsetOf(scanEnd));
  return columns == 0 ? fail(Status.MissingJpegLsDimensions, offsetOf(scanEnd)) : Status.Done;
}

/** Starts the scan that was gathered last, whose components must be new. The first one takes the memory of the output. */
function startScan(): i32 {
  const isFirst = scanned == 0;
  for (let i = 0; i < scanComponentCount; i++) {
    const bit = 1 << scanComponent(i);
    if (scanned & bit) return fail(Status.BadJpegLsScanHeader, offsetOf(marker), i);
    scanned |= bit;
  }
  if (isFirst) {
    const lineSamples = <u64>columns * componentCount;
    // Strips have offsets of 32 bits.
    if (lineSamples > <u64>i32.MAX_VALUE || lineSamples * lines > <u64>(i32.MAX_VALUE / bytesPerSample())) {
      return fail(Status.LimitMemory, -1);
    }
    const atOnce = <u32>max<u64>(1, STEP_SAMPLES / lineSamples);
    stepLines = <i32>min((lines + 3) & ~3, (atOnce + 3) & ~3);
  }
  const rows = isSubsampled() ? stepLines / 4 : stepLines;
  const status = beginScan(rows);
  if (status != Status.Done) return status;
  const isLast = scanned == (1 << componentCount) - 1 && !isSubsampled();
  if (!isLast && !takePlanes()) return fail(Status.LimitMemory, offsetOf(marker));
  if (isFirst && !takeOutput(stepLines)) return fail(Status.LimitMemory, offsetOf(marker));
  stage = isLast ? Stage.LastScan : Stage.Scan;
  return Status.Done;
}

/** Decodes some lines of the last scan and hands them out. */
function decodeAndHandOut(): i32 {
  beginScanStep();
  let count = 0;
  let status: i32 = Status.Done;
  while (count < stepLines && scanRow < scanRows) {
    const before = scanRow;
    status = decodeRow();
    if (scanRow > before) count++;
    if (status != Status.Done) break;
  }
  for (let i = 0; i < count; i++) {
    if (storeLine(i, outputLine + i, false)) continue;
    count = i;
    status = fail(Status.BadJpegLsMappingTable, -1);
    break;
  }
  return handOutLines(count, status);
}

/** Decodes some rows of a scan into planes; after the last one goes on to the next scan or to the output. */
function decodeToPlanes(): i32 {
  beginScanStep();
  const first = scanRow;
  const rows = isSubsampled() ? stepLines / 4 : stepLines;
  let count = 0;
  for (; count < rows && scanRow < scanRows; count++) {
    const status = decodeRow();
    // No row of the image is whole before its last component is there.
    if (status != Status.Done) return failWith(status, 0);
  }
  keepRows(first, count);
  if (scanRow < scanRows) return Status.More;
  if (scanned == (1 << componentCount) - 1) {
    stage = Stage.Planes;
    return Status.More;
  }
  readFrom(scanEnd);
  let status = readToScan(false);
  if (status == Status.Done) status = gather(restartInterval);
  if (status == Status.Done) status = startScan();
  return status == Status.Done ? Status.More : failWith(status, 0);
}

/** Hands out some lines of the finished planes. */
function handOutPlanes(): i32 {
  const count = <i32>min<u32>(stepLines, lines - outputLine);
  for (let i = 0; i < count; i++) {
    if (!storeLine(i, outputLine + i, true)) return handOutLines(i, fail(Status.BadJpegLsMappingTable, -1));
  }
  return handOutLines(count, Status.Done);
}

/** Hands out the first `count` lines of the strip; then, in the next step, fails where something went wrong behind them. */
function handOutLines(count: i32, status: i32): i32 {
  const lineBytes = <i32>columns * componentCount * bytesPerSample();
  const offset = <i32>outputLine * lineBytes;
  outputLine += count;
  if (count > 0) handOut(strip, offset, count * lineBytes);
  if (status != Status.Done) {
    const failed = failWith(status, outputLine);
    return count > 0 ? Status.More : failed;
  }
  if (outputLine < lines) return Status.More;
  stage = Stage.Closed;
  return Status.Done;
}

/** Notes how many rows of the image are whole, and fails with the same status from now on. */
function failWith(status: i32, goodRows: u32): i32 {
  stage = Stage.Failed;
  failedWith = status;
  store<i32>(failure, <i32>goodRows, 8);
  return status;
}
