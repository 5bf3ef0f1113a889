import Benchmark from 'benchmark';
import type { Contender } from './contender.js';

/** How long and how often. */
export interface Schedule {
  /** Turns that each contender has. */
  readonly rounds: number;
  /** Seconds for all contenders and rounds together; a decode that takes longer than its turn still runs once per round. */
  readonly seconds: number;
}

/** Turns at least, so that a median and its quartiles mean something. */
export const LEAST_ROUNDS = 10;

/**
 * Times contenders by turns in this process, in changing order, and returns the milliseconds per decode of each round.
 * `benchmark` finds how many decodes fill a turn and does the timing; a turn is one cycle of it.
 */
export async function alternate(contenders: readonly Contender[], schedule: Schedule): Promise<number[][]> {
  const turn = schedule.seconds / schedule.rounds / contenders.length;
  const clocks = contenders.map((contender) => new Clock(contender, turn));
  // Code is loaded, compiled and optimised before anything counts.
  for (const clock of clocks) await clock.turn();
  const milliseconds: number[][] = contenders.map(() => []);
  for (let round = 0; round < schedule.rounds; round += 1) {
    const order = [...clocks.keys()];
    if (round % 2 === 1) order.reverse();
    for (const index of order) milliseconds[index]!.push(await clocks[index]!.turn());
  }
  return milliseconds;
}

/** Takes the turns of one contender and remembers how many decodes fill one. */
class Clock {
  readonly #contender: Contender;
  readonly #seconds: number;
  #count = 1;

  constructor(contender: Contender, seconds: number) {
    this.#contender = contender;
    this.#seconds = seconds;
  }

  /** Decodes for the length of a turn; the milliseconds that one decode took. */
  turn(): Promise<number> {
    return new Promise((resolve, reject) => {
      const benchmark = new Benchmark({
        name: this.#contender.name,
        defer: true,
        delay: 0,
        initCount: this.#count,
        // Cycles shorter than this are repeated with more decodes; the 0.8 saves the repetition to those that just miss it.
        minTime: 0.8 * this.#seconds,
        minSamples: 1,
        maxTime: 0,
        fn: (deferred: { resolve(): void }) => {
          Promise.resolve(this.#contender.decode()).then(
            () => deferred.resolve(),
            (error) => {
              benchmark.abort();
              reject(error);
              deferred.resolve();
            },
          );
        },
        onComplete: () => {
          this.#count = Math.max(1, benchmark.count);
          resolve(1000 * benchmark.stats.sample[0]!);
        },
      });
      benchmark.run({ async: true });
    });
  }
}
