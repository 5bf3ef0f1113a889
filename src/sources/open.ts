import { openFile } from '#file';
import { UnsupportedFeature } from '../errors.js';
import { BlobSource } from './blob.js';
import type { ByteSource, SourceHandle, SourceInput } from './byte-source.js';
import { MemorySource } from './memory.js';

function isByteSource(input: object): input is ByteSource {
  return 'read' in input && typeof input.read === 'function' && 'size' in input;
}

/**
 * Opens what a caller hands in. A ByteSource is returned as it is.
 * @throws InvalidDataset for a file that cannot be read
 * @throws UnsupportedFeature for URLs other than file:, for paths in a browser, and for what is no source at all
 */
export async function openSource(input: SourceInput): Promise<ByteSource> {
  if (typeof input === 'string' || input instanceof URL) {
    // One letter before the colon is a drive of Windows.
    const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(String(input))?.[1]?.toLowerCase();
    if (scheme === undefined || scheme === 'file') return openFile(input);
    throw new UnsupportedFeature(
      `Cannot open ${input}: ${scheme}: addresses are not supported yet. Fetch the bytes and pass them.`,
      { feature: `${scheme}: addresses` },
    );
  }
  if (ArrayBuffer.isView(input) || input instanceof ArrayBuffer) return new MemorySource(input);
  if (typeof SharedArrayBuffer !== 'undefined' && input instanceof SharedArrayBuffer)
    return new MemorySource(input);
  if (typeof Blob !== 'undefined' && input instanceof Blob) return new BlobSource(input);
  if (typeof input === 'object' && input !== null && isByteSource(input)) return input;
  throw new UnsupportedFeature('A source is bytes, a Blob or File, a path, a file: URL or a ByteSource.', {
    feature: 'this kind of source',
  });
}

/** Opens, in a worker, the source that `ByteSource.handle` described. */
export async function openHandle(handle: SourceHandle): Promise<ByteSource> {
  return handle.kind === 'file' ? openFile(handle.path) : new BlobSource(handle.blob);
}
