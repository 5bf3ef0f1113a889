import type { Codec, Codestream, EncodedFrame } from '../codecs/codec.js';
import { CodecRegistry } from '../codecs/registry.js';
import type { ImagePixel } from '../dicom/image-pixel.js';
import type { FrameRequest } from './decode-frame.js';

/** UID of the test codec's transfer syntax: encapsulated, with a codestream of its own. */
export const TEST_SYNTAX = '1.2.3.4';

/** Attributes of one row of 16-bit gray, changed as a test needs them. */
export function attributesOf(changes: Partial<ImagePixel> = {}): ImagePixel {
  return {
    rows: 1,
    columns: 4,
    samplesPerPixel: 1,
    bitsAllocated: 16,
    bitsStored: 16,
    highBit: 15,
    pixelRepresentation: 0,
    planarConfiguration: 0,
    photometricInterpretation: 'MONOCHROME2',
    pixelData: 'integer',
    pixelDataVr: 'OB',
    ...changes,
  };
}

/** A codestream that describes the same image, changed as a test needs it. */
export function codestreamOf(changes: Partial<Codestream> = {}): Codestream {
  return {
    rows: 1,
    columns: 4,
    samplesPerPixel: 1,
    bitsPerSample: 16,
    signed: undefined,
    photometricInterpretation: undefined,
    bytesPerSample: 2,
    ...changes,
  };
}

/** A codec whose frames are decoded already: it copies the encoded bytes and says `codestream` of them. */
export function codecOf(codestream: Codestream, changes: Partial<Codec> = {}): Codec {
  return {
    name: 'test',
    transferSyntaxes: [TEST_SYNTAX],
    modules: [],
    load: async () => ({
      decode({ bytes }, { allocate }) {
        allocate(codestream).set(bytes);
        return codestream;
      },
    }),
    ...changes,
  };
}

/** A frame of the test codec and a request for it. */
export function encodedFrame(
  samples: Uint8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | BigInt64Array | BigUint64Array,
  { attributes, codestream }: { attributes?: Partial<ImagePixel>; codestream?: Partial<Codestream> } = {},
): { frame: EncodedFrame; request: FrameRequest } {
  const registry = new CodecRegistry();
  registry.register(codecOf(codestreamOf(codestream)));
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return {
    frame: { bytes, transferSyntax: TEST_SYNTAX, attributes: attributesOf(attributes) },
    request: { registry },
  };
}
