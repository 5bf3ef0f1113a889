/** Jobs of one worker that can be marked at once; a mark that is written over costs the decoding of a frame nobody wants. */
const PLACES = 64;

/**
 * Marks on jobs that are not wanted any more, in memory that the pool and one worker share: a thread that decodes hears no
 * message, but it can look here between two steps of a kernel.
 */
export class StopFlags {
  /** What is posted to the worker; the number of a job stands in the place that it falls on. */
  readonly shared: Int32Array;

  constructor(shared: Int32Array) {
    this.shared = shared;
  }

  /** Undefined where there is no shared memory, as in a page that is not cross-origin isolated. */
  static create(): StopFlags | undefined {
    if (typeof SharedArrayBuffer === 'undefined') return undefined;
    return new StopFlags(new Int32Array(new SharedArrayBuffer(4 * PLACES)));
  }

  mark(job: number): void {
    Atomics.store(this.shared, job % PLACES, job | 0);
  }

  isMarked(job: number): boolean {
    return Atomics.load(this.shared, job % PLACES) === (job | 0);
  }
}
