import { readFileSync } from 'node:fs';
import type { KernelExports } from '../src/wasm/kernel-instance.js';
import type { Extent } from './targets.js';

/** What a kernel answered, and how much of it there was. */
export interface Answer {
  /** The status, or 'too large' where the image is more than is looked at. */
  readonly outcome: number | 'too large';
  readonly steps: number;
  /** Of everything that was handed out, in order, and of the header. */
  readonly checksum: number;
}

const DONE = 0;
const MORE = 1;
const PAGE = 65536;
const CANARY = 0xa5;
/** Pages that a kernel may have, and pages behind them that it must not touch. */
const PAGES = 256;
const GUARD_PAGES = 16;
/** Bytes from the bottom of that on that are filled where that is asked for: more than most streams take. */
const FILLED = 1 << 19;
/** Bytes of an image that is looked at: damage can make it any size. */
const MOST_BYTES = 1 << 21;
/** Steps are of a millisecond or so: more than this for such images is a hang. */
const MOST_STEPS = 100_000;

/**
 * A kernel without its host: every answer is checked here, strip by strip, and the memory behind what it may have is
 * full of canaries, which `checkGuard` looks at.
 */
export class GuardedKernel {
  readonly #kernel: KernelExports;
  readonly #guard: Buffer;
  readonly #canaries: Buffer;
  readonly #extent: Extent;

  constructor(name: string, extent: Extent = ([rows, columns]) => [rows!, columns!]) {
    this.#extent = extent;
    const bytes = readFileSync(new URL(`../dist/kernels/${name}.wasm`, import.meta.url));
    // What `module.ts` of our own kernels exports; WebAssembly has no types to check that by.
    this.#kernel = new WebAssembly.Instance(new WebAssembly.Module(bytes))
      .exports as unknown as KernelExports;
    const { memory } = this.#kernel;
    const missing = PAGES + GUARD_PAGES - memory.buffer.byteLength / PAGE;
    if (missing > 0) memory.grow(missing);
    this.#guard = Buffer.from(memory.buffer, PAGES * PAGE);
    this.#guard.fill(CANARY);
    this.#canaries = Buffer.alloc(this.#guard.length, CANARY);
  }

  /**
   * Decodes.
   * @param own the kernel's own parameters
   * @param fill what the memory that the kernel takes holds at first; undefined leaves there what the last frame left
   * @throws Error where the kernel does what it must not; whatever it traps with goes through
   */
  decode(bytes: Uint8Array, own: readonly number[], fill?: number): Answer {
    this.#place(bytes, own, fill);
    return this.#picture(own);
  }

  /**
   * Decodes a picture of each of the first `lengths` bytes, as they come.
   * @returns the answer to the last one
   */
  decodeInPieces(bytes: Uint8Array, own: readonly number[], lengths: readonly number[]): Answer {
    const input = this.#place(bytes.subarray(0, 0), own, undefined, bytes.length);
    const target = new Uint8Array(this.#kernel.memory.buffer);
    let answer: Answer | undefined;
    let before = 0;
    for (const length of lengths) {
      target.set(bytes.subarray(before, length), input + before);
      before = length;
      this.#kernel.arrived?.(length);
      answer = this.#picture(own);
    }
    return answer!;
  }

  #place(bytes: Uint8Array, own: readonly number[], fill?: number, length = bytes.length): number {
    const { memory, parameters, begin } = this.#kernel;
    const block = new Int32Array(memory.buffer, parameters.value, 16);
    block.fill(0);
    block.set(own);
    block[15] = PAGES;
    if (fill !== undefined) {
      const base = begin(0);
      new Uint8Array(memory.buffer, base, FILLED).fill(fill);
    }
    const input = begin(length);
    new Uint8Array(memory.buffer).set(bytes, input);
    return input;
  }

  #picture(own: readonly number[]): Answer {
    const { memory, header, strip, open, step } = this.#kernel;
    const status = open();
    const fields = new Int32Array(memory.buffer, header.value, 16);
    const [rows, columns] = this.#extent(fields, own);
    const size = rows * columns * fields[2]! * fields[4]!;
    if (status !== DONE || size === 0) return { outcome: status, steps: 0, checksum: 0 };
    if (size > MOST_BYTES) return { outcome: 'too large', steps: 0, checksum: 0 };
    let checksum = fields.reduce((sum, field) => (Math.imul(sum, 31) + field) | 0, 0);
    let filled = 0;
    const [address, offset, count] = [0, 1, 2].map((index) => (strip.value >> 2) + index) as [
      number,
      number,
      number,
    ];
    const words = new Uint32Array(memory.buffer);
    for (let steps = 1; ; steps++) {
      words.fill(0, address, address + 4);
      const answer = step();
      const handedOut = words[count]!;
      if (handedOut > 0) {
        if (words[offset]! + handedOut > size || words[address]! + handedOut > PAGES * PAGE) {
          throw new Error(`a strip of ${handedOut} bytes for byte ${words[offset]} of ${size}`);
        }
        checksum = (checksum + sumOf(memory.buffer, words[address]!, handedOut, words[offset]!)) | 0;
        filled += handedOut;
      }
      if (answer !== MORE) {
        if (answer === DONE && filled !== size) throw new Error(`${filled} of ${size} bytes handed out`);
        return { outcome: answer, steps, checksum };
      }
      if (steps > MOST_STEPS) throw new Error('it does not come to an end');
    }
  }

  /** @throws Error where something was written behind the memory that the kernel may have */
  checkGuard(): void {
    const { byteLength } = this.#kernel.memory.buffer;
    if (byteLength !== (PAGES + GUARD_PAGES) * PAGE)
      throw new Error(`the memory has grown to ${byteLength} bytes`);
    if (this.#guard.compare(this.#canaries) !== 0)
      throw new Error('it wrote behind the memory that it may have');
  }
}

/** A sum that tells bytes and their places apart well enough. */
function sumOf(buffer: ArrayBuffer, address: number, count: number, offset: number): number {
  const bytes = new Uint8Array(buffer, address, count);
  let sum = offset;
  for (let i = 0; i < count; i++) sum = (Math.imul(sum, 0x01000193) ^ bytes[i]!) | 0;
  return sum;
}
