import type { ByteSource } from './byte-source.js';

/**
 * A window on a source through which headers are parsed: it holds one piece of the source, and moving it costs one read.
 * Pieces grow while parsing goes straight on and start small again after a jump, so that a header costs few reads and
 * nothing much of what is jumped over is read.
 */
export class Window {
  /** The piece there is and where it begins in the source. A piece is never written to again: views on it stay good. */
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  start = 0;
  readonly #source: ByteSource;
  readonly #smallest: number;
  readonly #largest: number;
  #next: number;

  /** @param smallest,largest bytes of a piece: after a jump, and after going straight on for long */
  constructor(source: ByteSource, smallest = 32 << 10, largest = 1 << 20) {
    this.#source = source;
    this.#smallest = smallest;
    this.#largest = largest;
    this.#next = smallest;
  }

  get size(): number {
    return this.#source.size;
  }

  /** Whether `length` bytes from `offset` on are in the window. */
  holds(offset: number, length: number): boolean {
    return offset >= this.start && offset + length <= this.start + this.bytes.length;
  }

  /**
   * Moves the window so that it holds `length` bytes from `offset` on.
   * @returns false where the source ends before them; the window then holds what there is
   */
  async move(offset: number, length: number): Promise<boolean> {
    const wanted = Math.max(0, Math.min(length, this.#source.size - offset));
    if (!this.holds(offset, wanted)) {
      const end = this.start + this.bytes.length;
      const straight = offset >= this.start && offset <= end;
      this.#next = straight ? Math.min(this.#next * 2, this.#largest) : this.#smallest;
      this.bytes = await this.#source.read(offset, Math.max(wanted, this.#next));
      this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
      this.start = offset;
    }
    return this.holds(offset, length);
  }
}
