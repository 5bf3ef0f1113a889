import { beforeAll, describe, expect, it } from 'vitest';
import { compileEntry } from './assembly.test-support.js';

const ENTRY = `
import { Component } from './assembly/jpeg-2000/image-size';
import { writeFloatPixels, writeFloatSamples } from './assembly/jpeg-2000/float-samples';
export const room: usize = memory.data(65536, 16);
const block: usize = memory.data(256, 16);
function component(precision: i32, signed: i32): Component {
  const it = changetype<Component>(block);
  it.precision = <u8>precision;
  it.signed = <u8>signed;
  it.shifted = <u8>(signed == 0);
  return it;
}
export function samples(row: usize, width: i32, precision: i32, signed: i32, output: usize, bytes: i32, stride: i32): void {
  writeFloatSamples(row, width, component(precision, signed), output, bytes, stride);
}
export function pixels(y: usize, u: usize, v: usize, width: i32, precision: i32, output: usize): void {
  writeFloatPixels(y, u, v, width, component(precision, 0), output);
}
`;

interface Stages {
  readonly memory: WebAssembly.Memory;
  readonly room: WebAssembly.Global<'i32'>;
  samples(
    row: number,
    width: number,
    precision: number,
    signed: number,
    output: number,
    bytes: number,
    stride: number,
  ): void;
  pixels(y: number, u: number, v: number, width: number, precision: number, output: number): void;
}

/** The stages compiled with SIMD and without. */
const twins: Stages[] = [];

beforeAll(async () => {
  for (const simd of [true, false]) {
    const { exports } = new WebAssembly.Instance(await compileEntry(ENTRY, simd));
    twins.push(exports as unknown as Stages);
  }
}, 120_000);

/** The sample of a value: to the nearest integer, halves to the even one, shifted (T.800 G.1) and clipped. */
function sampleOf(value: number, precision: number, signed: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  const whole = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
  const half = 2 ** (precision - 1);
  const bounded = Math.min(Math.max(whole, -half), half - 1);
  return signed ? bounded : bounded + half;
}

/** Halves, values on both sides of halves, of the ends of the range and far outside. */
function valuesOf(precision: number, width: number): number[] {
  const half = 2 ** (precision - 1);
  const few = [
    0,
    0.5,
    -0.5,
    1.5,
    -1.5,
    2.5,
    0.49999,
    -0.50001,
    half - 1,
    half - 0.5,
    half,
    -half,
    -half - 0.5,
  ];
  const far = [-half - 1, 1e9, -1e9, 3e38, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, half - 1.5];
  const all = [...few, ...far];
  return Array.from({ length: width }, (_, i) => Math.fround(all[(i * 7) % all.length]! + (i % 3 ? 0 : 1)));
}

const UNTOUCHED = 0x5a;

describe('rows of f32 become samples', () => {
  it.each([
    [8, 0, 1, 1],
    [8, 1, 1, 3],
    [5, 0, 1, 1],
    [12, 1, 2, 2],
    [16, 0, 2, 2],
    [16, 1, 2, 2],
    [16, 0, 2, 6],
  ])('of %i bits (signed: %i) in %i bytes, %i from one to the next', (precision, signed, bytes, stride) => {
    for (const stages of twins) {
      for (const width of [1, 7, 8, 9, 40, 41]) {
        const { buffer } = stages.memory;
        const [row, output] = [stages.room.value, stages.room.value + 8192];
        new Uint8Array(buffer, stages.room.value, 65536).fill(UNTOUCHED);
        const values = valuesOf(precision, width);
        new Float32Array(buffer).set(values, row / 4);
        stages.samples(row, width, precision, signed, output, bytes, stride);
        const view = new DataView(buffer, output);
        const got = values.map((_, i) =>
          bytes === 1 ? view.getUint8(i * stride) : view.getUint16(i * stride, true),
        );
        const mask = 2 ** (8 * bytes) - 1;
        expect(got).toEqual(values.map((value) => sampleOf(value, precision, signed) & mask));
        expect(view.getUint8((width - 1) * stride + bytes)).toBe(UNTOUCHED);
      }
    }
  });

  it('what is no number becomes the lowest sample', () => {
    for (const stages of twins) {
      const [row, output] = [stages.room.value, stages.room.value + 8192];
      new Float32Array(stages.memory.buffer).fill(Number.NaN, row / 4, row / 4 + 9);
      stages.samples(row, 9, 12, 0, output, 2, 2);
      expect([...new Uint16Array(stages.memory.buffer, output, 9)]).toEqual(new Array(9).fill(0));
    }
  });

  it('of Y, Cb and Cr become pixels (T.800 G.3.2)', () => {
    for (const stages of twins) {
      for (const [precision, width] of [
        [8, 8],
        [8, 37],
        [7, 3],
      ] as const) {
        const { buffer } = stages.memory;
        const [y, u, v, output] = [0, 1, 2, 3].map((row) => stages.room.value + 2048 * row) as [
          number,
          number,
          number,
          number,
        ];
        new Uint8Array(buffer, stages.room.value, 65536).fill(UNTOUCHED);
        const floats = new Float32Array(buffer);
        const [luma, blue, red] = [29, 53, 71].map((step) =>
          Array.from({ length: width }, (_, i) => Math.fround((((i + 1) * step * 37) % 301) * 0.77 - 115)),
        ) as [number[], number[], number[]];
        floats.set(luma, y / 4);
        floats.set(blue, u / 4);
        floats.set(red, v / 4);
        stages.pixels(y, u, v, width, precision, output);
        const got = new Uint8Array(buffer, output, 3 * width);
        for (let x = 0; x < width; x++) {
          const exact = [
            luma[x]! + 1.402 * red[x]!,
            luma[x]! - 0.34413 * blue[x]! - 0.71414 * red[x]!,
            luma[x]! + 1.772 * blue[x]!,
          ];
          // Sums of f32 are within a thousandth of these: rounded down and up they may differ by the one sample in between.
          for (const [c, value] of exact.entries()) {
            const [below, above] = [-0.001, 0.001].map((e) => sampleOf(value + e, precision, 0));
            expect([below, above], `component ${c} of pixel ${x}`).toContain(got[3 * x + c]);
          }
        }
        expect(new Uint8Array(buffer, output + 3 * width, 1)[0]).toBe(UNTOUCHED);
      }
    }
  });
});
