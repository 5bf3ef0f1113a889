import { type Kernel, type KernelOptions, loadKernel } from '../wasm/kernel.js';
import type {
  Codec,
  Codestream,
  DecodeContext,
  Decoder,
  EncodedFrame,
  StripCosts,
  Truncation,
} from './codec.js';
import { hasBitsAtMost, inspectJpeg2000, type Jpeg2000Header } from './jpeg-2000-markers.js';
import { type Components, SharedCodestream } from './shared-codestream.js';
import { extentOf, type View, WHOLE } from './view.js';

/** JPEG 2000 Part 1 (ITU-T T.800), multiple component transformations of Part 2 (T.801) and HTJ2K (T.814) by our own kernel, `assembly/jpeg-2000`. */
export const jpeg2000: Codec = {
  name: 'cineloop-jpeg-2000',
  transferSyntaxes: [90, 91, 92, 93, 201, 202, 203].map((number) => `1.2.840.10008.1.2.4.${number}`),
  modules: ['jpeg-2000'],
  views: { reduction: true, region: true },
  strips: (transferSyntax) => (HIGH_THROUGHPUT.test(transferSyntax) ? HT_STRIPS : STRIPS),
  refusal,
  load: async () => jpeg2000Decoder(await loadKernel('jpeg-2000')),
};

const HIGH_THROUGHPUT = /\.20[123]$/;

/**
 * A row of code-blocks of the finest level, 64 coefficients high as encoders make them, is 128 rows of the image. The filters
 * reach less than twelve rows at the three finest levels (ITU-T T.800 F.3).
 */
const BAND_ROWS = 128;
const REACH = 12;
const LEVELS = 5;

/** How far down code-blocks are decoded: whole; only those that the strip below does not hand over; as far as rows are asked for. */
type Lowest = 'whole' | 'handed' | 'asked';

/** The work of a strip, `blocks` of which is that of its code-blocks: all that its rows touch, down to the lowest. */
function stripWork(blocks: number, lowest: Lowest, row: number, end: number, rows: number): number {
  let coefficients = 0;
  for (let level = 1; level <= LEVELS; level++) {
    const height = (BAND_ROWS / 2) * 2 ** level;
    const topOf = (row: number) => Math.floor(Math.max(row - REACH, 0) / height) * height;
    const first = topOf(row);
    const reached = end + REACH;
    const bottom = { whole: Math.ceil(reached / height) * height, handed: topOf(end), asked: reached }[
      lowest
    ];
    const last = end === rows ? rows : Math.min(bottom, rows);
    // Three sub-bands of a quarter of the samples of the level above; with the last of them what is left.
    coefficients += (last - first) * (level === LEVELS ? 4 : 3) * 4 ** -level;
  }
  return blocks * coefficients + (1 - blocks) * (end - row);
}

/** Behind the end of a band: the strip below needs nothing of that one, and decodes first of all what the one above needs of its own. */
const HANDING_STRIPS: StripCosts = {
  ...{ bandRows: BAND_ROWS, border: REACH },
  ...{ perByte: 80, perSample: 3, borderBytes },
  work: (...rows) => stripWork(0.95, 'handed', ...rows),
};
/** In front of it: the strip above needs nothing of the next band, the one below a row of code-blocks more. */
const STRIPS: StripCosts = {
  ...{ bandRows: BAND_ROWS, border: -REACH },
  ...{ perByte: 80, perSample: 3, handing: HANDING_STRIPS },
  work: (...rows) => stripWork(0.95, 'whole', ...rows),
};
/** Behind it as well: the strip below needs nothing of the band before, the one above some quad rows of the next. */
const HT_STRIPS: StripCosts = {
  ...{ bandRows: BAND_ROWS, border: REACH },
  ...{ perByte: 5, perSample: 1 },
  work: (...rows) => stripWork(0.7, 'asked', ...rows),
};

/**
 * Three sub-bands of 64 rows of each level, half as wide as those of the level above, and the lowest: for coefficients of 32 bits, where
 * most often those of 16 do; and what stands around them.
 */
function borderBytes(samples: number): number {
  return 64 * (4 * 3 * samples + 4096);
}

/** Bits of a sample that the kernel's arithmetic of 32 bits has room for; that of 64 bits is for lossless Part 1 alone. */
const HIGHEST_PRECISION = 28;

/**
 * The decoder on a kernel that is loaded. Samples have the precision of the largest component; components of fewer samples
 * are brought to the size of the image by repetition. Of a codestream that is cut off, what there is may be kept: coefficients that
 * are not there are 0, and tiles without any are flat.
 */
