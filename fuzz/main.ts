// Feeds damaged streams to the kernels: `npm run fuzz -- jpeg-ls jpeg-dct --count 100000`. See README.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { randomNumbers } from '../src/codecs/rle.test-support.js';
import { damage, type Random } from './damage.js';
import { type Answer, GuardedKernel } from './guarded-kernel.js';
import { TARGETS, type Target } from './targets.js';

const natural = (text: string) => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('A whole number from 1 on.');
  return number;
};

const command = new Command('fuzz')
  .argument('[kernels...]', `which: ${Object.keys(TARGETS).join(', ')}; all where none is named`)
  .option('--count <streams>', 'damaged streams for each kernel', natural)
  .option('--seconds <seconds>', 'time for each kernel', natural)
  .option('--seed <number>', 'where the random numbers begin', natural, Date.now() % 1_000_000_007)
  .parse();
const options = command.opts<{ count?: number; seconds?: number; seed: number }>();
const names = command.args.length > 0 ? command.args : Object.keys(TARGETS);

/** The status of a frame that takes more memory than a kernel may have. */
const LIMIT_MEMORY = 2;

/** Streams between two looks at the canaries; between two whole streams. */
const BETWEEN_CHECKS = 256;

for (const name of names) {
  const target = TARGETS[name];
  if (target === undefined) command.error(`There is no kernel "${name}".`);
  await fuzz(name, target, randomNumbers(options.seed));
}

async function fuzz(name: string, target: Target, random: Random): Promise<void> {
  const streams = await target.streams(random);
  const headers = streams.map((bytes) => Buffer.from(bytes).indexOf(Buffer.of(0xff, target.lastHeader)) + 12);
  const first = new GuardedKernel(name, target.extent);
  const second = new GuardedKernel(name, target.extent);
  const whole = streams.map((bytes) => first.decode(bytes, []));
  const outcomes = new Map<Answer['outcome'], number>();
  const until = performance.now() + (options.seconds ?? (options.count === undefined ? 60 : 1e9)) * 1000;
  let [rounds, slowest] = [0, 0];
  let slowestBytes: Uint8Array = new Uint8Array();
  for (; rounds < (options.count ?? Number.POSITIVE_INFINITY); rounds++) {
    if (rounds % BETWEEN_CHECKS === 0 && performance.now() > until) break;
    const index = random(streams.length);
    const bytes = damage(streams[index]!, streams, target.markers, headers[index]!, random);
    const parameters = target.parameters?.(random) ?? [];
    try {
      const began = process.cpuUsage();
      const { outcome, checksum } = first.decode(bytes, parameters);
      const { user, system } = process.cpuUsage(began);
      const took = (user + system) / 1000;
      if (took > slowest) [slowest, slowestBytes] = [took, bytes];
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (rounds % 8 === 4 && target.inPieces !== undefined) {
        const lengths = [random(bytes.length), random(bytes.length)].sort((a, b) => a - b);
        const last = second.decodeInPieces(bytes, target.inPieces, [...lengths, bytes.length]);
        const all = first.decode(bytes, target.inPieces.slice(0, -1));
        const isSame = last.outcome === all.outcome && (all.outcome !== 0 || last.checksum === all.checksum);
        // What is kept may be more than the memory that there is.
        if (!isSame && last.outcome !== LIMIT_MEMORY) {
          throw new Error(`answered ${all.outcome}, in pieces (${lengths}) ${last.outcome}`);
        }
      }
      if (rounds % 8 === 0) {
        // From memory that holds something else: an answer that hangs on what was there differs.
        const other = second.decode(bytes, parameters, random(2) === 0 ? 0xa5 : random(256));
        if (other.outcome !== outcome || (outcome === 0 && other.checksum !== checksum)) {
          throw new Error(`answered ${outcome}, from other memory ${other.outcome}`);
        }
      }
      if (rounds % BETWEEN_CHECKS === 0) {
        first.checkGuard();
        second.checkGuard();
        // What a damaged stream leaves behind must not reach the next one.
        if (first.decode(streams[index]!, []).checksum !== whole[index]!.checksum) {
          throw new Error('a whole stream behind it came out differently');
        }
      }
    } catch (error) {
      const file = keep(name, 'failed', bytes);
      console.error(
        `${name}: seed ${options.seed}, round ${rounds}, parameters [${parameters}], kept as ${file}`,
      );
      throw error;
    }
  }
  const counts = [...outcomes]
    .sort(([, a], [, b]) => b - a)
    .map(([outcome, count]) => `${outcome}: ${count}`);
  console.log(`${name}: ${rounds} streams, seed ${options.seed}; status: count ${counts.join(', ')}`);
  console.log(
    `${name}: slowest ${slowest.toFixed(1)} ms of processor time, kept as ${keep(name, 'slowest', slowestBytes)}`,
  );
}

/** Writes a stream to out/fuzz and returns its path. */
function keep(name: string, what: string, bytes: Uint8Array): string {
  mkdirSync('out/fuzz', { recursive: true });
  const file = `out/fuzz/${name}-${what}`;
  writeFileSync(file, bytes);
  return file;
}
