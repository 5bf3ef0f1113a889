import { beforeAll, describe, expect, it } from 'vitest';
import { CineloopError } from '../errors.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import type { Decoder } from './codec.js';
import { rleDecoder } from './rle.js';
import { encodedFrame, randomNumbers, randomSegment, rleFrame } from './rle.test-support.js';

/** CINELOOP_FUZZ multiplies the number of mutated frames. */
const TIMES = Number(process.env.CINELOOP_FUZZ ?? 1);
const ROUNDS = 12_000 * TIMES;
const CANARY = 64;
const SHAPES = [
  { rows: 37, columns: 41, bits: 8, samples: 1 },
  // More than one tile of the kernel.
  { rows: 93, columns: 101, bits: 16, samples: 1 },
  { rows: 33, columns: 47, bits: 8, samples: 3 },
  { rows: 19, columns: 23, bits: 32, samples: 1 },
  { rows: 17, columns: 21, bits: 16, samples: 3 },
  { rows: 61, columns: 67, bits: 1, samples: 1 },
];

type Random = ReturnType<typeof randomNumbers>;

/** A frame that is whole, of random runs, in one of the shapes. */
function wholeFrame(random: Random) {
  const shape = SHAPES[random(SHAPES.length)];
  const { rows, columns, bits, samples } = shape;
  const packed = bits === 1 && random(2) === 0;
  const length = packed ? Math.ceil((rows * columns) / 8) : rows * columns;
  const mix = { longest: 1 + random(128), replicates: random(16), empty: random(2) };
  const segments = Array.from(
    { length: samples * Math.ceil(bits / 8) },
    () => randomSegment(length, mix, random).segment,
  );
  return { shape, bytes: rleFrame(...segments) };
}

/** Damages a frame in place of its bytes: bytes set, bits flipped, pieces moved or cleared, header fields set; or cuts it. */
function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  const header = new DataView(bytes.buffer);
  for (let times = 1 + random(4); times > 0; times--) {
    const at = random(bytes.length);
    const length = random(Math.min(64, bytes.length - at));
    switch (random(7)) {
      case 0:
        bytes[at] = random(256);
        break;
      case 1:
        bytes[at] ^= 1 << random(8);
        break;
      case 2:
        bytes.copyWithin(random(bytes.length), at, at + length);
        break;
      case 3:
        bytes.fill(random(2) * 255, at, at + length);
        break;
      case 4:
        header.setUint32(4 * random(16), random(2 ** 32), true);
        break;
      case 5:
        header.setUint32(4 * random(16), random(bytes.length + 8), true);
        break;
      default:
        return bytes.slice(0, random(bytes.length + 1));
    }
  }
  return bytes;
}

/** The bytes of a segment by the letter of G.3.2, `most` of them at most. */
function bytesOf(segment: Uint8Array, most: number): Uint8Array {
  const bytes = new Uint8Array(most + 128);
  let length = 0;
  for (let at = 0; at < segment.length && length < most; ) {
    const n = (segment[at++] << 24) >> 24;
    if (n >= 0) {
      for (let i = 0; i <= n && at < segment.length; i++) bytes[length++] = segment[at++];
    } else if (n !== -128 && at < segment.length) {
      for (let i = 0; i <= -n; i++) bytes[length++] = segment[at];
      at++;
    }
  }
  return bytes.subarray(0, length);
}

/** What a frame that was accepted must have decoded to. */
function expectedSamples(bytes: Uint8Array, shape: (typeof SHAPES)[number]): Uint8Array {
  const { rows, columns, bits, samples } = shape;
  const header = new DataView(bytes.buffer, bytes.byteOffset);
  const width = Math.ceil(bits / 8);
  const expected = new Uint8Array(rows * columns * samples * width);
  for (let segment = 0; segment < samples * width; segment++) {
    const end = segment + 1 < samples * width ? header.getUint32(8 + 4 * segment, true) : bytes.length;
    const plane = bytesOf(bytes.subarray(header.getUint32(4 + 4 * segment, true), end), rows * columns);
    const isPacked = bits === 1 && plane.length < rows * columns;
    const first = Math.floor(segment / width) * width + width - 1 - (segment % width);
    for (let pixel = 0; pixel < rows * columns; pixel++) {
      expected[pixel * samples * width + first] = isPacked
        ? (plane[pixel >> 3] >> (pixel & 7)) & 1
        : plane[pixel];
    }
  }
  return expected;
}

