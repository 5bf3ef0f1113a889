/** What hostile or broken input may cost at most. Every limit can be set by the caller; a breach is a LimitExceeded. */
export interface Limits {
  /** Bytes of decoded samples of one frame. */
  readonly frameBytes: number;
  /** Bytes that one worker (or the calling thread, without workers) may hold in WebAssembly memory between frames. */
  readonly memoryBytes: number;
  /** Depth of nested sequences in a dataset (PS3.5 7.5). */
  readonly nesting: number;
  /** Data elements and items in a dataset, nested ones counted: each takes memory, however few bytes it has. */
  readonly elements: number;
  /** Bytes that a deflated dataset or frame may inflate to. */
  readonly inflatedBytes: number;
  /** How many times larger than its deflated bytes inflated data may be; RFC 1951 itself cannot exceed 1032. */
  readonly inflateRatio: number;
  /**
   * Milliseconds that one frame may take to decode. Our kernels look at the clock between two steps; where another engine
   * overruns the limit, the pool replaces its worker.
   */
  readonly decodeMilliseconds: number;
}

/** The limits where the caller sets none. */
export const DEFAULT_LIMITS: Limits = {
  frameBytes: 1 << 30,
  memoryBytes: 256 << 20,
  nesting: 64,
  elements: 2_000_000,
  inflatedBytes: 2 ** 31,
  inflateRatio: 1032,
  decodeMilliseconds: 60_000,
};
