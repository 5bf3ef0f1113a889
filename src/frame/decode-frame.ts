import type { Codestream, DecodeContext, EncodedFrame, Truncation } from '../codecs/codec.js';
import type { CodecRegistry, Engine } from '../codecs/registry.js';
import { type Region, type View, WHOLE } from '../codecs/view.js';
import type { EmbeddedOverlayPlane } from '../dicom/overlays.js';
import { type ColourConversion, conversionToRgb } from '../display/colour.js';
import type { Palette } from '../display/palette.js';
import { LimitExceeded, UnsupportedFeature, withContext } from '../errors.js';
import { DEFAULT_LIMITS, type Limits } from '../limits.js';
import { loadSamples, type Samples } from '../wasm/samples.js';
import { cutOut } from './cut-out.js';
import type { DecodedFrame, EmbeddedOverlay, Mismatch, SampleArray } from './decoded-frame.js';
import { embeddedOverlay } from './embedded-overlay.js';
import { lengthMismatch } from './pixel-data-length.js';
import { checkAttributes, reconcile, type StoredLayout } from './reconcile.js';
import {
  bytesOf,
  bytesUnder,
  createSamples,
  integerType,
  requireInto,
  type SampleType,
  viewSamples,
} from './sample-array.js';
import { storeSamples, type Words, wordsAreStored } from './stored-bits.js';
import { codesWholeWords } from './whole-words.js';

/** What is wanted of a frame. */
export interface FrameRequest {
  /** The codecs to choose from. */
  readonly registry: Pick<CodecRegistry, 'engineFor'>;
  /** Name of the codec to decode with; without it the registry chooses. */
  readonly engine?: string | undefined;
  /** `stored` (the default): samples as they are stored. `rgb`: colour converted to RGB; gray stays gray. */
  readonly colour?: 'stored' | 'rgb' | undefined;
  /** What the components are, where the caller knows better than the codestream and the dataset: `RGB`, `YBR_FULL`. */
  readonly photometricInterpretation?: string | undefined;
  /** How much of the frame is wanted; all of it by default. */
  readonly view?: View | undefined;
  /** Where the view is a strip of a frame whose others are decoded at the same time: what lies between them. */
  readonly borders?: DecodeContext['borders'];
  /** What becomes of a frame that is cut off; `refuse` by default. */
  readonly truncated?: 'refuse' | 'keep' | undefined;
  /** An array to fill, of the type and length that the frame has. */
  readonly into?: SampleArray | undefined;
  /** Makes the array where `into` is absent; `createSamples` by default. What it holds means nothing. */
  readonly createOutput?: ((type: SampleType, length: number) => SampleArray) | undefined;
  readonly limits?: Limits | undefined;
  /** Overlays that the dataset declares in unused bits of the samples. */
  readonly overlays?: readonly EmbeddedOverlayPlane[] | undefined;
  /** The palette; needed to convert PALETTE COLOR. */
  readonly palette?: Palette | undefined;
  /** Index of the frame, counted from 0, for error messages. */
  readonly frame?: number | undefined;
  /** Called every few milliseconds where the codec can; throws when the frame is to be given up. */
  readonly checkpoint?: (() => void) | undefined;
  /** Milliseconds that reading the encoded bytes took, to be passed on in the timings. */
  readonly readMilliseconds?: number | undefined;
}

/**
 * Decodes one frame: encoded bytes and attributes to stored samples, or to RGB where that is asked for. The one way
 * through the library; a worker and the calling thread take the same.
 *
 * The samples are a view on `frame.bytes` where these are the samples already, else the array given as `into`, else a
 * fresh one.
 * @throws every tagged error of decoding, with transfer syntax, frame and engine in it
 */
export async function decodeEncodedFrame(frame: EncodedFrame, request: FrameRequest): Promise<DecodedFrame> {
  let engine: Engine | undefined;
  try {
    checkAttributes(frame.attributes);
    engine = await request.registry.engineFor(frame, request.engine, request.view);
    return await decodeView(engine, frame, request);
  } catch (error) {
    throw withContext(error, {
      transferSyntax: frame.transferSyntax,
      frame: request.frame,
      engine: engine?.codec.name ?? request.engine,
    });
  }
}

