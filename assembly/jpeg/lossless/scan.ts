/**
 * One scan of a lossless frame, a row of minimum coded units at a time (T.81 A.2, E.2, H.2.1): entropy-coded
 * segments -> differences -> samples. A data unit of a lossless scan is one sample.
 */
import { take } from '../../kernel/arena';
import { fail } from '../../kernel/blocks';
import { Status } from '../../kernel/status';
import { inputEnd } from '../../kernel/input';
import { bytesLeft } from '../arithmetic-decoder';
import { ARITHMETIC } from '../entropy-coding';
import { gatherScan, scanEnd, segmentCount, segmentStart, segmentStop } from '../entropy-coded-segments';
import {
  ceilingOf,
  columnsOf,
  componentCount,
  horizontalSampling,
  lines,
  linesOf,
  maximumH,
  maximumV,
  precision,
  samplesPerLine,
  verticalSampling,
} from '../frame-header';
import { differential, HIERARCHICAL } from '../hierarchical-mode';
import { offsetOf, segmentEnd } from '../markers';
import { dcIdentifier, scanComponent, scanComponentCount, scanHeaderOffset } from '../scan-header';
import {
  addConditions,
  badDecision,
  beginConditions,
  decodeDecisions,
  openDecisions,
} from './arithmetic-differences';
import {
  addToCycle,
  badCode,
  beginCycle,
  bitsLeft,
  decodeInTurn,
  decodeSeverally,
  decodeSingly,
  openSegment,
  prepareSeveral,
  prepareTable,
} from './differences';
import { planeLine, planeSample, setPlanePointTransform } from './planes';
import { reconstructFirstLine, reconstructLine, reconstructRest, SLACK } from './prediction';
import { pointTransform, predictor, tableDestination } from './scan-header';

const MAXIMUM_LINES: u64 = 0xffff;
/**
 * Whole bytes that may be left over at the end of an entropy-coded segment; no file of the corpus leaves one.
 */
const PADDING: i64 = 8;
/**
 * Samples from which on the table for several differences is worth making; measured at 128 by 128 and 256 by
 * 256.
 */
const SEVERAL_SAMPLES: u64 = 32768;

/** How the differences are read from the stream. */
const enum Reading {
  /** The components have tables of their own. */
  InTurn,
  /** One table for all. */
  Singly,
  /** One table for all, and so many samples that they repay making a table for several at a time. */
  Severally,
}

/** Rows of minimum coded units in the scan, and the one that comes next. */
export let mcuRows: i32 = 0;
export let mcuRow: i32 = 0;
/** Minimum coded units in a row, and samples in each. */
let mcuColumns: i32 = 0;
let mcuSamples: i32 = 0;
/** Whether the samples go to the output in their order in the stream, so that whole rows are good rows. */
let direct: bool = false;

/** Ri; 0 where restart is not enabled. */
let restartInterval: i32 = 0;
/** Minimum coded units left in the restart interval, and its index. */
let mcusLeft: i64 = 0;
let interval: i32 = 0;

let reading: Reading = Reading.Singly;
/** The differences of one row of minimum coded units. */
let differences: usize = 0;
/** Those of one line of a component, where it shares the minimum coded units with others. */
let lineDifferences: usize = 0;

/** What decodeSpan decoded: so many minimum coded units, which begin a restart interval or do not. */
let spanMcus: i32 = 0;
let spanBegins: bool = false;

/**
 * Whether the scan has all components of the frame, one sample of each in turn: pixels as they are handed
 * out.
 */
export function isByPixel(): bool {
  if (scanComponentCount != componentCount) return false;
  for (let i = 0; i < scanComponentCount; i++) {
    if (scanComponent(i) != i) return false;
    if (componentCount > 1 && horizontalSampling(i) * verticalSampling(i) != 1) return false;
  }
  return true;
}

/** Sizes of the scan whose header was read last. */
function measure(): void {
  if (scanComponentCount == 1) {
    const component = scanComponent(0);
    mcuColumns = columnsOf(component);
    mcuRows = linesOf(component);
    mcuSamples = 1;
    return;
  }
  mcuColumns = ceilingOf(samplesPerLine, maximumH);
  mcuRows = ceilingOf(lines, maximumV);
  mcuSamples = 0;
  for (let i = 0; i < scanComponentCount; i++) {
    mcuSamples += horizontalSampling(scanComponent(i)) * verticalSampling(scanComponent(i));
  }
}

/**
 * Gathers the entropy-coded segments of the scan whose header was read last. How many lines it has may not be
 * known yet or change (B.2.5), so it may need as many restart intervals as the largest image.
 */
