/** A quantile of some numbers, between two of them in proportion: 0 the least, 0.5 the median, 1 the most. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The mean of ratios: 2 and 0.5 cancel out. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** A ratio that was taken once per round, and how far the middle half of the rounds reaches. */
export interface Ratio {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

/**
 * How many times `slow` is of `fast`, round by round: what disturbs a machine for longer than a round disturbs both sides
 * of its ratio.
 */
export function ratioOf(slow: readonly number[], fast: readonly number[]): Ratio {
  if (slow.length !== fast.length) throw new RangeError('A ratio needs as many rounds on both sides.');
  const ratios = slow.map((value, round) => value / fast[round]!);
  return {
    median: median(ratios),
    lowerQuartile: quantile(ratios, 0.25),
    upperQuartile: quantile(ratios, 0.75),
  };
}
