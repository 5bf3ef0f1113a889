import type { Limits } from '../limits.js';
import type { ByteSource } from '../sources/byte-source.js';
import { Window } from '../sources/window.js';
import { DatasetParser, type Extent } from './dataset-parser.js';
import type { Deviations } from './deviations.js';

/** Reads datasets from a source, piece by piece, as the parser wants them. */
export class DatasetReader {
  readonly #source: ByteSource;
  readonly #limits: Limits;
  readonly #deviations: Deviations;
  readonly #window: Window;

  constructor(source: ByteSource, limits: Limits, deviations: Deviations) {
    this.#source = source;
    this.#limits = limits;
    this.#deviations = deviations;
    this.#window = new Window(source);
  }

  /** A view on `length` bytes from `offset` on, or on as many as the source has; byte 0 of the view is `offset`. */
  async view(offset: number, length: number): Promise<DataView> {
    await this.#window.move(offset, length);
    const { view, start } = this.#window;
    const skip = Math.min(offset - start, view.byteLength);
    return new DataView(view.buffer, view.byteOffset + skip, Math.min(length, view.byteLength - skip));
  }

  /**
   * Reads elements until the end, until one that is not accepted, or until Pixel Data in fragments.
   * @returns where reading stopped
   * @throws LimitExceeded for nesting or a number of elements beyond the limits
   */
  async read(extent: Extent): Promise<number> {
    const parser = new DatasetParser(extent, this.#source, this.#window, this.#limits, this.#deviations);
    while (!parser.done) {
      const { position, needed } = parser;
      if (!this.#window.holds(position, needed) && !(await this.#window.move(position, needed))) {
        this.#deviations.add(position, 'The source ends before the size that it has.');
        break;
      }
      parser.parse();
    }
    return parser.position;
  }
}
