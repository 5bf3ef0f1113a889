import type { BenchCase } from './case.js';
import { type FreshProcess, freshProcesses } from './fresh-process.js';
import { median } from './statistics.js';

/** What a decoder makes a process grow by beside cineloop. Medians. */
export interface MemoryResult {
  readonly id: string;
  readonly peer: string;
  /** Bytes that the process grew by at its peak, over `FRAMES_PER_PROCESS` frames. */
  readonly growth: { readonly ours: number; readonly peer: number };
  /** Bytes of WebAssembly memory at the end. */
  readonly wasm: { readonly ours: number; readonly peer: number };
}

/** What is loaded for a phantom; the RLE decoder of the image loader is no module that Node.js could load by itself. */
const PHANTOMS = [
  ['phantom jpeg-lossless ct', 'jpeg-lossless-decoder-js'],
  ['phantom jpeg xa', 'libjpeg-turbo'],
  ['phantom jpeg-ls ct', 'charls'],
  ['phantom jpeg-2000 ct', 'openjpeg'],
  ['phantom htj2k ct', 'openjph'],
  ['phantom jpeg-xl mr', 'libjxl'],
] as const;

/** Frames that a process decodes: enough for what is never freed to show. */
export const FRAMES_PER_PROCESS = 40;

/** Processes of each side: memory moves less than time. */
const ROUNDS = 3;

export function memoryIds(): string[] {
  return PHANTOMS.map(([prefix]) => `memory ${prefix}`);
}

export async function measureMemory(id: string, cases: readonly BenchCase[]): Promise<MemoryResult> {
  const [prefix, peer] = PHANTOMS.find(([phantom]) => id === `memory ${phantom}`)!;
  const item = cases.find((candidate) => candidate.id.startsWith(prefix))!;
  const { ours, theirs } = await freshProcesses({ item, peer, frames: FRAMES_PER_PROCESS }, ROUNDS);
  const both = (value: (run: FreshProcess) => number) => ({
    ours: median(ours.map(value)),
    peer: median(theirs.map(value)),
  });
  return {
    ...{ id: item.id, peer },
    growth: both(({ rssBefore, rssPeak }) => rssPeak - rssBefore),
    wasm: both(({ wasm }) => wasm),
  };
}
