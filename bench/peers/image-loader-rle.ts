import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { EncodedCase } from '../case.js';
import type { Output } from '../contender.js';
import type { Peer } from './peer.js';

/** The image loader's frame: the decoder leaves its samples on it. */
type ImageFrame = Omit<EncodedCase['attributes'], 'pixelData'> & { pixelData?: Output | undefined };

type DecodeRle = (imageFrame: ImageFrame, pixelData: Uint8Array) => Promise<{ pixelData: Output }>;

/**
 * The image loader's RLE decoder. Its package exports the whole loader only, which wants a browser, and does not mark its
 * files as ES modules; this one imports nothing, so it is taken as text.
 */
export const imageLoaderRle: Peer['load'] = async () => {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('@cornerstonejs/dicom-image-loader/package.json'));
  const text = readFileSync(join(folder, 'dist/esm/shared/decoders/decodeRLE.js'));
  const url = `data:text/javascript;base64,${text.toString('base64')}`;
  const { default: decode } = (await import(url)) as { default: DecodeRle };
  return async ({ bytes, attributes }) =>
    (await decode({ ...attributes, pixelData: undefined }, bytes)).pixelData;
};
