import { describe, expect, it } from 'vitest';
import { damage } from '../../fuzz/damage.js';
import { jpegLosslessStreams } from '../../fuzz/streams.js';
import { TARGETS } from '../../fuzz/targets.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import { ask, compareAnswers } from './fuzz.test-support.js';
import { storedBytes } from './jpeg-lossless.test-support.js';
import { randomNumbers } from './rle.test-support.js';

/** Damaged streams; CINELOOP_FUZZ multiplies them. */
const ROUNDS = 8_000 * Number(process.env.CINELOOP_FUZZ ?? 1);
/** Samples that a stream of a few kilobytes can hold with Huffman codes: what is asked for beyond that is a fault there. */
const MOST_BYTES = 1 << 20;

function askLossless(kernel: Kernel, bytes: Uint8Array, junk: boolean) {
  const sizeOf = ([rows, columns, components, , width]: Int32Array) => rows * columns * components * width;
  return ask(kernel, bytes, { sizeOf, most: MOST_BYTES, junk });
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
      for (let round = 0; round < rounds; round++) {
        const { image, bytes } = streams[random(streams.length)];
        const damaged = damage(bytes, others, markers, bytes.indexOf(0xda) + 12, random);
        const answer = askLossless(shipped, damaged, false);
        // The twin starts from other memory: an answer that hangs on what was left there differs.
        const other = askLossless(twin, damaged, round % 16 === 0);
        compareAnswers(round, answer, other, outcomes);
        // What a damaged stream leaves behind must not reach the next frame.
        if (round % 50 === 0) expect(askLossless(shipped, bytes, false).samples).toEqual(storedBytes(image));
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
      if (!name.endsWith('arithmetic')) expect(shipped.heldBytes).toBeLessThan(4 << 20);
    },
    30_000 + 8 * rounds,
  );
});
