import { isInPlace, isNative } from './decodes-here.js';
import type { ImagePixel } from './dicom/image-pixel.js';
import { MissingAttribute } from './errors.js';
import type { DecodedFrame } from './frame/decoded-frame.js';
import { type DecodeOptions, poolFor, viewOf } from './options.js';
import { LastRecipe } from './pool/last-recipe.js';
import { isRegisteredHere } from './register-codec.js';

/** Attributes that a frame can be decoded with; those that may be left out follow from the others. */
export interface FrameAttributes
  extends Omit<ImagePixel, 'highBit' | 'planarConfiguration' | 'pixelData' | 'pixelDataVr'> {
  /** (0028,0102): by default `bitsStored - 1`. */
  readonly highBit?: number | undefined;
  /** (0028,0006): by default 0. */
  readonly planarConfiguration?: 0 | 1 | undefined;
  /** By default `integer`. */
  readonly pixelData?: ImagePixel['pixelData'] | undefined;
  /** By default OW for more than 8 bits allocated, else OB. */
  readonly pixelDataVr?: ImagePixel['pixelDataVr'] | undefined;
}

/** Options of `decodeFrame`. */
export interface DecodeFrameOptions extends DecodeOptions {
  /** The buffer of `bytes` may be given to a worker: nothing is copied, and the caller's view is empty afterwards. */
  readonly transfer?: boolean | undefined;
}

const REQUIRED = Object.entries({
  rows: '00280010',
  columns: '00280011',
  samplesPerPixel: '00280002',
  bitsAllocated: '00280100',
  bitsStored: '00280101',
  pixelRepresentation: '00280103',
  photometricInterpretation: '00280004',
} satisfies Partial<Record<keyof ImagePixel, string>>) as [keyof ImagePixel, string][];

const lastRecipe = new LastRecipe();

/**
 * Decodes one frame for a caller who has parsed the dataset: encoded bytes (the fragments joined, PS3.5 A.4) and attributes to
 * the same frame that `DicomImage.decode` gives.
 *
 * The bytes are copied once, to be posted to a worker, unless `transfer` gives them away. Native frames whose bytes are
 * their samples already are not posted: the samples are a view on `bytes`.
 * @param bytes the whole encoded frame; of a native frame from its first byte on
 * @param transferSyntaxUID UID of the transfer syntax (PS3.5 Annex A)
 * @param attributes of the Image Pixel module (PS3.3 C.7.6.3)
 * @throws TypeError for arguments of the wrong type
 * @throws MissingAttribute where an attribute is left out that decoding needs
 * @throws UnknownTransferSyntax, UnsupportedFeature for what no codec decodes; InvalidBitstream, TruncatedData for damaged
 *   bytes; LimitExceeded, WorkerFailure, Aborted
 * @example
 * // RLE (PS3.5 Annex G): one segment of a 2 by 4 image, 0 repeated 5 times, then the literals 7, 8, 9.
 * const bytes = new Uint8Array(64 + 6);
 * new Uint32Array(bytes.buffer, 0, 2).set([1, 64]);
 * bytes.set([-4, 0, 2, 7, 8, 9], 64);
 * const { samples } = await decodeFrame(bytes, '1.2.840.10008.1.2.5', {
 *   rows: 2,
 *   columns: 4,
 *   samplesPerPixel: 1,
 *   bitsAllocated: 8,
 *   bitsStored: 8,
 *   pixelRepresentation: 0,
 *   photometricInterpretation: 'MONOCHROME2',
 * });
 * assert.deepEqual([...samples], [0, 0, 0, 0, 0, 7, 8, 9]);
 */
export async function decodeFrame(
  bytes: Uint8Array,
  transferSyntaxUID: string,
  attributes: FrameAttributes,
  options: DecodeFrameOptions = {},
): Promise<DecodedFrame> {
  const { engine, colour, photometricInterpretation, truncated, into, limits, signal } = options;
  const pool = poolFor(options);
  if (bytes?.[Symbol.toStringTag] !== 'Uint8Array')
    throw new TypeError('The bytes of a frame are a Uint8Array.');
  // Values of VR UI are padded to an even length (PS3.5 6.2).
  const transferSyntax = String(transferSyntaxUID).replace(/[\0 ]+$/, '');
  const frame = { bytes, transferSyntax, attributes: completeAttributes(attributes) };
  const transfer = options.transfer === true && bytes.byteLength > 0;
  const request = { engine, colour, photometricInterpretation, truncated, view: viewOf(options) };
  const recipe = { transferSyntax, attributes: frame.attributes, request, limits: limits && { ...limits } };
  return pool.decode(
    {
      recipe: lastRecipe.recall(recipe),
      index: undefined,
      input: { kind: 'bytes', bytes, transfer },
      here:
        isRegisteredHere(transferSyntax, engine) || (isNative(frame) && (await isInPlace(frame, options))),
      signals: signal === undefined ? [] : [signal],
      strips: options.strips,
    },
    into,
  );
}

/**
 * The attributes with what follows from the others.
 * @throws MissingAttribute
 */
export function completeAttributes(attributes: FrameAttributes): ImagePixel {
  for (const [keyword, element] of REQUIRED) {
    // Null is how DICOM JSON says that there is no value (PS3.18 F.2.5).
    if ((attributes?.[keyword] ?? undefined) !== undefined) continue;
    throw new MissingAttribute(`Decoding needs ${keyword}.`, { element, clause: 'PS3.3 C.7.6.3' });
  }
  const { bitsAllocated, bitsStored } = attributes;
  return {
    rows: attributes.rows,
    columns: attributes.columns,
    samplesPerPixel: attributes.samplesPerPixel,
    bitsAllocated,
    bitsStored,
    highBit: attributes.highBit ?? bitsStored - 1,
    pixelRepresentation: attributes.pixelRepresentation,
    planarConfiguration: attributes.planarConfiguration ?? 0,
    photometricInterpretation: attributes.photometricInterpretation,
    pixelData: attributes.pixelData ?? 'integer',
    pixelDataVr: attributes.pixelDataVr ?? (bitsAllocated > 8 ? 'OW' : 'OB'),
  };
}
