// Frames in pieces with the workers that users get: what is built, by its public surface.
import { createPool, type DecodedFrame, decodeFrame, decodeProgressively, type Pool } from 'cineloop';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { encodeHtJpeg2000, encodeJpeg2000 } from '../fixtures/generate/package-encoders.js';
import type { Picture } from '../fixtures/generate/picture.js';
import { ramp } from './codecs/codec.test-support.js';

const JPEG_2000 = '1.2.840.10008.1.2.4.90';
const HTJ2K = '1.2.840.10008.1.2.4.201';

function pictureOf(rows: number, columns: number): Picture {
  const samples = ramp(new Uint16Array(rows * columns), 12);
  const smooth = samples.map((value, i) => (i % 7 === 0 ? value : samples[i - (i % 7)]!));
  return { rows, columns, samplesPerPixel: 1, bitsStored: 12, frames: [smooth] };
}

const attributesOf = ({ rows, columns }: Picture) => ({
  ...{ rows, columns, samplesPerPixel: 1, bitsAllocated: 16, bitsStored: 12 },
  pixelRepresentation: 0 as const,
  photometricInterpretation: 'MONOCHROME2',
});

const picture = pictureOf(150, 171);
const [layered, highThroughput] = await Promise.all([
  encodeJpeg2000(picture, { layers: [20, 5, 0] }).then(({ frames }) => frames[0]!),
  encodeHtJpeg2000(picture, { decompositions: 4 }).then(({ frames }) => frames[0]!),
]);

const pools: Pool[] = [];
function poolOf(options: Parameters<typeof createPool>[0]): Pool {
  const pool = createPool(options);
  pools.push(pool);
  return pool;
}
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())));

/** A network: bytes come when the test says so. */
class Network implements AsyncIterableIterator<Uint8Array> {
  readonly #chunks: Uint8Array[] = [];
  #waiting: ((result: IteratorResult<Uint8Array>) => void) | undefined;
  asked = 0;
  left = 0;

