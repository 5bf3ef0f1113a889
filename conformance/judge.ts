import { CineloopError, type ErrorTag } from 'cineloop';
import type { Case } from './case.js';
import { compare } from './comparison.js';
import type { JudgedDecoder } from './decoder.js';

/** What became of a case. `answered`: samples where no reference says whether they are right. */
export type Result =
  | 'exact'
  | 'within tolerance'
  | 'wrong'
  | 'refused'
  | 'crashed'
  | 'too slow'
  | 'answered'
  | 'not comparable';

export interface Judgement {
  readonly item: Case;
  readonly result: Result;
  /** Engine that decoded, or the tag of the error. */
  readonly by: string;
  readonly detail: string;
  readonly milliseconds: number;
}

/** A bad file may take this long to be refused. */
const MALFORMED_MILLISECONDS = 2000;

/** True where some reference has samples, so that a refusal is a failure and not an answer. */
export const hasReference = (item: Case) => item.references.some((reference) => reference.sha256 !== '');

/** Decodes one case and says what became of it. Never throws. */
export async function judge(decoder: JudgedDecoder, item: Case): Promise<Judgement> {
  const start = performance.now();
  const verdict = (result: Result, by: string, detail: string): Judgement => {
    const milliseconds = performance.now() - start;
    const isLate = !hasReference(item) && milliseconds > MALFORMED_MILLISECONDS;
    return { item, result: isLate ? 'too slow' : result, by, detail, milliseconds };
  };
  try {
    const frame = await decoder.decode(item);
    if (!hasReference(item)) return verdict('answered', frame.engine, `${frame.rows}x${frame.columns}`);
    if (item.component !== undefined && !fitsPlane(item, frame)) {
      return verdict('not comparable', frame.engine, 'one component plane of a subsampled image');
    }
    const { result, detail } = compare(frame, item);
    return verdict(result, frame.engine, detail);
  } catch (error) {
    if (!(error instanceof CineloopError)) return verdict('crashed', 'untagged', String(error));
    const crashes: ErrorTag[] = ['WorkerFailure'];
    const isHang = error.tag === 'LimitExceeded' && error.limit === 'decodeMilliseconds';
    const result = isHang ? 'too slow' : crashes.includes(error.tag) ? 'crashed' : 'refused';
    return verdict(result, error.tag, error.message);
  }
}

/** The reference of a component plane has the plane's own size: comparable where nothing was upsampled. */
function fitsPlane(
  { references: [reference], component }: Case,
  frame: { rows: number; columns: number; samplesPerPixel: number },
) {
  return (
    component !== undefined &&
    component < frame.samplesPerPixel &&
    frame.rows === reference.rows &&
    frame.columns === reference.columns
  );
}
