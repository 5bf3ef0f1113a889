/** Quantization tables (T.81 B.2.4.1). */
import { fail } from '../../kernel/blocks';
import { Status } from '../../kernel/status';
import { MAXIMUM_COMPONENTS } from '../frame-header';
import { marker, offsetOf, segment, segmentEnd, word } from '../markers';
import { COEFFICIENTS, positionOf } from './zigzag';

const DESTINATIONS: i32 = 4;
/** The steps of the tables as they stand now, 32 bits each, row by row. */
const tables: usize = memory.data(DESTINATIONS * COEFFICIENTS * 4, 16);
/** Bit by destination: a table has been installed there. */
let installed: i32 = 0;

/**
 * The steps that each component is coded with, row by row: first 64 of 16 bits, then the same of 32. A step
 * of more than 15 bits serves samples of 12 bits alone; in 16 bits its product keeps what 16 bits hold, as in
 * libjpeg.
 */
const STEPS: i32 = COEFFICIENTS * 6;
const steps: usize = memory.data(MAXIMUM_COMPONENTS * STEPS, 16);
/** Bit by component: its steps are there. */
let latched: i32 = 0;

export function forgetQuantizationTables(): void {
  installed = 0;
  latched = 0;
}

/** Address of the 64 steps of 16 bits of a component. */
@inline
export function stepsOf(component: i32): usize {
  return steps + component * STEPS;
}

/** Address of the same steps of 32 bits, from that of those of 16. */
@inline
export function wideSteps(stepsOfComponent: usize): usize {
  return stepsOfComponent + 2 * COEFFICIENTS;
}

/**
 * Installs the tables of the current marker segment, a DQT segment. A table that is there already is
 * replaced.
 */
export function readQuantizationTables(): i32 {
  const at = offsetOf(marker);
  let from = segment;
  while (from < segmentEnd) {
    const precision = <i32>load<u8>(from) >> 4, identifier = <i32>load<u8>(from) & 15;
    if (precision > 1 || identifier > 3) return fail(Status.BadJpegQuantizationTable, at, identifier);
    from++;
    const width: usize = precision == 0 ? 1 : 2;
    if (segmentEnd - from < <usize>COEFFICIENTS * width) {
      return fail(Status.BadJpegQuantizationTable, at, identifier);
    }
    const table = tables + identifier * (COEFFICIENTS * 4);
    for (let index = 0; index < COEFFICIENTS; index++, from += width) {
      store<u32>(table + (positionOf(index) << 2), precision == 0 ? <i32>load<u8>(from) : word(from));
    }
    installed |= 1 << identifier;
  }
  return Status.Done;
}

/**
 * The table that stands at a destination when the first scan of a component begins is the one for all its
 * scans: between them a table may be redefined for other components (B.2.4.1, G.1.1).
 */
export function latchQuantizationTable(component: i32, destination: i32, at: i32): i32 {
  if ((latched >> component) & 1) return Status.Done;
  if (destination > 3 || !((installed >> destination) & 1)) {
    return fail(Status.MissingJpegQuantizationTable, at, destination);
  }
  const from = tables + destination * (COEFFICIENTS * 4), to = stepsOf(component);
  for (let position = 0; position < COEFFICIENTS; position++) {
    store<u16>(to + (position << 1), load<u32>(from + (position << 2)));
  }
  memory.copy(wideSteps(to), from, COEFFICIENTS * 4);
  latched |= 1 << component;
  return Status.Done;
}
