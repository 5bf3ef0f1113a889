// `npm run conformance`: judges cineloop by the cases of fixtures/ and the corpus, prints the matrix and what is not
// exact with the reason, and fails when a case that was exact before is not, or when anything crashed or hung.
import { SingleBar } from 'cli-progress';
import { Command } from 'commander';
import { readExplanations, recordBaseline, regressions } from './baseline.js';
import { allCases, corpusFolder } from './case.js';
import { cineloopDecoder } from './decoder.js';
import { judgeGenerated } from './generated.js';
import { hasReference, type Judgement, judge } from './judge.js';
import { matrix } from './matrix.js';

const { engine, only, record, generate, from } = new Command('npm run conformance --')
  .option('--engine <name>', 'ask for this engine')
  .option('--only <text>', 'only cases whose id, kind or transfer syntax contains the text')
  .option('--generate <count>', 'instead: so many combinations of the options of JPEG 2000 encoders', Number)
  .option('--from <number>', 'the first combination', Number, 0)
  .option('--record', 'write what is exact now as what must stay exact')
  .parse()
  .opts<{ engine?: string; only?: string; record?: boolean; generate?: number; from: number }>();

if (generate !== undefined) process.exit((await judgeGenerated(from, generate)) ? 0 : 1);

const all = await allCases();
const cases = only
  ? all.filter((item) => [item.id, item.kind, item.transferSyntax].some((text) => text.includes(only)))
  : all;
if (!corpusFolder())
  console.log('No corpus on this machine (CINELOOP_CORPUS, or ../shared/corpus): fixtures only.\n');

const decoder = cineloopDecoder(engine);
const judgements: Judgement[] = [];
const bar = new SingleBar({ format: '{bar} {value}/{total} {id}', stream: process.stderr, hideCursor: true });
if (process.stderr.isTTY) bar.start(cases.length, 0);
const queue = cases.values();
const runners = [1, 2].map(async () => {
  for (const item of queue) {
    judgements.push(await judge(decoder, item));
    bar.increment({ id: item.id.slice(-60) });
  }
});
await Promise.all(runners);
bar.stop();
await decoder.close();

console.log(`${decoder.name}, ${judgements.length} frames\n\n${matrix(judgements)}\n`);

const explain = await readExplanations();
const failing = judgements
  .filter(
    ({ result, item }) =>
      result !== 'exact' &&
      result !== 'within tolerance' &&
      (hasReference(item) || result === 'crashed' || result === 'too slow'),
  )
  .sort((a, b) => (a.item.id < b.item.id ? -1 : 1));
for (const judgement of failing) {
  const reason = explain(judgement);
  console.log(`${judgement.result.padEnd(8)} ${judgement.item.id} (${judgement.by})`);
  console.log(`         ${judgement.detail}${reason ? `\n         why: ${reason}` : ''}`);
}

const strict = judgements.filter(
  ({ item }) => item.kind === 'dicom' && item.references[0].verdict.startsWith('exact'),
);
const strictExact = strict.filter(({ result }) => result === 'exact').length;
const share = ((100 * strictExact) / Math.max(1, strict.length)).toFixed(2);
console.log(
  `\nDICOM frames on which independent decoders agree bit for bit: ${strictExact} of ${strict.length} exact (${share}%).`,
);
const slowest = judgements
  .filter(({ item }) => item.kind === 'malformed')
  .sort((a, b) => b.milliseconds - a.milliseconds)[0];
if (slowest)
  console.log(`Slowest malformed file: ${slowest.milliseconds.toFixed(0)} ms (${slowest.item.id}).`);

if (record) await recordBaseline(judgements);
const worse = engine ? [] : await regressions(judgements);
const broken = judgements.filter(({ result }) => result === 'crashed' || result === 'too slow');
for (const line of worse) console.log(`WORSE: ${line}`);
if (worse.length > 0 || broken.length > 0) process.exitCode = 1;
