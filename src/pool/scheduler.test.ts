import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Aborted, InvalidBitstream, LimitExceeded, WorkerFailure } from '../errors.js';
import { settle, setUp } from './scheduler.test-support.js';

describe('giving work away', () => {
  test('starts a worker with the first work, the next one only when the first is busy, and none beyond the size', async () => {
    const { workers, scheduler, submit } = setUp({ size: 2 });
    expect(scheduler.executors).toEqual([]);
    const first = submit('a');
    await settle();
    expect(workers).toHaveLength(1);
    await workers[0]!.next();
    expect(await first).toBe('a!');

    const second = submit('b');
    await settle();
    expect(workers).toHaveLength(1);
    for (const text of ['c', 'd', 'e', 'f']) submit(text);
    await settle();
    expect(workers.map((worker) => worker.all)).toEqual([
      ['a', 'b', 'd'],
      ['c', 'e'],
    ]);
    await workers[0]!.next();
    expect(await second).toBe('b!');
    expect(workers[0]!.all).toEqual(['a', 'b', 'd', 'f']);
    expect(scheduler.executors).toEqual(workers);
  });

  test('keeps the order of the queue and prepares nothing before there is room for it', async () => {
    const { workers, submit } = setUp({ depth: 1 });
    const prepared: string[] = [];
    const answers = ['a', 'b', 'c'].map((message) =>
      submit(message, {
        prepare: async () => {
          prepared.push(message);
          return { message, transfer: [] };
        },
      }),
    );
    await settle();
    expect(prepared).toEqual(['a']);
    await workers[0]!.next();
    expect(prepared).toEqual(['a', 'b']);
    await workers[0]!.next();
    await workers[0]!.next();
    expect(await Promise.all(answers)).toEqual(['a!', 'b!', 'c!']);
  });

  test('holds the process only while there is work', async () => {
    const { workers, submit } = setUp();
    submit('a');
    submit('b');
    await settle();
    expect(workers[0]!.held).toBe(true);
    await workers[0]!.next();
    expect(workers[0]!.held).toBe(true);
    await workers[0]!.next();
    expect(workers[0]!.held).toBe(false);
  });

  test('a failure to prepare fails that work alone', async () => {
    const { workers, submit } = setUp({ depth: 1 });
    const bad = submit('bad', { prepare: () => Promise.reject(new InvalidBitstream('no such frame')) });
    const good = submit('good');
    await expect(bad).rejects.toMatchObject({ tag: 'InvalidBitstream', frame: 0 });
    await settle();
    await workers[0]!.next();
    expect(await good).toBe('good!');
  });

  test('an answer that cannot come fails that work alone, and the worker stays', async () => {
    const { workers, submit } = setUp();
    const bad = submit('bad');
    const good = submit('good');
    await settle();
    workers[0]!.calls.shift()!.fail(new TypeError('Unserializable return value'));
    await expect(bad).rejects.toBeInstanceOf(WorkerFailure);
    await workers[0]!.next();
    expect(await good).toBe('good!');
    expect(workers).toHaveLength(1);
  });
});

