import { Dataset } from './dataset.js';
import { DatasetReader } from './dataset-reader.js';
import { Deviations } from './deviations.js';
import { readFragments } from './fragments.js';
import type { Part10 } from './part10.js';

/**
 * The elements behind Pixel Data in fragments, such as Data Set Trailing Padding (FFFC,FFFC), which the library leaves
 * out: to get at them all item headers must be read. Empty where the pixel data are native: there they are in `dataset`.
 * @throws LimitExceeded as `readPart10` does
 */
export async function readTrailingElements(part10: Part10): Promise<Dataset> {
  const { source, pixelData, encoding, limits } = part10;
  const dataset = new Dataset(part10.dataset);
  if (!pixelData || pixelData.length !== undefined) return dataset;
  const fragments = await readFragments(source, pixelData.offset, source.size, limits);
  const reader = new DatasetReader(source, limits, new Deviations());
  await reader.read({ start: fragments.end, end: source.size, encoding, dataset });
  return dataset;
}
