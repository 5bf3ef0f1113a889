// The pool from outside, with the workers that users get: what is built, by its public surface.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import {
  Aborted,
  AttributeMismatch,
  type ByteSource,
  type CineloopError,
  createPool,
  type DecodedFrame,
  decodeFrame,
  LimitExceeded,
  open,
  type Pool,
  TruncatedData,
  UnknownTransferSyntax,
  WorkerFailure,
} from 'cineloop';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { encodeRle } from '../../fixtures/generate/rle-encoder.js';
import {
  COLUMNS,
  encapsulatedFile,
  nativeFile,
  RLE_LOSSLESS,
  ROWS,
  rleFile,
  sourceFrames,
} from './cine-file.test-support.js';

const SAMPLES = ROWS * COLUMNS;
const frames = sourceFrames(12);
const rle = rleFile(frames);

let folder: string;
let rlePath: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cineloop-pool-'));
  rlePath = join(folder, 'rle.dcm');
  writeFileSync(rlePath, rle);
});
afterAll(() => rmSync(folder, { recursive: true }));

const pools: Pool[] = [];
function poolOf(options: Parameters<typeof createPool>[0]): Pool {
  const pool = createPool(options);
  pools.push(pool);
  return pool;
}
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())));

function bytesOf({ samples }: { readonly samples: DecodedFrame['samples'] }): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

async function allOf(iterable: AsyncIterable<DecodedFrame>): Promise<DecodedFrame[]> {
  const decoded: DecodedFrame[] = [];
  for await (const frame of iterable) decoded.push(frame);
  return decoded;
}

/** What gave this array its type lives in another realm of the test runner: compare names and values. */
function expectSamples(decoded: DecodedFrame | undefined, source: Uint16Array): void {
  expect(decoded?.samples[Symbol.toStringTag]).toBe('Uint16Array');
  expect([...(decoded?.samples ?? [])]).toEqual([...source]);
}

/** A caller's source: no handle, so that the bytes must be handed over. */
class ForeignSource implements ByteSource {
  readonly handle = undefined;
  readonly size = rle.length;
  closed = 0;

  async read(offset: number, length: number): Promise<Uint8Array> {
    return rle.slice(offset, offset + length);
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}

/** One that gives Buffers, of which `slice` is no copy, on memory of its own. */
class BufferSource extends ForeignSource {
  readonly memory = Buffer.from(Uint8Array.from(rle).buffer);

