/**
 * An HT code-block encoder, T.814 Clause 7 the other way round, for tests of the decoder: quad by quad, bit
 * by bit. It takes the code words from the same table; that these are the standard's is what foreign
 * codestreams show.
 */
import { readFileSync } from 'node:fs';
import type { EncodedBlock } from './block-encoder.test-support.ts';

interface CodeWord {
  readonly ek: number;
  readonly e1: number;
  readonly bits: number;
  readonly length: number;
}

/** Code words by table, context, rho and u_off. */
const codeWords = new Map<string, CodeWord[]>();
const tables = readFileSync(new URL('../../assembly/jpeg-2000/cxt-vlc-tables.ts', import.meta.url), 'utf8');
for (const [hex] of tables.matchAll(/0x[0-9a-f]{8}/g)) {
  const row = Number(hex);
  const key = [row & 1, (row >> 1) & 7, (row >> 4) & 15, (row >> 8) & 1].join();
  const word = { ek: (row >> 9) & 15, e1: (row >> 13) & 15, bits: (row >> 17) & 127, length: row >> 24 };
  codeWords.set(key, [...(codeWords.get(key) ?? []), word]);
}

/**
 * Bits from the lowest of each byte on, stuffed as MagSgn and SigProp bits are, or `backwards` as VLC and
 * MagRef bits.
 */
class LowBits {
  readonly bytes: number[] = [];
  #byte = 0;
  #count: number;
  readonly #backwards: boolean;

  /** @param nibble bits of the first byte that are taken already */
  constructor(backwards: boolean, nibble = 0) {
    this.#backwards = backwards;
    this.#count = nibble;
    // Four ones stand for what fills the lower half: Scup, which the stuffing does not look at.
    this.#byte = (1 << nibble) - 1;
  }

