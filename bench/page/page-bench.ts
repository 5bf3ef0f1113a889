import type { EncodedCase } from '../case.js';

/** What is measured next: a frame, and who decodes it beside cineloop. */
export interface PageTask extends Pick<EncodedCase, 'attributes' | 'sha256'> {
  /** Where the page fetches the encoded frame from. */
  readonly url: string;
  readonly transferSyntax: string;
  readonly colour: 'stored' | 'rgb';
  /** Names of PAGE_PEERS. */
  readonly peers: readonly string[];
}

/** What the page offers to the process that drives it, as `globalThis.bench`. */
export interface PageBench {
  /** Loads the contenders: cineloop into fresh arrays, into one array, the peers. Gives the hashes of what they decode. */
  prepare(task: PageTask): Promise<string[]>;
  /** Decodes `count` times; milliseconds per decode by the clock. */
  turn(index: number, count: number): Promise<number>;
}
