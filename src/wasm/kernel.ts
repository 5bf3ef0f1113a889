import { InvalidBitstream, LimitExceeded, TruncatedData, WorkerFailure } from '../errors.js';
import type { Limits } from '../limits.js';
import { mayHold } from './held-memory.js';
import { KernelInstance } from './kernel-instance.js';
import { moduleOf } from './modules.js';
import { DONE, errorOf, type Failure, MORE } from './status.js';
import { BorderExchange, type StripBorders } from './strip-borders.js';

/** How one frame is to be decoded. */
export interface KernelOptions {
  readonly limits: Limits;
  /** Called between two steps, a few milliseconds apart; what it throws gives the frame up. */
  checkpoint?: (() => void) | undefined;
  /**
   * Where it is given, a frame that is cut off is no failure if the kernel hands out all of it all the same, or what there is from
   * the top and how much of that is whole: the rest is 0 then. Called with the rows from the top that are whole.
   */
  onTruncated?(goodRows: number): void;
  /** Of a strip whose neighbours are decoded at the same time; the kernel's parameters say so as well. */
  readonly borders?: StripBorders | undefined;
  /** For tests: all memory that the kernel takes starts out as junk, so that nothing can rely on zeros. */
  readonly junk?: boolean;
}

/** Given the header of a frame and the parameters that the kernel reads later, gives the memory to fill. */
type OnHeader = (header: Int32Array, parameters: Int32Array) => Uint8Array;

/** The last one of the parameters is the arena's limit; those in front of it are the kernel's own. */
const PAGES_ALLOWED = 15;
const PAGE = 65536;
const JUNK = 0xa5;
/** Memory that is made junk in front of a frame, beyond its input. */
const JUNK_BYTES = 8 << 20;

/** The kernel of that name, its module loaded and compiled. */
export async function loadKernel(name: string): Promise<Kernel> {
  return new Kernel(name, await moduleOf(name));
}

/** Gives the kernel of that name: loaded when it is first asked for, for codecs that seldom need it. */
export function kernelWhenNeeded(name: string): () => Promise<Kernel> {
  let kernel: Promise<Kernel> | undefined;
  return () => {
    kernel ??= loadKernel(name).catch((error: unknown) => {
      kernel = undefined;
      throw error;
    });
    return kernel;
  };
}

/**
 * The one host of our frame kernels: carries bytes in and strips out, and turns what goes wrong into errors. One frame at
 * a time. The instance is kept from frame to frame and replaced when it trapped or the hosts of
 * the thread hold too much memory.
 */
export class Kernel {
  readonly name: string;
  readonly #module: WebAssembly.Module;
  #kept: KernelInstance | undefined;
  #pieces: Pieces | undefined;

  constructor(name: string, module: WebAssembly.Module) {
    this.name = name;
    this.#module = module;
  }

