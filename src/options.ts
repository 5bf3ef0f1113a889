import type { Region, View } from './codecs/view.js';
import type { GrayOptions } from './display/gray-levels.js';
import type { SampleArray } from './frame/decoded-frame.js';
import type { Limits } from './limits.js';
import { FramePool } from './pool/frame-pool.js';
import type { Pool } from './pool/pool.js';
import { localPool, sharedPool } from './pool/shared-pool.js';

/** Where work is done, how long it is wanted, and what it may cost: options of every call that decodes. */
export interface WorkOptions {
  /**
   * Drops the work when it fires: the call rejects with Aborted. What a worker decodes at that moment is given up between two
   * steps of our kernels where there is shared memory (Node.js, pages that are cross-origin isolated), else its result ignored.
   */
  readonly signal?: AbortSignal | undefined;
  /** The pool to work in. By default all calls share one, which is started when it is first needed. */
  readonly pool?: Pool | undefined;
  /** 0 decodes on the calling thread, by the same code; goes before `pool`. */
  readonly workers?: 0 | undefined;
  /**
   * Strips of rows in which workers decode one frame side by side: 1 for never, more to have as many whatever else is to be
   * done. By default workers that have nothing else to do share a large frame. JPEG 2000 and HTJ2K only, and of those frames
   * that are wanted whole; of others it changes nothing. A frame of few rows gives fewer.
   */
  readonly strips?: number | undefined;
  /** What the frame may cost at most. What is not set here is as the pool was made with. */
  readonly limits?: Partial<Limits> | undefined;
}

/** How a codestream is read. */
export interface CodestreamOptions extends WorkOptions {
  /** Name of the codec to decode with (`DecodedFrame.engine`). By default the best for the transfer syntax and the frame. */
  readonly engine?: string | undefined;
  /** What the components are, where the caller knows better than codestream and dataset: `RGB`, `YBR_FULL`. */
  readonly photometricInterpretation?: string | undefined;
  /**
   * How many times each side is halved: 0 (the default) to what the codestream has. JPEG 2000 leaves out that many
   * decomposition levels (ITU-T T.800 B.5), JPEG scales its inverse DCT, up to 3. `rows` and `columns` of the result say what
   * came of it; UnsupportedFeature where nothing can.
   */
  readonly reduction?: number | undefined;
  /**
   * A part of the frame, in pixels of the frame at that reduction: the result is what cutting it out of the whole would give,
   * and costs less where the codestream allows.
   */
  readonly region?: Region | undefined;
  /**
   * Quality layers to decode at most (ITU-T T.800 B.7), 1 or more. A codestream that has none is decoded whole, and so is
   * one by an engine that cannot leave layers out.
   */
  readonly layers?: number | undefined;
  /**
   * What becomes of a frame whose bytes end before it does. `refuse` (the default): TruncatedData. `keep`: what there is of it, by an
   * engine that can, with `truncated` on the frame; other engines refuse.
   */
  readonly truncated?: 'refuse' | 'keep' | undefined;
}

/** How stored samples are made of encoded ones. */
export interface DecodeOptions extends CodestreamOptions {
  /**
   * `stored` (the default): the samples as they are stored. `rgb`: colour is converted to RGB (PS3.3 C.7.6.3.1.2), from
   * YBR and from PALETTE COLOR; gray stays gray.
   */
  readonly colour?: 'stored' | 'rgb' | undefined;
  /**
   * An array to fill, of exactly the type and length that the frame has: a fresh one of some megabytes costs milliseconds of
   * page faults. A worker writes straight into shared memory; other memory is filled by one copy when the frame arrives.
   * What it holds after a failure is undefined.
   */
  readonly into?: SampleArray | undefined;
}

/** How a frame is shown. Without options: as the dataset says. */
export interface RenderOptions extends CodestreamOptions, GrayOptions {
  /** An array of `rows * columns * 4` to fill, as with `DecodeOptions.into`. */
  readonly into?: Uint8ClampedArray | undefined;
}

/**
 * The pool that a call works in.
 * @throws TypeError for options that only a caller without a type checker can hand in: one that was misspelt and passed over
 *   would give something else than was asked for
 */
export function poolFor(options: WorkOptions): FramePool {
  checkOptions(options);
  const { workers, pool } = options;
  if (workers === 0) return localPool();
  if (pool === undefined) return sharedPool();
  if (!(pool instanceof FramePool)) throw new TypeError('The pool must be one that createPool made.');
  return pool;
}

/**
 * @throws TypeError, RangeError for options that cannot be
 */
export function checkOptions({
  workers,
  signal,
  colour,
  into,
  reduction = 0,
  region,
  layers = 1,
  truncated,
  strips = 1,
}: WorkOptions & {
  colour?: unknown;
  into?: unknown;
  reduction?: number | undefined;
  region?: Region | undefined;
  layers?: number | undefined;
  truncated?: unknown;
}): void {
  if (workers !== undefined && workers !== 0) {
    throw new TypeError('Of workers a call can ask for none, 0; any other number makes a pool.');
  }
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw new TypeError('The signal must be an AbortSignal.');
  }
  if (colour !== undefined && colour !== 'stored' && colour !== 'rgb') {
    throw new TypeError(`The colour is 'stored' or 'rgb', not ${String(colour)}.`);
  }
  const isArray = (value: unknown) => ArrayBuffer.isView(value) && 'length' in value;
  const isFillable = Array.isArray(into) ? into.length > 0 && into.every(isArray) : isArray(into);
  if (into !== undefined && !isFillable) throw new TypeError('The array to fill must be a typed array.');
  if (truncated !== undefined && truncated !== 'refuse' && truncated !== 'keep') {
    throw new TypeError(`What is truncated is to 'refuse' or to 'keep', not ${String(truncated)}.`);
  }
  const isWhole = (value: number, least: number) => Number.isSafeInteger(value) && value >= least;
  if (!isWhole(reduction, 0)) throw new RangeError(`The reduction is 0 or more, not ${reduction}.`);
  if (!isWhole(strips, 1)) throw new RangeError(`The strips are 1 or more, not ${strips}.`);
  if (!isWhole(layers, 1)) throw new RangeError(`The layers are 1 or more, not ${layers}.`);
  if (region === undefined) return;
  const { row, column, rows, columns } = region;
  if (!(isWhole(row, 0) && isWhole(column, 0) && isWhole(rows, 1) && isWhole(columns, 1))) {
    throw new RangeError(
      'A region has a row and a column from 0 on, and 1 or more rows and columns, all of them integers.',
    );
  }
}

/** How much of a frame the options ask for. A region that the caller changes later changes nothing here. */
export function viewOf({ reduction = 0, region, layers }: CodestreamOptions): View {
  if (region === undefined) return { reduction, region, layers };
  const { row, column, rows, columns } = region;
  return { reduction, region: { row, column, rows, columns }, layers };
}
