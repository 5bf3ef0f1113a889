import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type EncodingName, writeCineFile } from './cine-file.js';
import { median, type Ratio, ratioOf } from './statistics.js';

/** One pass over some frames, as pool-process.mjs says it. */
interface Pass {
  /** Frames per second. */
  readonly rate: number;
  /** Share of the time that the calling thread's event loop was not idle. */
  readonly busy: number;
  /** Milliseconds of processor that the calling thread had per frame, and as a share of the time; Linux only. */
  readonly threadPerFrame?: number;
  readonly threadShare?: number;
  /** The same of the thread that had most per frame, be it a worker or the calling one; Linux only. */
  readonly busiestPerFrame?: number;
  /** Milliseconds of processor that all threads had per frame. */
  readonly processorPerFrame: number;
}

/** Where frames come: each in an array of its own, all in one, or by turns in some in shared memory. */
export const POOL_OUTPUTS = ['fresh', 'reused', 'shared'] as const;
export type PoolOutput = (typeof POOL_OUTPUTS)[number];

/** Passes of one size of pool. */
export interface PoolRate {
  readonly workers: number;
  readonly output: PoolOutput;
  readonly passes: readonly Pass[];
}

export interface PoolResult {
  readonly id: string;
  readonly size: number;
  readonly frameCount: number;
  readonly rates: readonly PoolRate[];
  /** Two workers over one: frames per second. */
  readonly ratio: Readonly<Record<PoolOutput, Ratio>>;
  /** The same as the processor time alone allows it, see `processorBound`; undefined where that is not known. */
  readonly bound: Readonly<Record<PoolOutput, Ratio | undefined>>;
  /** Milliseconds from loading the library to the first frame, by the number of workers. */
  readonly firstFrame: Readonly<Record<number, number>>;
  /** Resident bytes after each quarter of MEMORY_FRAMES, and the peak, with two workers. */
  readonly memory?: Readonly<Record<PoolOutput, Memory>>;
}

export interface Memory {
  readonly rss: readonly number[];
  readonly peak: number;
}

export const MEMORY_FRAMES = 2_000;

/** The files: what one frame costs spans two orders of magnitude. Memory is watched where 2,000 frames take seconds. */
const FILES: Readonly<Record<string, { encoding: EncodingName; size: number; watched: boolean }>> = {
  'pool rle 512x512': { encoding: 'rle', size: 512, watched: true },
  'pool jpeg-lossless 512x512': { encoding: 'jpeg-lossless', size: 512, watched: true },
  'pool htj2k 512x512': { encoding: 'htj2k', size: 512, watched: true },
  'pool htj2k 1024x1024': { encoding: 'htj2k', size: 1024, watched: false },
  'pool jpeg-2000 512x512': { encoding: 'jpeg-2000', size: 512, watched: false },
  'pool jpeg-2000 1024x1024': { encoding: 'jpeg-2000', size: 1024, watched: false },
};

const FRAMES = 120;

export function poolIds(): string[] {
  return Object.keys(FILES);
}

/** Measures one file. `seconds` is for the passes together; memory and first frames come on top. */
export async function measurePool(id: string, seconds: number, rounds: number): Promise<PoolResult> {
  const { encoding, size, watched } = FILES[id]!;
  const file = await writeCineFile(encoding, size, FRAMES);
  try {
    const { path } = file;
    const rates = await run<PoolRate[]>({
      kind: 'rates',
      path,
      sizes: [0, 1, 2],
      outputs: POOL_OUTPUTS,
      seconds,
      rounds,
    });
    const first: Record<number, number> = {};
    for (const workers of [0, 1, 2]) {
      const times: number[] = [];
      for (let round = 0; round < 5; round += 1)
        times.push(await run<number>({ kind: 'firstFrame', path, sizes: [workers] }));
      first[workers] = median(times);
    }
    const watch = (output: PoolOutput) =>
      run<Memory>({ kind: 'memory', path, sizes: [2], frames: MEMORY_FRAMES, output });
    return {
      ...{ id, size, frameCount: FRAMES, rates },
      ratio: await forEachOutput((output) => scaling(rates, output, rateOf)!),
      bound: await forEachOutput((output) => scaling(rates, output, processorBound)),
      firstFrame: first,
      ...(watched && { memory: await forEachOutput(watch) }),
    };
  } finally {
    file.remove();
  }
}

async function forEachOutput<Value>(
  of: (output: PoolOutput) => Value | Promise<Value>,
): Promise<Record<PoolOutput, Value>> {
  return { fresh: await of('fresh'), reused: await of('reused'), shared: await of('shared') };
}

const rateOf = ({ rate }: Pass) => rate;

/**
 * Frames per second that a pass could have had on idle cores by the processor time that it took: no thread runs more than
 * all of the time, and all of them together no more than the cores. It leaves out what threads wait for each other, but
 * is known on a busy machine too, where the rate says nothing.
 */
function processorBound({ busiestPerFrame, processorPerFrame }: Pass): number | undefined {
  if (busiestPerFrame === undefined) return undefined;
  return 1000 / Math.max(busiestPerFrame, processorPerFrame / availableParallelism());
}

function scaling(
  rates: readonly PoolRate[],
  output: PoolOutput,
  value: (pass: Pass) => number | undefined,
): Ratio | undefined {
  const of = (workers: number) =>
    rates.find((rate) => rate.workers === workers && rate.output === output)!.passes.map(value);
  const [two, one] = [of(2), of(1)];
  if (two.includes(undefined) || one.includes(undefined)) return undefined;
  return ratioOf(two as number[], one as number[]);
}

const script = fileURLToPath(new URL('pool-process.mjs', import.meta.url));

/** Runs a task of pool-process.mjs in a process of its own. */
export async function run<Result>(task: object): Promise<Result> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(task)], {
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Result;
}
