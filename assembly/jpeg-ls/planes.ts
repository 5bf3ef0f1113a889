/**
 * Components that are decoded before their turn to go out: those of all scans but the last, and all of an image whose
 * components have different sizes. A plane holds the lines of a component one behind the other, 16 bits a sample.
 */
import { take } from '../kernel/arena';
import { columnsOf, linesOf, MOST_COMPONENTS } from './frame-header';
import { interleaveMode, InterleaveMode, scanComponent, scanComponentCount } from './scan-header';
import { linesOfRow, scanLine } from './scan';

/** Address of each component's first sample, 0 where there is no plane. */
const planes = memory.data(MOST_COMPONENTS * 4, 4);

export function forgetPlanes(): void {
  memory.fill(planes, 0, MOST_COMPONENTS * 4);
}

/** Takes the memory for the components of the scan; false where there is not that much. */
export function takePlanes(): bool {
  for (let i = 0; i < scanComponentCount; i++) {
    const component = scanComponent(i);
    const plane = take(<u64>columnsOf(component) * linesOf(component) * 2);
    if (plane == 0) return false;
    store<usize>(planes + (component << 2), plane);
  }
  return true;
}

/** Address of a line of a component that has a plane. */
export function planeLine(component: i32, line: u32): usize {
  return load<usize>(planes + (component << 2)) + (<usize>line * columnsOf(component) << 1);
}

/** Keeps the lines of a step: `rows` rows of the scan, the first of them number `first`. */
export function keepRows(first: u32, rows: i32): void {
  for (let i = 0; i < scanComponentCount; i++) {
    const component = scanComponent(i);
    const height = linesOfRow(i);
    const width = columnsOf(component);
    for (let line = 0; line < rows * height; line++) {
      const y = first * height + line;
      // The last row may have fewer lines.
      if (y >= linesOf(component)) break;
      const to = planeLine(component, y), from = scanLine(i, line);
      if (interleaveMode != InterleaveMode.Sample) {
        memory.copy(to, from, width << 1);
      } else {
        const pixel = <usize>scanComponentCount << 1;
        for (let x: u32 = 0; x < width; x++) store<u16>(to + (x << 1), load<u16>(from + x * pixel));
      }
    }
  }
}
