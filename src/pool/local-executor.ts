import { errorFromData } from '../errors.js';
import { JobRunner } from './job-runner.js';
import type { Answer, Message } from './protocol.js';
import type { Executor } from './scheduler.js';

/** What takes a worker's place on the calling thread: the same runner, with nothing between. */
export class LocalExecutor implements Executor<Message, Answer> {
  readonly ready: Promise<void>;
  readonly ended: Promise<unknown>;
  readonly #runner = new JobRunner();

  constructor(codecs: readonly string[]) {
    const started = this.#runner.handle([{ type: 'start', codecs, stops: undefined }]);
    this.ready = new Promise((resolve) => {
      void started.then(([answer]) => answer?.kind === 'done' && resolve());
    });
    this.ended = new Promise((resolve) => {
      void started.then(([answer]) => answer?.kind === 'failed' && resolve(errorFromData(answer.error)));
    });
  }

  run(messages: readonly Message[]): Promise<readonly Answer[]> {
    return this.#runner.handle(messages);
  }

  /** While this thread decodes it gives no order to stop. */
  stop(): void {}

  /** A thread that computes is alive. */
  hold(): void {}

  async terminate(): Promise<void> {}
}