export function gather(interval: i32): i32 {
  measure();
  restartInterval = interval;
  const intervals = interval == 0 ? 1 : (<u64>mcuColumns * MAXIMUM_LINES + interval - 1) / interval;
  // A difference takes less than four bytes, and the end of the data is asked for once a row.
  return gatherScan(segmentEnd, intervals, interval != 0, <u64>mcuColumns * mcuSamples * 4, false);
}

/** Makes ready to decode the gathered scan; the number of lines is known now. */
export function beginScan(byPixel: bool): i32 {
  measure();
  direct = byPixel;
  mcuRow = 0;
  interval = 0;
  mcusLeft = restartInterval != 0 ? restartInterval : i64.MAX_VALUE;

  differences = take(<u64>mcuColumns * mcuSamples * 2 + 2 * SLACK);
  lineDifferences = direct ? differences : take(<u64>mcuColumns * 4 * 2 + 2 * SLACK);
  if (differences == 0 || lineDifferences == 0) return fail(Status.LimitMemory, scanHeaderOffset);
  differences += SLACK;
  lineDifferences += SLACK;
  const status = ARITHMETIC ? prepareConditions() : prepareTables();
  if (status == Status.Done) openInterval();
  return status;
}

function openInterval(): void {
  if (ARITHMETIC) openDecisions(segmentStart(interval), segmentStop(interval));
  else openSegment(segmentStart(interval), segmentStop(interval));
}

/** Takes memory for what arithmetic coding knows of each component of the scan. */
function prepareConditions(): i32 {
  if (!beginConditions(<u64>mcuColumns * mcuSamples)) return fail(Status.LimitMemory, scanHeaderOffset);
  for (let i = 0; i < scanComponentCount; i++) {
    const component = scanComponent(i);
    const h = scanComponentCount == 1 ? 1 : horizontalSampling(component);
    const v = scanComponentCount == 1 ? 1 : verticalSampling(component);
    addConditions(dcIdentifier(i), h, v, mcuColumns);
    if (!direct) setPlanePointTransform(component, pointTransform);
  }
  return Status.Done;
}

/** Makes the lookup tables, one for each Huffman table that the scan names. */
function prepareTables(): i32 {
  let tables = 0;
  let known: u32 = 0xffff; // index of the table of each destination, 4 bits each; 15: none yet
  beginCycle();
  for (let i = 0; i < scanComponentCount; i++) {
    const component = scanComponent(i), destination = tableDestination(i);
    let table = (known >> (destination << 2)) & 15;
    if (table == 15) {
      table = tables++;
      known = (known & ~(15 << (destination << 2))) | (table << (destination << 2));
      if (!prepareTable(table, destination)) {
        return fail(Status.BadJpegDifferenceCategory, scanHeaderOffset, destination);
      }
    }
    const samples = scanComponentCount == 1 ? 1 : horizontalSampling(component) * verticalSampling(component);
    for (let n = 0; n < samples; n++) addToCycle(table);
    if (!direct) setPlanePointTransform(component, pointTransform);
  }
  reading = Reading.InTurn;
  if (tables == 1) {
    reading = <u64>mcuColumns * mcuRows * mcuSamples < SEVERAL_SAMPLES ? Reading.Singly : Reading.Severally;
    if (reading == Reading.Severally) prepareSeveral();
  }
  return Status.Done;
}

/** Decodes the differences from `column` of the row up to its end or the end of the restart interval. */
function decodeSpan(column: i32): i32 {
  spanBegins = mcuRow == 0 && column == 0;
  if (mcusLeft == 0) {
    const status = checkEnd();
    if (status != Status.Done) return status;
    interval++;
    if (interval >= segmentCount) return truncated();
    openInterval();
    mcusLeft = restartInterval;
    spanBegins = true;
  }
  spanMcus = <i32>min(<i64>(mcuColumns - column), mcusLeft);
  mcusLeft -= spanMcus;
  const count = spanMcus * mcuSamples;
  if (ARITHMETIC) decodeDecisions(differences, column, spanMcus);
  else if (reading == Reading.InTurn) decodeInTurn(differences, count);
  else if (reading == Reading.Singly) decodeSingly(differences, count);
  else decodeSeverally(differences, count);
  return Status.Done;
}

