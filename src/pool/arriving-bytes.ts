import { LimitExceeded } from '../errors.js';

/** Encoded bytes that follow others of their frame, as they are posted. */
export interface ArrivedPiece {
  /** Number of the frame, the same in all pools. */
  readonly number: number;
  /** Bytes that the frame has at most. */
  readonly byteLength: number;
  /** How many are in front of these: none where the frame begins, or begins again because its worker was lost. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

let lastNumber = 0;

/**
 * The encoded bytes of a frame that still comes. They are kept until the frame is done: a worker that dies takes what it has decoded
 * along, and the next one needs all of them.
 */
export class ArrivingBytes {
  readonly number: number;
  readonly byteLength: number;
  readonly #chunks: Uint8Array[] = [];
  #arrived = 0;
  /** What the last message went up to, and what the worker is known to have. */
  #sent = 0;
  #held = 0;

  constructor(byteLength: number) {
    lastNumber += 1;
    this.number = lastNumber;
    this.byteLength = byteLength;
  }

  /** How many have come. */
  get arrived(): number {
    return this.#arrived;
  }

  /** How many the picture was made of that was asked for last. */
  get shown(): number {
    return this.#sent;
  }

  /**
   * The next ones; they are copied.
   * @throws LimitExceeded for more than were announced
   */
  append(chunk: Uint8Array): void {
    const requested = this.#arrived + chunk.length;
    if (requested > this.byteLength) {
      throw new LimitExceeded(`More than the ${this.byteLength} bytes came that were said to.`, {
        ...{ limit: 'byteLength', allowed: this.byteLength, requested },
      });
    }
    this.#chunks.push(new Uint8Array(chunk));
    this.#arrived = requested;
  }

  /** All that the worker does not have, in memory of its own. */
  piece(): ArrivedPiece {
    const bytes = new Uint8Array(this.#arrived - this.#held);
    // From the last chunk back to those that it has.
    for (let index = this.#chunks.length - 1, end = bytes.length; end > 0; index -= 1) {
      const chunk = this.#chunks[index]!;
      end -= chunk.length;
      bytes.set(chunk, end);
    }
    this.#sent = this.#arrived;
    return { number: this.number, byteLength: this.byteLength, offset: this.#held, bytes };
  }

  /** The worker has what was sent. */
  received(): void {
    this.#held = this.#sent;
  }

  /** The worker has nothing of it. */
  lost(): void {
    this.#held = 0;
  }
}
