import { transferSyntaxOf } from '../dicom/transfer-syntaxes.js';
import { loadSamples, SAMPLES_MODULE } from '../wasm/samples.js';
import type { Codec, EncodedFrame } from './codec.js';
import { decodeNativeFrame, type NativeFrame, nativeSamplesInPlace } from './native-frame.js';

/** Native pixel data, little and big endian (PS3.5 8.1, A.1 to A.3); the dataset of .1.99 is inflated as a whole before. */
export const native: Codec = {
  name: 'native',
  transferSyntaxes: [
    '1.2.840.10008.1.2',
    '1.2.840.10008.1.2.1',
    '1.2.840.10008.1.2.1.99',
    '1.2.840.10008.1.2.2',
    '1.2.840.10008.1.20',
    '1.2.840.113619.5.2',
  ],
  modules: [SAMPLES_MODULE],
  async load() {
    const samples = await loadSamples();
    return {
      decode: (frame, context) => decodeNativeFrame(withByteOrder(frame), context, samples),
      inPlace: (frame) => nativeSamplesInPlace(withByteOrder(frame)),
    };
  },
};

function withByteOrder(frame: EncodedFrame): NativeFrame {
  const { bytes, bitOffset = 0, attributes, transferSyntax } = frame;
  const bigEndian = transferSyntaxOf(transferSyntax)?.bigEndian ?? false;
  return { bytes, bitOffset, attributes, bigEndian };
}
