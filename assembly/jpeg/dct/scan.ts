/**
 * One scan of a DCT frame, a row of minimum coded units at a time (T.81 A.2, E.2): entropy-coded segments ->
 * samples in planes, or coefficients where the frame is progressive.
 *
 * A restart interval that turns out damaged does not end the scan: the rest of it is left flat, and reading
 * goes on with the next one. The damage is kept for the end of the frame.
 */
import { fail } from '../../kernel/blocks';
import { inputEnd } from '../../kernel/input';
import { Status } from '../../kernel/status';
import { acStatistics, dcStatistics, resetStatistics } from '../arithmetic-conditioning';
import { bytesLeft, openArithmetic } from '../arithmetic-decoder';
import { ARITHMETIC } from '../entropy-coding';
import {
  gatherScan,
  scanEnd,
  segmentCount,
  segmentStart,
  segmentStop,
  strayRestart,
} from '../entropy-coded-segments';
import {
  ceilingOf,
  columnsOf,
  horizontalSampling,
  linesOf,
  quantizationDestination,
  verticalSampling,
} from '../frame-header';
import { destinationOf, isInstalled } from '../huffman-tables';
import { offsetOf, segmentEnd } from '../markers';
import {
  acIdentifier,
  approximationHigh,
  dcIdentifier,
  scanComponent,
  scanComponentCount,
  scanHeaderOffset,
  spectralStart,
} from '../scan-header';
import {
  decodeAcRefinementDecisions,
  decodeDcRefinementDecisions,
  decodeFirstAcDecisions,
  decodeFirstDcDecisions,
  decodeSequentialDecisions,
  passOverDecisions,
} from './arithmetic';
import { bitsLeft, openSegment } from './bit-position';
import {
  acTable,
  badCode,
  beginInterval,
  dcTable,
  prepareAcTable,
  prepareDcTable,
  preparePassingTable,
  prepareSingleTable,
} from './coefficient-tables';
import { addUnit, beginUnits, resetPredictions, setTarget, targetOf, UNIT, units } from './data-units';
import { bitSetOf, blocksOf, frameMcuColumns, frameMcuRows, planeLine, samplesOf } from './planes';
import { decodeAcRefinement, decodeDcRefinement, decodeFirstAc, decodeFirstDc } from './progressive';
import { latchQuantizationTable, stepsOf } from './quantization-tables';
import { bytesPerSample } from './reconstruction';
import { beginSequential, decodeSequential, fillUnits, passOver } from './sequential';
import { isPartial, mcuColumnEnd, mcuColumnStart, mcuRowEnd, mcuRowStart, sideOf } from './view';
import { BLOCK_BYTES } from './zigzag';

const MAXIMUM_LINES: u64 = 0xffff;
/** Bytes that one data unit may read: see decodeSequential, decodeAcRefinement. */
const UNIT_READS: u64 = 272;
/** Minimum coded units after which the end of the data is asked for, at the latest. */
const SPAN: i32 = 256;
/** Whole bytes that may be left over at the end of a restart interval with another one behind it. */
const PADDING: i64 = 8;

/** Row of minimum coded units in the scan that comes next, and the one behind the last that is wanted. */
export let mcuRow: i32 = 0;
export let wantedRowEnd: i32 = 0;
/** Minimum coded units in a row, and the one that comes next. */
let mcuColumns: i32 = 0;
let mcuColumn: i32 = 0;
/** The first row that is wanted, and the minimum coded units of each that are. */
let wantedRow: i32 = 0;
let wantedColumn: i32 = 0;
let wantedColumnEnd: i32 = 0;
/** Whether the frame is progressive. */
let progressive: bool = false;

/** Ri; 0 where restart is not enabled. */
let restartInterval: i32 = 0;
/** Minimum coded units left in the restart interval, its index, and the row where it began. */
let mcusLeft: i64 = 0;
let interval: i32 = 0;
let intervalRow: i32 = 0;
/** The rest of the restart interval is not to be had. */
let skipping: bool = false;

/**
 * The first damage of the frame, Done where there is none, and the first row of minimum coded units that it
 * may concern.
 */
