import { describe, expect, it } from 'vitest';
import { inOrder, type Step } from './in-order.js';

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

const later = <T>(milliseconds: number, value: T) =>
  new Promise<T>((resolve) => setTimeout(() => resolve(value), milliseconds));

describe('inOrder', () => {
  it('hands results out in the order of their beginnings', async () => {
    async function* steps(): AsyncGenerator<Step<number>> {
      for (const [index, delay] of [20, 1, 10, 0, 5].entries()) yield { result: later(delay, index) };
    }
    expect(await collect(inOrder(steps(), 3))).toEqual([0, 1, 2, 3, 4]);
  });

  it('never has more than so many begun and not handed out', async () => {
    let [begun, most, taken] = [0, 0, 0];
    async function* steps(): AsyncGenerator<Step<number>> {
      for (let index = 0; index < 50; index++) {
        begun += 1;
        most = Math.max(most, begun - taken);
        yield { result: later(index % 3, index) };
      }
    }
    for await (const _ of inOrder(steps(), 4)) taken += 1;
    expect(taken).toBe(50);
    expect(most).toBeLessThanOrEqual(5);
    expect(most).toBeGreaterThan(1);
  });

  it('ends the producer when the consumer leaves', async () => {
    let cleaned = false;
    async function* steps(): AsyncGenerator<Step<number>> {
      try {
        for (let index = 0; ; index++) yield { result: Promise.resolve(index) };
      } finally {
        cleaned = true;
      }
    }
    for await (const value of inOrder(steps(), 2)) if (value === 3) break;
    expect(cleaned).toBe(true);
  });
});
