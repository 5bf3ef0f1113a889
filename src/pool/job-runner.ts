import type { EncodedFrame } from '../codecs/codec.js';
import { type Region, WHOLE } from '../codecs/view.js';
import { transferSyntaxOf } from '../dicom/transfer-syntaxes.js';
import { renderSamples } from '../display/render.js';
import { Aborted, LimitExceeded, withContext } from '../errors.js';
import { decodeEncodedFrame, type FrameRequest } from '../frame/decode-frame.js';
import type { DecodedFrame, SampleArray } from '../frame/decoded-frame.js';
import { provideModule } from '../wasm/modules.js';
import type { ArrivedPiece } from './arriving-bytes.js';
import { FramesInPieces } from './frames-in-pieces.js';
import { stripMemory } from './joined-frame.js';
import type { Answer, FrameInput, FrameJob, Message, RenderedFrame, WorkerInterface } from './protocol.js';
import { type EncodedBytes, readEncoded } from './read-encoded.js';
import { type PostedRecipe, RecipeBook } from './recipe.js';
import { SourceCache } from './source-cache.js';
import { StopFlags } from './stop-flags.js';
import type { Strip } from './strips.js';
import { registerFrom, threadCodecs } from './thread-codecs.js';

/**
 * Does what a pool's messages say: one in each worker, or one on the calling thread where there are no workers. Frames are
 * decoded one at a time, in the order of the messages; the bytes of the next one are read meanwhile.
 */
export class JobRunner implements WorkerInterface {
  readonly #sources = new SourceCache();
  readonly #inPieces = new FramesInPieces();
  readonly #recipes = new RecipeBook<PostedRecipe>();
  /** Where the bytes of an earlier frame stood: those of a large one would cost page faults in fresh memory each time. */
  #spentInput: ArrayBuffer | undefined;
  #stops: StopFlags | undefined;
  /** Resolves when all that was asked for before is done. */
  #turn: Promise<void> = Promise.resolve();

  handle(messages: readonly Message[]): Promise<readonly Answer[]> {
    return Promise.all(messages.map((message) => this.#answer(message)));
  }

  async #answer(message: Message): Promise<Answer> {
    const before = this.#turn;
    let done!: () => void;
    this.#turn = new Promise((resolve) => {
      done = resolve;
    });
    try {
      return await this.#do(message, before);
    } catch (error) {
      return {
        kind: 'failed',
        error: withContext(error, {}, message.type === 'frame' ? 'InvalidDataset' : 'WorkerFailure').toData(),
      };
    } finally {
      // Also where the failure came before the turn did: the answers keep the order of the messages.
      await before;
      done();
    }
  }

  async #do(message: Message, before: Promise<void>): Promise<Answer> {
    switch (message.type) {
      case 'start':
        this.#stops = message.stops && new StopFlags(message.stops);
        for (const url of message.codecs) await registerFrom(url);
        return { kind: 'done', value: undefined };
      case 'frame': {
        const { job, modules = [] } = message;
        for (const { name, module } of modules) provideModule(name, module);
        if (message.recipe !== undefined) this.#recipes.set(job.recipe, message.recipe);
        const recipe = this.#recipes.get(job.recipe);
        if (job.input.kind === 'piece') return this.#picture(job, job.input, recipe, before);
        const begin = performance.now();
        const encoded =
          recipe && (job.input.kind === 'bytes' ? job.input : await this.#read(job.input, recipe));
        const read = performance.now() - begin;
        await before;
        if (recipe === undefined || encoded === undefined) return { kind: 'misplaced' };
        const checkpoint = this.#checkpoint(job.id, recipe.limits.decodeMilliseconds);
        checkpoint();
        const frame = encodedFrame(encoded, recipe, job.recipe);
        if (job.strip !== undefined && !(await isDivisible(frame, recipe))) return { kind: 'indivisible' };
        const value = await decode(frame, job, recipe, { read, checkpoint, registry: threadCodecs() });
        if (job.input.kind === 'origin') this.#keepInput(encoded.bytes, value);
        return { kind: 'done', value };
      }
      case 'leave':
        await before;
        this.#inPieces.close(message.pieces);
        return { kind: 'done', value: undefined };
      case 'release':
        await before;
        await this.#sources.release(message.source);
        return { kind: 'done', value: undefined };
    }
  }

  /** A picture of what has come of a frame. */
  async #picture(
    job: FrameJob,
    piece: ArrivedPiece,
    recipe: PostedRecipe | undefined,
    before: Promise<void>,
  ): Promise<Answer> {
    await before;
    if (recipe === undefined) return { kind: 'misplaced' };
    const { transferSyntax, attributes, limits } = recipe;
    const checkpoint = this.#checkpoint(job.id, limits.decodeMilliseconds);
    checkpoint();
    const engine = await this.#inPieces.append(piece, recipe);
    if (engine === undefined) return { kind: 'misplaced' };
    const frame: EncodedFrame = { bytes: NO_BYTES, transferSyntax, attributes };
    const registry = { engineFor: async () => engine };
    return { kind: 'done', value: await decode(frame, job, recipe, { read: 0, checkpoint, registry }) };
  }

  /** What a frame calls between two steps: it ends when nobody wants it any more, or when its time is over. */
  #checkpoint(job: number, allowed: number): () => void {
    const end = performance.now() + allowed;
    return () => {
      if (this.#stops?.isMarked(job)) throw new Aborted('The caller aborted the work.');
      if (performance.now() <= end) return;
      throw new LimitExceeded(`The frame took more than ${allowed} ms to decode.`, {
        limit: 'decodeMilliseconds',
        allowed,
      });
    };
  }

  async #read(
    input: Exclude<FrameInput, { readonly kind: 'bytes' | 'piece' }>,
    { origin }: PostedRecipe,
  ): Promise<EncodedBytes | undefined> {
    const source =
      input.kind === 'source' ? input.source : await this.#sources.get(origin!.source, origin!.handle);
    const memory = this.#spentInput;
    this.#spentInput = undefined;
    return readEncoded(source, input.location, memory);
  }

  /** Keeps the memory of encoded bytes that this thread has read itself and that are not the samples as well. */
  #keepInput({ buffer }: Uint8Array, result: DecodedFrame | RenderedFrame): void {
    const pixels = 'rgba' in result ? result.rgba : result.samples;
    if (buffer instanceof ArrayBuffer && buffer !== pixels.buffer) this.#spentInput = buffer;
  }
}

