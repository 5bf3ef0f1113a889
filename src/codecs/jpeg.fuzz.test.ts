import { describe, expect, it } from 'vitest';
import { damage } from '../../fuzz/damage.js';
import { jpegStreams } from '../../fuzz/streams.js';
import { TARGETS } from '../../fuzz/targets.js';
import { AttributeMismatch } from '../errors.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import { ask, compareAnswers } from './fuzz.test-support.js';
import { randomNumbers } from './rle.test-support.js';

/** Damaged streams; CINELOOP_FUZZ multiplies them. */
const ROUNDS = 8_000 * Number(process.env.CINELOOP_FUZZ ?? 1);
/** Samples that a stream of a few kilobytes can hold with Huffman codes: what is asked for beyond that is a fault there. */
const MOST_BYTES: Readonly<Record<string, number>> = { 'jpeg-dct': 1 << 24, 'jpeg-dct-arithmetic': 1 << 18 };

/** A picture, or the region of it that `view` asks for. */
function askJpeg(kernel: Kernel, bytes: Uint8Array, junk: boolean, view: readonly number[] = []) {
  const sizeOf = ([, , components, , width, rows, columns]: Int32Array) => {
    if (rows === 0) throw new AttributeMismatch('no such region');
    return rows * columns * components * width;
  };
  return ask(kernel, bytes, { parameters: view, sizeOf, most: MOST_BYTES[kernel.name], junk });
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
      for (let round = 0; round < rounds; round++) {
        const bytes = streams[random(streams.length)];
        const damaged = damage(bytes, streams, markers, bytes.indexOf(0xda) + 12, random);
        const view = parameters!(views);
        const answer = askJpeg(shipped, damaged, false, view);
        // The twin starts from other memory: an answer that hangs on what was left there differs.
        const other = askJpeg(twin, damaged, round % 16 === 0, view);
        compareAnswers(round, answer, other, outcomes);
        // What a damaged stream leaves behind must not reach the next frame.
        if (round % 50 === 0) expect(askJpeg(shipped, bytes, false)).toEqual(askJpeg(twin, bytes, true));
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
      if (!name.endsWith('arithmetic')) expect(shipped.heldBytes).toBeLessThan(4 << 20);
    },
    30_000 + 8 * rounds,
  );
});
