import { beforeAll, describe, expect, it } from 'vitest';
import { compileEntry } from './assembly.test-support.js';

const ENTRY = `
export { joinRow53 } from './assembly/jpeg-2000/dwt53';
export {
  halveRowNarrow, joinRowNarrow, liftEvenNarrow, liftOddNarrow, liftPairNarrow,
} from './assembly/jpeg-2000/dwt53-narrow';
export { largestNarrow, narrowRow, widenRow, widenRows, rowStride } from './assembly/jpeg-2000/narrow-rows';
export { joinRow97, liftRow97, liftRows97, LOW_SCALE, HIGH_SCALE } from './assembly/jpeg-2000/dwt97';
export { beginBits } from './assembly/jpeg-2000/packet-bits';
export { nodesOf, readTagTree, shapeTagTree } from './assembly/jpeg-2000/tag-tree';
export const room: usize = memory.data(65536, 16);
`;

interface Stages {
  readonly memory: WebAssembly.Memory;
  readonly room: WebAssembly.Global<'i32'>;
  joinRow53(low: number, high: number, output: number, lows: number, highs: number, odd: number): void;
  joinRowNarrow(low: number, high: number, output: number, lows: number, highs: number, odd: number): void;
  liftEvenNarrow(row: number, above: number, below: number, width: number): void;
  liftOddNarrow(row: number, above: number, below: number, width: number): void;
  liftPairNarrow(even: number, odd: number, below: number, above: number, width: number): void;
  largestNarrow(row: number, count: number): number;
  narrowRow(from: number, to: number, count: number, offset: number): number;
  widenRow(from: number, to: number, count: number, offset: number): void;
  widenRows(first: number, width: number, count: number): void;
  rowStride(width: number, narrow: number): bigint;
  joinRow97(
    low: number,
    high: number,
    output: number,
    lows: number,
    highs: number,
    odd: number,
    rowScale: number,
    lowStep: number,
    highStep: number,
    scratch: number,
  ): void;
  liftRow97(stage: number, row: number, above: number, below: number, width: number): void;
  liftRows97(below: number, v0: number, v1: number, v2: number, v3: number, v4: number, width: number): void;
  beginBits(from: number, to: number): void;
  nodesOf(wide: number, high: number): number;
  shapeTagTree(wide: number, high: number): void;
  readTagTree(tree: number, x: number, y: number, limit: number): number;
}

/** The stages compiled with SIMD and without. */
const twins: Stages[] = [];

beforeAll(async () => {
  for (const simd of [true, false]) {
    const { exports } = new WebAssembly.Instance(await compileEntry(ENTRY, simd));
    twins.push(exports as unknown as Stages);
  }
}, 120_000);

/** T.800 F.3.7: periodic symmetric extension of places first to first + count - 1. */
function reflected(place: number, first: number, count: number): number {
  if (count === 1) return first;
  const period = 2 * (count - 1);
  const offset = (((place - first) % period) + period) % period;
  return first + Math.min(offset, period - offset);
}

/** Lifts the places of one parity by both neighbours, extended: the step of F.4.8. */
function lifted(
  signal: readonly number[],
  first: number,
  parity: number,
  step: (value: number, neighbours: number) => number,
): number[] {
  const at = (place: number) => signal[reflected(place, first, signal.length) - first]!;
  return signal.map((value, i) =>
    ((first + i) & 1) === parity ? step(value, at(first + i - 1) + at(first + i + 1)) : value,
  );
}

/** 1D_SD of F.4.6 with the filter of F.4.8.1. */
function forward53(signal: readonly number[], first: number): number[] {
  if (signal.length === 1) return first & 1 ? [2 * signal[0]!] : [...signal];
  const odd = lifted(signal, first, 1, (value, sum) => value - Math.floor(sum / 2));
  return lifted(odd, first, 0, (value, sum) => value + Math.floor((sum + 2) / 4));
}

/** The filter of F.4.8.2. */
function forward97(signal: readonly number[], first: number): number[] {
  if (signal.length === 1) return first & 1 ? [2 * signal[0]!] : [...signal];
  const K = 1.230174104914001;
  let values = [...signal];
  const factors = [-1.586134342059924, -0.052980118572961, 0.882911075530934, 0.443506852043971];
  for (const [i, factor] of factors.entries()) {
    values = lifted(values, first, (i + 1) & 1, (value, sum) => value + factor * sum);
  }
  return values.map((value, i) => ((first + i) & 1 ? value * K : value / K));
}

