import { emptyBorder } from '../wasm/strip-borders.js';

/** Borders of strips that are kept for later frames at most: more than one frame in strips at a time is rare. */
const MOST_KEPT = 8;

/** Bytes of a border at most: wider frames do without. */
const MOST_BYTES = 1 << 26;

/** The memory that workers share at the borders of strips. It is used again, for fresh memory costs page faults. */
export class StripBorderMemory {
  readonly #spent: SharedArrayBuffer[] = [];

  /** So many borders, each with room for `bytes`, or none; nobody else has them until they are kept again. */
  take(count: number, bytes: number): SharedArrayBuffer[] {
    if (bytes > MOST_BYTES) return [];
    return Array.from({ length: count }, () => emptyBorder(bytes, this.#spent.pop()));
  }

  /** Keeps borders that no worker looks at any more. */
  keep(borders: readonly SharedArrayBuffer[]): void {
    this.#spent.push(...borders.slice(0, MOST_KEPT - this.#spent.length));
  }

  clear(): void {
    this.#spent.length = 0;
  }
}
