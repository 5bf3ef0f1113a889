import { InvalidDataset } from '../errors.js';
import type { ByteSource, SourceHandle } from './byte-source.js';

/** A Blob or a File of a browser: each read takes the slice it needs. */
export class BlobSource implements ByteSource {
  readonly size: number;
  readonly handle: SourceHandle;
  readonly #blob: Blob;

  constructor(blob: Blob) {
    this.#blob = blob;
    this.size = blob.size;
    this.handle = { kind: 'blob', blob };
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    try {
      return new Uint8Array(await this.#blob.slice(offset, offset + length).arrayBuffer());
    } catch (cause) {
      // A File stands for a file on disk: gone or changed since it was chosen.
      throw new InvalidDataset('The Blob cannot be read any more.', { offset, cause });
    }
  }

  async close(): Promise<void> {}
}