const noise = (i: number) => ((Math.imul(i + 1, 2654435761) >>> 8) % 4001) - 2000;
const LENGTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 64, 65, 250];

describe('the inverse wavelet transformation of one row', () => {
  it.each([0, 1])('5-3: gives back what the forward one took apart, from place %i on', (first) => {
    for (const length of LENGTHS) {
      const signal = Array.from({ length }, (_, i) => noise(i + length));
      const coefficients = forward53(signal, first);
      for (const stages of twins) {
        const [low, high, output] = rows(stages);
        const view = new Int32Array(stages.memory.buffer);
        const { lows, highs } = deal(coefficients, first, view, low, high);
        stages.joinRow53(low, high, output, lows, highs, first);
        expect([...view.subarray(output / 4, output / 4 + length)], `${length} samples`).toEqual(signal);
      }
    }
  });

  // Samples of half the range of i16, and of nearly all of it where they are smooth: sums that need more than 16 bits.
  it.each([
    [0, 1],
    [1, 1],
    [0, 4],
    [1, 4],
    [0, 16],
    [1, 16],
  ])('5-3 in i16: the same from place %i on, of noise times %i', (first, factor) => {
    // A single sample at an odd place is doubled: it has a bit more.
    for (const length of LENGTHS.slice(factor === 16 ? 1 : 0)) {
      const signal = Array.from({ length }, (_, i) =>
        factor === 16 ? 30000 - (noise(i) >> 8) : Math.trunc((noise(i + length) * factor) / 2),
      );
      const coefficients = forward53(signal, first);
      for (const stages of twins) {
        const [low, high, output] = rows(stages);
        const view = new Int16Array(stages.memory.buffer);
        const { lows, highs } = deal(coefficients, first, view, low, high);
        stages.joinRowNarrow(low, high, output, lows, highs, first);
        expect([...view.subarray(output / 2, output / 2 + length)], `${length} samples`).toEqual(signal);
      }
    }
  });

  it('5-3 in i16: lifts rows as the steps of F.3.8.1.1 say', () => {
    for (const stages of twins) {
      for (const width of LENGTHS) {
        const [first, second, third, fourth] = rows(stages);
        const view = new Int16Array(stages.memory.buffer);
        const values = [0, 1, 2, 3].map((row) =>
          Array.from({ length: width }, (_, i) => noise(7 * i + row) * 4),
        );
        const put = () => {
          for (const [row, at] of [first, second, third, fourth].entries()) view.set(values[row]!, at / 2);
        };
        const get = (at: number) => [...view.subarray(at / 2, at / 2 + width)];
        const [above, odd, even, below] = values as [number[], number[], number[], number[]];
        const evens = even.map((value, i) => value - Math.floor((odd[i]! + below[i]! + 2) / 4));
        const odds = odd.map((value, i) => value + Math.floor((above[i]! + evens[i]!) / 2));
        put();
        stages.liftEvenNarrow(third, second, fourth, width);
        expect(get(third)).toEqual(evens);
        stages.liftOddNarrow(second, first, third, width);
        expect(get(second)).toEqual(odds);
        put();
        stages.liftPairNarrow(third, second, fourth, first, width);
        expect([get(third), get(second)]).toEqual([evens, odds]);
      }
    }
  });

  it('rows of i32 and i16 become each other, and the largest magnitude is found', () => {
    for (const stages of twins) {
      for (const length of LENGTHS) {
        const [wide, narrow, back] = rows(stages);
        const [words, halves] = [new Int32Array(stages.memory.buffer), new Int16Array(stages.memory.buffer)];
        const values = Array.from({ length }, (_, i) => noise(i + length) * (i === 3 ? 40 : 3));
        words.set(values, wide / 4);
        const expected = values.map((value) => Math.min(Math.max(value + 20, -32768), 32767));
        const largest = Math.max(...expected.map(Math.abs));
        expect(stages.narrowRow(wide, narrow, length, 20)).toBe(largest);
        expect([...halves.subarray(narrow / 2, narrow / 2 + length)]).toEqual(expected);
        expect(stages.largestNarrow(narrow, length)).toBe(largest);
        stages.widenRow(narrow, back, length, 20);
        expect([...words.subarray(back / 4, back / 4 + length)]).toEqual(expected.map((value) => value - 20));

        const stride = Number(stages.rowStride(length, 1));
        for (const row of [0, 1, 2])
          halves.set(
            expected.map((v) => v ^ row),
            (stages.room.value + 16 + row * stride) / 2,
          );
        stages.widenRows(stages.room.value, length, 3);
        const wideStride = Number(stages.rowStride(length, 0));
        for (const row of [0, 1, 2]) {
          const at = (stages.room.value + 16 + row * wideStride) / 4;
          expect([...words.subarray(at, at + length)]).toEqual(expected.map((v) => v ^ row));
        }
      }
    }
  });

  // Low-pass coefficients come quantized from a sub-band or as they are from the resolution below.
  it.each([
    [0, 0],
    [1, 0],
    [0, 1 / 512],
    [1, 1 / 512],
  ])(
    '9-7: gives it back to a few parts in 100,000, from place %i on, low-pass steps of %d',
    (first, lowStep) => {
      const highStep = 1 / 1024;
      for (const length of LENGTHS) {
        const signal = Array.from({ length }, (_, i) => noise(i + length));
        // The gain of 2 of high-pass sub-bands is in the filter, not in the coefficients.
        const coefficients = forward97(signal, first).map((value, i) =>
          (first + i) & 1 ? value / 2 : value,
        );
        const results = twins.map((stages) => {
          const [low, high, output, scratch] = rows(stages);
          const floats = new Float32Array(stages.memory.buffer);
          const integers = new Int32Array(stages.memory.buffer);
          const { lows, highs } = deal(coefficients, first, floats, low, high);
          const quantize = (row: number, count: number, step: number) => {
            const at = row / 4;
            for (let i = 0; i < count; i++) integers[at + i] = Math.round(floats[at + i]! / step);
          };
          quantize(high, highs, highStep);
          if (lowStep !== 0) quantize(low, lows, lowStep);
          stages.joinRow97(low, high, output, lows, highs, first, 1, lowStep, highStep, scratch);
          return [...floats.subarray(output / 4, output / 4 + length)];
        });
        for (const [i, sample] of signal.entries()) {
          expect(Math.abs(results[0]![i]! - sample), `sample ${i} of ${length}`).toBeLessThan(0.3);
        }
        expect(results[1]).toEqual(results[0]);
      }
    },
  );

  it('9-7: four steps of six rows in one pass are the steps one after the other', () => {
    const width = 61;
    const lift = (value: number[], above: number[], below: number[], factor: number) =>
      value.map((v, i) =>
        Math.fround(v + Math.fround(Math.fround(above[i]! + below[i]!) * Math.fround(factor))),
      );
    for (const stages of twins) {
      new Uint8Array(stages.memory.buffer, stages.room.value, 65536).fill(0x5a);
      const at = Array.from({ length: 6 }, (_, row) => stages.room.value + 64 + 1024 * row);
      const view = new Float32Array(stages.memory.buffer);
      const values = at.map((_, row) =>
        Array.from({ length: width }, (_, i) => Math.fround(noise(i + 97 * row))),
      );
      for (const [row, address] of at.entries()) view.set(values[row]!, address / 4);
      const [below, v0, v1, v2, v3, v4] = values as [
        number[],
        number[],
        number[],
        number[],
        number[],
        number[],
      ];
      // Table F.4.
      const low0 = lift(v0, v1, below, -0.443506852);
      const odd1 = lift(v1, v2, low0, -0.882911075);
      const even2 = lift(v2, v3, odd1, 0.052980118);
      const odd3 = lift(v3, v4, even2, 1.586134342);
      const [a, b, c, d, e, f] = at as [number, number, number, number, number, number];
      stages.liftRows97(a, b, c, d, e, f, width);
      const results = at.map((address) => [...view.subarray(address / 4, address / 4 + width)]);
      expect(results).toEqual([below, low0, odd1, even2, odd3, v4]);
    }
  });
});

