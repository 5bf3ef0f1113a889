import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BenchCase } from './case.js';
import { EMSCRIPTEN_BUILDS } from './peers/peers.js';
import { median, type Ratio, ratioOf } from './statistics.js';

/** What one process of fresh-process.mjs says. */
interface FreshProcess {
  /** Milliseconds from loading the decoder to its first frame. */
  readonly firstFrame: number;
  readonly rssBefore: number;
  readonly rssPeak: number;
  /** Bytes of all WebAssembly memories at the end. */
  readonly wasm: number;
}

/** A decoder's start beside cineloop's, each in processes of its own. Medians. */
export interface StartResult {
  readonly id: string;
  readonly peer: string;
  readonly firstFrame: { readonly ours: number; readonly peer: number; readonly ratio: Ratio };
  /** Bytes that the process grew by at its peak, over `frames` frames, and bytes of WebAssembly memory at the end. */
  readonly growth: { readonly ours: number; readonly peer: number };
  readonly wasm: { readonly ours: number; readonly peer: number };
}

/** What is loaded for a phantom; the RLE decoder of the image loader is no module that Node.js could load by itself. */
const STARTS = [
  ['phantom jpeg-lossless ct', 'jpeg-lossless-decoder-js', { moduleName: 'jpeg-lossless-decoder-js' }],
  ['phantom jpeg xa', 'libjpeg-turbo', { build: EMSCRIPTEN_BUILDS['libjpeg-turbo'] }],
  ['phantom jpeg-ls ct', 'charls', { build: EMSCRIPTEN_BUILDS.charls }],
  ['phantom jpeg-2000 ct', 'openjpeg', { build: EMSCRIPTEN_BUILDS.openjpeg }],
  ['phantom htj2k ct', 'openjph', { build: EMSCRIPTEN_BUILDS.openjph }],
  ['phantom jpeg-xl mr', 'libjxl', { build: EMSCRIPTEN_BUILDS.libjxl }],
] as const;

/** Frames that a process decodes: enough for what is never freed to show. */
export const FRAMES_PER_PROCESS = 40;

export function startIds(): string[] {
  return STARTS.map(([prefix]) => `start ${prefix}`);
}

/** Starts processes by turns, `rounds` of each side. */
export async function measureStart(
  id: string,
  cases: readonly BenchCase[],
  rounds: number,
): Promise<StartResult> {
  const [prefix, peer, how] = STARTS.find(([start]) => id === `start ${start}`)!;
  const item = cases.find((candidate) => candidate.id.startsWith(prefix))!;
  const { bytes, attributes } = await item.load();
  const folder = mkdtempSync(join(tmpdir(), 'cineloop-bench-'));
  const path = join(folder, 'frame');
  writeFileSync(path, bytes);
  const { transferSyntax } = item;
  const frame = { path, transferSyntax, attributes, frames: FRAMES_PER_PROCESS };
  const ours: FreshProcess[] = [];
  const theirs: FreshProcess[] = [];
  try {
    // The first pair fills the file cache.
    for (let round = -1; round < rounds; round += 1) {
      const pair = [await run(frame), await run({ ...frame, ...how })] as const;
      if (round >= 0) {
        ours.push(pair[0]);
        theirs.push(pair[1]);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const of = (runs: FreshProcess[], value: (run: FreshProcess) => number) => runs.map(value);
  const both = (value: (run: FreshProcess) => number) => ({
    ours: median(of(ours, value)),
    peer: median(of(theirs, value)),
  });
  const firstFrame = (run: FreshProcess) => run.firstFrame;
  return {
    ...{ id: item.id, peer },
    firstFrame: { ...both(firstFrame), ratio: ratioOf(of(theirs, firstFrame), of(ours, firstFrame)) },
    growth: both(({ rssBefore, rssPeak }) => rssPeak - rssBefore),
    wasm: both(({ wasm }) => wasm),
  };
}

const script = fileURLToPath(new URL('fresh-process.mjs', import.meta.url));

async function run(task: object): Promise<FreshProcess> {
  // The task's own options only: a loader that this process runs under is no part of what is measured.
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(task)], {
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as FreshProcess;
}
