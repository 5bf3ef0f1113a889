/**
 * A JPEG image of the DCT-based processes with Huffman coding: baseline, extended sequential, progressive
 * (T.81 Annexes F and G), of 8 or 12 bits.
 *
 * Parameters: 0 the reduction, 0 to 3 (each side is halved that many times); 1 to 4 row, column, rows and columns
 * of the rectangle that is wanted of the image so reduced, 0 rows for all of it; 5, where it is not 0, has three
 * components of 8 bits converted from YBR_FULL to RGB, and may be set after `open`. The header: rows, columns,
 * components, precision, and bytes per sample, 1 or 2, as coded; 5 and 6 rows and columns that are handed out,
 * 0 where the rectangle is not inside the image: then there is nothing to step through.
 * Output: the components as they are coded or converted, all as large as the image, colour by pixel, little endian.
 *
 * Three ways lead there. One sequential scan of all components is decoded row by row of minimum coded units
 * into planes of two rows, from which lines are handed out while they are in the cache. Several sequential
 * scans fill whole planes first, progressive scans arrays of coefficients.
 */
import { release, take, taken } from '../../kernel/arena';
import { announce, fail, handOut, header } from '../../kernel/blocks';
import { inputEnd } from '../../kernel/input';
import { Status } from '../../kernel/status';
import { forgetConditioning, readConditioning } from '../arithmetic-conditioning';
import { ARITHMETIC, processOf } from '../entropy-coding';
import { scanEnd } from '../entropy-coded-segments';
import {
  columnsOf,
  componentCount,
  forgetFrameHeader,
  horizontalSampling,
  ignoreSamplingOfOne,
  lines,
  linesOf,
  maximumV,
  precision,
  readFrameHeader,
  readNumberOfLines,
  samplesPerLine,
  verticalSampling,
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
import { readScanHeader, scanComponent, scanComponentCount, scanHeaderOffset } from '../scan-header';
import { OUTPUT_SLACK, outputLineBytes, storeLine } from './output';
import {
  bitSetOf,
  blocksOf,
  frameMcuColumns,
  frameMcuRows,
  planeLine,
  samplesOf,
  takeCoefficients,
  takePlanes,
} from './planes';
import { followProgression, forgetProgression, isComplete, isOfUse } from './progression';
import { forgetQuantizationTables, readQuantizationTables, stepsOf } from './quantization-tables';
import { bytesPerSample, reconstruct } from './reconstruction';
import {
  beginFrame,
  beginScan,
  damage,
  damagedRow,
  decodeRow,
  failWithDamage,
  gather,
  mcuRow,
  noteDamage,
  passOverScan,
  wantedRowEnd,
} from './scan';
import { installStandardHuffmanTables } from './standard-huffman-tables';
import { chooseMethods, mixesColumns, mixesLines, takeUpsampling } from './upsampling';
import {
  chooseUnits,
  isWholeBlocks,
  leastSide,
  mcuColumnEnd,
  mcuColumnStart,
  mcuRowEnd,
  MAXIMUM_REDUCTION,
  mcuRowStart,
  readView,
  reduction,
  sideOf,
  viewColumns,
  viewRow,
  viewRows,
} from './view';
import { BLOCK_BYTES, prepareZigzag } from './zigzag';

/** What the next step does. */
const enum Stage {
  Closed,
  /** Decodes rows of the only scan and hands out lines. */
  Rows,
  /** Decodes a scan of several. */
  Scan,
  /** Hands out lines of what the scans have left. */
  Output,
  /** Fails, after what was good has been handed out. */
  Failed,
}

/** Bytes of a strip, rounded up to whole rows of minimum coded units: they stay in the cache. */
const STRIP_BYTES: i32 = 65536;
/** Data units that a step decodes, in whole rows: about a millisecond. */
const STEP_UNITS: i32 = 16384;

let stage: Stage = Stage.Closed;
let progressive: bool = false;
/** Ri of the DRI segment read last; 0 where restart is not enabled. */
let restartInterval: i32 = 0;
/** Bit by component: a sequential scan has had it. */
let scanned: i32 = 0;
/** What is taken from here on serves one scan of several. */
let scanMemory: usize = 0;

/** The row of minimum coded units that goes to the planes next, and the line that is handed out next. */
let rowsDone: i32 = 0;
let outputLine: i32 = 0;
/** The lines of a step, and rows of minimum coded units that fit there. */
let strip: usize = 0;
let stripRows: i32 = 0;
/**
 * The blocks of the only component are the output as they come, so its plane is the strip: as many lines, the first of
 * them that of the step.
 */
let planeIsOutput: bool = false;
/** 1 where the last line of a row waits for the next row. */
let linesHeldBack: i32 = 0;

export function open(): i32 {
  stage = Stage.Closed;
  if (reduction() < 0 || reduction() > MAXIMUM_REDUCTION) return fail(Status.BadParameters, -1);
  restartInterval = 0;
  scanned = 0;
  forgetFrameHeader();
  forgetHuffmanTables();
  forgetQuantizationTables();
  forgetProgression();
  if (ARITHMETIC) forgetConditioning();
  else installStandardHuffmanTables();
  prepareZigzag();
  if (!findStartOfImage()) return fail(Status.MissingJpegStart, 0);
  let status = readToScan();
  if (status != Status.Done) return status;
  const firstScan = segmentEnd;
  beginFrame(progressive);
  status = gather(restartInterval);
  if (status == Status.Done) status = readLinesBehindScan();
  if (status != Status.Done) return status;
  announce(lines, samplesPerLine, componentCount, precision, bytesPerSample());
  if (!readView()) return Status.Done;
  status = checkLength(inputEnd - firstScan);
  if (status == Status.Done) status = takeMemory();
  if (status == Status.Done) status = startScan();
  if (status != Status.Done) return status;
  rowsDone = stage == Stage.Rows ? mcuRow : mcuRowStart;
  outputLine = viewRow;
  store<i32>(header, viewRows, 20);
  store<i32>(header, viewColumns, 24);
  return Status.Done;
}

export function step(): i32 {
  if (stage == Stage.Rows || stage == Stage.Output) return handOutRows();
  if (stage == Stage.Scan) return decodeScan();
  if (stage == Stage.Failed) {
    stage = Stage.Closed;
    return failWithDamage(goodLines());
  }
  return fail(Status.BadCall, -1);
}

/** Reads marker segments up to a scan header and that too. Missing: there is no scan more. */
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
      return componentCount > 0 ? readScanHeader() : fail(Status.MissingJpegFrameHeader, at);
    }
    if (!ARITHMETIC && code == Marker.DHT) status = readHuffmanTables();
    else if (code == Marker.DQT) status = readQuantizationTables();
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
  if (process < 0 || process > 2) return fail(Status.UnsupportedJpegProcess, at, code - Marker.SOF0);
  const status = readFrameHeader();
  if (status != Status.Done) return status;
  // Leniency: a baseline frame of 12 bits is an extended one.
  if (precision != 8 && precision != 12) return fail(Status.UnsupportedJpegPrecision, at, precision);
  ignoreSamplingOfOne();
  progressive = process == 2;
  return Status.Done;
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

