import { describe, expect, it } from 'vitest';
import { damage } from '../../fuzz/damage.js';
import { jpegStreams } from '../../fuzz/streams.js';
import { TARGETS } from '../../fuzz/targets.js';
import { AttributeMismatch, CineloopError, LimitExceeded } from '../errors.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import { randomNumbers } from './rle.test-support.js';

/** Damaged streams; CINELOOP_FUZZ multiplies them. */
const ROUNDS = 8_000 * Number(process.env.CINELOOP_FUZZ ?? 1);
/** Samples that a stream of a few kilobytes can hold with Huffman codes: what is asked for beyond that is a fault there. */
const MOST_BYTES: Readonly<Record<string, number>> = { 'jpeg-dct': 1 << 24, 'jpeg-dct-arithmetic': 1 << 18 };

interface Answer {
  readonly outcome: string;
  readonly samples: Uint8Array | undefined;
}

/** What a kernel makes of a stream. Anything but samples and a typed error of its own is thrown on. */
function ask(kernel: Kernel, bytes: Uint8Array, junk: boolean, view: readonly number[] = []): Answer {
  const most = MOST_BYTES[kernel.name];
  let samples: Uint8Array | undefined;
  try {
    kernel.decode(
      bytes,
      view,
      ([, , components, , width, rows, columns]) => {
        if (rows === 0) throw new AttributeMismatch('no such region');
        const size = rows * columns * components * width;
        if (size > most) throw new LimitExceeded(`${size} bytes for a stream of ${bytes.length}`);
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

describe.each([
  ['jpeg-dct', ROUNDS],
  ['jpeg-dct-arithmetic', ROUNDS / 8],
])('%s, damaged streams', (name, rounds) => {
  it(
    `answers ${rounds} of them with samples or a typed error, the shipped kernel and its plain twin alike`,
    async () => {
      const random = randomNumbers(81);
      const views = randomNumbers(82);
      const streams = jpegStreams(random, name === 'jpeg-dct-arithmetic');
      const { markers, parameters } = TARGETS[name];
      const shipped = new Kernel(name, await moduleOf(name));
      const twin = new Kernel(name, await plainTwin(name));
      const outcomes = new Map<string, number>();
      let slowest = 0;
      for (let round = 0; round < rounds; round++) {
        const bytes = streams[random(streams.length)];
        const damaged = damage(bytes, streams, markers, bytes.indexOf(0xda) + 12, random);
        const began = performance.now();
        const view = parameters!(views);
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
      // Arithmetic coding makes any size of nothing.
      if (name === 'jpeg-dct-arithmetic') outcomes.delete('LimitExceeded');
      expect([...outcomes.keys()].sort()).toEqual([
        'AttributeMismatch',
        'InvalidBitstream',
        'TruncatedData',
        'UnsupportedFeature',
        'decoded',
      ]);
      for (const [tag, count] of outcomes) expect(count, tag).toBeGreaterThan(rounds / 2000);
      expect(slowest).toBeLessThan(1000);
      if (!name.endsWith('arithmetic')) expect(shipped.heldBytes).toBeLessThan(4 << 20);
    },
    30_000 + 8 * rounds,
  );
});
