import type { Dataset } from '../dicom/dataset.js';
import { type ModalityLut, modalityFunction, modalityLutOf } from './modality-lut.js';
import { type Palette, paletteOf } from './palette.js';
import { type VoiTable, voiLutsOf } from './voi-lut.js';
import type { Window } from './window.js';

/** What the dataset says of how a frame is to be shown, as plain data: it can be posted to a worker. */
export interface DisplayParameters {
  readonly modalityLut: ModalityLut;
  /** Windows to choose from, in the order of the dataset; the first is the default. */
  readonly windows: readonly Window[];
  /** VOI LUTs to choose from, in the order of the dataset; without windows, the first is the default. */
  readonly voiTables: readonly VoiTable[];
  /** Presentation LUT Shape is INVERSE (PS3.3 C.11.6). */
  readonly inverse: boolean;
  /** The palette of a PALETTE COLOR image, or the supplemental one of a gray image (PS3.3 C.7.6.19). */
  readonly palette: Palette | undefined;
  /** The palette belongs to a gray image that is to be shown in colour where it maps (Pixel Presentation, PS3.3 C.8.16.2.1.2). */
  readonly supplemental: boolean;
  /**
   * Stored values that only fill up the image (Pixel Padding Value, Pixel Padding Range Limit, PS3.3 C.7.5.1.1.2). They
   * are shown like others; only a window that is made from the frame's range leaves them out.
   */
  readonly padding: { readonly from: number; readonly to: number } | undefined;
}

const PHOTOMETRIC_INTERPRETATION = 0x00280004;
const BITS_STORED = 0x00280101;
const PIXEL_REPRESENTATION = 0x00280103;
const PIXEL_PADDING_VALUE = 0x00280120;
const PIXEL_PADDING_RANGE_LIMIT = 0x00280121;
const PIXEL_PRESENTATION = 0x00089205;
const PRESENTATION_LUT_SHAPE = 0x20500020;

/**
 * Reads how one frame is to be shown.
 * @param frame counted from 0
 * @throws InvalidDataset for a lookup table or a palette that is broken
 */
export async function displayParametersOf(dataset: Dataset, frame: number): Promise<DisplayParameters> {
  const signed = dataset.number(PIXEL_REPRESENTATION) === 1;
  const modalityLut = await modalityLutOf(dataset, frame, signed);
  const { windows, tables } = await voiLutsOf(dataset, frame, givesNegative(modalityLut, dataset, signed));
  const isPaletteColor = dataset.string(PHOTOMETRIC_INTERPRETATION)?.toUpperCase() === 'PALETTE COLOR';
  const presentation = dataset.string(PIXEL_PRESENTATION)?.toUpperCase();
  const supplemental = !isPaletteColor && (presentation === 'COLOR' || presentation === 'MIXED');
  return {
    modalityLut,
    windows,
    voiTables: tables,
    inverse: dataset.string(PRESENTATION_LUT_SHAPE)?.toUpperCase() === 'INVERSE',
    palette: isPaletteColor || supplemental ? await paletteOf(dataset, signed) : undefined,
    supplemental,
    padding: paddingOf(dataset, signed),
  };
}

/** Whether the input of the VOI LUT can be negative, so that its first value mapped is signed (PS3.3 C.11.2.1.1). */
function givesNegative(lut: ModalityLut, dataset: Dataset, signed: boolean): boolean {
  if (lut.kind === 'table') return false;
  const range = 2 ** (dataset.number(BITS_STORED) ?? 16);
  const ends = signed ? [-range / 2, range / 2 - 1] : [0, range - 1];
  const modality = modalityFunction(lut);
  return ends.some((stored) => modality(stored) < 0);
}

function paddingOf(dataset: Dataset, signed: boolean): DisplayParameters['padding'] {
  const value = dataset.number(PIXEL_PADDING_VALUE);
  if (value === undefined) return undefined;
  const limit = dataset.number(PIXEL_PADDING_RANGE_LIMIT) ?? value;
  // The VR in the file may be the wrong one of US and SS; Pixel Representation decides.
  const [a, b] = [value, limit].map((word) => (signed && word > 0x7fff ? word - 0x10000 : word)) as [
    number,
    number,
  ];
  return { from: Math.min(a, b), to: Math.max(a, b) };
}
