import { InvalidBitstream, TruncatedData, UnsupportedFeature } from '../errors.js';
import { EmscriptenHost, type EmscriptenModule, type EmscriptenObject } from '../wasm/emscripten.js';
import type { Codec, Codestream, DecodeContext, Decoder, EncodedFrame } from './codec.js';
import {
  dctPhotometricInterpretationOf,
  hasEndOfImage,
  inspectJpeg,
  type JpegHeader,
  jpegProcessOf,
} from './jpeg-markers.js';

interface JpegDecoder extends EmscriptenObject {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  /** A view on the WebAssembly memory. */
  getDecodedBuffer(): Uint8Array;
}

interface LibjpegTurboModule extends EmscriptenModule {
  readonly JPEGDecoder: new () => JpegDecoder;
}

const EOI = 0xd9;
const SOS = 0xda;
const APP0 = 0xe0;
const APP14 = 0xee;

/** An Adobe marker segment that says: three components that are RGB, no transform (ITU-T T.872 6.5.3). */
const ADOBE_RGB = Uint8Array.of(
  ...[0xff, APP14, 0x00, 0x0e, 0x41, 0x64, 0x6f, 0x62, 0x65, 0x00, 0x64, 0x00, 0x00, 0x00, 0x00, 0x00],
);

/**
 * libjpeg-turbo, as @cornerstonejs/codec-libjpeg-turbo-8bit builds it: sequential and progressive DCT, Huffman and
 * arithmetic coding, 8 bits, one or three components, with the accurate integer IDCT and chroma upsampled by a triangle filter.
 *
 * The package hands out RGB only, and we want the components as they are coded. So the copy of the stream that it gets
 * says that the components are RGB already: an Adobe marker segment to that effect is put in front, and the JFIF and
 * Adobe segments that say otherwise are spoilt.
 *
 * libjpeg goes on after corrupt data with a warning; the package makes each warning an exception, so that a damaged frame
 * is an error and never half a picture. What cannot be told from a whole image: damage that happens to decode, and a
 * progressive image that ends, with an EOI marker, before its last scans.
 */
