import { InvalidBitstream, TruncatedData, UnsupportedFeature } from '../errors.js';
import type { Limits } from '../limits.js';
import { EmscriptenHost, type EmscriptenModule, type EmscriptenObject } from '../wasm/emscripten.js';
import type { Codec, Codestream, DecodeContext, Decoder, EncodedFrame } from './codec.js';
import { inspectJpeg2000, type Jpeg2000Component, type Jpeg2000Header } from './jpeg-2000-markers.js';

interface J2KDecoder extends EmscriptenObject {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  getDecodedBuffer(): Uint8ClampedArray;
  getFrameInfo(): { bitsPerSample: number; componentCount: number };
}

interface OpenJpegModule extends EmscriptenModule {
  readonly J2KDecoder: new () => J2KDecoder;
}

/** OpenJPEG, as @cornerstonejs/codec-openjpeg builds it: JPEG 2000 Part 1 and HTJ2K, up to 16 bits per sample. */
export const openjpeg: Codec = {
  name: 'openjpeg',
  transferSyntaxes: ['1.2.840.10008.1.2.4.90', '1.2.840.10008.1.2.4.91'],
  modules: ['openjpeg'],
  load: async () => {
    const { default: factory } = await import('@cornerstonejs/codec-openjpeg/decodewasmjs');
    return decoderOn(new EmscriptenHost<OpenJpegModule>('openjpeg', factory));
  },
};

function decoderOn(host: EmscriptenHost<OpenJpegModule>): Decoder {
  return {
    async decode(frame: EncodedFrame, context: DecodeContext): Promise<Codestream> {
      const header = inspectJpeg2000(frame.bytes);
      const codestream = describe(header);
      const output = context.allocate(codestream);
      const bytes = frame.bytes.subarray(header.offset);
      if (isDirect(header)) {
        const samples = await run(host, context.limits, new Uint8Array(0), bytes);
        copyDirect(samples, output);
      } else {
        for (let index = 0; index < header.components.length; index++) {
          const samples = await run(host, context.limits, jp2For(header, index), bytes);
          copyComponent(samples, output, codestream, header, index);
        }
      }
      return codestream;
    },
  };
}

function describe(header: Jpeg2000Header): Codestream {
  const { components } = header;
  const bitsPerSample = Math.max(...components.map((component) => component.precision));
  if (bitsPerSample > 16) throw unsupported(`JPEG 2000 with ${bitsPerSample} bits per sample`);
  const signed = components[0].signed;
  if (components.some((component) => component.signed !== signed)) {
    throw unsupported('JPEG 2000 with signed and unsigned components');
  }
  return {
    rows: header.rows,
    columns: header.columns,
    samplesPerPixel: components.length,
    bitsPerSample,
    signed,
    photometricInterpretation: header.componentTransform && components.length >= 3 ? 'RGB' : undefined,
    bytesPerSample: bitsPerSample <= 8 ? 1 : 2,
  };
}

/**
 * Whether the package's own way of writing samples is right for this image. It is not for signed samples of up to 8 bits
 * in one component (negative ones become 0), for colour of more than 8 bits (nothing is written), for two or four
 * components (written as three), for components of different precision, and for subsampled ones (taken for sYCC and
 * converted). Those images are decoded once per component, see `jp2For`.
 */
function isDirect({ components }: Jpeg2000Header): boolean {
  const [first] = components;
  if (components.length === 1) return isWhole(first) && (first.precision > 8 || !first.signed);
  return (
    components.length === 3 &&
    components.every(
      (component) =>
        component.precision <= 8 && component.precision === first.precision && isWhole(component),
    )
  );
}

function isWhole(component: Jpeg2000Component): boolean {
  return component.xStep === 1 && component.yStep === 1;
}

/**
 * The boxes that, put before the codestream, make a JP2 file of which one component is the whole image (ITU-T T.800 I.5):
 * a component mapping (cmap) with a single channel that takes the component directly. The bit depth of a channel is that
 * of its palette column (pclr): with a signed 16-bit column the package writes signed samples of every depth unharmed.
 */
