import { standsInMemory } from './decodes-here.js';
import { type Concatenation, concatenationOf } from './dicom/concatenation.js';
import type { Dataset, ElementKey } from './dicom/dataset.js';
import type { Deviation } from './dicom/deviations.js';
import type { Value } from './dicom/element.js';
import { type FrameIndex, frameIndexOf } from './dicom/frame-index.js';
import { type ImagePixel, imagePixelOf } from './dicom/image-pixel.js';
import { type EmbeddedOverlayPlane, embeddedOverlaysOf } from './dicom/overlays.js';
import { type Part10, readPart10 } from './dicom/part10.js';
import type { TransferSyntax } from './dicom/transfer-syntax.js';
import { type DisplayParameters, displayParametersOf } from './display/display-parameters.js';
import { hasPerFrameGroups } from './display/functional-groups.js';
import { type Palette, paletteOf } from './display/palette.js';
import { Aborted, CineloopError, withContext } from './errors.js';
import type { DecodedFrame, SampleArray } from './frame/decoded-frame.js';
import {
  type CodestreamOptions,
  type DecodeOptions,
  poolFor,
  type RenderOptions,
  viewOf,
} from './options.js';
import type { FramePool } from './pool/frame-pool.js';
import { LastRecipe } from './pool/last-recipe.js';
import type { PooledFrame, PooledSource } from './pool/pooled-frame.js';
import type { RenderedFrame } from './pool/protocol.js';
import type { Recipe } from './pool/recipe.js';
import { isRegisteredHere } from './register-codec.js';
import type { ByteSource, SourceInput } from './sources/byte-source.js';
import { MemorySource } from './sources/memory.js';
import { openSource } from './sources/open.js';

/** Options of `open`: the defaults of all calls on the image. */
export type OpenOptions = Omit<DecodeOptions, 'into' | 'signal'>;

/** Options of `decodeAll`. */
export interface DecodeAllOptions extends Omit<DecodeOptions, 'into'> {
  /**
   * One array for all frames, or several that are filled by turns. Into several in shared memory workers write straight, as many
   * frames ahead as there are arrays; that spares the calling thread garbage and copies.
   */
  readonly into?: SampleArray | readonly SampleArray[] | undefined;
  /** Frames to decode, in this order, counted from 0. By default all. */
  readonly frames?: Iterable<number> | undefined;
  /**
   * What becomes of a frame that fails. `throw` (the default): the iteration ends with its error. `yield`: the error takes
   * the frame's place, and the iteration goes on.
   */
  readonly failures?: 'throw' | 'yield' | undefined;
}

/** What an image may leave open when it is forgotten rather than closed. */
interface Held {
  readonly source: ByteSource;
  readonly owned: boolean;
  readonly pools: Set<FramePool>;
}

const forgotten = new FinalizationRegistry<Held>((held) => void letGo(held));

async function letGo({ source, owned, pools }: Held): Promise<void> {
  for (const pool of pools) pool.release(source);
  if (owned) await source.close();
}

/**
 * Opens a DICOM file: reads its header, no pixel data.
 *
 * An image is opened also where its frames cannot be decoded, for the sake of its dataset; the calls that decode say why.
 * @param input bytes in memory (they must not change while the image is in use), a Blob or File, in Node.js a path or
 *   file: URL, or a `ByteSource` of the caller's, which the caller closes
 * @param options defaults of all calls on the image
 * @throws InvalidDataset for what cannot be read or is no DICOM file (PS3.10 7)
 * @throws LimitExceeded for a header beyond the limits on nesting, elements and inflated bytes
 * @example
 * const image = await open(file);
 * assert.equal(image.transferSyntax.name, 'Explicit VR Little Endian');
 * assert.equal(image.frameCount, 3);
 * assert.equal(image.attributes.rows, 4);
 * await image.close();
 */
export async function open(input: SourceInput, options: OpenOptions = {}): Promise<DicomImage> {
  const source = await openSource(input);
  const owned = source !== input;
  try {
    return new DicomImage(await partsOf(source, options), { source, owned, pools: new Set() }, options);
  } catch (error) {
    if (owned) await source.close();
    throw withContext(error, {}, 'InvalidDataset');
  }
}