export let damage: i32 = Status.Done;
export let damagedRow: i32 = 0;
let damageOffset: i32 = -1;

export function beginFrame(isProgressive: bool): void {
  progressive = isProgressive;
  damage = Status.Done;
}

/** Fails with the damage that was kept. */
export function failWithDamage(goodRows: i32): i32 {
  return fail(<Status>damage, damageOffset, -1, goodRows);
}

/** Keeps the first damage. `row`: the first row of minimum coded units that it may concern. */
export function noteDamage(status: i32, offset: i32, row: i32): void {
  if (damage != Status.Done) return;
  damage = status;
  damageOffset = offset;
  damagedRow = row;
}

/** Minimum coded units in a row of the scan whose header was read last. */
function mcuColumnsOfScan(): i32 {
  // A single component is not padded to whole minimum coded units (A.2.2).
  return scanComponentCount == 1 ? ceilingOf(columnsOf(scanComponent(0)), 8) : frameMcuColumns();
}

/** What of this scan is wanted. Coefficients are kept in any case: a refinement is read by what is known of them. */
function chooseWanted(): void {
  const component = scanComponent(0), single = scanComponentCount == 1;
  const h = single ? horizontalSampling(component) : 1, v = single ? verticalSampling(component) : 1;
  const rows = single ? ceilingOf(linesOf(component), 8) : frameMcuRows();
  wantedRow = mcuRowStart * v;
  wantedRowEnd = min(rows, mcuRowEnd * v);
  wantedColumn = mcuColumnStart * h;
  wantedColumnEnd = min(mcuColumns, mcuColumnEnd * h);
}

function unitsOf(component: i32): i32 {
  return scanComponentCount == 1 ? 1 : horizontalSampling(component) * verticalSampling(component);
}

/**
 * Gathers the entropy-coded segments of the scan whose header was read last. How many lines it has may not be
 * known yet or change (B.2.5), so it may need as many restart intervals as the largest image.
 */
export function gather(interval: i32): i32 {
  mcuColumns = mcuColumnsOfScan();
  restartInterval = interval;
  const intervals = interval == 0 ? 1 : (<u64>mcuColumns * MAXIMUM_LINES + interval - 1) / interval;
  let unitCount = 0;
  for (let i = 0; i < scanComponentCount; i++) unitCount += unitsOf(scanComponent(i));
  const reads = <u64>min(mcuColumns, SPAN) * unitCount * UNIT_READS;
  const status = gatherScan(segmentEnd, intervals, interval != 0, reads, true);
  if (status == Status.Done && strayRestart != 0) {
    noteDamage(Status.BadJpegRestartMarker, offsetOf(strayRestart), 0);
  }
  return status;
}

/** Makes ready to decode the gathered scan; the number of lines is known now. */
export function beginScan(): i32 {
  mcuColumns = mcuColumnsOfScan();
  chooseWanted();
  beginUnits();
  for (let i = 0; i < scanComponentCount; i++) {
    const status = prepareComponent(i);
    if (status != Status.Done) return status;
  }
  beginSequential();
  beginRows();
  return Status.Done;
}

/** Begins in front of the first minimum coded unit that is wanted, as close to it as restart markers allow. */
function beginRows(): void {
  // Where that is behind the end of the data, decodeRow finds out.
  interval = 0;
  if (restartInterval != 0) {
    const before = wantedRow * mcuColumns + (progressive ? 0 : wantedColumn);
    interval = min(before / restartInterval, segmentCount - 1);
  }
  mcuRow = (interval * restartInterval) / mcuColumns;
  mcuColumn = (interval * restartInterval) % mcuColumns;
  mcusLeft = restartInterval != 0 ? restartInterval : i64.MAX_VALUE;
  openInterval();
}

/** Takes the scan whose header was read last for decoded: nothing of it is wanted. */
export function passOverScan(): void {
  chooseWanted();
  mcuRow = wantedRowEnd;
}

