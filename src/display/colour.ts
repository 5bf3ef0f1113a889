import { MissingAttribute, UnsupportedFeature } from '../errors.js';
import type { IndexArray, Samples } from '../wasm/samples.js';
import type { Palette } from './palette.js';
import { paletteTable } from './palette-table.js';
import type { SampleArray } from './renderable-frame.js';

/** What has to be known of samples to make RGB of them. */
interface ColourSamples {
  readonly photometricInterpretation: string;
  readonly samplesPerPixel: number;
  readonly bitsStored: number;
  readonly signed: boolean;
  /** Bytes of an integer sample; undefined for floating point. */
  readonly bytesPerSample: 1 | 2 | 4 | 8 | undefined;
}

/** A conversion of stored samples to RGB (PS3.3 C.7.6.3.1.2): three unsigned samples per pixel, colour by pixel. */
export interface ColourConversion {
  readonly bytesPerSample: 1 | 2;
  readonly bitsStored: number;
  /** Type and length stay, and source and target may be the same array. */
  readonly inPlace: boolean;
  convert(samples: Samples, source: SampleArray, target: SampleArray): void;
}

/**
 * How samples become RGB; undefined where they are RGB or gray, and stay as they are.
 * @throws UnsupportedFeature for an interpretation or a width that no conversion is known for
 * @throws MissingAttribute for PALETTE COLOR without a palette
 */
export function conversionToRgb(
  from: ColourSamples,
  palette: Palette | undefined,
): ColourConversion | undefined {
  switch (from.photometricInterpretation) {
    case 'RGB':
    case 'MONOCHROME1':
    case 'MONOCHROME2':
      return undefined;
    case 'PALETTE COLOR':
      return fromPalette(from, palette);
    case 'YBR_FULL':
      return fromYbrFull(from);
    case 'YBR_PARTIAL_422':
    case 'YBR_PARTIAL_420':
      return fromYbrPartial(from);
    default:
      throw unsupported(from);
  }
}

function unsupported({
  photometricInterpretation,
  samplesPerPixel,
  bitsStored,
}: ColourSamples): UnsupportedFeature {
  const feature = `${photometricInterpretation} with ${samplesPerPixel} samples of ${bitsStored} bits per pixel`;
  return new UnsupportedFeature(`${feature} cannot be converted to RGB; the stored samples can be had.`, {
    feature: `${feature} to RGB`,
    clause: 'PS3.3 C.7.6.3.1.2',
  });
}

function fromYbrFull(from: ColourSamples): ColourConversion {
  const { samplesPerPixel, bytesPerSample, bitsStored, signed } = from;
  if (samplesPerPixel !== 3 || signed || bitsStored < 8) throw unsupported(from);
  if (bytesPerSample === 1) {
    return {
      bytesPerSample,
      bitsStored,
      inPlace: true,
      convert: (samples, source, target) => samples.ybrFullToRgb(source as Uint8Array, target as Uint8Array),
    };
  }
  if (bytesPerSample !== 2 || bitsStored > 16) throw unsupported(from);
  return {
    bytesPerSample,
    bitsStored,
    inPlace: true,
    convert(samples, source, target) {
      if (bitsStored > 8) {
        samples.ybrFullToRgb(source as Uint16Array, target as Uint16Array, bitsStored);
        return;
      }
      const bytes = Uint8Array.from(source as Uint16Array);
      samples.ybrFullToRgb(bytes, bytes);
      (target as Uint16Array).set(bytes);
    },
  };
}

function fromYbrPartial(from: ColourSamples): ColourConversion {
  const { samplesPerPixel, bytesPerSample, bitsStored, signed } = from;
  if (samplesPerPixel !== 3 || bytesPerSample !== 1 || bitsStored !== 8 || signed) throw unsupported(from);
  return {
    bytesPerSample,
    bitsStored,
    inPlace: true,
    convert: (samples, source, target) => samples.ybrPartialToRgb(source as Uint8Array, target as Uint8Array),
  };
}

function fromPalette(from: ColourSamples, palette: Palette | undefined): ColourConversion {
  const { samplesPerPixel, bytesPerSample, signed } = from;
  if (palette === undefined) throw missingPalette();
  if (samplesPerPixel !== 1 || (bytesPerSample !== 1 && bytesPerSample !== 2)) throw unsupported(from);
  return {
    bytesPerSample: palette.bits === 8 ? 1 : 2,
    bitsStored: palette.bits,
    inPlace: false,
    convert(samples, source, target) {
      const table = paletteTable(palette, bytesPerSample, signed);
      if (table instanceof Uint8Array)
        samples.paletteToRgb(source as IndexArray, table, target as Uint8Array);
      else samples.paletteToRgb(source as IndexArray, table, target as Uint16Array);
    },
  };
}

/** PALETTE COLOR has no colours without its palette. */
export function missingPalette(): MissingAttribute {
  return new MissingAttribute('PALETTE COLOR needs its Red, Green and Blue Palette Color Lookup Tables.', {
    element: '00281201',
    clause: 'PS3.3 C.7.6.3.1.6',
  });
}
