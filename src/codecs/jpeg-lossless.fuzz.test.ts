import { describe, expect, it } from 'vitest';
import { damage } from '../../fuzz/damage.js';
import { jpegLosslessStreams } from '../../fuzz/streams.js';
import { TARGETS } from '../../fuzz/targets.js';
import { CineloopError, LimitExceeded } from '../errors.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import { storedBytes } from './jpeg-lossless.test-support.js';
import { randomNumbers } from './rle.test-support.js';

/** Damaged streams; CINELOOP_FUZZ multiplies them. */
const ROUNDS = 8_000 * Number(process.env.CINELOOP_FUZZ ?? 1);
/** Samples that a stream of a few kilobytes can hold with Huffman codes: what is asked for beyond that is a fault there. */
const MOST_BYTES = 1 << 20;

interface Answer {
  readonly outcome: string;
  readonly samples: Uint8Array | undefined;
}

/** What a kernel makes of a stream. Anything but samples and a typed error of its own is thrown on. */
function ask(kernel: Kernel, bytes: Uint8Array, junk: boolean): Answer {
  let samples: Uint8Array | undefined;
  try {
    kernel.decode(
      bytes,
      [],
      ([rows, columns, components, , width]) => {
        const size = rows * columns * components * width;
        if (size > MOST_BYTES) throw new LimitExceeded(`${size} bytes for a stream of ${bytes.length}`);
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
  ['jpeg-lossless', ROUNDS],
  ['jpeg-lossless-arithmetic', ROUNDS / 4],
])('%s, damaged streams', (name, rounds) => {
  it(
    `answers ${rounds} of them with samples or a typed error, the shipped kernel and its plain twin alike`,
    async () => {
      const random = randomNumbers(81);
      const streams = jpegLosslessStreams(random, name === 'jpeg-lossless-arithmetic');
      const others = streams.map(({ bytes }) => bytes);
      const { markers } = TARGETS[name];
      const shipped = new Kernel(name, await moduleOf(name));
      const twin = new Kernel(name, await plainTwin(name));
      const outcomes = new Map<string, number>();
      let slowest = 0;
      for (let round = 0; round < rounds; round++) {
        const { image, bytes } = streams[random(streams.length)];
        const damaged = damage(bytes, others, markers, bytes.indexOf(0xda) + 12, random);
        const began = performance.now();
        const answer = ask(shipped, damaged, false);
        slowest = Math.max(slowest, performance.now() - began);
        // The twin starts from other memory: an answer that hangs on what was left there differs.
        const other = ask(twin, damaged, round % 16 === 0);
        if (other.outcome !== answer.outcome) {
          throw new Error(`round ${round}: "${answer.outcome}", the plain twin "${other.outcome}"`);
        }
        if (answer.outcome === 'decoded' && Buffer.compare(answer.samples!, other.samples!) !== 0) {
          throw new Error(`round ${round}: the plain twin has other samples`);
        }
        const tag = answer.outcome.split(':')[0];
        outcomes.set(tag, (outcomes.get(tag) ?? 0) + 1);
        // What a damaged stream leaves behind must not reach the next frame.
        if (round % 50 === 0) expect(ask(shipped, bytes, false).samples).toEqual(storedBytes(image));
      }
      // Arithmetic coding makes any size of nothing.
      if (name === 'jpeg-lossless-arithmetic') outcomes.delete('LimitExceeded');
      expect([...outcomes.keys()].sort()).toEqual([
        'InvalidBitstream',
        'TruncatedData',
        'UnsupportedFeature',
        'decoded',
      ]);
      for (const [tag, count] of outcomes) expect(count, tag).toBeGreaterThan(rounds / 500);
      expect(slowest).toBeLessThan(1000);
      if (!name.endsWith('arithmetic')) expect(shipped.heldBytes).toBeLessThan(4 << 20);
    },
    30_000 + 8 * rounds,
  );
});
