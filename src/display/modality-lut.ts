import type { Dataset } from '../dicom/dataset.js';
import { functionalGroupOf } from './functional-groups.js';
import { type LookupTable, lookUp, lookupTableOf } from './lookup-table.js';

/** Stored values to values of the modality: Hounsfield units, optical density (PS3.3 C.11.1, C.7.6.16.2.9). */
export type ModalityLut =
  | { readonly kind: 'rescale'; readonly slope: number; readonly intercept: number }
  | { readonly kind: 'table'; readonly table: LookupTable };

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
  const table = item && (await lookupTableOf(item, signed));
  if (table !== undefined) return { kind: 'table', table };
  const group = functionalGroupOf(dataset, frame, PIXEL_VALUE_TRANSFORMATION_SEQUENCE);
  const slope = group.number(RESCALE_SLOPE);
  const intercept = group.number(RESCALE_INTERCEPT);
  return {
    kind: 'rescale',
    slope: slope !== undefined && Number.isFinite(slope) && slope !== 0 ? slope : 1,
    intercept: intercept !== undefined && Number.isFinite(intercept) ? intercept : 0,
  };
}

/** Stored value -> the modality's value. */
export function modalityFunction(lut: ModalityLut): (stored: number) => number {
  if (lut.kind === 'table') return (stored) => lookUp(lut.table, stored);
  const { slope, intercept } = lut;
  return (stored) => slope * stored + intercept;
}