describe.each([
  ['shipped', () => moduleOf('rle')],
  ['plain twin', () => plainTwin('rle')],
] as const)('RLE Lossless, damaged frames, %s', (_, load) => {
  let module: WebAssembly.Module;
  let kernel: Kernel;
  let decoder: Decoder;

  beforeAll(async () => {
    module = await load();
    kernel = new Kernel('rle', module);
    decoder = rleDecoder(kernel);
  });

  it(
    `answers ${ROUNDS} of them with the samples that the runs say or a typed error, and writes nowhere else`,
    () => {
      const random = randomNumbers(20);
      const outcomes: Record<string, number> = {};
      for (let round = 0; round < ROUNDS; round++) {
        const { shape, bytes } = wholeFrame(random);
        const { rows, columns, bits, samples } = shape;
        const frame = encodedFrame(mutate(bytes, random), rows, columns, bits, samples);
        const size = rows * columns * samples * Math.ceil(bits / 8);
        const around = new Uint8Array(size + 2 * CANARY).fill(0xc5);
        const target = around.subarray(CANARY, CANARY + size);
        let outcome = 'decoded';
        try {
          decoder.decode(frame, { allocate: () => target, limits: DEFAULT_LIMITS });
        } catch (error) {
          if (!(error instanceof CineloopError)) throw error;
          // A trap is an InvalidBitstream as well, but has a cause.
          if (error.cause !== undefined) throw error;
          outcome = error.tag;
        }
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        if (outcome === 'decoded' && Buffer.compare(target, expectedSamples(frame.bytes, shape)) !== 0) {
          throw new Error(`round ${round}: not what the runs say`);
        }
        for (let i = 0; i < CANARY; i++) {
          if (around[i] !== 0xc5 || around[CANARY + size + i] !== 0xc5) throw new Error(`round ${round}`);
        }
      }
      expect(Object.keys(outcomes).sort()).toEqual(['InvalidBitstream', 'TruncatedData', 'decoded']);
      for (const [outcome, count] of Object.entries(outcomes)) {
        expect(count, outcome).toBeGreaterThan(ROUNDS / 20);
      }
      expect(kernel.heldBytes).toBeLessThan(2 << 20);
    },
    60_000 * TIMES,
  );

  it('keeps its writes inside what it took from its memory', () => {
    interface Exports {
      memory: WebAssembly.Memory;
      parameters: WebAssembly.Global<'i32'>;
      begin(length: number): number;
      open(): number;
      step(): number;
    }
    const { memory, parameters, begin, open, step } = new WebAssembly.Instance(module)
      .exports as unknown as Exports;
    const random = randomNumbers(21);
    // A frame of these shapes takes less than 1 MiB. Four are there, so that nothing grows; the upper three stay junk.
    const base = begin(4 << 20);
    const all = new Uint8Array(memory.buffer);
    const untouched = all.subarray(base + (1 << 20));
    untouched.fill(0xa5);
    const junk = untouched.slice();
    for (let round = 0; round < 500; round++) {
      const { shape, bytes } = wholeFrame(random);
      const { rows, columns, bits, samples } = shape;
      const damaged = round % 10 === 0 ? bytes : mutate(bytes, random);
      new Int32Array(memory.buffer, parameters.value, 16).set([rows, columns, samples, bits]);
      const input = begin(damaged.length);
      all.set(damaged, input);
      if (open() === 0) while (step() === 1);
      expect(Buffer.compare(untouched, junk), `round ${round}`).toBe(0);
    }
    expect(memory.buffer).toBe(all.buffer);
  });
});