  send(...chunks: Uint8Array[]): void {
    for (const chunk of chunks) {
      this.#waiting?.({ done: false, value: chunk });
      if (this.#waiting === undefined) this.#chunks.push(chunk);
      this.#waiting = undefined;
    }
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    this.asked += 1;
    const value = this.#chunks.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.left += 1;
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

function* piecesOf(bytes: Uint8Array, count: number): Generator<Uint8Array> {
  const length = Math.ceil(bytes.length / count);
  for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length);
}

const plainOf = (bytes: Uint8Array, syntax: string) =>
  decodeFrame(bytes, syntax, attributesOf(picture), { workers: 0, truncated: 'keep' });

/** What gave these arrays their types lives in another realm of the test runner: compare values. */
const valuesOf = ({ samples }: DecodedFrame) => [...(samples as Uint16Array)];

function begin(network: Network, pool: Pool, options: object = {}, bytes = layered, syntax = JPEG_2000) {
  const more = { byteLength: bytes.length, pool, ...options };
  return decodeProgressively(network, syntax, attributesOf(picture), more);
}

describe('pictures of a worker', () => {
  test.each([
    ['Part 1', layered, JPEG_2000],
    ['HTJ2K', highThroughput, HTJ2K],
  ])('are those of the bytes that had come, %s', async (_, bytes, syntax) => {
    const network = new Network();
    const pictures = begin(network, poolOf({ workers: 2 }), {}, bytes, syntax);
    const sizes = [1 / 10, 1 / 4, 3 / 5, 1].map((part) => Math.ceil(part * bytes.length));
    let sent = 0;
    for (const size of sizes) {
      network.send(bytes.slice(sent, size));
      sent = size;
      const { value } = await pictures.next();
      const plain = await plainOf(bytes.slice(0, size), syntax);
      expect(valuesOf(value!)).toEqual(valuesOf(plain));
      expect(value!.truncated).toEqual(plain.truncated);
    }
    expect((await pictures.next()).done).toBe(true);
    expect(await plainOf(bytes, syntax)).toMatchObject({ engine: 'cineloop-jpeg-2000' });
  });

  test('take in all bytes that have come by then, and these come while the caller looks at a picture', async () => {
    const network = new Network();
    const pictures = begin(network, poolOf({ workers: 1 }));
    const [first, ...rest] = piecesOf(layered, 40);
    network.send(first!);
    expect((await pictures.next()).value!.truncated).toBeDefined();
    network.send(...rest);
    await vi.waitFor(() => expect(network.asked >= 40).toBe(true));
    const { value } = await pictures.next();
    expect(value!.truncated).toBeUndefined();
    expect(valuesOf(value!)).toEqual([...picture.frames[0]!]);
    expect((await pictures.next()).done).toBe(true);
  });

  test('are written straight into shared memory, and copied into other memory', async () => {
    const length = picture.rows * picture.columns;
    for (const into of [new Uint16Array(new SharedArrayBuffer(2 * length)), new Uint16Array(length)]) {
      const network = new Network();
      const pictures = begin(network, poolOf({ workers: 1 }), { into });
      const half = layered.length >> 1;
      for (const piece of [layered.slice(0, half), layered.slice(half)]) {
        network.send(piece);
        expect((await pictures.next()).value!.samples).toBe(into);
      }
      expect([...into]).toEqual([...picture.frames[0]!]);
    }
  });
});

describe('a worker whose frame waits for bytes', () => {
  test('decodes other frames meanwhile, also other ones in pieces', async () => {
    const pool = poolOf({ workers: 1 });
    const networks = [new Network(), new Network(), new Network()];
    const half = layered.length >> 1;
    const all = networks.map((network) => begin(network, pool));
    for (const [index, network] of networks.entries()) {
      network.send(layered.slice(0, half));
      expect((await all[index]!.next()).value!.truncated).toBeDefined();
    }
    const other = await decodeFrame(highThroughput, HTJ2K, attributesOf(picture), { pool });
    expect(valuesOf(other)).toEqual([...picture.frames[0]!]);
    for (const [index, network] of networks.entries()) {
      network.send(layered.slice(half));
      expect(valuesOf((await all[index]!.next()).value!)).toEqual([...picture.frames[0]!]);
    }
  });

  test('may die of another frame: the next worker goes on from all bytes', async () => {
    const pool = poolOf({ workers: 1, codecs: [actor] });
    const network = new Network();
    const pictures = begin(network, pool);
    const third = Math.ceil(layered.length / 3);
    network.send(layered.slice(0, third));
    await pictures.next();
    const killing = decodeFrame(Uint8Array.of(1, 0), ACTOR, attributesOf(picture), { pool });
    await expect(killing).rejects.toMatchObject({ tag: 'WorkerFailure' });
    network.send(layered.slice(third, 2 * third + 1));
    expect(valuesOf((await pictures.next()).value!)).toEqual(
      valuesOf(await plainOf(layered.slice(0, 2 * third + 1), JPEG_2000)),
    );
    network.send(layered.slice(2 * third + 1));
    expect(valuesOf((await pictures.next()).value!)).toEqual([...picture.frames[0]!]);
  });
});

/** A codec for workers as a module: what the last byte that came says, it does; its first sample says how many frames it holds. */
const ACTOR = '2.25.329800735698586629295641978511506172918';
const actor = `data:text/javascript,${encodeURIComponent(`
  let held = 0;
  const act = (command, { rows, columns }, { allocate, checkpoint }) => {
    const codestream = { rows, columns, samplesPerPixel: 1, bitsPerSample: 16, signed: false,
      photometricInterpretation: undefined, bytesPerSample: 2, truncated: { goodRows: 0 } };
    if (command === 1) process.exit(3);
    const output = allocate(codestream).fill(0);
    if (command === 4) for (output[2] = 4; ; ) checkpoint();
    output[0] = held;
    return codestream;
  };
  export default {
    name: 'actor', transferSyntaxes: ['${ACTOR}'], modules: [],
    load: async () => ({
      decode: ({ bytes, attributes }, context) => act(bytes[0], attributes, context),
      inPieces() {
        let command;
        held += 1;
        return {
          append(bytes) { command = bytes.at(-1); },
          decode: ({ attributes }, context) => act(command, attributes, context),
          close() { held -= 1; },
        };
      },
    }),
  };
`)}`;

describe('a frame in pieces', () => {
  const act = (network: Network, pool: Pool, options: object = {}) =>
    begin(network, pool, { byteLength: 100, ...options }, undefined, ACTOR);
  const heldBy = async (pool: Pool) => {
    const network = new Network();
    network.send(Uint8Array.of(0));
    for await (const { samples } of act(network, pool)) return Number(samples[0]) - 1;
    return undefined;
  };

  test('holds nothing in its worker any more when the caller has left, and its source has been told', async () => {
    const pool = poolOf({ workers: 1, codecs: [actor] });
    const network = new Network();
    network.send(Uint8Array.of(0));
    for await (const frame of act(network, pool)) {
      expect(frame.engine).toBe('actor');
      expect(await heldBy(pool)).toBe(1);
      break;
    }
    expect(network.left).toBe(1);
    expect(await heldBy(pool)).toBe(0);
  });

  test('is given up by the signal, while it waits for bytes and while it is decoded', async () => {
    const pool = poolOf({ workers: 1, codecs: [actor] });
    for (const command of [0, 4]) {
      const network = new Network();
      const controller = new AbortController();
      const into = new Uint16Array(new SharedArrayBuffer(2 * picture.rows * picture.columns));
      const pictures = act(network, pool, { signal: controller.signal, into });
      network.send(Uint8Array.of(0));
      await pictures.next();
      const next = pictures.next().catch((error) => error);
      if (command === 4) {
        network.send(Uint8Array.of(4));
        await vi.waitFor(() => expect(into[1] === 4).toBe(true));
      }
      controller.abort();
      expect(await next).toMatchObject({ tag: 'Aborted' });
      expect(network.left).toBe(1);
      expect(await heldBy(pool)).toBe(0);
    }
  });

  test('fails by its limit, or with the worker that it ends; the pool goes on', async () => {
    const pool = poolOf({ workers: 1, codecs: [actor] });
    const slow = new Network();
    slow.send(Uint8Array.of(4));
    await expect(act(slow, pool, { limits: { decodeMilliseconds: 20 } }).next()).rejects.toMatchObject({
      tag: 'LimitExceeded',
      limit: 'decodeMilliseconds',
      allowed: 20,
      engine: 'actor',
    });
    expect(await heldBy(pool)).toBe(0);
    const deadly = new Network();
    deadly.send(Uint8Array.of(0));
    const pictures = act(deadly, pool);
    await pictures.next();
    deadly.send(Uint8Array.of(1));
    await expect(pictures.next()).rejects.toMatchObject({ tag: 'WorkerFailure', transferSyntax: ACTOR });
    expect(deadly.left).toBe(1);
    expect(await heldBy(pool)).toBe(0);
  });

  test('fails when its pool is closed, and by engines that cannot show a part of it', async () => {
    const pool = poolOf({ workers: 1 });
    const network = new Network();
    const pictures = begin(network, pool);
    network.send(layered.slice(0, 1000));
    await pictures.next();
    const next = pictures.next();
    await pool.close();
    network.send(layered.slice(1000));
    await expect(next).rejects.toMatchObject({ tag: 'Aborted' });
    const rle = new Network();
    rle.send(new Uint8Array(80));
    await expect(
      begin(rle, poolOf({ workers: 1 }), {}, undefined, '1.2.840.10008.1.2.5').next(),
    ).rejects.toMatchObject({ tag: 'UnsupportedFeature', engine: 'cineloop-rle' });
  });

  test('is told what is wrong with its source behind the pictures that could be made', async () => {
    const network = new Network();
    const pictures = begin(network, poolOf({ workers: 1 }), { byteLength: 1200 });
    network.send(layered.slice(0, 1000));
    expect((await pictures.next()).value!.truncated).toBeDefined();
    network.send(layered.slice(1000, 1201));
    await expect(pictures.next()).rejects.toMatchObject({
      ...{ tag: 'LimitExceeded', limit: 'byteLength', allowed: 1200, requested: 1201 },
    });
    await expect(begin(network, poolOf({ workers: 1 }), { pool: {} }).next()).rejects.toBeInstanceOf(
      TypeError,
    );
  });
});