describe('a worker that dies', () => {
  test('takes the work with it that it was running, and no other', async () => {
    const { workers, submit } = setUp();
    const answers = ['a', 'b', 'c'].map((message) => submit(message));
    await settle();
    expect(workers[0]!.all).toEqual(['a', 'b']);
    workers[0]!.die(new Error('out of memory'));
    await settle();
    await expect(answers[0]).rejects.toMatchObject({
      tag: 'WorkerFailure',
      frame: 0,
      message: expect.stringContaining('out of memory'),
    });
    expect(workers).toHaveLength(2);
    expect(workers[1]!.all).toEqual(['b', 'c']);
    await workers[1]!.next();
    await workers[1]!.next();
    expect(await Promise.all(answers.slice(1))).toEqual(['b!', 'c!']);
  });

  test('a late answer of a worker that was given up changes nothing', async () => {
    const { workers, submit } = setUp();
    const bad = submit('a');
    await settle();
    const [late] = workers[0]!.calls;
    workers[0]!.die(new Error('gone'));
    await settle();
    late!.answer('a!');
    await expect(bad).rejects.toBeInstanceOf(WorkerFailure);
    const good = submit('b');
    await settle();
    await workers[1]!.next();
    expect(await good).toBe('b!');
  });

  test('is given nothing more while its last answers are heard', async () => {
    const { workers, submit } = setUp();
    submit('a');
    await settle();
    await workers[0]!.next();
    workers[0]!.ending = true;
    const late = submit('late');
    await settle();
    expect(workers[0]!.all).toEqual(['a']);
    workers[0]!.die(new Error('out of memory'));
    await settle();
    await workers[1]!.next();
    expect(await late).toBe('late!');
  });

  test('before it is ready costs no work: it is started again', async () => {
    const { workers, submit } = setUp({ ready: false });
    const answer = submit('a');
    await settle();
    workers[0]!.die(new Error('script not found'));
    await settle();
    workers[1]!.become();
    await settle();
    await workers[1]!.next();
    expect(await answer).toBe('a!');
  });

  test('three starts that fail in a row fail what is queued and start no fourth worker', async () => {
    const { workers, submit } = setUp({ ready: false });
    const answers = ['a', 'b', 'c', 'd'].map((message) => submit(message));
    for (let start = 0; start < 3; start += 1) {
      await settle();
      workers[start]!.die(new Error('script not found'));
    }
    for (const [frame, answer] of answers.entries()) {
      await expect(answer).rejects.toMatchObject({
        tag: 'WorkerFailure',
        frame,
        message: expect.stringContaining('script not found'),
      });
    }
    expect(workers).toHaveLength(3);
  });
});

describe('the deadline', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('ends the worker that overruns it, fails its work and gives the rest to another', async () => {
    const { workers, submit } = setUp();
    const slow = submit('slow', { deadline: 100 });
    const next = submit('next', { deadline: 100 });
    await settle();
    vi.advanceTimersByTime(99);
    expect(workers[0]!.terminated).toBe(0);
    vi.advanceTimersByTime(1);
    await settle();
    await expect(slow).rejects.toMatchObject({
      tag: 'LimitExceeded',
      limit: 'decodeMilliseconds',
      allowed: 100,
      frame: 0,
    });
    expect(await slow.catch((error) => error)).toBeInstanceOf(LimitExceeded);
    expect(workers[0]!.terminated).toBe(1);
    await workers[1]!.next();
    expect(await next).toBe('next!');
  });

  test('leaves work the grace to end by itself before its worker is ended', async () => {
    const { workers, submit } = setUp({ grace: 50 });
    const slow = submit('slow', { deadline: 100 });
    await settle();
    vi.advanceTimersByTime(149);
    expect(workers[0]!.terminated).toBe(0);
    vi.advanceTimersByTime(1);
    await expect(slow).rejects.toMatchObject({ tag: 'LimitExceeded', allowed: 100 });
    expect(workers[0]!.terminated).toBe(1);
  });

  test('runs from when the work is begun, not while it waits behind another', async () => {
    const { workers, submit } = setUp();
    submit('first', { deadline: 100 });
    const second = submit('second', { deadline: 100 });
    await settle();
    vi.advanceTimersByTime(90);
    await workers[0]!.next();
    vi.advanceTimersByTime(90);
    expect(workers[0]!.terminated).toBe(0);
    await workers[0]!.next();
    expect(await second).toBe('second!');
  });

  test('does not count the time a worker needs to start; that has a limit of its own', async () => {
    const { workers, submit } = setUp({ ready: false });
    const answer = submit('a', { deadline: 100 });
    await settle();
    vi.advanceTimersByTime(5_000);
    expect(workers[0]!.terminated).toBe(0);
    vi.advanceTimersByTime(25_000);
    await settle();
    expect(workers[0]!.terminated).toBe(1);
    workers[1]!.become();
    await settle();
    await workers[1]!.next();
    expect(await answer).toBe('a!');
  });

  test('goes on for work whose caller has gone: a worker that hangs is replaced', async () => {
    const { workers, submit } = setUp({ depth: 1 });
    const controller = new AbortController();
    submit('hangs', { deadline: 100, signals: [controller.signal] });
    await settle();
    controller.abort();
    const next = submit('next');
    vi.advanceTimersByTime(100);
    await settle();
    await workers[1]!.next();
    expect(await next).toBe('next!');
  });
});

