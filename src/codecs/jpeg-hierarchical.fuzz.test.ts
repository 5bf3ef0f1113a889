import { describe, expect, it } from 'vitest';
import { damage } from '../../fuzz/damage.js';
import { jpegHierarchicalStreams } from '../../fuzz/streams.js';
import { TARGETS } from '../../fuzz/targets.js';
import { CineloopError, LimitExceeded } from '../errors.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import { decodeTo, selfDescribed } from './codec.test-support.js';
import { ask, compareAnswers } from './fuzz.test-support.js';
import { jpegHierarchical } from './jpeg-hierarchical.js';
import { encodeLosslessHierarchy } from './jpeg-hierarchical.test-support.js';
import { imageOf } from './jpeg-lossless.test-support.js';
import { storedBytes } from './outcome.test-support.js';
import { randomNumbers } from './rle.test-support.js';
import { WHOLE } from './view.js';

/** Damaged streams; CINELOOP_FUZZ multiplies them. */
const ROUNDS = 2_000 * Number(process.env.CINELOOP_FUZZ ?? 1);
const MOST_BYTES = 1 << 20;

describe.each(['jpeg-hierarchical', 'jpeg-hierarchical-arithmetic'])('%s, damaged frames', (name) => {
  it(
    `answers ${ROUNDS} of them with samples or a typed error, the shipped kernel and its plain twin alike`,
    async () => {
      const random = randomNumbers(83);
      const streams = jpegHierarchicalStreams(random, name.endsWith('arithmetic'));
      const sizeOf = ([rows, columns, components, , width]: Int32Array) =>
        rows * columns * components * width;
      const shipped = new Kernel(name, await moduleOf(name));
      const twin = new Kernel(name, await plainTwin(name));
      const outcomes = new Map<string, number>();
      for (let round = 0; round < ROUNDS; round++) {
        const bytes = streams[random(streams.length)];
        const damaged = damage(bytes, streams, TARGETS[name].markers, bytes.indexOf(0xda) + 12, random);
        const answer = ask(shipped, damaged, { sizeOf, most: MOST_BYTES, junk: false });
        const other = ask(twin, damaged, { sizeOf, most: MOST_BYTES, junk: round % 16 === 0 });
        compareAnswers(round, answer, other, outcomes);
      }
      for (const tag of ['InvalidBitstream', 'TruncatedData', 'decoded']) {
        expect(outcomes.get(tag), tag).toBeGreaterThan(ROUNDS / 500);
      }
    },
    30_000 + 30 * ROUNDS,
  );
});

it(
  `answers ${ROUNDS} damaged hierarchies with samples or a typed error`,
  async () => {
    const random = randomNumbers(84);
    const decoder = await jpegHierarchical.load();
    // Arithmetic coding makes any size of nothing.
    const limits = { ...DEFAULT_LIMITS, frameBytes: MOST_BYTES, memoryBytes: MOST_BYTES };
    const streams = [8, 12].flatMap((precision) =>
      [[0x11, 0x11], [0x00, 0x10, 0x01], []].flatMap((expansions) =>
        [{}, { arithmetic: [0, 1] as const }].map((coding) => {
          const image = imageOf({ rows: 11, columns: 14, components: 3, precision }, random);
          return {
            image,
            bytes: encodeLosslessHierarchy({ ...image, ...coding }, expansions, random(2) === 0),
          };
        }),
      ),
    );
    const others = streams.map(({ bytes }) => bytes);
    const markers = [...TARGETS['jpeg-hierarchical'].markers, 0xcb, 0xcf, 0xdf];
    const outcomes = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round++) {
      const { image, bytes } = streams[random(streams.length)];
      const damaged = damage(bytes, others, markers, bytes.length, random);
      const truncated = random(2) === 0 ? 'keep' : 'refuse';
      const outcome = await decodeTo(decoder, selfDescribed(damaged, 65), limits, WHOLE, truncated).then(
        ({ codestream }) => (codestream.truncated ? 'kept' : 'decoded'),
        (error: unknown) => {
          if (
            !(error instanceof CineloopError) ||
            (error.cause !== undefined && !(error instanceof LimitExceeded))
          ) {
            throw error;
          }
          return error.tag;
        },
      );
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      // What a damaged stream leaves behind must not reach the next frame.
      if (round % 50 === 0) {
        const { bytes: samples } = await decodeTo(decoder, selfDescribed(bytes, 65));
        expect(samples).toEqual(storedBytes(image.samples, image.precision));
      }
    }
    for (const outcome of ['InvalidBitstream', 'TruncatedData', 'UnsupportedFeature', 'decoded', 'kept']) {
      expect(outcomes.get(outcome), outcome).toBeGreaterThan(ROUNDS / 1000);
    }
  },
  30_000 + 30 * ROUNDS,
);
