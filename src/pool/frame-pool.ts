import { hardwareConcurrency, hasThreads } from '#thread';
import type { FrameIndex, FrameLocation } from '../dicom/frame-index.js';
import {
  AttributeMismatch,
  type ErrorContext,
  errorFromData,
  InvalidDataset,
  WorkerFailure,
  withContext,
} from '../errors.js';
import type { DecodedFrame, SampleArray } from '../frame/decoded-frame.js';
import { typeOf, viewSamples } from '../frame/sample-array.js';
import { DEFAULT_LIMITS, type Limits } from '../limits.js';
import type { ByteSource } from '../sources/byte-source.js';
import { moduleOf } from '../wasm/modules.js';
import { SAMPLES_MODULE } from '../wasm/samples.js';
import { LocalExecutor } from './local-executor.js';
import { ownedBuffers } from './owned-buffers.js';
import type { Pool, PoolOptions } from './pool.js';
import type { Answer, CompiledModule, DisplayJob, FrameInput, Message, RenderedFrame } from './protocol.js';
import { readEncoded } from './read-encoded.js';
import type { PostedRecipe, Recipe } from './recipe.js';
import { Scheduler } from './scheduler.js';
import { threadCodecs } from './thread-codecs.js';
import { WorkerExecutor } from './worker-executor.js';

/** A frame as the public surface hands it in. */
export interface PooledFrame {
  readonly recipe: Recipe;
  /** Index of the frame, counted from 0; undefined where it is bytes. */
  readonly index: number | undefined;
  readonly input: PooledBytes | PooledSource;
  /** Each of them drops it. */
  readonly signals: readonly AbortSignal[];
  /** To be decoded on the calling thread, whatever the pool. */
  readonly here: boolean;
  /** What must not be forgotten while the frame is on its way. */
  readonly owner?: object;
}

/** The whole encoded frame. */
export interface PooledBytes {
  readonly kind: 'bytes';
  readonly bytes: Uint8Array;
  /** The caller gives the bytes' buffer away. */
  readonly transfer: boolean;
}

/** Where the encoded frames of an image are. */
export interface PooledSource {
  readonly kind: 'source';
  readonly source: ByteSource;
  readonly frames: FrameIndex;
}

/** A recipe as this pool tells its workers of it. */
interface KnownRecipe {
  readonly number: number;
  readonly posted: PostedRecipe;
  /** What its frames will probably need; undefined while it is being compiled. */
  modules: readonly CompiledModule[] | undefined;
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

/** Workers that a pool has by default at most: each may hold as much memory as its limits allow. */
const DEFAULT_MOST = 8;

/** The numbers by which workers know sources and recipes. */
const sourceNumbers = new WeakMap<ByteSource, number>();
let lastSourceNumber = 0;
let lastRecipeNumber = 0;

/** A pool as the surface uses it: frames in, decoded frames out. */
export class FramePool implements Pool {
  readonly workers: number;
  readonly #limits: Limits;
  /** For the workers; undefined where there are none. */
  readonly #away: Scheduler<Message, Answer> | undefined;
  /** For the calling thread. */
  readonly #here: Scheduler<Message, Answer>;
  /** Spent output memory, sent back to the workers with frames of the same size: fresh memory costs page faults. */
  readonly #spent: ArrayBuffer[] = [];
  /** Frames that the last iteration was ahead by: as much spent memory is in use. */
  #ahead = 0;
  readonly #recipes = new WeakMap<Recipe, KnownRecipe>();
  /** The compiled modules of a codec, by their names. */
  readonly #modules = new Map<string, Promise<readonly CompiledModule[]>>();
  /** Memory that came from a worker: it is nobody else's. */
  readonly #arrived = new WeakSet<ArrayBufferLike>();

  constructor(options: PoolOptions = {}) {
    this.workers = checkedSize(options.workers);
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
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
    this.#ahead = batch === 1 ? held : (held + 1) * batch;
    return this.#ahead;
  }

