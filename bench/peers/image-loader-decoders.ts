import type { EncodedCase } from '../case.js';
import type { Output } from '../contender.js';

/** The image loader's frame: the decoder leaves its samples on it. */
type ImageFrame = Omit<EncodedCase['attributes'], 'pixelData'> & { pixelData?: Output | undefined };

export type ImageLoaderRle = (
  imageFrame: ImageFrame,
  pixelData: Uint8Array,
) => Promise<{ pixelData: Output }>;

export function rleDecoder(decode: ImageLoaderRle): (frame: EncodedCase) => Promise<Output> {
  return async ({ bytes, attributes }) =>
    (await decode({ ...attributes, pixelData: undefined }, bytes)).pixelData;
}

export type ImageLoaderJpeg = new () => {
  colorTransform: boolean;
  parse(bytes: Uint8Array): void;
  getData(columns: number, rows: number): Output;
  getData16(columns: number, rows: number): Output;
};

export function jpegDecoder(JpegImage: ImageLoaderJpeg): (frame: EncodedCase) => Output {
  return ({ bytes, attributes: { rows, columns, bitsAllocated } }) => {
    const image = new JpegImage();
    image.parse(bytes);
    image.colorTransform = false;
    return bitsAllocated === 8 ? image.getData(columns, rows) : image.getData16(columns, rows);
  };
}
