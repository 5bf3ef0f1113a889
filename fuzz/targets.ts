import type { Random } from './damage.js';
import {
  jpeg2000Streams,
  jpegHierarchicalStreams,
  jpegLosslessStreams,
  jpegLsStreams,
  jpegStreams,
} from './streams.js';

/** Rows and columns of what is handed out. */
export type Extent = (header: Int32Array, parameters: readonly number[]) => readonly [number, number];

/** A kernel and what it is fed. */
export interface Target {
  streams(random: Random): Uint8Array[] | Promise<Uint8Array[]>;
  /** Second bytes of the markers that damage writes. */
  readonly markers: readonly number[];
  /** Second byte of the marker behind which the headers end: SOS, SOD. */
  readonly lastHeader: number;
  /** What a frame is decoded with; none where it is absent. */
  parameters?(random: Random): number[];
  /** Rows and columns of what is handed out, by the header and the parameters; the first two fields of the header where absent. */
  readonly extent?: Extent;
  /** Frames are also decoded from pieces, to a picture from each: the parameter that says so, and the last picture is the whole. */
  readonly inPieces?: readonly number[];
}

const SOS = 0xda;
const SOD = 0x93;
/** What the kernel of JPEG 2000 is told in front of frames whose bytes still come. */
const IN_PIECES = [0, 0, 0, 0, 0, 0, 1, 0, 0, 1];

const JPEG_MARKERS = [0xc4, 0xcc, 0xd0, 0xd3, 0xd7, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde];

/** The whole picture, a reduced one, or a rectangle that may be outside. */
const jpegView = (random: Random) =>
  random(2) === 0 ? [random(4)] : [random(4), random(30), random(40), 1 + random(30), 1 + random(40)];

const dct = {
  lastHeader: SOS,
  parameters: jpegView,
  extent: (header: Int32Array) => [header[5]!, header[6]!] as const,
};

/** Reduction, region, layers, what to keep, components: of one frame in two. */
function jpeg2000View(random: Random): number[] {
  if (random(2) === 0) return [];
  const region = [random(30), random(40), 1 + random(30), 1 + random(40)];
  const components = random(4) === 0 ? [random(3), 1 + random(3)] : [0, 0];
  return [random(4), ...(random(2) === 0 ? region : [0, 0, 0, 0]), random(3), random(2), ...components];
}

/** The region, or the picture at the reduction; nothing where the region is not inside it. */
function jpeg2000Extent(header: Int32Array, parameters: readonly number[]): readonly [number, number] {
  const [row = 0, column = 0, rows = 0, columns = 0] = parameters.slice(1, 5);
  const [pictureRows, pictureColumns] = [header[7]!, header[8]!];
  if (rows === 0) return [pictureRows, pictureColumns];
  return row + rows > pictureRows || column + columns > pictureColumns ? [0, 0] : [rows, columns];
}

/** By the name of the kernel's module. */
export const TARGETS: Readonly<Record<string, Target>> = {
  'jpeg-dct': {
    ...dct,
    streams: (random) => jpegStreams(random, false),
    markers: [...JPEG_MARKERS, 0xc0, 0xc1, 0xc2],
  },
  'jpeg-dct-arithmetic': {
    ...dct,
    streams: (random) => jpegStreams(random, true),
    markers: [...JPEG_MARKERS, 0xc9, 0xca],
  },
  'jpeg-lossless': {
    streams: (random) => jpegLosslessStreams(random, false).map(({ bytes }) => bytes),
    markers: [...JPEG_MARKERS, 0xc3],
    lastHeader: SOS,
  },
  'jpeg-lossless-arithmetic': {
    streams: (random) => jpegLosslessStreams(random, true).map(({ bytes }) => bytes),
    markers: [...JPEG_MARKERS, 0xcb],
    lastHeader: SOS,
  },
  'jpeg-hierarchical': {
    streams: (random) => jpegHierarchicalStreams(random, false),
    markers: [...JPEG_MARKERS, 0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7],
    lastHeader: SOS,
  },
  'jpeg-hierarchical-arithmetic': {
    streams: (random) => jpegHierarchicalStreams(random, true),
    markers: [...JPEG_MARKERS, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf],
    lastHeader: SOS,
  },
  'jpeg-ls': {
    streams: jpegLsStreams,
    markers: [...JPEG_MARKERS, 0xf7, 0xf8],
    lastHeader: SOS,
  },
  'jpeg-2000': {
    streams: jpeg2000Streams,
    markers: [
      0x4f, 0x51, 0x52, 0x53, 0x55, 0x58, 0x5c, 0x5d, 0x60, 0x61, 0x64, 0x74, 0x75, 0x77, 0x78, 0x90, 0x91,
      0x92, 0x93, 0xd9,
    ],
    lastHeader: SOD,
    parameters: jpeg2000View,
    extent: jpeg2000Extent,
    inPieces: IN_PIECES,
  },
};
