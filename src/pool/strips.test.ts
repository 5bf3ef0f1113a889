// One frame on several workers: what is built, by its public surface, against the pictures that were encoded.
import { Worker } from 'node:worker_threads';
import { createPool, type DecodedFrame, decodeFrame, type FrameAttributes, type Pool } from 'cineloop';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { encodeHtJpeg2000, encodeJpeg2000 } from '../../fixtures/generate/package-encoders.js';
import type { StripCosts } from '../codecs/codec.js';
import type { StripJob } from './protocol.js';
import { areWorthwhile, divide, type FrameSize, type Strip } from './strips.js';

const JPEG_2000 = '1.2.840.10008.1.2.4.90';
const HTJ2K = '1.2.840.10008.1.2.4.201';
/** A row takes as long as any other, and a strip one band more than its own at each border. */
const COSTS: StripCosts = {
  ...{ perByte: 80, perSample: 3, bandRows: 128, border: -12 },
  work: (row, end, rows) => end - row + (row === 0 ? 0 : 128) + (end === rows ? 0 : 128),
};

function sizeOf(rows: number, output: FrameSize['output'] = 'shared'): FrameSize {
  return { rows, output, samples: rows * 2048, bytes: 2 * rows * 2048, encoded: rows * 2000 };
}

describe('divide', () => {
  test.each([
    [2048, 2],
    [2129, 3],
    [4097, 8],
    [513, 4],
    [300, 2],
    [100, 2],
    [1, 8],
  ])('%i rows in at most %i strips: every row once, in order', (rows, most) => {
    const costs = [-12, 0, 12].map((border) => ({ ...COSTS, border }));
    for (const [output, each] of (['fresh', 'reused', 'shared'] as const).flatMap((output) =>
      costs.map((each) => [output, each] as const),
    )) {
      const strips = divide(sizeOf(rows, output), most, each);
      expect(strips.length).toBeLessThanOrEqual(most);
      let next = 0;
      for (const strip of strips) {
        expect(strip.row).toBe(next);
        expect(strip.rows).toBeGreaterThan(0);
        next += strip.rows;
      }
      expect(next).toBe(rows);
    }
  });

  test('strips end above or below the end of a band, and those with two neighbours are shorter', () => {
    expect(divide(sizeOf(4096), 2, { ...COSTS, border: 12 })[0]).toEqual({ row: 0, rows: 16 * 128 + 12 });
    expect(divide(sizeOf(4096), 2, COSTS)).toEqual([
      { row: 0, rows: 16 * 128 - 12 },
      { row: 16 * 128 - 12, rows: 16 * 128 + 12 },
    ]);
    const three = divide(sizeOf(31 * 128), 3, COSTS).map(({ rows }) => Math.ceil(rows / 128));
    expect(three).toEqual([11, 10, 11]);
  });

  test('the first strip is shorter by the time that fresh memory for the whole frame takes', () => {
    const size = sizeOf(4096, 'fresh');
    const costs = { ...COSTS, perByte: 0 };
    const [first, second] = divide(size, 2, costs) as [Strip, Strip];
    const milliseconds = ({ row, rows }: Strip) => (2048 * 3 * costs.work(row, row + rows, 4096)) / 1e6;
    const touched = (0.6 * size.bytes) / 1e6;
    const band = milliseconds({ row: 0, rows: 128 }) / 2;
    expect(Math.abs(milliseconds(first) + touched - milliseconds(second))).toBeLessThan(2 * band);
    // Where there is more of it than of anything else, one band is left.
    expect(divide(size, 2, { ...costs, perSample: 0.1 })[0]).toEqual({ row: 0, rows: 128 - 12 });
  });

  test('a frame of few bands gives fewer strips than there are workers', () => {
    expect(divide(sizeOf(4 * 128), 8, COSTS)).toHaveLength(2);
    expect(divide(sizeOf(3 * 128), 8, COSTS)).toEqual([{ row: 0, rows: 384 }]);
  });

  test('pays for a frame of 300 ms, not for one of 1 ms, nor where what is copied costs more than is won', () => {
    const isWorthwhile = (size: FrameSize, costs: StripCosts) =>
      areWorthwhile(divide(size, 2, costs), size, costs);
    const large = sizeOf(2048);
    expect(isWorthwhile(large, COSTS)).toBe(true);
    expect(isWorthwhile({ ...large, encoded: 10_000, samples: 50_000, bytes: 100_000 }, COSTS)).toBe(false);
    const fast = { ...COSTS, perByte: 1, perSample: 1 };
    expect(isWorthwhile(large, fast)).toBe(true);
    expect(isWorthwhile({ ...large, output: 'reused', bytes: 30_000_000 }, fast)).toBe(false);
  });
});

