/**
 * Streams for the tests of reduced sizes and regions, the same on every machine. fixtures/generate/reduced-jpeg.ts has an
 * independent decoder say what their reduced pictures are.
 */
import { type CodedImage, encodeJpeg, oneScan, progression, randomImage } from './jpeg.test-support.js';
import { randomNumbers } from './rle.test-support.js';

export interface ViewCase {
  readonly name: string;
  readonly image: CodedImage;
  readonly bytes: Uint8Array;
}

type Sampling = readonly (readonly [number, number])[];

/** Factors that libjpeg takes, one or three components: djpeg writes no others. */
// biome-ignore format: one kind to a line
export const VIEWED_SAMPLING: readonly Sampling[] = [
  [[1, 1]],
  [[1, 1], [1, 1], [1, 1]],
  [[2, 1], [1, 1], [1, 1]],
  [[2, 2], [1, 1], [1, 1]],
  [[1, 2], [1, 1], [1, 1]],
  [[4, 1], [1, 1], [1, 1]],
  [[1, 4], [1, 1], [1, 1]],
  [[4, 2], [1, 1], [1, 1]],
  [[2, 4], [1, 1], [1, 1]],
  [[3, 1], [1, 1], [1, 1]],
  [[2, 2], [1, 2], [1, 2]],
  [[2, 2], [2, 1], [1, 1]],
  [[1, 1], [2, 2], [1, 1]],
];

/** Others: what is known of them is the formulas' and the whole picture. */
// biome-ignore format: one kind to a line
export const RARELY_VIEWED_SAMPLING: readonly Sampling[] = [
  [[1, 1], [1, 1]],
  [[2, 2], [1, 1]],
  [[1, 1], [1, 1], [1, 1], [1, 1]],
  [[2, 2], [1, 1], [1, 1], [2, 2]],
  [[3, 2], [2, 1], [1, 1]],
];

/** `rounds` streams of each kind of sampling, of either precision, with everything else left to chance. */
export function viewCases(kinds: readonly Sampling[], rounds: number): ViewCase[] {
  return kinds.flatMap((sampling, kind) =>
    ([8, 12] as const).flatMap((precision) =>
      Array.from({ length: rounds }, (_, round) => {
        const random = randomNumbers(1 + 1000 * kind + 100 * precision + round);
        const geometry = { rows: 1 + random(90), columns: 1 + random(140), precision };
        const image = randomImage(geometry, sampling, random);
        const apart = sampling.map((_, component) => ({ ...oneScan(1)[0], components: [component] }));
        const progressive = random(2) === 0;
        const sequential = random(3) === 0 ? apart : oneScan(sampling.length);
        const bytes = encodeJpeg(image, {
          progressive,
          scans: progressive ? progression(sampling.length, random) : sequential,
          restartInterval: [0, 0, 1, 1 + random(9), Math.ceil(image.columns / 8)][random(5)],
          shortCodes: random(9),
          longestRun: [1, 7, 0x7fff][random(3)],
          untransformed: sampling.length > 1,
        });
        const factors = sampling.map(([h, v]) => `${h}x${v}`).join(' ');
        return { name: `${factors}, ${precision} bits, ${round}`, image, bytes };
      }),
    ),
  );
}