/** Whether everything so far came out of the restart interval and its tables. */
function checkProgress(): i32 {
  // Behind the end stands anything: no code there is held against the stream.
  if (endsEarly()) return truncated();
  if (!(ARITHMETIC ? badDecision : badCode)) return Status.Done;
  return fail(ARITHMETIC ? Status.BadJpegMagnitude : Status.BadJpegHuffmanCode, -1, -1, goodRows());
}

/**
 * Whether reading went past the end of the restart interval. Behind arithmetic-coded data that is as it should
 * be (D.2.6), unless nothing stands behind them that says that they are whole.
 */
function endsEarly(): bool {
  if (ARITHMETIC) return bytesLeft() < 0 && interval + 1 >= segmentCount && scanEnd == inputEnd;
  return bitsLeft() < 0;
}

/**
 * Whether the restart interval came out even: damage that no code gives away shows here. Leniency: a few
 * bytes too many are padding.
 */
function checkEnd(): i32 {
  const status = checkProgress();
  if (status != Status.Done) return status;
  const left = ARITHMETIC ? <i64>bytesLeft() : bitsLeft() >> 3;
  return left < PADDING ? <i32>Status.Done : fail(Status.BadJpegIntervalLength, offsetOf(scanEnd), <i32>left);
}

/** Counts the row that was decoded, if it is whole. */
function finishRow(): i32 {
  const status = mcuRow + 1 < mcuRows ? checkProgress() : checkEnd();
  if (status == Status.Done) mcuRow++;
  return status;
}

function truncated(): i32 {
  return fail(Status.TruncatedJpegScan, offsetOf(scanEnd), -1, goodRows());
}

@inline
function goodRows(): i32 {
  return direct ? mcuRow : 0;
}

/** 2^(P - Pt - 1): what the first sample of a restart interval is predicted as. */
@inline
function initialPrediction(): i32 {
  return 1 << (precision - pointTransform - 1);
}

/**
 * Decodes the next row of a scan by pixel to `to`. The row above stands `line` bytes in front of it.
 *
 * Leniency: H.1.1 wants restart intervals of whole rows. One that begins inside a row is read as H.1.2.1
 * reads without that sentence: its first sample is predicted as that of the scan, the rest of the row by Ra.
 */
export function decodeRow(to: usize, line: usize): i32 {
  const pixel = <usize>mcuSamples << 1;
  for (let column = 0; column < mcuColumns; column += spanMcus) {
    const status = decodeSpan(column);
    if (status != Status.Done) return status;
    const at = to + column * pixel, count = spanMcus * mcuSamples;
    if (HIERARCHICAL && differential) memory.copy(at, differences, count << 1);
    else if (spanBegins) reconstructFirstLine(at, differences, count, pixel, initialPrediction());
    else reconstructLine(predictor, at, differences, count, pixel, line);
  }
  return finishRow();
}

/** Decodes the next row of minimum coded units into the planes of its components. */
export function decodeRowToPlanes(): i32 {
  for (let column = 0; column < mcuColumns; column += spanMcus) {
    const status = decodeSpan(column);
    if (status != Status.Done) return status;
    let unit = 0;
    for (let i = 0; i < scanComponentCount; i++) {
      const component = scanComponent(i);
      const h = mcuSamples == 1 ? 1 : horizontalSampling(component);
      const v = mcuSamples == 1 ? 1 : verticalSampling(component);
      for (let y = 0; y < v; y++) {
        const begins = spanBegins && y == 0;
        reconstructInPlane(component, mcuRow * v + y, column * h, spanMcus * h, begins, unit, h);
        unit += h;
      }
    }
  }
  return finishRow();
}

/**
 * Brings together the differences of one line of a component, of which `h` stand in each unit, and
 * reconstructs it.
 */
function reconstructInPlane(
  component: i32, line: i32, column: i32, count: i32, begins: bool, unit: i32, h: i32,
): void {
  const to = planeSample(component, line, column);
  let from = differences;
  if (mcuSamples > 1) {
    from = lineDifferences;
    let source = differences + (<usize>unit << 1);
    for (let at = from, end = from + (<usize>count << 1); at < end; source += <usize>(mcuSamples << 1)) {
      for (let n = 0; n < h; n++, at += 2) store<u16>(at, load<u16>(source + (<usize>n << 1)));
    }
  }
  // Differences are coded without prediction (J.2.3.2).
  if (HIERARCHICAL && differential) memory.copy(to, from, count << 1);
  else if (begins) reconstructFirstLine(to, from, count, 2, initialPrediction());
  else if (column == 0) reconstructLine(predictor, to, from, count, 2, planeLine(component));
  else reconstructRest(predictor, to, from, count, 2, planeLine(component));
}
