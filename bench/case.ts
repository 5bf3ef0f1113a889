import { createHash } from 'node:crypto';
import type { FrameAttributes } from 'cineloop';
import type { Output } from './contender.js';

/** A frame to decode: made or read when its turn comes, so that a run of a few cases costs no more than those. */
export interface BenchCase {
  /** `phantom rle ct 512x512`: what `--only` looks in. */
  readonly id: string;
  readonly transferSyntax: string;
  load(): Promise<EncodedCase>;
}

export interface EncodedCase {
  /** The encoded frame, fragments joined. */
  readonly bytes: Uint8Array;
  readonly attributes: FrameAttributes;
  /** SHA-256 of the stored samples: little endian, colour by pixel, no colour conversion. Never taken from cineloop. */
  readonly sha256: string;
}

export function bytesOf(output: Output): Uint8Array {
  return new Uint8Array(output.buffer, output.byteOffset, output.byteLength);
}

/** The hash that samples on a little endian machine are known by. */
export function sha256Of(output: Output): string {
  return createHash('sha256').update(bytesOf(output)).digest('hex');
}
