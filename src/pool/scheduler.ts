import {
  Aborted,
  type CineloopError,
  type ErrorContext,
  LimitExceeded,
  WorkerFailure,
  withContext,
} from '../errors.js';
import { AbortWatch } from './abort-watch.js';
import { DeadlineClock } from './deadline-clock.js';

/** What the scheduler asks of a worker, or of what stands in for one on the calling thread. */
export interface Executor<Message, Answer> {
  /**
   * Runs messages, one after another, and gives their answers in the same order; called when it is ready. It may be called
   * again meanwhile: batches are begun and answered in the order given.
   * @throws where no answers can come of it (what was thrown inside a job is an answer)
   */
  run(messages: readonly Message[], transfer: Transferable[]): Promise<readonly Answer[]>;
  /** Resolves when the worker is up and listening. Never rejects: a worker that cannot start ends. */
  readonly ready: Promise<void>;
  /** Resolves with the reason when the worker has died or can no longer be relied on. Never rejects. */
  readonly ended: Promise<unknown>;
  /** True between a worker's death and `ended`, while its last answers are heard: what is given to it now is lost. */
  readonly ending?: boolean;
  /**
   * Says that the work of this number is not wanted any more. What was given goes on until the worker sees it, and its
   * answer comes all the same.
   */
  stop(id: number): void;
  /** Whether the process is kept alive for it: while it has work, and only then. */
  hold(busy: boolean): void;
  terminate(): Promise<void>;
}

/** One piece of work as it is handed in. */
export interface Work<Message> {
  /**
   * Makes the message. Called when a worker has room, so that a long queue holds no memory; called again where the worker
   * dies before the work's turn came.
   * @param id number of the work, by which a later message can name it
   */
  prepare(id: number): Promise<{ message: Message; transfer: Transferable[] }>;
  /** Milliseconds that it may run for, once begun. */
  readonly deadline: number;
  /** Each of them drops it. */
  readonly signals: readonly AbortSignal[];
  /** What its errors are told. */
  readonly context: ErrorContext;
  /**
   * Work that takes about as long has the same object here: where it is light, several go to a worker in one batch.
   * Undefined: it is given away alone. Only for work that `prepare` can prepare again, whatever happens.
   */
  readonly family?: object | undefined;
  /**
   * Work that builds on what earlier work has left in its worker has the same object here: it goes to the same place, as long as
   * nobody calls `leave`. Another worker may have taken the place of the first, which is for the message to find out. Between
   * two such pieces of work the worker does other work.
   */
  readonly seat?: object | undefined;
}

/** Work that was accepted: queued, or given to a worker, until it is settled once. */
interface Task<Message, Answer> {
  readonly id: number;
  readonly work: Work<Message>;
  resolve(answer: Answer): void;
  reject(error: CineloopError): void;
  /** True once the caller has its answer; a worker may still be busy with it. */
  settled: boolean;
  /** In no batch: one that it was in has killed its worker, and now it must show which of them it was. */
  alone: boolean;
}

/** Tasks that a worker was given by one message. */
type Batch<Message, Answer> = readonly Task<Message, Answer>[];

/** A place for one worker. The worker is started with the first work and again after a death. */
interface Slot<Message, Answer> {
  executor: Executor<Message, Answer> | undefined;
  ready: boolean;
  /** Batches that count against the depth: those being prepared and those of `given`. */
  reserved: number;
  /** Batches that the worker has, in its order: the first is running, the others wait inside it. */
  given: Batch<Message, Answer>[];
  readonly seats: Set<object>;
  /** Ends the worker when the start, or the first of `given`, takes too long. */
  readonly clock: DeadlineClock;
}

interface SchedulerOptions<Message, Answer> {
  /** Workers at most. */
  readonly size: number;
  /** Batches that a worker holds at once: 2 gives it the next one while it is busy, so that it never waits for a message. */
  readonly depth: number;
  /** Tasks in a batch at most. */
  readonly batch: number;
  readonly start: () => Executor<Message, Answer>;
  /** Milliseconds beyond its deadline that work is given to end by itself, before its worker is ended. */
  readonly grace: number;
  /** How long the work behind an answer took; undefined where that says nothing about others of its family. */
  readonly millisecondsOf: (answer: Answer) => number | undefined;
}

/** Milliseconds of work that are worth a message. Longer work is given alone, so that all workers share it evenly. */
const BATCH_MILLISECONDS = 8;

/**
 * Milliseconds that a batch may take, unless its work has less. It should take a hundredth of them: one that does not is
 * given again one by one, each by its own deadline.
 */
const BATCH_DEADLINE = 1_000;

/** Milliseconds that a worker may take to be ready. */
const START_DEADLINE = 30_000;

/** Workers that may fail to start in a row before the pool gives up. */
const START_ATTEMPTS = 3;

