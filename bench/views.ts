import {
  createPool,
  type DecodedFrame,
  type DecodeFrameOptions,
  decodeFrame,
  decodeProgressively,
  type Pool,
  type SampleArray,
} from 'cineloop';
import { encodeHtJpeg2000, encodeJpeg, encodeJpeg2000 } from '../fixtures/generate/package-encoders.js';
import { cr, ultrasound } from '../fixtures/generate/phantoms.js';
import type { Picture } from '../fixtures/generate/picture.js';
import { alternate, cost, type Schedule, type Times } from './alternation.js';
import { attributesOf } from './phantom-cases.js';
import { median, type Ratio, ratioOf } from './statistics.js';

/** What a part of a frame costs beside all of it. */
export interface ViewResult {
  readonly id: string;
  readonly view: string;
  readonly rows: number;
  readonly columns: number;
  /** Pixels that come out, as a share of all. */
  readonly pixels: number;
  readonly milliseconds: number;
  /** The view's time over that of the whole frame: processor time of this thread where it is known, unless the view says otherwise. */
  readonly share: Ratio;
}

type View = Pick<DecodeFrameOptions, 'reduction' | 'region' | 'layers'>;

interface ViewCase {
  readonly id: string;
  readonly uid: string;
  picture(): Picture;
  encode(picture: Picture): Promise<Uint8Array>;
  /** Beside the views that all have. */
  readonly views?: Readonly<Record<string, View>>;
  /** Whether it can be decoded while its bytes still come. */
  readonly inPieces?: true;
}

const radiograph = () => ({ ...cr(4096, 4096), bitsStored: 16 });

const CASES: readonly ViewCase[] = [
  {
    id: 'views jpeg-2000 cr 4096x4096',
    uid: '4.90',
    picture: radiograph,
    encode: async (picture) => (await encodeJpeg2000(picture, {})).frames[0]!,
    inPieces: true,
  },
  {
    id: 'views jpeg-2000 lossy, 3 layers, cr 4096x4096',
    uid: '4.91',
    picture: radiograph,
    encode: async (picture) => (await encodeJpeg2000(picture, { layers: [40, 20, 8] })).frames[0]!,
    views: {
      '1 layer': { layers: 1 },
      '2 layers': { layers: 2 },
      '1 layer, 1/2': { layers: 1, reduction: 1 },
    },
    inPieces: true,
  },
  {
    id: 'views htj2k cr 4096x4096',
    uid: '4.201',
    picture: radiograph,
    encode: async (picture) => (await encodeHtJpeg2000(picture)).frames[0]!,
    inPieces: true,
  },
  {
    id: 'views jpeg us 2048x2048',
    uid: '4.50',
    picture: () => ultrasound(2048, 2048),
    encode: async (picture) => (await encodeJpeg(picture, { quality: 90 })).frames[0]!,
  },
];

/** A region off all borders of tiles, code-blocks and MCUs, in the middle. */
const regionOf = ({ rows, columns }: Picture) => ({
  row: (rows >> 1) - 251,
  column: (columns >> 1) - 249,
  rows: 512,
  columns: 512,
});

export function viewIds(): string[] {
  return CASES.map(({ id }) => id);
}

/**
 * Decodes one frame whole and by views, by turns on this thread.
 * @throws where a region is not what is cut out of the whole
 */
