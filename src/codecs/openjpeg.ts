import { InvalidBitstream, TruncatedData, UnsupportedFeature } from '../errors.js';
import type { Limits } from '../limits.js';
import { EmscriptenHost, type EmscriptenModule, type EmscriptenObject } from '../wasm/emscripten.js';
import type { Codec, Codestream, DecodeContext, Decoder, EncodedFrame } from './codec.js';
import {
  hasEndOfCodestream,
  inspectJpeg2000,
  type Jpeg2000Component,
  type Jpeg2000Header,
} from './jpeg-2000-markers.js';

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
  transferSyntaxes: [90, 91, 201, 202, 203].map((number) => `1.2.840.10008.1.2.4.${number}`),
  modules: ['openjpeg'],
  refusal,
  load: async () => {
    const { default: factory } = await import('@cornerstonejs/codec-openjpeg/decodewasmjs');
    return decoderOn(new EmscriptenHost<OpenJpegModule>('openjpeg', factory));
  },
};

function decoderOn(host: EmscriptenHost<OpenJpegModule>): Decoder {
  return {
    async decode(frame: EncodedFrame, context: DecodeContext): Promise<Codestream> {
      const header = inspectJpeg2000(frame.bytes);
      const feature = unsupportedIn(header);
      if (feature !== undefined) {
        throw new UnsupportedFeature(`${feature} cannot be decoded by OpenJPEG.`, { feature });
      }
      // OpenJPEG does without the last tile-part where EOC is missing behind it.
      const suffix = hasEndOfCodestream(frame.bytes, header) ? [] : [0xff, 0xd9];
      const codestream = describe(header);
      const output = context.allocate(codestream);
      const bytes = frame.bytes.subarray(header.offset);
      if (isDirect(header)) {
        const samples = await run(host, context.limits, [], bytes, suffix);
        copyDirect(samples, output);
      } else {
        for (let index = 0; index < header.components.length; index++) {
          const samples = await run(host, context.limits, jp2For(header, index), bytes, suffix);
          copyComponent(samples, output, codestream, header, index);
        }
      }
      return codestream;
    },
  };
}

function refusal({ bytes }: EncodedFrame): string | undefined {
  try {
    return unsupportedIn(inspectJpeg2000(bytes));
  } catch {
    return undefined;
  }
}

/** What the stream asks for that the package does not have or gets wrong, in the standard's words. */
function unsupportedIn(header: Jpeg2000Header): string | undefined {
  if (header.part2) return 'JPEG 2000 with extensions of Part 2 (ITU-T T.801)';
  if (header.components.length > 4) return `JPEG 2000 of ${header.components.length} components`;
  const precision = Math.max(...header.components.map((component) => component.precision));
  if (precision > 16) return `JPEG 2000 of ${precision} bits per sample`;
  if (header.components.some((component) => component.signed !== header.components[0].signed)) {
    return 'JPEG 2000 with signed and unsigned components';
  }
  // The package takes memory for the reference grid from its origin on.
  const grid = header.xEnd * header.yEnd;
  const image = (header.xEnd - header.xOffset) * (header.yEnd - header.yOffset);
  return grid > 4 * image + 65536 ? 'JPEG 2000 with a far offset on the reference grid' : undefined;
}

