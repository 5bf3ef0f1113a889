/**
 * Streams of the DCT-based JPEG processes, made from coefficients: what is in them is known without any decoder. A coder
 * of its own for the tests (ITU-T T.81 Annexes F and G), that leaves out nothing a decoder has to read.
 */

import {
  type Conditioning,
  DEFAULT_CONDITIONING,
  encodeArithmeticInterval,
} from '../../fixtures/generate/jpeg-arithmetic-scan.js';

/** A component by its quantized coefficients. */
export interface CodedComponent {
  readonly h: number;
  readonly v: number;
  /** The 64 steps in zigzag order. */
  readonly steps: readonly number[];
  /** Blocks in a row and rows of them, padded to whole minimum coded units. */
  readonly blockColumns: number;
  readonly blockRows: number;
  /** 64 coefficients to a block, in zigzag order. */
  readonly coefficients: Int16Array;
}

export interface CodedImage {
  readonly rows: number;
  readonly columns: number;
  readonly precision: 8 | 12;
  readonly components: readonly CodedComponent[];
}

/** Ns components, Ss, Se, Ah, Al of a scan. */
interface Scan {
  readonly components: readonly number[];
  readonly start: number;
  readonly end: number;
  readonly high: number;
  readonly low: number;
}

export interface Coding {
  readonly progressive: boolean;
  readonly scans: readonly Scan[];
  /** Minimum coded units between restart markers. */
  readonly restartInterval?: number;
  /** The frame header has 0 lines, and a DNL segment behind the first scan has their number. */
  readonly linesBehindFirstScan?: boolean;
  /** Bytes 0xFF in front of each marker. */
  readonly fillBytes?: number;
  /** Codes that get shorter and shorter lengths of their own, 0 to 8: the others share a long one. */
  readonly shortCodes?: number;
  /** Blocks that one EOBn may end at most. */
  readonly longestRun?: number;
  /** Arithmetic coding, with the conditioning of destinations 0 and 1 where that is not the default. */
  readonly arithmetic?: { readonly conditioning?: readonly Conditioning[] };
  /** A differential frame (Annex J): DC coefficients are coded without prediction. */
  readonly differential?: boolean;
  /** An Adobe marker segment says that the components are RGB, or CMYK: decoders leave them as they are. */
  readonly untransformed?: boolean;
}

type Random = (below: number) => number;

// biome-ignore format: Figure A.6
const ZIGZAG: readonly number[] = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5,
  12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
  58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/** An image of random blocks: flat ones, ones of few low coefficients, full ones. */
export function randomImage(
  geometry: Pick<CodedImage, 'rows' | 'columns' | 'precision'>,
  sampling: readonly (readonly [number, number])[],
  random: Random,
): CodedImage {
  const { rows, columns, precision } = geometry;
  const [maximumH, maximumV] = [0, 1].map((axis) => Math.max(...sampling.map((factors) => factors[axis])));
  const single = sampling.length === 1;
  const range = 2 ** precision;
  const components = sampling.map(([h, v]) => {
    const blockColumns = Math.ceil(columns / (8 * (single ? 1 : maximumH))) * (single ? 1 : h);
    const blockRows = Math.ceil(rows / (8 * (single ? 1 : maximumV))) * (single ? 1 : v);
    const steps = ZIGZAG.map((_, index) => 1 + random(precision === 8 ? 6 + index : 40 + 8 * index));
    const coefficients = new Int16Array(64 * blockColumns * blockRows);
    for (let at = 0; at < coefficients.length; at += 64) {
      coefficients[at] = Math.trunc(((random(range) - range / 2) * 8 * 0.9) / steps[0]);
      const last = [0, 0, 5, 9, 20, 63][random(6)];
      for (let index = 1; index <= last; index++) {
        if (random(3) > 0 && index < last) continue;
        const most = Math.ceil(range / 8 / (index + 2) / steps[index]);
        coefficients[at + index] = random(2 * most + 1) - most;
      }
    }
    return { h, v, steps, blockColumns, blockRows, coefficients };
  });
  return { ...geometry, components };
}

