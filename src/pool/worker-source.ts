/** A started worker of the platform: a Web Worker or one of node:worker_threads. */
export interface PlatformWorker {
  postMessage(message: unknown, transfer?: never): void;
  terminate(): unknown;
}

/** Where workers come from: the URL of the worker's script, or a function that starts one with that script. */
export type WorkerSource = string | URL | (() => PlatformWorker);
