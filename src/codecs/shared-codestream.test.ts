import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { encodeMultiComponent, forwardWavelet } from '../../fixtures/generate/multi-component-encoder.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import type { Decoder } from './codec.js';
import { decodeTo, selfDescribed } from './codec.test-support.js';
import { jpeg2000Decoder } from './jpeg-2000.js';
import { WHOLE } from './view.js';

const [ROWS, COLUMNS] = [20, 30];
const FRAMES = 7;
const indices = Array.from({ length: FRAMES }, (_, frame) => frame);
/** Samples of 10 bits, frame by frame. */
const source = indices.map((frame) =>
  Array.from({ length: ROWS * COLUMNS }, (_, i) => (i * (frame + 3) + 29 * (i % 13)) % 1024),
);

let kernel: Kernel;
let decoder: Decoder;
/** One codestream of all frames, a wavelet along them, and one of frames that have nothing to do with one another. */
let transformed: Uint8Array;
let untransformed: Uint8Array;

beforeAll(async () => {
  const half = source.map((plane) => plane.map((value) => value - 512));
  const size = { rows: ROWS, columns: COLUMNS };
  transformed = await encodeMultiComponent({
    ...size,
    components: forwardWavelet(half, 2, 0, '5-3').map((samples) => ({ samples, bits: 14, signed: true })),
    outputs: indices.map(() => ({ bits: 10, signed: false })),
    arrays: [{ kind: 2, index: 1, elements: indices.map(() => 512) }],
    stages: [
      [
        {
          kind: 'wavelet',
          filter: '5-3',
          levels: 2,
          origin: 0,
          inputs: indices,
          outputs: indices,
          offset: 1,
        },
      ],
    ],
  });
  const components = source.map((samples) => ({ samples, bits: 10, signed: false }));
  untransformed = await encodeMultiComponent({ ...size, components, outputs: [], arrays: [], stages: [] });
  kernel = new Kernel('jpeg-2000', await moduleOf('jpeg-2000'));
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A decoder of its own, and how often its kernel is asked. */
function fresh() {
  decoder = jpeg2000Decoder(kernel);
  return vi.spyOn(kernel, 'decode').mockClear();
}

function frameOf(bytes: Uint8Array, frame: number, codestreamKey: string | undefined) {
  const shared = { frameOfCodestream: frame, framesOfCodestream: FRAMES, codestreamKey };
  const described = selfDescribed(bytes, 92);
  const attributes = { ...described.attributes, rows: ROWS, columns: COLUMNS, bitsAllocated: 16 };
  return { ...described, attributes, ...shared };
}

async function expectFrame(bytes: Uint8Array, frame: number, limits = DEFAULT_LIMITS, key = 'one') {
  const decoded = await decodeTo(decoder, frameOf(bytes, frame, key), limits);
  expect(decoded.codestream).toMatchObject({ samplesPerPixel: 1, bitsPerSample: 10, signed: false });
  expect([...new Uint16Array(decoded.bytes.buffer)]).toEqual(source[frame]);
}

describe('frames of one codestream', () => {
  it('are decoded once where they are transformed together, in any order', async () => {
    const asked = fresh();
    for (const frame of [3, 0, 6, 1, 5, 2, 4, 3]) await expectFrame(transformed, frame);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('are decoded alone where they are not: others are passed over then', async () => {
    const asked = fresh();
    for (const frame of indices) await expectFrame(untransformed, frame);
    expect(asked.mock.calls.map(([, parameters]) => parameters.slice(7))).toEqual(indices.map((i) => [i, 1]));
  });

  it('are kept of one codestream and one view at a time', async () => {
    const asked = fresh();
    for (const key of ['one', 'other', 'one']) await expectFrame(transformed, 1, DEFAULT_LIMITS, key);
    expect(asked).toHaveBeenCalledTimes(3);
    const region = { row: 4, column: 5, rows: 3, columns: 2 };
    const { bytes } = await decodeTo(decoder, frameOf(transformed, 1, 'one'), DEFAULT_LIMITS, {
      reduction: 0,
      region,
    });
    const expected = [4, 5, 6].flatMap((y) => source[1]!.slice(y * COLUMNS + 5, y * COLUMNS + 7));
    expect([...new Uint16Array(bytes.buffer)]).toEqual(expected);
  });

  it('are decoded in parts where memory is limited, and one by one where there is room for one', async () => {
    const room = (frames: number) => ({ ...DEFAULT_LIMITS, memoryBytes: 4 * frames * ROWS * COLUMNS });
    const inThrees = fresh();
    // Whatever the kernel's own memory is, it is more than this: what is not kept is decoded again.
    for (const frame of indices) await expectFrame(transformed, frame, room(3));
    expect(inThrees.mock.calls.map(([, parameters]) => parameters.slice(7))).toContainEqual([3, 3]);
    const alone = fresh();
    for (const frame of indices) await expectFrame(transformed, frame, room(1));
    expect(alone.mock.calls.map(([, parameters]) => parameters.slice(7))).toEqual(indices.map((i) => [i, 1]));
  });

  it('are let go when nobody asks for them', async () => {
    vi.useFakeTimers();
    const asked = fresh();
    await expectFrame(transformed, 0);
    vi.advanceTimersByTime(4_000);
    await expectFrame(transformed, 1);
    vi.advanceTimersByTime(4_000);
    await expectFrame(transformed, 2);
    expect(asked).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(6_000);
    await expectFrame(transformed, 3);
    expect(asked).toHaveBeenCalledTimes(2);
  });

  it('are decoded one by one where one of them is damaged, or they are cut off', async () => {
    const asked = fresh();
    const cut = transformed.slice(0, transformed.length - 300);
    const decode = (frame: number) =>
      decodeTo(decoder, frameOf(cut, frame, 'one'), DEFAULT_LIMITS, WHOLE, 'keep').then(
        ({ codestream }) => codestream,
      );
    for (const frame of indices) {
      const { truncated } = await decode(frame);
      expect(truncated === undefined || truncated.goodRows < ROWS).toBe(true);
    }
    // Together once, in vain.
    expect(asked).toHaveBeenCalledTimes(FRAMES + 1);
    await expect(decodeTo(decoder, frameOf(cut, 6, 'one'))).rejects.toMatchObject({ tag: 'TruncatedData' });
  });

  it('are decoded alone where nobody says which codestream they are of', async () => {
    const asked = fresh();
    for (const frame of indices) {
      const { bytes } = await decodeTo(decoder, frameOf(transformed, frame, undefined));
      expect([...new Uint16Array(bytes.buffer)]).toEqual(source[frame]);
    }
    expect(asked).toHaveBeenCalledTimes(FRAMES);
  });
});
