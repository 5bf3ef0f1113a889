import { type FileHandle, open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { InvalidDataset, TruncatedData } from '../errors.js';
import type { ByteSource, SourceHandle } from './byte-source.js';

/** What the usual failures mean, in the words of someone who named a file. */
const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};

function cannotRead(path: string, cause: unknown): InvalidDataset {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new InvalidDataset(`Cannot read ${path}: ${(code && REASONS[code]) ?? message}.`, { cause });
}

/** A file of Node.js: one handle, positional reads. */
class FileSource implements ByteSource {
  readonly size: number;
  readonly handle: SourceHandle;
  readonly #file: FileHandle;

  constructor(path: string, file: FileHandle, size: number) {
    this.handle = { kind: 'file', path };
    this.#file = file;
    this.size = size;
  }

  async read(offset: number, length: number, memory?: ArrayBuffer): Promise<Uint8Array> {
    const wanted = Math.max(0, Math.min(length, this.size - offset));
    const fits = memory !== undefined && memory.byteLength >= wanted;
    // Not from Buffer's pool: the caller may transfer what it gets.
    const bytes = fits ? new Uint8Array(memory, 0, wanted) : new Uint8Array(wanted);
    let filled = 0;
    try {
      // One read may return less than it was asked for; 0 bytes mean the end.
      while (filled < wanted) {
        const { bytesRead } = await this.#file.read(bytes, filled, wanted - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
    } catch (cause) {
      throw cannotRead((this.handle as { path: string }).path, cause);
    }
    if (filled < wanted) {
      throw new TruncatedData('The file became shorter while it was open.', { offset: offset + filled });
    }
    return bytes;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/**
 * Opens a file by its path or file: URL.
 * @throws InvalidDataset with one sentence where there is none, or none that can be read
 */
export async function openFile(pathOrUrl: string | URL): Promise<ByteSource> {
  let path = String(pathOrUrl);
  try {
    if (path.startsWith('file:')) path = fileURLToPath(path);
    const file = await open(path, 'r');
    try {
      const stat = await file.stat();
      if (stat.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
      // A pipe or a device has no size and no positions.
      if (!stat.isFile()) throw new Error('it is no regular file');
      return new FileSource(path, file, stat.size);
    } catch (cause) {
      await file.close();
      throw cause;
    }
  } catch (cause) {
    throw cannotRead(path, cause);
  }
}
