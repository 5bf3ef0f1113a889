import type { Endpoint } from 'comlink';
import type { Thread } from './thread.js';
import type { WorkerSource } from './worker-source.js';

/** Whether this platform has threads to start: a server that renders pages, for one, may have no Worker. */
export function hasThreads(): boolean {
  return typeof Worker === 'function';
}

/** Threads that this machine runs at once. */
export function hardwareConcurrency(): number {
  return globalThis.navigator?.hardwareConcurrency ?? 1;
}

/** Starts a thread with the worker's script, or the caller's. */
export function startThread(source?: WorkerSource): Thread {
  const worker = workerOf(source);
  return {
    endpoint: worker,
    // `ended` is told at once.
    ending: false,
    ended: new Promise((resolve) => {
      worker.addEventListener('error', (event) =>
        resolve(new Error(event.message || 'its script did not load')),
      );
      worker.addEventListener('messageerror', () => resolve(new Error('it sent what cannot be read')));
    }),
    hold: () => {},
    terminate: async () => worker.terminate(),
  };
}

/** The other end, inside the worker. */
export function parentEndpoint(): Endpoint {
  return globalThis as unknown as Endpoint;
}

function workerOf(source: WorkerSource | undefined): Worker {
  // The whole expression is what bundlers look for; it cannot be taken apart.
  if (source === undefined)
    return new Worker(new URL('../../dist/browser/worker.js', import.meta.url), { type: 'module' });
  if (typeof source !== 'function') return new Worker(source, { type: 'module' });
  const worker = source();
  if (!(worker instanceof Worker)) throw new TypeError('The worker factory must return a Worker.');
  return worker;
}
