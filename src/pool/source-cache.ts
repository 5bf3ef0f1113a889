import type { ByteSource, SourceHandle } from '../sources/byte-source.js';
import { openHandle } from '../sources/open.js';

/** Sources that a worker keeps open at most; the one unused for longest is closed for a new one. */
const MOST_OPEN = 16;

/** The sources that a worker has opened by their handles, by number. */
export class SourceCache {
  readonly #open = new Map<number, Promise<ByteSource>>();

  /** The source with this number: opened now, or kept from before. */
  get(number: number, handle: SourceHandle): Promise<ByteSource> {
    const known = this.#open.get(number);
    const source = known ?? openHandle(handle);
    // Once more at the end of the map: what was used last is closed last.
    this.#open.delete(number);
    this.#open.set(number, source);
    if (known === undefined) {
      source.catch(() => this.#open.delete(number));
      for (const oldest of this.#open.keys()) {
        if (this.#open.size <= MOST_OPEN) break;
        void this.release(oldest);
      }
    }
    return source;
  }

  /** Closes a source. One that is not open, or cannot be closed, is none that is left open. */
  async release(number: number): Promise<void> {
    const source = this.#open.get(number);
    this.#open.delete(number);
    await source?.then((open) => open.close()).catch(() => {});
  }
}
