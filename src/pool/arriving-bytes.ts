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

/** Bytes of memory that are taken at once at most: what is not written to costs nothing, but how many come is only a promise. */
const MOST_AT_ONCE = 1 << 26;

/**
 * The encoded bytes of a frame that still comes. They are kept until the frame is done: a worker that dies takes what it has decoded
 * along, and the next one needs all of them. Where there is shared memory they stand in it, and nothing of them is posted.
 */
export class ArrivingBytes {
  readonly number: number;
  readonly byteLength: number;
  #memory: Uint8Array;
  #arrived = 0;
  /** What the last message went up to, and what the worker is known to have. */
  #sent = 0;
  #held = 0;

  constructor(byteLength: number) {
    lastNumber += 1;
    this.number = lastNumber;
    this.byteLength = byteLength;
    this.#memory = memoryOf(Math.min(byteLength, MOST_AT_ONCE));
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
    if (requested > this.#memory.length) {
      const larger = memoryOf(Math.min(this.byteLength, Math.max(requested, 2 * this.#memory.length)));
      larger.set(this.#memory.subarray(0, this.#arrived));
      this.#memory = larger;
    }
    this.#memory.set(chunk, this.#arrived);
    this.#arrived = requested;
  }

  /** All that the worker does not have: in shared memory, or in memory that can be given away. */
  piece(): ArrivedPiece {
    const { buffer } = this.#memory;
    const here = this.#memory.subarray(this.#held, this.#arrived);
    const bytes = buffer instanceof ArrayBuffer ? here.slice() : here;
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

/** Zeros that take no memory until they are written to. */
function memoryOf(length: number): Uint8Array {
  return new Uint8Array(
    typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(length) : new SharedArrayBuffer(length),
  );
}
