import { InvalidBitstream, TruncatedData, UnsupportedFeature } from '../errors.js';
import { EmscriptenHost, type EmscriptenModule, type EmscriptenObject } from '../wasm/emscripten.js';
import type { Codec, Codestream, DecodeContext, Decoder, EncodedFrame } from './codec.js';
import { hasEndOfImage, inspectJpeg, type JpegHeader, jpegProcessOf } from './jpeg-markers.js';

interface JpegLsDecoder extends EmscriptenObject {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  getDecodedBuffer(): Uint8ClampedArray;
  /** 0 none: the components follow each other; 1 by line and 2 by sample: both come out by pixel. */
  getInterleaveMode(): number;
}

interface CharlsModule extends EmscriptenModule {
  readonly JpegLSDecoder: new () => JpegLsDecoder;
  getExceptionMessage(thrown: number): string;
}

const SOF_JPEG_LS = 55;

/** CharLS, as @cornerstonejs/codec-charls builds it: JPEG-LS (ITU-T T.87), lossless and near-lossless, 2 to 16 bits. */
export const charls: Codec = {
  name: 'charls',
  transferSyntaxes: ['1.2.840.10008.1.2.4.80', '1.2.840.10008.1.2.4.81'],
  modules: ['charls'],
  refusal,
  load: async () => {
    const { default: factory } = await import('@cornerstonejs/codec-charls/decodewasmjs');
    return decoderOn(
      new EmscriptenHost<CharlsModule>('charls', factory, (module, thrown) =>
        module.getExceptionMessage(thrown),
      ),
    );
  },
};

function refusal({ bytes }: EncodedFrame): string | undefined {
  try {
    return unsupportedIn(inspectJpeg(bytes));
  } catch {
    return undefined;
  }
}

/** What the stream asks for that the package does not have or gets wrong, in the standard's words. */
function unsupportedIn(header: JpegHeader): string | undefined {
  if (header.startOfFrame !== SOF_JPEG_LS) return jpegProcessOf(header);
  const { components, rows, columns } = header;
  if (components.length > 4) return `JPEG-LS of ${components.length} components`;
  if (components.some((component) => component.horizontalSampling * component.verticalSampling !== 1)) {
    return 'JPEG-LS with subsampled components';
  }
  return rows === 0 || columns === 0 ? 'JPEG-LS whose size comes in an LSE or DNL marker segment' : undefined;
}

function decoderOn(host: EmscriptenHost<CharlsModule>): Decoder {
  return {
    async decode({ bytes }: EncodedFrame, context: DecodeContext): Promise<Codestream> {
      const header = inspectJpeg(bytes);
      const feature = unsupportedIn(header);
      if (feature !== undefined) {
        throw new UnsupportedFeature(`${feature} cannot be decoded by CharLS.`, { feature });
      }
      checkLength(header, bytes);
      const codestream: Codestream = {
        rows: header.rows,
        columns: header.columns,
        samplesPerPixel: header.components.length,
        bitsPerSample: header.precision,
        signed: undefined,
        photometricInterpretation: undefined,
        bytesPerSample: header.precision <= 8 ? 1 : 2,
      };
      const output = context.allocate(codestream);
      const stream = bytes.subarray(header.offset);
      const run = host.run(context.limits, (module) => {
        const decoder = new module.JpegLSDecoder();
        // Without an EOI marker CharLS refuses a whole stream, and can search for seconds in one that was cut off.
        const encoded = decoder.getEncodedBuffer(stream.length + 2);
        encoded.set(stream);
        encoded.set([0xff, 0xd9], stream.length);
        decoder.decode();
        const samples = decoder.getDecodedBuffer();
        const planar = decoder.getInterleaveMode() === 0 && codestream.samplesPerPixel > 1;
        decoder.delete();
        if (samples.length !== output.length) {
          throw new InvalidBitstream(`CharLS gave ${samples.length} of ${output.length} bytes.`);
        }
        if (planar) interleave(samples, output, codestream);
        else output.set(samples);
      });
      await run.catch((error: unknown) => {
        if (!(error instanceof InvalidBitstream) || hasEndOfImage(bytes, header)) throw error;
        throw new TruncatedData('The JPEG-LS data end inside a scan.', {
          offset: bytes.length,
          cause: error,
        });
      });
      return codestream;
    },
  };
}

/** A line takes one bit at least for each run of 32768 samples, the longest there is (ITU-T T.87 A.7.1.2). */
function checkLength({ rows, columns }: JpegHeader, bytes: Uint8Array): void {
  if (rows * Math.ceil(columns / 32768) > bytes.length * 8) {
    throw new TruncatedData(
      `The JPEG-LS data hold ${bytes.length} bytes, too few for ${rows} rows of ${columns} columns.`,
    );
  }
}

function interleave(planes: Uint8ClampedArray, output: Uint8Array, codestream: Codestream): void {
  const { samplesPerPixel, bytesPerSample } = codestream;
  const count = output.length / bytesPerSample / samplesPerPixel;
  const source =
    bytesPerSample === 1 ? planes : new Uint16Array(planes.buffer, planes.byteOffset, planes.length / 2);
  const target =
    bytesPerSample === 1 ? output : new Uint16Array(output.buffer, output.byteOffset, output.length / 2);
  for (let component = 0; component < samplesPerPixel; component++) {
    for (let from = component * count, to = component; to < target.length; from++, to += samplesPerPixel) {
      target[to] = source[from];
    }
  }
}