/**
 * Whether the image can be in `bytes` bytes: no data unit takes less than a bit, and what cannot be there
 * gets no memory. Arithmetic coding has no such bound: decisions that are always the same take nothing.
 */
function checkLength(bytes: usize): i32 {
  let blocks: u64 = 0;
  for (let i = 0; i < componentCount; i++) {
    blocks += <u64>((columnsOf(i) + 7) >> 3) * <u64>((linesOf(i) + 7) >> 3);
  }
  if (!ARITHMETIC && blocks > <u64>bytes * 8) return fail(Status.TruncatedJpegScan, offsetOf(inputEnd), -1, 0);
  // Strips have offsets of 32 bits.
  if (<u64>outputLineBytes() * viewRows > <u64>i32.MAX_VALUE) return fail(Status.LimitMemory, -1);
  return Status.Done;
}

/** Chooses the way through the stages, and takes memory for it. */
function takeMemory(): i32 {
  const direct = !progressive && scanComponentCount == componentCount;
  const wholePlanes = !progressive && !direct;
  const lineBytes = outputLineBytes(), linesOfRow = leastSide * maximumV;
  chooseMethods();
  chooseUnits(mixesLines(), mixesColumns());
  stripRows = max(1, min(STRIP_BYTES / (lineBytes * linesOfRow), rowsOfStep()));
  planeIsOutput = componentCount == 1 && isWholeBlocks();
  const planeRows = planeIsOutput ? stripRows : wholePlanes ? frameMcuRows() : 2;
  if (!takePlanes(planeRows, planeIsOutput)) return fail(Status.LimitMemory, scanHeaderOffset);
  strip = planeIsOutput ? samplesOf(0, 0) : take(<u64>lineBytes * (stripRows * linesOfRow + 1) + OUTPUT_SLACK);
  if (strip == 0 || !takeUpsampling()) return fail(Status.LimitMemory, scanHeaderOffset);
  if (progressive && !takeCoefficients()) return fail(Status.LimitMemory, scanHeaderOffset);
  linesHeldBack = mixesLines() ? 1 : 0;
  scanMemory = taken();
  stage = direct ? Stage.Rows : Stage.Scan;
  return Status.Done;
}

