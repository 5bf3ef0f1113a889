import { once } from 'node:events';

/** Standard output: waits for a slow reader, and goes quiet when the reader has gone (`cineloop … | head`). */
export class StandardOutput {
  readonly #stream: NodeJS.WriteStream;
  #closed = false;

  /** @param onClosed called once when the reader has gone */
  constructor(stream: NodeJS.WriteStream, onClosed: () => void) {
    this.#stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#closed = true;
      if (error.code !== 'EPIPE') console.error(`cineloop: Writing the output failed: ${error.message}.`);
      onClosed();
    });
  }

  async write(text: string): Promise<void> {
    if (this.#closed || text === '') return;
    if (this.#stream.write(text)) return;
    const written = new AbortController();
    const { signal } = written;
    const events = ['drain', 'close', 'error'].map((event) => once(this.#stream, event, { signal }));
    await Promise.race(events).catch(() => undefined);
    written.abort();
  }
}
