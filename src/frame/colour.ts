import type { Palette } from '../display/palette.js';
import { paletteTable } from '../display/palette-table.js';
import { MissingAttribute, UnsupportedFeature } from '../errors.js';
import type { IndexArray, Samples } from '../wasm/samples.js';
import type { SampleArray } from './decoded-frame.js';
import type { StoredLayout } from './reconcile.js';
import { bytesOf, type SampleType } from './sample-array.js';

/** A conversion of stored samples to RGB (PS3.3 C.7.6.3.1.2): what comes out of it, and how. */
export interface ColourConversion {
  readonly type: SampleType;
  readonly samplesPerPixel: number;
  readonly bitsStored: number;
  /** Source and target may be the same array: the conversion keeps type and length. */
  readonly inPlace: boolean;
  convert(samples: Samples, source: SampleArray, target: SampleArray): void;
}

/**
 * How the samples of a frame become RGB; undefined where they are RGB or gray, and stay as they are.
 * @throws UnsupportedFeature for an interpretation or a width that no conversion is known for
 * @throws MissingAttribute for PALETTE COLOR without a palette
 */
export function conversionToRgb(
  layout: StoredLayout,
  palette: Palette | undefined,
): ColourConversion | undefined {
  const { photometricInterpretation: interpretation, samplesPerPixel } = layout;
  switch (interpretation) {
    case 'RGB':
    case 'MONOCHROME1':
    case 'MONOCHROME2':
      return undefined;
    case 'PALETTE COLOR':
      return fromPalette(layout, palette);
    case 'YBR_FULL':
      if (samplesPerPixel === 3) return fromYbrFull(layout);
      break;
    case 'YBR_PARTIAL_422':
    case 'YBR_PARTIAL_420':
      if (samplesPerPixel === 3) return fromYbrPartial(layout);
      break;
  }
  throw unsupported(layout, `${interpretation} with ${samplesPerPixel} samples per pixel`);
}

function unsupported({ type }: StoredLayout, feature: string): UnsupportedFeature {
  return new UnsupportedFeature(
    `${feature} (${type}) cannot be converted to RGB; its stored samples can be had.`,
    {
      feature: `${feature} to RGB`,
      clause: 'PS3.3 C.7.6.3.1.2',
    },
  );
}

function fromYbrFull(layout: StoredLayout): ColourConversion {
  const { type, stored } = layout;
  const bitsStored = stored?.bits ?? 0;
  const shape = { type, samplesPerPixel: 3, bitsStored, inPlace: true };
  if (type === 'uint8') {
    // The chroma of a narrower sample is centred in the middle of its own range, which only the 16-bit kernel knows.
    if (bitsStored === 8) {
      return {
        ...shape,
        convert: (samples, source, target) =>
          samples.ybrFullToRgb(source as Uint8Array, target as Uint8Array),
      };
    }
  } else if (type === 'uint16' && bitsStored > 8) {
    return {
      ...shape,
      convert: (samples, source, target) =>
        samples.ybrFullToRgb(source as Uint16Array, target as Uint16Array, bitsStored),
    };
  } else if (type === 'uint16' && bitsStored === 8) {
    return {
      ...shape,
      convert: (samples, source, target) => {
        const bytes = Uint8Array.from(source as Uint16Array);
        samples.ybrFullToRgb(bytes, bytes);
        (target as Uint16Array).set(bytes);
      },
    };
  }
  throw unsupported(layout, `YBR_FULL of ${bitsStored} bits`);
}

function fromYbrPartial(layout: StoredLayout): ColourConversion {
  const { type, stored } = layout;
  if (type !== 'uint8' || stored?.bits !== 8) {
    throw unsupported(layout, `${layout.photometricInterpretation} of ${stored?.bits} bits`);
  }
  return {
    type,
    samplesPerPixel: 3,
    bitsStored: 8,
    inPlace: true,
    convert: (samples, source, target) => samples.ybrPartialToRgb(source as Uint8Array, target as Uint8Array),
  };
}

function fromPalette(layout: StoredLayout, palette: Palette | undefined): ColourConversion {
  if (palette === undefined) {
    throw new MissingAttribute('PALETTE COLOR needs the Red, Green and Blue Palette Color Lookup Tables.', {
      element: '00281201',
      clause: 'PS3.3 C.7.6.3.1.6',
    });
  }
  const { type, stored } = layout;
  if (layout.samplesPerPixel !== 1 || stored === undefined || bytesOf(type) > 2) {
    throw unsupported(layout, `PALETTE COLOR with ${layout.samplesPerPixel} samples per pixel`);
  }
  return {
    type: palette.bits === 8 ? 'uint8' : 'uint16',
    samplesPerPixel: 3,
    bitsStored: palette.bits,
    inPlace: false,
    convert(samples, source, target) {
      const table = paletteTable(palette, bytesOf(type) as 1 | 2, stored.signed);
      if (table instanceof Uint8Array)
        samples.paletteToRgb(source as IndexArray, table, target as Uint8Array);
      else samples.paletteToRgb(source as IndexArray, table, target as Uint16Array);
    },
  };
}
