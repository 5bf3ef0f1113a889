import { type Executor, Scheduler, type Work } from './scheduler.js';

/** A worker that does nothing by itself: the test answers, kills and counts. */
export class FakeWorker implements Executor<string, string> {
  readonly calls: {
    messages: readonly string[];
    answer(...texts: string[]): void;
    fail(error: unknown): void;
  }[] = [];
  /** What it was given by each call, a batch joined by `+`. */
  readonly all: string[] = [];
  /** The numbers of the work that it was told to stop. */
  readonly stopped: number[] = [];
  held = false;
  ending = false;
  terminated = 0;
  readonly ready: Promise<void>;
  readonly ended: Promise<unknown>;
  become!: () => void;
  die!: (reason: unknown) => void;

  constructor(ready = true) {
    this.ready = new Promise((resolve) => {
      this.become = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.die = resolve;
    });
    if (ready) this.become();
  }

  run(messages: readonly string[]): Promise<readonly string[]> {
    this.all.push(messages.join('+'));
    return new Promise((resolve, reject) => {
      this.calls.push({ messages, answer: (...texts) => resolve(texts), fail: reject });
    });
  }

  stop(id: number): void {
    this.stopped.push(id);
  }

  hold(busy: boolean): void {
    this.held = busy;
  }

  async terminate(): Promise<void> {
    this.terminated += 1;
    this.die(new Error('terminated'));
  }

  /** Answers the messages at the head, as a worker does. */
  async next(): Promise<void> {
    const call = this.calls.shift()!;
    call.answer(...call.messages.map((message) => `${message}!`));
    await settle();
  }
}

export const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

export interface SetUp {
  readonly size?: number;
  readonly depth?: number;
  readonly ready?: boolean;
  readonly grace?: number;
  readonly millisecondsOf?: (answer: string) => number | undefined;
}

export function setUp(options: SetUp = {}) {
  const workers: FakeWorker[] = [];
  const scheduler = new Scheduler<string, string>({
    size: options.size ?? 1,
    depth: options.depth ?? 2,
    batch: 4,
    grace: options.grace ?? 0,
    millisecondsOf: options.millisecondsOf ?? (() => undefined),
    start: () => {
      const worker = new FakeWorker(options.ready);
      workers.push(worker);
      return worker;
    },
  });
  let frame = 0;
  const submit = (message: string, more: Partial<Work<string>> = {}) => {
    const work: Work<string> = {
      prepare: async () => ({ message, transfer: [] }),
      deadline: Number.POSITIVE_INFINITY,
      signals: [],
      context: { frame: frame++ },
      ...more,
    };
    const promise = scheduler.submit(work);
    promise.catch(() => {});
    return promise;
  };
  return { workers, scheduler, submit };
}
