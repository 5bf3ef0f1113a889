import Benchmark from 'benchmark';
import type { Contender } from './contender.js';
import { threadMilliseconds } from './processor-time.js';

/** How long and how often. */
export interface Schedule {
  /** Turns that each contender has. */
  readonly rounds: number;
  /** Seconds for all contenders and rounds together; a decode that takes longer than its turn still runs once per round. */
  readonly seconds: number;
}

/** Turns at least, so that a median and its quartiles mean something. */
export const LEAST_ROUNDS = 10;

/** What one contender took, in milliseconds per decode, round by round. */
export interface Times {
  readonly wall: number[];
  /** Processor time of this thread; undefined where the system does not say. */
  readonly thread: number[] | undefined;
}

/** What ratios are made of: processor time where it is known, else the time on the clock. */
export function cost({ wall, thread }: Times): readonly number[] {
  return thread ?? wall;
}

/** Milliseconds per decode of one turn. */
export interface Turn {
  readonly wall: number;
  readonly thread: number | undefined;
}

/** One who takes turns, wherever it runs. */
interface Racer {
  turn(): Promise<Turn>;
}

/** Seconds that a turn has. */
export function turnSeconds({ rounds, seconds }: Schedule, racers: number): number {
  return seconds / rounds / racers;
}

/**
 * Times contenders by turns in this process, in changing order. `benchmark` finds how many decodes fill a turn and reads the
 * clock; a turn is one cycle of it.
 */
export function alternate(contenders: readonly Contender[], schedule: Schedule): Promise<Times[]> {
  const seconds = turnSeconds(schedule, contenders.length);
  return race(
    contenders.map((contender) => new Clock(contender, seconds)),
    schedule.rounds,
  );
}

/** Lets all have their turns, in changing order. */
export async function race(racers: readonly Racer[], rounds: number): Promise<Times[]> {
  await warmUp(racers, rounds);
  const turns: Turn[][] = racers.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    const order = [...racers.keys()];
    if (round % 2 === 1) order.reverse();
    for (const index of order) turns[index]!.push(await racers[index]!.turn());
  }
  return turns.map((each) => {
    const thread = each.map((turn) => turn.thread);
    return {
      wall: each.map((turn) => turn.wall),
      thread: thread.includes(undefined) ? undefined : (thread as number[]),
    };
  });
}

/** Turns for warming up at most: a machine that is busy may never let a racer be as fast as it was by chance. */
const MOST_WARMING = 40;

/**
 * Lets all run for as many turns as will count, and on until for three turns none has got faster: code is loaded, compiled and
 * optimised before anything counts. V8 optimises in another thread, WebAssembly of some 100 kB for a second or two, and until then no
 * turn may be faster than the one before.
 */
async function warmUp(racers: readonly Racer[], least: number): Promise<void> {
  const best = racers.map(() => Number.POSITIVE_INFINITY);
  for (let turns = 0, steady = 0; turns < least || (steady < 3 && turns < MOST_WARMING); turns += 1) {
    steady += 1;
    for (const [index, racer] of racers.entries()) {
      const { wall, thread = wall } = await racer.turn();
      if (thread < 0.95 * best[index]!) steady = 0;
      best[index] = Math.min(best[index]!, thread);
    }
  }
}

/** Takes turns of one that is told how often to decode: in another process, or in a page. */
export class CountedRacer implements Racer {
  readonly #decode: (count: number) => Promise<Turn>;
  readonly #seconds: number;
  #count = 1;

  /** @param decode decodes `count` times, and says what one took */
  constructor(decode: (count: number) => Promise<Turn>, seconds: number) {
    this.#decode = decode;
    this.#seconds = seconds;
  }

  /** Decodes for the length of a turn; a turn that came out short is repeated with more decodes. */
  async turn(): Promise<Turn> {
    for (;;) {
      const count = this.#count;
      const turn = await this.#decode(count);
      const took = (turn.wall * count) / 1000;
      const enough = Math.ceil((count * this.#seconds) / Math.max(took, this.#seconds / 10));
      if (took >= 0.8 * this.#seconds || enough <= count) return turn;
      this.#count = enough;
    }
  }
}

/** Takes the turns of one contender and remembers how many decodes fill one. */
class Clock implements Racer {
  readonly #contender: Contender;
  readonly #seconds: number;
  #count = 1;

  constructor(contender: Contender, seconds: number) {
    this.#contender = contender;
    this.#seconds = seconds;
  }

  /** Decodes for the length of a turn. */
  turn(): Promise<Turn> {
    return new Promise((resolve, reject) => {
      let decodes = 0;
      let thread: number | undefined = 0;
      let began: number | undefined = 0;
      const benchmark = new Benchmark({
        name: this.#contender.name,
        defer: true,
        delay: 0,
        initCount: this.#count,
        // Cycles shorter than this are repeated with more decodes; the 0.8 saves the repetition to those that just miss it.
        minTime: 0.8 * this.#seconds,
        minSamples: 1,
        maxTime: 0,
        fn: (deferred: Deferred) => {
          decodes += 1;
          // What `benchmark` itself does around a cycle, some 5 ms, is nobody's.
          if (deferred.cycles === 0) began = threadMilliseconds();
          Promise.resolve(this.#contender.decode()).then(
            () => {
              if (deferred.cycles + 1 >= deferred.benchmark.count) {
                const ended = threadMilliseconds();
                thread = ended === undefined ? undefined : thread! + ended - began!;
              }
              deferred.resolve();
            },
            (error) => {
              benchmark.abort();
              reject(error);
              deferred.resolve();
            },
          );
        },
        onComplete: () => {
          this.#count = Math.max(1, benchmark.count);
          resolve({
            wall: 1000 * benchmark.stats.sample[0]!,
            thread: thread === undefined ? undefined : thread / decodes,
          });
        },
      });
      benchmark.run({ async: true });
    });
  }
}

/** What `benchmark` gives to a function that is done later: of how many calls of this cycle it knows, and how many there will be. */
interface Deferred {
  readonly cycles: number;
  readonly benchmark: { readonly count: number };
  resolve(): void;
}