/** What is known of an image: what could not be had is kept as the error that says why. */
interface Parts {
  readonly part10: Part10;
  readonly index: FrameIndex | CineloopError;
  readonly attributes: ImagePixel | CineloopError;
}

async function partsOf(source: ByteSource, { limits }: OpenOptions): Promise<Parts> {
  const part10 = await readPart10(source, { limits: limits ?? {} });
  const { dataset, transferSyntax } = part10;
  const orError = (error: unknown) =>
    withContext(error, { transferSyntax: transferSyntax.uid }, 'InvalidDataset');
  return {
    part10,
    index: await frameIndexOf(part10).catch(orError),
    attributes: await Promise.resolve()
      .then(() => imagePixelOf(dataset, transferSyntax))
      .catch(orError),
  };
}

/** An open DICOM image: its header, and its frames to decode. Made by `open`. */
export class DicomImage {
  readonly #parts: Parts;
  readonly #held: Held;
  readonly #defaults: OpenOptions;
  /** Fires when the image is closed, and drops what is on its way. */
  readonly #closing = new AbortController();
  #source: PooledSource | undefined;
  readonly #lastRecipe = new LastRecipe();
  #overlays: readonly EmbeddedOverlayPlane[] | undefined;
  #loadedPalette: Promise<Palette | undefined> | undefined;
  /** How all frames are shown, where they are all shown alike. */
  #commonDisplay: Promise<DisplayParameters> | undefined;

  /** @internal */
  constructor(parts: Parts, held: Held, defaults: OpenOptions) {
    this.#parts = parts;
    this.#held = held;
    this.#defaults = defaults;
    forgotten.register(this, held, this);
  }

  /** The transfer syntax as a row of data (PS3.5 Annex A): `uid`, `name` and how the dataset and its pixels are encoded. */
  get transferSyntax(): TransferSyntax {
    return this.#parts.part10.transferSyntax;
  }

