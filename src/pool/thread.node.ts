import { availableParallelism } from 'node:os';
import { parentPort, Worker } from 'node:worker_threads';
import type { Endpoint } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { Thread } from './thread.js';
import type { WorkerSource } from './worker-source.js';

/** Whether this platform has threads to start. */
export function hasThreads(): boolean {
  return true;
}

/** Threads that this machine runs at once. */
export function hardwareConcurrency(): number {
  return availableParallelism();
}

/** Starts a thread with the worker's script, or the caller's. It does not keep the process alive until it is held. */
export function startThread(source?: WorkerSource): Thread {
  const worker = workerOf(source);
  worker.unref();
  let ending = false;
  return {
    endpoint: nodeEndpoint(worker),
    get ending() {
      return ending;
    },
    ended: new Promise((resolve) => {
      // Answers that came before the end are heard before it: Node.js hands both over in one go, and what waits for an
      // answer takes more turns of the microtask queue.
      const end = (reason: unknown) => {
        ending = true;
        setImmediate(resolve, reason);
      };
      worker.on('error', end);
      worker.on('messageerror', end);
      worker.on('exit', (code) => end(new Error(`it exited with code ${code}`)));
    }),
    hold: (busy) => (busy ? worker.ref() : worker.unref()),
    terminate: async () => {
      await worker.terminate();
    },
  };
}

/** The other end, inside the worker. */
export function parentEndpoint(): Endpoint {
  if (parentPort === null) throw new Error('The worker script of cineloop runs in a worker thread only.');
  // What cannot be read has no answer: the worker ends, rather than be waited for until the time limit.
  parentPort.on('messageerror', (error) => {
    throw error;
  });
  return nodeEndpoint(parentPort);
}

function workerOf(source: WorkerSource | undefined): Worker {
  if (typeof source !== 'function') {
    const script =
      source === undefined ? new URL('../../dist/node/worker.js', import.meta.url) : urlOf(source);
    // The flags of the main script are not for this one: loaders cost time, and --input-type forbids files.
    return new Worker(script, { name: 'cineloop', execArgv: [] });
  }
  const worker = source();
  if (!(worker instanceof Worker))
    throw new TypeError('The worker factory must return a Worker of node:worker_threads.');
  return worker;
}

/** Worker takes paths and URL objects; a string may be either. */
function urlOf(source: string | URL): string | URL {
  return typeof source === 'string' && /^(file|data):/.test(source) ? new URL(source) : source;
}