/** The region that is wanted, if one is: decoded by a codec that can, else cut out of the whole. */
function decodeView(engine: Engine, frame: EncodedFrame, request: FrameRequest): Promise<DecodedFrame> {
  const { region } = request.view ?? WHOLE;
  return region === undefined || engine.codec.views?.region === true
    ? decodeWith(engine, frame, request)
    : decodeAndCutOut(engine, frame, request, region);
}

async function decodeAndCutOut(
  engine: Engine,
  frame: EncodedFrame,
  request: FrameRequest,
  region: Region,
): Promise<DecodedFrame> {
  const { view, into } = request;
  const whole = await decodeWith(engine, frame, {
    ...request,
    view: { ...view!, region: undefined },
    into: undefined,
    createOutput: undefined,
  });
  return cutOut(whole, region, into);
}

async function decodeWith(engine: Engine, frame: EncodedFrame, request: FrameRequest): Promise<DecodedFrame> {
  const started = performance.now();
  const { plan, target, truncated, isRgb } = await wordsOf(engine, frame, request);
  const decoded = performance.now();
  const { layout, conversion } = plan;
  const toConvert = isRgb ? undefined : conversion;
  const isSettled = target.settled ?? isClean(layout);
  // Most frames need nothing of this kernel, and then it is not loaded for them.
  const samples = isSettled && toConvert === undefined ? undefined : await loadSamples();
  const { overlays, mismatches } = settle(
    plan,
    target,
    request.overlays ?? [],
    isSettled ? undefined : samples,
  );
  if (samples !== undefined) toConvert?.convert(samples, target.stored, target.output);
  const converted = performance.now();

  return {
    samples: target.output,
    rows: layout.rows,
    columns: layout.columns,
    samplesPerPixel: plan.samplesPerPixel,
    bitsStored: conversion?.bitsStored ?? layout.stored?.bits ?? bytesOf(layout.type) * 8,
    signed: conversion === undefined && (layout.stored?.signed ?? true),
    photometricInterpretation: conversion === undefined ? layout.photometricInterpretation : 'RGB',
    mismatches: [...lengthMismatch(frame), ...mismatches],
    ...(truncated && { truncated }),
    overlays,
    engine: engine.codec.name,
    timings: { read: request.readMilliseconds ?? 0, decode: decoded - started, convert: converted - decoded },
  };
}

/** The words of a frame: those that stand in the encoded bytes where they can be used so, else decoded. */
async function wordsOf(
  { codec, decoder }: Engine,
  frame: EncodedFrame,
  request: FrameRequest,
): Promise<{ plan: Plan; target: Target; truncated?: Truncation | undefined; isRgb?: boolean }> {
  const inPlace = decoder.inPlace?.(frame);
  if (inPlace !== undefined) {
    const plan = planFor(inPlace.codestream, frame, request);
    const { bytesPerSample } = inPlace.codestream;
    return { plan, target: await useInPlace(plan, { bytes: inPlace.bytes, bytesPerSample }, request) };
  }
  let plan: Plan | undefined;
  let target: Target | undefined;
  let isRgb = false;
  const { truncated } = await decoder.decode(frame, {
    limits: request.limits ?? DEFAULT_LIMITS,
    view: request.view ?? WHOLE,
    borders: request.borders,
    truncated: request.truncated ?? 'refuse',
    checkpoint: request.checkpoint,
    allocate(codestream) {
      plan = planFor(codestream, frame, request);
      target = takeMemory(plan, request);
      return target.words.bytes;
    },
    wantsRgb() {
      isRgb = plan !== undefined && convertsWords(plan);
      return isRgb;
    },
  });
  if (plan === undefined || target === undefined) {
    throw new Error(`The codec ${codec.name} returned without asking for memory.`);
  }
  return { plan, target, truncated, isRgb };
}