/**
 * Gives queued work to workers, first in, first out. Knows nothing of frames: what a message says is its caller's affair.
 *
 * A message and its answer cost the calling thread as much as some frames cost a worker. Of work that has shown to be
 * light a worker is therefore given several at once; never so that another worker would go without.
 *
 * A failure stays where it happened. A worker that dies takes the task with it that it was running; those that only
 * waited inside it go back to the head of the queue, and the next work starts another worker. Of a batch nobody knows
 * which task was running: all are given again, one by one. Workers that die before they were ready are blamed on no
 * task; after three of them in a row the pool fails everything at once rather than start workers for ever.
 *
 * Priorities will order `queue`.
 */
export class Scheduler<Message, Answer> {
  readonly #options: SchedulerOptions<Message, Answer>;
  readonly #slots: Slot<Message, Answer>[];
  readonly #queue: Task<Message, Answer>[] = [];
  readonly #aborts = new AbortWatch<Task<Message, Answer>>((task, signal) => this.#abort(task, signal));
  /** What work of a family took lately. */
  readonly #milliseconds = new WeakMap<object, number>();
  #lastId = 0;
  #closing: Promise<void> | undefined;
  #failedStarts = 0;

  constructor(options: SchedulerOptions<Message, Answer>) {
    this.#options = options;
    this.#slots = Array.from({ length: options.size }, () => {
      const slot: Slot<Message, Answer> = {
        executor: undefined,
        ready: false,
        reserved: 0,
        given: [],
        seats: new Set(),
        clock: new DeadlineClock(() => this.#endOverdue(slot)),
      };
      return slot;
    });
  }

  /** The workers that are running, to be told of something that is no work. */
  get executors(): Executor<Message, Answer>[] {
    return this.#slots.flatMap((slot) => slot.executor ?? []);
  }

  /**
   * Workers that could begin at once: none while anything waits.
   * @param start also those that would have to be started
   */
  idle(start: boolean): number {
    if (this.#queue.length > 0) return 0;
    return this.#slots.filter(({ reserved, ready }) => reserved === 0 && (ready || start)).length;
  }

  /** Starts the workers that are not there yet, so that they are ready when work comes for all. */
  startAll(): void {
    for (const slot of this.#slots) if (slot.executor === undefined) this.#start(slot);
  }

  /** Tasks of a family that are given to a worker at once where enough of them wait. */
  batchOf(family: object | undefined): number {
    const milliseconds = family && this.#milliseconds.get(family);
    if (milliseconds === undefined) return 1;
    return Math.min(this.#options.batch, Math.max(1, Math.floor(BATCH_MILLISECONDS / milliseconds)));
  }

  /**
   * Queues work.
   * @throws Aborted when the signal fires or the scheduler is closed, WorkerFailure when a worker died of it or none can be
   *   started, LimitExceeded when it overran its deadline, and what `prepare` threw
   */
  submit(work: Work<Message>): Promise<Answer> {
    const { signals, context } = work;
    if (this.#closing !== undefined) return Promise.reject(closedError(context));
    const aborted = signals.find((signal) => signal.aborted);
    if (aborted !== undefined) return Promise.reject(abortedError(aborted, context));
    return new Promise((resolve, reject) => {
      const settle = () => {
        task.settled = true;
        for (const signal of signals) this.#aborts.delete(signal, task);
      };
      this.#lastId += 1;
      const task: Task<Message, Answer> = {
        id: this.#lastId,
        work,
        settled: false,
        alone: false,
        resolve(answer) {
          settle();
          resolve(answer);
        },
        reject(error) {
          settle();
          reject(error);
        },
      };
      for (const signal of signals) this.#aborts.add(signal, task);
      this.#queue.push(task);
      this.#fill();
    });
  }

  #abort(task: Task<Message, Answer>, signal: AbortSignal): void {
    const place = this.#queue.indexOf(task);
    if (place !== -1) this.#queue.splice(place, 1);
    else
      this.#slots.find(({ given }) => given.some((batch) => batch.includes(task)))?.executor?.stop(task.id);
    task.reject(abortedError(signal, task.work.context));
  }

  /** Fails what is queued or running with Aborted and ends the workers. The second call waits for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    const tasks = [...this.#queue.splice(0), ...this.#slots.flatMap((slot) => slot.given.flat())];
    for (const task of tasks) if (!task.settled) task.reject(closedError(task.work.context));
    await Promise.all(
      this.#slots.map((slot) => {
        const { executor } = slot;
        this.#vacate(slot);
        return executor?.terminate();
      }),
    );
  }

  /** Gives up a seat. Its worker, where there is one, is told so by `last`, behind all that it was given. */
  leave(seat: object, last: Message): void {
    const executor = this.#slots.find(({ seats }) => seats.delete(seat))?.executor;
    executor?.ready.then(() => executor.run([last], [])).catch(() => {});
  }

  /** Gives away as much of the queue as there is room for. */
  #fill(): void {
    for (let place = 0; place < this.#queue.length; ) {
      const { seat } = this.#queue[place]!.work;
      const slot = this.#slotFor(seat);
      if (slot.reserved < this.#options.depth) {
        if (seat !== undefined) slot.seats.add(seat);
        slot.reserved += 1;
        void this.#give(slot, this.#nextBatch(place));
      } else if (seat === undefined) {
        return;
      } else {
        // What waits for its one worker keeps no other from what is behind it.
        place += 1;
      }
    }
  }

  /** Takes the task at that place, and as much of its family behind it as makes a batch and leaves the other workers theirs. */
  #nextBatch(place: number): Task<Message, Answer>[] {
    const { alone, work } = this.#queue[place]!;
    const share = Math.ceil(this.#queue.length / this.#slots.length);
    const most = alone ? 1 : Math.min(this.batchOf(work.family), share);
    let count = 1;
    for (; count < most; count += 1) {
      const next = this.#queue[place + count];
      if (next === undefined) break;
      if (next.alone || next.work.family !== work.family) break;
    }
    return this.#queue.splice(place, count);
  }

  /** The slot of a seat; a new seat goes where there is room and the fewest have theirs. */
  #slotFor(seat: object | undefined): Slot<Message, Answer> {
    if (seat === undefined) return this.#roomiest(this.#slots);
    const known = this.#slots.find(({ seats }) => seats.has(seat));
    if (known !== undefined) return known;
    const free = this.#slots.filter(({ reserved }) => reserved < this.#options.depth);
    const fewest = Math.min(...free.map(({ seats }) => seats.size));
    const best = free.filter(({ seats }) => seats.size === fewest);
    return this.#roomiest(best.length > 0 ? best : this.#slots);
  }

  /** The slot with the least to do; among equals one whose worker is already there. */
  #roomiest(slots: readonly Slot<Message, Answer>[]): Slot<Message, Answer> {
    return slots.reduce((best, slot) =>
      slot.reserved < best.reserved || (slot.reserved === best.reserved && slot.ready && !best.ready)
        ? slot
        : best,
    );
  }

  async #give(slot: Slot<Message, Answer>, tasks: readonly Task<Message, Answer>[]): Promise<void> {
    const [first] = tasks;
    const prepared =
      tasks.length === 1
        ? [await this.#prepare(first!)]
        : await Promise.all(tasks.map((task) => this.#prepare(task)));
    if (slot.executor?.ending) await slot.executor.ended;
    const ready = prepared.flatMap((one) => (one === undefined || one.task.settled ? [] : one));
    if (ready.length === 0) {
      this.#release(slot);
      return;
    }
    const executor = slot.executor ?? this.#start(slot);
    const batch = ready.map(({ task }) => task);
    slot.given.push(batch);
    if (slot.given.length === 1) {
      executor.hold(true);
      this.#watch(slot);
    }
    const messages = ready.map(({ message }) => message);
    const transfer = ready.flatMap((one) => one.transfer);
    const run = () => executor.run(messages, transfer);
    const answered = slot.ready ? run() : executor.ready.then(run);
    answered.then(
      (answers) => {
        if (!this.#take(slot, batch)) return;
        for (const [place, task] of batch.entries()) {
          const answer = answers[place]!;
          this.#note(task.work.family, this.#options.millisecondsOf(answer));
          if (!task.settled) task.resolve(answer);
        }
        this.#release(slot);
      },
      (error) => {
        if (!this.#take(slot, batch)) return;
        this.#fail(batch, (context) => withContext(error, context, 'WorkerFailure'));
        this.#release(slot);
      },
    );
  }

  /** A task's message; undefined where there will be none, which the task has been told. */
  async #prepare(task: Task<Message, Answer>) {
    try {
      const { message, transfer } = await task.work.prepare(task.id);
      if (this.#closing !== undefined && !task.settled) task.reject(closedError(task.work.context));
      return { task, message, transfer };
    } catch (error) {
      if (!task.settled) task.reject(withContext(error, task.work.context, 'InvalidDataset'));
      return undefined;
    }
  }

  /** Fails the task of a batch; of several, sends each to be tried alone. */
  #fail(batch: Batch<Message, Answer>, errorFor: (context: ErrorContext) => CineloopError): void {
    const open = batch.filter((task) => !task.settled);
    if (batch.length === 1) {
      for (const task of open) task.reject(errorFor(task.work.context));
      return;
    }
    for (const task of open) task.alone = true;
    this.#queue.unshift(...open);
  }

  /** Takes the mean of what is known and what is new, so that it follows a change within a few frames. */
  #note(family: object | undefined, milliseconds: number | undefined): void {
    if (family === undefined || milliseconds === undefined) return;
    const before = this.#milliseconds.get(family) ?? milliseconds;
    this.#milliseconds.set(family, (before + milliseconds) / 2);
  }

  #start(slot: Slot<Message, Answer>): Executor<Message, Answer> {
    const executor = this.#options.start();
    slot.executor = executor;
    slot.ready = false;
    executor.ready.then(() => {
      if (slot.executor !== executor) return;
      slot.ready = true;
      this.#failedStarts = 0;
      this.#watch(slot);
    });
    executor.ended.then((reason) => {
      if (slot.executor === executor) this.#replace(slot, reason);
    });
    return executor;
  }

  /** Takes an answered batch out of its slot; false where the slot has been emptied before (death, deadline, close). */
  #take(slot: Slot<Message, Answer>, batch: Batch<Message, Answer>): boolean {
    const place = slot.given.indexOf(batch);
    if (place === -1) return false;
    slot.given.splice(place, 1);
    if (slot.given.length === 0) slot.executor?.hold(false);
    this.#watch(slot);
    return true;
  }

  #release(slot: Slot<Message, Answer>): void {
    slot.reserved -= 1;
    this.#fill();
  }

  /** Sets the clock for the batch at the head of the slot, or for the start of its worker. */
  #watch(slot: Slot<Message, Answer>): void {
    const [head] = slot.given;
    if (head === undefined) slot.clock.set(Number.POSITIVE_INFINITY);
    else slot.clock.set(slot.ready ? deadlineOf(head) + this.#options.grace : START_DEADLINE);
  }

  /** Ends the worker of a slot whose first batch, or whose start, takes too long. */
  #endOverdue(slot: Slot<Message, Answer>): void {
    const { executor, ready, given } = slot;
    const [head] = given;
    if (head === undefined) return;
    void executor?.terminate();
    if (!ready) {
      this.#replace(slot, new WorkerFailure(`A worker was not ready after ${START_DEADLINE} ms.`));
      return;
    }
    const allowed = deadlineOf(head);
    const message = `The frame took more than ${allowed} ms to decode; its worker has been replaced.`;
    const context = { ...head[0]!.work.context, limit: 'decodeMilliseconds', allowed } as const;
    this.#replace(slot, new LimitExceeded(message, context));
  }

  /** Empties a slot whose worker is gone: the batch that ran fails, those behind it are queued again. */
  #replace(slot: Slot<Message, Answer>, reason: unknown): void {
    const { given, ready } = slot;
    this.#vacate(slot);
    if (ready) {
      const [running, ...waiting] = given;
      this.#queue.unshift(...waiting.flat().filter((task) => !task.settled));
      if (running !== undefined) this.#fail(running, (context) => deathError(reason, context));
    } else {
      this.#queue.unshift(...given.flat().filter((task) => !task.settled));
      this.#failedStarts += 1;
      if (this.#failedStarts >= START_ATTEMPTS) {
        this.#failedStarts = 0;
        for (const task of this.#queue.splice(0)) task.reject(startError(reason, task.work.context));
      }
    }
    this.#fill();
  }

  #vacate(slot: Slot<Message, Answer>): void {
    slot.clock.set(Number.POSITIVE_INFINITY);
    slot.executor = undefined;
    slot.ready = false;
    slot.reserved -= slot.given.length;
    slot.given = [];
  }
}

