/** Numbers below `limit` that come in the same order on every run. */
export class Chance {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }
}

/** Coefficients of a block: from nearly empty to noise in all bit-planes. */
export function coefficientsOf(chance: Chance, count: number, bitPlanes: number): Int32Array {
  const density = [0.01, 0.1, 0.5, 1][chance.below(4)]!;
  const decay = chance.below(3);
  return Int32Array.from({ length: count }, () => {
    if (chance.below(1000) >= density * 1000) return 0;
    const planes = decay === 0 ? bitPlanes : 1 + chance.below(bitPlanes);
    const magnitude = chance.below(2 ** planes);
    return chance.below(2) === 1 ? -magnitude : magnitude;
  });
}

/** Sizes of code-blocks: whole ones, and what the edges of sub-bands leave of them. */
export const SIZES: ReadonlyArray<readonly [width: number, height: number]> = [
  [64, 64],
  [4, 4],
  [1, 1],
  [32, 32],
  [1024, 4],
  [4, 1024],
  [17, 13],
  [3, 70],
  [61, 2],
  [16, 5],
  [1, 1024],
  [1024, 1],
  [33, 31],
];
