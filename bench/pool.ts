// How well the pool works: `npx tsx bench/pool.ts [rle|jpeg-ls|jpeg-2000|htj2k] [frames]` after `npm run build`.
//
// Decodes a multi-frame file with one worker and with two, by turns, and again with two while memory is watched. Prints
// frames per second, their ratio, how long the calling thread was busy, and the memory of the process.
import { performance } from 'node:perf_hooks';
import { createPool, type DicomImage, open, type Pool } from 'cineloop';
import { ENCODINGS, type EncodingName, writeCineFile } from './cine-file.js';

const SIZE = 512;
const ROUNDS = 5;
const MEMORY_FRAMES = 2_000;

interface Run {
  /** Frames per second. */
  readonly rate: number;
  /** How much of the time the calling thread was busy, 0 to 1. */
  readonly busy: number;
}

async function run(image: DicomImage, pool: Pool, into?: Uint16Array): Promise<Run> {
  const utilization = performance.eventLoopUtilization();
  const begin = performance.now();
  let frames = 0;
  for await (const { samples } of image.decodeAll({ pool, into })) {
    if (samples.length !== SIZE * SIZE) throw new Error('A frame of the wrong size.');
    frames += 1;
  }
  const seconds = (performance.now() - begin) / 1000;
  return { rate: frames / seconds, busy: performance.eventLoopUtilization(utilization).utilization };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MB`;

const [name = 'rle', count = '200'] = process.argv.slice(2);
if (!(name in ENCODINGS)) throw new Error(`Encodings: ${Object.keys(ENCODINGS).join(', ')}.`);
const frameCount = Number(count);
const file = await writeCineFile(name as EncodingName, SIZE, frameCount);
const image = await open(file.path);
const pools = [1, 2].map((workers) => createPool({ workers }));
const [one, two] = pools as [Pool, Pool];
const into = new Uint16Array(SIZE * SIZE);

// Workers started, code compiled and optimised.
for (const pool of pools) await run(image, pool);

const results = { one: [] as Run[], two: [] as Run[], reused: [] as Run[] };
for (let round = 0; round < ROUNDS; round += 1) {
  results.one.push(await run(image, one));
  results.two.push(await run(image, two));
  results.reused.push(await run(image, two, into));
}
console.log(`${name}, ${frameCount} frames of ${SIZE} x ${SIZE}, 16 bit; medians of ${ROUNDS} rounds by turns`);
for (const [label, runs] of Object.entries({
  '1 worker ': results.one,
  '2 workers': results.two,
  '2 workers, into one array': results.reused,
})) {
  const rate = median(runs.map((each) => each.rate));
  const busy = median(runs.map((each) => each.busy));
  console.log(`${label}: ${rate.toFixed(0)} frames/s, calling thread busy ${(100 * busy).toFixed(1)}%`);
}
const ratio = median(results.two.map(({ rate }, round) => rate / results.one[round]!.rate));
console.log(`2 workers : 1 worker = ${ratio.toFixed(2)}`);

const memory: number[] = [];
for (let decoded = 0; decoded < MEMORY_FRAMES; decoded += frameCount) {
  await run(image, two);
  memory.push(process.memoryUsage.rss());
}
console.log(
  `memory over ${MEMORY_FRAMES} frames: ${megabytes(memory[0]!)} after the first ${frameCount}, ` +
    `${megabytes(Math.max(...memory))} at most, ${megabytes(memory.at(-1)!)} at the end`,
);

await image.close();
await Promise.all(pools.map((pool) => pool.close()));
file.remove();
