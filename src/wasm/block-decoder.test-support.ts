/**
 * Drives a block decoder of assembly/jpeg-2000 by its contract (code-block.ts), without a codestream around
 * it.
 */
import { compileEntry } from './assembly.test-support.ts';

const RECORD = 16;
const CANARY = 0x5a;
/** Bytes of canaries around everything that is written. */
const FENCE = 4096;

interface Exports {
  readonly memory: WebAssembly.Memory;
  resetArena(): void;
  take(bytes: bigint, alignment: bigint): number;
  reserve(longestSegment: number): number | undefined;
  decode(
    width: number,
    height: number,
    orientation: number,
    bitPlanes: number,
    style: number,
    segments: number,
    segmentCount: number,
    output: number,
    stride: number,
    halved: number,
  ): number;
  decodeNarrow?(
    width: number,
    height: number,
    bitPlanes: number,
    segments: number,
    segmentCount: number,
    output: number,
    stride: number,
  ): number;
  largestMagnitude?(): number;
}

export interface Block {
  readonly width: number;
  readonly height: number;
  /** 0 to 3: LL, HL, LH, HH. */
  readonly orientation: number;
  readonly bitPlanes: number;
  readonly style: number;
  readonly segments: ReadonlyArray<{ readonly bytes: Uint8Array; readonly passes: number }>;
  readonly halved?: boolean;
}

export class BlockDecoder {
  readonly exports: Exports;
  readonly #input: number;
  readonly #inputBytes: number;
  readonly #output: number;

  private constructor(exports: Exports, longest: number) {
    this.exports = exports;
    exports.resetArena();
    // Decoders must not rely on memory that happens to be zero.
    new Uint8Array(exports.memory.buffer, exports.take(0n, 16n)).fill(0xa5);
    this.#inputBytes = longest + 65536;
    this.#input = exports.take(BigInt(this.#inputBytes), 64n);
    if (exports.reserve(longest) === 0) throw new Error('no memory');
    this.#output = exports.take(BigInt(4096 * 16 * 4 + 2 * FENCE), 64n) + FENCE;
  }

  /** @param file of assembly/jpeg-2000, without its ending */
  static async load(
    names: { file: string; reserve: string; decode: string; more?: string },
    simd: boolean,
    longest = 1 << 18,
  ): Promise<BlockDecoder> {
    const module = await compileEntry(
      `import { take as takeBytes } from './assembly/kernel/arena';
       export { resetArena } from './assembly/kernel/arena';
       export function take(bytes: u64, alignment: u64): usize { return takeBytes(bytes, alignment); }
       export { ${names.reserve} as reserve, ${names.decode} as decode } from './assembly/jpeg-2000/${names.file}';
       ${names.more ?? ''}`,
      simd,
    );
    return new BlockDecoder(new WebAssembly.Instance(module).exports as unknown as Exports, longest);
  }

  /**
   * Decodes one block.
   * @throws Error where anything but the block's own coefficients was written
   */
  decode(block: Block): { coefficients: Int32Array; passes: number } {
    // Rows of a sub-band: longer than the block by at least one vector.
    const stride = (((block.width + 3) & ~3) + 4) * 4;
    return this.#decodeRows(block, stride, 4, () =>
      this.exports.decode(
        block.width,
        block.height,
        block.orientation,
        block.bitPlanes,
        block.style,
        this.#input,
        block.segments.length,
        this.#output,
        stride,
        block.halved === true ? 1 : 0,
      ),
    );
  }

  /**
   * Decodes one block into rows of i16.
   * @throws Error where anything but the block's own coefficients was written
   */
  decodeNarrow(block: Block): { coefficients: Int32Array; passes: number; largest: number } {
    const { decodeNarrow, largestMagnitude } = this.exports;
    if (decodeNarrow === undefined || largestMagnitude === undefined) throw new Error('no narrow rows');
    const { width, height, bitPlanes, segments } = block;
    const stride = (((width + 7) & ~7) + 8) * 2;
    const decoded = this.#decodeRows(block, stride, 2, () =>
      decodeNarrow(width, height, bitPlanes, this.#input, segments.length, this.#output, stride),
    );
    return { ...decoded, largest: largestMagnitude() };
  }

  #decodeRows(
    block: Block,
    stride: number,
    coefficientBytes: 2 | 4,
    decode: () => number,
  ): { coefficients: Int32Array; passes: number } {
    const { width, height } = block;
    const bytes = new Uint8Array(this.exports.memory.buffer);
    const words = new DataView(this.exports.memory.buffer);
    let at = this.#input + block.segments.length * RECORD;
    block.segments.forEach((segment, index) => {
      const record = this.#input + index * RECORD;
      // A run of 0xFF in front of and behind a segment shows a decoder that looks there.
      if (at + segment.bytes.length + 128 > this.#input + this.#inputBytes) throw new Error('input too long');
      bytes.fill(0xff, at, at + segment.bytes.length + 128);
      bytes.set(segment.bytes, at + 64);
      words.setInt32(record, at + 64, true);
      words.setInt32(record + 4, segment.bytes.length, true);
      words.setInt32(record + 8, segment.passes, true);
      words.setInt32(record + 12, 0, true);
      at += segment.bytes.length + 128;
    });
    bytes.fill(CANARY, this.#output - FENCE, this.#output + height * stride + FENCE);
    const passes = decode();
    const coefficients = new Int32Array(width * height);
    for (let y = 0; y < height; y++) {
      const row = this.#output + y * stride;
      for (let x = 0; x < width; x++) {
        const at = row + coefficientBytes * x;
        coefficients[y * width + x] =
          coefficientBytes === 2 ? words.getInt16(at, true) : words.getInt32(at, true);
      }
      this.#checkCanaries(bytes, row + coefficientBytes * width, row + stride);
    }
    this.#checkCanaries(bytes, this.#output - FENCE, this.#output);
    this.#checkCanaries(bytes, this.#output + height * stride, this.#output + height * stride + FENCE);
    return { coefficients, passes };
  }

  #checkCanaries(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      if (bytes[at] !== CANARY) throw new Error(`wrote outside the block, at output + ${at - this.#output}`);
    }
  }
}