  /**
   * The attributes of the Image Pixel module (PS3.3 C.7.6.3).
   * @throws MissingAttribute, AttributeMismatch where the dataset has none that an image can have
   */
  get attributes(): ImagePixel {
    return orThrow(this.#parts.attributes);
  }

  /** Frames that there are; 0 where there are no pixel data. */
  get frameCount(): number {
    const { index } = this.#parts;
    return index instanceof CineloopError ? 0 : index.frameCount;
  }

  /** The data elements (PS3.5 7), without the file meta information. */
  get dataset(): Dataset {
    return this.#parts.part10.dataset;
  }

  /** The file meta information (PS3.10 7.1), group 0002. */
  get meta(): Dataset {
    return this.#parts.part10.meta;
  }

  /**
   * Which part of a concatenation this instance is (PS3.3 C.7.6.16.2.2.4): its frames go on in other instances, which are
   * the caller's to find and to put in order. Undefined where it stands alone.
   */
  get concatenation(): Concatenation | undefined {
    return concatenationOf(this.dataset);
  }

  /** Where the file departs from the standard and was read all the same. */
  get deviations(): readonly Deviation[] {
    const { part10, index } = this.#parts;
    return 'deviations' in index ? [...part10.deviations, ...index.deviations] : part10.deviations;
  }

  /**
   * The first value of an element, by its keyword (PS3.6), its tag as a number or as eight hexadecimal digits; undefined
   * where it is missing or empty. `dataset` has more: all values, items of sequences, values too long to come with the
   * header.
   * @example
   * const image = await open(file);
   * assert.equal(image.value('Modality'), 'OT');
   * assert.equal(image.value(0x00280010), 4);
   */
  value(key: ElementKey): Value | undefined {
    return this.dataset.value(key);
  }

  /**
   * Decodes one frame to its stored samples: `rows * columns * samplesPerPixel` of them, colour by pixel, in the typed
   * array that Bits Allocated and Pixel Representation ask for, sign extended, unused bits cleared (PS3.5 8.1.1, 8.2).
   * Where codestream and dataset disagree the codestream is followed, and `mismatches` says so.
   *
   * Native frames whose bytes are their samples already cost no copy: of an image in memory they are a view on it (so
   * writing into them writes into it), decoded on the calling thread whatever the pool.
   * @param index of the frame, counted from 0
   * @throws the tagged errors of decoding with `frame` and `transferSyntax` in them; Aborted, WorkerFailure; other frames
   *   are not concerned
   * @example
   * const image = await open(file);
   * const { samples, rows, columns, signed, bitsStored } = await image.decode(1);
   * assert.equal(samples.constructor, Uint16Array);
   * assert.equal(samples.length, rows * columns);
   * assert.deepEqual([signed, bitsStored], [false, 12]);
   */
  async decode(index: number, options: DecodeOptions = {}): Promise<DecodedFrame> {
    const all = { ...this.#defaults, ...options };
    const pool = this.#poolFor(all);
    return pool.decode(await this.#frame(index, all), all.into);
  }

  /**
   * Decodes frames in order. As many are decoded ahead as keep the pool busy and no more, so that memory stays flat; when
   * the iteration is left, what was decoded ahead is dropped.
   *
   * With `into` every frame comes in that one array, or in the next one of several: it holds a frame from when that is yielded
   * until the next one is asked for.
   * @throws as `decode` does, at the frame that fails, which ends the iteration; with `failures: 'yield'` the error comes in
   *   the frame's place
   * @example
   * const image = await open(file);
   * const maxima = [];
   * for await (const { samples } of image.decodeAll()) maxima.push(Math.max(...samples));
   * assert.deepEqual(maxima, [1015, 2015, 3015]);
   */
  decodeAll(
    options?: DecodeAllOptions & { readonly failures?: 'throw' | undefined },
  ): AsyncGenerator<DecodedFrame, void>;
  decodeAll(options: DecodeAllOptions): AsyncGenerator<DecodedFrame | CineloopError, void>;
  async *decodeAll(options: DecodeAllOptions = {}): AsyncGenerator<DecodedFrame | CineloopError, void> {
    const all = { ...this.#defaults, ...options };
    const { failures, frames = range(this.frameCount) } = all;
    const pool = this.#poolFor(all);
    const turns = isList(all.into) && all.into.length > 1 ? all.into : undefined;
    const into = isList(all.into) ? all.into[0] : all.into;
    const one = { ...all, into };
    const leaving = new AbortController();
    let recipe: Recipe | undefined;
    let turn = 0;
    // The array of the frame that the caller looks at is not to be filled.
    const most = turns === undefined ? Number.POSITIVE_INFINITY : turns.length - 1;
    const begin = async (index: number): Promise<DecodedFrame | CineloopError> => {
      turn += 1;
      const own = turns?.[turn % turns.length];
      try {
        const frame = await this.#frame(index, one, leaving.signal);
        recipe = frame.recipe;
        const ahead = into !== undefined && own === undefined;
        return await (ahead ? pool.decodeAhead(frame, into) : pool.decode(frame, own));
      } catch (error) {
        return withContext(error, { frame: index }, 'WorkerFailure');
      }
    };
    const finish = (result: DecodedFrame | CineloopError): DecodedFrame | CineloopError => {
      if (!(result instanceof CineloopError)) {
        return into === undefined || turns !== undefined ? result : pool.fill(into, result);
      }
      if (failures === 'yield' && result.tag !== 'Aborted') return result;
      throw result;
    };
    const begun: Promise<DecodedFrame | CineloopError>[] = [];
    try {
      for (const index of frames) {
        begun.push(begin(index));
        if (begun.length > Math.min(pool.lookAhead(recipe), most)) yield finish(await begun.shift()!);
      }
      for (const result of begun) yield finish(await result);
    } finally {
      leaving.abort();
    }
  }

  /**
   * Decodes one frame and renders it to `rows * columns * 4` bytes of RGBA, alpha 255, for a canvas, an ImageData or a PNG.
   * Gray: modality LUT, VOI LUT or window, presentation (PS3.3 C.11; PS3.4 N.2); MONOCHROME1 and Presentation LUT Shape INVERSE
   * are inverted. PALETTE COLOR through its palette, also segmented (PS3.3 C.7.6.3.1.5, C.7.9). Colour as RGB.
   *
   * Without a window in the dataset or the options, the window is the range of the frame's samples. Unless `into` is shared
   * memory, an ImageData takes `rgba` as it is.
   * @param index of the frame, counted from 0
   * @throws as `decode` does; UnsupportedFeature, AttributeMismatch for what cannot be shown so; InvalidDataset for broken
   *   lookup tables
   * @example
   * const image = await open(file);
   * const { rgba, rows, columns } = await image.render(0, { window: { center: 2048, width: 4096 } });
   * assert.equal(rgba.length, rows * columns * 4);
   * assert.equal(rgba[3], 255);
   */
  render(
    index: number,
    options?: RenderOptions & { readonly into?: Uint8ClampedArray<ArrayBuffer> | undefined },
  ): Promise<RenderedFrame<ArrayBuffer>>;
  render(index: number, options: RenderOptions): Promise<RenderedFrame>;
  async render(index: number, options: RenderOptions = {}): Promise<RenderedFrame> {
    const all = { ...this.#defaults, ...options };
    const { window, voi, invert, into } = all;
    const pool = this.#poolFor(all);
    const frame = await this.#frame(index, { ...all, colour: 'stored', into: undefined });
    const parameters = await this.#displayParameters(index);
    // To render is work, which a worker does also for a frame that needs no decoding.
    const here = isRegisteredHere(frame.recipe.transferSyntax, all.engine);
    return pool.render({ ...frame, here }, { parameters, options: { window, voi, invert } }, into);
  }

  /** What the pool is told of a frame. It holds on to the image, so that this is not forgotten while frames are on their way. */
  async #frame(index: number, options: DecodeOptions, ...signals: AbortSignal[]): Promise<PooledFrame> {
    const { engine, signal, strips } = options;
    signals.push(this.#closing.signal);
    if (signal !== undefined) signals.push(signal);
    const input = this.#input();
    const recipe = await this.#recipeFor(options);
    const { transferSyntax, attributes } = recipe;
    const { source, frames } = input;
    let here = isRegisteredHere(transferSyntax, engine);
    if (!here && source instanceof MemorySource) {
      const locate = () => frames.locate(index);
      here = await standsInMemory({ source, locate, transferSyntax, attributes }, options);
    }
    return { recipe, index, input, signals, here, strips, owner: this };
  }

  #input(): PooledSource {
    this.#source ??= {
      kind: 'source',
      source: this.#parts.part10.source,
      frames: orThrow(this.#parts.index),
    };
    return this.#source;
  }

  /** How frames are decoded with these options: the same object as for the call before where they are the same. */
  async #recipeFor(options: DecodeOptions): Promise<Recipe> {
    const { engine, colour, photometricInterpretation, truncated, limits } = options;
    const { dataset, transferSyntax } = this.#parts.part10;
    const palette = colour === 'rgb' ? await this.#palette() : undefined;
    this.#overlays ??= embeddedOverlaysOf(dataset);
    const overlays = this.#overlays;
    const view = viewOf(options);
    return this.#lastRecipe.recall({
      transferSyntax: transferSyntax.uid,
      attributes: this.attributes,
      request: { engine, colour, photometricInterpretation, truncated, view, palette, overlays },
      limits: limits && { ...limits },
    });
  }

  /** How the dataset says that a frame is shown. Its errors are those of the frame. */
  async #displayParameters(index: number): Promise<DisplayParameters> {
    try {
      if (hasPerFrameGroups(this.dataset)) return await displayParametersOf(this.dataset, index);
      this.#commonDisplay ??= displayParametersOf(this.dataset, index);
      return await this.#commonDisplay;
    } catch (error) {
      throw withContext(error, { frame: index, transferSyntax: this.transferSyntax.uid }, 'InvalidDataset');
    }
  }

  #palette(): Promise<Palette | undefined> {
    this.#loadedPalette ??= paletteOf(this.dataset, this.attributes.pixelRepresentation === 1);
    return this.#loadedPalette;
  }

  #poolFor(options: CodestreamOptions): FramePool {
    const pool = poolFor(options);
    this.#held.pools.add(pool);
    return pool;
  }

  /**
   * Closes what `open` opened, here and in the workers. Frames that are queued or being decoded fail with Aborted, and so
   * do those that are asked for afterwards. May be called again.
   */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new Aborted('The image has been closed.'));
    forgotten.unregister(this);
    await letGo(this.#held);
  }
}

function* range(end: number): Generator<number, void> {
  for (let index = 0; index < end; index += 1) yield index;
}

function isList(into: DecodeAllOptions['into']): into is readonly SampleArray[] {
  return Array.isArray(into);
}

function orThrow<T extends object>(value: T | CineloopError): T {
  if (value instanceof CineloopError) throw value;
  return value;
}
