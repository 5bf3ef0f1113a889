import { beforeAll, describe, expect, it } from 'vitest';
import { damage } from '../../fuzz/damage.js';
import { jpegLsStreams } from '../../fuzz/streams.js';
import { TARGETS } from '../../fuzz/targets.js';
import { CineloopError } from '../errors.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import type { Decoder } from './codec.js';
import { jpegLsDecoder } from './jpeg-ls.js';
import { encodedFrame, randomNumbers } from './rle.test-support.js';

/** CINELOOP_FUZZ multiplies the number of damaged streams. */
const TIMES = Number(process.env.CINELOOP_FUZZ ?? 1);
const ROUNDS = 6_000 * TIMES;
const CANARY = 64;
/** Samples that a stream of a few kilobytes may ask for here; more is refused by the limit. */
const MOST_BYTES = 1 << 20;
const { markers } = TARGETS['jpeg-ls'];
const LIMITS = { ...DEFAULT_LIMITS, frameBytes: MOST_BYTES, memoryBytes: 32 << 20 };

describe('JPEG-LS, damaged streams', () => {
  const modules: WebAssembly.Module[] = [];
  const decoders: Decoder[] = [];
  const kernels: Kernel[] = [];

  beforeAll(async () => {
    for (const module of [await moduleOf('jpeg-ls'), await plainTwin('jpeg-ls')]) {
      modules.push(module);
      kernels.push(new Kernel('jpeg-ls', module));
    }
    decoders.push(...kernels.map(jpegLsDecoder));
  });

  /** Decodes, and says what came of it; whatever is no tagged error of its own is thrown on. */
  function outcomeOf(decoder: Decoder, bytes: Uint8Array): { outcome: string; around: Uint8Array } {
    let around = new Uint8Array();
    const allocate = ({ rows, columns, samplesPerPixel, bytesPerSample }: Parameters<AllocateOf>[0]) => {
      const size = rows * columns * samplesPerPixel * bytesPerSample;
      if (size > MOST_BYTES) throw new RangeError('too large for this test');
      around = new Uint8Array(size + 2 * CANARY).fill(0xc5);
      return around.subarray(CANARY, CANARY + size);
    };
    try {
      decoder.decode(encodedFrame(bytes, 1, 1), { allocate, limits: LIMITS });
      return { outcome: 'decoded', around };
    } catch (error) {
      if (error instanceof RangeError) return { outcome: 'too large', around };
      if (!(error instanceof CineloopError)) throw error;
      // A trap is an InvalidBitstream as well, but has a cause.
      if (error.cause !== undefined) throw error;
      return { outcome: error.tag, around };
    }
  }

  type AllocateOf = Parameters<Decoder['decode']>[1]['allocate'];

  it(
    `answers ${ROUNDS} of them with samples or a typed error, the same with SIMD and without`,
    () => {
      const random = randomNumbers(20);
      const streams = jpegLsStreams(random);
      const outcomes: Record<string, number> = {};
      for (let round = 0; round < ROUNDS; round++) {
        const whole = streams[random(streams.length)];
        const bytes = damage(whole, streams, markers, whole.indexOf(0xda) + 12, random);
        const { outcome, around } = outcomeOf(decoders[0], bytes);
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        for (let i = 0; i < Math.min(CANARY, around.length); i++) {
          if (around[i] !== 0xc5 || around[around.length - 1 - i] !== 0xc5) throw new Error(`round ${round}`);
        }
        const twin = outcomeOf(decoders[1], bytes);
        if (twin.outcome !== outcome || Buffer.compare(twin.around, around) !== 0) {
          throw new Error(`round ${round}: the twins differ`);
        }
      }
      for (const expected of ['InvalidBitstream', 'TruncatedData', 'decoded']) {
        expect(outcomes[expected], JSON.stringify(outcomes)).toBeGreaterThan(ROUNDS / 50);
      }
      for (const kernel of kernels) expect(kernel.heldBytes).toBeLessThan(33 << 20);
    },
    120_000 * TIMES,
  );

  it('keeps its writes inside what it took from its memory', () => {
    interface Exports {
      memory: WebAssembly.Memory;
      parameters: WebAssembly.Global<'i32'>;
      begin(length: number): number;
      open(): number;
      step(): number;
    }
    for (const module of modules) {
      const { memory, parameters, begin, open, step } = new WebAssembly.Instance(module)
        .exports as unknown as Exports;
      const random = randomNumbers(21);
      const streams = jpegLsStreams(random);
      // A whole stream takes less than 1 MiB. Six are there, and nothing may grow; the upper five stay junk.
      const base = begin(6 << 20);
      const pages = memory.buffer.byteLength / 65536;
      const all = new Uint8Array(memory.buffer);
      const untouched = all.subarray(base + (1 << 20));
      untouched.fill(0xa5);
      const junk = untouched.slice();
      new Int32Array(memory.buffer, parameters.value, 16).fill(0);
      new Int32Array(memory.buffer, parameters.value, 16)[15] = Math.floor((base + (1 << 20)) / 65536);
      for (let round = 0; round < 500; round++) {
        const whole = streams[random(streams.length)];
        const bytes =
          round % 10 === 0 ? whole : damage(whole, streams, markers, whole.indexOf(0xda) + 12, random);
        const input = begin(bytes.length);
        all.set(bytes, input);
        if (open() === 0) while (step() === 1);
        expect(Buffer.compare(untouched, junk), `round ${round}`).toBe(0);
      }
      expect(memory.buffer.byteLength / 65536).toBe(pages);
    }
  });

  it('decodes in memory that holds junk what it decodes in memory that is empty', () => {
    const random = randomNumbers(22);
    for (const bytes of jpegLsStreams(random)) {
      const decoded = [false, true].map((junk) => {
        const kernel = new Kernel('jpeg-ls', modules[0]);
        let samples = new Uint8Array();
        const header = (fields: Int32Array) => {
          samples = new Uint8Array(fields[0] * fields[1] * fields[2] * fields[4]);
          return samples;
        };
        kernel.decode(bytes, [], header, { limits: LIMITS, junk });
        return samples;
      });
      expect(Buffer.compare(decoded[0], decoded[1])).toBe(0);
    }
  });
});
