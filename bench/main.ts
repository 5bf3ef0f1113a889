// `npm run bench`: measures cineloop side by side with the decoders that viewers use today, each on the same bytes in the
// same process by turns, samples checked first. See README.md for what the columns mean and how to read them.
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { SingleBar } from 'cli-progress';
import { Command, InvalidArgumentError } from 'commander';
import dcmjs from 'dcmjs';
import pc from 'picocolors';
import { corpusFolder } from '../conformance/case.js';
import { LEAST_ROUNDS } from './alternation.js';
import { type CodecResult, measureCase } from './codecs.js';
import { corpusCases } from './corpus-cases.js';
import { fixtureCases } from './fixture-cases.js';
import { machine } from './machine.js';
import { measureNative, type NativeResult } from './native.js';
import { peersFor } from './peers/peers.js';
import { phantomCases } from './phantom-cases.js';
import { measurePool, type PoolResult, poolIds } from './pool.js';
import { measureStart, type StartResult, startIds } from './start.js';
import {
  codecTable,
  machineLines,
  memoryTable,
  nativeTable,
  poolTable,
  startTable,
  viewTable,
} from './tables.js';
import { groupMeans, targetsOf } from './targets.js';
import { measureViews, type ViewResult, viewIds } from './views.js';

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

const options = new Command('npm run bench --')
  .option('--only <text>', 'only what has the text in its name, e.g. rle, corpus, native, views, start, pool')
  .option('--seconds <number>', 'seconds per frame measured; a pool takes ten times as much', positive, 1.5)
  .option('--rounds <number>', `turns that each side has, ${LEAST_ROUNDS} at least`, positive, 11)
  .option('--corpus <folder>', 'a corpus with a reference.tsv (else CINELOOP_CORPUS, or ../shared/corpus)')
  .option('--json <file>', 'write all that was measured as JSON too')
  .parse()
  .opts<{ only?: string; seconds: number; rounds: number; corpus?: string; json?: string }>();

dcmjs.log.setLevel('silent');
const { only = '', seconds } = options;
const rounds = Math.max(LEAST_ROUNDS, Math.round(options.rounds));
const wanted = (id: string) => id.includes(only);

const here = machine();
console.log(`${machineLines(here)}\n`);

if (options.corpus !== undefined) process.env.CINELOOP_CORPUS = options.corpus;
const corpus = corpusFolder();
if (corpus === undefined) console.log('No corpus on this machine: fixtures and phantoms only.\n');
const phantoms = phantomCases();
const cases = [...(await fixtureCases()), ...phantoms, ...(corpus ? await corpusCases(corpus) : [])].filter(
  ({ id, transferSyntax }) => wanted(id) && peersFor(transferSyntax).length > 0,
);
const starts = startIds().filter(wanted);
const pools = poolIds().filter(wanted);
const measuresNative = wanted('native');
const views = viewIds().filter(wanted);

const bar = new SingleBar({ format: '{bar} {value}/{total} {id}', stream: process.stderr, hideCursor: true });
const total = cases.length + views.length + starts.length + pools.length + (measuresNative ? 1 : 0);
if (process.stderr.isTTY) bar.start(total, 0, { id: '' });
const step = async <Result>(id: string, measure: () => Promise<Result>): Promise<Result> => {
  bar.update({ id });
  const result = await measure();
  bar.increment();
  return result;
};

const codecResults: CodecResult[] = [];
for (const item of cases) {
  codecResults.push(...(await step(item.id, () => measureCase(item, { rounds, seconds }))));
}
const nativeResults: NativeResult[] = measuresNative
  ? await step('native', () => measureNative({ rounds, seconds }))
  : [];
const viewResults: ViewResult[] = [];
for (const id of views) viewResults.push(...(await step(id, () => measureViews(id, { rounds, seconds }))));
const startResults: StartResult[] = [];
for (const id of starts) startResults.push(await step(id, () => measureStart(id, phantoms, rounds)));
const poolResults: PoolResult[] = [];
for (const id of pools) poolResults.push(await step(id, () => measurePool(id, 10 * seconds, rounds)));
bar.stop();

const means = groupMeans(codecResults);
const targets = targetsOf(codecResults, nativeResults, viewResults, poolResults);
const section = (title: string, body: string) => console.log(`${pc.bold(title)}\n${body}\n`);
if (codecResults.length > 0) {
  section(`Codecs, warm, medians of ${rounds} rounds by turns`, codecTable(codecResults));
  const lines = means.map(
    ({ peer, kind, count, fresh, reused }) =>
      `${fresh.toFixed(2).padStart(6)}x  ${reused.toFixed(2).padStart(6)}x reused  ${peer}, ${count} ${kind} frames`,
  );
  section('Geometric means of the ratios', lines.join('\n'));
}
if (nativeResults.length > 0) section('Native frames in memory', nativeTable(nativeResults));
if (viewResults.length > 0) section('Parts of a frame', viewTable(viewResults));
if (startResults.length > 0) section('Cold start and memory', startTable(startResults));
if (poolResults.length > 0) {
  section('Pool', poolTable(poolResults));
  if (poolResults.some(({ memory }) => memory)) section('Memory of the pool', memoryTable(poolResults));
}
if (targets.length > 0) {
  const lines = targets.map(
    ({ name, met, measured }) => `${met ? pc.green('met   ') : pc.red('missed')}  ${name}: ${measured}`,
  );
  section('Targets', lines.join('\n'));
}
const loadAfter = loadavg()[0]!;
if (loadAfter > here.threads + 1) console.log(pc.yellow(`Load at the end: ${loadAfter.toFixed(1)}.`));

if (options.json !== undefined) {
  const all = {
    ...{ machine: { ...here, loadAfter }, rounds, seconds },
    ...{
      codecs: codecResults,
      means,
      native: nativeResults,
      views: viewResults,
      start: startResults,
      pool: poolResults,
      targets,
    },
  };
  writeFileSync(options.json, `${JSON.stringify(all, undefined, 2)}\n`);
}
// A fast wrong answer is the one thing that fails here: speed depends on the machine, and what is refused is said.
if (codecResults.some(({ ours }) => !ours.counts && !ours.refused)) {
  console.log(pc.red('Some samples of cineloop are not those of the reference.'));
  process.exitCode = 1;
}
