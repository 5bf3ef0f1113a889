import type { Dataset } from '../dicom/dataset.js';
import { functionalGroupOf } from './functional-groups.js';
import { type LookupTable, lookUp, lookupTableOf } from './lookup-table.js';

/** Stored values to values of the modality: Hounsfield units, optical density (PS3.3 C.11.1, C.7.6.16.2.9). */
export type ModalityLut =
  | { readonly kind: 'rescale'; readonly slope: number; readonly intercept: number }
  | { readonly kind: 'table'; readonly table: LookupTable };

/** Stored values are the modality's. */
export const IDENTITY: ModalityLut = { kind: 'rescale', slope: 1, intercept: 0 };

const MODALITY_LUT_SEQUENCE = 0x00283000;
const PIXEL_VALUE_TRANSFORMATION_SEQUENCE = 0x00289145;
const RESCALE_INTERCEPT = 0x00281052;
const RESCALE_SLOPE = 0x00281053;

/**
 * The modality LUT of one frame: its table, else Rescale Slope and Intercept. A slope of 0, which would leave nothing of
 * the image, counts as 1.
 * @throws InvalidDataset for a table that is broken
 */
export async function modalityLutOf(dataset: Dataset, frame: number, signed: boolean): Promise<ModalityLut> {
  const item = dataset.items(MODALITY_LUT_SEQUENCE)[0];
  if (item !== undefined) return { kind: 'table', table: await lookupTableOf(item, signed) };
  const group = functionalGroupOf(dataset, frame, PIXEL_VALUE_TRANSFORMATION_SEQUENCE);
  const slope = group.number(RESCALE_SLOPE);
  const intercept = group.number(RESCALE_INTERCEPT);
  return {
    kind: 'rescale',
    slope: slope !== undefined && Number.isFinite(slope) && slope !== 0 ? slope : 1,
    intercept: intercept !== undefined && Number.isFinite(intercept) ? intercept : 0,
  };
}

/** The modality's value of a stored one. */
export function modalityValue(lut: ModalityLut, stored: number): number {
  return lut.kind === 'table' ? lookUp(lut.table, stored) : lut.slope * stored + lut.intercept;
}