  put(value: number, count: number): void {
    for (let i = 0; i < count; i++) {
      this.#byte |= (Math.floor(value / 2 ** i) % 2) << this.#count;
      this.#count++;
      if (this.#full()) this.#push();
    }
  }

  /** Fills the byte begun with `fill`, and returns all. */
  end(fill: 0 | 1): number[] {
    while (this.#count > 0) this.put(fill, 1);
    return this.bytes;
  }

  #full(): boolean {
    if (this.#count === 8) return true;
    if (this.#count !== 7) return false;
    const previous = this.bytes.at(-1);
    if (!this.#backwards) return previous === 0xff;
    return (previous ?? 0xff) > 0x8f && this.#byte === 0x7f;
  }

  #push(): void {
    this.bytes.push(this.#byte);
    this.#byte = 0;
    this.#count = 0;
  }
}

/**
 * 7.1.3 the other way round: bits from the highest of each byte on, runs of zeros with adaptive exponents.
 */
class Mel {
  readonly #exponents = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5];
  readonly bytes: number[] = [];
  #byte = 0;
  #room = 8;
  #state = 0;
  #run = 0;

  event(one: boolean): void {
    const exponent = this.#exponents[this.#state]!;
    if (!one) {
      this.#run++;
      if (this.#run < 1 << exponent) return;
      this.#bit(1);
      this.#state = Math.min(12, this.#state + 1);
    } else {
      this.#bit(0);
      for (let i = exponent - 1; i >= 0; i--) this.#bit((this.#run >> i) & 1);
      this.#state = Math.max(0, this.#state - 1);
    }
    this.#run = 0;
  }

  end(): number[] {
    if (this.#run > 0) this.#bit(1);
    while (this.#room !== 8 && !(this.#room === 7 && this.bytes.at(-1) === 0xff)) this.#bit(0);
    return this.bytes;
  }

  #bit(bit: number): void {
    this.#room--;
    this.#byte |= bit << this.#room;
    if (this.#room > 0) return;
    this.bytes.push(this.#byte);
    this.#room = this.#byte === 0xff ? 7 : 8;
    this.#byte = 0;
  }
}

const bitLength = (n: number) => (n === 0 ? 0 : Math.floor(Math.log2(n)) + 1);

/** 7.3: the cleanup segment of the magnitudes above `plane`. */
function encodeCleanup(coefficients: Int32Array, width: number, plane: number): Uint8Array {
  const height = coefficients.length / width;
  const quadsWide = Math.ceil(width / 2),
    quadsHigh = Math.ceil(height / 2);
  const magSgn = new LowBits(false),
    vlc = new LowBits(true, 4),
    mel = new Mel();
  const at = (x: number, y: number) =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : coefficients[y * width + x]!;
  const magnitude = (x: number, y: number) => Math.floor(Math.abs(at(x, y)) / 2 ** plane);
  const exponent = (x: number, y: number) => (magnitude(x, y) === 0 ? 0 : bitLength(2 * magnitude(x, y) - 1));
  const sigma = (x: number, y: number) => (magnitude(x, y) === 0 ? 0 : 1);

  const encodeQuad = (qx: number, qy: number): number => {
    const x = 2 * qx,
      y = 2 * qy;
    const samples = [
      [x, y],
      [x, y + 1],
      [x + 1, y],
      [x + 1, y + 1],
    ] as const;
    const rho = samples.reduce((sum, [sx, sy], n) => sum | (sigma(sx, sy) << n), 0);
    const several = samples.reduce((sum, [sx, sy]) => sum + sigma(sx, sy), 0) > 1;
    const exponents = samples.map(([sx, sy]) => exponent(sx, sy));
    let context: number;
    let kappa = 1;
    if (qy === 0) {
      context = sigma(x - 2, y) | sigma(x - 2, y + 1);
      context += 2 * sigma(x - 1, y) + 4 * sigma(x - 1, y + 1);
    } else {
      context = sigma(x - 1, y - 1) | sigma(x, y - 1);
      context +=
        2 * (sigma(x - 1, y) | sigma(x - 1, y + 1)) + 4 * (sigma(x + 1, y - 1) | sigma(x + 2, y - 1));
      const above = Math.max(...[-1, 0, 1, 2].map((dx) => exponent(x + dx, y - 1)));
      if (several) kappa = Math.max(1, above - 1);
    }
    const bound = Math.max(kappa, ...exponents);
    const u = rho === 0 ? 0 : bound - kappa;
    if (context === 0) mel.event(rho !== 0);
    if (rho === 0 && context === 0) return 0;
    const largest = u === 0 ? 0 : exponents.reduce((sum, e, n) => sum | (e === bound ? 1 << n : 0), 0);
    const word = codeWords
      .get([qy === 0 ? 0 : 1, context, rho, u > 0 ? 1 : 0].join())!
      .find(({ ek, e1 }) => (largest & ek) === e1)!;
    vlc.put(word.bits, word.length);
    samples.forEach(([sx, sy], n) => {
      if (sigma(sx, sy) === 0) return;
      const v = 2 * (magnitude(sx, sy) - 1) + (at(sx, sy) < 0 ? 1 : 0);
      magSgn.put(v, bound - ((word.ek >> n) & 1));
    });
    return u;
  };

  const prefix = (u: number) => {
    if (u === 1) vlc.put(1, 1);
    else if (u === 2) vlc.put(2, 2);
    else if (u > 2) vlc.put(u < 5 ? 4 : 0, 3);
  };
  const extension = (u: number) => (u - 5 < 28 ? 0 : Math.floor((u - 33) / 4));
  const suffix = (u: number) => {
    if (u === 3 || u === 4) vlc.put(u - 3, 1);
    else if (u >= 5) vlc.put(u - 5 - 4 * extension(u), 5);
  };
  const extend = (u: number) => {
    if (u - 5 >= 28) vlc.put(extension(u), 4);
  };

  for (let qy = 0; qy < quadsHigh; qy++) {
    for (let qx = 0; qx < quadsWide; qx += 2) {
      let first = encodeQuad(qx, qy),
        second = qx + 1 < quadsWide ? encodeQuad(qx + 1, qy) : 0;
      if (qy === 0 && first > 0 && second > 0) {
        const both = Math.min(first, second) > 2;
        mel.event(both);
        if (both) {
          first -= 2;
          second -= 2;
        } else if (first > 2) {
          prefix(first);
          vlc.put(second - 1, 1);
          suffix(first);
          extend(first);
          continue;
        }
      }
      for (const part of [prefix, suffix, extend]) {
        part(first);
        part(second);
      }
    }
  }

  const front = magSgn.end(1);
  if (front.at(-1) === 0xff) front.pop();
  const middle = mel.end(),
    back = vlc.end(0);
  const scup = middle.length + back.length + 1;
  if (scup > 4079) throw new Error('more MEL and VLC bytes than a segment can have');
  back[0] = (back[0]! & 0xf0) | (scup & 15);
  return Uint8Array.from([...front, ...middle, ...back.reverse(), scup >> 4]);
}

/**
 * Encodes `coefficients`, `width` to a row: the cleanup pass at bit-plane `plane`, and `refinements` (0 to 2)
 * passes of the one below.
 * @param placeholders sets of three passes in front that have no bytes
 */
export function encodeHtBlock(
  coefficients: Int32Array,
  width: number,
  plane: number,
  refinements: number,
  causal: boolean,
  placeholders: number,
): EncodedBlock {
  const height = coefficients.length / width;
  const doubled = new Int32Array(coefficients.length);
  const knowledge = (c: number, p: number) =>
    Math.sign(c) * (2 * Math.floor(Math.abs(c) / 2 ** p) + 1) * 2 ** p;
  const significant = new Uint8Array(coefficients.length);
  coefficients.forEach((c, i) => {
    if (Math.abs(c) < 2 ** plane) return;
    significant[i] = 1;
    doubled[i] = knowledge(c, plane);
  });
  const segments = [{ bytes: encodeCleanup(coefficients, width, plane), passes: 1 }];
  if (placeholders > 0) segments.unshift({ bytes: new Uint8Array(0), passes: 3 * placeholders });
  if (refinements === 0) return { segments, doubled };

  const sigProp = new LowBits(false),
    magRef = new LowBits(true);
  const bit = (i: number) => Math.floor(Math.abs(coefficients[i]!) / 2 ** (plane - 1)) % 2;
  const cleanup = significant.slice();
  const isBeside = (x: number, y: number): boolean => {
    for (let ny = y - 1; ny <= y + 1; ny++) {
      if (ny < 0 || ny >= height || (causal && Math.floor(ny / 4) > Math.floor(y / 4))) continue;
      for (let nx = x - 1; nx <= x + 1; nx++) {
        if (nx >= 0 && nx < width && (nx !== x || ny !== y) && significant[ny * width + nx] === 1)
          return true;
      }
    }
    return false;
  };
  for (let top = 0; top < height; top += 4) {
    const bottom = Math.min(top + 4, height);
    for (let left = 0; left < width; left += 4) {
      const fresh: number[] = [];
      for (let x = left; x < Math.min(left + 4, width); x++) {
        for (let y = top; y < bottom; y++) {
          const i = y * width + x;
          if (significant[i] === 1 || !isBeside(x, y)) continue;
          sigProp.put(bit(i), 1);
          if (bit(i) === 0) continue;
          significant[i] = 1;
          fresh.push(i);
        }
      }
      for (const i of fresh) {
        sigProp.put(coefficients[i]! < 0 ? 1 : 0, 1);
        doubled[i] = knowledge(coefficients[i]!, plane - 1);
      }
    }
    for (let x = 0; x < width && refinements === 2; x++) {
      for (let y = top; y < bottom; y++) {
        const i = y * width + x;
        if (cleanup[i] === 0) continue;
        magRef.put(bit(i), 1);
        doubled[i] = knowledge(coefficients[i]!, plane - 1);
      }
    }
  }
  const bytes = Uint8Array.from([...sigProp.end(0), ...magRef.end(0).reverse()]);
  return { segments: [...segments, { bytes, passes: refinements }], doubled };
}
