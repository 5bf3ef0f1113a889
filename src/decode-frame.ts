import { isInPlace } from './decodes-here.js';
import type { ImagePixel } from './dicom/image-pixel.js';
import { MissingAttribute } from './errors.js';
import type { DecodedFrame } from './frame/decoded-frame.js';
import { type DecodeOptions, poolFor } from './options.js';
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

const REQUIRED = {
  rows: '00280010',
  columns: '00280011',
  samplesPerPixel: '00280002',
  bitsAllocated: '00280100',
  bitsStored: '00280101',
  pixelRepresentation: '00280103',
  photometricInterpretation: '00280004',
} as const satisfies Partial<Record<keyof ImagePixel, string>>;

export async function decodeFrame(
  bytes: Uint8Array,
  transferSyntaxUID: string,
  attributes: FrameAttributes,
  options: DecodeFrameOptions = {},
): Promise<DecodedFrame> {
  const { engine, colour, photometricInterpretation, into, limits, signal } = options;
  const frame = { bytes, transferSyntax: transferSyntaxUID, attributes: complete(attributes) };
  const transfer = options.transfer === true && bytes.byteLength > 0;
  return poolFor(options).decode(
    {
      ...frame,
      input: { kind: 'bytes', bytes, transfer },
      here: isRegisteredHere(transferSyntaxUID, engine) || (await isInPlace(frame, options)),
      request: { engine, colour, photometricInterpretation },
      limits,
      signal,
    },
    into,
  );
}

function complete(attributes: FrameAttributes): ImagePixel {
  for (const [keyword, element] of Object.entries(REQUIRED)) {
    if (attributes[keyword as keyof typeof REQUIRED] !== undefined) continue;
    throw new MissingAttribute(`Decoding needs ${keyword}.`, { element, clause: 'PS3.3 C.7.6.3' });
  }
  const { bitsAllocated, bitsStored } = attributes;
  return {
    ...attributes,
    highBit: attributes.highBit ?? bitsStored - 1,
    planarConfiguration: attributes.planarConfiguration ?? 0,
    pixelData: attributes.pixelData ?? 'integer',
    pixelDataVr: attributes.pixelDataVr ?? (bitsAllocated > 8 ? 'OW' : 'OB'),
  };
}