  async close(): Promise<void> {
    this.#spent.length = 0;
    await Promise.all([this.#here.close(), this.#away?.close()]);
  }

  /** Decodes one frame, into memory of the caller's where that is given. */
  decode(frame: PooledFrame, into?: SampleArray): Promise<DecodedFrame> {
    return this.#fulfil<DecodedFrame>(frame, undefined, into);
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
    const { buffer } = pixels;
    if (this.#arrived.has(buffer) && buffer.byteLength === pixels.byteLength) {
      if (this.#spent.length >= Math.max(this.#ahead, DEPTH)) this.#spent.shift();
      this.#spent.push(buffer as ArrayBuffer);
    }
    return withPixels(result, into);
  }

  /** Tells the workers that a source is closed. */
  release(source: ByteSource): void {
    const number = sourceNumbers.get(source);
    if (number === undefined) return;
    for (const executor of this.#away?.executors ?? []) {
      executor.run([{ type: 'release', source: number }], []).catch(() => {});
    }
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

  #isHere(frame: PooledFrame): boolean {
    return frame.here || this.#away === undefined;
  }

  /** Decodes into memory that was spent by an earlier frame, where there is some. */
  async #runLike<Result extends DecodedFrame | RenderedFrame>(
    frame: PooledFrame,
    display: DisplayJob | undefined,
    like: Pixels,
  ): Promise<Result> {
    if (this.#isHere(frame)) return this.#run<Result>(frame, display, () => undefined);
    const result = await this.#run<Result>(frame, display, () => this.#spentLike(like));
    this.#arrived.add(pixelsOf(result).buffer);
    return result;
  }

  async #run<Result>(
    frame: PooledFrame,
    display: DisplayJob | undefined,
    takeMemory: () => Pixels | undefined,
  ): Promise<Result> {
    const { input, index, recipe } = frame;
    const presumed = input.kind === 'source' ? input.frames.presume(index!) : undefined;
    let answer = await this.#submit(frame, display, takeMemory, presumed);
    if (answer.kind === 'misplaced') {
      this.#recipes.delete(recipe);
      answer = await this.#submit(frame, display, takeMemory, undefined);
    }
    if (answer.kind === 'done') return answer.value as Result;
    const context = contextOf(frame);
    if (answer.kind === 'failed') throw withContext(errorFromData(answer.error), context);
    throw new InvalidDataset('The frame is not where it was found.', context);
  }

  #submit(
    frame: PooledFrame,
    display: DisplayJob | undefined,
    takeMemory: () => Pixels | undefined,
    presumed: FrameLocation | undefined,
  ): Promise<Answer> {
    const { recipe, index, input } = frame;
    const known = this.#known(frame);
    const scheduler = (frame.here ? undefined : this.#away) ?? this.#here;
    return scheduler.submit({
      prepare: async (id) => {
        const encoded = this.#inputOf(frame, presumed);
        const job = {
          id,
          recipe: known.number,
          frame: index,
          input: encoded instanceof Promise ? await encoded : encoded,
          display,
        };
        if (!this.#isHere(frame)) known.modules ??= await this.#modulesFor(recipe);
        const into = takeMemory();
        const transfer: Transferable[] = into === undefined ? [] : ownedBuffers(into);
        if (job.input.kind === 'bytes') transfer.push(...ownedBuffers(job.input.bytes));
        const { posted, modules } = known;
        return { message: { type: 'frame', job: { ...job, into }, recipe: posted, modules }, transfer };
      },
      deadline: known.posted.limits.decodeMilliseconds,
      signals: frame.signals,
      context: contextOf(frame),
      // The frames of one image. Bytes of the caller's may be gone after the first attempt.
      family: input.kind === 'source' ? recipe : undefined,
    });
  }

  /** The recipe as the workers are told; the same object each time, for it to be posted once. */
  #known({ recipe, input }: PooledFrame): KnownRecipe {
    let known = this.#recipes.get(recipe);
    if (known === undefined) {
      lastRecipeNumber += 1;
      const { transferSyntax, attributes, request } = recipe;
      const limits = { ...this.#limits, ...recipe.limits };
      const posted = { transferSyntax, attributes, request, limits, origin: originOf(input) };
      known = { number: lastRecipeNumber, posted, modules: undefined };
      this.#recipes.set(recipe, known);
    }
    return known;
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
    const { bytes, bitOffset } = encoded!;
    const readMilliseconds = performance.now() - begin;
    return { kind: 'bytes', bytes: ownBytes(bytes), bitOffset, readMilliseconds };
  }

  /** The compiled modules that frames will probably need. Where one cannot be had here, the worker looks itself. */
  #modulesFor({ transferSyntax, request: { engine } }: Recipe): Promise<readonly CompiledModule[]> {
    const codecs = threadCodecs();
    const codec = engine === undefined ? codecs.codecsFor(transferSyntax)[0] : codecs.get(engine);
    const names = codec?.modules ?? [];
    const key = names.join();
    let modules = this.#modules.get(key);
    if (modules === undefined) {
      modules = Promise.all([...new Set([...names, SAMPLES_MODULE])].map(compiled)).then((all) => all.flat());
      this.#modules.set(key, modules);
    }
    return modules;
  }

  #spentLike(like: Pixels): Pixels | undefined {
    const place = this.#spent.findIndex((buffer) => buffer.byteLength === like.byteLength);
    if (place === -1) return undefined;
    const [buffer] = this.#spent.splice(place, 1);
    if (like instanceof Uint8ClampedArray) return new Uint8ClampedArray(buffer!);
    return viewSamples(typeOf(like), new Uint8Array(buffer!));
  }
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

/** What a result is made for. */
type Pixels = SampleArray | Uint8ClampedArray;

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

function compiled(name: string): Promise<CompiledModule[]> {
  return moduleOf(name).then(
    (module) => [{ name, module }],
    () => [],
  );
}

/** Whether both sides of a thread boundary can use the memory at once. */
function isShared(view: ArrayBufferView): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && view.buffer instanceof SharedArrayBuffer;
}

/** Bytes that can be posted without taking the caller's memory along: a copy, or memory that is shared anyway. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return isShared(bytes) ? bytes : bytes.slice();
}

function isWhole(bytes: Uint8Array): boolean {
  return bytes.byteLength === bytes.buffer.byteLength;
}

function originOf(input: PooledBytes | PooledSource): PostedRecipe['origin'] {
  if (input.kind === 'bytes') return undefined;
  const { handle } = input.source;
  return handle && { source: numberOf(input.source), handle };
}

function numberOf(source: ByteSource): number {
  let number = sourceNumbers.get(source);
  if (number === undefined) {
    lastSourceNumber += 1;
    number = lastSourceNumber;
    sourceNumbers.set(source, number);
  }
  return number;
}

function checkedSize(workers: number | undefined): number {
  if (!hasThreads()) return 0;
  if (workers === undefined) return Math.min(hardwareConcurrency(), DEFAULT_MOST);
  if (!Number.isInteger(workers) || workers < 0) {
    throw new RangeError(`A pool has 0 or more workers, not ${workers}.`);
  }
  return workers;
}