  override async read(offset: number, length: number): Promise<Uint8Array> {
    return this.memory.subarray(offset, offset + length);
  }
}

test.each([
  [
    'that are read as they are handed out',
    '1.2.840.10008.1.2.1.98',
    (frame: Uint16Array) => new Uint8Array(frame.buffer),
  ],
  ['that are decoded', RLE_LOSSLESS, (frame: Uint16Array) => encodeRle(frame, 1, COLUMNS)],
])('frames %s keep their samples while a worker reads others', async (_, transferSyntax, encode) => {
  const path = join(folder, `${transferSyntax}.dcm`);
  writeFileSync(path, encapsulatedFile(transferSyntax, frames.map(encode)));
  const image = await open(path, { pool: poolOf({ workers: 1 }) });
  const decoded = await allOf(image.decodeAll());
  expect(decoded).toHaveLength(frames.length);
  for (const [index, frame] of decoded.entries()) expectSamples(frame, frames[index]!);
  await image.close();
});

describe.each([0, 1, 2])('with %i workers', (workers) => {
  const sources = {
    path: () => rlePath,
    'file: URL': () => pathToFileURL(rlePath),
    Blob: () => new Blob([rle as Uint8Array<ArrayBuffer>]),
    bytes: () => rle,
    'shared memory': () => {
      const shared = new Uint8Array(new SharedArrayBuffer(rle.length));
      shared.set(rle);
      return shared;
    },
    'source of the caller': () => new ForeignSource(),
  };

  test.each(Object.entries(sources))('every frame, in order, from a %s', async (_, source) => {
    const image = await open(source(), { pool: poolOf({ workers }) });
    const decoded = await allOf(image.decodeAll());
    expect(decoded).toHaveLength(frames.length);
    for (const [index, frame] of frames.entries()) expectSamples(decoded[index], frame);
    await image.close();
  });

  test('Buffers stay the caller’s', async () => {
    const source = new BufferSource();
    const image = await open(source, { pool: poolOf({ workers }) });
    const decoded = await allOf(image.decodeAll());
    for (const [index, frame] of frames.entries()) expectSamples(decoded[index], frame);
    expect(Buffer.compare(source.memory, rle)).toBe(0);

    const bytes = Buffer.from(encodeRle(frames[1]!, 1, COLUMNS).slice().buffer);
    const before = Uint8Array.from(bytes);
    for (const strips of [1, 2]) {
      const options = { pool: poolOf({ workers }), strips };
      expectSamples(await decodeFrame(bytes, RLE_LOSSLESS, ATTRIBUTES, options), frames[1]!);
    }
    expect(Buffer.compare(bytes, before)).toBe(0);
  });

  test('single frames at once, out of order', async () => {
    const image = await open(rlePath, { pool: poolOf({ workers }) });
    const order = [7, 0, 11, 3, 3];
    const decoded = await Promise.all(order.map((index) => image.decode(index)));
    for (const [place, index] of order.entries()) expectSamples(decoded[place], frames[index]!);
    await image.close();
  });

  test('options that change from call to call, and come back', async () => {
    const image = await open(rlePath, { pool: poolOf({ workers }) });
    for (let round = 0; round < 3; round += 1) {
      for (let rows = 1; rows <= 20; rows += 1) {
        const region = { row: 0, column: 0, rows, columns: COLUMNS };
        expectSamples(await image.decode(5, { region }), frames[5]!.subarray(0, rows * COLUMNS));
        expectSamples(await image.decode(6), frames[6]!);
      }
    }
    await image.close();
  });

  test('a region and limits that the caller changes between two calls', async () => {
    const image = await open(rlePath, { pool: poolOf({ workers }) });
    const region = { row: 0, column: 0, rows: 1, columns: COLUMNS };
    const limits = { frameBytes: 2 * SAMPLES };
    for (let row = 0; row < 5; row += 1) {
      region.row = row;
      const rowOfFrame = frames[5]!.subarray(row * COLUMNS, (row + 1) * COLUMNS);
      expectSamples(await image.decode(5, { region, limits }), rowOfFrame);
      const bytes = encodeRle(frames[5]!, 1, COLUMNS);
      const options = { pool: poolOf({ workers }), region, limits };
      expectSamples(await decodeFrame(bytes, RLE_LOSSLESS, ATTRIBUTES, options), rowOfFrame);
    }
    limits.frameBytes = 10;
    await expect(image.decode(5, { region, limits })).rejects.toMatchObject({ tag: 'LimitExceeded' });
    await image.close();
  });

  test('frames that are components of one codestream, from memory', async () => {
    const fixtures = new URL('../../fixtures/', import.meta.url);
    const name = 'jpeg-2000/cine-wavelet.dcm';
    const rows = readFileSync(new URL('reference.tsv', fixtures), 'utf8').split('\n');
    const references = rows.map((row) => row.split('\t')).filter(([file]) => file === name);
    const image = await open(readFileSync(new URL(name, fixtures)), { pool: poolOf({ workers }) });
    const decoded = await allOf(image.decodeAll());
    expect(decoded.length).toBeGreaterThan(1);
    expect(decoded.map((frame) => createHash('sha256').update(bytesOf(frame)).digest('hex'))).toEqual(
      references.map((columns) => columns[13]),
    );
  });

  test('a bare frame', async () => {
    const bytes = encodeRle(frames[2]!, 1, COLUMNS);
    const before = bytes.slice();
    expectSamples(
      await decodeFrame(bytes, RLE_LOSSLESS, ATTRIBUTES, { pool: poolOf({ workers }) }),
      frames[2]!,
    );
    expect(bytes).toEqual(before);
  });

  test('a bare frame, as careless callers hand it in', async () => {
    const bytes = encodeRle(frames[2]!, 1, COLUMNS);
    const options = { pool: poolOf({ workers }) };
    // A UID with the padding of its data element; attributes that DICOM JSON gives as null.
    const attributes = { ...ATTRIBUTES, highBit: null as unknown as undefined };
    expectSamples(await decodeFrame(bytes, `${RLE_LOSSLESS}\0`, attributes, options), frames[2]!);
    const noRows = { ...ATTRIBUTES, rows: null as unknown as number };
    await expect(decodeFrame(bytes, RLE_LOSSLESS, noRows, options)).rejects.toMatchObject({
      tag: 'MissingAttribute',
      element: '00280010',
    });
    for (const other of [bytes.buffer, [...bytes], undefined]) {
      await expect(
        decodeFrame(other as unknown as Uint8Array, RLE_LOSSLESS, ATTRIBUTES, options),
      ).rejects.toThrow('The bytes of a frame are a Uint8Array.');
    }
  });

  test('a broken frame fails alone, as its own class, and says which it was', async () => {
    const broken = rleFile(frames, (encoded, frame) => (frame === 4 ? encoded.subarray(0, -64) : encoded));
    const image = await open(broken, { pool: poolOf({ workers }) });
    const results: (DecodedFrame | CineloopError)[] = [];
    for await (const result of image.decodeAll({ failures: 'yield' })) results.push(result);
    expect(results).toHaveLength(frames.length);
    const error = results[4];
    expect(error).toBeInstanceOf(TruncatedData);
    expect(error).toMatchObject({
      tag: 'TruncatedData',
      frame: 4,
      transferSyntax: RLE_LOSSLESS,
      engine: 'cineloop-rle',
    });
    for (const [index, frame] of frames.entries()) {
      if (index !== 4) expectSamples(results[index] as DecodedFrame, frame);
    }
    await expect(allOf(image.decodeAll())).rejects.toBeInstanceOf(TruncatedData);
    await expect(image.decode(frames.length)).rejects.toMatchObject({
      tag: 'InvalidDataset',
      frame: frames.length,
    });
  });

  test('an offset table that lies is found out, and the frames all the same', async () => {
    const lying = rle.slice();
    const table =
      lying.length - frames.reduce((sum, frame) => sum + 8 + even(encodeRle(frame, 1, COLUMNS)), 8) - 48;
    const view = new DataView(lying.buffer, table);
    expect(view.getUint32(0, true)).toBe(0);
    view.setUint32(8, view.getUint32(8, true) + 2, true);
    const image = await open(lying, { pool: poolOf({ workers }) });
    const decoded = await allOf(image.decodeAll());
    for (const [index, frame] of frames.entries()) expectSamples(decoded[index], frame);
  });

  test('rendered frames', async () => {
    const image = await open(rlePath, { pool: poolOf({ workers }) });
    const window = { center: 32768, width: 65536 };
    const { rgba, rows, columns, engine } = await image.render(1, { window });
    expect([rows, columns, rgba.length, engine]).toEqual([ROWS, COLUMNS, SAMPLES * 4, 'cineloop-rle']);
    // PS3.3 C.11.2.1.2.1: y = ((x - (c - 0.5)) / (w - 1) + 0.5) * 255
    for (const [pixel, sample] of frames[1]!.entries()) {
      const level = ((sample - 32767.5) / 65535 + 0.5) * 255;
      expect(Math.abs(rgba[pixel * 4]! - level)).toBeLessThanOrEqual(0.5);
      expect(rgba[pixel * 4 + 3]).toBe(255);
    }
    const into = new Uint8ClampedArray(SAMPLES * 4);
    expect((await image.render(1, { window, into })).rgba).toBe(into);
    expect([...into]).toEqual([...rgba]);
  });

  test('into an array of the caller, again and again', async () => {
    const image = await open(rlePath, { pool: poolOf({ workers }) });
    for (const into of [new Uint16Array(SAMPLES), new Uint16Array(new SharedArrayBuffer(2 * SAMPLES))]) {
      for (const index of [3, 4, 5]) {
        const decoded = await image.decode(index, { into });
        expect(decoded.samples).toBe(into);
        expectSamples(decoded, frames[index]!);
      }
      let index = 0;
      for await (const decoded of image.decodeAll({ into })) {
        expect(decoded.samples).toBe(into);
        expectSamples(decoded, frames[index]!);
        index += 1;
      }
    }
    for (const into of [new Int16Array(SAMPLES), new Uint16Array(SAMPLES + 1)]) {
      await expect(image.decode(0, { into })).rejects.toBeInstanceOf(AttributeMismatch);
    }
  });

  test('into several arrays of the caller by turns', async () => {
    const image = await open(rlePath, { pool: poolOf({ workers }) });
    for (const memory of [SharedArrayBuffer, ArrayBuffer]) {
      for (const count of [1, 2, 3, 7, 30]) {
        const into = Array.from({ length: count }, () => new Uint16Array(new memory(2 * SAMPLES)));
        const order = Array.from({ length: 40 }, (_, place) => (place * 5) % frames.length);
        let place = 0;
        let before: unknown;
        for await (const decoded of image.decodeAll({ into, frames: order })) {
          expect(into).toContain(decoded.samples);
          if (count > 1) expect(decoded.samples).not.toBe(before);
          before = decoded.samples;
          // Whoever is slow finds the frame still there: it is not filled before the next one is asked for.
          if (place % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 10));
          expectSamples(decoded, frames[order[place]!]!);
          place += 1;
        }
        expect(place).toBe(order.length);
      }
    }
    const results = image.decodeAll({ into: [] });
    await expect(results.next()).rejects.toBeInstanceOf(TypeError);
  });

  test('an AbortSignal drops the work, and the pool goes on', async () => {
    const image = await open(rlePath, { pool: poolOf({ workers }) });
    const controller = new AbortController();
    const { signal } = controller;
    const dropped = Array.from({ length: 40 }, (_, index) => image.decode(index % 12, { signal }));
    const kept = image.decode(5);
    controller.abort();
    const outcomes = await Promise.allSettled(dropped);
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    for (const outcome of outcomes) expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(Aborted);
    expectSamples(await kept, frames[5]!);
    await expect(
      allOf(image.decodeAll({ signal, failures: 'yield' }) as AsyncIterable<DecodedFrame>),
    ).rejects.toBeInstanceOf(Aborted);
  });

  test('close fails what is left and what comes later', async () => {
    const pool = poolOf({ workers });
    const image = await open(rlePath, { pool });
    const pending = Promise.allSettled(Array.from({ length: 40 }, () => image.decode(0)));
    await pool.close();
    await pool.close();
    const outcomes = await pending;
    expect(outcomes.at(-1)).toMatchObject({ status: 'rejected', reason: { tag: 'Aborted' } });
    await expect(image.decode(0)).rejects.toBeInstanceOf(Aborted);
  });

  test('leaving an iteration early drops what was decoded ahead', async () => {
    const image = await open(rlePath, { pool: poolOf({ workers }) });
    for await (const decoded of image.decodeAll()) {
      expectSamples(decoded, frames[0]!);
      break;
    }
    const [third, first] = await allOf(image.decodeAll({ frames: [2, 0] }));
    expectSamples(third, frames[2]!);
    expectSamples(first, frames[0]!);
  });

  test('an image that was closed decodes no more; a source of the caller stays open', async () => {
    const source = new ForeignSource();
    const image = await open(source, { pool: poolOf({ workers }) });
    await image.decode(0);
    const pending = Promise.allSettled(Array.from({ length: 20 }, () => image.decode(0)));
    await image.close();
    await image.close();
    for (const outcome of await pending) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { tag: 'Aborted', frame: 0 } });
    }
    await expect(image.decode(0)).rejects.toMatchObject({
      tag: 'Aborted',
      message: 'The image has been closed.',
    });
    expect(source.closed).toBe(0);
  });

  test('a limit of the pool, and a call that allows more', async () => {
    const image = await open(rlePath, { pool: poolOf({ workers, limits: { frameBytes: 100 } }) });
    await expect(image.decode(0)).rejects.toMatchObject({
      tag: 'LimitExceeded',
      limit: 'frameBytes',
      allowed: 100,
    });
    expectSamples(await image.decode(0, { limits: { frameBytes: 1e6 } }), frames[0]!);
  });
});

