import type { Limits } from '../limits.js';
import { FramePool } from './frame-pool.js';
import type { WorkerSource } from './worker-source.js';

/** How a pool is made. */
export interface PoolOptions {
  /**
   * Workers at most; they are started one by one as work comes. 0: frames are decoded on the calling thread, by the same
   * code. By default as many as the hardware runs threads, 8 at most; 0 where the platform has no workers.
   */
  readonly workers?: number | undefined;
  /**
   * URL of the worker's script where the one beside this module cannot be used (a bundler, a content security policy), or
   * a function that starts a worker with that script.
   */
  readonly worker?: WorkerSource | undefined;
  /**
   * Absolute URLs of modules whose default export is a `Codec`; each worker imports them and registers the codec. Functions
   * do not cross threads, so a codec that was registered by `registerCodec` decodes on the calling thread only.
   */
  readonly codecs?: readonly (string | URL)[] | undefined;
  /** Limits for all that the pool decodes; a call's own limits go before these. */
  readonly limits?: Partial<Limits> | undefined;
}

/** Workers that decode frames: what `createPool` makes and the option `pool` takes. */
export interface Pool {
  /** Workers at most; 0 where the calling thread decodes. */
  readonly workers: number;
  /**
   * Ends the workers. What is queued or running fails with Aborted, and so does what is asked for afterwards. May be called
   * again.
   */
  close(): Promise<void>;
}

/**
 * Makes a pool of workers: Web Workers, or worker threads in Node.js. Needed only to choose their number, their script,
 * further codecs or limits: calls that are given no pool share one.
 *
 * Workers are started when work comes. WebAssembly is compiled once for all of them. They read files and Blobs
 * themselves; of images in memory they get a copy of a frame's encoded bytes. Samples come back by transfer, never by
 * copying. A worker that dies (out of memory, say), or whose engine does not keep `limits.decodeMilliseconds`, fails the frame
 * that it decoded with WorkerFailure or LimitExceeded and is replaced. Idle workers keep no process of Node.js alive.
 * @throws RangeError for a number of workers that is none; TypeError for URLs of codecs that are not absolute
 * @example
 * const pool = createPool({ workers: 2, limits: { decodeMilliseconds: 5_000 } });
 * const image = await open(file, { pool });
 * const frames = await Promise.all([0, 1, 2].map((index) => image.decode(index)));
 * assert.equal(frames.length, 3);
 * await pool.close();
 */
export function createPool(options: PoolOptions = {}): Pool {
  return new FramePool(options);
}
