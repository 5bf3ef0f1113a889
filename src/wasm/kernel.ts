import { InvalidBitstream, LimitExceeded, TruncatedData, WorkerFailure } from '../errors.js';
import type { Limits } from '../limits.js';
import { mayHold } from './held-memory.js';
import { moduleOf } from './modules.js';
import { DONE, errorOf, type Failure, MORE } from './status.js';

/** What a kernel exports: see assembly/README.md. */
interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly parameters: WebAssembly.Global<'i32'>;
  readonly header: WebAssembly.Global<'i32'>;
  readonly strip: WebAssembly.Global<'i32'>;
  readonly failure: WebAssembly.Global<'i32'>;
  begin(length: number): number;
  /** Kernels that decode frames whose bytes come in pieces. */
  arrived?(length: number): void;
  open(): number;
  step(): number;
}

/** How one frame is to be decoded. */
export interface KernelOptions {
  readonly limits: Limits;
  /** Called between two steps, a few milliseconds apart; what it throws gives the frame up. */
  checkpoint?(): void;
  /**
   * Where it is given, a frame that is cut off is no failure if the kernel hands out all of it all the same, or what there is from
   * the top and how much of that is whole: the rest is 0 then. Called with the rows from the top that are whole.
   */
  onTruncated?(goodRows: number): void;
  /** For tests: all memory that the kernel takes starts out as junk, so that nothing can rely on zeros. */
  readonly junk?: boolean;
}

/** Given the header of a frame and the parameters that the kernel reads later, gives the memory to fill. */
type OnHeader = (header: Int32Array, parameters: Int32Array) => Uint8Array;

/** Parameters that a kernel has of its own; the last one of the block is the arena's limit. */
const OWN_PARAMETERS = 15;
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
  #exports: KernelExports | undefined;
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
    this.#exports = undefined;
    mayHold(this, 0, 0);
  }

  /** Bytes of WebAssembly memory held for the next frame. */
  get heldBytes(): number {
    return this.#exports?.memory.buffer.byteLength ?? 0;
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
      new Uint8Array(kernel.memory.buffer).set(bytes, input);
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
    new Uint8Array(kernel.memory.buffer).set(bytes, pieces.input + pieces.arrived);
    pieces.arrived += bytes.length;
  }

  /** Decodes the bytes that have come; parameters and errors as for `decode`. */
  picture(onHeader: OnHeader, options: KernelOptions): Int32Array {
    const [kernel, { arrived }] = this.#expecting();
    return this.#guard(options, () => {
      kernel.arrived?.(arrived);
      return this.#run(kernel, onHeader, options);
    });
  }

  #expecting(): [KernelExports, Pieces] {
    if (this.#exports === undefined || this.#pieces === undefined) {
      throw new WorkerFailure(`the kernel ${this.name} expects no bytes`);
    }
    return [this.#exports, this.#pieces];
  }

  #run(kernel: KernelExports, onHeader: OnHeader, options: KernelOptions): Int32Array {
    check(kernel, guarded(kernel.open));
    const header = new Int32Array(kernel.memory.buffer, kernel.header.value, 16).slice();
    const target = onHeader(
      header,
      new Int32Array(kernel.memory.buffer, kernel.parameters.value, OWN_PARAMETERS),
    );
    let filled = 0;
    let end = 0; // of the strips so far: where it is as much as was filled, they have no gap
    for (let status = MORE; status !== DONE; ) {
      options.checkpoint?.();
      new Int32Array(kernel.memory.buffer, kernel.strip.value, 4).fill(0);
      try {
        status = check(kernel, guarded(kernel.step));
      } catch (error) {
        if (options.onTruncated === undefined || !(error instanceof TruncatedData)) throw error;
        const isUsable = filled === target.length || (filled === end && error.goodRows !== undefined);
        if (!isUsable) throw error;
        target.fill(0, filled);
        options.onTruncated(error.goodRows ?? 0);
        return header;
      }
      filled += copyStrip(kernel, target);
      end = Math.max(end, endOfStrip(kernel));
    }
    if (filled !== target.length) {
      throw new WorkerFailure(`the kernel ${this.name} handed out ${filled} of ${target.length} bytes`);
    }
    return header;
  }

  /** Works on the instance, and drops it when it has trapped or grown too large. */
  #guard<Result>(options: KernelOptions, work: (kernel: KernelExports) => Result): Result {
    try {
      return work(this.#instance());
    } catch (error) {
      if (error instanceof Trap) {
        this.#exports = undefined;
        throw new InvalidBitstream(`the kernel ${this.name} gave up on these bytes`, { cause: error.cause });
      }
      if (error instanceof WorkerFailure) this.#exports = undefined;
      throw error;
    } finally {
      const pieces = this.#pieces !== undefined;
      if (!pieces && !mayHold(this, this.heldBytes, options.limits.memoryBytes)) this.#exports = undefined;
    }
  }

  #instance(): KernelExports {
    // The exports are what `module.ts` of our own kernels gives; WebAssembly has no types to check that by.
    this.#exports ??= new WebAssembly.Instance(this.#module).exports as unknown as KernelExports;
    return this.#exports;
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
  kernel: KernelExports,
  length: number,
  parameters: readonly number[],
  { limits, junk }: KernelOptions,
): number {
  const allowed = limits.memoryBytes + 4 * limits.frameBytes;
  const block = new Int32Array(kernel.memory.buffer, kernel.parameters.value, OWN_PARAMETERS + 1);
  block.fill(0);
  block.set(parameters);
  block[OWN_PARAMETERS] = Math.min(Math.ceil(allowed / PAGE), PAGE - 1);
  if (junk) {
    const start = kernel.begin(length + JUNK_BYTES);
    if (start !== 0) new Uint8Array(kernel.memory.buffer).fill(JUNK, start);
  }
  const input = length < 2 ** 31 ? kernel.begin(length) : 0;
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
function check(kernel: KernelExports, status: number): number {
  if (status === DONE || status === MORE) return status;
  const block = new Int32Array(kernel.memory.buffer, kernel.failure.value, 3);
  const known = (index: number) => (block[index] === -1 ? undefined : block[index]);
  const [pages] = new Int32Array(kernel.memory.buffer, kernel.parameters.value + 4 * OWN_PARAMETERS, 1);
  const failure: Failure = {
    offset: known(0),
    detail: known(1),
    goodRows: known(2),
    memoryAllowed: pages * PAGE,
  };
  throw errorOf(status, failure);
}

/** Offset in the output behind the last strip; 0 where there was none. */
function endOfStrip(kernel: KernelExports): number {
  const [, offset, count] = new Uint32Array(kernel.memory.buffer, kernel.strip.value, 3);
  return offset + count;
}

/** Copies what the last step finished to its place and returns how many bytes that was. */
function copyStrip(kernel: KernelExports, target: Uint8Array): number {
  const { buffer } = kernel.memory;
  const [address, offset, count] = new Uint32Array(buffer, kernel.strip.value, 3);
  if (count === 0) return 0;
  if (address + count > buffer.byteLength || offset + count > target.length) {
    throw new WorkerFailure(`the kernel handed out ${count} bytes for offset ${offset} of ${target.length}`);
  }
  target.set(new Uint8Array(buffer, address, count), offset);
  return count;
}
