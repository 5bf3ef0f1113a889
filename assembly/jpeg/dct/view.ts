/**
 * What of the image is asked for: how much smaller, and which rectangle of it.
 *
 * Reduced by 2^r, r = 1 to 3, the image has ceil(X / 2^r) columns and ceil(Y / 2^r) lines. A block of a
 * component that is as finely sampled as the image becomes one of 8 / 2^r samples a side, by an inverse DCT of
 * that size. One that is sampled more coarsely keeps twice the side where that spares upsampling it, as in
 * libjpeg: of 4:2:0 reduced by 2 the chroma blocks stay as they are, and nothing is interpolated.
 */
import { parameter } from '../../kernel/blocks';
import {
  ceilingOf,
  componentCount,
  horizontalSampling,
  lines,
  MAXIMUM_COMPONENTS,
  maximumH,
  maximumV,
  samplesPerLine,
  verticalSampling,
} from '../frame-header';

/**
 * Parameters of the kernel: r; the rectangle, of which 0 rows stand for the whole image; whether YBR_FULL is wanted as
 * RGB.
 */
const enum Parameter {
  Reduction = 0,
  Row = 1,
  Column = 2,
  Rows = 3,
  Columns = 4,
  Rgb = 5,
}

export const MAXIMUM_REDUCTION: i32 = 3;
/** Samples on a side of a block. */
const SIDE: i32 = 8;

/** Samples on a side of the smallest reconstructed blocks, 8 / 2^r. */
export let leastSide: i32 = SIDE;
/** By component: samples on a side of its reconstructed blocks. */
const sides: usize = memory.data(MAXIMUM_COMPONENTS);

/** Lines and columns of the whole image as it is reduced. */
export let reducedLines: i32 = 0;
export let reducedColumns: i32 = 0;
/** The rectangle that is handed out, in the reduced image. */
export let viewRow: i32 = 0;
export let viewColumn: i32 = 0;
export let viewRows: i32 = 0;
export let viewColumns: i32 = 0;

/** The minimum coded units that the rectangle is made from: rows and columns of them, the ends exclusive. */
export let mcuRowStart: i32 = 0;
export let mcuRowEnd: i32 = 0;
export let mcuColumnStart: i32 = 0;
export let mcuColumnEnd: i32 = 0;

@inline
export function reduction(): i32 {
  return parameter(Parameter.Reduction);
}

/** May be set as late as in front of the first step. */
@inline
export function wantsRgb(): bool {
  return parameter(Parameter.Rgb) != 0;
}

/**
 * Takes the parameters over, for the frame whose header and number of lines are known.
 * @returns whether the rectangle is inside the image
 */
export function readView(): bool {
  leastSide = SIDE >> reduction();
  for (let i = 0; i < componentCount; i++) store<u8>(sides + i, sideFor(i));
  reducedLines = ceilingOf(lines, 1 << reduction());
  reducedColumns = ceilingOf(samplesPerLine, 1 << reduction());
  viewRow = parameter(Parameter.Row);
  viewColumn = parameter(Parameter.Column);
  viewRows = parameter(Parameter.Rows);
  viewColumns = parameter(Parameter.Columns);
  if (viewRows == 0) {
    viewRow = 0;
    viewColumn = 0;
    viewRows = reducedLines;
    viewColumns = reducedColumns;
  }
  return (
    isWithin(viewRow, viewRows, reducedLines) && isWithin(viewColumn, viewColumns, reducedColumns)
  );
}

/** Whether a part of the image is asked for. */
export function isPartial(): bool {
  return viewRows < reducedLines || viewColumns < reducedColumns;
}

/** Whether what is handed out begins with the first line of the image, and its lines are whole blocks at full size. */
export function isWholeBlocks(): bool {
  return leastSide == SIDE && viewRow == 0 && viewColumns % SIDE == 0 && viewColumns == reducedColumns;
}

function isWithin(start: i32, count: i32, whole: i32): bool {
  return start >= 0 && count > 0 && start < whole && count <= whole - start;
}

function sideFor(component: i32): i32 {
  const h = horizontalSampling(component), v = verticalSampling(component);
  let side = leastSide;
  while (
    side < SIDE &&
    (maximumH * leastSide) % (2 * side * h) == 0 &&
    (maximumV * leastSide) % (2 * side * v) == 0
  ) {
    side *= 2;
  }
  return side;
}

/**
 * Chooses the minimum coded units. `beyondLines`, `beyondColumns`: whether lines and columns next to the
 * rectangle are needed too.
 */
export function chooseUnits(beyondLines: bool, beyondColumns: bool): void {
  const height = leastSide * maximumV, width = leastSide * maximumH;
  mcuRowStart = max(0, viewRow - <i32>beyondLines) / height;
  mcuRowEnd = (min(reducedLines, viewRow + viewRows + <i32>beyondLines) - 1) / height + 1;
  mcuColumnStart = max(0, viewColumn - <i32>beyondColumns) / width;
  mcuColumnEnd = (min(reducedColumns, viewColumn + viewColumns + <i32>beyondColumns) - 1) / width + 1;
}

/** Samples on a side of the reconstructed blocks of a component: 8, or 4, 2, 1 where it is reduced. */
@inline
export function sideOf(component: i32): i32 {
  return load<u8>(sides + component);
}

/** Hi and Vi of the samples as they are reconstructed: the largest of them are those of the frame header. */
@inline
export function reducedH(component: i32): i32 {
  return (horizontalSampling(component) * sideOf(component)) / leastSide;
}

@inline
export function reducedV(component: i32): i32 {
  return (verticalSampling(component) * sideOf(component)) / leastSide;
}

/** Samples in a line of a component as it is reconstructed, and lines of it. */
export function reducedColumnsOf(component: i32): i32 {
  return ceilingOf(samplesPerLine * horizontalSampling(component) * sideOf(component), maximumH * SIDE);
}

export function reducedLinesOf(component: i32): i32 {
  return ceilingOf(lines * verticalSampling(component) * sideOf(component), maximumV * SIDE);
}
