import type { ImagePixel } from '../dicom/image-pixel.js';
import type { FrameRequest } from '../frame/decode-frame.js';
import type { Limits } from '../limits.js';
import type { SourceHandle } from '../sources/byte-source.js';

/**
 * How frames are to be decoded: what all jobs of an image have in common while the options stay the same. The same object
 * for each of them, so that a worker is told once.
 */
export interface Recipe {
  readonly transferSyntax: string;
  readonly attributes: ImagePixel;
  readonly request: Omit<
    FrameRequest,
    'registry' | 'limits' | 'frame' | 'borders' | 'into' | 'createOutput' | 'checkpoint' | 'readMilliseconds'
  >;
  readonly limits: Partial<Limits> | undefined;
}

/** A recipe as a worker has it. */
export interface PostedRecipe extends Omit<Recipe, 'limits'> {
  readonly limits: Limits;
  /** Where the worker reads the frames, and the number under which it keeps that open; undefined where it is given bytes. */
  readonly origin: { readonly source: number; readonly handle: SourceHandle } | undefined;
}

/** Recipes that are kept at once: an image has one or two, and a worker that has lost one is told again. */
const MOST_KEPT = 32;

/** A map by recipes' numbers that lets the oldest go. */
export class RecipeBook<Value> {
  readonly #entries = new Map<number, Value>();

  get(number: number): Value | undefined {
    return this.#entries.get(number);
  }

  set(number: number, value: Value): void {
    this.#entries.set(number, value);
    if (this.#entries.size <= MOST_KEPT) return;
    const [oldest] = this.#entries.keys();
    this.#entries.delete(oldest!);
  }
}
