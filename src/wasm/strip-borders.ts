/**
 * Memory between neighbouring strips of a frame that several threads decode. What both need of the codestream, the lower one decodes first
 * of all and hands over; the upper one, which needs it last of all, decodes it itself where it has not come by then.
 */
export interface StripBorders {
  /** Shared with the strip above; absent where this is the first. */
  readonly above?: SharedArrayBuffer | undefined;
  /** Shared with the strip below; absent where this is the last. */
  readonly below?: SharedArrayBuffer | undefined;
}

/** Bytes in front of what is handed over; the first four say how much there is, 0 where it has not come. */
const HEAD = 16;

/** Memory for the border of two strips, with room for `bytes`; what lay there for an earlier frame is forgotten. */
export function emptyBorder(bytes: number, spent?: SharedArrayBuffer): SharedArrayBuffer {
  const enough = spent !== undefined && spent.byteLength >= HEAD + bytes;
  const memory = enough ? spent : new SharedArrayBuffer(HEAD + bytes);
  Atomics.store(lengthOf(memory), 0, 0);
  return memory;
}

/** A kernel's memory, and where in it borders are: what is given, what is wanted (0: nowhere), the bytes of either. */
interface KernelViews {
  readonly bytes: Uint8Array;
  readonly border: Uint32Array | undefined;
}

/** Carries what is handed over between a kernel and its neighbours: each way once. */
export class BorderExchange {
  #above: SharedArrayBuffer | undefined;
  #below: SharedArrayBuffer | undefined;

  constructor({ above, below }: StripBorders) {
    this.#above = above;
    this.#below = below;
  }

  /** Hands over to the strip above. To be called when the kernel has decoded its first rows. */
  give({ bytes, border }: KernelViews): void {
    if (this.#above === undefined || border === undefined) return;
    const [address, , length] = border as unknown as [number, number, number];
    if (address !== 0 && HEAD + length <= this.#above.byteLength) {
      new Uint8Array(this.#above, HEAD).set(bytes.subarray(address, address + length));
      Atomics.store(lengthOf(this.#above), 0, length);
    }
    this.#above = undefined;
  }

  /** Gives the kernel what has come from the strip below. To be called before each step. */
  take({ bytes, border }: KernelViews): void {
    if (this.#below === undefined || border === undefined) return;
    const [, address, length] = border as unknown as [number, number, number];
    const arrived = Atomics.load(lengthOf(this.#below), 0);
    if (arrived === 0 || address === 0) return;
    if (arrived === length) bytes.set(new Uint8Array(this.#below, HEAD, length), address);
    this.#below = undefined;
  }
}

function lengthOf(memory: SharedArrayBuffer): Int32Array {
  return new Int32Array(memory, 0, 1);
}
