import { InvalidDataset } from '../errors.js';

const DISCRETE = 0;
const LINEAR = 1;
const INDIRECT = 2;

/** An entry of 8 or 16 bits of a segmented table: opcodes, lengths and values are all of this width. */
type SegmentUnit = 8 | 16;

/**
 * Expands a segmented palette table (PS3.3 C.7.9.2).
 * @param units the data, unit by unit: the bytes where entries have 8 bits, else the words
 * @param entries how many entries the descriptor announces; nothing is written behind them
 * @throws InvalidDataset for a reserved opcode, a segment that leaves the data, a linear segment with nothing before it, an
 * indirect one that names another, and for a table that comes out short
 */
export function expandSegments(units: Uint16Array, unit: SegmentUnit, entries: number): Uint16Array {
  const table = new Uint16Array(entries);
  let filled = 0;

  const fail = (problem: string): never => {
    throw new InvalidDataset(`Segmented palette: ${problem}.`, { clause: 'PS3.3 C.7.9.2' });
  };
  const unitAt = (at: number): number => units[at] ?? fail('the data end inside a segment');

  /** Writes what one discrete or linear segment says and returns where the next one begins. */
  const expand = (at: number): number => {
    const opcode = unitAt(at);
    const length = unitAt(at + 1);
    if (opcode === DISCRETE) {
      const end = at + 2 + length;
      if (end > units.length) fail('the data end inside a segment');
      const last = Math.min(end, at + 2 + entries - filled);
      for (let i = at + 2; i < last; i++) table[filled++] = units[i]!;
      return end;
    }
    if (opcode === LINEAR) {
      if (filled === 0) fail('a linear segment has no entry to start from');
      const from = table[filled - 1]!;
      const rise = unitAt(at + 2) - from;
      const fitting = Math.min(length, entries - filled);
      for (let i = 1; i <= fitting; i++) table[filled++] = from + Math.round((rise * i) / length);
      return at + 3;
    }
    return fail(opcode === INDIRECT ? 'an indirect segment names another' : `opcode ${opcode} is reserved`);
  };

  // One pass over the data, and each indirect segment goes over at most all of them once. Every unit that is passed
  // gives an entry or the table is full, or it is a segment without entries: those are what the counter is for.
  let steps = 0;
  const next = (at: number): number => {
    if (++steps > 4 * entries + units.length) fail('more segments than entries');
    return expand(at);
  };
  for (let at = 0; at < units.length && filled < entries; ) {
    if (units[at] !== INDIRECT) {
      // A padding byte behind the last segment is not one.
      if (at === units.length - 1) break;
      at = next(at);
      continue;
    }
    const segments = unitAt(at + 1);
    const offsetUnits = unit === 8 ? 4 : 2;
    // The offset has 32 bits, the less significant half first, and counts bytes.
    let offset = 0;
    for (let i = offsetUnits - 1; i >= 0; i--) offset = offset * 2 ** unit + unitAt(at + 2 + i);
    let copied = offset / (unit / 8);
    if (!Number.isInteger(copied)) fail('an indirect segment points between two values');
    for (let i = 0; i < segments && filled < entries; i++) copied = next(copied);
    at += 2 + offsetUnits;
  }
  if (filled < entries) fail(`${filled} of ${entries} entries are given`);
  return table;
}
