import { describe, expect, it } from 'vitest';
import { jpeg2000Streams } from '../../fuzz/streams.js';
import { AttributeMismatch } from '../errors.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import { ask, compareAnswers } from './fuzz.test-support.js';
import { randomNumbers } from './rle.test-support.js';

/** Damaged streams; CINELOOP_FUZZ multiplies them. */
const ROUNDS = 1_500 * Number(process.env.CINELOOP_FUZZ ?? 1);
/** Bytes of an image that is looked at: damage can make it any size. */
const MOST_BYTES = 1 << 21;

type Random = ReturnType<typeof randomNumbers>;

/** Damages a copy, its headers above all; or cuts it. */
function damage(bytes: Uint8Array, random: Random): Uint8Array {
  const damaged = bytes.slice();
  const headers = Buffer.from(bytes).indexOf('ff93', 0, 'hex') + 24;
  for (let times = 1 + random(3); times > 0; times--) {
    const at = random(random(3) > 0 ? headers : damaged.length);
    switch (random(6)) {
      case 0:
        damaged[at] = random(256);
        break;
      case 1:
        damaged[at] ^= 1 << random(8);
        break;
      case 2:
        damaged.copyWithin(random(damaged.length), at, at + random(32));
        break;
      case 3:
        damaged[at] = [0, 1, 2, 0x7f, 0x80, 0xff][random(6)];
        break;
      case 4:
        damaged[at] += random(3) - 1;
        break;
      default:
        return damaged.slice(0, random(damaged.length + 1));
    }
  }
  return damaged;
}

/** Reduction, row, column, rows, columns, layers. */
type ViewParameters = readonly [number, number, number, number, number, number];
const WHOLE: ViewParameters = [0, 0, 0, 0, 0, 0];

/** A view of one frame in three: of a picture as it was before the damage. */
function anyView(random: Random): ViewParameters {
  if (random(3) > 0) return WHOLE;
  const region = random(2) === 0 ? [0, 0, 0, 0] : [random(30), random(40), 1 + random(40), 1 + random(50)];
  const [row, column, rows, columns] = region as [number, number, number, number];
  return [random(3), row, column, rows, columns, random(3)];
}

const LIMITS = { ...DEFAULT_LIMITS, memoryBytes: 64 << 20, frameBytes: MOST_BYTES };

/** A picture, or the region of it that `view` asks for. */
function askJpeg2000(kernel: Kernel, bytes: Uint8Array, junk: boolean, view = WHOLE) {
  const sizeOf = ([, , components, , width, , , pictureRows, pictureColumns]: Int32Array) => {
    const [, row, column, rows, columns] = view;
    if (row + rows > pictureRows || column + columns > pictureColumns) {
      throw new AttributeMismatch('a region that is not inside the picture');
    }
    return (rows || pictureRows) * (columns || pictureColumns) * components * width;
  };
  return ask(kernel, bytes, { parameters: view, sizeOf, most: MOST_BYTES, limits: LIMITS, junk });
}

describe('JPEG 2000, damaged streams', () => {
  it(
    `answers ${ROUNDS} of them with samples or a typed error, the shipped kernel and its plain twin alike`,
    async () => {
      const random = randomNumbers(2000);
      const streams = await jpeg2000Streams();
      const shipped = new Kernel('jpeg-2000', await moduleOf('jpeg-2000'));
      const twin = new Kernel('jpeg-2000', await plainTwin('jpeg-2000'));
      const whole = streams.map((bytes) => askJpeg2000(shipped, bytes, false).samples);
      const outcomes = new Map<string, number>();
      for (let round = 0; round < ROUNDS; round++) {
        const stream = random(streams.length);
        const damaged = damage(streams[stream], random);
        const view = anyView(random);
        const answer = askJpeg2000(shipped, damaged, false, view);
        // The twin starts from other memory: an answer that hangs on what was left there differs.
        const other = askJpeg2000(twin, damaged, round % 16 === 0, view);
        compareAnswers(round, answer, other, outcomes);
        // What a damaged stream leaves behind must not reach the next frame.
        if (round % 50 === 0)
          expect(askJpeg2000(shipped, streams[stream], false).samples).toEqual(whole[stream]);
      }
      expect([...outcomes.keys()]).toEqual(
        expect.arrayContaining(['InvalidBitstream', 'TruncatedData', 'UnsupportedFeature', 'decoded']),
      );
    },
    60_000 + 40 * ROUNDS,
  );
});
