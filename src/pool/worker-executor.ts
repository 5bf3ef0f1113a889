import { transfer, wrap } from 'comlink';
import { startThread } from '#thread';
import { errorFromData } from '../errors.js';
import type { Answer, Message, WorkerInterface } from './protocol.js';
import { RecipeBook } from './recipe.js';
import type { Executor } from './scheduler.js';
import { StopFlags } from './stop-flags.js';
import type { Thread } from './thread.js';
import type { WorkerSource } from './worker-source.js';

/** A worker of the pool, seen from the calling thread. Nothing that goes wrong at its start is thrown: it ends. */
export class WorkerExecutor implements Executor<Message, Answer> {
  readonly ready: Promise<void>;
  readonly ended: Promise<unknown>;
  readonly #thread: Thread | undefined;
  readonly #handle: WorkerInterface['handle'] = () => new Promise(() => {});
  readonly #stops = StopFlags.create();
  /** The recipes that the worker has been told. */
  readonly #told = new RecipeBook<true>();
  /** Names of the modules that the worker has been given. */
  readonly #given = new Set<string>();

  constructor(source: WorkerSource | undefined, codecs: readonly string[]) {
    try {
      this.#thread = startThread(source);
      this.#handle = wrap<WorkerInterface>(this.#thread.endpoint).handle;
    } catch (error) {
      this.ready = new Promise(() => {});
      this.ended = Promise.resolve(error);
      return;
    }
    const started = this.#handle([{ type: 'start', codecs, stops: this.#stops?.shared }]);
    this.ready = new Promise((resolve) => {
      void started.then(([answer]) => answer?.kind === 'done' && resolve());
    });
    this.ended = Promise.race([
      this.#thread.ended,
      new Promise((resolve) => {
        started.then(
          ([answer]) => answer?.kind === 'failed' && resolve(errorFromData(answer.error)),
          resolve,
        );
      }),
    ]);
  }

  get ending(): boolean {
    return this.#thread?.ending ?? false;
  }

  run(messages: readonly Message[], transferables: Transferable[]): Promise<readonly Answer[]> {
    const outgoing = messages.map((message) => this.#withWhatIsNew(message));
    return this.#handle(transfer(outgoing, transferables));
  }

  stop(job: number): void {
    this.#stops?.mark(job);
  }

  hold(busy: boolean): void {
    this.#thread?.hold(busy);
  }

  async terminate(): Promise<void> {
    await this.#thread?.terminate();
  }

  /** A recipe is posted once, and so is a compiled module: the worker keeps them. */
  #withWhatIsNew(message: Message): Message {
    if (message.type !== 'frame') return message;
    const { type, job, recipe } = message;
    if (this.#told.get(job.recipe)) return { type, job };
    this.#told.set(job.recipe, true);
    const modules = message.modules?.filter(({ name }) => !this.#given.has(name)) ?? [];
    for (const { name } of modules) this.#given.add(name);
    return { type, job, recipe, modules };
  }
}
