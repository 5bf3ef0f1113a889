import type { Endpoint } from 'comlink';

/** One started thread, whatever the platform calls it. Implemented by thread.node.ts and thread.browser.ts (`#thread`). */
export interface Thread {
  readonly endpoint: Endpoint;
  /** Resolves with the reason when the thread has ended or an error has left it unreliable. Never rejects. */
  readonly ended: Promise<unknown>;
  /** True from the first sign of its end on, which `ended` may tell a little later. */
  readonly ending: boolean;
  /** Whether the process is kept alive for it. Nothing to do in a browser. */
  hold(busy: boolean): void;
  terminate(): Promise<void>;
}