const ROWS = 1040;
const COLUMNS = 160;

/** Waves and noise: no two rows are alike, and no part of the picture is free. */
function picture(): Uint16Array {
  let seed = 7;
  return Uint16Array.from({ length: ROWS * COLUMNS }, (_, place) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const row = Math.floor(place / COLUMNS);
    return 20_000 + 8_000 * Math.sin(row / 9 + place / 50) + (seed >>> 22);
  });
}

const ATTRIBUTES: FrameAttributes = {
  rows: ROWS,
  columns: COLUMNS,
  samplesPerPixel: 1,
  bitsAllocated: 16,
  bitsStored: 16,
  pixelRepresentation: 0,
  photometricInterpretation: 'MONOCHROME2',
};

async function encoded(encode: typeof encodeJpeg2000, samples: Uint16Array): Promise<Uint8Array> {
  const size = { rows: ROWS, columns: COLUMNS, samplesPerPixel: 1, bitsStored: 16 } as const;
  return (await encode({ ...size, frames: [samples] })).frames[0]!;
}

const gray = picture();
let bytes: Uint8Array;
beforeAll(async () => {
  bytes = await encoded(encodeJpeg2000, gray);
});

const pools: Pool[] = [];
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())));

/** A pool that tells what strips it has posted, `whole` for a frame in one piece, and how many workers it has started. */
function watchedPool(workers: number, codecs: string[] = []) {
  const posted: (StripJob | 'whole')[] = [];
  const counts = { started: 0 };
  const worker = () => {
    const started = new Worker(new URL('../../dist/node/worker.js', import.meta.url));
    counts.started += 1;
    const post = started.postMessage.bind(started);
    started.postMessage = (message, transfer) => {
      for (const { type, job } of message.argumentList?.[0]?.value ?? []) {
        if (type === 'frame') posted.push(job.strip ?? 'whole');
      }
      post(message, transfer);
    };
    return started;
  };
  const pool = createPool({ workers, worker, codecs });
  pools.push(pool);
  return { pool, posted, counts };
}

/** The strips of one frame in order. */
function fromTheTop(posted: readonly (StripJob | 'whole')[]): StripJob[] {
  return posted.filter((strip) => strip !== 'whole').sort((one, other) => one.row - other.row);
}

function expectSamples({ samples }: DecodedFrame, source: Uint16Array): void {
  const view = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  expect(samples[Symbol.toStringTag]).toBe('Uint16Array');
  expect(Buffer.compare(view, new Uint8Array(source.buffer))).toBe(0);
}

