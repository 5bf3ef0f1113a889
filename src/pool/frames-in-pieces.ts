import type { EncodedFrame, FrameInPieces } from '../codecs/codec.js';
import type { Engine } from '../codecs/registry.js';
import { UnsupportedFeature } from '../errors.js';
import type { ArrivedPiece } from './arriving-bytes.js';
import type { PostedRecipe } from './recipe.js';
import { threadCodecs } from './thread-codecs.js';

/** A frame of which more is to come, with what has been decoded of it. */
interface Begun {
  readonly engine: Engine;
  readonly pieces: FrameInPieces;
  arrived: number;
}

/** The frames of one thread whose bytes still come, by their numbers. Between two of their pieces it decodes others. */
export class FramesInPieces {
  readonly #begun = new Map<number, Begun>();

  /**
   * Adds a piece to its frame.
   * @returns what decodes a picture of all that has come; undefined where what is in front of the piece is not here
   * @throws UnsupportedFeature for engines that cannot show a part of a frame, LimitExceeded
   */
  async append(piece: ArrivedPiece, recipe: PostedRecipe): Promise<Engine | undefined> {
    const { number, offset, bytes } = piece;
    if (offset === 0) await this.#begin(piece, recipe);
    const frame = this.#begun.get(number);
    if (frame?.arrived !== offset) return undefined;
    frame.pieces.append(bytes);
    frame.arrived += bytes.length;
    return { codec: frame.engine.codec, decoder: frame.pieces };
  }

  /** Gives the memory of a frame back. */
  close(number: number): void {
    this.#begun.get(number)?.pieces.close();
    this.#begun.delete(number);
  }

  async #begin({ number, byteLength, bytes }: ArrivedPiece, recipe: PostedRecipe): Promise<void> {
    const { transferSyntax, attributes, limits } = recipe;
    const { engine: name, view } = recipe.request;
    this.close(number);
    const frame: EncodedFrame = { bytes, transferSyntax, attributes };
    const engine = await threadCodecs().engineFor(frame, name, view);
    const pieces = await engine.decoder.inPieces?.(byteLength, { limits, ...(view && { view }) });
    if (pieces === undefined) throw withoutProgression(transferSyntax, engine);
    this.#begun.set(number, { engine, pieces, arrived: 0 });
  }
}

function withoutProgression(transferSyntax: string, { codec }: Engine): UnsupportedFeature {
  const feature = 'Frames in pieces';
  return new UnsupportedFeature(`${feature} cannot be decoded by ${codec.name}.`, {
    ...{ transferSyntax, engine: codec.name, feature },
  });
}