export const libjpegTurbo: Codec = {
  name: 'libjpeg-turbo',
  // Processes 1 to 5, and the retired 6 to 9 (spectral selection) and 10 to 13 (full progression).
  transferSyntaxes: [50, 51, 52, 53, 54, 55, 56].map((number) => `1.2.840.10008.1.2.4.${number}`),
  misfiledUnder: [57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 70].map(
    (number) => `1.2.840.10008.1.2.4.${number}`,
  ),
  modules: ['libjpeg-turbo-8bit'],
  refusal,
  load: async () => {
    const { default: factory } = await import('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs');
    return decoderOn(new EmscriptenHost<LibjpegTurboModule>('libjpeg-turbo-8bit', factory, messageOf));
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
  const { startOfFrame, hierarchical, precision, components, rows } = header;
  if (hierarchical || (startOfFrame & 7) > 2 || precision !== 8) return jpegProcessOf(header);
  if (components.length !== 1 && components.length !== 3) return `JPEG of ${components.length} components`;
  return rows === 0 ? 'JPEG whose number of lines comes in a DNL marker segment' : undefined;
}

function decoderOn(host: EmscriptenHost<LibjpegTurboModule>): Decoder {
  return {
    async decode({ bytes }: EncodedFrame, context: DecodeContext): Promise<Codestream> {
      const header = inspectJpeg(bytes);
      const feature = unsupportedIn(header);
      if (feature !== undefined) {
        throw new UnsupportedFeature(`${feature} cannot be decoded by libjpeg-turbo.`, { feature });
      }
      checkLength(header, bytes);
      const codestream: Codestream = {
        rows: header.rows,
        columns: header.columns,
        samplesPerPixel: header.components.length,
        bitsPerSample: 8,
        signed: undefined,
        photometricInterpretation: dctPhotometricInterpretationOf(header),
        bytesPerSample: 1,
      };
      const output = context.allocate(codestream);
      try {
        await host.run(context.limits, (module) => decode(module, header, bytes, output));
      } catch (error) {
        throw explain(error, header, bytes);
      }
      return codestream;
    },
  };
}

function decode(module: LibjpegTurboModule, header: JpegHeader, bytes: Uint8Array, output: Uint8Array): void {
  const stream = bytes.subarray(header.offset + 2);
  const decoder = new module.JPEGDecoder();
  const encoded = decoder.getEncodedBuffer(2 + ADOBE_RGB.length + stream.length + 2);
  encoded.set([0xff, 0xd8]);
  encoded.set(ADOBE_RGB, 2);
  const copy = encoded.subarray(2 + ADOBE_RGB.length);
  copy.set(stream);
  const scanComponents = spoilColourMarkers(copy);
  // Writers forget the EOI marker. Given where all components are in the one scan, so that nothing else can be missing.
  const whole = header.startOfFrame < 2 && scanComponents === header.components.length;
  copy.set(whole ? [0xff, EOI] : [0, 0], stream.length);
  decoder.decode();
  const samples = decoder.getDecodedBuffer();
  if (samples.length !== output.length) {
    throw new InvalidBitstream(`libjpeg-turbo gave ${samples.length} of ${output.length} samples`);
  }
  output.set(samples);
  decoder.delete();
}

/** Makes JFIF and Adobe marker segments unknown ones, up to the first scan. Returns the components of that scan. */
function spoilColourMarkers(copy: Uint8Array): number {
  for (let position = 0; ; ) {
    position = copy.indexOf(0xff, position);
    const code = copy[position + 1];
    if (code === 0xff) position++;
    else if (code <= 0x01 || (code >= 0xd0 && code <= 0xd8)) position += 2;
    else if (code === SOS) return copy[position + 4];
    else {
      if (code === APP0 || code === APP14) copy[position + 4] = 0;
      position += 2 + copy[position + 2] * 256 + copy[position + 3];
    }
  }
}

/** Each block of 8 by 8 samples takes one bit at least (ITU-T T.81 F.1.2, G.1.2), so a size can be too large to be true. */
function checkLength({ columns, rows, components }: JpegHeader, bytes: Uint8Array): void {
  const horizontal = Math.max(...components.map((component) => component.horizontalSampling));
  const vertical = Math.max(...components.map((component) => component.verticalSampling));
  let blocks = 0;
  for (const component of components) {
    const blockColumns = Math.ceil((columns * component.horizontalSampling) / horizontal / 8);
    blocks += blockColumns * Math.ceil((rows * component.verticalSampling) / vertical / 8);
  }
  if (blocks > bytes.length * 8) {
    throw new TruncatedData(
      `The JPEG data hold ${bytes.length} bytes, too few for ${rows} rows of ${columns} columns.`,
    );
  }
}

/** The package throws C strings: an exception is the address of an address of one. */
function messageOf({ HEAPU8 }: LibjpegTurboModule, thrown: number): string {
  const address = new DataView(HEAPU8.buffer).getUint32(thrown, true);
  return String.fromCharCode(...HEAPU8.subarray(address, HEAPU8.indexOf(0, address)))
    .replace(/^~+/, '')
    .trim();
}

function explain(error: unknown, header: JpegHeader, bytes: Uint8Array): unknown {
  if (!(error instanceof InvalidBitstream)) return error;
  const factors = header.components.map((c) => `${c.horizontalSampling}x${c.verticalSampling}`).join(', ');
  if (error.message.endsWith('reading header') && /[2-4]/.test(factors)) {
    const feature = `JPEG with sampling factors ${factors}`;
    return new UnsupportedFeature(`${feature} cannot be decoded by libjpeg-turbo.`, {
      feature,
      cause: error,
    });
  }
  if (hasEndOfImage(bytes, header)) return error;
  return new TruncatedData('The JPEG data end inside a scan.', { offset: bytes.length, cause: error });
}
