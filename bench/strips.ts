import { type EncodingName, writeCineFile } from './cine-file.js';
import { run } from './pool.js';
import { median, type Ratio, ratioOf } from './statistics.js';

/** One frame, decoded by one worker and in two strips by two. */
export interface StripResult {
  readonly id: string;
  /** Fresh: one worker makes the array, the other's strip is copied to its own. Shared: workers write into the caller's. */
  readonly output: 'fresh' | 'shared';
  /** Milliseconds in one piece and in strips, by the clock. */
  readonly whole: number;
  readonly strips: number;
  /** The first over the second, by the clock; and of the thread that ran longest, as it would be on idle cores (Linux). */
  readonly ratio: Ratio;
  readonly bound: Ratio | undefined;
  /** Two frames one after the other by one worker, over two at once by two: what two workers do here that need nothing of one another. */
  readonly apart: Ratio;
}

/** Sizes of a radiograph; HTJ2K decodes ten times as fast. */
const FRAMES: Readonly<Record<string, { encoding: EncodingName; size: number }>> = {
  'strips jpeg-2000 2560x2560': { encoding: 'jpeg-2000', size: 2560 },
  'strips htj2k 4096x4096': { encoding: 'htj2k', size: 4096 },
};

export function stripIds(): string[] {
  return Object.keys(FRAMES);
}

interface Way {
  readonly output: StripResult['output'];
  readonly frames: number;
  readonly strips: number;
  readonly passes: readonly { readonly milliseconds: number; readonly busiest?: number }[];
}

export async function measureStrips(id: string, rounds: number): Promise<StripResult[]> {
  const { encoding, size } = FRAMES[id]!;
  const { path, remove } = await writeCineFile(encoding, size, 1);
  try {
    const outputs = ['fresh', 'shared'] as const;
    const ways = await run<Way[]>({ kind: 'strips', path, outputs, rounds });
    return outputs.map((output) => {
      const passesOf = (frames: number, strips: number) =>
        ways.find((way) => way.output === output && way.frames === frames && way.strips === strips)!.passes;
      const [whole, strips, two] = [passesOf(1, 1), passesOf(1, 2), passesOf(2, 1)];
      const clock = (passes: Way['passes']) => passes.map(({ milliseconds }) => milliseconds);
      const busiest = (passes: Way['passes']) => passes.flatMap((pass) => pass.busiest ?? []);
      const isKnown = busiest(whole).length === whole.length && busiest(strips).length === strips.length;
      return {
        ...{ id, output, whole: median(clock(whole)), strips: median(clock(strips)) },
        ratio: ratioOf(clock(whole), clock(strips)),
        bound: isKnown ? ratioOf(busiest(whole), busiest(strips)) : undefined,
        apart: ratioOf(
          clock(whole).map((milliseconds) => 2 * milliseconds),
          clock(two),
        ),
      };
    });
  } finally {
    remove();
  }
}
