import type { JpegComponentSamples } from './jpeg-components.js';

/** How a component comes to the size of the image. */
export interface Upsampling {
  /** Hi and Vi of the component, and the largest of all. */
  readonly h: number;
  readonly v: number;
  readonly maximumH: number;
  readonly maximumV: number;
  /** Interpolates where there are half the samples in a direction, as `assembly/jpeg/dct` does; else samples are repeated. */
  readonly interpolates: boolean;
}

/**
 * One line of the image from the lines of a component (ITU-T T.81 A.1.1 has the factors, and leaves the method open). Halves are
 * interpolated as libjpeg does: each sample has three quarters of the nearer one and one quarter of the one on the other side.
 * @param to as many samples as the image has columns
 */
export function upsampleLine(
  { columns, rows, samples }: JpegComponentSamples,
  { h, v, maximumH, maximumV, interpolates }: Upsampling,
  y: number,
  to: Int32Array,
): void {
  // libjpeg repeats the samples of lines that have one or two.
  const halfColumns = interpolates && 2 * h === maximumH && columns > 2;
  const halfLines = interpolates && 2 * v === maximumV && (h === maximumH || halfColumns);
  if (halfColumns && (halfLines || v === maximumV)) {
    const nearer = halfLines ? y >> 1 : y;
    const further = halfLines ? neighbour(y, rows) : y;
    // In sixteenths where lines are mixed, in quarters where not.
    const [shift, even, odd] = halfLines ? [4, 8, 7] : [2, 1, 2];
    const sum = (x: number) => {
      const near = samples[nearer * columns + x];
      return halfLines ? 3 * near + samples[further * columns + x] : near;
    };
    for (let x = 0; x < to.length; x++) {
      const here = sum(x >> 1);
      const beside = x & 1 ? Math.min((x >> 1) + 1, columns - 1) : Math.max((x >> 1) - 1, 0);
      to[x] = (3 * here + sum(beside) + (x & 1 ? odd : even)) >> shift;
    }
  } else if (halfLines) {
    const near = (y >> 1) * columns;
    const far = neighbour(y, rows) * columns;
    for (let x = 0; x < to.length; x++) {
      to[x] = (3 * samples[near + x] + samples[far + x] + (y & 1 ? 2 : 1)) >> 2;
    }
  } else {
    const line = Math.floor((y * v) / maximumV) * columns;
    for (let x = 0; x < to.length; x++) to[x] = samples[line + Math.floor((x * h) / maximumH)];
  }
}

/** The line of half as many on the other side of line `y` of the image; at the edge the nearer one. */
function neighbour(y: number, rows: number): number {
  return Math.max(0, Math.min(rows - 1, (y >> 1) + (y & 1 ? 1 : -1)));
}
