import type { DecodeContext, Truncation } from '../codecs/codec.js';
import type { FrameLocation } from '../dicom/frame-index.js';
import type { DisplayParameters } from '../display/display-parameters.js';
import type { RenderedFrame as Rendering, RenderOptions } from '../display/render.js';
import type { ErrorData } from '../errors.js';
import type { FrameTimings, Mismatch, SampleArray } from '../frame/decoded-frame.js';
import type { ByteSource } from '../sources/byte-source.js';
import type { ArrivedPiece } from './arriving-bytes.js';
import type { EncodedBytes } from './read-encoded.js';
import type { PostedRecipe } from './recipe.js';
import type { Strip } from './strips.js';

/** Where the encoded bytes of a frame are to be had. */
export type FrameInput =
  /** The worker reads them itself, from the origin in the recipe. */
  | { readonly kind: 'origin'; readonly location: FrameLocation }
  /** They come with the message, and the milliseconds that reading them took. */
  | ({ readonly kind: 'bytes'; readonly readMilliseconds: number } & EncodedBytes)
  /** What has come since the last picture; the worker has kept what was in front of it. */
  | ({ readonly kind: 'piece' } & ArrivedPiece)
  /** On the calling thread only: the caller's own open source. */
  | { readonly kind: 'source'; readonly source: ByteSource; readonly location: FrameLocation };

/** One frame to decode. */
export interface FrameJob {
  /** Number of the job in its pool: by it a worker is told to stop. */
  readonly id: number;
  /** Number of its recipe, which is the same in all pools. */
  readonly recipe: number;
  /** Index of the frame, counted from 0. */
  readonly frame: number | undefined;
  readonly input: FrameInput;
  /** The rows that are wanted, where other workers decode the rest. */
  readonly strip: StripJob | undefined;
  /** Memory shared with the caller, or spent by an earlier frame and sent back. */
  readonly into: SampleArray | Uint8ClampedArray | undefined;
  /** There where the frame is to be rendered when it is decoded. */
  readonly display: DisplayJob | undefined;
}

/** A part of a frame, and the memory for its samples where there is no `into`. */
export interface StripJob extends Strip {
  /** Rows of the whole frame, for which memory is to be made: of the first strip, behind whose samples the others will be copied. */
  readonly room?: number | undefined;
  /** Memory of an earlier strip: used where its length is right. */
  readonly spent?: ArrayBuffer | undefined;
  /** What lies between it and its neighbours; undefined where each decodes all that it needs. */
  readonly borders?: DecodeContext['borders'];
}

/** How a frame is to be shown: by the dataset, and by the caller. */
export interface DisplayJob {
  readonly parameters: DisplayParameters;
  readonly options: RenderOptions;
}

/** A frame as a canvas, an ImageData or a PNG takes it. */
export interface RenderedFrame<Memory extends ArrayBufferLike = ArrayBufferLike> extends Rendering<Memory> {
  /** Each disagreement between the codestream and the dataset; empty where they agree. */
  readonly mismatches: readonly Mismatch[];
  /** Only with `truncated: 'keep'`: the bytes ended before the frame did; how far it is whole. */
  readonly truncated?: Truncation | undefined;
  /** Name of the engine that decoded. */
  readonly engine: string;
  /** Milliseconds by stage; rendering comes after those of decoding. */
  readonly timings: FrameTimings & { readonly render: number };
}

/** A WebAssembly module that was compiled by the pool for all its workers. */
export interface CompiledModule {
  readonly name: string;
  readonly module: WebAssembly.Module;
}

/** What the pool says to a worker. One union for everything, so that more can be said later: a priority, a cancel. */
export type Message =
  /** The first: URLs of modules whose default export is a codec to register. */
  | {
      readonly type: 'start';
      readonly codecs: readonly string[];
      /** Shared memory in which jobs are marked that are to stop (`StopFlags`); undefined where there is none. */
      readonly stops: Int32Array | undefined;
    }
  | {
      readonly type: 'frame';
      readonly job: FrameJob;
      /** With the first job of a recipe, and the compiled modules that its frames will need. */
      readonly recipe?: PostedRecipe;
      readonly modules?: readonly CompiledModule[];
    }
  /** A source is closed: so is the worker's handle on it, when the jobs before are done. */
  | { readonly type: 'release'; readonly source: number }
  /** No more is wanted of the frame in pieces that has this number. */
  | { readonly type: 'leave'; readonly pieces: number };

/** What a worker answers to a message. Errors travel as data: a thread boundary keeps no classes. */
export type Answer =
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly error: ErrorData }
  /**
   * The frame is not where its location was presumed to be, or its recipe, or what is in front of its piece, is not known here:
   * nothing was decoded.
   */
  | { readonly kind: 'misplaced' }
  /** A strip was wanted, and the engine of this frame decodes frames as wholes: nothing was decoded. */
  | { readonly kind: 'indivisible' };

/** What a worker exposes. */
export interface WorkerInterface {
  /**
   * Does one after another what the messages say; an answer for each, when all are done. Never rejects: what goes wrong is
   * an answer.
   */
  handle(messages: readonly Message[]): Promise<readonly Answer[]>;
}