/** Whether words of 8 bits, as they are decoded, are YBR_FULL to be converted in place. */
function convertsWords({ layout, conversion, codestream }: Plan): boolean {
  const { photometricInterpretation, clean, type } = layout;
  if (conversion === undefined || photometricInterpretation !== 'YBR_FULL') return false;
  return clean && conversion.bytesPerSample === 1 && codestream.bytesPerSample === 1 && bytesOf(type) === 1;
}

/** What becomes of a frame, known from its headers. */
interface Plan {
  readonly codestream: Codestream;
  readonly layout: StoredLayout;
  readonly conversion: ColourConversion | undefined;
  /** Samples per pixel, type and length of what is handed out. */
  readonly samplesPerPixel: number;
  readonly type: SampleType;
  readonly length: number;
}

/** @throws LimitExceeded for a frame larger than the caller allows, before memory is taken for it */
function planFor(codestream: Codestream, frame: EncodedFrame, request: FrameRequest): Plan {
  const { frameBytes } = request.limits ?? DEFAULT_LIMITS;
  const layout = reconcile(codestream, frame.attributes, {
    wholeWords: codesWholeWords(frame.transferSyntax),
    overlayBits: (request.overlays ?? []).map((overlay) => overlay.bitPosition),
    photometricInterpretation: request.photometricInterpretation,
  });
  if ((request.view ?? WHOLE).reduction > 0) checkReducible(layout, codestream);
  const conversion = request.colour === 'rgb' ? conversionOf(layout, request.palette) : undefined;
  const type = conversion === undefined ? layout.type : integerType(conversion.bytesPerSample * 8, false);
  const samplesPerPixel = conversion === undefined ? layout.samplesPerPixel : 3;
  const pixels = layout.rows * layout.columns;
  const length = pixels * samplesPerPixel;

  const bytesPerPixel = Math.max(
    samplesPerPixel * bytesOf(type),
    layout.samplesPerPixel * Math.max(bytesOf(layout.type), codestream.bytesPerSample),
  );
  const requested = pixels * bytesPerPixel;
  if (!(requested <= frameBytes)) {
    throw new LimitExceeded(
      `The frame has ${layout.rows} rows of ${layout.columns} columns and needs ${requested} bytes; ${frameBytes} are allowed.`,
      { limit: 'frameBytes', allowed: frameBytes, requested },
    );
  }
  return { codestream, layout, conversion, samplesPerPixel, type, length };
}

/**
 * A reduced picture is a mean of its pixels.
 * @throws UnsupportedFeature where a mean has no meaning: of indices, and of words that hold more than the samples
 */
function checkReducible({ photometricInterpretation, stored }: StoredLayout, codestream: Codestream): void {
  const refuse = (what: string) => {
    throw new UnsupportedFeature(`${what} cannot be decoded at a reduced size.`, {
      feature: 'A reduced size',
    });
  };
  if (photometricInterpretation === 'PALETTE COLOR') refuse('Indices of a palette');
  if (stored !== undefined && (stored.shift > 0 || stored.bits < codestream.bitsPerSample)) {
    refuse('Samples that share their words with other bits');
  }
}

function conversionOf(layout: StoredLayout, palette: Palette | undefined): ColourConversion | undefined {
  const { stored } = layout;
  const bytes = bytesOf(layout.type);
  return conversionToRgb(
    {
      ...layout,
      bitsStored: stored?.bits ?? bytes * 8,
      signed: stored?.signed ?? true,
      bytesPerSample: stored === undefined ? undefined : bytes,
    },
    palette,
  );
}

/** The memory of a frame on its way. */
interface Target {
  /** Where the codec writes: the stored samples' own memory, or some of its own where their containers differ. */
  readonly words: Words;
  /** The stored samples: in the output, or in an array of their own where a conversion changes their number or type. */
  readonly stored: SampleArray;
  /** What is handed out. */
  readonly output: SampleArray;
  /** The words have been looked at already: whether they are the stored samples. */
  readonly settled?: boolean;
}