describe('AbortSignal', () => {
  test('drops queued work, ignores the answer of running work, leaves the rest alone', async () => {
    const { workers, submit } = setUp({ depth: 1 });
    const controller = new AbortController();
    const { signal } = controller;
    const running = submit('running', { signals: [signal] });
    const queued = submit('queued', { signals: [new AbortController().signal, signal] });
    const other = submit('other');
    await settle();
    controller.abort(new Error('scrolled away'));
    await expect(running).rejects.toMatchObject({
      tag: 'Aborted',
      frame: 0,
      cause: new Error('scrolled away'),
    });
    await expect(queued).rejects.toBeInstanceOf(Aborted);
    await workers[0]!.next();
    expect(workers[0]!.all).toEqual(['running', 'other']);
    await workers[0]!.next();
    expect(await other).toBe('other!');
  });

  test('tells the worker that has the work to stop, and no other; its place is free when it has answered', async () => {
    const prepared: number[] = [];
    const prepare = async (id: number) => {
      prepared.push(id);
      return { message: 'work', transfer: [] };
    };
    const { workers, submit } = setUp({ size: 2, depth: 1 });
    const controller = new AbortController();
    submit('first', { prepare });
    const second = submit('second', { prepare, signals: [controller.signal] });
    const third = submit('third', { prepare });
    await settle();
    controller.abort();
    await expect(second).rejects.toBeInstanceOf(Aborted);
    expect(workers.map(({ stopped }) => stopped)).toEqual([[], [prepared[1]]]);
    expect(prepared).toHaveLength(2);
    await workers[1]!.next();
    await workers[1]!.next();
    expect(await third).toBe('work!');
  });

  test('aborted before: nothing is queued, no worker is started', async () => {
    const { workers, submit } = setUp();
    await expect(
      submit('a', { signals: [new AbortController().signal, AbortSignal.abort()] }),
    ).rejects.toBeInstanceOf(Aborted);
    await settle();
    expect(workers).toHaveLength(0);
  });

  test('aborted while its message is being made: the worker never sees it', async () => {
    const { workers, submit } = setUp({ depth: 1 });
    const controller = new AbortController();
    let prepared!: () => void;
    const aborted = submit('a', {
      signals: [controller.signal],
      prepare: () =>
        new Promise((resolve) => {
          prepared = () => resolve({ message: 'a', transfer: [] });
        }),
    });
    const other = submit('b');
    controller.abort();
    prepared();
    await expect(aborted).rejects.toBeInstanceOf(Aborted);
    await settle();
    expect(workers[0]!.all).toEqual(['b']);
    await workers[0]!.next();
    expect(await other).toBe('b!');
  });

  test('one listener stands for all the work of a signal, and none stays', async () => {
    const { workers, submit } = setUp({ depth: 1 });
    const { signal } = new AbortController();
    const remove = vi.spyOn(signal, 'removeEventListener');
    const add = vi.spyOn(signal, 'addEventListener');
    const answers = ['a', 'b', 'c'].map((message) => submit(message, { signals: [signal] }));
    for (const answer of answers) {
      await settle();
      expect(remove).not.toHaveBeenCalled();
      await workers[0]!.next();
      await answer;
    }
    expect(add).toHaveBeenCalledTimes(1);
    expect(remove.mock.calls[0]!.slice(0, 2)).toEqual(add.mock.calls[0]!.slice(0, 2));
  });
});

describe('close', () => {
  test('fails what is queued and running, ends the workers once, and takes no more', async () => {
    const { workers, scheduler, submit } = setUp({ size: 2, depth: 1 });
    const answers = ['a', 'b', 'c'].map((message) => submit(message));
    await settle();
    await Promise.all([scheduler.close(), scheduler.close()]);
    await scheduler.close();
    for (const answer of answers) await expect(answer).rejects.toBeInstanceOf(Aborted);
    expect(workers.map((worker) => worker.terminated)).toEqual([1, 1]);
    expect(scheduler.executors).toEqual([]);
    await expect(submit('d')).rejects.toBeInstanceOf(Aborted);
    await settle();
    expect(workers).toHaveLength(2);
  });

  test('before anything was started is quiet', async () => {
    const { workers, scheduler } = setUp();
    await scheduler.close();
    expect(workers).toHaveLength(0);
  });
});
