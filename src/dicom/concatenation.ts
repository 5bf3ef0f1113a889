import type { Dataset } from './dataset.js';

/** Which part of a concatenation an instance is: its frames go on in other instances (PS3.3 C.7.6.16.2.2.4). */
export interface Concatenation {
  /** (0020,9161): the same in all parts. */
  readonly uid: string;
  /** (0020,9162), from 1 on. */
  readonly number: number | undefined;
  /** (0020,9163): parts in all, where the writer knew. */
  readonly total: number | undefined;
  /** (0020,9228): frames of the concatenation in front of this instance's first. */
  readonly frameOffset: number | undefined;
}

/** The part of a concatenation that the dataset is; undefined where it stands alone. */
export function concatenationOf(dataset: Dataset): Concatenation | undefined {
  const uid = dataset.string('ConcatenationUID');
  if (uid === undefined) return undefined;
  return {
    uid,
    number: dataset.number('InConcatenationNumber'),
    total: dataset.number('InConcatenationTotalNumber'),
    frameOffset: dataset.number('ConcatenationFrameOffsetNumber'),
  };
}
