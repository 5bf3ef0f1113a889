import { AttributeMismatch, type ErrorContext, MissingAttribute } from '../errors.js';
import type { Dataset } from './dataset.js';
import { tagOfKeyword } from './dictionary.js';
import { DOUBLE_FLOAT_PIXEL_DATA, FLOAT_PIXEL_DATA, formatTag, PIXEL_DATA } from './tag.js';
import type { TransferSyntax } from './transfer-syntax.js';

/** The attributes of the Image Pixel module that decoding needs, named by their keywords (PS3.3 C.7.6.3). */
export interface ImagePixel {
  /** (0028,0010): rows of the image. */
  readonly rows: number;
  /** (0028,0011): columns of the image. */
  readonly columns: number;
  /** (0028,0002): samples (colour components) per pixel, 1 to 4. */
  readonly samplesPerPixel: number;
  /** (0028,0100): bits that each sample occupies: 1, 8, 16, 24, 32, 40, 64; 12 for packed native data. */
  readonly bitsAllocated: number;
  /** (0028,0101): bits of each sample that are used. */
  readonly bitsStored: number;
  /** (0028,0102): the most significant bit of a sample. */
  readonly highBit: number;
  /** (0028,0103): 0 unsigned, 1 two's complement. */
  readonly pixelRepresentation: 0 | 1;
  /** (0028,0006): 0 colour by pixel, 1 colour by plane. Meaningful for native frames only. */
  readonly planarConfiguration: 0 | 1;
  /** (0028,0004), e.g. `MONOCHROME2`, `YBR_FULL_422`. */
  readonly photometricInterpretation: string;
  /** Which element holds the pixels: integers (7FE0,0010), float (7FE0,0008), double float (7FE0,0009). */
  readonly pixelData: 'integer' | 'float' | 'double';
  /** VR that the pixel data element has or would have; decides what a byte swap covers in big endian (PS3.5 A.3). */
  readonly pixelDataVr: 'OB' | 'OW' | 'OF' | 'OD' | 'UN';
}

/** Samples per pixel that a Photometric Interpretation implies (PS3.3 C.7.6.3.1.2). */
function impliedSamplesPerPixel(photometricInterpretation: string | undefined): number {
  if (photometricInterpretation === undefined) return 1;
  if (/^(RGB|HSV|YBR_.*)$/.test(photometricInterpretation)) return 3;
  return /^(ARGB|CMYK)$/.test(photometricInterpretation) ? 4 : 1;
}

/** Reads numbers of one dataset and knows how to complain about them. */
class Attributes {
  readonly #dataset: Dataset;
  readonly #transferSyntax: TransferSyntax;

  constructor(dataset: Dataset, transferSyntax: TransferSyntax) {
    this.#dataset = dataset;
    this.#transferSyntax = transferSyntax;
  }

  context(keyword: string): ErrorContext {
    return {
      element: formatTag(tagOfKeyword(keyword)!),
      transferSyntax: this.#transferSyntax.uid,
      clause: 'PS3.3 C.7.6.3',
    };
  }

  optional(keyword: string): number | undefined {
    return this.#dataset.number(keyword);
  }

  /** A whole number in a range. */
  integer(keyword: string, least: number, most: number, fallback?: number): number {
    const value = this.optional(keyword) ?? fallback;
    if (value === undefined) {
      throw new MissingAttribute(`The dataset has no ${keyword}.`, this.context(keyword));
    }
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new AttributeMismatch(
        `${keyword} is ${value}; it can be ${least} to ${most}.`,
        this.context(keyword),
      );
    }
    return value;
  }
}

/**
 * The attributes of the Image Pixel module of a dataset. What old or careless writers leave out has a value as common
 * practice takes it: Samples per Pixel follows Photometric Interpretation; Photometric Interpretation is MONOCHROME2, or
 * RGB for three samples; Bits Stored is Bits Allocated; High Bit is Bits Stored - 1; Pixel Representation is 0 (unsigned);
 * Planar Configuration is 0.
 * @throws MissingAttribute for Rows, Columns or Bits Allocated
 * @throws AttributeMismatch for values that no image can have
 */
export function imagePixelOf(dataset: Dataset, transferSyntax: TransferSyntax): ImagePixel {
  const attributes = new Attributes(dataset, transferSyntax);
  const rows = attributes.integer('Rows', 1, 0xffffffff);
  const columns = attributes.integer('Columns', 1, 0xffffffff);
  const named = dataset.string('PhotometricInterpretation')?.toUpperCase();
  const samplesPerPixel = attributes.integer('SamplesPerPixel', 1, 4, impliedSamplesPerPixel(named));
  const bitsAllocated = attributes.integer('BitsAllocated', 1, 64);
  if (bitsAllocated !== 1 && bitsAllocated !== 12 && bitsAllocated % 8 !== 0) {
    throw new AttributeMismatch(
      `BitsAllocated is ${bitsAllocated}; it can be 1, 12 or a multiple of 8.`,
      attributes.context('BitsAllocated'),
    );
  }
  const bitsStored = attributes.integer('BitsStored', 1, bitsAllocated, bitsAllocated);
  // One below Bits Stored - 1 leaves no room for the samples (some writers give that of the values there are, 11, beside 16 bits
  // stored), and one outside of Bits Allocated names no bit. Decoding goes by Bits Stored then, and reports it.
  const highBit = attributes.integer('HighBit', 0, 0xffff, bitsStored - 1);
  const pixelRepresentation = attributes.integer('PixelRepresentation', 0, 1, 0) as 0 | 1;
  const planarConfiguration = attributes.integer('PlanarConfiguration', 0, 1, 0) as 0 | 1;
  return {
    rows,
    columns,
    samplesPerPixel,
    bitsAllocated,
    bitsStored,
    highBit,
    pixelRepresentation,
    planarConfiguration,
    photometricInterpretation: named ?? (samplesPerPixel === 3 ? 'RGB' : 'MONOCHROME2'),
    ...pixelDataOf(dataset, transferSyntax),
  };
}

function pixelDataOf(
  dataset: Dataset,
  transferSyntax: TransferSyntax,
): Pick<ImagePixel, 'pixelData' | 'pixelDataVr'> {
  const element = dataset.element(PIXEL_DATA);
  if (!element && dataset.has(FLOAT_PIXEL_DATA)) return { pixelData: 'float', pixelDataVr: 'OF' };
  if (!element && dataset.has(DOUBLE_FLOAT_PIXEL_DATA)) return { pixelData: 'double', pixelDataVr: 'OD' };
  const vr = element?.vr;
  if (vr === 'OB' || vr === 'OW' || vr === 'UN') return { pixelData: 'integer', pixelDataVr: vr };
  return { pixelData: 'integer', pixelDataVr: transferSyntax.encapsulated ? 'OB' : 'OW' };
}
