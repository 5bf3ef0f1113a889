/**
 * The data units of one minimum coded unit (T.81 A.2): for each, in the order of the stream, its tables and
 * where its block goes. The samples of a sequential scan go to a plane, the coefficients of a progressive one
 * to their array: the same walk with other steps.
 */
import { differential, HIERARCHICAL } from '../hierarchical-mode';

/** Data units in one minimum coded unit at most (B.2.3). */
const MAXIMUM_UNITS: i32 = 10;
/** Bytes of a record. */
export const UNIT: usize = 32;

/** The records, and the end of the last one. */
export const units: usize = memory.data(MAXIMUM_UNITS * 32, 16);
export let unitsEnd: usize = units;

/**
 * PRED of each component of the scan (F.1.1.5.1), and behind it, for arithmetic coding, DC_Context(Da), what
 * its last difference was like (F.1.4.4.1.2).
 */
const predictions: usize = memory.data(4 * 8, 4);

/** Begins the list of data units. */
export function beginUnits(): void {
  unitsEnd = units;
}

/**
 * Adds a data unit. `component` counts in the scan; `steps` as stepsOf gives them; `step`: bytes from its
 * block in one minimum coded unit to that in the next; `line`: bytes from a line of its block to the next;
 * `side`: samples on a side of it. With arithmetic coding the tables are statistics areas.
 */
export function addUnit(
  component: i32, dcTable: usize, acTable: usize, steps: usize, step: usize, line: usize, side: i32,
): void {
  store<usize>(unitsEnd, dcTable, 0);
  store<usize>(unitsEnd, acTable, 4);
  store<usize>(unitsEnd, steps, 8);
  store<usize>(unitsEnd, predictions + (component << 3), 12);
  store<usize>(unitsEnd, step, 20);
  store<usize>(unitsEnd, line, 24);
  store<i32>(unitsEnd, side, 28);
  unitsEnd += UNIT;
}

export function resetPredictions(): void {
  memory.fill(predictions, 0, 32);
}

@inline
export function dcTableOf(unit: usize): usize {
  return load<usize>(unit, 0);
}

@inline
export function acTableOf(unit: usize): usize {
  return load<usize>(unit, 4);
}

@inline
export function quantizationOf(unit: usize): usize {
  return load<usize>(unit, 8);
}

/**
 * Adds a difference to PRED of the unit's component. Returns the sum, the DC coefficient. In differential frames
 * there is no prediction (J.2.3.1).
 */
@inline
export function predict(unit: usize, difference: i32): i32 {
  if (HIERARCHICAL && differential) return difference;
  const prediction = load<usize>(unit, 12);
  const sum = load<i32>(prediction) + difference;
  store<i32>(prediction, sum);
  return sum;
}

@inline
export function conditionOf(unit: usize): i32 {
  return load<i32>(load<usize>(unit, 12), 4);
}

@inline
export function setCondition(unit: usize, condition: i32): void {
  store<i32>(load<usize>(unit, 12), condition, 4);
}

/** Sets where the block of the next minimum coded unit goes. */
@inline
export function setTarget(unit: usize, target: usize): void {
  store<usize>(unit, target, 16);
}

@inline
export function targetOf(unit: usize): usize {
  return load<usize>(unit, 16);
}

/** Where the block goes; the next one goes a step further. */
@inline
export function nextTarget(unit: usize): usize {
  const target = load<usize>(unit, 16);
  store<usize>(unit, target + load<usize>(unit, 20), 16);
  return target;
}

@inline
export function lineOf(unit: usize): usize {
  return load<usize>(unit, 24);
}

@inline
export function sideOf(unit: usize): i32 {
  return load<i32>(unit, 28);
}
