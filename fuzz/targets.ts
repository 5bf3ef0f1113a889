import type { Random } from './damage.js';
import { jpeg2000Streams, jpegLosslessStreams, jpegLsStreams, jpegStreams } from './streams.js';

/** A kernel and what it is fed. */
export interface Target {
  streams(random: Random): Uint8Array[] | Promise<Uint8Array[]>;
  /** Second bytes of the markers that damage writes. */
  readonly markers: readonly number[];
  /** Second byte of the marker behind which the headers end: SOS, SOD. */
  readonly lastHeader: number;
  /** What a frame is decoded with; none where it is absent. */
  parameters?(random: Random): number[];
  /** Which fields of the header are rows and columns of what is handed out; 0 and 1 where absent. */
  readonly extent?: readonly [rows: number, columns: number];
}

const SOS = 0xda;
const SOD = 0x93;
const JPEG_MARKERS = [0xc4, 0xcc, 0xd0, 0xd3, 0xd7, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde];

/** The whole picture, a reduced one, or a rectangle that may be outside. */
const jpegView = (random: Random) =>
  random(2) === 0 ? [random(4)] : [random(4), random(30), random(40), 1 + random(30), 1 + random(40)];

const dct = { lastHeader: SOS, parameters: jpegView, extent: [5, 6] } as const;

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
  'jpeg-ls': {
    streams: jpegLsStreams,
    markers: [...JPEG_MARKERS, 0xf7, 0xf8],
    lastHeader: SOS,
  },
  'jpeg-2000': {
    streams: jpeg2000Streams,
    markers: [0x4f, 0x51, 0x52, 0x53, 0x55, 0x58, 0x5c, 0x5d, 0x60, 0x61, 0x64, 0x90, 0x91, 0x92, 0x93, 0xd9],
    lastHeader: SOD,
  },
};
