// The workers of a pool from outside: what leaves them, how they are ended, and what happens when they die.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import {
  Aborted,
  type CineloopError,
  createPool,
  type DecodedFrame,
  decodeFrame,
  LimitExceeded,
  open,
  type Pool,
  UnknownTransferSyntax,
  WorkerFailure,
} from 'cineloop';
import { describe, expect, test } from 'vitest';
import { encodeRle } from '../../fixtures/generate/rle-encoder.js';
import { encapsulatedFile, RLE_LOSSLESS } from './cine-file.test-support.js';
import {
  ATTRIBUTES,
  allOf,
  bytesOf,
  expectSamples,
  folder,
  frames,
  poolOf,
  rle,
  rlePath,
  SAMPLES,
} from './pool.test-support.js';

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
