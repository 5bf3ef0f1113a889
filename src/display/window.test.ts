import { describe, expect, it } from 'vitest';
import { type VoiLutFunction, type Window, windowFunction } from './window.js';

/** The pseudo-code of the standard, with ymin 0 and ymax 1. */
const STANDARD: Record<VoiLutFunction, (x: number, c: number, w: number) => number> = {
  // PS3.3 C.11.2.1.2.1
  LINEAR(x, c, w) {
    if (x <= c - 0.5 - (w - 1) / 2) return 0;
    if (x > c - 0.5 + (w - 1) / 2) return 1;
    return (x - (c - 0.5)) / (w - 1) + 0.5;
  },
  // PS3.3 C.11.2.1.3.2
  LINEAR_EXACT(x, c, w) {
    if (x <= c - w / 2) return 0;
    if (x > c + w / 2) return 1;
    return (x - c) / w + 0.5;
  },
  // PS3.3 C.11.2.1.3.1
  SIGMOID: (x, c, w) => 1 / (1 + Math.exp((-4 * (x - c)) / w)),
};

const windows: Window[] = [
  { center: 2048, width: 4096 },
  { center: 2048, width: 1 },
  { center: 0, width: 100 },
  { center: 40.5, width: 399.7 },
  { center: -600, width: 1200 },
];

describe.each(['LINEAR', 'LINEAR_EXACT', 'SIGMOID'] as const)('%s', (name) => {
  it.each(windows)(
    'with center $center and width $width is as the standard writes it',
    ({ center, width }) => {
      const level = windowFunction({ center, width, function: name });
      let worst = 0;
      for (let x = -2000; x <= 5000; x += 0.25) {
        worst = Math.max(worst, Math.abs(level(x) - STANDARD[name](x, center, width)));
      }
      expect(worst).toBeLessThan(1e-12);
    },
  );
});

describe('the examples of PS3.3 C.11.2.1.2.1', () => {
  // "c=2048, w=4096 becomes: if (x <= 0) then y = ymin, else if (x > 4095) then y = ymax" and so on.
  it.each([
    [2048, 4096, 0, 4095],
    [2048, 1, 2047, 2047],
    [0, 100, -50, 49],
    [0, 1, -1, -1],
  ])('center %d, width %d: black up to %d, white above %d', (center, width, black, white) => {
    const level = windowFunction({ center, width });
    expect(level(black + (width === 1 ? 0.5 : 0))).toBe(0);
    expect(level(white + (width === 1 ? 0.500001 : 0.000001))).toBeCloseTo(1, 6);
    if (width > 1) expect(level((black + white) / 2)).toBeCloseTo(0.5, 12);
  });
});

it('LINEAR is what is meant where no function is named', () => {
  expect(windowFunction({ center: 2048, width: 4096 })(1000)).toBe(STANDARD.LINEAR(1000, 2048, 4096));
});

it('LINEAR with a width below 1, which the standard does not allow, is taken as LINEAR_EXACT', () => {
  const level = windowFunction({ center: 0.5, width: 0.5, function: 'LINEAR' });
  expect([0.25, 0.375, 0.5, 0.75, 0.76].map(level)).toEqual([0, 0.25, 0.5, 1, 1]);
});

it.each(['LINEAR', 'LINEAR_EXACT', 'SIGMOID'] as const)(
  '%s keeps to 0 and 1 for what is no number',
  (name) => {
    const level = windowFunction({ center: 0, width: 10, function: name });
    expect(level(Number.NaN)).toBe(0);
    expect(level(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(level(Number.POSITIVE_INFINITY)).toBe(1);
  },
);
