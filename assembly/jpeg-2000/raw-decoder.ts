/**
 * The raw bits of the selective arithmetic coding bypass, T.800 D.6: significance propagation and magnitude
 * refinement passes whose decisions and signs stand in the segment as they are.
 */
import { segmentBits, words, wordsEnd } from './codeword-segment';

/** Bits read of the segment that was unstuffed last. */
let position: u32 = 0;

export function beginRawBits(): void {
  position = 0;
}

/** The next bit; ones behind the end, where `position` stays inside the tail. */
@inline
export function rawBit(): u32 {
  const word = min(words + ((position >> 5) << 2), wordsEnd);
  const bit = (load<u32>(word) << (position & 31)) >> 31;
  position++;
  return bit;
}

/** Bits of the segment that were not read; below zero where more were asked for than it has. */
export function rawBitsLeft(): i32 {
  return segmentBits - <i32>position;
}
