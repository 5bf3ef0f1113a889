import type { ImagePixel } from '../dicom/image-pixel.js';
import type { Limits } from '../limits.js';
import type { StripBorders } from '../wasm/strip-borders.js';
import type { Extent, View } from './view.js';

/** The encoded bytes of one frame (fragments joined) and what the dataset says of it. */
export interface EncodedFrame {
  /** Never written to: they may be a view on the caller's memory. */
  readonly bytes: Uint8Array;
  /**
   * Bit at which the frame begins, counted from the least significant one of the first byte: 0 (also where absent) to 7
   * for native frames of 1-bit or packed 12-bit samples, which are not padded to whole bytes (PS3.5 8.1.1). Up to 15 in big
   * endian, where the bytes are whole 16-bit words of OW (PS3.5 A.3): bits are counted once those are swapped.
   */
  readonly bitOffset?: number;
  /**
   * Which frame of the codestream, counted from 0, where its components are several frames (PS3.5 A.4.4): each has Samples per Pixel of
   * them. Undefined where the codestream is one frame.
   */
  readonly frameOfCodestream?: number | undefined;
  /** How many frames that codestream has. */
  readonly framesOfCodestream?: number | undefined;
  /** Tells that codestream, and how it is to be decoded, from all others on this thread; undefined where that is not known. */
  readonly codestreamKey?: string | undefined;
  /** UID of the transfer syntax. */
  readonly transferSyntax: string;
  readonly attributes: ImagePixel;
}

/** What the codestream itself says of its samples (PS3.5 8.2: this decides, the dataset is reconciled afterwards). */
export interface Codestream {
  /** As coded: the size of the whole picture. */
  readonly rows: number;
  readonly columns: number;
  /** Size of what is handed out, where that is less: at a reduction, of a region. */
  readonly extent?: Extent;
  readonly samplesPerPixel: number;
  /** Precision of a sample in bits. */
  readonly bitsPerSample: number;
  /** Undefined where the codestream carries no sign (JPEG, JPEG-LS, RLE). */
  readonly signed: boolean | undefined;
  /** What the samples handed out are, e.g. `YBR_FULL` or `RGB`; undefined where the codestream does not say. */
  readonly photometricInterpretation: string | undefined;
  /** Where the bytes ended before the frame did and what there is was kept: see `DecodeContext.truncated`. */
  readonly truncated?: Truncation;
  /** Bytes per sample handed out: the smallest of 1, 2, 4, 8 that holds bitsPerSample, unless the codec says more. */
  readonly bytesPerSample: 1 | 2 | 4 | 8;
}

/** How far a frame goes that was cut off. */
export interface Truncation {
  /** Rows from the top that are whole: those below hold what was there of them, at less than their quality or empty. */
  readonly goodRows: number;
}

/** What a decoder may ask of its caller. */
export interface DecodeContext {
  /**
   * Memory for the samples: exactly rows * columns (of the extent, where there is one) * samplesPerPixel * bytesPerSample
   * bytes, aligned to bytesPerSample, contents undefined. Asked for once per frame, when the headers are read and checked and before
   * memory is taken for anything of the image's size.
   * @throws LimitExceeded when the frame is larger than `limits.frameBytes`
   */
  allocate(codestream: Codestream): Uint8Array;
  readonly limits: Limits;
  /** How much of the frame is wanted; absent: all. A codec is asked for no more than its `views` say that it can. */
  readonly view?: View;
  /**
   * What becomes of a frame whose bytes end before it does. `refuse`, also where absent: TruncatedData. `keep`: what there is is
   * handed out, and `Codestream.truncated` says so; a codec that cannot refuses.
   */
  readonly truncated?: 'refuse' | 'keep';
  /** Where the view is a strip of a frame whose others are decoded at the same time: what lies between them. */
  readonly borders?: StripBorders | undefined;
  /**
   * Whether YBR_FULL of 8 bits, as the components of this frame turn out to be, is wanted as RGB. To be asked after
   * `allocate`, by a decoder that can: `true` makes the conversion its own (PS3.3 C.7.6.3.1.2, in the arithmetic of
   * assembly/samples/colour.ts). Where it does not ask, the pipeline converts.
   */
  wantsRgb?(): boolean;
  /**
   * To be called every few milliseconds, where it can be; throws when the frame is to be given up.
   * @throws Aborted, LimitExceeded
   */
  checkpoint?: (() => void) | undefined;
}

