import { beforeAll, describe, expect, it } from 'vitest';
import { encodeJpegLs, type JpegLsImage } from '../../fixtures/generate/jpeg-ls-encoder.js';
import { CineloopError } from '../errors.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import type { Decoder } from './codec.js';
import { jpegLsDecoder } from './jpeg-ls.js';
import { CONTENTS, samplesOf } from './jpeg-ls.test-support.js';
import { encodedFrame, randomNumbers } from './rle.test-support.js';

/** CINELOOP_FUZZ multiplies the number of damaged streams. */
const TIMES = Number(process.env.CINELOOP_FUZZ ?? 1);
const ROUNDS = 6_000 * TIMES;
const CANARY = 64;
/** Samples that a stream of a few kilobytes may ask for here; more is refused by the limit. */
const MOST_BYTES = 1 << 20;
const LIMITS = { ...DEFAULT_LIMITS, frameBytes: MOST_BYTES, memoryBytes: 32 << 20 };

type Random = ReturnType<typeof randomNumbers>;

/** Whole streams of every kind, which the rounds damage. */
function wholeStreams(random: Random): readonly Uint8Array[] {
  const kinds: Partial<JpegLsImage>[] = [
    {},
    { precision: 16 },
    { precision: 12, near: 3 },
    { precision: 2 },
    { precision: 13, presets: { maxval: 5000, reset: 900, t1: 5, t2: 50, t3: 500 } },
    { components: 3 },
    { components: 3, interleaveMode: 1 },
    { components: 3, interleaveMode: 2 },
    { components: 4, interleaveMode: 2, precision: 10, near: 1 },
    { components: 3, interleaveMode: 2, scans: [[2], [0, 1]] },
    { restartInterval: 3 },
    { components: 3, interleaveMode: 1, restartInterval: 2, linesBehindFirstScan: 2 },
    { oversizeBytes: 3 },
    {
      components: 3,
      interleaveMode: 1,
      sampling: [
        [2, 2],
        [1, 2],
        [2, 1],
      ],
    },
    { components: 3, interleaveMode: 1, colourTransform: 2 },
    {
      precision: 4,
      mappingTables: [{ entryBytes: 2, entries: Array.from({ length: 16 }, (_, i) => i * 99) }],
    },
  ];
  return kinds.flatMap((kind) =>
    CONTENTS.map((content) => {
      const geometry = {
        rows: 5 + random(20),
        columns: 3 + random(40),
        components: 1,
        precision: 8,
        ...kind,
      };
      const maxval = kind.presets?.maxval ?? 2 ** geometry.precision - 1;
      return encodeJpegLs({ ...geometry, samples: samplesOf(geometry, maxval, content, random) }).bytes;
    }),
  );
}

/** A damaged copy: bytes set, bits flipped, pieces moved, cleared or taken out of other streams; mostly behind the headers. */
function mutate(bytes: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  const copy = bytes.slice();
  const somewhere = () => (random(3) === 0 ? random(Math.min(64, copy.length)) : random(copy.length));
  for (let times = 1 + random(4); times > 0; times--) {
    const at = somewhere();
    const length = random(Math.min(48, copy.length - at));
    const other = others[random(others.length)];
    switch (random(8)) {
      case 0:
        copy[at] = random(256);
        break;
      case 1:
      case 2:
        copy[at] ^= 1 << random(8);
        break;
      case 3:
        copy.copyWithin(somewhere(), at, at + length);
        break;
      case 4:
        copy.fill(random(2) * 255, at, at + length);
        break;
      case 5:
        copy[at] = [0, 1, 0x7f, 0x80, 0xff, 0xd9, 0xd0, 0xf8][random(8)];
        break;
      case 6:
        copy.set(other.subarray(0, Math.min(length, other.length)), at);
        break;
      default:
        return copy.slice(0, random(copy.length + 1));
    }
  }
  return copy;
}

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
      const streams = wholeStreams(random);
      const outcomes: Record<string, number> = {};
      let slowest = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const bytes = mutate(streams[random(streams.length)], streams, random);
        const began = performance.now();
        const { outcome, around } = outcomeOf(decoders[0], bytes);
        slowest = Math.max(slowest, performance.now() - began);
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
      expect(slowest).toBeLessThan(2000);
      for (const kernel of kernels) expect(kernel.heldBytes).toBeLessThan(33 << 20);
      if (TIMES > 1) console.log(outcomes, `slowest ${slowest.toFixed(0)} ms`);
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
      const streams = wholeStreams(random);
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
        const bytes = round % 10 === 0 ? whole : mutate(whole, streams, random);
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
    for (const bytes of wholeStreams(random)) {
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