/** Makes the tables and the data units of a component of the scan. */
function prepareComponent(position: i32): i32 {
  const component = scanComponent(position);
  const dc = dcIdentifier(position), ac = acIdentifier(position);
  const at = scanHeaderOffset;
  if (ARITHMETIC) {
    if (dc > 3 || ac > 3) return fail(Status.BadJpegScanHeader, at, position);
  } else {
    const status = prepareTables(component, dc, ac);
    if (status != Status.Done) return status;
  }
  const status = latchQuantizationTable(component, quantizationDestination(component), at);
  if (status != Status.Done) return status;

  const dcSource = ARITHMETIC ? dcStatistics(dc) : dcTable(dc & 3);
  const acSource = ARITHMETIC ? acStatistics(ac) : acTable(ac & 3);
  const h = scanComponentCount == 1 ? 1 : horizontalSampling(component);
  const side = sideOf(component), step = h * (progressive ? BLOCK_BYTES : side * bytesPerSample());
  for (let n = unitsOf(component); n > 0; n--) {
    addUnit(position, dcSource, acSource, stepsOf(component), step, planeLine(component), side);
  }
  return Status.Done;
}

/** Makes the lookup tables that a component of the scan needs of the Huffman tables `dc` and `ac`. */
function prepareTables(component: i32, dc: i32, ac: i32): i32 {
  const at = scanHeaderOffset;
  if (!progressive || (spectralStart == 0 && approximationHigh == 0)) {
    if (dc > 3 || !isInstalled(destinationOf(0, dc))) return fail(Status.MissingJpegHuffmanTable, at, dc);
    if (!prepareDcTable(dc)) return fail(Status.BadJpegCoefficientCategory, at, dc);
  }
  if (!progressive || spectralStart > 0) {
    if (ac > 3 || !isInstalled(destinationOf(1, ac))) return fail(Status.MissingJpegHuffmanTable, at, ac);
    if (progressive && approximationHigh > 0) prepareSingleTable(ac);
    else prepareAcTable(ac);
    if (!progressive && (sideOf(component) == 1 || isPartial())) preparePassingTable(ac);
  }
  return Status.Done;
}

/** Where the blocks of the next minimum coded units of the row go. */
function setTargets(): void {
  let unit = units;
  for (let i = 0; i < scanComponentCount; i++) {
    const component = scanComponent(i);
    const h = scanComponentCount == 1 ? 1 : horizontalSampling(component);
    const v = scanComponentCount == 1 ? 1 : verticalSampling(component), side = sideOf(component);
    for (let y = mcuRow * v; y < (mcuRow + 1) * v; y++) {
      for (let x = 0; x < h; x++, unit += UNIT) {
        const column = mcuColumn * h + x;
        if (progressive) setTarget(unit, blocksOf(component, y) + column * BLOCK_BYTES);
        else setTarget(unit, samplesOf(component, y * side) + column * side * bytesPerSample());
      }
    }
  }
}

/** Decodes the next row of minimum coded units, as far as it is wanted. */
export function decodeRow(): i32 {
  let placed = false; // the targets are those of the next minimum coded unit
  while (mcuColumn < mcuColumns) {
    if (mcusLeft == 0) {
      const status = nextInterval();
      if (status != Status.Done) return status;
    }
    const wanted = isWanted();
    const count = <i32>min(<i64>min(spanEnd() - mcuColumn, SPAN), mcusLeft);
    mcusLeft -= count;
    if (!wanted || (skipping && progressive)) {
      if (!skipping && ARITHMETIC) passOverDecisions(count);
      else if (!skipping) passOver(count);
      placed = false;
    } else {
      if (!placed) setTargets();
      placed = true;
      if (skipping) fillUnits(count);
      else decodeMcus(count);
    }
    mcuColumn += count;
    const status = mcusLeft == 0 ? checkEnd() : checkProgress();
    if (status != Status.Done) return status;
  }
  mcuColumn = 0;
  mcuRow++;
  return Status.Done;
}

/** Whether the next minimum coded unit is wanted. */
function isWanted(): bool {
  return progressive || (mcuRow >= wantedRow && mcuColumn >= wantedColumn && mcuColumn < wantedColumnEnd);
}

