import { once } from 'node:events';

/** Standard output: waits for a slow reader, and goes quiet when the reader has gone (`cineloop … | head`). */
export class StandardOutput {
  readonly #stream: NodeJS.WriteStream;
  #closed = false;

  /** @param onClosed called once when the reader has gone */
  constructor(stream: NodeJS.WriteStream, onClosed: () => void) {
    this.#stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      this.#closed = true;
      onClosed();
    });
  }

  async write(text: string): Promise<void> {
    if (this.#closed || text === '') return;
    if (this.#stream.write(text)) return;
    await Promise.race([once(this.#stream, 'drain'), once(this.#stream, 'close')]).catch(() => undefined);
  }
}
