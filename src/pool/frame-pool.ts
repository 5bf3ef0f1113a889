import { hardwareConcurrency, hasThreads } from '#thread';
import type { FrameLocation } from '../dicom/frame-index.js';
import type { ImagePixel } from '../dicom/image-pixel.js';
import {
  Aborted,
  AttributeMismatch,
  type ErrorContext,
  errorFromData,
  InvalidDataset,
  LimitExceeded,
  UnsupportedFeature,
  WorkerFailure,
  withContext,
} from '../errors.js';
import type { DecodedFrame, SampleArray } from '../frame/decoded-frame.js';
import { DEFAULT_LIMITS } from '../limits.js';
import type { ByteSource } from '../sources/byte-source.js';
import type { ArrivingBytes } from './arriving-bytes.js';
import { JoinedFrame } from './joined-frame.js';
import { KnownRecipes, numberOf } from './known-recipes.js';
import { LocalExecutor } from './local-executor.js';
import { ownedBuffers } from './owned-buffers.js';
import type { Pool, PoolOptions } from './pool.js';
import type { PooledFrame, PooledSource } from './pooled-frame.js';
import type { Answer, DisplayJob, FrameInput, Message, RenderedFrame, StripJob } from './protocol.js';
import { readEncoded } from './read-encoded.js';
import type { Recipe } from './recipe.js';
import { Scheduler } from './scheduler.js';
import { type Pixels, SpentMemory } from './spent-memory.js';
import { StripBorderMemory } from './strip-border-memory.js';
import { areWorthwhile, divide, type FrameSize, type Strip, wholeCost } from './strips.js';
import { WorkerExecutor } from './worker-executor.js';

/** What a worker is to do, and the memory for what comes of it. */
interface Task {
  readonly frame: PooledFrame;
  readonly display: DisplayJob | undefined;
  readonly takeMemory: () => Pixels | undefined;
  readonly strip: StripJob | undefined;
}

/** Batches that a worker holds at once: the one that it decodes, and the next one, whose bytes it reads meanwhile. */
const DEPTH = 2;

/** Light frames that go to a worker in one message at most: what one costs is then small against what they cost. */
const BATCH = 4;

/**
 * Milliseconds that an engine is given beyond the limit before its worker is ended. Our kernels keep the limit themselves,
 * and their worker lives on.
 */
const GRACE = 1_000;

/** Milliseconds that a worker takes to start: a frame that takes longer by itself waits for one. */
const START_COST = 100;

/** Bytes that are taken at most for one coded sample: three of a palette's colours, or four bytes and room to convert them. */
const MOST_BYTES = 12;

/** Workers that a pool has by default at most: each may hold as much memory as its limits allow. */
const DEFAULT_MOST = 8;

/** A pool as the surface uses it: frames in, decoded frames out. */
export class FramePool implements Pool {
  readonly workers: number;
  /** For the workers; undefined where there are none. */
  readonly #away: Scheduler<Message, Answer> | undefined;
  /** For the calling thread. */
  readonly #here: Scheduler<Message, Answer>;
  /** Spent output memory, sent back to the workers with frames of the same size: fresh memory costs page faults. */
  readonly #spent: SpentMemory;
  readonly #borders = new StripBorderMemory();
  readonly #recipes: KnownRecipes;

  constructor(options: PoolOptions = {}) {
    this.workers = checkedSize(options.workers);
    this.#spent = new SpentMemory(Math.max(1, this.workers) * DEPTH);
    this.#recipes = new KnownRecipes({ ...DEFAULT_LIMITS, ...options.limits });
    const codecs = (options.codecs ?? []).map((url) => new URL(url).href);
    const codecsHere = this.workers === 0 ? codecs : [];
    const common = { depth: DEPTH, grace: GRACE, millisecondsOf };
    // Between two frames the calling thread turns to others; there is no message to be saved.
    this.#here = new Scheduler({ ...common, size: 1, batch: 1, start: () => new LocalExecutor(codecsHere) });
    if (this.workers === 0) return;
    const start = () => new WorkerExecutor(options.worker, codecs);
    this.#away = new Scheduler({ ...common, size: this.workers, batch: BATCH, start });
  }

