import { loadSamples, SAMPLES_MODULE } from '../wasm/samples.js';
import type { Codec, EncodedFrame } from './codec.js';
import { decodeNativeFrame, type NativeFrame, nativeSamplesInPlace } from './native-frame.js';

/** Encapsulated Uncompressed Explicit VR Little Endian (PS3.5 A.4.11): each fragment is a native frame, padded to even length. */
export const encapsulatedUncompressed: Codec = {
  name: 'encapsulated-uncompressed',
  transferSyntaxes: ['1.2.840.10008.1.2.1.98'],
  modules: [SAMPLES_MODULE],
  async load() {
    const samples = await loadSamples();
    return {
      decode: (frame, context) => decodeNativeFrame(unwrapped(frame), context, samples),
      inPlace: (frame) => nativeSamplesInPlace(unwrapped(frame)),
    };
  },
};

function unwrapped({ bytes, attributes }: EncodedFrame): NativeFrame {
  return { bytes, attributes, bigEndian: false };
}
