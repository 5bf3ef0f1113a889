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
  /** Bytes of the codestream. */
  readonly encoded: number;
  /** Bytes of the samples. */
  readonly bytes: number;
  /**
   * Where they go. `fresh`: memory that the worker of the first strip makes for the whole frame, and the other strips are copied to;
   * `reused`: all strips are copied into the caller's array; `shared`: workers write there.
   */
  readonly output: 'fresh' | 'reused' | 'shared';
}

/** Milliseconds for the messages and for what each worker reads of the codestream before its own rows. */
const OVERHEAD = 1;

/** Nanoseconds for a byte of memory to be touched for the first time, and for one to be copied to where that has been done. */
const TOUCH = 0.6;
const COPY = 0.12;

/** Halvings of the time of a frame by which that of its strips is found: to less than a thousandth. */
const HALVINGS = 12;

/** The part of its time that a frame takes in strips at most, for strips to be worth the processor time that they cost. */
const WORTHWHILE = 0.8;

/**
 * Divides the rows of a frame into strips so that the longest takes as little time as can be. Neighbours both decode what is between
 * them; the first has the memory of the frame to touch where that is fresh, and is shorter for it.
 * @param most strips at most; a frame of few bands gives fewer
 */
export function divide(size: FrameSize, most: number, costs: StripCosts): Strip[] {
  const { rows } = size;
  const { bandRows, border } = costs;
  const bands = Math.max(1, Math.ceil((rows - Math.max(border, 0)) / bandRows));
  const count = Math.max(1, Math.min(most, Math.floor(bands / 2)));
  const borderOf = (band: number) => (band === 0 ? 0 : band === bands ? rows : band * bandRows + border);

  /** Each strip as long as so many milliseconds allow, with a band at least, and one for each strip that follows. */
  const stripsWithin = (milliseconds: number): Strip[] => {
    let end = 0;
    return Array.from({ length: count }, (_, index) => {
      const row = borderOf(end);
      const last = bands - (count - 1 - index);
      const fits = (band: number) =>
        stripCost({ row, rows: borderOf(band) - row }, size, costs) <= milliseconds;
      end += 1;
      while (end < last && (index === count - 1 || fits(end + 1))) end += 1;
      return { row, rows: borderOf(end) - row };
    });
  };

  let least = 0;
  let enough = stripCost({ row: 0, rows }, size, costs);
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (least + enough) / 2;
    if (longest(stripsWithin(middle), size, costs) <= middle) enough = middle;
    else least = middle;
  }
  return stripsWithin(enough);
}

/** Milliseconds that the frame takes on one worker, the memory of its samples aside. */
export function wholeCost({ encoded, samples }: FrameSize, { perByte, perSample }: StripCosts): number {
  return (encoded * perByte + samples * perSample) / 1e6;
}

/** Whether a frame is done so much earlier in these strips that they are worth what they cost. */
export function areWorthwhile(strips: readonly Strip[], size: FrameSize, costs: StripCosts): boolean {
  const whole = stripCost({ row: 0, rows: size.rows }, size, costs);
  const copied = { fresh: 1 - strips[0]!.rows / size.rows, reused: 1, shared: 0 }[size.output];
  const divided = longest(strips, size, costs) + OVERHEAD + (copied * size.bytes * COPY) / 1e6;
  return divided < WORTHWHILE * whole;
}

function longest(strips: readonly Strip[], size: FrameSize, costs: StripCosts): number {
  return Math.max(...strips.map((strip) => stripCost(strip, size, costs)));
}

/** Milliseconds of the worker that decodes the strip. */
function stripCost({ row, rows }: Strip, size: FrameSize, costs: StripCosts): number {
  const touched = size.output === 'fresh' && row === 0 ? size.bytes : 0;
  const share = costs.work(row, row + rows, size.rows) / size.rows;
  return share * wholeCost(size, costs) + (touched * TOUCH) / 1e6;
}