  /** A host of the same kernel with an instance of its own. */
  another(): Kernel {
    return new Kernel(this.name, this.#module);
  }

  /** Lets the instance and its memory go. The next frame makes another one. */
  close(): void {
    this.#pieces = undefined;
    this.#kept = undefined;
    mayHold(this, 0, 0);
  }

  /** Bytes of WebAssembly memory held for the next frame. */
  get heldBytes(): number {
    return this.#kept?.views.bytes.length ?? 0;
  }

  /**
   * Decodes one frame.
   * @param bytes the encoded frame; only read
   * @param parameters up to 15 integers, meaning by kernel (its `frame.ts`)
   * @param onHeader given the 16 integers of the header, gives the memory to fill: as many bytes as the kernel hands
   *   out, no more and no less. What it throws goes through to the caller. It may write to the parameters that the kernel
   *   reads later
   * @returns the header
   * @throws InvalidBitstream, TruncatedData, UnsupportedFeature as the kernel's status says, or when the kernel trapped
   * @throws LimitExceeded when the scratch memory is more than `limits` allow: `memoryBytes`, and four bytes for each
   *   byte of the largest frame
   * @throws what `checkpoint` throws
   */
  decode(
    bytes: Uint8Array,
    parameters: readonly number[],
    onHeader: OnHeader,
    options: KernelOptions,
  ): Int32Array {
    return this.#guard(options, (kernel) => {
      const input = place(kernel, bytes.length, parameters, options);
      kernel.views.bytes.set(bytes, input);
      return this.#run(kernel, onHeader, options);
    });
  }

  /**
   * Begins a frame whose bytes come in pieces, `byteLength` of them at most: `append` them, and ask for a `picture` of what has come as
   * often as wanted. Until it is closed the kernel decodes no other frame.
   * @param parameters as for `decode`, and such that the kernel keeps what it decodes from picture to picture
   * @throws LimitExceeded as `decode` does
   */
  expect(byteLength: number, parameters: readonly number[], options: KernelOptions): void {
    try {
      const kernel = this.#instance();
      this.#pieces = { input: place(kernel, byteLength, parameters, options), byteLength, arrived: 0 };
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** @throws LimitExceeded for more bytes than were expected */
  append(bytes: Uint8Array): void {
    const [kernel, pieces] = this.#expecting();
    const requested = pieces.arrived + bytes.length;
    if (requested > pieces.byteLength) {
      throw new LimitExceeded(`more than the ${pieces.byteLength} bytes came that were said to`, {
        ...{ limit: 'byteLength', allowed: pieces.byteLength, requested },
      });
    }
    kernel.views.bytes.set(bytes, pieces.input + pieces.arrived);
    pieces.arrived += bytes.length;
  }

  /** Decodes the bytes that have come; parameters and errors as for `decode`. */
  picture(onHeader: OnHeader, options: KernelOptions): Int32Array {
    const [kernel, { arrived }] = this.#expecting();
    return this.#guard(options, () => {
      kernel.functions.arrived?.(arrived);
      return this.#run(kernel, onHeader, options);
    });
  }

  #expecting(): [KernelInstance, Pieces] {
    if (this.#kept === undefined || this.#pieces === undefined) {
      throw new WorkerFailure(`the kernel ${this.name} expects no bytes`);
    }
    return [this.#kept, this.#pieces];
  }

  #run(kernel: KernelInstance, onHeader: OnHeader, options: KernelOptions): Int32Array {
    const { open, step } = kernel.functions;
    check(kernel, guarded(open));
    const header = kernel.views.header.slice();
    const target = onHeader(header, kernel.views.parameters);
    const borders = options.borders && new BorderExchange(options.borders);
    let filled = 0;
    let end = 0; // of the strips so far: where it is as much as was filled, they have no gap
    for (let status = MORE; status !== DONE; ) {
      options.checkpoint?.();
      borders?.take(kernel.views);
      kernel.views.strip.fill(0);
      try {
        status = check(kernel, guarded(step));
      } catch (error) {
        if (options.onTruncated === undefined || !(error instanceof TruncatedData)) throw error;
        const isUsable = filled === target.length || (filled === end && error.goodRows !== undefined);
        if (!isUsable) throw error;
        target.fill(0, filled);
        options.onTruncated(error.goodRows ?? 0);
        return header;
      }
      filled += copyStrip(kernel, target);
      if (filled > 0) borders?.give(kernel.views);
      end = Math.max(end, endOfStrip(kernel));
    }
    if (filled !== target.length) {
      throw new WorkerFailure(`the kernel ${this.name} handed out ${filled} of ${target.length} bytes`);
    }
    return header;
  }

  /** Works on the instance, and drops it when it has trapped or grown too large. */
  #guard<Result>(options: KernelOptions, work: (kernel: KernelInstance) => Result): Result {
    try {
      return work(this.#instance());
    } catch (error) {
      if (error instanceof Trap) {
        this.#kept = undefined;
        throw new InvalidBitstream(`the kernel ${this.name} gave up on these bytes`, { cause: error.cause });
      }
      if (error instanceof WorkerFailure) this.#kept = undefined;
      throw error;
    } finally {
      const pieces = this.#pieces !== undefined;
      if (!pieces && !mayHold(this, this.heldBytes, options.limits.memoryBytes)) this.#kept = undefined;
    }
  }

  #instance(): KernelInstance {
    this.#kept ??= new KernelInstance(this.#module);
    return this.#kept;
  }
}

/** A frame whose bytes come in pieces: where they go, how many they are at most, how many have come. */
interface Pieces {
  readonly input: number;
  readonly byteLength: number;
  arrived: number;
}

/** A kernel that trapped: its memory cannot be trusted any more. */
class Trap extends Error {}

function guarded(call: () => number): number {
  try {
    return call();
  } catch (cause) {
    throw new Trap('trap', { cause });
  }
}

/** Begins a frame and returns the address for its input. */
function place(
  kernel: KernelInstance,
  length: number,
  parameters: readonly number[],
  { limits, junk }: KernelOptions,
): number {
  const allowed = limits.memoryBytes + 4 * limits.frameBytes;
  const block = kernel.views.parameters;
  for (let index = 0; index < PAGES_ALLOWED; index += 1) block[index] = parameters[index] ?? 0;
  block[PAGES_ALLOWED] = Math.min(Math.ceil(allowed / PAGE), PAGE - 1);
  const { begin } = kernel.functions;
  if (junk) {
    const start = begin(length + JUNK_BYTES);
    if (start !== 0) kernel.views.bytes.fill(JUNK, start);
  }
  const input = length < 2 ** 31 ? begin(length) : 0;
  if (input === 0) {
    throw new LimitExceeded(`an encoded frame of ${length} bytes does not fit in a kernel's memory`, {
      limit: 'memoryBytes',
      allowed,
      requested: length,
    });
  }
  return input >>> 0;
}

/** Passes Done and More on, throws what any other status means. */
function check(kernel: KernelInstance, status: number): number {
  if (status === DONE || status === MORE) return status;
  const { failure: block, parameters } = kernel.views;
  const known = (index: number) => (block[index] === -1 ? undefined : block[index]);
  const failure: Failure = {
    offset: known(0),
    detail: known(1),
    goodRows: known(2),
    memoryAllowed: parameters[PAGES_ALLOWED] * PAGE,
  };
  throw errorOf(status, failure);
}

/** Offset in the output behind the last strip; 0 where there was none. */
function endOfStrip(kernel: KernelInstance): number {
  const { strip } = kernel.views;
  return strip[1] + strip[2];
}

/** Copies what the last step finished to its place and returns how many bytes that was. */
function copyStrip(kernel: KernelInstance, target: Uint8Array): number {
  const { bytes, strip } = kernel.views;
  const [address, offset, count] = strip;
  if (count === 0) return 0;
  if (address + count > bytes.length || offset + count > target.length) {
    throw new WorkerFailure(`the kernel handed out ${count} bytes for offset ${offset} of ${target.length}`);
  }
  target.set(new Uint8Array(bytes.buffer, address, count), offset);
  return count;
}