/** Four rows with room around them. */
function rows(stages: Stages): [number, number, number, number] {
  new Uint8Array(stages.memory.buffer, stages.room.value, 65536).fill(0x5a);
  return [0, 1, 2, 3].map((row) => stages.room.value + 64 + 8192 * row) as [number, number, number, number];
}

/** Puts even places into the row of low-pass coefficients, odd ones into the other. */
function deal(
  coefficients: readonly number[],
  first: number,
  view: Int16Array | Int32Array | Float32Array,
  low: number,
  high: number,
): { lows: number; highs: number } {
  const evens = coefficients.filter((_, i) => ((first + i) & 1) === 0);
  const odds = coefficients.filter((_, i) => ((first + i) & 1) === 1);
  view.set(evens, low / view.BYTES_PER_ELEMENT);
  view.set(odds, high / view.BYTES_PER_ELEMENT);
  return { lows: evens.length, highs: odds.length };
}

/** Writes bits as packet headers have them (T.800 B.10.1): a 0 bit behind each byte FF. */
class HeaderBits {
  readonly bytes: number[] = [];
  #free = 0;

  put(bit: number): void {
    if (this.#free === 0) {
      this.#free = this.bytes.at(-1) === 0xff ? 7 : 8;
      this.bytes.push(0);
    }
    this.#free--;
    this.bytes[this.bytes.length - 1]! |= bit << this.#free;
  }
}

