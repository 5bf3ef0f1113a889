import type { Dataset } from '../dicom/dataset.js';
import { functionalGroupOf } from './functional-groups.js';
import { type LookupTable, lookupTableOf } from './lookup-table.js';
import { isUsable, VOI_LUT_FUNCTIONS, type VoiLutFunction, type Window } from './window.js';

/** What a frame offers to choose from for showing its values of interest (PS3.3 C.11.2), in the order of the dataset. */
interface VoiLuts {
  readonly windows: readonly Window[];
  readonly tables: readonly VoiTable[];
}

/** A table of the VOI LUT Sequence. */
export interface VoiTable extends LookupTable {
  /** LUT Explanation. */
  readonly explanation: string | undefined;
}

const VOI_LUT_SEQUENCE = 0x00283010;
const FRAME_VOI_LUT_SEQUENCE = 0x00289132;
const WINDOW_CENTER = 0x00281050;
const WINDOW_WIDTH = 0x00281051;
const WINDOW_EXPLANATION = 0x00281055;
const VOI_LUT_FUNCTION = 0x00281056;
const LUT_EXPLANATION = 0x00283003;

/**
 * The windows and VOI LUTs of one frame. A window without a usable width is left out.
 * @param signedInput the modality LUT gives negative values too
 * @throws InvalidDataset for a table that is broken
 */
export async function voiLutsOf(dataset: Dataset, frame: number, signedInput: boolean): Promise<VoiLuts> {
  const group = functionalGroupOf(dataset, frame, FRAME_VOI_LUT_SEQUENCE);
  const tables: VoiTable[] = [];
  for (const item of group.items(VOI_LUT_SEQUENCE)) {
    const table = await lookupTableOf(item, signedInput);
    if (table !== undefined) tables.push({ ...table, explanation: item.string(LUT_EXPLANATION) });
  }
  const widths = group.numbers(WINDOW_WIDTH);
  const explanations = group.strings(WINDOW_EXPLANATION);
  const voiLutFunction = functionOf(group.string(VOI_LUT_FUNCTION));
  const windows = group
    .numbers(WINDOW_CENTER)
    .map((center, i) => ({
      center,
      width: widths[i] ?? Number.NaN,
      function: voiLutFunction,
      explanation: explanations[i] || undefined,
    }))
    .filter(isUsable);
  return { windows, tables };
}

/** VOI LUT Function; LINEAR where it is missing or none of the standard's (PS3.3 C.11.2.1.3). */
function functionOf(value: string | undefined): VoiLutFunction {
  const name = value?.toUpperCase();
  return VOI_LUT_FUNCTIONS.find((known) => known === name) ?? 'LINEAR';
}