/** Samples that stand in the encoded bytes as `decode` would write them. */
export interface SamplesInPlace {
  readonly codestream: Codestream;
  /** A view on the encoded bytes: as many as the frame has, aligned to bytesPerSample. Never written to. */
  readonly bytes: Uint8Array;
}

/**
 * A codec that is loaded and ready. It decodes one frame at a time and keeps nothing of it afterwards, but for the other frames of a
 * codestream that has several.
 */
export interface Decoder {
  /**
   * Decodes one frame into the memory that `context.allocate` gives: little endian, colour by pixel, each sample in its
   * container, sign extended where the codestream is signed, zero extended where not.
   * @returns the same description that `allocate` was given, and what was found out since
   * @throws InvalidBitstream, TruncatedData, UnsupportedFeature, LimitExceeded
   */
  decode(frame: EncodedFrame, context: DecodeContext): Codestream | Promise<Codestream>;
  /**
   * The samples where they need no decoding: native frames whose byte order, alignment and layout fit. Undefined where
   * they do; absent where they always do. Takes no memory and no time.
   */
  inPlace?(frame: EncodedFrame): SamplesInPlace | undefined;
  /**
   * Begins a frame whose bytes come in pieces. Absent where the codec cannot show a part of one.
   * @param byteLength how many come at most
   * @throws LimitExceeded
   */
  inPieces?(
    byteLength: number,
    context: Pick<DecodeContext, 'limits' | 'view'>,
  ): FrameInPieces | Promise<FrameInPieces>;
}

/** One frame while its bytes still come: a decoder of this frame alone. Other frames may be decoded in between. */
export interface FrameInPieces {
  /**
   * The next bytes of the frame.
   * @throws LimitExceeded for more of them than were announced
   */
  append(bytes: Uint8Array): void;
  /**
   * Decodes what has come, as `Decoder.decode` would decode these bytes under the view that was given at the beginning, keeping what is
   * truncated; what earlier calls have decoded is not decoded again. The bytes of `frame` mean nothing.
   */
  decode(frame: EncodedFrame, context: DecodeContext): Codestream;
  /** Gives the memory back. */
  close(): void;
}

/** What strips of a frame cost. Rough is enough: it decides how the work is shared out, not what comes of it. */
export interface StripCosts {
  /** Nanoseconds for each byte of the codestream and for each sample that one core takes. */
  readonly perByte: number;
  readonly perSample: number;
  /** Rows that are decoded together. */
  readonly bandRows: number;
  /** Rows from the end of a band to the border of two strips behind it; negative where that is in front of it. */
  readonly border: number;
  /**
   * The work that rows `row` up to `end` of a frame of `rows` take, with what their neighbours are decoded for their sake: counted in rows of
   * the whole frame.
   */
  work(row: number, end: number, rows: number): number;
  /** What they cost where neighbours share memory, by which one hands over to the other what both need. */
  readonly handing?: StripCosts;
  /** Bytes of that memory at most, for one border of a frame with so many samples in a row. */
  borderBytes?(samples: number): number;
}

/** A codec as the registry lists it: light to import, its code and its WebAssembly come when first needed. */
export interface Codec {
  /** Name that callers choose it by, unique: `cineloop-rle`, `openjpeg`. */
  readonly name: string;
  /** UIDs of the transfer syntaxes that it decodes. */
  readonly transferSyntaxes: readonly string[];
  /** UIDs under which its streams are found although they do not belong there: offered after the codecs that do. */
  readonly misfiledUnder?: readonly string[];
  /** Names of the WebAssembly modules that it runs (see src/wasm/modules.ts): the pool compiles each once for all workers. */
  readonly modules: readonly string[];
  /**
   * What the codec leaves undecoded by itself when less is wanted. Where it does not know regions, one is cut out of the
   * whole picture; where no codec knows reductions, one is refused.
   */
  readonly views?: { readonly reduction?: boolean; readonly region?: boolean };
  /**
   * There where a strip of rows (a region as wide as the frame) costs little more than its share of it, so that workers can
   * decode one frame together.
   */
  strips?(transferSyntax: string): StripCosts;
  /**
   * What in this frame the codec cannot decode, in the standard's words; undefined where it takes the frame on. Looks
   * at the headers only, before any code is loaded: the stream, not the UID, decides who decodes it. A frame whose
   * headers are broken is taken on, so that the decoder says what is wrong with it. Absent: every frame is taken on.
   */
  refusal?(frame: EncodedFrame): string | undefined;
  load(): Promise<Decoder>;
}
