import { beforeAll, describe, expect, it } from 'vitest';
import { compileEntry } from './assembly.test-support.ts';
import { type Block, BlockDecoder } from './block-decoder.test-support.ts';
import { type EncodedBlock, encodeBlock, type Orientation, Style } from './block-encoder.test-support.ts';
import { Chance, coefficientsOf, SIZES } from './block-samples.test-support.ts';
import { MqEncoder } from './mq-encoder.test-support.ts';

const ORIENTATIONS: readonly Orientation[] = ['LL', 'HL', 'LH', 'HH'];
const NAMES = { file: 'block-decoder', reserve: 'reserveBlockDecoder', decode: 'decodeBlock' };

function blockOf(
  encoded: EncodedBlock,
  width: number,
  count: number,
  orientation: number,
  bitPlanes: number,
  style: number,
): Block {
  return { width, height: count / width, orientation, bitPlanes, style, segments: encoded.segments };
}

describe('MQ decoder', () => {
  interface Mq {
    readonly memory: WebAssembly.Memory;
    begin(length: number): number;
    decide(context: number): number;
  }
  let mq: Mq;

  beforeAll(async () => {
    const module = await compileEntry(
      `import { resetArena, take } from './assembly/kernel/arena';
       import { reserveWords, unstuffForMq } from './assembly/jpeg-2000/codeword-segment';
       import { beginDecisions, decide as decideInline, prepareMqDecoder, setContext } from './assembly/jpeg-2000/mq-decoder';
       const source: usize = memory.data(65536);
       export function place(): usize { return source; }
       export function begin(length: i32): void {
         resetArena();
         prepareMqDecoder();
         reserveWords(length);
         unstuffForMq(source, length);
         for (let context: u32 = 0; context < 19 << 3; context += 8) setContext(context, 0);
         beginDecisions();
       }
       export function decide(context: u32): u32 { return decideInline(context); }`,
      true,
    );
    const exports = new WebAssembly.Instance(module).exports as unknown as Mq & { place(): number };
    mq = exports;
  });

  const decode = (bytes: Uint8Array, contexts: readonly number[]): number[] => {
    const place = (mq as Mq & { place(): number }).place();
    new Uint8Array(mq.memory.buffer).set(bytes, place);
    mq.begin(bytes.length);
    return contexts.map((context) => mq.decide(context * 8));
  };

  it('decodes the test sequence of T.88 H.2', () => {
    const encoded = '84C73BFCE1A1430402200000410DBB86F4317FFF88FF37471ADB6ADFFFAC'
      .match(/../g)!
      .map((byte) => parseInt(byte, 16));
    const decoded = '00020051000000C00352872AAAAAAAAA82C02000FCD79EF6BF7FED904F46A3BF'
      .match(/../g)!
      .map((byte) => parseInt(byte, 16));
    const bits = decode(Uint8Array.from(encoded), Array(256).fill(0));
    const bytes = decoded.map((_, i) => parseInt(bits.slice(8 * i, 8 * i + 8).join(''), 2));
    expect(bytes).toEqual(decoded);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('decodes what the encoder of C.2 made, seed %i', (seed) => {
    const chance = new Chance(seed);
    const encoder = new MqEncoder();
    const states = Array.from({ length: 19 }, () => ({ state: 0, mps: 0 }));
    const bias = Array.from({ length: 19 }, () => chance.below(1001));
    const contexts: number[] = [];
    const decisions: number[] = [];
    for (let i = 0; i < 50_000; i++) {
      const context = chance.below(19),
        decision = chance.below(1000) < bias[context]! ? 1 : 0;
      contexts.push(context);
      decisions.push(decision);
      encoder.encode(states[context]!, decision);
    }
    const bytes = seed % 2 === 0 ? encoder.flush() : encoder.terminatePredictably();
    expect(bytes.length).toBeGreaterThan(1000);
    expect(decode(bytes, contexts)).toEqual(decisions);
  });
});

describe.each([
  ['vectors', true],
  ['plain', false],
])('block decoder, %s', (_, simd) => {
  let decoder: BlockDecoder;
  beforeAll(async () => {
    decoder = await BlockDecoder.load(NAMES, simd);
  });

  const check = (
    seed: number,
    width: number,
    height: number,
    bitPlanes: number,
    style: number,
    passes = 3 * bitPlanes - 2,
  ) => {
    const chance = new Chance(seed);
    const orientation = chance.below(4);
    const coefficients = coefficientsOf(chance, width * height, bitPlanes);
    const encoded = encodeBlock(coefficients, width, ORIENTATIONS[orientation]!, bitPlanes, style, passes);
    const block = blockOf(encoded, width, width * height, orientation, bitPlanes, style);
    const decoded = decoder.decode(block);
    expect(decoded.passes).toBe(passes);
    expect(decoded.coefficients).toEqual(encoded.doubled);
    const halved = decoder.decode({ ...block, halved: true });
    if (passes === 3 * bitPlanes - 2) expect(halved.coefficients).toEqual(coefficients);
    else expect(halved.coefficients).toEqual(encoded.doubled.map((value) => Math.trunc(value / 2)));
  };

  it.each(SIZES)('gives back the coefficients of a block of %i by %i', (width, height) => {
    for (let seed = 0; seed < 4; seed++) check(1000 * width + height + seed, width, height, 9, 0);
  });

  it.each(Array.from({ length: 64 }, (_, style) => style))('reads code-block style %i', (style) => {
    for (let seed = 0; seed < 3; seed++) {
      const [width, height] = SIZES[(style + 5 * seed) % SIZES.length]!;
      check(style + 64 * seed, width, height, 8, style);
    }
  });

  it.each([1, 2, 5, 16, 24, 29, 30])('decodes %i bit-planes', (bitPlanes) => {
    for (let seed = 0; seed < 3; seed++)
      check(bitPlanes * 10 + seed, 21, 18, bitPlanes, seed === 2 ? Style.bypass : 0);
  });

  it.each([
    [700, false],
    [700, true],
    [90, false],
    [90, true],
    [1e9, true],
  ])('decodes bit-planes that are as foreseen but for one in %i decisions, set %s', (rarity, set) => {
    const chance = new Chance(rarity + Number(set));
    const bitPlanes = 14;
    const rest = 2 ** (bitPlanes - 1) - 1;
    for (const [width, height] of SIZES) {
      const coefficients = Int32Array.from({ length: width * height }, () => {
        const surprise = chance.below(rarity) === 0 ? 1 << chance.below(bitPlanes - 1) : 0;
        const magnitude =
          chance.below(3) === 0
            ? (rest + 1) | ((set ? rest : 0) ^ surprise)
            : chance.below(4) === 0
              ? surprise
              : 0;
        return chance.below(2) === 1 ? -magnitude : magnitude;
      });
      const orientation = chance.below(4);
      const encoded = encodeBlock(
        coefficients,
        width,
        ORIENTATIONS[orientation]!,
        bitPlanes,
        0,
        3 * bitPlanes - 2,
      );
      const block = blockOf(encoded, width, width * height, orientation, bitPlanes, 0);
      expect(decoder.decode({ ...block, halved: true }).coefficients).toEqual(coefficients);
    }
  });

  it('stops after any number of passes and knows what it knows', () => {
    for (let passes = 1; passes <= 22; passes++) {
      check(passes, 20, 23, 8, 0, passes);
      check(passes, 20, 23, 8, Style.bypass | Style.terminate, passes);
      check(passes, 20, 23, 8, Style.bypass, passes);
    }
  });

  it('finds a wrong segmentation symbol and keeps what came before it', () => {
    const coefficients = coefficientsOf(new Chance(7), 32 * 32, 8);
    const style = Style.symbols | Style.terminate;
    const encoded = encodeBlock(coefficients, 32, 'LL', 8, style, 22);
    const block = blockOf(encoded, 32, 32 * 32, 0, 8, style);
    // The fifth segment is a refinement pass, the seventh a cleanup pass.
    const segments = block.segments.map((segment, i) =>
      i === 6 ? { ...segment, bytes: new Uint8Array(40) } : segment,
    );
    expect(decoder.decode({ ...block, segments }).passes).toBe(6);
    const whole = encodeBlock(coefficients, 32, 'LL', 8, style, 6);
    const before = decoder.decode({ ...block, segments: block.segments.slice(0, 6) });
    expect(before.coefficients).toEqual(whole.doubled);
  });

  it('finds segments with predictable termination that end elsewhere', () => {
    const coefficients = coefficientsOf(new Chance(8), 32 * 32, 8);
    const encoded = encodeBlock(coefficients, 32, 'LL', 8, Style.predictable, 22);
    const [whole] = encoded.segments;
    const cut = [{ bytes: whole!.bytes.subarray(0, whole!.bytes.length - 8), passes: 22 }];
    const block = blockOf(encoded, 32, 32 * 32, 0, 8, Style.predictable);
    expect(decoder.decode({ ...block, segments: cut }).passes).toBeLessThan(22);
    expect(decoder.decode({ ...block, bitPlanes: 7 }).passes).toBeLessThan(22);
  });

  it('decodes anything to an end, and writes nothing but the block', () => {
    const chance = new Chance(99);
    for (let round = 0; round < 1500; round++) {
      const [width, height] = SIZES[chance.below(SIZES.length)]!;
      const bias = chance.below(3);
      const segments = Array.from({ length: 1 + chance.below(12) }, () => ({
        bytes: Uint8Array.from({ length: chance.below(200) }, () =>
          bias === 0 ? 0xff : bias === 1 && chance.below(4) === 0 ? 0xff : chance.below(256),
        ),
        passes: chance.below(12),
      }));
      const passes = segments.reduce((sum, segment) => sum + segment.passes, 0);
      const block = { width, height, orientation: chance.below(4), bitPlanes: 1 + chance.below(40) };
      const decoded = decoder.decode({ ...block, style: chance.below(64), segments });
      expect(decoded.passes).toBeLessThanOrEqual(passes);
    }
  });
});
