import { UnsupportedFeature } from '../errors.js';
import type { ByteSource } from './byte-source.js';

/** A browser has no paths: a file that the user chose comes as a File. */
export async function openFile(pathOrUrl: string | URL): Promise<ByteSource> {
  throw new UnsupportedFeature(
    `A browser cannot open the path ${pathOrUrl}: pass a File, a Blob or the bytes.`,
    {
      feature: 'paths in a browser',
    },
  );
}
