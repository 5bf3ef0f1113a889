// The pool from outside, with the workers that users get: what is built, by its public surface.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  Aborted,
  AttributeMismatch,
  type ByteSource,
  type CineloopError,
  type DecodedFrame,
  decodeFrame,
  open,
  TruncatedData,
} from 'cineloop';
import { describe, expect, test } from 'vitest';
import { encodeRle } from '../../fixtures/generate/rle-encoder.js';
import {
  COLUMNS,
  encapsulatedFile,
  nativeFile,
  RLE_LOSSLESS,
  ROWS,
  rleFile,
} from './cine-file.test-support.js';
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