/** One scan of everything. */
export function oneScan(components: number): Scan[] {
  return [{ components: [...new Array(components).keys()], start: 0, end: 63, high: 0, low: 0 }];
}

/** A progression: bands and bits in random order, as far as G.1.1.1 leaves it open. */
export function progression(components: number, random: Random): Scan[] {
  const all = [...new Array(components).keys()];
  const dcLow = random(3);
  const scans: Scan[] = [{ components: all, start: 0, end: 0, high: 0, low: dcLow }];
  for (let low = dcLow; low > 0; low--) {
    const together = random(2) === 0 ? [all] : all.map((component) => [component]);
    for (const group of together)
      scans.push({ components: group, start: 0, end: 0, high: low, low: low - 1 });
  }
  for (const component of all) {
    const bounds = [
      [1, 63],
      [1, 5, 6, 63],
      [1, 1, 2, 20, 21, 63],
    ][random(3)];
    for (let band = 0; band < bounds.length; band += 2) {
      const [start, end] = bounds.slice(band, band + 2);
      const first = random(3);
      scans.push({ components: [component], start, end, high: 0, low: first });
      for (let low = first; low > 0; low--) {
        scans.push({ components: [component], start, end, high: low, low: low - 1 });
      }
    }
  }
  return scans;
}

/** Bits with stuffed bytes (F.1.2.3). */
class BitWriter {
  readonly bytes: number[] = [];
  #bits = 0;
  #count = 0;

