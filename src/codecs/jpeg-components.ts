/** The samples of one component by themselves, at its own size (ITU-T T.81 A.1.1). */
export interface JpegComponentSamples {
  readonly columns: number;
  readonly rows: number;
  /**
   * Sums modulo 2^16 (J.2.1): in two's complement, for those of DCT processes may go below 0; without a sign where samples have 16
   * bits.
   */
  readonly samples: Int16Array | Uint16Array;
}

/** Called every some rows: throws when the frame is to be given up. */
type Checkpoint = (() => void) | undefined;

/** Samples between two calls of a checkpoint: a millisecond or so. */
const CHECKED_SAMPLES = 1 << 18;

/** Calls `work` for each row, and `checkpoint` now and then. */
export function forRows(
  rows: number,
  columns: number,
  checkpoint: Checkpoint,
  work: (y: number) => void,
): void {
  const step = Math.max(1, Math.floor(CHECKED_SAMPLES / columns));
  for (let y = 0; y < rows; y++) {
    if (y % step === 0) checkpoint?.();
    work(y);
  }
}

/**
 * Doubles the columns of a component (J.1.1.2): between two samples comes half their sum, rounded down; the last sample is repeated.
 * @param columns twice as many as there are, or one less where the last one is not needed
 */
export function expandColumns(
  { columns: coarse, rows, samples }: JpegComponentSamples,
  columns: number,
  checkpoint: Checkpoint,
): JpegComponentSamples {
  const expanded = emptyLike(samples, rows * columns);
  forRows(rows, columns, checkpoint, (y) => {
    const [from, to] = [y * coarse, y * columns];
    for (let x = 0; x < columns; x++) {
      const left = from + (x >> 1);
      const right = Math.min(left + (x & 1), from + coarse - 1);
      expanded[to + x] = (samples[left] + samples[right]) >> 1;
    }
  });
  return { columns, rows, samples: expanded };
}

/** Doubles the lines of a component: as expandColumns. */
export function expandLines(
  { columns, rows: coarse, samples }: JpegComponentSamples,
  rows: number,
  checkpoint: Checkpoint,
): JpegComponentSamples {
  const expanded = emptyLike(samples, rows * columns);
  forRows(rows, columns, checkpoint, (y) => {
    const upper = (y >> 1) * columns;
    const lower = Math.min((y >> 1) + (y & 1), coarse - 1) * columns;
    const to = y * columns;
    for (let x = 0; x < columns; x++) expanded[to + x] = (samples[upper + x] + samples[lower + x]) >> 1;
  });
  return { columns, rows, samples: expanded };
}

/** Memory for samples of the same kind. */
function emptyLike(samples: Int16Array | Uint16Array, length: number): Int16Array | Uint16Array {
  return samples instanceof Int16Array ? new Int16Array(length) : new Uint16Array(length);
}