function jp2For(header: Jpeg2000Header, index: number): Uint8Array {
  const component = header.components[index];
  const depth = isByte(component) ? 7 : (component.signed ? 0x80 : 0) | 15;
  const entry = depth === 7 ? [0] : [0, 0];
  const box = (type: string, ...content: number[]) => [
    ...uint32(content.length + 8),
    ...[...type].map((character) => character.charCodeAt(0)),
    ...content,
  ];
  const { columns, rows, components } = header;
  const imageHeader = [...uint32(rows), ...uint32(columns), components.length >> 8, components.length & 255];
  return Uint8Array.from([
    ...box('jP  ', 0x0d, 0x0a, 0x87, 0x0a),
    ...box('ftyp', 0x6a, 0x70, 0x32, 0x20, 0, 0, 0, 0, 0x6a, 0x70, 0x32, 0x20),
    ...box(
      'jp2h',
      ...box('ihdr', ...imageHeader, components[0].precision - 1, 7, 1, 0),
      ...box('colr', 1, 0, 0, ...uint32(17)),
      ...box('pclr', 0, 1, 1, depth, ...entry),
      ...box('cmap', index >> 8, index & 255, 0, 0),
    ),
    // A length of 0: the box lasts to the end of the file.
    ...[0, 0, 0, 0, 0x6a, 0x70, 0x32, 0x63],
  ]);
}

function uint32(value: number): number[] {
  return [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** Whether the package writes the component, decoded by itself, into bytes. */
function isByte(component: Jpeg2000Component): boolean {
  return component.precision <= 8 && !component.signed;
}

async function run(
  host: EmscriptenHost<OpenJpegModule>,
  limits: Limits,
  prefix: Uint8Array,
  bytes: Uint8Array,
): Promise<Uint8ClampedArray> {
  return host.run(limits, (module, printed) => {
    const decoder = new module.J2KDecoder();
    const encoded = decoder.getEncodedBuffer(prefix.length + bytes.length);
    encoded.set(prefix);
    encoded.set(bytes, prefix.length);
    decoder.decode();
    const samples = decoder.getDecodedBuffer();
    decoder.delete();
    check(printed);
    return samples;
  });
}

/** OpenJPEG says what went wrong through its messages only. */
function check(printed: readonly string[]): void {
  const error = printed.find((line) => line.startsWith('[ERROR]'));
  if (error === undefined) return;
  throw new InvalidBitstream(`OpenJPEG: ${error.slice(8).trim()}`);
}

/**
 * The package takes the extent of the reference grid for the size of the image, so that an image with an offset has junk
 * behind its samples; they themselves come first and without gaps.
 */
function copyDirect(samples: Uint8ClampedArray, output: Uint8Array): void {
  if (samples.length < output.length)
    throw new TruncatedData('OpenJPEG gave fewer samples than the image has');
  output.set(samples.subarray(0, output.length));
}

/** Writes one component among the others; a subsampled one is repeated up to the image's size (T.800 B.2). */
function copyComponent(
  decoded: Uint8ClampedArray,
  output: Uint8Array,
  codestream: Codestream,
  header: Jpeg2000Header,
  index: number,
): void {
  const component = header.components[index];
  const width = isByte(component) ? 1 : 2;
  if (decoded.length < component.columns * component.rows * width) {
    throw new TruncatedData('OpenJPEG gave fewer samples than the image has');
  }
  const source =
    width === 1
      ? decoded
      : component.signed
        ? new Int16Array(decoded.buffer, decoded.byteOffset, component.columns * component.rows)
        : new Uint16Array(decoded.buffer, decoded.byteOffset, component.columns * component.rows);
  const target =
    codestream.bytesPerSample === 1
      ? output
      : new Uint16Array(output.buffer, output.byteOffset, output.length / 2);
  const stride = codestream.samplesPerPixel;
  const xFirst = Math.ceil(header.xOffset / component.xStep);
  const yFirst = Math.ceil(header.yOffset / component.yStep);
  for (let y = 0, to = index; y < header.rows; y++) {
    const row = Math.max(0, Math.floor((header.yOffset + y) / component.yStep) - yFirst) * component.columns;
    for (let x = 0; x < header.columns; x++, to += stride) {
      const column = Math.max(0, Math.floor((header.xOffset + x) / component.xStep) - xFirst);
      target[to] = source[row + column];
    }
  }
}

function unsupported(feature: string): UnsupportedFeature {
  return new UnsupportedFeature(`${feature} cannot be decoded by OpenJPEG`, { feature });
}