  /** Frames to ask for ahead of the one that is awaited, so that every worker is busy and a batch waits for the next. */
  lookAhead(recipe: Recipe | undefined): number {
    const batch = this.#away?.batchOf(recipe) ?? 1;
    const held = Math.max(1, this.workers) * DEPTH;
    const ahead = batch === 1 ? held : (held + 1) * batch;
    this.#spent.most = Math.max(held, ahead);
    return ahead;
  }

  async close(): Promise<void> {
    this.#spent.clear();
    this.#borders.clear();
    await Promise.all([this.#here.close(), this.#away?.close()]);
  }

  /** Decodes one frame, into memory of the caller's where that is given. */
  decode(frame: PooledFrame, into?: SampleArray): Promise<DecodedFrame> {
    return this.#mayDivide(frame)
      ? this.#decodeDivided(frame, into)
      : this.#fulfil<DecodedFrame>(frame, undefined, into);
  }

  /** Decodes a frame in strips where that is worth it. */
  async #decodeDivided(frame: PooledFrame, into: SampleArray | undefined): Promise<DecodedFrame> {
    const size = await this.#sizeOf(frame, into);
    // From the look at who is idle to giving them work nothing is awaited, so that no two frames count on the same workers.
    const strips = size && this.#stripsOf(frame, size);
    const joined = strips && (await this.#decodeStrips(frame, strips, into));
    return joined ?? this.#fulfil<DecodedFrame>(frame, undefined, into);
  }

  /** Decodes and renders one frame, into memory of the caller's where that is given. */
  render(frame: PooledFrame, display: DisplayJob, into?: Uint8ClampedArray): Promise<RenderedFrame> {
    return this.#fulfil<RenderedFrame>(frame, display, into);
  }

  /** Decodes one frame whose samples will be moved by `fill`, into an array like this one, when their time has come. */
  decodeAhead(frame: PooledFrame, like: SampleArray): Promise<DecodedFrame> {
    return this.#runLike<DecodedFrame>(frame, undefined, like);
  }

  /**
   * Moves the pixels of a result into the caller's array, and keeps the memory where they were for another frame.
   * @throws AttributeMismatch when the array's type or length is not the result's
   */
  fill<Result extends DecodedFrame | RenderedFrame>(into: Pixels, result: Result): Result {
    const pixels = pixelsOf(result);
    if (into[Symbol.toStringTag] !== pixels[Symbol.toStringTag] || into.length !== pixels.length) {
      throw new AttributeMismatch(
        `The array to fill is a ${nameOf(into)}; the frame is a ${nameOf(pixels)}.`,
      );
    }
    bytesOf(into).set(bytesOf(pixels));
    this.#spent.keep(pixels);
    return withPixels(result, into);
  }

  /** Tells the workers that a source is closed. */
  release(source: ByteSource): void {
    if (source.handle === undefined) return;
    const number = numberOf(source);
    for (const executor of this.#away?.executors ?? []) {
      executor.run([{ type: 'release', source: number }], []).catch(() => {});
    }
  }

  /** No more pictures are wanted of a frame in pieces: whoever holds it gives its memory back. */
  leave(pieces: ArrivingBytes): void {
    const last: Message = { type: 'leave', pieces: pieces.number };
    for (const scheduler of [this.#away, this.#here]) scheduler?.leave(pieces, last);
  }

  async #fulfil<Result extends DecodedFrame | RenderedFrame>(
    frame: PooledFrame,
    display: DisplayJob | undefined,
    into: Pixels | undefined,
  ): Promise<Result> {
    if (into === undefined) return this.#run<Result>(frame, display, () => undefined);
    if (this.#isHere(frame) || isShared(into)) {
      return withPixels(await this.#run<Result>(frame, display, () => into), into);
    }
    const result = await this.#runLike<Result>(frame, display, into);
    try {
      return this.fill(into, result);
    } catch (error) {
      throw withContext(error, contextOf(frame), 'WorkerFailure');
    }
  }

  #mayDivide(frame: PooledFrame): boolean {
    if (this.#away === undefined || this.workers === 1 || frame.here || frame.strips === 1) return false;
    return (
      this.#recipes.of(frame).costs !== undefined && (frame.strips !== undefined || this.#away.idle(true) > 1)
    );
  }

  /**
   * The strips that several workers decode a frame in; undefined where one decodes the whole. Without the caller's word for
   * it, workers that have nothing to do share a frame that is done so much earlier.
   */
  #stripsOf(frame: PooledFrame, size: FrameSize): readonly Strip[] | undefined {
    const { costs } = this.#recipes.of(frame);
    if (costs === undefined) return undefined;
    const among = (workers: number) => {
      const strips = divide(size, workers, costs);
      if (strips.length === 1) return undefined;
      return frame.strips !== undefined || areWorthwhile(strips, size, costs) ? strips : undefined;
    };
    if (frame.strips !== undefined) return among(frame.strips);
    const away = this.#away!;
    const strips = among(away.idle(wholeCost(size, costs) > START_COST));
    if (strips === undefined && among(away.idle(true)) !== undefined) away.startAll();
    return strips;
  }

  /** What there is to know of a frame before it is decoded; undefined where it must stay in one piece. */
  async #sizeOf(frame: PooledFrame, into: SampleArray | undefined): Promise<FrameSize | undefined> {
    const { input, recipe } = frame;
    if (input.kind === 'pieces') return undefined;
    const { rows, columns, samplesPerPixel, bitsAllocated } = recipe.attributes;
    const samples = rows * columns * samplesPerPixel;
    // The limit is one of the frame, and each worker will see no more than its strip.
    if (MOST_BYTES * samples > this.#recipes.of(frame).posted.limits.frameBytes) return undefined;
    if (into !== undefined && into.length !== samples && into.length !== 3 * samples) return undefined;
    const bytes = into?.byteLength ?? (samples * bitsAllocated) / 8;
    const output = into === undefined ? 'fresh' : isShared(into) ? 'shared' : 'reused';
    if (input.kind === 'bytes') return { rows, samples, bytes, output, encoded: input.bytes.length };
    try {
      const location = input.frames.presume(frame.index!) ?? (await input.frames.locate(frame.index!));
      return { rows, samples, bytes, output, encoded: encodedLength(location) };
    } catch {
      return undefined;
    }
  }

  /**
   * Decodes a frame in strips and joins them.
   * @returns undefined where that cannot be: what is wrong with the frame is said by whoever decodes the whole
   */
  async #decodeStrips(
    frame: PooledFrame,
    strips: readonly Strip[],
    into: SampleArray | undefined,
  ): Promise<DecodedFrame | undefined> {
    const { attributes } = frame.recipe;
    const { input } = frame;
    const joined = new JoinedFrame(attributes, into);
    const leaving = new AbortController();
    const part: PooledFrame = {
      ...frame,
      input: input.kind === 'bytes' ? { ...input, transfer: false } : input,
      signals: [...frame.signals, leaving.signal],
    };
    const borderBytes = this.#recipes
      .of(frame)
      .costs?.borderBytes?.(attributes.columns * attributes.samplesPerPixel);
    const between = borderBytes === undefined ? [] : this.#borders.take(strips.length - 1, borderBytes);
    let failed = false;
    const decodeStrip = async (strip: Strip, index: number): Promise<void> => {
      try {
        const like = into && rowsOf(into, strip, attributes.rows);
        const room = into === undefined && strip.row === 0 ? attributes.rows : undefined;
        const job = { ...strip, borders: { above: between[index - 1], below: between[index] } };
        const result =
          like === undefined || isShared(like)
            ? await this.#run<DecodedFrame>(part, undefined, () => like, { ...job, room })
            : await this.#runLike<DecodedFrame>(part, undefined, like, job);
        this.#spent.arrived(result.samples);
        if (failed || !joined.add(strip, result)) failed = true;
      } catch (error) {
        if (failed) return;
        failed = true;
        // Who writes into shared memory must be done with it before somebody else decodes the whole.
        if (isFinal(error) || !(into && isShared(into))) leaving.abort();
        if (isFinal(error)) throw error;
      }
    };
    await Promise.all(strips.map(decodeStrip));
    // Of strips that failed, one may still be decoded by a worker.
    if (failed) return undefined;
    this.#borders.keep(between);
    for (const samples of joined.copied) this.#spent.keep(samples);
    return joined.whole();
  }

  #isHere(frame: PooledFrame): boolean {
    return frame.here || this.#away === undefined;
  }

  /** Decodes into memory that was spent by an earlier frame, where there is some. */
  async #runLike<Result extends DecodedFrame | RenderedFrame>(
    frame: PooledFrame,
    display: DisplayJob | undefined,
    like: Pixels,
    strip?: StripJob,
  ): Promise<Result> {
    if (this.#isHere(frame)) return this.#run<Result>(frame, display, () => undefined);
    const result = await this.#run<Result>(frame, display, () => this.#spent.like(like), strip);
    this.#spent.arrived(pixelsOf(result));
    return result;
  }

  async #run<Result>(
    frame: PooledFrame,
    display: DisplayJob | undefined,
    takeMemory: () => Pixels | undefined,
    strip?: StripJob,
  ): Promise<Result> {
    const { input, index, recipe } = frame;
    const presumed = input.kind === 'source' ? input.frames.presume(index!) : undefined;
    const task = { frame, display, takeMemory, strip };
    let answer = await this.#submit(task, presumed);
    if (answer.kind === 'misplaced') {
      this.#recipes.forget(recipe);
      if (input.kind === 'pieces') input.pieces.lost();
      answer = await this.#submit(task, undefined);
    }
    if (input.kind === 'pieces') input.pieces.received();
    if (answer.kind === 'done') return answer.value as Result;
    const context = contextOf(frame);
    if (answer.kind === 'indivisible') {
      throw new UnsupportedFeature('The engine decodes no strips.', { ...context, feature: 'Strips' });
    }
    if (answer.kind === 'failed') throw withContext(errorFromData(answer.error), context);
    throw new InvalidDataset('The frame is not where it was found.', context);
  }

