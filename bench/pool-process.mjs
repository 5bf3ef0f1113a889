// The pool in a process of its own, as small as a program that uses it can be: the heap of whoever makes the files would
// make every garbage collection on the calling thread longer. Reads its task from the first argument, prints one line of
// JSON.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

const { kind, path, sizes, outputs, seconds, rounds, frames, output } = JSON.parse(process.argv[2]);

/** Milliseconds of processor that each thread has had, by its number; undefined where the system does not say (not Linux). */
function threadMilliseconds() {
  const folder = '/proc/self/task';
  if (!existsSync(folder)) return undefined;
  return new Map(
    readdirSync(folder).map((thread) => {
      const nanoseconds = readFileSync(`${folder}/${thread}/schedstat`, 'utf8').split(' ')[0];
      return [Number(thread), Number(nanoseconds) / 1e6];
    }),
  );
}

/** What the threads have had since: the calling one, whose number is the process's, and the one that had most. */
function threadsSince(before) {
  const now = threadMilliseconds();
  const used = [...now].map(([thread, milliseconds]) => milliseconds - (before.get(thread) ?? 0));
  return { calling: now.get(process.pid) - before.get(process.pid), busiest: Math.max(...used) };
}

async function decode(image, pool, count, into, onFrame = () => {}) {
  const utilization = performance.eventLoopUtilization();
  const processor = process.cpuUsage();
  const before = threadMilliseconds();
  const begin = performance.now();
  let decoded = 0;
  const indices = Array.from({ length: count }, (_, index) => index % image.frameCount);
  for await (const { samples } of image.decodeAll({ pool, into, frames: indices })) {
    if (samples.length === 0) throw new Error('A frame without samples.');
    decoded += 1;
    onFrame();
  }
  const milliseconds = performance.now() - begin;
  const used = process.cpuUsage(processor);
  const threads = before && threadsSince(before);
  return {
    rate: (1000 * decoded) / milliseconds,
    busy: performance.eventLoopUtilization(utilization).utilization,
    ...(threads && {
      threadPerFrame: threads.calling / decoded,
      threadShare: threads.calling / milliseconds,
      busiestPerFrame: threads.busiest / decoded,
    }),
    processorPerFrame: (used.user + used.system) / 1000 / decoded,
  };
}

/** What is filled: nothing of ours, one array, or as many in shared memory as a pool is ever ahead by. */
const TURNS = 24;
const intoFor = (output, samples) =>
  ({
    fresh: () => undefined,
    reused: () => new samples.constructor(samples.length),
    shared: () => Array.from({ length: TURNS }, () => sharedLike(samples)),
  })[output]();
const sharedLike = (samples) => new samples.constructor(new SharedArrayBuffer(samples.byteLength));

/** Passes with each size of pool by turns, in changing order; each with all outputs. */
async function rates(open, createPool) {
  const image = await open(path);
  const pools = sizes.map((workers) => createPool({ workers }));
  const { samples } = await image.decode(0, { workers: 0 });
  const ways = pools.flatMap((pool) =>
    outputs.map((output) => ({ pool, output, into: intoFor(output, samples) })),
  );
  const passes = ways.map(() => []);
  const counts = [];
  // Workers started, code compiled and optimised; then as many frames as fill a turn.
  for (const { pool, into } of ways) {
    await decode(image, pool, 30, into);
    const { rate } = await decode(image, pool, 30, into);
    counts.push(Math.max(40, Math.round((rate * seconds) / rounds / ways.length)));
  }
  for (let round = 0; round < rounds; round += 1) {
    const order = [...ways.keys()];
    if (round % 2 === 1) order.reverse();
    for (const way of order) {
      passes[way].push(await decode(image, ways[way].pool, counts[way], ways[way].into));
    }
  }
  await image.close();
  await Promise.all(pools.map((pool) => pool.close()));
  return ways.map(({ pool, output }, way) => ({
    workers: pool.workers,
    output,
    passes: passes[way],
  }));
}

/** The resident memory while `frames` frames are decoded, looked at four times. */
async function memory(open, createPool) {
  const image = await open(path);
  const pool = createPool({ workers: sizes[0] });
  const into = intoFor(output, (await image.decode(0, { pool })).samples);
  const rss = [];
  let peak = 0;
  const look = () => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  for (let quarter = 0; quarter < 4; quarter += 1) {
    await decode(image, pool, frames / 4, into, look);
    rss.push(process.memoryUsage.rss());
  }
  await image.close();
  await pool.close();
  return { rss, peak };
}

/** Rounds that do not count: both workers are started, their code is optimised, their memory is there. */
const WARM_UP = 3;

/**
 * One frame in one piece and in two strips, and two frames at once in one piece each, by turns; milliseconds by the clock, and of the
 * thread that had most.
 */
async function strips(open, createPool) {
  const pool = createPool({ workers: 2 });
  const image = await open(path, { pool });
  const { samples } = await image.decode(0, { strips: 1 });
  const ways = outputs.flatMap((output) =>
    [
      [1, 1],
      [1, 2],
      [2, 1],
    ].map(([frames, strips]) => ({
      ...{ output, frames, strips },
      into: Array.from({ length: frames }, () => (output === 'fresh' ? undefined : sharedLike(samples))),
    })),
  );
  const passes = ways.map(() => []);
  for (let round = -WARM_UP; round < rounds; round += 1) {
    const order = [...ways.keys()];
    if (round % 2 !== 0) order.reverse();
    for (const place of order) {
      const { strips, into: all } = ways[place];
      const before = threadMilliseconds();
      const begin = performance.now();
      const frames = await Promise.all(all.map((into) => image.decode(0, { strips, into })));
      const milliseconds = performance.now() - begin;
      const pass = { milliseconds, ...(before && { busiest: threadsSince(before).busiest }) };
      if (round >= 0) passes[place].push(pass);
      for (const frame of frames) {
        if (frame.samples.some((sample, index) => sample !== samples[index]))
          throw new Error('Strips differ.');
      }
    }
  }
  await image.close();
  await pool.close();
  return ways.map(({ output, frames, strips }, place) => ({ output, frames, strips, passes: passes[place] }));
}

/** Milliseconds from loading the library to the first frame through a pool. */
async function firstFrame(begin, open, createPool) {
  const pool = createPool({ workers: sizes[0] });
  const image = await open(path);
  await image.decode(0, { pool });
  const milliseconds = performance.now() - begin;
  await image.close();
  await pool.close();
  return milliseconds;
}

const begin = performance.now();
const { open, createPool } = await import('cineloop');
const results = { rates, memory, strips, firstFrame: (...surface) => firstFrame(begin, ...surface) };
console.log(JSON.stringify(await results[kind](open, createPool)));
