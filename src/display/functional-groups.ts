import type { Dataset } from '../dicom/dataset.js';
import type { Tag } from '../dicom/tag.js';

const SHARED_FUNCTIONAL_GROUPS: Tag = 0x52009229;
const PER_FRAME_FUNCTIONAL_GROUPS: Tag = 0x52009230;

/** Whether frames may differ in what functional groups say of them. */
export function hasPerFrameGroups(dataset: Dataset): boolean {
  return dataset.items(PER_FRAME_FUNCTIONAL_GROUPS).length > 0;
}

/**
 * Where the attributes of a functional group stand for one frame: in the item of the frame's own groups, else in that of
 * the groups shared by all frames, else in the dataset itself, as in images that are not enhanced (PS3.3 C.7.6.16.1).
 * @param frame counted from 0
 */
export function functionalGroupOf(dataset: Dataset, frame: number, sequence: Tag): Dataset {
  const own = dataset.items(PER_FRAME_FUNCTIONAL_GROUPS)[frame]?.items(sequence)[0];
  return own ?? dataset.items(SHARED_FUNCTIONAL_GROUPS)[0]?.items(sequence)[0] ?? dataset;
}
