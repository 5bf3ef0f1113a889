import { inflate } from '../dicom/inflate.js';
import { loadSamples, SAMPLES_MODULE } from '../wasm/samples.js';
import type { Codec } from './codec.js';
import { decodeNativeFrame, nativeCodestream, nativeFrameBytes } from './native-frame.js';

/**
 * Deflated Image Frame Compression (PS3.5 A.4.13): each frame is a native little endian one, deflated by RFC 1951. What the
 * stream holds behind the frame is not inflated.
 */
export const deflateFrame: Codec = {
  name: 'deflate',
  transferSyntaxes: ['1.2.840.10008.1.2.8.1'],
  modules: [SAMPLES_MODULE],
  async load() {
    const samples = await loadSamples();
    return {
      async decode({ bytes, attributes }, context) {
        // Asked for first: it checks the frame's size, and nothing is inflated for a frame that is too large.
        const target = context.allocate(nativeCodestream(attributes));
        const inflated = await inflate(bytes, context.limits, nativeFrameBytes(attributes));
        const frame = { bytes: inflated, attributes, bigEndian: false };
        return decodeNativeFrame(frame, { ...context, allocate: () => target }, samples);
      },
    };
  },
};