/** The coder of B.10.2: tells for one leaf after the other whether it is below a limit, and then which value it has. */
class TagTreeCoder {
  readonly #levels: { width: number; values: number[]; low: number[]; known: boolean[] }[] = [];

  constructor(width: number, height: number, leaves: readonly number[]) {
    let [w, h, values] = [width, height, [...leaves]];
    for (;;) {
      this.#levels.push({ width: w, values, low: values.map(() => 0), known: values.map(() => false) });
      if (w * h === 1) return;
      const [nextW, nextH] = [Math.ceil(w / 2), Math.ceil(h / 2)];
      const next = new Array<number>(nextW * nextH).fill(Number.POSITIVE_INFINITY);
      for (const [i, value] of values.entries()) {
        const parent = (Math.floor(i / w) >> 1) * nextW + ((i % w) >> 1);
        next[parent] = Math.min(next[parent]!, value);
      }
      [w, h, values] = [nextW, nextH, next];
    }
  }

  code(x: number, y: number, limit: number, bits: HeaderBits): void {
    let low = 0;
    for (let level = this.#levels.length - 1; level >= 0; level--) {
      const { width, values, low: lows, known } = this.#levels[level]!;
      const node = (y >> level) * width + (x >> level);
      low = Math.max(low, lows[node]!);
      while (low < limit && !known[node]) {
        if (values[node]! > low) {
          bits.put(0);
          low++;
        } else {
          bits.put(1);
          known[node] = true;
        }
      }
      lows[node] = low;
      if (known[node]) low = values[node]!;
    }
  }
}

describe('tag trees', () => {
  it.each([
    [1, 1],
    [6, 3],
    [3, 6],
    [1, 9],
    [16, 16],
    [13, 7],
  ])('reads %i x %i values, limit by limit', (width, height) => {
    const leaves = Array.from({ length: width * height }, (_, i) => Math.abs(noise(i)) % 9);
    const coder = new TagTreeCoder(width, height, leaves);
    const bits = new HeaderBits();
    const questions: [number, number, number][] = [];
    for (let limit = 1; limit <= 9; limit += 2) {
      for (let i = 0; i < leaves.length; i++) questions.push([i % width, Math.floor(i / width), limit]);
    }
    for (const [x, y, limit] of questions) coder.code(x, y, limit, bits);
    for (const stages of twins) {
      const tree = stages.room.value;
      const header = tree + 32768;
      new Uint8Array(stages.memory.buffer, tree, 4 * stages.nodesOf(width, height)).fill(0);
      new Uint8Array(stages.memory.buffer).set(bits.bytes, header);
      stages.beginBits(header, header + bits.bytes.length);
      stages.shapeTagTree(width, height);
      for (const [x, y, limit] of questions) {
        const value = stages.readTagTree(tree, x, y, limit);
        const leaf = leaves[y * width + x]!;
        if (leaf < limit) expect(value).toBe(leaf);
        else expect(value).toBeGreaterThanOrEqual(limit);
      }
    }
  });
});
