/**
 * Code-blocks of Part 1 and of HT in one sub-band (T.814 B.3): a codestream of one packet put together here, its
 * blocks by the encoders of the block decoders' tests.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeBlock } from '../wasm/block-encoder.test-support.ts';
import { encodeHtBlock } from '../wasm/ht-block-encoder.test-support.ts';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { plainTwin } from '../wasm/plain-twin.test-support.js';
import type { Decoder } from './codec.js';
import { decodeTo, selfDescribed } from './codec.test-support.js';
import { jpeg2000Decoder } from './jpeg-2000.js';

type BlockCoder = 'Part 1' | 'HT';

/** Bit-planes of a block, Mb: 8 bits and a guard bit. */
const BIT_PLANES = 8;
const SIDE = 4;

/** Bits of a packet header, B.10.1: behind 0xFF a byte has seven. */
class HeaderBits {
  readonly #bytes: number[] = [];
  #bits = '';

  put(bits: string): void {
    for (const bit of bits) {
      this.#bits += bit;
      if (this.#bits.length === (this.#bytes.at(-1) === 0xff ? 7 : 8)) this.#push();
    }
  }

  end(): number[] {
    while (this.#bits !== '') this.put('0');
    if (this.#bytes.at(-1) === 0xff) this.#bytes.push(0);
    return this.#bytes;
  }

  #push(): void {
    this.#bytes.push(Number.parseInt(this.#bits, 2));
    this.#bits = '';
  }
}

const bitLength = (value: number) => value.toString(2).length;

/** Table B.4. */
function codeOfPasses(passes: number): string {
  if (passes < 3) return passes === 1 ? '0' : '10';
  if (passes < 6) return `11${(passes - 3).toString(2).padStart(2, '0')}`;
  return `1111${(passes - 6).toString(2).padStart(5, '0')}`;
}

/** B.10.7: Lblock by so many ones, then the length in Lblock bits and as many more as the passes ask for. */
function codeOfLength(bytes: number, passes: number, lengthBits: number): string {
  const more = bitLength(passes) - 1;
  return `${'1'.repeat(lengthBits - 3)}0${bytes.toString(2).padStart(lengthBits + more, '0')}`;
}

interface Block {
  readonly coder: BlockCoder;
  readonly samples: Int32Array;
}

interface CodedBlock {
  readonly zeroBitPlanes: number;
  readonly lengths: string;
  readonly bytes: Uint8Array;
}

function code({ coder, samples }: Block): CodedBlock {
  const planes = bitLength(Math.max(...samples.map(Math.abs)));
  if (coder === 'HT') {
    const [{ bytes }] = encodeHtBlock(samples, SIDE, 0, 0, false, 0).segments;
    // One bit more than the length needs, and more than three: that tells it from Part 1.
    const lengthBits = Math.max(4, bitLength(bytes.length) + 1);
    const lengths = codeOfPasses(1) + codeOfLength(bytes.length, 1, lengthBits);
    return { zeroBitPlanes: BIT_PLANES - 1, lengths, bytes };
  }
  const passes = 3 * planes - 2;
  const [{ bytes }] = encodeBlock(samples, SIDE, 'LL', planes, 0, passes).segments;
  const lengthBits = Math.max(3, bitLength(bytes.length) - (bitLength(passes) - 1));
  const lengths = codeOfPasses(passes) + codeOfLength(bytes.length, passes, lengthBits);
  return { zeroBitPlanes: BIT_PLANES - planes, lengths, bytes };
}

/** A codestream of 4x4 code-blocks side by side, two of them, without decompositions. */
function codestreamOf(blocks: readonly [Block, Block], style: number): Uint8Array {
  const coded = blocks.map(code);
  const least = Math.min(...coded.map(({ zeroBitPlanes }) => zeroBitPlanes));
  const header = new HeaderBits();
  header.put('1');
  coded.forEach(({ zeroBitPlanes, lengths }, index) => {
    // Tag trees of two leaves under one root: the first layer; the zero bit-planes.
    header.put(index === 0 ? '11' : '1');
    if (index === 0) header.put(`${'0'.repeat(least)}1`);
    header.put(`${'0'.repeat(zeroBitPlanes - least)}1`);
    header.put(lengths);
  });
  const packet = [...header.end(), ...coded.flatMap(({ bytes }) => [...bytes])];
  const u16 = (value: number) => [value >> 8, value & 255];
  const u32 = (value: number) => [...u16(value >> 16), ...u16(value & 0xffff)];
  const size = [2 * SIDE, SIDE].flatMap(u32);
  const zero = [...u32(0), ...u32(0)];
  return Uint8Array.from([
    ...[
      0xff,
      0x4f,
      0xff,
      0x51,
      ...u16(41),
      ...u16(0x4000),
      ...size,
      ...zero,
      ...size,
      ...zero,
      ...u16(1),
      0x87,
      1,
      1,
    ],
    ...[0xff, 0x50, ...u16(8), ...u32(0x20000), ...u16(0xd800)],
    ...[0xff, 0x52, ...u16(12), 0, 0, ...u16(1), 0, 0, 0, 0, style, 1],
    ...[0xff, 0x5c, ...u16(4), 0x20, BIT_PLANES << 3],
    ...[0xff, 0x90, ...u16(10), ...u16(0), ...u32(14 + packet.length), 0, 1, 0xff, 0x93],
    ...packet,
    ...[0xff, 0xd9],
  ]);
}

/** Signed samples of one block; `bits` of magnitude. */
function samplesOf(seed: number, bits: number): Int32Array {
  let state = seed;
  return Int32Array.from({ length: SIDE * SIDE }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const magnitude = (state >>> 16) % 2 ** bits;
    return (state & 0x8000) !== 0 ? -magnitude : magnitude;
  });
}

describe('HT and Part 1 code-blocks in one sub-band', () => {
  const decoders: Decoder[] = [];
  beforeAll(async () => {
    for (const module of [await moduleOf('jpeg-2000'), await plainTwin('jpeg-2000')]) {
      decoders.push(jpeg2000Decoder(new Kernel('jpeg-2000', module)));
    }
  });

  it.each([
    ['Part 1', 'HT'],
    ['HT', 'Part 1'],
    ['HT', 'HT'],
    ['Part 1', 'Part 1'],
  ] as const)('tells %s and %s apart by the lengths in the packet header', async (left, right) => {
    for (let bits = 1; bits <= 7; bits++) {
      for (let seed = 1; seed <= 20; seed++) {
        const blocks = [
          { coder: left, samples: samplesOf(seed, bits) },
          { coder: right, samples: samplesOf(seed + 1000, bits) },
        ] as const;
        if (blocks.some(({ samples }) => samples.every((value) => value === 0))) continue;
        const expected = Array.from({ length: SIDE }, (_, y) =>
          blocks.flatMap(({ samples }) => [...samples.subarray(SIDE * y, SIDE * y + SIDE)]),
        ).flat();
        for (const decoder of decoders) {
          const { bytes } = await decodeTo(decoder, selfDescribed(codestreamOf(blocks, 0xc0), 201));
          expect([...new Int8Array(bytes.buffer)]).toEqual(expected);
        }
      }
    }
  });

  it('refuses by name what their lengths do not tell apart: bypass and termination', async () => {
    const block = { coder: 'HT', samples: samplesOf(1, 5) } as const;
    for (const style of [0xc1, 0xc4]) {
      const bytes = codestreamOf([block, block], style);
      await expect(decodeTo(decoders[0], selfDescribed(bytes, 201))).rejects.toMatchObject({
        tag: 'UnsupportedFeature',
      });
    }
  });
});
