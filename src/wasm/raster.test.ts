import { describe, expect, it } from 'vitest';
import { compileEntry } from './assembly.test-support.ts';
import { Chance } from './block-samples.test-support.ts';

const ENTRY = `
export { writeNarrowCoefficients } from './assembly/jpeg-2000/raster';
const coefficients: usize = memory.data(65536, 64);
const output: usize = memory.data(65536, 64);
export function coefficientsAt(): usize { return coefficients; }
export function outputAt(): usize { return output; }`;

interface Raster {
  readonly memory: WebAssembly.Memory;
  coefficientsAt(): number;
  outputAt(): number;
  writeNarrowCoefficients(
    coefficients: number,
    columns: number,
    stripes: number,
    height: number,
    output: number,
    stride: number,
  ): number;
}

/** In front of the block, behind it and between its rows. */
const CANARY = 0x5a5a;

describe.each([true, false])('coefficients in scan order to rows of i16, SIMD %s', (simd) => {
  it.each([
    [1, 1],
    [3, 4],
    [7, 5],
    [8, 8],
    [9, 3],
    [16, 6],
    [29, 12],
    [64, 64],
  ])('%i columns, %i rows', async (columns, height) => {
    const raster = new WebAssembly.Instance(await compileEntry(ENTRY, simd)).exports as unknown as Raster;
    const chance = new Chance(columns * 100 + height);
    const stripes = Math.ceil(height / 4),
      stride = Math.ceil((2 * columns) / 16) * 16 + 16;
    for (const most of [5, 32_767, 32_768, 100_000]) {
      const magnitudes = Array.from({ length: columns * height }, () => chance.below(most + 1));
      magnitudes[chance.below(magnitudes.length)] = most;
      const signs = magnitudes.map(() => chance.below(2));
      const scan = new Uint32Array(raster.memory.buffer, raster.coefficientsAt(), stripes * columns * 4);
      const places = Array.from(magnitudes, (_, at) => {
        const x = at % columns,
          y = Math.floor(at / columns);
        return (y >> 2) * columns * 4 + x * 4 + (y & 3);
      });
      // Figure D.1; the last bit is the half that is dropped. Rows that the last stripe lacks hold what nobody looks at.
      scan.fill(0x7fffffff);
      for (const [at, place] of places.entries()) {
        scan[place] =
          (((signs[at] as number) << 31) | (((magnitudes[at] as number) << 1) + chance.below(2))) >>> 0;
      }
      const output = raster.outputAt() + 64;
      const words = new Int16Array(raster.memory.buffer, raster.outputAt(), 64 + (stride * height) / 2);
      words.fill(CANARY);
      const largest = raster.writeNarrowCoefficients(
        raster.coefficientsAt(),
        columns,
        stripes,
        height,
        output,
        stride,
      );
      const expected = new Int16Array(words.length).fill(CANARY);
      for (const [at, magnitude] of magnitudes.entries()) {
        const value = signs[at] === 1 ? Math.max(-magnitude, -32_768) : Math.min(magnitude, 32_767);
        expected[32 + (Math.floor(at / columns) * stride) / 2 + (at % columns)] = value;
      }
      expect(words).toEqual(expected);
      if (most < 32_767) expect(largest).toBe(most);
      else expect(largest).toBeGreaterThanOrEqual(32_767);
    }
  });
});
