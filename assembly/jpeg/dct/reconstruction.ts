/**
 * Dequantization, inverse DCT and level shift of one block (T.81 A.3.3, A.3.1, F.2.1.5) for samples of either
 * precision. `last` is the zigzag index up to which coefficients may be other than 0.
 */
import { inverseDct, inverseDctOfDc, inverseDctOfQuarter } from './inverse-dct';
import { inverseDct12, inverseDctOfDc12, inverseDctOfDifferences } from './inverse-dct-12';
import { precision } from '../frame-header';
import { differential, HIERARCHICAL } from '../hierarchical-mode';
import { inverseDctTo2, inverseDctTo4, reducedInverseDctOfDc } from './reduced-inverse-dct';
import { BLOCK_BYTES, QUARTER } from './zigzag';

/** Bytes of a sample in the planes and in the output. */
@inline
export function bytesPerSample(): i32 {
  return HIERARCHICAL || precision > 8 ? 2 : 1;
}

/** `steps` as stepsOf gives them. Writes the samples of `side` lines of as many, `line` bytes apart. */
export function reconstruct(block: usize, last: u32, steps: usize, to: usize, line: usize, side: i32): void {
  if (HIERARCHICAL) reconstructWide(block, steps, to, line);
  else if (side != 8) reconstructReduced(block, last, steps, to, line, side);
  else if (precision > 8) {
    if (last == 0) inverseDctOfDc12(block, steps, to, line);
    else inverseDct12(block, steps, to, line);
  } else if (last == 0) inverseDctOfDc(block, steps, to, line);
  else if (last < QUARTER) inverseDctOfQuarter(block, steps, to, line);
  else inverseDct(block, steps, to, line);
}

/** A block of 8-bit samples on its way to 16 bits. */
@lazy
const narrow: usize = memory.data(64, 16);

/** Samples of 16 bits whatever the precision; in a differential frame differences, not shifted (J.2.3.1). */
function reconstructWide(block: usize, steps: usize, to: usize, line: usize): void {
  if (differential) inverseDctOfDifferences(block, steps, to, line);
  else if (precision > 8) inverseDct12(block, steps, to, line);
  else {
    inverseDct(block, steps, narrow, 8);
    for (let from = narrow; from < narrow + 64; from += 8, to += line) {
      for (let x: usize = 0; x < 8; x++) store<u16>(to + (x << 1), load<u8>(from + x));
    }
  }
}

function reconstructReduced(block: usize, last: u32, steps: usize, to: usize, line: usize, side: i32): void {
  if (last == 0 || side == 1) reducedInverseDctOfDc(block, steps, to, line, side);
  else if (side == 4) inverseDctTo4(block, steps, to, line);
  else inverseDctTo2(block, steps, to, line);
}

/** Makes a block all 0 whose coefficients behind index `last` are that already. */
@inline
export function clearBlock(block: usize, last: u32): void {
  if (last < QUARTER) {
    store<u64>(block, 0, 0);
    store<u64>(block, 0, 16);
    store<u64>(block, 0, 32);
    store<u64>(block, 0, 48);
  } else if (ASC_FEATURE_SIMD) {
    const zero = i8x16.splat(0);
    v128.store(block, zero, 0);
    v128.store(block, zero, 16);
    v128.store(block, zero, 32);
    v128.store(block, zero, 48);
    v128.store(block, zero, 64);
    v128.store(block, zero, 80);
    v128.store(block, zero, 96);
    v128.store(block, zero, 112);
  } else memory.fill(block, 0, BLOCK_BYTES);
}
