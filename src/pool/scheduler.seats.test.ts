import { describe, expect, test } from 'vitest';
import { settle, setUp } from './scheduler.test-support.js';

describe('a seat', () => {
  const seats = Array.from({ length: 4 }, (_, number) => ({ seat: { number } }));
  const [one, other] = seats as [(typeof seats)[0], (typeof seats)[0]];

  test('is at one worker, whoever else has nothing to do', async () => {
    const { workers, submit } = setUp({ size: 2 });
    submit('busy');
    submit('a', one);
    await settle();
    await workers[0]!.next();
    await workers[1]!.next();
    for (const message of ['b', 'c']) {
      submit(message, one);
      await settle();
      await workers[1]!.next();
    }
    expect(workers.map(({ all }) => all)).toEqual([['busy'], ['a', 'b', 'c']]);
  });

  test('lets other work pass that waits behind its worker, and is served before what came later', async () => {
    const { workers, submit } = setUp({ size: 2, depth: 1 });
    submit('a', one);
    await settle();
    submit('b');
    submit('c', one);
    submit('d');
    submit('e', one);
    await settle();
    expect(workers.map(({ all }) => all)).toEqual([['a'], ['b']]);
    await workers[1]!.next();
    expect(workers.map(({ all }) => all)).toEqual([['a'], ['b', 'd']]);
    submit('f');
    await workers[0]!.next();
    expect(workers.map(({ all }) => all)).toEqual([
      ['a', 'c'],
      ['b', 'd'],
    ]);
  });

  test('that is new is where the fewest are', async () => {
    const { workers, submit } = setUp({ size: 2 });
    for (const [place, seat] of seats.entries()) {
      submit(`${place}`, seat);
      await settle();
      for (const worker of workers) if (worker.calls.length > 0) await worker.next();
    }
    expect(workers.map(({ all }) => all)).toEqual([
      ['0', '2'],
      ['1', '3'],
    ]);
  });

  test('of a worker that died is at the one that takes its place', async () => {
    const { workers, submit } = setUp({ size: 2 });
    submit('a', one);
    submit('b', other);
    await settle();
    for (const worker of workers) await worker.next();
    workers[1]!.die(new Error('gone'));
    await settle();
    submit('c', one);
    const last = submit('d', other);
    await settle();
    expect(workers.map(({ all }) => all)).toEqual([['a', 'c'], ['b'], ['d']]);
    await workers[2]!.next();
    expect(await last).toBe('d!');
  });

  test('that is left says so to its worker, behind all that it was given, and to no other', async () => {
    const { workers, scheduler, submit } = setUp({ size: 2, ready: false });
    submit('a', one);
    submit('b');
    await settle();
    scheduler.leave(one.seat, 'left');
    scheduler.leave(one.seat, 'left twice');
    scheduler.leave(other.seat, 'never had one');
    for (const worker of workers) worker.become();
    await settle();
    expect(workers.map(({ all }) => all)).toEqual([['a', 'left'], ['b']]);
  });
});