  write(value: number, length: number): void {
    for (let bit = length - 1; bit >= 0; bit--) {
      this.#bits = (this.#bits << 1) | ((value >> bit) & 1);
      if (++this.#count === 8) this.#flush();
    }
  }

  /** Fills up the byte with ones. */
  align(): void {
    while (this.#count > 0) this.write(1, 1);
  }

  #flush(): void {
    this.bytes.push(this.#bits);
    if (this.#bits === 0xff) this.bytes.push(0);
    this.#bits = 0;
    this.#count = 0;
  }
}

/** A value and how many bits it takes. */
type Bits = readonly [number, number];

/** What a scan is coded as: Huffman symbols, each with the bits behind it. */
interface Token {
  /** Tc and Th together, or -1 where there are bits only. */
  readonly table: number;
  readonly symbol: number;
  readonly bits: readonly Bits[];
}

const categoryOf = (value: number) => 32 - Math.clz32(Math.abs(value));
const extraBits = (value: number): Bits => {
  const size = categoryOf(value);
  return [value < 0 ? value + 2 ** size - 1 : value, size];
};
/** The point transform of AC coefficients divides towards 0, that of DC ones shifts (G.1.2.1, G.1.2.2). */
const towardsZero = (value: number, low: number) => Math.trunc(value / 2 ** low);

/** The whole stream, SOI to EOI. */
export function encodeJpeg(image: CodedImage, coding: Coding): Uint8Array {
  const { rows, columns, precision, components } = image;
  const bytes: number[] = [0xff, 0xd8];
  const marker = (code: number) => {
    for (let count = coding.fillBytes ?? 0; count > 0; count--) bytes.push(0xff);
    bytes.push(0xff, code);
  };
  const segment = (code: number, parameters: readonly number[]) => {
    marker(code);
    bytes.push((parameters.length + 2) >> 8, (parameters.length + 2) & 255, ...parameters);
  };
  if (coding.untransformed) segment(0xee, [0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0]);
  components.forEach(({ steps }, index) => {
    const wide = steps.some((step) => step > 255);
    const values = wide ? steps.flatMap((step) => [step >> 8, step & 255]) : steps;
    segment(0xdb, [(wide ? 16 : 0) | index, ...values]);
  });
  const lines = coding.linesBehindFirstScan ? 0 : rows;
  const process = coding.progressive ? 0xc2 : precision === 8 && !coding.arithmetic ? 0xc0 : 0xc1;
  const code =
    (coding.arithmetic ? 8 : 0) + (coding.differential ? (coding.progressive ? 0xc6 : 0xc5) : process);
  segment(code, [
    ...[precision, lines >> 8, lines & 255, columns >> 8, columns & 255, components.length],
    ...components.flatMap(({ h, v }, index) => [index + 1, (h << 4) | v, index]),
  ]);
  const interval = coding.restartInterval ?? 0;
  if (interval > 0) segment(0xdd, [interval >> 8, interval & 255]);

  coding.scans.forEach((scan, number) => {
    if (coding.arithmetic) {
      arithmeticScan(image, coding, scan, segment, bytes);
      if (number === 0 && coding.linesBehindFirstScan) segment(0xdc, [rows >> 8, rows & 255]);
      return;
    }
    const intervals = tokensOf(image, coding, scan);
    const tables = huffmanTables(intervals.flat(), coding.shortCodes ?? 4);
    for (const [destination, { counts, values }] of tables) {
      segment(0xc4, [destination, ...counts, ...values]);
    }
    segment(0xda, [
      scan.components.length,
      ...scan.components.flatMap((component) => [
        component + 1,
        (tableOf(component) << 4) | tableOf(component),
      ]),
      ...[scan.start, scan.end, (scan.high << 4) | scan.low],
    ]);
    intervals.forEach((tokens, index) => {
      const writer = new BitWriter();
      for (const { table, symbol, bits } of tokens) {
        if (table >= 0) writer.write(...tables.get(table)!.codes.get(symbol)!);
        for (const [value, length] of bits) writer.write(value, length);
      }
      writer.align();
      for (const byte of writer.bytes) bytes.push(byte);
      if (index + 1 < intervals.length) marker(0xd0 + (index % 8));
    });
    if (number === 0 && coding.linesBehindFirstScan) segment(0xdc, [rows >> 8, rows & 255]);
  });
  marker(0xd9);
  return Uint8Array.from(bytes);
}

/** A scan with arithmetic coding, behind a DAC marker segment where it is conditioned otherwise than by default. */
function arithmeticScan(
  image: CodedImage,
  coding: Coding,
  scan: Scan,
  segment: (code: number, parameters: readonly number[]) => void,
  bytes: number[],
): void {
  const { conditioning } = coding.arithmetic!;
  conditioning?.forEach(({ bounds: [lower, upper], kx }, table) => {
    segment(0xcc, [table, (upper << 4) | lower, 0x10 | table, kx]);
  });
  const selectors = scan.components.flatMap((component) => [component + 1, 17 * tableOf(component)]);
  segment(0xda, [scan.components.length, ...selectors, scan.start, scan.end, (scan.high << 4) | scan.low]);
  const units = unitsOf(image, scan);
  const interval = coding.restartInterval || units.length;
  for (let at = 0, index = 0; at < units.length; at += interval, index++) {
    if (index > 0) bytes.push(0xff, 0xd0 + ((index - 1) % 8));
    const coded = encodeArithmeticInterval(
      units.slice(at, at + interval).flat(),
      scan,
      coding.progressive,
      tableOf,
      (table) => conditioning?.[table] ?? DEFAULT_CONDITIONING,
      coding.differential,
    );
    for (const byte of coded) bytes.push(byte);
  }
}

/** The first component has tables 0, the others share tables 1. */
const tableOf = (component: number) => Math.min(component, 1);

/** The blocks of a scan in the order of A.2, minimum coded unit by minimum coded unit, and the tokens by restart interval. */
function tokensOf(image: CodedImage, coding: Coding, scan: Scan): Token[][] {
  const units = unitsOf(image, scan);
  const interval = coding.restartInterval || units.length;
  const coded: Token[][] = [];
  for (let at = 0; at < units.length; at += interval) {
    const blocks = units.slice(at, at + interval).flat();
    if (!coding.progressive) coded.push(sequentialTokens(blocks, coding));
    else if (scan.start === 0)
      coded.push(scan.high === 0 ? firstDc(blocks, scan, coding) : dcRefinement(blocks, scan));
    else coded.push(acTokens(blocks, scan, coding.longestRun ?? 0x7fff));
  }
  return coded;
}

interface Block {
  readonly component: number;
  readonly values: Int16Array;
}

function unitsOf({ rows, columns, components }: CodedImage, scan: Scan): Block[][] {
  const block = (component: number, x: number, y: number): Block => {
    const { blockColumns, coefficients } = components[component];
    const at = 64 * (y * blockColumns + x);
    return { component, values: coefficients.subarray(at, at + 64) };
  };
  const [maximumH, maximumV] = [
    Math.max(...components.map(({ h }) => h)),
    Math.max(...components.map(({ v }) => v)),
  ];
  const units: Block[][] = [];
  if (scan.components.length === 1) {
    const [component] = scan.components;
    const { h, v } = components[component];
    const across = Math.ceil(Math.ceil((columns * h) / maximumH) / 8);
    const down = Math.ceil(Math.ceil((rows * v) / maximumV) / 8);
    for (let y = 0; y < down; y++) for (let x = 0; x < across; x++) units.push([block(component, x, y)]);
    return units;
  }
  for (let row = 0; row < Math.ceil(rows / (8 * maximumV)); row++) {
    for (let column = 0; column < Math.ceil(columns / (8 * maximumH)); column++) {
      const unit: Block[] = [];
      for (const component of scan.components) {
        const { h, v } = components[component];
        for (let y = 0; y < v; y++) {
          for (let x = 0; x < h; x++) unit.push(block(component, column * h + x, row * v + y));
        }
      }
      units.push(unit);
    }
  }
  return units;
}

function dcToken(component: number, difference: number): Token {
  return { table: tableOf(component), symbol: categoryOf(difference), bits: [extraBits(difference)] };
}

/** F.1.2. */
function sequentialTokens(blocks: readonly Block[], { differential }: Coding): Token[] {
  const predictions: number[] = [];
  return blocks.flatMap(({ component, values }) => {
    const tokens = [dcToken(component, values[0] - (predictions[component] ?? 0))];
    if (!differential) predictions[component] = values[0];
    const table = 16 | tableOf(component);
    let run = 0;
    for (let index = 1; index < 64; index++) {
      if (values[index] === 0) {
        run++;
        continue;
      }
      for (; run > 15; run -= 16) tokens.push({ table, symbol: 0xf0, bits: [] });
      const symbol = (run << 4) | categoryOf(values[index]);
      tokens.push({ table, symbol, bits: [extraBits(values[index])] });
      run = 0;
    }
    if (run > 0) tokens.push({ table, symbol: 0, bits: [] });
    return tokens;
  });
}

/** G.1.2.1. */
function firstDc(blocks: readonly Block[], { low }: Scan, { differential }: Coding): Token[] {
  const predictions: number[] = [];
  return blocks.map(({ component, values }) => {
    const value = values[0] >> low;
    const token = dcToken(component, value - (predictions[component] ?? 0));
    if (!differential) predictions[component] = value;
    return token;
  });
}

function dcRefinement(blocks: readonly Block[], { low }: Scan): Token[] {
  return blocks.map(({ values }) => ({ table: -1, symbol: 0, bits: [[(values[0] >> low) & 1, 1]] }));
}

/** G.1.2.2 and G.1.2.3: a refinement also has a bit for each coefficient that is known, behind the next symbol. */
function acTokens(blocks: readonly Block[], { start, end, high, low }: Scan, longestRun: number): Token[] {
  const tokens: Token[] = [];
  const table = 16 | tableOf(blocks[0].component);
  let ended = 0; // blocks in a row that have nothing new in the rest of their bands
  let endedBits: Bits[] = [];
  const endBands = () => {
    if (ended === 0) return;
    const size = categoryOf(ended) - 1;
    tokens.push({ table, symbol: size << 4, bits: [[ended - 2 ** size, size], ...endedBits] });
    ended = 0;
    endedBits = [];
  };
  for (const { values } of blocks) {
    const isKnown = (index: number) => high > 0 && towardsZero(values[index], high) !== 0;
    let last = end;
    while (last >= start && (isKnown(last) || towardsZero(values[last], low) === 0)) last--;
    let zeros = 0;
    let known: Bits[] = [];
    for (let index = start; index <= end; index++) {
      const value = towardsZero(values[index], low);
      if (isKnown(index)) known.push([Math.abs(value) & 1, 1]);
      else if (value === 0) {
        zeros++;
        if (zeros < 16 || index > last) continue;
        endBands();
        tokens.push({ table, symbol: 0xf0, bits: known });
        zeros = 0;
        known = [];
      } else {
        endBands();
        const size = high > 0 ? 1 : categoryOf(value);
        tokens.push({ table, symbol: (zeros << 4) | size, bits: [extraBits(value), ...known] });
        zeros = 0;
        known = [];
      }
    }
    if (zeros === 0 && known.length === 0) continue;
    ended++;
    endedBits.push(...known);
    if (ended === longestRun) endBands();
  }
  endBands();
  return tokens;
}

interface HuffmanTable {
  readonly counts: readonly number[];
  readonly values: readonly number[];
  /** Code and length by symbol. */
  readonly codes: ReadonlyMap<number, readonly [number, number]>;
}

/**
 * A table for each destination that the tokens use: its most frequent symbols get codes of 1, 2, 3 bits and so on, as many
 * as `shortCodes` says, the others codes of one long length. Not the best code, but one with codes of every length.
 */
function huffmanTables(tokens: readonly Token[], shortCodes: number): Map<number, HuffmanTable> {
  const frequencies = new Map<number, Map<number, number>>();
  for (const { table, symbol } of tokens) {
    if (table < 0) continue;
    const row = frequencies.get(table) ?? new Map<number, number>();
    frequencies.set(table, row.set(symbol, (row.get(symbol) ?? 0) + 1));
  }
  return new Map(
    [...frequencies].map(([table, row]) => {
      const values = [...row].sort(([, a], [, b]) => b - a).map(([symbol]) => symbol);
      const short = Math.min(shortCodes, values.length);
      // One code more than there are symbols: that of all ones is not used (C.1).
      const long = short + Math.max(1, categoryOf(values.length - short));
      const counts = new Array<number>(16).fill(0);
      const codes = new Map<number, readonly [number, number]>();
      let code = 0;
      let length = 1;
      values.forEach((symbol, index) => {
        const wanted = index < short ? index + 1 : long;
        code <<= wanted - length;
        length = wanted;
        counts[length - 1]++;
        codes.set(symbol, [code++, length]);
      });
      return [table, { counts, values, codes }];
    }),
  );
}

/**
 * The samples by the formulas of the standard, in floating point: inverse DCT (A.3.3), level shift, bounds; then each
 * component brought to the size of the image. They may be off by one. At a reduction each is the mean of the square that
 * it stands for, in front of the bounds; a component with fewer samples is reduced by as much less as both its factors
 * allow.
 */
export function samplesByFormula(coded: CodedImage, reduction = 0): Float64Array {
  const { precision, components } = coded;
  const [rows, columns] = [coded.rows, coded.columns].map((size) => Math.ceil(size / 2 ** reduction));
  const [maximumH, maximumV] = [
    Math.max(...components.map(({ h }) => h)),
    Math.max(...components.map(({ v }) => v)),
  ];
  const samples = new Float64Array(rows * columns * components.length);
  components.forEach((component, index) => {
    let less = 0;
    const whole = (factor: number, maximum: number) => maximum % (factor * 2 ** (less + 1)) === 0;
    while (less < reduction && whole(component.h, maximumH) && whole(component.v, maximumV)) less++;
    const square = 2 ** (reduction - less);
    const plane = planeByFormula(component, precision, square);
    const [across, down] = [(component.h / maximumH) * 2 ** less, (component.v / maximumV) * 2 ** less];
    const [width, height] = [
      Math.ceil((coded.columns * component.h) / maximumH / square),
      Math.ceil((coded.rows * component.v) / maximumV / square),
    ];
    const sampleAt = (x: number, y: number) =>
      plane[
        Math.max(0, Math.min(height - 1, y)) * (8 / square) * component.blockColumns +
          Math.max(0, Math.min(width - 1, x))
      ];
    // A triangle where there are half the samples: three parts of the nearer, one of the one on the other side.
    // Not where blocks are single samples.
    const smoothAcross = reduction < 3 && across === 0.5 && width > 2 && (down === 1 || down === 0.5);
    const smoothDown = reduction < 3 && down === 0.5 && (across === 1 || smoothAcross);
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const [nearX, nearY] = [Math.floor(x * across), Math.floor(y * down)];
        const farX = smoothAcross ? nearX + (x % 2 === 0 ? -1 : 1) : nearX;
        const farY = smoothDown ? nearY + (y % 2 === 0 ? -1 : 1) : nearY;
        const near = 3 * sampleAt(nearX, nearY) + sampleAt(nearX, farY);
        const far = 3 * sampleAt(farX, nearY) + sampleAt(farX, farY);
        samples[(y * columns + x) * components.length + index] = (3 * near + far) / 16;
      }
    }
  });
  return samples;
}

const COSINES = Array.from({ length: 64 }, (_, at) => {
  const [x, u] = [at >> 3, at & 7];
  return (Math.cos(((2 * x + 1) * u * Math.PI) / 16) * (u === 0 ? Math.SQRT1_2 : 1)) / 2;
});

/** What floating point may leave of a half, which is rounded up. */
const TIE = 1e-9;

/** The differences of a component of a differential frame, by the same formulas: no level shift, no bounds (J.2.3.1). */
export function differencesByFormula(component: CodedComponent): Float64Array {
  return planeByFormula(component, 16, 1, -32768);
}

/**
 * Each sample stands for `square` by as many of the blocks' own; a line has those of whole blocks.
 * @param least the least value that a sample has; the largest is 2^precision - 1 above it
 */
export function planeByFormula(
  component: CodedComponent,
  precision: number,
  square: number,
  least = 0,
): Float64Array {
  const { blockColumns, blockRows, coefficients, steps } = component;
  const side = 8 / square;
  const plane = new Float64Array(side * side * blockColumns * blockRows);
  for (let block = 0; block < blockColumns * blockRows; block++) {
    const dequantized = new Float64Array(64);
    for (let k = 0; k < 64; k++) dequantized[ZIGZAG[k]] = coefficients[64 * block + k] * steps[k];
    const [left, top] = [side * (block % blockColumns), side * Math.floor(block / blockColumns)];
    const samples = new Float64Array(side * side);
    const rowsDone = new Float64Array(64); // [v][x]
    for (let v = 0; v < 8; v++) {
      for (let x = 0; x < 8; x++) {
        for (let u = 0; u < 8; u++) rowsDone[8 * v + x] += COSINES[8 * x + u] * dequantized[8 * v + u];
      }
    }
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) {
        let sum = least + 2 ** (precision - 1);
        for (let v = 0; v < 8; v++) sum += COSINES[8 * y + v] * rowsDone[8 * v + x];
        samples[Math.floor(y / square) * side + Math.floor(x / square)] += sum / square ** 2;
      }
    }
    samples.forEach((sum, at) => {
      const [y, x] = [Math.floor(at / side), at % side];
      const sample = Math.max(least, Math.min(least + 2 ** precision - 1, Math.round(sum + TIE)));
      plane[(top + y) * side * blockColumns + left + x] = sample;
    });
  }
  return plane;
}
