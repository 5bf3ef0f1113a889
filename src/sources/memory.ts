import type { ByteSource } from './byte-source.js';

/** Bytes in memory. Reads are views, never copies. */
export class MemorySource implements ByteSource {
  readonly size: number;
  readonly handle = undefined;
  readonly #bytes: Uint8Array;

  constructor(memory: ArrayBuffer | SharedArrayBuffer | ArrayBufferView) {
    this.#bytes = ArrayBuffer.isView(memory)
      ? new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength)
      : new Uint8Array(memory);
    this.size = this.#bytes.byteLength;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    return this.#bytes.subarray(offset, offset + length);
  }

  /** Nothing is open: the memory is the caller's. */
  async close(): Promise<void> {}
}