  #submit(task: Task, presumed: FrameLocation | undefined): Promise<Answer> {
    const { frame, display, takeMemory, strip } = task;
    const { recipe, index, input } = frame;
    const known = this.#recipes.of(frame);
    const scheduler = (frame.here ? undefined : this.#away) ?? this.#here;
    return scheduler.submit({
      prepare: async (id) => {
        const found = this.#inputOf(frame, presumed);
        const encoded = found instanceof Promise ? await found : found;
        const modules = this.#isHere(frame) ? [] : (known.modules ?? (await known.compiling()));
        const into = takeMemory();
        const spent = strip && !into ? this.#spentFor(strip, recipe.attributes) : undefined;
        const job = {
          id,
          recipe: known.number,
          frame: index,
          input: encoded,
          strip: strip && { ...strip, spent },
          display,
          into,
        };
        const transfer: Transferable[] = [];
        if (!this.#isHere(frame)) {
          if (into !== undefined) transfer.push(...ownedBuffers(into));
          if (spent !== undefined) transfer.push(spent);
          if ('bytes' in encoded) transfer.push(...ownedBuffers(encoded.bytes));
        }
        const message: Message = { type: 'frame', job, recipe: known.posted, modules };
        return { message, transfer };
      },
      deadline: known.posted.limits.decodeMilliseconds,
      signals: frame.signals,
      context: contextOf(frame),
      // The frames of one image. Bytes of the caller's may be gone after the first attempt.
      family: input.kind === 'source' && strip === undefined ? recipe : undefined,
      seat: input.kind === 'pieces' ? input.pieces : undefined,
    });
  }