describe('a frame in strips', () => {
  test.each([2, 3, 4])('%i of them are the frame', async (strips) => {
    const { pool, posted, counts } = watchedPool(strips);
    const options = { pool, strips };
    const decode = (into?: Uint16Array) => decodeFrame(bytes, JPEG_2000, ATTRIBUTES, { ...options, into });
    const frame = await decode();
    expectSamples(frame, gray);
    expect(frame).toMatchObject({ rows: ROWS, columns: COLUMNS, bitsStored: 16, mismatches: [] });
    expect(posted).toHaveLength(strips);
    expect(posted).not.toContain('whole');
    expect(counts.started).toBe(strips);
    // Memory that was spent is used again; that of a frame that was handed out is not.
    expect(frame.samples.buffer.byteLength).toBe(gray.byteLength);
    expectSamples(await decode(), gray);
    const other = await decode();
    (other.samples as Uint16Array).fill(1);
    expectSamples(await decode(), gray);
    expectSamples(frame, gray);
    for (const memory of [ArrayBuffer, ArrayBuffer, SharedArrayBuffer]) {
      const into = new Uint16Array(new memory(gray.byteLength));
      expect((await decode(into)).samples).toBe(into);
      expectSamples({ ...frame, samples: into }, gray);
    }
    expect(bytes.byteLength).toBeGreaterThan(0);
  });

  test('share memory with their neighbours, which is used again', async () => {
    const { pool, posted } = watchedPool(3);
    const bordersOf = async () => {
      expectSamples(await decodeFrame(bytes, JPEG_2000, ATTRIBUTES, { pool, strips: 3 }), gray);
      return fromTheTop(posted.splice(0)).map(({ borders }) => borders);
    };
    const [first, second, third] = await bordersOf();
    expect(first?.above).toBeUndefined();
    expect(first?.below).toBeInstanceOf(SharedArrayBuffer);
    expect(second?.above).toBe(first?.below);
    expect(third?.above).toBe(second?.below);
    expect(third?.below).toBeUndefined();
    const [again, next] = await bordersOf();
    expect(again?.below).not.toBe(next?.below);
    const known = [first?.below, second?.below];
    expect([again?.below, next?.below].every((border) => known.includes(border))).toBe(true);
  });

  test('decode all that they need by themselves where there is no shared memory', async () => {
    vi.stubGlobal('SharedArrayBuffer', undefined);
    try {
      const { pool, posted } = watchedPool(2);
      expectSamples(await decodeFrame(bytes, JPEG_2000, ATTRIBUTES, { pool, strips: 2 }), gray);
      const [first, second] = fromTheTop(posted);
      expect([first?.borders, second?.borders]).toEqual([{}, {}]);
      // In front of the end of a row of code-blocks, where it is behind it else.
      expect(first!.rows % 128).toBe(128 - 12);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test('of three samples per pixel, and of HTJ2K', async () => {
    const { pool, posted } = watchedPool(2);
    const colour = Uint8Array.from(
      { length: 3 * gray.length },
      (_, place) => gray[Math.floor(place / 3)]! >> (place % 8),
    );
    const options = { pool, strips: 2 };
    const size = { rows: ROWS, columns: COLUMNS, samplesPerPixel: 3, bitsStored: 8 } as const;
    const stream = (await encodeJpeg2000({ ...size, frames: [colour] })).frames[0]!;
    const attributes = { ...ATTRIBUTES, ...size, bitsAllocated: 8, photometricInterpretation: 'YBR_RCT' };
    const frame = await decodeFrame(stream, JPEG_2000, attributes, options);
    expect(Buffer.compare(frame.samples as Uint8Array, colour)).toBe(0);
    expect(posted).not.toContain('whole');
    const fast = await encoded(encodeHtJpeg2000, gray);
    expectSamples(await decodeFrame(fast, HTJ2K, ATTRIBUTES, options), gray);
  });

  test('disagreements with the dataset are told of the frame', async () => {
    const { pool, posted } = watchedPool(2);
    const attributes = { ...ATTRIBUTES, bitsStored: 12 };
    const frame = await decodeFrame(bytes, JPEG_2000, attributes, { pool, strips: 2 });
    expect(posted).toHaveLength(2);
    expect(frame.mismatches).toEqual([{ attribute: 'bitsStored', dataset: 12, codestream: 16 }]);
    expectSamples(frame, gray);
  });

  test.each([
    ['fewer rows', { rows: ROWS - 40 }],
    ['more rows', { rows: ROWS + 40 }],
    ['fewer columns', { columns: COLUMNS - 8 }],
    ['more columns', { columns: COLUMNS + 8 }],
    ['three samples per pixel', { samplesPerPixel: 3, photometricInterpretation: 'RGB' }],
  ])('where the dataset says %s than the codestream, the codestream is followed', async (_, wrong) => {
    const { pool } = watchedPool(2);
    const attributes = { ...ATTRIBUTES, ...wrong };
    const whole = await decodeFrame(bytes, JPEG_2000, attributes, { pool, strips: 1 });
    const frame = await decodeFrame(bytes, JPEG_2000, attributes, { pool, strips: 2 });
    expectSamples(frame, gray);
    expect({ ...frame, samples: 0, timings: 0 }).toEqual({ ...whole, samples: 0, timings: 0 });
  });

  test('a broken frame has one error, that of the frame', async () => {
    const { pool } = watchedPool(2);
    const failureOf = (broken: Uint8Array, options: object) =>
      decodeFrame(broken, JPEG_2000, ATTRIBUTES, { pool, ...options }).then(
        () => expect.unreachable(),
        (error) => error.toData(),
      );
    for (const broken of [bytes.slice(0, bytes.length / 2), bytes.slice(100), new Uint8Array(8)]) {
      const failure = await failureOf(broken, { strips: 1 });
      expect(failure.tag).toMatch(/TruncatedData|InvalidBitstream/);
      expect(await failureOf(broken, { strips: 2 })).toEqual(failure);
    }
    const into = new Uint8Array(gray.length);
    const failure = await failureOf(bytes, { strips: 1, into });
    expect(failure.tag).toBe('AttributeMismatch');
    expect(await failureOf(bytes, { strips: 2, into })).toEqual(failure);
  });

  test('limits are those of the frame', async () => {
    const { pool } = watchedPool(2);
    const decode = (limits: object) => decodeFrame(bytes, JPEG_2000, ATTRIBUTES, { pool, strips: 2, limits });
    await expect(decode({ frameBytes: gray.byteLength - 1 })).rejects.toMatchObject({
      tag: 'LimitExceeded',
      limit: 'frameBytes',
      requested: gray.byteLength,
    });
    expectSamples(await decode({ frameBytes: gray.byteLength }), gray);
    await expect(decode({ decodeMilliseconds: 0.001 })).rejects.toMatchObject({
      tag: 'LimitExceeded',
      limit: 'decodeMilliseconds',
    });
  });

  test('that is aborted stops as one', async () => {
    const { pool, counts } = watchedPool(2);
    const controller = new AbortController();
    const into = new Uint16Array(new SharedArrayBuffer(gray.byteLength));
    const options = { pool, strips: 2, into, signal: controller.signal };
    const outcome = decodeFrame(bytes, JPEG_2000, ATTRIBUTES, options).catch((error) => error);
    controller.abort();
    expect(await outcome).toMatchObject({ tag: 'Aborted' });
    expectSamples(await decodeFrame(bytes, JPEG_2000, ATTRIBUTES, { pool, strips: 2 }), gray);
    expect(counts.started).toBeLessThanOrEqual(2);
  });

  test('stays whole where the engine that takes it on decodes no strips', async () => {
    const codec = `data:text/javascript,${encodeURIComponent(`
      export default { name: 'other', transferSyntaxes: ['${JPEG_2000}'], modules: [], load: async () => ({
        decode({ attributes: { rows, columns } }, { allocate }) {
          const codestream = { rows, columns, samplesPerPixel: 1, bitsPerSample: 16, signed: false, bytesPerSample: 2 };
          allocate(codestream).fill(5);
          return codestream;
        },
      }) };
    `)}`;
    const { pool, posted } = watchedPool(2, [codec]);
    const frame = await decodeFrame(bytes, JPEG_2000, ATTRIBUTES, { pool, strips: 2 });
    expectSamples(frame, new Uint16Array(gray.length).fill(0x0505));
    expect(posted[0]).not.toBe('whole');
    expect(posted.filter((strip) => strip === 'whole')).toHaveLength(1);
  });
});

describe('without the caller’s word', () => {
  test('workers that have nothing to do share a frame; where more wait, each has its own', async () => {
    const { pool, posted, counts } = watchedPool(2);
    const decode = (options = {}) => decodeFrame(bytes, JPEG_2000, ATTRIBUTES, { pool, ...options });
    // The first worker starts with the frame; that the other was missing starts it too.
    expectSamples(await decode(), gray);
    expect(posted.splice(0)).toEqual(['whole']);
    expect(counts.started).toBe(2);
    for (const frame of await Promise.all(Array.from({ length: 6 }, () => decode({ strips: 1 })))) {
      expectSamples(frame, gray);
    }
    posted.length = 0;
    expectSamples(await decode(), gray);
    expect(posted.splice(0)).toHaveLength(2);
    expectSamples(await decode({ strips: 1 }), gray);
    expect(posted.splice(0)).toEqual(['whole']);
    for (const frame of await Promise.all(Array.from({ length: 6 }, () => decode())))
      expectSamples(frame, gray);
    expect(posted.filter((strip) => strip === 'whole').length).toBeGreaterThanOrEqual(5);
  });

  test('a part of a frame, or a reduced one, is decoded by one worker', async () => {
    const { pool, posted } = watchedPool(2);
    const decode = (options = {}) =>
      decodeFrame(bytes, JPEG_2000, ATTRIBUTES, { pool, strips: 2, ...options });
    await decode({ reduction: 1 });
    const region = { row: 0, column: 0, rows: ROWS, columns: COLUMNS };
    expectSamples(await decode({ region }), gray);
    expect(posted).toEqual(['whole', 'whole']);
  });

  test('a number of strips that is none is refused', async () => {
    for (const strips of [0, -1, 1.5, Number.NaN]) {
      await expect(decodeFrame(bytes, JPEG_2000, ATTRIBUTES, { strips })).rejects.toBeInstanceOf(RangeError);
    }
  });
});