export function jpeg2000Decoder(kernel: Kernel): Decoder {
  const shared = new SharedCodestream();
  return {
    decode(frame, context) {
      const { bytes, frameOfCodestream, codestreamKey, attributes } = frame;
      const viewed = parametersOf(context.view ?? WHOLE);
      const decodeWith = (components: readonly number[], context: ComponentsContext) => {
        // Of a codestream of several frames, threads may decode different ones together.
        const which = components.length === 0 ? bordersOf(context) : components;
        const parameters = [...viewed, Number(context.truncated === 'keep'), ...which];
        return decodeBy((onHeader, options) => kernel.decode(bytes, parameters, onHeader, options), context);
      };
      if (frameOfCodestream === undefined || codestreamKey === undefined) {
        const { samplesPerPixel } = attributes;
        const components =
          frameOfCodestream === undefined ? [] : [frameOfCodestream * samplesPerPixel, samplesPerPixel];
        return decodeWith(components, ofOneFrame(context));
      }
      return shared.decode(
        { ...frame, frameOfCodestream },
        `${codestreamKey} ${viewed}`,
        () => hasTransformedComponents(bytes),
        context,
        (first, count, context) => decodeWith([first, count], context),
      );
    },
    inPieces(byteLength, { limits, view = WHOLE }) {
      const own = kernel.another();
      own.expect(byteLength, [...parametersOf(view), ...IN_PIECES], { limits });
      return {
        append: (bytes) => own.append(bytes),
        decode: (_, context) =>
          decodeBy((onHeader, options) => own.picture(onHeader, options), {
            ...ofOneFrame(context),
            ...{ view, truncated: 'keep' },
          }),
        close: () => own.close(),
      };
    },
  };
}

/** Parameters of the kernel: all components, nothing is kept; the neighbours of a strip, one above that is given to, one below that is taken from. */
function bordersOf({ borders: { above, below } = {} }: Pick<DecodeContext, 'borders'>): number[] {
  return [0, 0, 0, Number(above !== undefined) + 2 * Number(below !== undefined)];
}

/** Parameters of the kernel: tiles that have not come are handed out; all components; coefficients are kept. */
const IN_PIECES = [1, 0, 0, 1];

type Decode = (onHeader: (header: Int32Array) => Uint8Array, options: KernelOptions) => Int32Array;

/** A context whose memory is asked for with what is known of the components. */
type ComponentsContext = Omit<DecodeContext, 'allocate'> & { allocate(components: Components): Uint8Array };

function ofOneFrame(context: DecodeContext): ComponentsContext {
  return { ...context, allocate: ({ codestream }) => context.allocate(codestream) };
}

function hasTransformedComponents(bytes: Uint8Array): boolean {
  try {
    return inspectJpeg2000(bytes).componentTransform;
  } catch {
    return false;
  }
}

function decodeBy(decode: Decode, context: ComponentsContext): Codestream {
  const { view = WHOLE } = context;
  let truncated: Truncation | undefined;
  const onTruncated = (goodRows: number) => {
    truncated = { goodRows };
  };
  const header = decode(
    (header) => context.allocate({ codestream: describe(header, view), areAlike: header[9] === 1 }),
    context.truncated === 'keep' ? { ...context, onTruncated } : context,
  );
  const codestream = describe(header, view);
  return truncated === undefined ? codestream : { ...codestream, truncated };
}

/** The kernel would say the same; said here, another engine is asked. */
function refusal({ bytes }: EncodedFrame): string | undefined {
  if (hasBitsAtMost(bytes, HIGHEST_PRECISION)) return undefined;
  let header: Jpeg2000Header;
  try {
    header = inspectJpeg2000(bytes);
  } catch {
    return undefined;
  }
  const precision = Math.max(...header.components.map((component) => component.precision));
  const lossless = header.reversible && !header.highThroughput;
  if (precision > HIGHEST_PRECISION && !lossless)
    return `JPEG 2000 of ${precision} bits per sample, lossy or HT`;
  return undefined;
}

/** As `frame.ts` of the kernel takes them. A reduction beyond its numbers is one that no codestream has. */
function parametersOf({ reduction, region, layers = 0 }: View): number[] {
  const { row, column, rows, columns } = region ?? { row: 0, column: 0, rows: 0, columns: 0 };
  return [reduction, row, column, rows, columns, layers].map((value) => Math.min(value, 2 ** 31 - 1));
}

function describe(header: Int32Array, { region }: View): Codestream {
  const [rows, columns, samplesPerPixel, bitsPerSample, bytesPerSample, signed, componentTransform] = header;
  const picture = { rows: header[7], columns: header[8] };
  return {
    rows,
    columns,
    extent: extentOf(picture, region),
    samplesPerPixel,
    bitsPerSample,
    signed: signed === 1,
    photometricInterpretation: componentTransform === 1 ? 'RGB' : undefined,
    bytesPerSample: bytesPerSample as 1 | 2 | 4 | 8,
  };
}
