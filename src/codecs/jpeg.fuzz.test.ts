import { describe, expect, it } from 'vitest';
import { AttributeMismatch, CineloopError } from '../errors.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import { encodeJpeg, oneScan, progression, randomImage } from './jpeg.test-support.js';
import { randomNumbers } from './rle.test-support.js';

/** Damaged streams; CINELOOP_FUZZ multiplies them. */
const ROUNDS = 8_000 * Number(process.env.CINELOOP_FUZZ ?? 1);
/** Samples that a stream of a few kilobytes can hold: what is asked for beyond that is a fault. */
const MOST_BYTES = 1 << 24;

type Random = ReturnType<typeof randomNumbers>;

/** Whole streams of every kind, which the rounds damage. */
function wholeStreams(random: Random): Uint8Array[] {
  // biome-ignore format: one kind to a line
  const sampling = [
    [[1, 1]],
    [[1, 1], [1, 1], [1, 1]],
    [[2, 2], [1, 1], [1, 1]],
    [[2, 1], [1, 2], [1, 1]],
    [[1, 2], [1, 1], [1, 1], [1, 2]],
    [[3, 1], [1, 1]],
  ] as const;
  return sampling.flatMap((factors) =>
    ([8, 12] as const).flatMap((precision) =>
      ['one scan', 'several', 'progressive'].flatMap((kind) =>
        [0, 3].map((restartInterval) => {
          const image = randomImage({ rows: 27, columns: 35, precision }, factors, random);
          const apart = factors.map((_, component) => ({ ...oneScan(1)[0], components: [component] }));
          const scans = { 'one scan': oneScan(factors.length), several: apart }[kind];
          const progressive = scans === undefined;
          return encodeJpeg(image, {
            progressive,
            scans: scans ?? progression(factors.length, random),
            restartInterval,
            linesBehindFirstScan: random(4) === 0,
            shortCodes: random(9),
          });
        }),
      ),
    ),
  );
}

/** Damages a copy: bytes set, bits flipped, pieces moved or cleared, markers written, the headers above all; or cuts it. */
function damage(bytes: Uint8Array, random: Random): Uint8Array {
  const damaged = bytes.slice();
  const headers = damaged.indexOf(0xda) + 12;
  for (let times = 1 + random(4); times > 0; times--) {
    const at = random(random(2) === 0 ? headers : damaged.length);
    const length = random(Math.min(32, damaged.length - at));
    switch (random(8)) {
      case 0:
        damaged[at] = random(256);
        break;
      case 1:
        damaged[at] ^= 1 << random(8);
        break;
      case 2:
        damaged.copyWithin(random(damaged.length), at, at + length);
        break;
      case 3:
        damaged.fill(random(2) * 255, at, at + length);
        break;
      case 4:
        damaged.set(
          [0xff, [0xc0, 0xc2, 0xc4, 0xd0 + random(8), 0xd9, 0xda, 0xdb, 0xdc, 0xdd][random(9)]].slice(
            0,
            length,
          ),
          at,
        );
        break;
      case 5:
        damaged[at] = [0, 1, 2, 15, 16, 17, 0x7f, 0x80, 0xfe][random(9)];
        break;
      case 6:
        damaged[at] += random(3) - 1;
        break;
      default:
        return damaged.slice(0, random(damaged.length + 1));
    }
  }
  return damaged;
}

/** The kernel's parameters: the whole picture, a reduced one, a region that may be outside. */
function randomView(random: Random): number[] {
  if (random(2) === 0) return [random(4)];
  return [random(4), random(30), random(40), 1 + random(30), 1 + random(40)];
}

interface Answer {
  readonly outcome: string;
  readonly samples: Uint8Array | undefined;
}

/** What a kernel makes of a stream. Anything but samples and a typed error of its own is thrown on. */
function ask(kernel: Kernel, bytes: Uint8Array, junk: boolean, view: readonly number[] = []): Answer {
  let samples: Uint8Array | undefined;
  try {
    kernel.decode(
      bytes,
      view,
      ([, , components, , width, rows, columns]) => {
        if (rows === 0) throw new AttributeMismatch('no such region');
        const size = rows * columns * components * width;
        if (size > MOST_BYTES) throw new RangeError(`${size} bytes for a stream of ${bytes.length}`);
        samples = new Uint8Array(size);
        return samples;
      },
      { limits: DEFAULT_LIMITS, junk },
    );
    return { outcome: 'decoded', samples };
  } catch (error) {
    // A trap is an InvalidBitstream as well, but has a cause.
    if (!(error instanceof CineloopError) || error.cause !== undefined) throw error;
    return { outcome: `${error.tag}: ${error.message}`, samples };
  }
}

describe('JPEG by the DCT, damaged streams', () => {
  it(
    `answers ${ROUNDS} of them with samples or a typed error, the shipped kernel and its plain twin alike`,
    async () => {
      const random = randomNumbers(81);
      const views = randomNumbers(82);
      const streams = wholeStreams(random);
      const shipped = new Kernel('jpeg-dct', await moduleOf('jpeg-dct'));
      const twin = new Kernel('jpeg-dct', await plainTwin('jpeg-dct'));
      const outcomes = new Map<string, number>();
      let slowest = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const bytes = streams[random(streams.length)];
        const damaged = damage(bytes, random);
        const began = performance.now();
        const view = randomView(views);
        const answer = ask(shipped, damaged, false, view);
        let took = performance.now() - began;
        if (took > 100) {
          // Once more: the machine may have had something else to do.
          const again = performance.now();
          ask(shipped, damaged, false, view);
          took = Math.min(took, performance.now() - again);
        }
        slowest = Math.max(slowest, took);
        // The twin starts from other memory: an answer that hangs on what was left there differs.
        const other = ask(twin, damaged, round % 16 === 0, view);
        if (other.outcome !== answer.outcome) {
          throw new Error(`round ${round}: "${answer.outcome}", the plain twin "${other.outcome}"`);
        }
        if (answer.outcome === 'decoded' && Buffer.compare(answer.samples!, other.samples!) !== 0) {
          throw new Error(`round ${round}: the plain twin has other samples`);
        }
        const tag = answer.outcome.split(':')[0];
        outcomes.set(tag, (outcomes.get(tag) ?? 0) + 1);
        // What a damaged stream leaves behind must not reach the next frame.
        if (round % 50 === 0) expect(ask(shipped, bytes, false)).toEqual(ask(twin, bytes, true));
      }
      expect([...outcomes.keys()].sort()).toEqual([
        'AttributeMismatch',
        'InvalidBitstream',
        'TruncatedData',
        'UnsupportedFeature',
        'decoded',
      ]);
      for (const [tag, count] of outcomes) expect(count, tag).toBeGreaterThan(ROUNDS / 1000);
      expect(slowest).toBeLessThan(1000);
      expect(shipped.heldBytes).toBeLessThan(4 << 20);
    },
    30_000 + 8 * ROUNDS,
  );
});