const ATTRIBUTES = {
  rows: ROWS,
  columns: COLUMNS,
  samplesPerPixel: 1,
  bitsAllocated: 16,
  bitsStored: 16,
  pixelRepresentation: 0,
  photometricInterpretation: 'MONOCHROME2',
} as const;

function even({ length }: Uint8Array): number {
  return length + (length % 2);
}

describe('memory', () => {
  test('native frames of an image in memory are views on it, whatever the pool', async () => {
    const bytes = nativeFile(frames);
    const image = await open(bytes, { pool: poolOf({ workers: 2 }) });
    const decoded = await allOf(image.decodeAll());
    for (const [index, frame] of frames.entries()) {
      expectSamples(decoded[index], frame);
      expect(decoded[index]!.samples.buffer).toBe(bytes.buffer);
    }
    const bare = new Uint8Array(frames[0]!.slice().buffer);
    const view = await decodeFrame(bare, '1.2.840.10008.1.2.1', ATTRIBUTES, { pool: poolOf({ workers: 1 }) });
    expect(view.samples.buffer).toBe(bare.buffer);
  });

  test('the array to fill is never taken for spent memory, nor the image', async () => {
    const bytes = nativeFile(frames);
    const before = bytes.slice();
    const image = await open(bytes, { pool: poolOf({ workers: 1 }) });
    const into = new Uint16Array(SAMPLES);
    let index = 0;
    for await (const decoded of image.decodeAll({ into })) expectSamples(decoded, frames[index++]!);
    expect(Buffer.compare(bytes, before)).toBe(0);
  });

  test('bytes that the caller gives away are not there any more', async () => {
    const bytes = encodeRle(frames[1]!, 1, COLUMNS).slice();
    const decoded = decodeFrame(bytes, RLE_LOSSLESS, ATTRIBUTES, {
      pool: poolOf({ workers: 1 }),
      transfer: true,
    });
    expectSamples(await decoded, frames[1]!);
    expect(bytes.byteLength).toBe(0);
  });
});