function takeMemory(plan: Plan, request: FrameRequest): Target {
  const { layout, conversion, codestream } = plan;
  const output = outputFor(plan, request);
  const storedLength = layout.rows * layout.columns * layout.samplesPerPixel;
  const stored =
    conversion === undefined || conversion.inPlace ? output : createSamples(layout.type, storedLength);
  const { bytesPerSample } = codestream;
  const bytes =
    bytesPerSample === bytesOf(layout.type)
      ? bytesUnder(stored)
      : new Uint8Array(storedLength * bytesPerSample);
  return { words: { bytes, bytesPerSample }, stored, output };
}

function outputFor(
  { type, length }: Plan,
  { into, createOutput = createSamples }: FrameRequest,
): SampleArray {
  return into === undefined ? createOutput(type, length) : requireInto(into, type, length);
}

/** The encoded bytes are handed out, or converted from, without a copy where they are the stored samples already. */
async function useInPlace(plan: Plan, words: Words, request: FrameRequest): Promise<Target> {
  const { layout, conversion } = plan;
  const settled = isClean(layout) || areStored(await loadSamples(), words, layout);
  if (settled && (conversion !== undefined || request.into === undefined)) {
    const stored = viewSamples(layout.type, words.bytes);
    return { words, stored, output: conversion === undefined ? stored : outputFor(plan, request), settled };
  }
  return { ...takeMemory(plan, request), words, settled };
}

/** Whether words are the stored samples, whatever they hold. */
function isClean({ stored, clean }: StoredLayout): boolean {
  return stored === undefined || clean;
}

/** Whether words are the stored samples by what they hold. */
function areStored(samples: Samples, words: Words, { type, stored }: StoredLayout): boolean {
  if (stored === undefined) return true;
  return words.bytesPerSample === bytesOf(type) && wordsAreStored(samples, words, stored);
}

/**
 * Makes stored samples of the words: takes overlays out, clears unused bits, extends the sign, widens.
 * @param samples undefined where it is known that the words are the stored samples already
 */
function settle(
  { layout, codestream }: Plan,
  { words, stored, settled }: Target,
  declared: readonly EmbeddedOverlayPlane[],
  samples: Samples | undefined,
): { overlays: readonly EmbeddedOverlay[]; mismatches: readonly Mismatch[] } {
  const planes = planesOf(words, layout, declared);
  const overlays = planes.map((plane) => embeddedOverlay(words, plane, layout.rows, layout.columns));
  const { mismatches } = layout;
  const isSettled = samples === undefined || (settled === undefined && areStored(samples, words, layout));
  if (isSettled || layout.stored === undefined) {
    const isThere = words.bytes.buffer === stored.buffer && words.bytes.byteOffset === stored.byteOffset;
    if (!isThere) bytesUnder(stored).set(words.bytes);
    return { overlays, mismatches };
  }
  const claimed = planes.reduce((mask, { bitPosition }) => mask | (1n << BigInt(bitPosition)), 0n);
  const unused = storeSamples(samples, words, layout.stored, stored);
  // What a codestream's own sign has filled is nobody's doing.
  const unclaimed = codestream.signed === true ? 0n : unused & ~claimed;
  if (unclaimed === 0n) return { overlays, mismatches };
  const cleared = { attribute: 'unusedBits', dataset: 0, codestream: `0x${unclaimed.toString(16)}` };
  return { overlays, mismatches: [...mismatches, cleared] };
}

/** The overlay planes that stand in bits outside of the samples, as they may in gray frames only. */
function planesOf(
  { bytesPerSample }: Words,
  { stored, samplesPerPixel }: StoredLayout,
  declared: readonly EmbeddedOverlayPlane[],
): readonly EmbeddedOverlayPlane[] {
  if (stored === undefined || samplesPerPixel !== 1) return [];
  const { shift, bits } = stored;
  return declared.filter(
    ({ bitPosition: bit }) => bit < bytesPerSample * 8 && (bit < shift || bit >= shift + bits),
  );
}
