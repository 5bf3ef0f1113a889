// Combinations of what the encoders of OpenJPEG, Grok and OpenJPH can be asked for, by number: the same number is the same combination on
// every machine.

/** A picture, its encoder, and how the encoder is called. */
export interface GeneratedCase {
  readonly number: number;
  readonly encoder: 'opj_compress' | 'grk_compress' | 'ojph_compress';
  readonly rows: number;
  readonly columns: number;
  readonly components: number;
  readonly bits: number;
  readonly signed: boolean;
  /** What comes out is what went in. */
  readonly lossless: boolean;
  readonly transferSyntax: string;
  /** Arguments besides files and the description of the raw picture. */
  readonly options: readonly string[];
}

/** A generator of numbers: multiply and add, the upper bits used. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 2654435761) >>> 0;
    for (let i = 0; i < 4; i++) this.below(2);
  }

  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  /** From `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True in one of `of` cases. */
  one(of: number): boolean {
    return this.below(of) === 0;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }
}

const ORDERS = ['LRCP', 'RLCP', 'RPCL', 'PCRL', 'CPRL'];

/** Combination `number`. */
export function generatedCase(number: number): GeneratedCase {
  const dice = new Dice(number);
  const encoder = dice.pick(['opj_compress', 'opj_compress', 'grk_compress', 'ojph_compress'] as const);
  return encoder === 'ojph_compress' ? ofOpenJph(number, dice) : ofOpenJpeg(number, dice, encoder);
}

function sideOf(dice: Dice): number {
  return dice.pick([dice.between(1, 16), dice.between(17, 80), dice.between(81, 300)]);
}

/** OpenJPEG and Grok, whose encoder descends from it: nearly the same options. */
function ofOpenJpeg(number: number, dice: Dice, encoder: 'opj_compress' | 'grk_compress'): GeneratedCase {
  const grok = encoder === 'grk_compress';
  const rows = sideOf(dice);
  const columns = sideOf(dice);
  const components = dice.pick([1, 1, 1, 2, 3, 3, 4, 5]);
  const bits = dice.pick(grok ? [8, 8, 12, 16] : [1, 4, 8, 8, 10, 12, 15, 16]);
  const signed = dice.one(4);
  const lossless = !dice.one(3);
  const ht = grok && dice.one(4);
  const options: string[] = [];
  const add = (name: string, ...values: (string | number)[]) => options.push(name, ...values.map(String));

  const levels = dice.between(0, Math.max(0, Math.min(6, Math.floor(Math.log2(Math.min(rows, columns))))));
  add('-n', levels + 1);
  if (!lossless) add('-I');
  const width = 2 ** dice.between(2, 6);
  add('-b', `${width},${2 ** dice.between(2, 6)}`);
  add('-p', dice.pick(ORDERS));
  if (dice.one(3)) {
    const sizes = Array.from({ length: dice.between(1, 3) }, () => 2 ** dice.between(6, 8));
    add('-c', sizes.map((size) => `[${size},${size}]`).join(','));
  }

  if (dice.one(3)) {
    const tile = [
      Math.max(16, Math.ceil(columns / dice.between(1, 4))),
      Math.max(16, Math.ceil(rows / dice.between(1, 4))),
    ];
    add('-t', tile.join(','));
    if (dice.one(2)) {
      const [x, y] = [dice.between(0, 40), dice.between(0, 40)];
      add('-d', `${x},${y}`);
      add(
        '-T',
        `${dice.between(Math.max(0, x - tile[0] + 1), x)},${dice.between(Math.max(0, y - tile[1] + 1), y)}`,
      );
    }
  } else if (dice.one(4)) {
    add('-d', `${dice.between(0, 40)},${dice.between(0, 40)}`);
  }

  // XRsiz and YRsiz, of all components: the samples stay what they are, the grid has more points.
  if (!grok && !options.includes('-d') && dice.one(4))
    add('-s', `${dice.between(1, 3)},${dice.between(1, 3)}`);

  const style = ht ? 64 : dice.one(2) ? 0 : dice.below(64);
  if (style !== 0) add('-M', style);
  if (dice.one(4)) add(grok ? '-S' : '-SOP');
  if (dice.one(4)) add(grok ? '-E' : '-EPH');
  if (dice.one(5)) add(grok ? '-L' : '-PLT');
  if (!grok && dice.one(5)) add('-TLM');
  if (dice.one(5)) add(grok ? '-u' : '-TP', dice.pick(['R', 'L', 'C']));
  add(grok ? '-Y' : '-mct', components >= 3 && dice.one(2) ? 1 : 0);
  // The bit-planes of a region lie above all others: 28 in all are decoded. Bypass and region together are counted in two ways.
  if (!ht && (style & 1) === 0 && dice.one(8)) {
    add(grok ? '-R' : '-ROI', `c=${dice.below(components)},U=${dice.between(1, Math.min(10, 24 - bits))}`);
  }
  if (!ht) {
    const layers = dice.pick([1, 1, 2, 3]);
    const ratios = [20, 8, 3].slice(3 - layers);
    add('-r', (lossless ? [...ratios.slice(0, layers - 1), 1] : ratios).join(','));
  }
  const transferSyntax = `1.2.840.10008.1.2.4.${ht ? (lossless ? 201 : 203) : lossless ? 90 : 91}`;
  return {
    number,
    encoder,
    rows,
    columns,
    components,
    bits,
    signed,
    lossless,
    transferSyntax,
    options,
  };
}

function ofOpenJph(number: number, dice: Dice): GeneratedCase {
  const rows = sideOf(dice);
  const columns = sideOf(dice);
  const components = dice.pick([1, 1, 3, 3]);
  const bits = dice.pick([8, 8, 10, 12, 16]);
  const lossless = !dice.one(3);
  const options: string[] = [];
  const add = (name: string, ...values: (string | number)[]) => options.push(name, ...values.map(String));

  add('-num_decomps', dice.between(0, 5));
  add('-reversible', String(lossless));
  if (!lossless) add('-qstep', dice.pick([0.0005, 0.002, 0.01, 0.05]));
  const width = 2 ** dice.between(2, 7);
  add('-block_size', `{${width},${Math.min(2 ** dice.between(2, 6), 4096 / width)}}`);
  add('-prog_order', dice.pick(ORDERS));
  if (components === 3) add('-colour_trans', String(dice.one(2)));
  if (dice.one(3)) {
    const sizes = Array.from(
      { length: dice.between(1, 3) },
      () => `{${2 ** dice.between(7, 9)},${2 ** dice.between(7, 9)}}`,
    );
    add('-precincts', sizes.join(','));
  }
  if (dice.one(3)) {
    const tile = [
      Math.max(16, Math.ceil(columns / dice.between(1, 4))),
      Math.max(16, Math.ceil(rows / dice.between(1, 4))),
    ];
    add('-tile_size', `{${tile.join(',')}}`);
    if (dice.one(2)) {
      const [x, y] = [dice.between(0, 40), dice.between(0, 40)];
      add('-image_offset', `{${x},${y}}`);
      const tileX = dice.between(Math.max(0, x - tile[0] + 1), x);
      const tileY = dice.between(Math.max(0, y - tile[1] + 1), y);
      add('-tile_offset', `{${tileX},${tileY}}`);
    }
  }
  return {
    number,
    encoder: 'ojph_compress',
    rows,
    columns,
    components,
    bits,
    signed: false,
    lossless,
    transferSyntax: `1.2.840.10008.1.2.4.${lossless ? 201 : 203}`,
    options,
  };
}
