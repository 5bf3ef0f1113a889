/**
 * A Part 1 code-block encoder, T.800 Annex D, for tests of the decoder: coefficient by coefficient as the
 * standard's text has it, with the contexts of its tables computed anew each time.
 */
import { type MqContext, MqEncoder } from './mq-encoder.test-support.ts';

/** Code-block style, Table A.19. */
export const Style = { bypass: 1, reset: 2, terminate: 4, causal: 8, predictable: 16, symbols: 32 } as const;

export type Orientation = 'LL' | 'HL' | 'LH' | 'HH';

export interface EncodedBlock {
  readonly segments: ReadonlyArray<{ readonly bytes: Uint8Array; readonly passes: number }>;
  /**
   * What a decoder knows of the coefficients after all these passes: twice their value, half of the last
   * bit-plane added.
   */
  readonly doubled: Int32Array | Float64Array;
}

/** The raw bits of D.6. */
class RawBits {
  readonly #bytes: number[] = [];
  #byte = 0;
  #room = 8;

  put(bit: number): void {
    this.#room--;
    this.#byte |= bit << this.#room;
    if (this.#room === 0) this.#push();
  }

  /** Fills the last byte with 0, 1, 0, 1, as D.6 wants it of predictable terminations. */
  end(): Uint8Array {
    const full = this.#bytes.at(-1) === 0xff ? 7 : 8;
    for (let bit = 0; this.#room < full && this.#room > 0; bit = 1 - bit) {
      this.#room--;
      this.#byte |= bit << this.#room;
    }
    if (this.#room === 0) this.#push();
    if (this.#bytes.at(-1) === 0xff) this.#bytes.pop();
    return Uint8Array.from(this.#bytes);
  }

  #push(): void {
    this.#bytes.push(this.#byte);
    this.#room = this.#byte === 0xff ? 7 : 8;
    this.#byte = 0;
  }
}

/**
 * Encodes `coefficients`, `width` to a row, in `bitPlanes` bit-planes.
 * @param passes how many coding passes; all that there are: 3 * bitPlanes - 2
 */
export function encodeBlock(
  coefficients: Int32Array | Float64Array,
  width: number,
  orientation: Orientation,
  bitPlanes: number,
  style: number,
  passes: number,
): EncodedBlock {
  const height = coefficients.length / width;
  const significant = new Uint8Array(coefficients.length);
  const visited = new Uint8Array(coefficients.length);
  const refined = new Uint8Array(coefficients.length);
  const doubled = new Float64Array(coefficients.length);
  const segments: Array<{ bytes: Uint8Array; passes: number }> = [];
  const has = (bit: number) => (style & bit) !== 0;

  let contexts: MqContext[] = [];
  const reset = () => {
    contexts = Array.from({ length: 19 }, () => ({ state: 0, mps: 0 }));
    contexts[0]!.state = 4;
    contexts[17]!.state = 3;
    contexts[18]!.state = 46;
  };

  let mq = new MqEncoder();
  let raw: RawBits | undefined;
  let passesInSegment = 0;

  /** Whether the coefficient at (x, y), as a neighbour of one in row `from`, is significant: 0 or 1. */
  const state = (x: number, y: number, from: number): number => {
    if (x < 0 || y < 0 || x >= width || y >= height) return 0;
    if (has(Style.causal) && Math.floor(y / 4) > Math.floor(from / 4)) return 0;
    return significant[y * width + x]!;
  };
  const signOf = (x: number, y: number, from: number): number =>
    state(x, y, from) === 0 ? 0 : coefficients[y * width + x]! < 0 ? -1 : 1;

  const sums = (x: number, y: number) => {
    const h = state(x - 1, y, y) + state(x + 1, y, y);
    const v = state(x, y - 1, y) + state(x, y + 1, y);
    let d = 0;
    for (const dx of [-1, 1]) for (const dy of [-1, 1]) d += state(x + dx, y + dy, y);
    return { h, v, d };
  };

  /** Table D.1. */
  const zeroContext = (x: number, y: number): number => {
    const { h, v, d } = sums(x, y);
    if (orientation === 'HH') {
      if (d >= 3) return 8;
      if (d === 2) return h + v >= 1 ? 7 : 6;
      if (d === 1) return h + v >= 2 ? 5 : h + v === 1 ? 4 : 3;
      return Math.min(h + v, 2);
    }
    const [first, second] = orientation === 'HL' ? [v, h] : [h, v];
    if (first === 2) return 8;
    if (first === 1) return second >= 1 ? 7 : d >= 1 ? 6 : 5;
    if (second === 2) return 4;
    if (second === 1) return 3;
    return Math.min(d, 2);
  };

  /** Tables D.2 and D.3. */
  const signContext = (x: number, y: number): [label: number, xorBit: number] => {
    const clamp = (n: number) => Math.max(-1, Math.min(1, n));
    const h = clamp(signOf(x - 1, y, y) + signOf(x + 1, y, y));
    const v = clamp(signOf(x, y - 1, y) + signOf(x, y + 1, y));
    const rows: Record<string, [number, number]> = {
      '1,1': [13, 0],
      '1,0': [12, 0],
      '1,-1': [11, 0],
      '0,1': [10, 0],
      '0,0': [9, 0],
      '0,-1': [10, 1],
      '-1,1': [11, 1],
      '-1,0': [12, 1],
      '-1,-1': [13, 1],
    };
    return rows[`${h},${v}`]!;
  };

  const emit = (label: number, decision: number) => {
    if (raw) raw.put(decision);
    else mq.encode(contexts[label]!, decision);
  };

  const know = (at: number, plane: number) => {
    const magnitude = Math.floor(Math.abs(coefficients[at]!) / 2 ** plane) * 2 ** plane;
    const value = 2 * magnitude + 2 ** plane;
    doubled[at] = coefficients[at]! < 0 ? -value : value;
  };

  const bitOf = (at: number, plane: number) => Math.floor(Math.abs(coefficients[at]!) / 2 ** plane) % 2;

  const becomeSignificant = (x: number, y: number, plane: number) => {
    const at = y * width + x;
    const [label, xorBit] = signContext(x, y);
    const negative = coefficients[at]! < 0 ? 1 : 0;
    emit(label, raw ? negative : negative ^ xorBit);
    significant[at] = 1;
    know(at, plane);
  };

  /** Figure D.1: stripes of four rows, column by column. */
  function* scan(): Generator<[x: number, y: number, at: number]> {
    for (let top = 0; top < height; top += 4) {
      for (let x = 0; x < width; x++) {
        for (let y = top; y < Math.min(top + 4, height); y++) yield [x, y, y * width + x];
      }
    }
  }

  const propagate = (plane: number) => {
    visited.fill(0);
    for (const [x, y, at] of scan()) {
      if (significant[at] === 1) continue;
      const { h, v, d } = sums(x, y);
      if (h + v + d === 0) continue;
      visited[at] = 1;
      const bit = bitOf(at, plane);
      emit(zeroContext(x, y), bit);
      if (bit === 1) becomeSignificant(x, y, plane);
    }
  };

  const refine = (plane: number) => {
    for (const [x, y, at] of scan()) {
      if (significant[at] === 0 || visited[at] === 1) continue;
      const { h, v, d } = sums(x, y);
      emit(refined[at] === 1 ? 16 : h + v + d > 0 ? 15 : 14, bitOf(at, plane));
      refined[at] = 1;
      know(at, plane);
    }
  };

  const cleanUp = (plane: number) => {
    let inRun = 0; // coefficients of this column that a run has dealt with
    for (const [x, y, at] of scan()) {
      if (y % 4 === 0) {
        inRun = 0;
        const rows = [0, 1, 2, 3].map((row) => y + row);
        const run =
          y + 3 < height &&
          rows.every((row) => {
            const { h, v, d } = sums(x, row);
            return significant[row * width + x] === 0 && visited[row * width + x] === 0 && h + v + d === 0;
          });
        if (run) {
          const first = rows.findIndex((row) => bitOf(row * width + x, plane) === 1);
          emit(17, first < 0 ? 0 : 1);
          inRun = first < 0 ? 4 : first + 1;
          if (first >= 0) {
            emit(18, first >> 1);
            emit(18, first & 1);
            becomeSignificant(x, y + first, plane);
          }
        }
      }
      if (y % 4 < inRun || significant[at] === 1 || visited[at] === 1) continue;
      const bit = bitOf(at, plane);
      emit(zeroContext(x, y), bit);
      if (bit === 1) becomeSignificant(x, y, plane);
    }
    visited.fill(0);
    if (has(Style.symbols)) for (const bit of [1, 0, 1, 0]) emit(18, bit);
  };

  reset();
  for (let pass = 0; pass < passes; pass++) {
    const kind = (pass + 2) % 3; // 0: propagation, 1: refinement, 2: cleanup
    const plane = bitPlanes - 1 - Math.floor((pass + 2) / 3);
    const isRaw = has(Style.bypass) && pass >= 10 && kind !== 2;
    if (passesInSegment === 0) {
      raw = isRaw ? new RawBits() : undefined;
      mq = new MqEncoder();
    }
    if (kind === 0) propagate(plane);
    else if (kind === 1) refine(plane);
    else cleanUp(plane);
    passesInSegment++;
    // Table D.9: where the bypass changes from one coder to the other, the segment ends.
    const change = has(Style.bypass) && pass >= 9 && kind !== 0;
    if (pass === passes - 1 || has(Style.terminate) || change) {
      const bytes = raw ? raw.end() : has(Style.predictable) ? mq.terminatePredictably() : mq.flush();
      segments.push({ bytes, passes: passesInSegment });
      passesInSegment = 0;
    }
    if (has(Style.reset)) reset();
  }
  return { segments, doubled: coefficients instanceof Int32Array ? Int32Array.from(doubled) : doubled };
}