/** A codec for workers as a module: what a frame's first byte says, it does. */
const ACTOR = '2.25.329800735698586629295641978511506172918';
const actor = `data:text/javascript,${encodeURIComponent(`
  let before;
  export default {
    name: 'actor', transferSyntaxes: ['${ACTOR}'], modules: [],
    load: async () => ({
      decode({ bytes, attributes: { rows, columns } }, { allocate, checkpoint }) {
        const codestream = { rows, columns, samplesPerPixel: 1, bitsPerSample: 16, signed: false,
          photometricInterpretation: undefined, bytesPerSample: 2 };
        if (bytes[0] === 1) process.exit(3);
        if (bytes[0] === 2) for (;;) {}
        if (bytes[0] === 3) setTimeout(() => { throw new Error('behind its back'); });
        const output = allocate(codestream);
        if (bytes[0] === 4) for (output[0] = 4; ; ) checkpoint();
        const report = [output.buffer instanceof SharedArrayBuffer, before?.byteLength === 0, output[9] === 77];
        output.fill(77);
        output.set(report.map(Number));
        before = output;
        return codestream;
      },
    }),
  };
`)}`;
const actorFile = (...commands: number[]) =>
  encapsulatedFile(
    ACTOR,
    commands.map((command) => Uint8Array.of(command, 0)),
  );