export async function measureViews(id: string, schedule: Schedule): Promise<ViewResult[]> {
  const item = CASES.find((each) => each.id === id)!;
  const picture = item.picture();
  const bytes = await item.encode(picture);
  const attributes = attributesOf(picture, item.uid === '4.50' ? 'YBR_FULL' : undefined);
  const views = new Map<string, View>([
    ['whole', {}],
    ['1/2', { reduction: 1 }],
    ['1/4', { reduction: 2 }],
    ['1/8', { reduction: 3 }],
    ['region 512x512', { region: regionOf(picture) }],
    ...Object.entries(item.views ?? {}),
  ]);
  const transferSyntax = `1.2.840.10008.1.2.${item.uid}`;
  const ways = new Map<string, () => Promise<DecodedFrame>>();
  for (const [name, view] of views) {
    ways.set(name, () => decodeFrame(bytes, transferSyntax, attributes, { ...view, workers: 0 }));
  }
  let pool: Pool | undefined;
  if (item.inPieces) {
    const options = { byteLength: bytes.length };
    const pictures = () =>
      decodeProgressively(tenths(bytes), transferSyntax, attributes, { ...options, workers: 0 });
    ways.set('first tenth of bytes', () => firstOf(pictures()));
    ways.set('5 pictures as they come', () => lastOf(pictures()));
    pool = createPool({ workers: 1 });
    const { samples } = await decodeFrame(bytes, transferSyntax, attributes, { workers: 0 });
    const into = sharedLike(samples);
    const away = (chunks: AsyncIterable<Uint8Array>) =>
      decodeProgressively(chunks, transferSyntax, attributes, { ...options, pool, into });
    ways.set(IN_A_WORKER, () => lastOnDemand(bytes, away));
  }
  const frames = new Map<string, DecodedFrame>();
  for (const [name, decode] of ways) frames.set(name, await decode());
  const whole = frames.get('whole')!;
  const region = frames.get('region 512x512')!;
  if (!isCutOut(region.samples, whole.samples, picture)) throw new Error(`${id}: the region is wrong`);
  const refined = frames.get('5 pictures as they come') ?? whole;
  const distant = frames.get(IN_A_WORKER) ?? whole;
  if (!isSame(refined.samples, whole.samples) || !isSame(distant.samples, whole.samples))
    throw new Error(`${id}: the last picture is not the whole`);
  const times = await alternate(
    [...ways].map(([name, decode]) => ({ name, decode: async () => (await decode()).samples })),
    schedule,
  );
  await pool?.close();
  const result = (view: string, costs: (times: Times) => readonly number[], index: number): ViewResult => {
    const { rows, columns } = frames.get([...frames.keys()][index]!)!;
    return {
      ...{ id, view, rows, columns },
      pixels: (rows * columns) / (picture.rows * picture.columns),
      milliseconds: median(costs(times[index]!)),
      share: ratioOf(costs(times[index]!), costs(times[0]!)),
    };
  };
  return [...frames.keys()].flatMap((view, index) => {
    if (view !== IN_A_WORKER) return [result(view, cost, index)];
    const clock = result(`${view}, by the clock`, ({ wall }) => wall, index);
    return times[index]!.thread ? [clock, result(`${view}, this thread`, cost, index)] : [clock];
  });
}

const IN_A_WORKER = '5 pictures in a worker';

/** The bytes as a network might bring them: pictures are shown at 1, 2, 4, 8 and 10 tenths. */
async function* tenths(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  const length = Math.ceil(bytes.length / 10);
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

/** The same pictures where bytes are read ahead: the next ones come when a picture has. */
async function lastOnDemand(
  bytes: Uint8Array,
  decode: (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<DecodedFrame>,
): Promise<DecodedFrame> {
  let show = () => {};
  async function* chunks() {
    const length = Math.ceil(bytes.length / 10);
    let at = 0;
    for (const tenths of [1, 2, 4, 8, 10]) {
      const shown = new Promise<void>((resolve) => {
        show = resolve;
      });
      yield bytes.subarray(at, tenths * length);
      at = tenths * length;
      await shown;
    }
  }
  async function* pictures() {
    for await (const picture of decode(chunks())) {
      yield picture;
      show();
    }
  }
  return lastOf(pictures());
}

async function firstOf(pictures: AsyncIterable<DecodedFrame>): Promise<DecodedFrame> {
  for await (const picture of pictures) return picture;
  throw new Error('No picture came.');
}

/** Memory for as many samples of that type that a worker can write to. */
function sharedLike(samples: SampleArray): SampleArray {
  const Samples = samples.constructor as new (buffer: SharedArrayBuffer) => SampleArray;
  return new Samples(new SharedArrayBuffer(samples.byteLength));
}

async function lastOf(pictures: AsyncIterable<DecodedFrame>): Promise<DecodedFrame> {
  let last: DecodedFrame | undefined;
  for await (const picture of pictures) last = picture;
  if (last === undefined) throw new Error('No picture came.');
  return last;
}

type Samples = ArrayLike<number | bigint>;

function isSame(one: Samples, other: Samples): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}

function isCutOut(region: Samples, whole: Samples, picture: Picture): boolean {
  const { row, column, rows, columns } = regionOf(picture);
  const length = columns * picture.samplesPerPixel;
  for (let y = 0; y < rows; y++) {
    const from = ((row + y) * picture.columns + column) * picture.samplesPerPixel;
    for (let i = 0; i < length; i++) if (region[y * length + i] !== whole[from + i]) return false;
  }
  return true;
}
