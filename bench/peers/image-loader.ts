import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  type ImageLoaderJpeg,
  type ImageLoaderRle,
  jpegDecoder,
  rleDecoder,
} from './image-loader-decoders.js';
import type { Peer } from './peer.js';

/**
 * A module of the image loader's. Its package exports the whole loader only, which wants a browser, and does not mark its
 * files as ES modules; those wanted here import nothing, so they are taken as text.
 */
async function moduleIn(path: string): Promise<{ default: unknown }> {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('@cornerstonejs/dicom-image-loader/package.json'));
  const text = readFileSync(join(folder, 'dist/esm', path));
  return import(`data:text/javascript;base64,${text.toString('base64')}`);
}

/** The image loader's decoder of RLE. */
export const imageLoaderRle: Peer['load'] = async () =>
  rleDecoder((await moduleIn('shared/decoders/decodeRLE.js')).default as ImageLoaderRle);

/** The image loader's decoder of JPEG with more than 8 bits. */
export const imageLoaderJpeg: Peer['load'] = async () =>
  jpegDecoder((await moduleIn('codecs/jpeg.js')).default as ImageLoaderJpeg);
