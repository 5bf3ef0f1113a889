import type { SampleArray } from '../frame/decoded-frame.js';
import { typeOf, viewSamples } from '../frame/sample-array.js';

/** What a result is made of. */
export type Pixels = SampleArray | Uint8ClampedArray;

/**
 * Memory of frames that were copied to where their caller wants them. It goes back to the workers with frames of the same size:
 * fresh memory costs page faults.
 */
export class SpentMemory {
  /** Pieces that are kept at most: as many as are in use at once. */
  most: number;
  readonly #buffers: ArrayBuffer[] = [];
  readonly #arrived = new WeakSet<ArrayBufferLike>();

  constructor(most: number) {
    this.most = most;
  }

  /** Says that memory came from a worker: it is nobody else's. */
  arrived({ buffer }: Pixels): void {
    this.#arrived.add(buffer);
  }

  /** Keeps memory whose samples have been copied; only what came from a worker, whole. */
  keep({ buffer, byteLength }: Pixels): void {
    if (!this.#arrived.has(buffer) || buffer.byteLength !== byteLength) return;
    while (this.#buffers.length >= this.most) this.#buffers.shift();
    this.#buffers.push(buffer as ArrayBuffer);
  }

  /** An array of this type and length, of memory that is kept; undefined where none fits. */
  like(pixels: Pixels): Pixels | undefined {
    const buffer = this.take(pixels.byteLength);
    if (buffer === undefined) return undefined;
    if (pixels instanceof Uint8ClampedArray) return new Uint8ClampedArray(buffer);
    return viewSamples(typeOf(pixels), new Uint8Array(buffer));
  }

  /** So many bytes of memory that is kept; undefined where there is no piece of that length. */
  take(byteLength: number): ArrayBuffer | undefined {
    const place = this.#buffers.findIndex((buffer) => buffer.byteLength === byteLength);
    return place === -1 ? undefined : this.#buffers.splice(place, 1)[0];
  }

  clear(): void {
    this.#buffers.length = 0;
  }
}