  /** Memory of an earlier strip of that size; none for the strip that makes the memory of the frame. */
  #spentFor({ rows, room }: StripJob, attributes: ImagePixel): ArrayBuffer | undefined {
    const { columns, samplesPerPixel, bitsAllocated } = attributes;
    if (room !== undefined) return undefined;
    return this.#spent.take((rows * columns * samplesPerPixel * bitsAllocated) / 8);
  }

  /**
   * What the executor is told of the encoded bytes. The calling thread uses the caller's own; a worker reads them itself
   * where the source has a handle; else they are copied once, or given away where the caller allows that.
   */
  #inputOf(frame: PooledFrame, presumed: FrameLocation | undefined): FrameInput | Promise<FrameInput> {
    const { input } = frame;
    const isHere = this.#isHere(frame);
    if (input.kind === 'source') {
      const fromOrigin = !isHere && input.source.handle !== undefined;
      return fromOrigin && presumed
        ? { kind: 'origin', location: presumed }
        : this.#found(frame, input, presumed);
    }
    if (input.kind === 'pieces') return { kind: 'piece', ...input.pieces.piece() };
    const { bytes, transfer } = input;
    if (transfer && bytes.buffer.byteLength === 0) {
      throw new WorkerFailure('The bytes went down with a worker that was ended before their turn came.');
    }
    const own = isHere || (transfer && isWhole(bytes)) ? bytes : ownBytes(bytes);
    return { kind: 'bytes', bytes: own, bitOffset: 0, readMilliseconds: 0 };
  }

  async #found(
    frame: PooledFrame,
    { source, frames }: PooledSource,
    presumed: FrameLocation | undefined,
  ): Promise<FrameInput> {
    const location = presumed ?? (await frames.locate(frame.index!));
    if (this.#isHere(frame)) return { kind: 'source', source, location };
    if (source.handle !== undefined) return { kind: 'origin', location };
    const begin = performance.now();
    const encoded =
      (await readEncoded(source, location)) ?? (await readEncoded(source, await frames.locate(frame.index!)));
    const readMilliseconds = performance.now() - begin;
    return { kind: 'bytes', ...encoded!, bytes: ownBytes(encoded!.bytes), readMilliseconds };
  }
}