/** A picture of a frame in pieces is made of those that its decoder has. */
const NO_BYTES = new Uint8Array(0);

function encodedFrame(
  { bytes, bitOffset, frameOfCodestream, framesOfCodestream, codestreamOffset }: EncodedBytes,
  { transferSyntax, attributes }: PostedRecipe,
  recipe: number,
): EncodedFrame {
  const own = unshared(bytes, transferSyntax);
  const frame = { bytes: own, bitOffset, transferSyntax, attributes };
  if (frameOfCodestream === undefined) return frame;
  // A recipe is one image's.
  return { ...frame, frameOfCodestream, framesOfCodestream, codestreamKey: `${recipe} ${codestreamOffset}` };
}

async function isDivisible(frame: EncodedFrame, { request }: PostedRecipe): Promise<boolean> {
  try {
    const { codec } = await threadCodecs().engineFor(frame, request.engine);
    return codec.strips !== undefined;
  } catch {
    // Whoever decodes the whole says what is wrong with it.
    return false;
  }
}

/** What a frame is decoded by and under, beside what its recipe says. */
interface Circumstances extends Required<Pick<FrameRequest, 'registry'>> {
  /** Milliseconds that reading took. */
  readonly read: number;
  readonly checkpoint: () => void;
}

/** All properties, none forgotten: on V8 11, to list them takes a hundredth of the time that adding some to a spread takes. */
type Every<Properties> = { [Name in keyof Required<Properties>]: Properties[Name] };

async function decode(
  encoded: EncodedFrame,
  { frame, strip, into, display }: FrameJob,
  { attributes, request, limits }: PostedRecipe,
  { read, checkpoint, registry }: Circumstances,
): Promise<DecodedFrame | RenderedFrame> {
  const { view = WHOLE } = request;
  const wanted: Every<FrameRequest> = {
    engine: request.engine,
    colour: request.colour,
    photometricInterpretation: request.photometricInterpretation,
    view: strip === undefined ? view : { ...view, region: rowsOf(strip, attributes.columns) },
    borders: strip?.borders,
    truncated: request.truncated,
    overlays: request.overlays,
    palette: request.palette,
    limits,
    frame,
    into: display === undefined ? (into as SampleArray | undefined) : undefined,
    createOutput: strip && ((type, length) => stripMemory(strip, limits.frameBytes, type, length)),
    registry,
    checkpoint,
    readMilliseconds: read,
  };
  const decoded = await decodeEncodedFrame(encoded, wanted);
  if (display === undefined) return decoded;
  const begin = performance.now();
  const options = { ...display.options, into: into as Uint8ClampedArray | undefined };
  const rendering = await renderSamples(decoded, display.parameters, options);
  const { mismatches, truncated, engine, timings } = decoded;
  return {
    ...rendering,
    mismatches,
    ...(truncated && { truncated }),
    engine,
    timings: { ...timings, render: performance.now() - begin },
  };
}

function rowsOf({ row, rows }: Strip, columns: number): Region {
  return { row, rows, column: 0, columns };
}

/** Not every codec and not the platform's inflater take shared memory; native samples are only copied or viewed. */
function unshared(bytes: Uint8Array, transferSyntax: string): Uint8Array {
  if (bytes.buffer instanceof ArrayBuffer || transferSyntaxOf(transferSyntax)?.encapsulated === false)
    return bytes;
  return new Uint8Array(bytes);
}
