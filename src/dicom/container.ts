import { LimitExceeded } from '../errors.js';
import type { Limits } from '../limits.js';
import type { ByteRange } from './byte-range.js';
import type { Dataset } from './dataset.js';
import type { Encoding } from './encoding.js';

/** What is being read: a dataset or an item, the items of a sequence, or the fragments of a value (PS3.5 7.5, A.4). */
export interface Container {
  readonly kind: 'dataset' | 'sequence' | 'fragments';
  /** The dataset that elements go to; for the other kinds the one that the sequence or value is in. */
  readonly dataset: Dataset;
  readonly encoding: Encoding;
  /** Where it ends at the latest. */
  readonly end: number;
  /** Ends at a delimiter. */
  readonly undefinedLength: boolean;
  /** Of a sequence; grows as items are read. */
  readonly items?: Dataset[];
  /** Of a value in fragments; grows as they are found. */
  readonly fragments?: ByteRange[];
}

/** The containers that are open, the outermost first. */
export class ContainerStack {
  readonly #containers: Container[];
  readonly #limits: Limits;
  #depth = 0;

  constructor(root: Container, limits: Limits) {
    this.#containers = [root];
    this.#limits = limits;
  }

  /** Containers that are open; 0 when the dataset is closed. */
  get size(): number {
    return this.#containers.length;
  }

  get top(): Container {
    return this.#containers[this.#containers.length - 1]!;
  }

  /** The container around the top one. */
  get around(): Container | undefined {
    return this.#containers[this.#containers.length - 2];
  }

  /** @throws LimitExceeded where sequences are nested too deeply */
  push(container: Container, offset: number): void {
    this.#containers.push(container);
    if (container.kind !== 'dataset') this.#depth += 1;
    if (this.#depth <= this.#limits.nesting) return;
    throw new LimitExceeded(`Sequences are nested more than ${this.#limits.nesting} deep.`, {
      limit: 'nesting',
      allowed: this.#limits.nesting,
      requested: this.#depth,
      offset,
    });
  }

  pop(): Container {
    const container = this.#containers.pop()!;
    if (container.kind !== 'dataset') this.#depth -= 1;
    return container;
  }

  /** Closes the innermost container of known length and what is in it; returns it. */
  popKnownLength(): Container {
    while (this.size > 1 && this.top.undefinedLength) this.pop();
    return this.pop();
  }
}
