/**
 * What of the picture is asked for: at which reduction (T.800 B.5: resolutions left out), which pixels at that reduction,
 * how many quality layers (B.7). Each component has a window of its samples that this takes.
 */
import { take } from '../kernel/arena';
import { fail, parameter } from '../kernel/blocks';
import { Status } from '../kernel/status';
import { component, componentCount, gridX0, gridY0 } from './image-size';
import { ceilDivide, ceilShift } from './markers';

/** Resolutions left out, the finest first. */
export let reduction: u32 = 0;
/** Layers of which packets are decoded. */
export let layerLimit: i32 = 0;
/** Size of the picture at the reduction. */
export let pictureRows: u32 = 0;
export let pictureColumns: u32 = 0;
/** Pixels of it that are handed out: the first one and how many. */
let viewRow: u32 = 0;
let viewColumn: u32 = 0;
export let viewRows: u32 = 0;
export let viewColumns: u32 = 0;
/** They are all inside the picture. */
export let viewInside: bool = false;
/** The smallest steps of all components: pixels are as far apart on the reference grid. */
let xStep: u32 = 0;
let yStep: u32 = 0;

/** What is needed of a component, in samples at the reduction. */
@unmanaged
export class Window {
  x0: u32;
  y0: u32;
  x1: u32;
  y1: u32;
}
let windows: usize = 0;

/** One more than there can be decomposition levels: what is asked for beyond is refused as this is. */
const MAXIMUM_REDUCTION: u32 = 33;

@inline
export function windowOf(c: i32): Window {
  return changetype<Window>(windows + <usize>c * offsetof<Window>());
}

/** Reads the host's parameters (see frame.ts) and finds the window of each component. SIZ has been read. */
export function openView(): i32 {
  reduction = min<u32>(parameter(0), MAXIMUM_REDUCTION);
  layerLimit = parameter(5) > 0 ? parameter(5) : i32.MAX_VALUE;
  windows = take(<u64>componentCount * offsetof<Window>());
  if (windows == 0) return fail(Status.LimitMemory, -1);
  pictureRows = 0;
  pictureColumns = 0;
  xStep = 255;
  yStep = 255;
  for (let c = 0; c < componentCount; c++) {
    const area = component(c);
    const window = windowOf(c);
    window.x0 = ceilShift(area.x0, reduction);
    window.y0 = ceilShift(area.y0, reduction);
    window.x1 = ceilShift(area.x1, reduction);
    window.y1 = ceilShift(area.y1, reduction);
    if (window.x1 <= window.x0 || window.y1 <= window.y0) return fail(Status.UnsupportedJ2kEmptyReduction, -1, reduction);
    pictureRows = max(pictureRows, window.y1 - window.y0);
    pictureColumns = max(pictureColumns, window.x1 - window.x0);
    xStep = min<u32>(xStep, area.xStep);
    yStep = min<u32>(yStep, area.yStep);
  }
  const region = parameter(3) != 0;
  viewRow = region ? parameter(1) : 0;
  viewColumn = region ? parameter(2) : 0;
  viewRows = region ? parameter(3) : pictureRows;
  viewColumns = region ? parameter(4) : pictureColumns;
  viewInside = isInside(viewRow, viewRows, pictureRows) && isInside(viewColumn, viewColumns, pictureColumns);
  if (region && viewInside) narrowWindows();
  return Status.Done;
}

@inline
function isInside(from: u32, count: u32, size: u32): bool {
  return count > 0 && count <= size && from <= size - count;
}

/** Leaves what the view takes of the windows. */
function narrowWindows(): void {
  for (let c = 0; c < componentCount; c++) {
    const window = windowOf(c);
    window.x0 = sampleColumn(c, 0);
    window.y0 = sampleRow(c, 0);
    window.x1 = sampleColumn(c, viewColumns - 1) + 1;
    window.y1 = sampleRow(c, viewRows - 1) + 1;
  }
}

/** Column of a component's samples, at the reduction, that stands for column `x` of the view. */
export function sampleColumn(c: i32, x: u32): u32 {
  const area = component(c);
  const first = ceilShift(ceilDivide(gridX0, xStep), reduction);
  return standsFor(<u64>first + viewColumn + x, xStep, area.xStep, area.x0, area.x1);
}

/** The same for a row. */
export function sampleRow(c: i32, y: u32): u32 {
  const area = component(c);
  const first = ceilShift(ceilDivide(gridY0, yStep), reduction);
  return standsFor(<u64>first + viewRow + y, yStep, area.yStep, area.y0, area.y1);
}

/** B.2: a sample stands for all places of the grid up to the next one; the first and the last one also for those beyond. */
function standsFor(place: u64, finest: u32, step: u32, from: u32, to: u32): u32 {
  const sample = place * finest / step;
  return <u32>min<u64>(max<u64>(sample, ceilShift(from, reduction)), ceilShift(to, reduction) - 1);
}
