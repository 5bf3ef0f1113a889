import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BenchCase } from './case.js';
import { EMSCRIPTEN_BUILDS } from './peers/emscripten-builds.js';

/** Milliseconds on the clock, and of processor for all threads of the process. */
export interface Span {
  readonly clock: number;
  readonly processor: number;
}

/** What one process of fresh-process.mjs says. */
export interface FreshProcess {
  /** Loading the decoder's script. */
  readonly loaded: Span;
  /** From there to the first frame: WebAssembly read, compiled and instantiated, the frame decoded. */
  readonly first: Span;
  readonly rssBefore: number;
  readonly rssPeak: number;
  /** Bytes of all WebAssembly memories at the end. */
  readonly wasm: number;
}

/** A decoder beside cineloop on one frame, each in processes of its own. */
interface FreshPair {
  readonly item: BenchCase;
  /** A name of EMSCRIPTEN_BUILDS, or a package that is plain JavaScript. */
  readonly peer: string;
  /** cineloop's engine, where it is not the default one. */
  readonly engine?: string | undefined;
  /** Frames that each process decodes. */
  readonly frames: number;
}

const script = fileURLToPath(new URL('fresh-process.mjs', import.meta.url));

/** Starts processes of both sides by turns, `rounds` of each. */
export async function freshProcesses(
  { item, peer, engine, frames }: FreshPair,
  rounds: number,
): Promise<{ ours: FreshProcess[]; theirs: FreshProcess[] }> {
  const { bytes, attributes } = await item.load();
  const folder = mkdtempSync(join(tmpdir(), 'cineloop-bench-'));
  const path = join(folder, 'frame');
  writeFileSync(path, bytes);
  const task = { path, transferSyntax: item.transferSyntax, attributes, frames };
  const how =
    peer in EMSCRIPTEN_BUILDS
      ? { build: EMSCRIPTEN_BUILDS[peer as keyof typeof EMSCRIPTEN_BUILDS] }
      : { moduleName: peer };
  const ours: FreshProcess[] = [];
  const theirs: FreshProcess[] = [];
  try {
    // The first pair fills the file cache.
    for (let round = -1; round < rounds; round += 1) {
      const pair = [await run({ ...task, engine }), await run({ ...task, ...how })] as const;
      if (round >= 0) {
        ours.push(pair[0]);
        theirs.push(pair[1]);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { ours, theirs };
}

async function run(task: object): Promise<FreshProcess> {
  // The task's own options only: a loader that this process runs under is no part of what is measured.
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(task)], {
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as FreshProcess;
}