function deadlineOf(batch: Batch<unknown, unknown>): number {
  const least = Math.min(...batch.map(({ work }) => work.deadline));
  return batch.length === 1 ? least : Math.min(least, BATCH_DEADLINE);
}

function closedError(context: ErrorContext): Aborted {
  return new Aborted('The pool has been closed.', context);
}

function abortedError(signal: AbortSignal, context: ErrorContext): Aborted {
  const { reason } = signal;
  if (reason instanceof Aborted) return new Aborted(reason.message, context);
  return new Aborted('The caller aborted the work.', { ...context, cause: reason });
}

function deathError(reason: unknown, context: ErrorContext): CineloopError {
  if (reason instanceof LimitExceeded) return reason;
  return new WorkerFailure(`The worker died while it decoded the frame: ${said(reason)}`, {
    ...context,
    cause: reason,
  });
}

function startError(reason: unknown, context: ErrorContext): WorkerFailure {
  return new WorkerFailure(
    `No worker could be started: ${said(reason)} (createPool takes another URL of the worker's script; workers: 0 does without.)`,
    { ...context, cause: reason },
  );
}

function said(reason: unknown): string {
  const message = reason instanceof Error ? reason.message : String(reason);
  return /[.!?)]$/.test(message) ? message : `${message}.`;
}
