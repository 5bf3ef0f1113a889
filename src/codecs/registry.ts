import { transferSyntaxOf } from '../dicom/transfer-syntaxes.js';
import { UnknownTransferSyntax, UnsupportedFeature } from '../errors.js';
import { charls } from './charls.js';
import type { Codec, Decoder, EncodedFrame } from './codec.js';
import { deflateFrame } from './deflate-frame.js';
import { encapsulatedUncompressed } from './encapsulated-uncompressed.js';
import { jpeg } from './jpeg.js';
import { jpeg2000 } from './jpeg-2000.js';
import { jpegHierarchical } from './jpeg-hierarchical.js';
import { jpegLossless } from './jpeg-lossless.js';
import { jpegLs } from './jpeg-ls.js';
import { libjpegTurbo } from './libjpeg-turbo.js';
import { libjxl } from './libjxl.js';
import { native } from './native.js';
import { openjpeg } from './openjpeg.js';
import { openjph } from './openjph.js';
import { rle } from './rle.js';
import { type View, WHOLE } from './view.js';

/** Every codec of this library, the preferred ones first. */
const BUILT_IN_CODECS: readonly Codec[] = [
  native,
  encapsulatedUncompressed,
  deflateFrame,
  rle,
  jpegLossless,
  jpeg,
  libjpegTurbo,
  jpegHierarchical,
  jpegLs,
  charls,
  jpeg2000,
  openjph,
  openjpeg,
  libjxl,
];

/** The engine that was chosen for a frame: its row, and its code, loaded. */
export interface Engine {
  readonly codec: Codec;
  readonly decoder: Decoder;
}

/** The codecs of one thread. Rows are light; the code of a codec is loaded when the first frame needs it. */
export class CodecRegistry {
  readonly #codecs: Codec[] = [];
  readonly #decoders = new Map<Codec, Promise<Decoder>>();
  /** What `codecsFor` has answered. */
  readonly #choices = new Map<string, readonly Codec[]>();

  /**
   * Adds a codec. For a transfer syntax that has one already, the codec registered last is preferred.
   * @throws TypeError when another codec has this name; registering the same object again changes nothing
   */
  register(codec: Codec): void {
    const known = this.get(codec.name);
    if (known === codec) return;
    if (known !== undefined) throw new TypeError(`A codec named "${codec.name}" is already registered.`);
    this.#codecs.unshift(codec);
    this.#choices.clear();
  }

  /** The codec of this name. */
  get(name: string): Codec | undefined {
    return this.#codecs.find((codec) => codec.name === name);
  }

  /** The codecs that may decode a transfer syntax, in order of preference; those that belong to it come first. */
  codecsFor(transferSyntax: string): readonly Codec[] {
    let choices = this.#choices.get(transferSyntax);
    if (choices === undefined) {
      choices = [
        ...this.#codecs.filter((codec) => codec.transferSyntaxes.includes(transferSyntax)),
        ...this.#codecs.filter((codec) => codec.misfiledUnder?.includes(transferSyntax)),
      ];
      // UIDs that nobody knows may be any number of them.
      if (choices.length > 0) this.#choices.set(transferSyntax, choices);
    }
    return choices;
  }

  /**
   * The engine for one frame: the one named, else the first that does not refuse what the frame holds and can decode it at
   * the reduction that is wanted.
   * @throws UnsupportedFeature when the engine named is unknown or not for this transfer syntax (the message lists the
   * choices), when every engine refuses the frame or the reduction, or when the transfer syntax is known and has no codec
   * @throws UnknownTransferSyntax when neither a codec nor the table of transfer syntaxes knows the UID
   */
  async engineFor(frame: EncodedFrame, name?: string, view: View = WHOLE): Promise<Engine> {
    const codec = this.#choose(frame, name, view);
    return { codec, decoder: await this.load(codec) };
  }

  /** The decoder of a codec; its code is loaded once. A load that failed is tried again the next time. */
  load(codec: Codec): Promise<Decoder> {
    let decoder = this.#decoders.get(codec);
    if (decoder === undefined) {
      decoder = codec.load();
      this.#decoders.set(codec, decoder);
      decoder.catch(() => this.#decoders.delete(codec));
    }
    return decoder;
  }

  #choose(frame: EncodedFrame, name: string | undefined, { reduction }: View): Codec {
    const { transferSyntax } = frame;
    const choices = this.codecsFor(transferSyntax);
    if (choices.length === 0) throw this.#noCodec(transferSyntax);

    const candidates = name === undefined ? choices : choices.filter((codec) => codec.name === name);
    if (candidates.length === 0) {
      const list = choices.map((codec) => codec.name).join(', ');
      const problem = this.get(name ?? '') === undefined ? 'is not known' : 'does not decode it';
      throw new UnsupportedFeature(
        `For transfer syntax ${transferSyntax} choose ${list}; "${name}" ${problem}.`,
        {
          transferSyntax,
          engine: name,
          feature: `engine "${name}"`,
        },
      );
    }

    // The first refusal is that of the preferred codec, the one that knows this transfer syntax best.
    let refusal: string | undefined;
    for (const codec of candidates) {
      const reduces = reduction === 0 || codec.views?.reduction === true;
      const refused = codec.refusal?.(frame) ?? (reduces ? undefined : 'A reduced size');
      if (refused === undefined) return codec;
      refusal ??= refused;
    }
    throw new UnsupportedFeature(`${refusal} cannot be decoded${name === undefined ? '' : ` by ${name}`}.`, {
      transferSyntax,
      engine: name,
      feature: refusal,
    });
  }

  #noCodec(transferSyntax: string): UnsupportedFeature | UnknownTransferSyntax {
    const row = transferSyntaxOf(transferSyntax);
    if (row === undefined) {
      return new UnknownTransferSyntax(`Transfer syntax ${transferSyntax} is not known.`, { transferSyntax });
    }
    const feature = row.unsupported ?? row.name;
    return new UnsupportedFeature(`Transfer syntax ${transferSyntax} cannot be decoded: ${feature}.`, {
      transferSyntax,
      feature,
    });
  }
}

/** A registry with every codec of this library. */
export function createRegistry(): CodecRegistry {
  const registry = new CodecRegistry();
  for (const codec of BUILT_IN_CODECS.toReversed()) registry.register(codec);
  return registry;
}