/** Bytes of an encoded frame, item headers counted or not. */
function encodedLength(location: FrameLocation): number {
  if (location.kind === 'native') return Math.ceil(location.bitLength / 8);
  if (location.kind === 'items') return location.length;
  return location.fragments.reduce((sum, { length }) => sum + length, 0);
}

/** Errors that decoding the whole would not change. */
function isFinal(error: unknown): boolean {
  if (error instanceof LimitExceeded) return error.limit === 'decodeMilliseconds';
  return error instanceof Aborted || error instanceof WorkerFailure;
}

function rowsOf(array: SampleArray, { row, rows }: Strip, allRows: number): SampleArray {
  const perRow = array.length / allRows;
  return array.subarray(row * perRow, (row + rows) * perRow);
}

/** How long a worker took for a frame, without the reading, which it does while it decodes others. */
function millisecondsOf(answer: Answer): number | undefined {
  if (answer.kind !== 'done') return undefined;
  const { timings } = answer.value as DecodedFrame | RenderedFrame;
  return timings.decode + timings.convert + ('render' in timings ? timings.render : 0);
}

/** What the errors of a frame say of it. */
function contextOf({ index: frame, recipe: { transferSyntax } }: PooledFrame): ErrorContext {
  return frame === undefined ? { transferSyntax } : { frame, transferSyntax };
}

function pixelsOf(result: DecodedFrame | RenderedFrame): Pixels {
  return 'rgba' in result ? result.rgba : result.samples;
}

function withPixels<Result extends DecodedFrame | RenderedFrame>(result: Result, pixels: Pixels): Result {
  return 'rgba' in result ? { ...result, rgba: pixels } : { ...result, samples: pixels };
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function nameOf(pixels: Pixels): string {
  return `${pixels[Symbol.toStringTag]} of ${pixels.length}`;
}

/** Whether both sides of a thread boundary can use the memory at once. */
function isShared(view: ArrayBufferView): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && view.buffer instanceof SharedArrayBuffer;
}

/**
 * Bytes that can be posted without taking the caller's memory along: a copy, or memory that is shared anyway. By the
 * constructor: `slice` of a Buffer is a view.
 */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return isShared(bytes) ? bytes : new Uint8Array(bytes);
}

function isWhole(bytes: Uint8Array): boolean {
  return bytes.byteLength === bytes.buffer.byteLength;
}

function checkedSize(workers: number | undefined): number {
  if (!hasThreads()) return 0;
  if (workers === undefined) return Math.min(hardwareConcurrency(), DEFAULT_MOST);
  if (!Number.isInteger(workers) || workers < 0) {
    throw new RangeError(`A pool has 0 or more workers, not ${workers}.`);
  }
  return workers;
}
