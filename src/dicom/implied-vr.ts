import type { Dataset } from './dataset.js';
import { dictionaryEntryOf } from './dictionary.js';
import { elementNumberOf, isPrivate, type Tag } from './tag.js';
import { type Vr, valueRepresentationOf } from './value-representation.js';

/**
 * VR of an element that is written without one (PS3.5 A.1) or as UN (6.2.2): the dictionary's. A choice is made as A.1 makes
 * it: `US or SS` by Pixel Representation, those with OW are OW.
 */
export function impliedVr(tag: Tag, dataset: Dataset): Vr {
  if (isPrivate(tag)) {
    const number = elementNumberOf(tag);
    if (number === 0) return 'UL';
    // Private Creator (PS3.5 7.8.1)
    return number >= 0x10 && number <= 0xff ? 'LO' : 'UN';
  }
  const vr = dictionaryEntryOf(tag)?.vr ?? 'UN';
  if (vr === 'xs') return dataset.pixelRepresentation === 1 ? 'SS' : 'US';
  return vr === 'ox' || vr === 'lt' ? 'OW' : valueRepresentationOf(vr).vr;
}
