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
import { chromiumStage } from './chromium.js';
import { type CodecResult, measureCase, type Stage, thisProcess } from './codecs.js';
import { CaseUnreadable, corpusCases } from './corpus-cases.js';
import { fixtureCases } from './fixture-cases.js';
import { machine } from './machine.js';
import { type MemoryResult, measureMemory, memoryIds } from './memory.js';
import { measureNative, type NativeResult } from './native-frames.js';
import { nativeLibraries } from './native-libraries.js';
import { phantomCases } from './phantom-cases.js';
import { measurePool, type PoolResult, poolIds } from './pool.js';
import { measureSizes } from './sizes.js';
import { measureStart, type StartResult, startIds } from './start.js';
import { measureStrips, type StripResult, stripIds } from './strips.js';
import {
  codecTable,
  machineLines,
  meansTable,
  memoryTable,
  nativeTable,
  poolMemoryTable,
  poolTable,
  sizeTable,
  startTable,
  stripTable,
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
  .option(
    '--only <text>',
    'only names with a word that begins so, e.g. corpus, native, views, start, memory, sizes, pool, strips',
  )
  .option(
    '--peer <texts>',
    'only frames, beside the peers with the text in their name, or one of several: charls,openjph',
  )
  .option('--every', 'every file of the corpus, not three of each transfer syntax', false)
  .option('--chromium', 'frames only, in a page of Chromium', false)
  .option('--native', "frames only, beside this machine's libjpeg-turbo and OpenJPEG", false)
  .option('--seconds <number>', 'seconds per frame measured; a pool takes ten times as much', positive, 1.5)
  .option('--rounds <number>', `turns that each side has, ${LEAST_ROUNDS} at least`, positive, 11)
  .option('--corpus <folder>', 'a corpus with a reference.tsv (else CINELOOP_CORPUS, or ../shared/corpus)')
  .option('--json <file>', 'write all that was measured as JSON too')
  .parse()
  .opts<{
    only?: string;
    peer?: string;
    every: boolean;
    chromium: boolean;
    native: boolean;
    seconds: number;
    rounds: number;
    corpus?: string;
    json?: string;
  }>();

dcmjs.log.setLevel('silent');
const { only = '', seconds } = options;
const peers = (options.peer ?? '').split(',');
const rounds = Math.max(LEAST_ROUNDS, Math.round(options.rounds));
/** Whether the text is in it, from the beginning of a word on: `start` is not in `restarts`. */
const wanted = (id: string) =>
  [...id.matchAll(/(?<![A-Za-z0-9])/g)].some(({ index }) => id.startsWith(only, index));
const framesOnly = options.chromium || options.native || options.peer !== undefined;

const here = machine();
console.log(`${machineLines(here)}\n`);

if (options.corpus !== undefined) process.env.CINELOOP_CORPUS = options.corpus;
const corpus = corpusFolder();
if (corpus === undefined) console.log('No corpus on this machine: fixtures and phantoms only.\n');
const phantoms = phantomCases();
const fixtures = await fixtureCases();

const chromium = options.chromium ? await chromiumStage() : undefined;
const libraries = options.native ? await nativeLibraries() : undefined;
for (const line of libraries?.missing ?? []) console.log(pc.yellow(`Not measured: ${line}`));
if (chromium) console.log(`In a page of ${chromium.browser}.\n`);
if (libraries) console.log(`Beside ${libraries.names.join(' and ') || 'nothing'}, each on one thread.\n`);
const anywhere: Stage = chromium ?? libraries?.stage ?? thisProcess;
const stage: Stage = {
  ...anywhere,
  peersFor: (transferSyntax) =>
    anywhere.peersFor(transferSyntax).filter(({ name }) => peers.some((text) => name.includes(text))),
};

const cases = [...fixtures, ...phantoms, ...(corpus ? await corpusCases(corpus, options.every) : [])].filter(
  ({ id, transferSyntax }) => wanted(id) && stage.peersFor(transferSyntax).length > 0,
);
const sections = (ids: string[]) => (framesOnly ? [] : ids.filter(wanted));
const starts = sections(startIds());
const memories = sections(memoryIds());
const pools = sections(poolIds());
const strips = sections(stripIds());
const views = sections(viewIds());
const [measuresNative] = sections(['native']);
const [measuresSizes] = sections(['sizes']);

const bar = new SingleBar({ format: '{bar} {value}/{total} {id}', stream: process.stderr, hideCursor: true });
const total =
  cases.length +
  views.length +
  starts.length +
  memories.length +
  pools.length +
  strips.length +
  (measuresNative ? 1 : 0);
if (process.stderr.isTTY) bar.start(total, 0, { id: '' });
const step = async <Result>(id: string, measure: () => Promise<Result>): Promise<Result> => {
  bar.update({ id });
  const result = await measure();
  bar.increment();
  return result;
};

/** Says which frame is left out; whatever else went wrong ends the run. */
function leftOut(error: unknown): CodecResult[] {
  if (!(error instanceof CaseUnreadable)) throw error;
  console.warn(`Left out: ${error.message}`);
  return [];
}

const codecResults: CodecResult[] = [];
for (const item of cases) {
  const measured = () => measureCase(item, { rounds, seconds }, stage).catch(leftOut);
  codecResults.push(...(await step(item.id, measured)));
}
const nativeResults: NativeResult[] = measuresNative
  ? await step('native', () => measureNative({ rounds, seconds }))
  : [];
const viewResults: ViewResult[] = [];
for (const id of views) viewResults.push(...(await step(id, () => measureViews(id, { rounds, seconds }))));
const startResults: StartResult[] = [];
for (const id of starts) startResults.push(await step(id, () => measureStart(id, fixtures, rounds)));
const memoryResults: MemoryResult[] = [];
for (const id of memories) memoryResults.push(await step(id, () => measureMemory(id, phantoms)));
const poolResults: PoolResult[] = [];
for (const id of pools) poolResults.push(await step(id, () => measurePool(id, 10 * seconds, rounds)));
const stripResults: StripResult[] = [];
for (const id of strips) stripResults.push(...(await step(id, () => measureStrips(id, rounds))));
bar.stop();
await chromium?.close();

const means = groupMeans(codecResults);
const sizes = measuresSizes === undefined ? undefined : measureSizes();
const targets = targetsOf({
  inBrowser: chromium !== undefined,
  ...{ codecs: codecResults, natives: nativeResults, starts: startResults },
  ...{ sizes: sizes?.kernels ?? [], views: viewResults, pools: poolResults, strips: stripResults },
});
const section = (title: string, body: string) => console.log(`${pc.bold(title)}\n${body}\n`);
if (codecResults.length > 0) {
  section(`Codecs, warm, medians of ${rounds} rounds by turns`, codecTable(codecResults));
  section('Geometric means of the ratios', meansTable(means));
}
if (nativeResults.length > 0) section('Native frames in memory', nativeTable(nativeResults));
if (viewResults.length > 0) section('Parts of a frame', viewTable(viewResults));
if (startResults.length > 0) section('Cold start', startTable(startResults));
if (memoryResults.length > 0) section('Memory', memoryTable(memoryResults));
if (sizes) section('Sizes', sizeTable(sizes.kernels, sizes.packages));
if (poolResults.length > 0) {
  section('Pool', poolTable(poolResults));
  if (poolResults.some(({ memory }) => memory)) section('Memory of the pool', poolMemoryTable(poolResults));
}
if (stripResults.length > 0) section('One frame on two workers', stripTable(stripResults));
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
      memory: memoryResults,
      sizes,
      pool: poolResults,
      strips: stripResults,
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