/** Column up to which that is the same. */
function spanEnd(): i32 {
  if (progressive || mcuRow < wantedRow || mcuColumn >= wantedColumnEnd) return mcuColumns;
  return mcuColumn < wantedColumn ? wantedColumn : wantedColumnEnd;
}

/** Decodes `count` minimum coded units into samples or coefficients. */
function decodeMcus(count: i32): void {
  if (!progressive) {
    if (ARITHMETIC) decodeSequentialDecisions(count);
    else decodeSequential(count);
  } else if (spectralStart == 0) {
    if (approximationHigh == 0) {
      if (ARITHMETIC) decodeFirstDcDecisions(count);
      else decodeFirstDc(count);
    } else if (ARITHMETIC) decodeDcRefinementDecisions(count);
    else decodeDcRefinement(count);
  } else {
    // One component, so the blocks of a row follow each other.
    const block = targetOf(units), bitSet = bitSetOf(scanComponent(0), block);
    setTarget(units, block + count * BLOCK_BYTES);
    if (approximationHigh == 0) {
      if (ARITHMETIC) decodeFirstAcDecisions(block, bitSet, count);
      else decodeFirstAc(block, bitSet, count);
    } else if (ARITHMETIC) decodeAcRefinementDecisions(block, bitSet, count);
    else decodeAcRefinement(block, bitSet, count);
  }
}

/**
 * Whether everything so far came out of the restart interval and its tables; if not, whether to go on with
 * the next one.
 */
function checkProgress(): i32 {
  if (skipping) return Status.Done;
  // Behind the end stands anything: no code there is held against the stream.
  let status: i32 = Status.Done;
  if (endsEarly()) status = Status.TruncatedJpegScan;
  else if (badCode) status = ARITHMETIC ? Status.BadJpegMagnitude : Status.BadJpegHuffmanCode;
  return status == Status.Done ? status : damaged(<Status>status);
}

/**
 * Whether reading went past the end of the restart interval. Behind arithmetic-coded data that is as it should
 * be (D.2.6), unless nothing stands behind them that says that they are whole.
 */
function endsEarly(): bool {
  return ARITHMETIC ? bytesLeft() < 0 && isCut() : bitsLeft() < 0;
}

/** Whether the restart interval is the last one and the end of the input its end. */
function isCut(): bool {
  return interval + 1 >= segmentCount && scanEnd == inputEnd;
}

/**
 * Goes over damage where there is a restart interval to go on with; fails where not. What ends early at the
 * end of the data is good up to there; elsewhere the whole interval is in doubt.
 */
function damaged(status: Status): i32 {
  const isLast = interval + 1 >= segmentCount;
  noteDamage(status, offsetOf(scanEnd), isLast ? mcuRow : intervalRow);
  if (isLast) return fail(status, offsetOf(scanEnd));
  skipping = true;
  return Status.Done;
}

/** Whether the restart interval came out even: damage that no code gives away shows in what is left over. */
function checkEnd(): i32 {
  const status = checkProgress();
  const left = ARITHMETIC ? bytesLeft() : bitsLeft() >> 3;
  if (status == Status.Done && !skipping && left >= PADDING && interval + 1 < segmentCount) {
    noteDamage(Status.BadJpegIntervalLength, offsetOf(scanEnd), intervalRow);
  }
  return status;
}

/** Goes on with the next restart interval. */
function nextInterval(): i32 {
  interval++;
  if (interval >= segmentCount) {
    noteDamage(Status.TruncatedJpegScan, offsetOf(scanEnd), mcuRow);
    return fail(Status.TruncatedJpegScan, offsetOf(scanEnd));
  }
  mcusLeft = restartInterval;
  openInterval();
  return Status.Done;
}

function openInterval(): void {
  if (ARITHMETIC) {
    openArithmetic(segmentStart(interval), segmentStop(interval));
    resetStatistics();
  } else openSegment(segmentStart(interval), segmentStop(interval));
  beginInterval();
  resetPredictions();
  skipping = false;
  intervalRow = mcuRow;
}
