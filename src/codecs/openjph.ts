import { InvalidBitstream, UnsupportedFeature } from '../errors.js';
import { EmscriptenHost, type EmscriptenModule, type EmscriptenObject } from '../wasm/emscripten.js';
import type { Codec, Codestream, DecodeContext, Decoder, EncodedFrame } from './codec.js';
import { hasEndOfCodestream, inspectJpeg2000, type Jpeg2000Header } from './jpeg-2000-markers.js';

interface HTJ2KDecoder extends EmscriptenObject {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  /** A view on the WebAssembly memory. */
  getDecodedBuffer(): Uint8Array;
  getLastErrorMessage(): string;
}

interface OpenJphModule extends EmscriptenModule {
  readonly HTJ2KDecoder: new () => HTJ2KDecoder;
}

/** OpenJPH, as @cornerstonejs/codec-openjph builds it: HTJ2K (ITU-T T.814), up to 16 bits per sample. */
export const openjph: Codec = {
  name: 'openjph',
  transferSyntaxes: [201, 202, 203].map((number) => `1.2.840.10008.1.2.4.${number}`),
  misfiledUnder: [90, 91].map((number) => `1.2.840.10008.1.2.4.${number}`),
  modules: ['openjph'],
  refusal,
  load: async () => {
    const { default: factory } = await import('@cornerstonejs/codec-openjph/wasmjs');
    return decoderOn(new EmscriptenHost<OpenJphModule>('openjph', factory));
  },
};

function refusal({ bytes }: EncodedFrame): string | undefined {
  try {
    return unsupportedIn(inspectJpeg2000(bytes));
  } catch {
    return undefined;
  }
}

/** What the stream asks for that the package does not have or gets wrong, in the standard's words. */
function unsupportedIn(header: Jpeg2000Header): string | undefined {
  const { components, layers } = header;
  const [first] = components;
  if (!header.highThroughput) return 'JPEG 2000 without HT code-blocks';
  if (header.part2) return 'HTJ2K with extensions of Part 2 (ITU-T T.801)';
  if (layers !== 1) return `HTJ2K of ${layers} quality layers`;
  if (components.length > 4) return `HTJ2K of ${components.length} components`;
  if (first.precision > 16) return `HTJ2K of ${first.precision} bits per sample`;
  // The package writes negative samples of up to 8 bits as 0, and reads past the lines of subsampled components.
  if (first.precision <= 8 && first.signed) return `HTJ2K of ${first.precision} signed bits`;
  if (components.some(({ xStep, yStep }) => xStep * yStep !== 1)) return 'HTJ2K with subsampled components';
  if (components.some(({ precision, signed }) => precision !== first.precision || signed !== first.signed)) {
    return 'HTJ2K with components of different depths';
  }
  return undefined;
}

function decoderOn(host: EmscriptenHost<OpenJphModule>): Decoder {
  return {
    async decode({ bytes }: EncodedFrame, context: DecodeContext): Promise<Codestream> {
      const header = inspectJpeg2000(bytes);
      const feature = unsupportedIn(header);
      if (feature !== undefined) {
        throw new UnsupportedFeature(`${feature} cannot be decoded by OpenJPH.`, { feature });
      }
      hasEndOfCodestream(bytes, header);
      const { rows, columns, components, componentTransform } = header;
      const [{ precision, signed }] = components;
      const codestream: Codestream = {
        rows,
        columns,
        samplesPerPixel: components.length,
        bitsPerSample: precision,
        signed,
        photometricInterpretation: componentTransform && components.length >= 3 ? 'RGB' : undefined,
        bytesPerSample: precision <= 8 ? 1 : 2,
      };
      const output = context.allocate(codestream);
      await host.run(context.limits, (module, printed) => {
        const decoder = new module.HTJ2KDecoder();
        decoder.getEncodedBuffer(bytes.length - header.offset).set(bytes.subarray(header.offset));
        decoder.decode();
        const samples = decoder.getDecodedBuffer();
        const error = decoder.getLastErrorMessage();
        if (error === '' && samples.length === output.length) copySamples(samples, output, header);
        const length = samples.length;
        decoder.delete();
        check(printed, error, length, output.length);
      });
      return codestream;
    },
  };
}

/**
 * Without a component transform OpenJPH gives the lines of one component after those of the other, and the package places
 * them as if the components took turns. So line s of all stands where line s / components of component s % components
 * should, and is line s % rows of component s / rows.
 */
function copySamples(samples: Uint8Array, output: Uint8Array, header: Jpeg2000Header): void {
  const { rows, columns, components, componentTransform } = header;
  const count = components.length;
  if (componentTransform || count === 1) {
    output.set(samples);
    return;
  }
  const words = (bytes: Uint8Array) =>
    components[0].precision <= 8 ? bytes : new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  const source = words(samples);
  const target = words(output);
  for (let line = 0; line < rows * count; line++) {
    let from = Math.floor(line / count) * columns * count + (line % count);
    let to = (line % rows) * columns * count + Math.floor(line / rows);
    for (let x = 0; x < columns; x++, from += count, to += count) target[to] = source[from];
  }
}

/**
 * OpenJPH says what it met in messages `ojph warning 0x00030001 at file:line: what it is`, and goes on where it can: with
 * a code-block of zeros, or without the marker segment that it does not know.
 */
function check(printed: readonly string[], error: string, length: number, expected: number): void {
  const messages = printed
    .map((line) => /ojph (\w+) 0x\w+ at \S+ (.*)/.exec(line))
    .filter((match) => match !== null);
  const unknown = messages.find(([, , text]) => text.includes('not supported'));
  if (unknown) {
    throw new UnsupportedFeature(`OpenJPH: ${unknown[2]}.`, { feature: `HTJ2K: ${unknown[2]}` });
  }
  const failure = messages.find(
    ([, kind, text]) => kind === 'error' || /error|corrupt|truncated/i.test(text),
  );
  if (failure || error !== '' || length !== expected) {
    throw new InvalidBitstream(`OpenJPH: ${failure?.[2] ?? (error || 'too few samples')}.`);
  }
}