function describe(header: Jpeg2000Header): Codestream {
  const { components } = header;
  const bitsPerSample = Math.max(...components.map((component) => component.precision));
  return {
    rows: header.rows,
    columns: header.columns,
    samplesPerPixel: components.length,
    bitsPerSample,
    signed: components[0].signed,
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
  if (components.length === 1) return first.precision > 8 || !first.signed;
  return (
    components.length === 3 &&
    components.every(
      ({ precision, xStep, yStep }) => precision <= 8 && precision === first.precision && xStep * yStep === 1,
    )
  );
}

/**
 * The boxes that, put before the codestream, make a JP2 file of which one component is the whole image (ITU-T T.800 I.5):
 * a component mapping (cmap) with a single channel that takes the component directly. The bit depth of a channel is that
 * of its palette column (pclr): with a signed 16-bit column the package writes signed samples of every depth unharmed.
 */
function jp2For(header: Jpeg2000Header, index: number): number[] {
  const component = header.components[index];
  const depth = isByte(component) ? 7 : (component.signed ? 0x80 : 0) | 15;
  const entry = depth === 7 ? [0] : [0, 0];
  const box = (type: string, ...content: number[]) => [
    ...uint32(content.length + 8),
    ...[...type].map((character) => character.charCodeAt(0)),
    ...content,
  ];
  const { xOffset, yOffset, xEnd, yEnd, components } = header;
  return [
    ...box('jP  ', 0x0d, 0x0a, 0x87, 0x0a),
    ...box('ftyp', 0x6a, 0x70, 0x32, 0x20, 0, 0, 0, 0, 0x6a, 0x70, 0x32, 0x20),
    ...box(
      'jp2h',
      ...box(
        'ihdr',
        ...uint32(yEnd - yOffset),
        ...uint32(xEnd - xOffset),
        0,
        components.length,
        255,
        7,
        1,
        0,
      ),
      ...box('colr', 1, 0, 0, ...uint32(17)),
      ...box('pclr', 0, 1, 1, depth, ...entry),
      ...box('cmap', 0, index, 0, 0),
    ),
    // A length of 0: the box lasts to the end of the file.
    ...[0, 0, 0, 0, 0x6a, 0x70, 0x32, 0x63],
  ];
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
  prefix: readonly number[],
  bytes: Uint8Array,
  suffix: readonly number[],
): Promise<Uint8ClampedArray> {
  return host.run(limits, (module, printed) => {
    const decoder = new module.J2KDecoder();
    const encoded = decoder.getEncodedBuffer(prefix.length + bytes.length + suffix.length);
    encoded.set(prefix);
    encoded.set(bytes, prefix.length);
    encoded.set(suffix, prefix.length + bytes.length);
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
  const Failure = /truncated|stream length|too long/.test(error) ? TruncatedData : InvalidBitstream;
  throw new Failure(`OpenJPEG: ${error.slice('[ERROR]'.length).trim()}`);
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

/** Writes one component among the others; a subsampled one is repeated up to the image's size. */
function copyComponent(
  decoded: Uint8ClampedArray,
  output: Uint8Array,
  codestream: Codestream,
  header: Jpeg2000Header,
  index: number,
): void {
  const component = header.components[index];
  const count = component.columns * component.rows;
  if (decoded.length < count * (isByte(component) ? 1 : 2)) throw tooFewSamples();
  const source = isByte(component)
    ? decoded
    : component.signed
      ? new Int16Array(decoded.buffer, decoded.byteOffset, count)
      : new Uint16Array(decoded.buffer, decoded.byteOffset, count);
  const target =
    codestream.bytesPerSample === 1
      ? output
      : new Uint16Array(output.buffer, output.byteOffset, output.length / 2);
  const stride = codestream.samplesPerPixel;
  const xStep = Math.min(...header.components.map((each) => each.xStep));
  const yStep = Math.min(...header.components.map((each) => each.yStep));
  const xFrom = positions(header.xOffset, xStep, header.columns, component.xStep, component.columns);
  const yFrom = positions(header.yOffset, yStep, header.rows, component.yStep, component.rows);
  let to = index;
  for (const y of yFrom) {
    const row = y * component.columns;
    for (let x = 0; x < xFrom.length; x++, to += stride) target[to] = source[row + xFrom[x]];
  }
}

/**
 * For each of `count` samples that stand `step` apart on the reference grid, the last sample of a component with steps
 * `otherStep` that is not behind it (T.800 B.2: sample i stands at i times the step).
 */
function positions(offset: number, step: number, count: number, otherStep: number, otherCount: number) {
  const first = Math.ceil(offset / step);
  const otherFirst = Math.ceil(offset / otherStep);
  return Int32Array.from({ length: count }, (_, index) => {
    const other = Math.floor(((first + index) * step) / otherStep) - otherFirst;
    return Math.min(Math.max(other, 0), otherCount - 1);
  });
}

function tooFewSamples(): TruncatedData {
  return new TruncatedData('OpenJPEG gave fewer samples than the image has.');
}
