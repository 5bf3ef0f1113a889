import type { StripCosts } from '../codecs/codec.js';

/** Whole rows of a frame, which one worker decodes. */
export interface Strip {
  /** The first one, counted from 0. */
  readonly row: number;
  readonly rows: number;
}

/** What there is to know of a frame before it is decoded. */
export interface FrameSize {
  readonly rows: number;
  /** Samples in all. */
  readonly samples: number;
  /** Bytes of them, where they must be copied into place; 0 where workers write them there. */
  readonly copied: number;
  /** Bytes of the codestream. */
  readonly encoded: number;
}

/** Milliseconds for the messages and for what each worker reads of the codestream before its own rows. */
const OVERHEAD = 1;

/** Nanoseconds for a byte to be copied into an array of which the memory has not been touched before. */
const COPY = 0.6;

/** The part of its time that a frame takes in strips at most, for strips to be worth the processor time that they cost. */
const WORTHWHILE = 0.8;

/**
 * Divides the rows of a frame into strips that take about the same time. Of neighbours both decode what is between them, so
 * that all but the first have fewer bands of their own. Strips end where the filter does not reach into the next band.
 * @param most strips at most; a frame of few bands gives fewer
 */
export function divide(rows: number, most: number, { bandRows, reach, repeated }: StripCosts): Strip[] {
  const bands = Math.ceil(rows / bandRows);
  const count = Math.max(1, Math.min(most, Math.floor(bands / 2)));
  const share = (rows / bandRows + (count - 1) * repeated) / count;
  const ends = Array.from({ length: count }, (_, strip) =>
    strip === count - 1 ? rows : Math.round((strip + 1) * share - strip * repeated) * bandRows - reach,
  );
  return ends.map((end, strip) => {
    const row = ends[strip - 1] ?? 0;
    return { row, rows: end - row };
  });
}

/** Milliseconds that the frame takes on one worker. */
export function wholeCost({ encoded, samples }: FrameSize, { perByte, perSample }: StripCosts): number {
  return (encoded * perByte + samples * perSample) / 1e6;
}

/** Whether a frame is done so much earlier in these strips that they are worth what they cost. */
export function areWorthwhile(strips: readonly Strip[], size: FrameSize, costs: StripCosts): boolean {
  const whole = wholeCost(size, costs);
  const repeated = costs.repeated * costs.bandRows;
  const most = Math.max(...strips.map(({ row, rows }) => rows + (row === 0 ? 0 : repeated)));
  const divided = (whole * most) / size.rows + OVERHEAD + (size.copied * COPY) / 1e6;
  return divided < WORTHWHILE * whole;
}
