import { Aborted } from '../errors.js';
import type { ArrivingBytes } from './arriving-bytes.js';

/** Reads the pieces of a frame from the caller's source: one by one as they are needed, or all as they come. */
export class ChunkReader {
  readonly #iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  readonly #bytes: ArrivingBytes;
  readonly #signal: AbortSignal | undefined;
  /** The piece that is on its way. A failure stays, for whoever asks next. */
  #pending: Promise<void> | undefined;
  #ended = false;

  /** @param signal ends the waiting for a piece */
  constructor(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    bytes: ArrivingBytes,
    signal: AbortSignal | undefined,
  ) {
    this.#iterator =
      Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
    this.#bytes = bytes;
    this.#signal = signal;
  }

  /**
   * Waits until so many bytes have come.
   * @returns false where the source ended before that
   * @throws Aborted, what the source throws, and what is wrong with its pieces
   */
  async has(least: number): Promise<boolean> {
    while (!this.#ended && this.#bytes.arrived < least) await this.#orAborted(this.#piece());
    return !this.#ended;
  }

  /** Reads on until the source ends or fails, which whoever asks next is told. */
  readAhead(): void {
    const readAll = async () => {
      while (!this.#ended) await this.#piece();
    };
    readAll().catch(() => {});
  }

  /** Lets the source go. One that still waits for its next piece hears of it, but is not waited for. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const isWaiting = this.#pending !== undefined;
    const closing = Promise.resolve(this.#iterator.return?.()).catch(() => {});
    if (!isWaiting) await closing;
  }

  #piece(): Promise<void> {
    this.#pending ??= this.#read();
    return this.#pending;
  }

  async #read(): Promise<void> {
    const { done, value } = await this.#iterator.next();
    if (this.#ended) return;
    if (done) {
      this.#ended = true;
    } else {
      if (value?.[Symbol.toStringTag] !== 'Uint8Array') throw new TypeError('Each piece is a Uint8Array.');
      if (value.length > 0) this.#bytes.append(value);
    }
    this.#pending = undefined;
  }

  #orAborted(work: Promise<void>): Promise<void> {
    const signal = this.#signal;
    if (signal === undefined) return work;
    return new Promise((resolve, reject) => {
      const abort = () => reject(new Aborted('The caller aborted the work.', { cause: signal.reason }));
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
      work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    });
  }
}
