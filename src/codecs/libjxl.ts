import { InvalidBitstream, UnsupportedFeature } from '../errors.js';
import { EmscriptenHost, type EmscriptenModule, type EmscriptenObject } from '../wasm/emscripten.js';
import type { Codec, Codestream, DecodeContext, Decoder, EncodedFrame } from './codec.js';
import { inspectJpegXl, type JpegXlHeader } from './jpeg-xl-header.js';

interface JpegXLDecoder extends EmscriptenObject {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  /** A view on the WebAssembly memory. */
  getDecodedBuffer(): Uint8Array;
}

interface LibjxlModule extends EmscriptenModule {
  readonly JpegXLDecoder: new () => JpegXLDecoder;
  getExceptionMessage(thrown: number): [type: string, message: string];
}

/**
 * libjxl, as @cornerstonejs/codec-libjxl builds it: JPEG XL (ISO/IEC 18181) up to 16 bits per sample, naked or in a
 * container. Samples come out at the codestream's own bit depth and in its own colour space; the coefficients of a
 * recompressed JPEG are turned into RGB.
 */
export const libjxl: Codec = {
  name: 'libjxl',
  transferSyntaxes: [110, 111, 112].map((number) => `1.2.840.10008.1.2.4.${number}`),
  modules: ['libjxl'],
  refusal,
  load: async () => {
    const { default: factory } = await import('@cornerstonejs/codec-libjxl/decodewasmjs');
    const explain = (module: LibjxlModule, thrown: number) => module.getExceptionMessage(thrown)[1];
    return decoderOn(new EmscriptenHost<LibjxlModule>('libjxl', factory, explain));
  },
};

function refusal({ bytes }: EncodedFrame): string | undefined {
  try {
    return unsupportedIn(inspectJpegXl(bytes));
  } catch {
    return undefined;
  }
}

/** What the stream asks for that the package does not have or gets wrong, in the standard's words. */
function unsupportedIn(header: JpegXlHeader): string | undefined {
  // The package keeps the last frame only, and no channel but those of the colour.
  if (header.animation) return 'JPEG XL animation';
  if (header.float) return 'JPEG XL of floating-point samples';
  if (header.precision > 16) return `JPEG XL of ${header.precision} bits per sample`;
  // The package turns every image in XYB into sRGB.
  if (header.managedColour) return 'JPEG XL in XYB for a colour space other than sRGB';
  return header.extraChannels > 0 ? 'JPEG XL with extra channels' : undefined;
}

function decoderOn(host: EmscriptenHost<LibjxlModule>): Decoder {
  return {
    async decode({ bytes }: EncodedFrame, context: DecodeContext): Promise<Codestream> {
      const header = inspectJpegXl(bytes);
      const feature = unsupportedIn(header);
      if (feature !== undefined) {
        throw new UnsupportedFeature(`${feature} cannot be decoded by libjxl.`, { feature });
      }
      const { rows, columns, precision, colourChannels } = header;
      const codestream: Codestream = {
        rows,
        columns,
        samplesPerPixel: colourChannels,
        bitsPerSample: precision,
        signed: undefined,
        photometricInterpretation: colourChannels === 3 ? 'RGB' : undefined,
        bytesPerSample: precision <= 8 ? 1 : 2,
      };
      const output = context.allocate(codestream);
      await host.run(context.limits, (module) => {
        const decoder = new module.JpegXLDecoder();
        decoder.getEncodedBuffer(bytes.length).set(bytes);
        decoder.decode();
        const samples = decoder.getDecodedBuffer();
        const length = samples.length;
        if (length === output.length) output.set(samples);
        decoder.delete();
        if (length !== output.length) {
          throw new InvalidBitstream(`libjxl gave ${length} of ${output.length} bytes.`);
        }
      });
      return codestream;
    },
  };
}
