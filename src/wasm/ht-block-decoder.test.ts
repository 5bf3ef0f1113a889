import { beforeAll, describe, expect, it } from 'vitest';
import { BlockDecoder } from './block-decoder.test-support.ts';
import { Chance, coefficientsOf, SIZES } from './block-samples.test-support.ts';
import { encodeHtBlock } from './ht-block-encoder.test-support.ts';

const NAMES = {
  file: 'ht-block-decoder',
  reserve: 'reserveHtBlockDecoder',
  decode: 'decodeHtBlock',
  more: `export { decodeNarrowHtBlock as decodeNarrow, NOT_WHOLE } from './assembly/jpeg-2000/ht-block-decoder';
    export { largestMagnitude } from './assembly/jpeg-2000/mag-sgn-decoder';`,
};
const NOT_WHOLE = -1;
/** Code-block style: HT, vertically causal context. */
const HT = 64,
  CAUSAL = 8;

describe.each([
  ['vectors', true],
  ['plain', false],
])('HT block decoder, %s', (_, simd) => {
  let decoder: BlockDecoder;
  beforeAll(async () => {
    decoder = await BlockDecoder.load(NAMES, simd);
  });

  const check = (
    seed: number,
    width: number,
    height: number,
    magnitudeBits: number,
    plane = 0,
    refinements = 0,
    causal = false,
    placeholders = 0,
  ) => {
    const coefficients = coefficientsOf(new Chance(seed), width * height, magnitudeBits);
    const { segments, doubled } = encodeHtBlock(
      coefficients,
      width,
      plane,
      refinements,
      causal,
      placeholders,
    );
    const style = HT | (causal ? CAUSAL : 0);
    const block = { width, height, orientation: 0, bitPlanes: plane + 1 + placeholders, style, segments };
    const decoded = decoder.decode(block);
    expect(decoded.coefficients).toEqual(doubled);
    expect(decoded.passes).toBe(segments.reduce((sum, segment) => sum + segment.passes, 0));
    if (placeholders > 0) {
      const [empty, cleanup, ...rest] = segments;
      const joined = [{ bytes: cleanup!.bytes, passes: empty!.passes + 1 }, ...rest];
      expect(decoder.decode({ ...block, segments: joined }).coefficients).toEqual(doubled);
    }
    const halved = decoder.decode({ ...block, halved: true });
    expect(halved.coefficients).toEqual(
      plane === 0 ? coefficients : doubled.map((value) => Math.trunc(value / 2)),
    );
    if (plane > 0) return;
    const narrow = decoder.decodeNarrow(block);
    expect(narrow.coefficients).toEqual(
      coefficients.map((value) => Math.min(Math.max(value, -32768), 32767)),
    );
    expect(narrow.passes).toBe(decoded.passes);
    const largest = coefficients.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    // Of rows of bytes, whose v have eight bits, it is told what their exponent bounds allow.
    expect(narrow.largest).toBeGreaterThanOrEqual(largest);
    expect(narrow.largest).toBeLessThanOrEqual(Math.max(largest, simd ? 128 : 1));
  };

  it.each(SIZES)('gives back the coefficients of a block of %i by %i', (width, height) => {
    for (let seed = 0; seed < 12; seed++) check(1000 * width + height + seed, width, height, 1 + seed);
  });

  it.each([1, 2, 6, 7, 8, 9, 13, 14, 15, 16, 20, 26, 28])('decodes magnitudes of %i bits', (bits) => {
    for (let seed = 0; seed < 6; seed++) check(bits * 10 + seed, seed < 3 ? 64 : 21, 18, bits);
  });

  it.each([
    [1, 0],
    [1, 1],
    [1, 2],
    [5, 1],
    [5, 2],
    [9, 2],
  ])('decodes the cleanup pass of bit-plane %i and %i passes below it', (plane, refinements) => {
    for (const [i, [width, height]] of SIZES.entries()) {
      check(i, width, height, 12, plane, refinements);
      check(i + 50, width, height, 12, plane, refinements, true);
      check(i + 80, width, height, 12, plane, refinements, false, 2);
    }
  });

  it('leaves blocks that end above the lowest bit-plane to the wide form', () => {
    const { segments } = encodeHtBlock(coefficientsOf(new Chance(1), 64, 8), 8, 2, 2, false, 0);
    for (const bitPlanes of [3, 4]) {
      const block = { width: 8, height: 8, orientation: 0, bitPlanes, style: HT, segments };
      expect(decoder.exports.decodeNarrow?.(8, 8, bitPlanes, 0, 0, 0, 16)).toBe(NOT_WHOLE);
      expect(() => decoder.decodeNarrow(block)).not.toThrow();
    }
  });

  it('refuses cleanup segments whose Scup cannot be', () => {
    const block = { width: 8, height: 8, orientation: 0, bitPlanes: 1, style: HT };
    for (const bytes of [
      [0],
      [0, 0],
      [0x01, 0x00],
      [0xff, 0x0f, 0xff],
      [1, 2, 3, 4, 5, 6, 7, 8, 0x0b, 0x00],
    ]) {
      const { coefficients, passes } = decoder.decode({
        ...block,
        segments: [{ bytes: Uint8Array.from(bytes), passes: 1 }],
      });
      expect(passes, String(bytes)).toBe(0);
      expect(coefficients).toEqual(new Int32Array(64));
      const narrow = decoder.decodeNarrow({
        ...block,
        segments: [{ bytes: Uint8Array.from(bytes), passes: 1 }],
      });
      expect(narrow).toMatchObject({ passes: 0, coefficients: new Int32Array(64) });
    }
  });

  it('decodes anything to an end, and writes nothing but the block', () => {
    const chance = new Chance(5);
    for (let round = 0; round < 4000; round++) {
      const [width, height] = SIZES[chance.below(SIZES.length)]!;
      const coefficients = coefficientsOf(new Chance(round), width * height, 1 + chance.below(20));
      const plane = chance.below(3),
        refinements = plane === 0 ? 0 : chance.below(3);
      const encoded =
        round % 4 === 0 ? encodeHtBlock(coefficients, width, plane, refinements, false, 0).segments : [];
      const segments =
        encoded.length > 0
          ? encoded.map(({ bytes, passes }) => {
              const damaged = bytes.slice();
              for (let i = 0; i < 3 && damaged.length > 0; i++)
                damaged[chance.below(damaged.length)] = chance.below(256);
              return { bytes: damaged, passes };
            })
          : [1, 2].map((passes) => {
              const bytes = Uint8Array.from({ length: chance.below(300) }, () =>
                chance.below(3) === 0 ? 0xff : chance.below(256),
              );
              // A Scup that can be, so that something is decoded.
              if (bytes.length > 4) {
                bytes[bytes.length - 1] = 0;
                bytes[bytes.length - 2] = 2 + chance.below(14);
              }
              return { bytes, passes };
            });
      const bitPlanes = 1 + plane + chance.below(4);
      const style = HT | (chance.below(2) * CAUSAL);
      const block = { width, height, orientation: 0, bitPlanes, style, segments };
      const wide = decoder.decode({ ...block, halved: true }).coefficients;
      const narrow = decoder.decodeNarrow(block);
      if (narrow.passes === NOT_WHOLE) continue;
      expect(narrow.coefficients).toEqual(wide.map((value) => Math.min(Math.max(value, -32768), 32767)));
      // Damage may tell of larger ones than it leaves, never of smaller ones.
      const largest = wide.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(narrow.largest).toBeGreaterThanOrEqual(largest);
    }
  });
});