/** What the actor saw: its memory is shared, the last frame's memory has left it, the memory was used before. */
function report({ samples }: DecodedFrame): number[] {
  return [...new Uint8Array(samples.buffer, samples.byteOffset, 3)];
}

describe('workers', () => {
  test('what a worker decodes leaves it: transferred, not copied', async () => {
    const image = await open(actorFile(0, 0, 0), { pool: poolOf({ workers: 1, codecs: [actor] }) });
    const seen = (await allOf(image.decodeAll())).map(report);
    expect(seen).toEqual([
      [0, 0, 0],
      [0, 1, 0],
      [0, 1, 0],
    ]);
  });

  test('shared memory is written to in place; other memory goes back to be used again', async () => {
    const image = await open(actorFile(0, 0, 0), { pool: poolOf({ workers: 1, codecs: [actor] }) });
    const shared = new Uint16Array(new SharedArrayBuffer(2 * SAMPLES));
    expect(report(await image.decode(0, { into: shared }))[0]).toBe(1);
    const into = new Uint16Array(SAMPLES);
    expect(report(await image.decode(1, { into }))).toEqual([0, 0, 0]);
    expect(report(await image.decode(2, { into }))).toEqual([0, 1, 1]);
  });

  test('a worker that exits fails the frame it was decoding; the others are decoded', async () => {
    const image = await open(actorFile(0, 0, 1, 0, 0, 0), { pool: poolOf({ workers: 2, codecs: [actor] }) });
    const results = await Promise.allSettled([0, 1, 2, 3, 4, 5].map((index) => image.decode(index)));
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ]);
    const { reason } = results[2] as PromiseRejectedResult;
    expect(reason).toBeInstanceOf(WorkerFailure);
    expect(reason).toMatchObject({ frame: 2, transferSyntax: ACTOR });
    expect(reason.message).toContain('exited with code 3');
  });

  test('among many light frames, one that ends its worker or takes too long fails alone', async () => {
    const commands = Array.from({ length: 60 }, (_, frame) => ({ 33: 1, 51: 2 })[frame] ?? 0);
    const limits = { decodeMilliseconds: 1_500 };
    const image = await open(actorFile(...commands), {
      pool: poolOf({ workers: 2, codecs: [actor], limits }),
    });
    const results: (DecodedFrame | CineloopError)[] = [];
    for await (const result of image.decodeAll({ failures: 'yield' })) results.push(result);
    expect(results).toHaveLength(60);
    const failed = [...results.entries()].filter(([, result]) => result instanceof Error);
    expect(failed.map(([place]) => place)).toEqual([33, 51]);
    expect(failed.map(([, result]) => result)).toMatchObject([
      { tag: 'WorkerFailure', frame: 33 },
      { tag: 'LimitExceeded', frame: 51 },
    ]);
  });

  test('an error that no job threw ends the worker too', async () => {
    const exits: Promise<unknown>[] = [];
    const worker = () => {
      const started = new Worker(new URL('../../dist/node/worker.js', import.meta.url));
      exits.push(new Promise((resolve) => started.on('exit', resolve)));
      return started;
    };
    const image = await open(actorFile(3, 0), { pool: poolOf({ workers: 1, codecs: [actor], worker }) });
    await image.decode(0);
    await exits[0];
    await image.decode(1);
    expect(exits).toHaveLength(2);
  });

  test('a frame that takes too long fails by its limit; the others are decoded', async () => {
    const pool = poolOf({ workers: 1, codecs: [actor], limits: { decodeMilliseconds: 1_500 } });
    const image = await open(actorFile(0, 2, 0), { pool });
    const results = await Promise.allSettled([0, 1, 2].map((index) => image.decode(index)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const { reason } = results[1] as PromiseRejectedResult;
    expect(reason).toBeInstanceOf(LimitExceeded);
    expect(reason).toMatchObject({ limit: 'decodeMilliseconds', allowed: 1_500, frame: 1 });
  });

  /** A pool of one worker that counts the threads it has started. */
  function countingPool(codecs: string[]): { pool: Pool; threads: number[] } {
    const threads: number[] = [];
    const worker = () => {
      const started = new Worker(new URL('../../dist/node/worker.js', import.meta.url));
      threads.push(started.threadId);
      return started;
    };
    return { pool: poolOf({ workers: 1, codecs, worker }), threads };
  }

  test('a frame that is aborted while a worker decodes it stops there, and the worker goes on', async () => {
    const { pool, threads } = countingPool([actor]);
    const image = await open(actorFile(4, 0), { pool });
    const into = new Uint16Array(new SharedArrayBuffer(2 * SAMPLES));
    const controller = new AbortController();
    const endless = image.decode(0, { into, signal: controller.signal });
    const outcome = endless.catch((error) => error);
    while (into[0] === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort();
    expect(await outcome).toBeInstanceOf(Aborted);
    expect((await image.decode(1)).samples).toHaveLength(SAMPLES);
    expect(threads).toHaveLength(1);
  });

  test('a frame that looks at the clock keeps its limit by itself, and the worker goes on', async () => {
    const { pool, threads } = countingPool([actor]);
    const image = await open(actorFile(4, 0), { pool });
    await expect(image.decode(0, { limits: { decodeMilliseconds: 20 } })).rejects.toMatchObject({
      tag: 'LimitExceeded',
      limit: 'decodeMilliseconds',
      allowed: 20,
      frame: 0,
      engine: 'actor',
    });
    expect((await image.decode(1)).samples).toHaveLength(SAMPLES);
    expect(threads).toHaveLength(1);
  });

  test.each([0, 1])('a large frame of a kernel stops between two steps, with %i workers', async (workers) => {
    const side = 3_000;
    const source = Uint16Array.from({ length: side * side }, (_, pixel) => (pixel * 7) ^ (pixel >> 9));
    const bytes = encodeRle(source, 1, side);
    const { pool, threads } = countingPool([]);
    const options = workers === 0 ? ({ workers: 0 } as const) : { pool };
    const decode = (limits: { decodeMilliseconds: number }, signal?: AbortSignal) =>
      decodeFrame(
        bytes,
        RLE_LOSSLESS,
        { ...ATTRIBUTES, rows: side, columns: side },
        {
          ...options,
          limits,
          signal,
        },
      );
    const patient = { decodeMilliseconds: 60_000 };
    expect(Buffer.compare(bytesOf(await decode(patient)), bytesOf({ samples: source }))).toBe(0);
    await expect(decode({ decodeMilliseconds: 1 })).rejects.toMatchObject({
      tag: 'LimitExceeded',
      limit: 'decodeMilliseconds',
      allowed: 1,
      engine: 'cineloop-rle',
    });
    const controller = new AbortController();
    const aborted = decode(patient, controller.signal);
    setTimeout(() => controller.abort(), 3);
    await aborted.catch((error) => expect(error).toBeInstanceOf(Aborted));
    expect(Buffer.compare(bytesOf(await decode(patient)), bytesOf({ samples: source }))).toBe(0);
    expect(threads).toHaveLength(workers);
  });

  test('a file that is gone when a worker opens it fails the frame as a dataset that cannot be read', async () => {
    const path = join(folder, 'gone.dcm');
    writeFileSync(path, rle);
    const image = await open(path, { pool: poolOf({ workers: 1 }) });
    rmSync(path);
    await expect(image.decode(3)).rejects.toMatchObject({
      tag: 'InvalidDataset',
      frame: 3,
      transferSyntax: RLE_LOSSLESS,
      message: expect.stringContaining('no such file'),
    });
    await image.close();
  });

  test('WebAssembly is compiled by the pool, not by each worker', async () => {
    const noCompiler = `data:text/javascript,${encodeURIComponent(`
      WebAssembly.compile = WebAssembly.compileStreaming = () => { throw new Error('compiled in the worker'); };
      export default { name: 'none', transferSyntaxes: [], modules: [], load: async () => { throw new Error('none'); } };
    `)}`;
    const image = await open(rlePath, { pool: poolOf({ workers: 2, codecs: [noCompiler] }) });
    const decoded = await allOf(image.decodeAll());
    for (const [index, frame] of frames.entries()) expectSamples(decoded[index], frame);
  });

  test('a codec module that cannot be used fails the work, soon, and says why', async () => {
    for (const codec of [
      'data:text/javascript,export default 1',
      pathToFileURL(join(folder, 'missing.js')).href,
    ]) {
      const image = await open(rlePath, { pool: poolOf({ workers: 2, codecs: [codec] }) });
      const error = await image.decode(0).catch((reason) => reason);
      expect(error).toBeInstanceOf(WorkerFailure);
      expect(error.message).toContain(codec);
    }
    expect(() => createPool({ codecs: ['./codec.js'] })).toThrow(TypeError);
  });

  test('a script that is not there fails the work, soon', async () => {
    const image = await open(rlePath, {
      pool: poolOf({ worker: pathToFileURL(join(folder, 'missing.js')) }),
    });
    await expect(image.decode(0)).rejects.toMatchObject({
      tag: 'WorkerFailure',
      message: expect.stringContaining('No worker could be started'),
    });
  });

  test('the caller may name the script or start the worker', async () => {
    const script = new URL('../../dist/node/worker.js', import.meta.url);
    let started = 0;
    const factory = () => {
      started += 1;
      return new Worker(script);
    };
    for (const worker of [script, script.href, factory]) {
      const image = await open(rlePath, { pool: poolOf({ workers: 1, worker }) });
      expectSamples(await image.decode(0), frames[0]!);
    }
    expect(started).toBe(1);
    const image = await open(rlePath, { pool: poolOf({ workers: 1, worker: () => ({}) as Worker }) });
    await expect(image.decode(0)).rejects.toMatchObject({ tag: 'WorkerFailure', frame: 0 });
  });

  test('a transfer syntax that is not known is said so by whoever decodes', async () => {
    for (const workers of [0, 1]) {
      const image = await open(actorFile(0), { pool: poolOf({ workers }) });
      await expect(image.decode(0)).rejects.toBeInstanceOf(UnknownTransferSyntax);
    }
  });

  test('arguments that a type checker would refuse', async () => {
    const image = await open(actorFile(0), { pool: poolOf({ workers: 1, codecs: [actor] }) });
    const wrong: readonly [object, string][] = [
      [{ workers: 3 }, 'workers'],
      [{ signal: {} }, 'AbortSignal'],
      [{ colour: 'RGB' }, "'stored' or 'rgb', not RGB"],
      [{ into: [] }, 'typed array'],
      [{ into: null }, 'typed array'],
      [{ into: new DataView(new ArrayBuffer(8)) }, 'typed array'],
      [{ pool: {} }, 'createPool'],
    ];
    for (const [options, message] of wrong) {
      const said = expect.objectContaining({ name: 'TypeError', message: expect.stringContaining(message) });
      await expect(image.decode(0, options)).rejects.toEqual(said);
    }
    // Whoever was refused has left nothing behind that the end of the image would come across.
    await image.close();
  });

  test('the number of workers must be one', () => {
    for (const workers of [-1, 1.5, Number.NaN]) expect(() => createPool({ workers })).toThrow(RangeError);
    expect(createPool().workers).toBeGreaterThan(0);
  });
});
