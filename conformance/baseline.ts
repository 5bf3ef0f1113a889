import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Judgement } from './judge.js';

const BASELINE = fileURLToPath(new URL('passed.tsv', import.meta.url));
const EXPLAINED = fileURLToPath(new URL('explained.tsv', import.meta.url));

const fileOf = ({ item }: Judgement) => item.id.slice(0, item.id.lastIndexOf('#'));

/**
 * What passed before, as `file -> frames that were exact`, from passed.tsv. A file's exact frames may become more, never
 * fewer: the run fails otherwise.
 */
async function readBaseline(): Promise<Map<string, number>> {
  const lines = (await readFile(BASELINE, 'utf8'))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => line.split('\t')).map(([file, exact]) => [file, Number(exact)]));
}

function exactFrames(judgements: readonly Judgement[]): Map<string, number> {
  const frames = new Map<string, number>();
  for (const judgement of judgements) {
    if (judgement.result !== 'exact') continue;
    frames.set(fileOf(judgement), (frames.get(fileOf(judgement)) ?? 0) + 1);
  }
  return frames;
}

/** Files of this run with fewer exact frames than before, each as a sentence. */
export async function regressions(judgements: readonly Judgement[]): Promise<string[]> {
  const now = exactFrames(judgements);
  const judged = new Set(judgements.map(fileOf));
  return [...(await readBaseline())]
    .filter(([file, before]) => judged.has(file) && (now.get(file) ?? 0) < before)
    .map(([file, before]) => `${file}: ${now.get(file) ?? 0} exact frames, ${before} before`);
}

/** Writes what is exact in this run as what has passed from now on. For whole runs only. */
export async function recordBaseline(judgements: readonly Judgement[]): Promise<void> {
  const rows = [...exactFrames(judgements)].sort(([a], [b]) => (a < b ? -1 : 1));
  const head =
    '# Frames that were equal to their reference, by file. Written by `npm run conformance -- --record`.\n';
  await writeFile(BASELINE, `${head}${rows.map((row) => row.join('\t')).join('\n')}\n`);
}

/** Why a case with a reference is not exact, from explained.tsv: `file (or the start of one) -> reason`. */
export async function readExplanations(): Promise<(judgement: Judgement) => string | undefined> {
  const lines = (await readFile(EXPLAINED, 'utf8'))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const rows = lines.map((line) => line.split('\t') as [string, string]);
  return (judgement) => rows.find(([start]) => judgement.item.id.startsWith(start))?.[1];
}
