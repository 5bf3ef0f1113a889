/**
 * The samples of a frame whose components do not all come together, one scan with a sample of each in turn: a
 * plane of 16-bit samples for each component, kept until the last scan is decoded.
 */
import { take } from '../../kernel/arena';
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
import { spreadLine } from './output';
import { SLACK } from './prediction';

/** Address of each component's first sample, and its point transform. */
const planes: usize = memory.data(MAXIMUM_COMPONENTS * 8, 4);

/** Takes the memory for all components; false where there is not that much. */
export function takePlanes(): bool {
  // Lines and columns that complete the last minimum coded units are decoded like all others (A.2.4).
  const mcuRows = <u64>ceilingOf(lines, maximumV);
  for (let component = 0; component < componentCount; component++) {
    const size = mcuRows * verticalSampling(component) * <u64>planeLine(component);
    const plane = take(size + 2 * SLACK);
    if (plane == 0) return false;
    store<usize>(planes + (component << 3), plane + SLACK);
  }
  return true;
}

/**
 * Bytes from one line of a plane to the next: vectors that run past the end of a line do not meet the next
 * one.
 */
export function planeLine(component: i32): usize {
  return (<usize>(ceilingOf(samplesPerLine, maximumH) * horizontalSampling(component)) << 1) + SLACK;
}

/** Address of a sample; `line` and `column` count in the component. */
export function planeSample(component: i32, line: i32, column: i32): usize {
  return load<usize>(planes + (component << 3)) + <usize>line * planeLine(component) + (<usize>column << 1);
}

/** Keeps the point transform of the scan that a component came in: it is undone on the way out. */
export function setPlanePointTransform(component: i32, pointTransform: i32): void {
  store<i32>(planes + (component << 3), pointTransform, 4);
}

/** Writes line `y` of the image to `to`, colour by pixel, 16 bits a sample. */
export function storePlanesLine(to: usize, y: i32): void {
  for (let component = 0; component < componentCount; component++) {
    spreadLine(
      to + (component << 1),
      planeSample(component, (y * verticalSampling(component)) / maximumV, 0),
      samplesPerLine,
      <usize>componentCount << 1,
      horizontalSampling(component),
      maximumH,
      load<i32>(planes + (component << 3), 4),
    );
  }
}
