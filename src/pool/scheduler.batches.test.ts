import { describe, expect, test, vi } from 'vitest';
import { Aborted, InvalidBitstream, WorkerFailure } from '../errors.js';
import type { Work } from './scheduler.js';
import { type SetUp, settle, setUp } from './scheduler.test-support.js';

describe('light work', () => {
  const family = {};
  const light = { family };

  /** One worker that holds one batch and knows that this family is light. */
  async function warmedUp(options: SetUp = {}) {
    const scheduled = setUp({ depth: 1, millisecondsOf: () => 1, ...options });
    scheduled.submit('0', light);
    await settle();
    await scheduled.workers[0]!.next();
    return scheduled;
  }

  /** What waits behind a first task until that is answered. */
  async function queued(
    scheduled: ReturnType<typeof setUp>,
    count: number,
    more: Partial<Work<string>> = light,
  ) {
    scheduled.submit('first');
    const answers = Array.from({ length: count }, (_, place) => scheduled.submit(`${place + 1}`, more));
    await settle();
    await scheduled.workers.at(-1)!.next();
    return answers;
  }

  test('goes to a worker in batches once it has shown to be light; each of them has its own answer', async () => {
    const scheduled = await warmedUp();
    const answers = await queued(scheduled, 6);
    await scheduled.workers[0]!.next();
    await scheduled.workers[0]!.next();
    expect(await Promise.all(answers)).toEqual(['1!', '2!', '3!', '4!', '5!', '6!']);
    expect(scheduled.workers[0]!.all).toEqual(['0', 'first', '1+2+3+4', '5+6']);
  });

  test('goes alone before anything is known of it, where it has no family, and where it is heavy', async () => {
    const unknown = setUp({ depth: 1, millisecondsOf: () => 1 });
    await queued(unknown, 3);
    expect(unknown.workers[0]!.all).toEqual(['first', '1']);

    const alone = await warmedUp();
    await queued(alone, 3, {});
    expect(alone.workers[0]!.all).toEqual(['0', 'first', '1']);

    const heavy = await warmedUp({ millisecondsOf: () => 5 });
    await queued(heavy, 3);
    expect(heavy.workers[0]!.all).toEqual(['0', 'first', '1']);
    expect(heavy.scheduler.batchOf(family)).toBe(1);
  });

  test('follows what the answers say within a few of them', async () => {
    let milliseconds = 1;
    const { workers, scheduler, submit } = await warmedUp({ millisecondsOf: () => milliseconds });
    expect(scheduler.batchOf(family)).toBe(4);
    const sizes: number[] = [];
    for (milliseconds = 9; sizes.length < 3; sizes.push(scheduler.batchOf(family))) {
      submit('again', light);
      await settle();
      await workers[0]!.next();
    }
    expect(sizes).toEqual([1, 1, 1]);
    for (milliseconds = 2; sizes.length < 8; sizes.push(scheduler.batchOf(family))) {
      submit('again', light);
      await settle();
      await workers[0]!.next();
    }
    expect(sizes.slice(3)).toEqual([1, 2, 2, 3, 3]);
  });

  test('is shared by all workers, and no two families come in one batch', async () => {
    const { workers, submit } = await warmedUp({ size: 2 });
    for (const message of ['a', 'b']) submit(message);
    await settle();
    for (const message of ['1', '2', '3', '4']) submit(message, light);
    submit('other', { family: {} });
    submit('5', light);
    await workers[0]!.next();
    await workers[1]!.next();
    expect(workers.map(({ all }) => all)).toEqual([
      ['0', 'a', '1+2+3'],
      ['b', '4'],
    ]);
    await workers[1]!.next();
    expect(workers[1]!.all).toEqual(['b', '4', 'other']);
  });

  test('what cannot be prepared or is aborted meanwhile is left out of its batch', async () => {
    const { workers, submit } = await warmedUp();
    submit('first');
    const controller = new AbortController();
    const bad = submit('bad', {
      ...light,
      prepare: () => Promise.reject(new InvalidBitstream('no such frame')),
    });
    const aborted = submit('aborted', {
      ...light,
      signals: [controller.signal],
      prepare: async () => {
        controller.abort();
        return { message: 'aborted', transfer: [] };
      },
    });
    const good = submit('good', light);
    await settle();
    await workers[0]!.next();
    await expect(bad).rejects.toBeInstanceOf(InvalidBitstream);
    await expect(aborted).rejects.toBeInstanceOf(Aborted);
    await workers[0]!.next();
    expect(await good).toBe('good!');
    expect(workers[0]!.all).toEqual(['0', 'first', 'good']);
  });

  test('of a batch that kills its worker each is tried alone, and only the one that kills fails', async () => {
    const scheduled = await warmedUp();
    const answers = await queued(scheduled, 5);
    scheduled.workers[0]!.die(new Error('out of memory'));
    await settle();
    const [, second, third] = scheduled.workers;
    expect(third).toBeUndefined();
    await second!.next();
    second!.die(new Error('out of memory'));
    await settle();
    for (let turn = 0; turn < 3; turn += 1) await scheduled.workers[2]!.next();
    const outcomes = await Promise.allSettled(answers);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ]);
    expect((outcomes[1] as PromiseRejectedResult).reason).toBeInstanceOf(WorkerFailure);
    expect(scheduled.workers.map(({ all }) => all)).toEqual([
      ['0', 'first', '1+2+3+4'],
      ['1', '2'],
      ['3', '4', '5'],
    ]);
  });

  test('answers that cannot come fail the one alone that they cannot come of', async () => {
    const scheduled = await warmedUp();
    const [one, two] = await queued(scheduled, 2);
    const [worker] = scheduled.workers;
    worker!.calls.shift()!.fail(new TypeError('Unserializable return value'));
    await settle();
    worker!.calls.shift()!.fail(new TypeError('Unserializable return value'));
    await expect(one).rejects.toBeInstanceOf(WorkerFailure);
    await settle();
    await worker!.next();
    expect(await two).toBe('2!');
    expect(worker!.all).toEqual(['0', 'first', '1+2', '1', '2']);
  });

  test('a batch that takes too long is given up soon, and each of it has its own deadline then', async () => {
    vi.useFakeTimers();
    try {
      const scheduled = await warmedUp();
      const [one, two] = await queued(scheduled, 2, { ...light, deadline: 60_000 });
      vi.advanceTimersByTime(999);
      expect(scheduled.workers[0]!.terminated).toBe(0);
      vi.advanceTimersByTime(1);
      await settle();
      expect(scheduled.workers[0]!.terminated).toBe(1);
      vi.advanceTimersByTime(59_999);
      expect(scheduled.workers[1]!.terminated).toBe(0);
      vi.advanceTimersByTime(1);
      await expect(one).rejects.toMatchObject({ tag: 'LimitExceeded', allowed: 60_000 });
      await settle();
      await scheduled.workers[2]!.next();
      expect(await two).toBe('2!');
    } finally {
      vi.useRealTimers();
    }
  });
});
