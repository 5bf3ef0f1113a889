import type { BenchCase } from './case.js';
import { type FreshProcess, freshProcesses, type Span } from './fresh-process.js';
import { median, type Ratio, ratioOf } from './statistics.js';

/** What one side of a start takes, in milliseconds of processor, and the peer's over ours. */
export interface StartTimes {
  readonly ours: number;
  readonly peer: number;
  readonly ratio: Ratio;
}

/** A decoder's start beside cineloop's on one small frame. Medians. */
export interface StartResult {
  readonly id: string;
  readonly peer: string;
  /** From a loaded script to the first frame: the kernel read, compiled and instantiated, the frame decoded. */
  readonly kernel: StartTimes;
  /** The same with the script's loading. */
  readonly whole: StartTimes;
  /** The whole by the clock. */
  readonly clock: StartTimes;
}

/** A small frame of each codec, so that the start is what is measured: case, peer, our engine where it is not the default. */
const STARTS = [
  ['fixture jpeg/us-420-baseline', 'libjpeg-turbo', 'cineloop-jpeg'],
  ['fixture jpeg/us-420-progressive', 'libjpeg-turbo', 'cineloop-jpeg'],
  ['fixture jpeg-lossless/ct-first-order', 'jpeg-lossless-decoder-js', 'cineloop-jpeg-lossless'],
  ['fixture jpeg-ls/ct', 'charls', 'cineloop-jpeg-ls'],
  ['fixture jpeg-2000/ct', 'openjpeg', 'cineloop-jpeg-2000'],
  ['fixture htj2k/ct', 'openjph', 'cineloop-jpeg-2000'],
] as const;

export function startIds(): string[] {
  return STARTS.map(([id]) => `start ${id}`);
}

export async function measureStart(
  id: string,
  cases: readonly BenchCase[],
  rounds: number,
): Promise<StartResult> {
  const [caseId, peer, engine] = STARTS.find(([start]) => id === `start ${start}`)!;
  const item = cases.find((candidate) => candidate.id === caseId)!;
  const { ours, theirs } = await freshProcesses({ item, peer, engine, frames: 1 }, rounds);
  const times = (value: (run: FreshProcess) => number): StartTimes => ({
    ...{ ours: median(ours.map(value)), peer: median(theirs.map(value)) },
    ratio: ratioOf(theirs.map(value), ours.map(value)),
  });
  const both = (part: keyof Span) => times(({ loaded, first }) => loaded[part] + first[part]);
  return {
    ...{ id: caseId, peer },
    ...{ kernel: times(({ first }) => first.processor), whole: both('processor'), clock: both('clock') },
  };
}