/** Rows of minimum coded units that a step decodes. */
function rowsOfStep(): i32 {
  return max(1, STEP_UNITS / (frameMcuColumns() * maximumV));
}

/** Makes ready to decode the scan that was gathered last. */
function startScan(): i32 {
  if (progressive) {
    const status = followProgression();
    if (status != Status.Done) return status;
    if (!isOfUse()) {
      passOverScan();
      return Status.Done;
    }
  } else {
    for (let i = 0; i < scanComponentCount; i++) {
      const bit = 1 << scanComponent(i);
      if (scanned & bit) return fail(Status.BadJpegScanHeader, scanHeaderOffset, i);
      scanned |= bit;
    }
  }
  return beginScan();
}

/** Decodes some rows of a scan; after the last one goes on to the next scan or to the output. */
function decodeScan(): i32 {
  for (let count = rowsOfStep(); count > 0 && mcuRow < wantedRowEnd; count--) {
    const status = decodeRow();
    if (status != Status.Done) {
      // What there is of the image is handed out all the same.
      stage = Stage.Output;
      return Status.More;
    }
  }
  if (mcuRow < wantedRowEnd) return Status.More;
  // Whatever follows the last scan that there can be is not read.
  if (progressive ? isComplete() : scanned == (1 << componentCount) - 1) {
    stage = Stage.Output;
    return Status.More;
  }
  readFrom(scanEnd);
  release(scanMemory);
  let status = readToScan();
  if (status == Status.MissingJpegScan || status == Status.TruncatedJpegHeaders) {
    return endScans(<Status>status);
  }
  if (status == Status.Done) status = gather(restartInterval);
  if (status == Status.Done) status = startScan();
  return status == Status.Done ? <i32>Status.More : status;
}

/** There are no more scans: the image ends, or its data do. */
function endScans(status: Status): i32 {
  if (progressive) {
    // Leniency: an image that ends by its marker may leave out coefficients; one whose scans are all there,
    // the marker.
    if (status == Status.TruncatedJpegHeaders && !isComplete()) noteDamage(status, offsetOf(inputEnd), 0);
  } else noteDamage(status, offsetOf(marker), 0);
  stage = Stage.Output;
  return Status.More;
}

/** Brings some rows of minimum coded units into the planes and hands out the lines that are finished. */
function handOutRows(): i32 {
  const line = outputLineBytes();
  const first = outputLine, end = viewRow + viewRows;
  let to = strip;
  for (let count = 0; count < stripRows && rowsDone < mcuRowEnd; count++) {
    if (stage == Stage.Rows) {
      const status = decodeRow();
      if (status != Status.Done) {
        stage = Stage.Failed;
        break;
      }
    } else if (progressive) reconstructRow(rowsDone);
    rowsDone++;
    const finished = rowsDone == mcuRowEnd ? end : min(end, rowsDone * leastSide * maximumV - linesHeldBack);
    if (planeIsOutput) outputLine = finished;
    else for (; outputLine < finished; outputLine++, to += line) storeLine(to, outputLine);
  }
  handOut(strip, (first - viewRow) * line, (outputLine - first) * line);
  if (stage == Stage.Failed || rowsDone < mcuRowEnd) return Status.More;
  stage = damage != Status.Done ? Stage.Failed : Stage.Closed;
  return damage != Status.Done ? <i32>Status.More : <i32>Status.Done;
}

/** Brings what is wanted of a row of minimum coded units from its coefficients into the planes. */
function reconstructRow(row: i32): void {
  for (let i = 0; i < componentCount; i++) {
    const h = horizontalSampling(i), v = verticalSampling(i), side = sideOf(i);
    for (let y = row * v; y < (row + 1) * v; y++) {
      let block = blocksOf(i, y) + mcuColumnStart * h * BLOCK_BYTES, bitSet = bitSetOf(i, block);
      let to = samplesOf(i, y * side) + mcuColumnStart * h * side * bytesPerSample();
      const end = blocksOf(i, y) + mcuColumnEnd * h * BLOCK_BYTES;
      for (; block < end; block += BLOCK_BYTES, bitSet += 8) {
        const set = load<u64>(bitSet);
        const last = set == 0 ? 0 : 63 - <u32>clz(set);
        reconstruct(block, last, stepsOf(i), to, planeLine(i), side);
        to += side * bytesPerSample();
      }
    }
  }
}

/**
 * Lines from the top of what is handed out that no damage concerns: where scans follow each other, none are
 * known to be good.
 */
function goodLines(): i32 {
  if (progressive || scanComponentCount != componentCount) return 0;
  const good = min(outputLine, damagedRow * leastSide * maximumV - linesHeldBack);
  return max(0, good - viewRow);
}
