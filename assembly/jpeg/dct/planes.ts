/**
 * What is kept of each component: its samples, as many lines of them as are needed at a time, and in
 * progressive frames all its coefficients. Both are padded to whole minimum coded units (T.81 A.2.4).
 */
import { take } from '../../kernel/arena';
import {
  ceilingOf,
  componentCount,
  horizontalSampling,
  lines,
  MAXIMUM_COMPONENTS,
  maximumH,
  maximumV,
  samplesPerLine,
  verticalSampling,
} from '../frame-header';
import { bytesPerSample } from './reconstruction';
import { sideOf } from './view';
import { BLOCK_BYTES } from './zigzag';

/**
 * Bytes in front of and behind each line that upsampling may read, and where it repeats the outermost
 * samples.
 */
const MARGIN: usize = 32;

/**
 * 6 words of a component: its plane, bytes of a line, lines kept, coefficients, bytes of a row of blocks, bit
 * sets.
 */
const records: usize = memory.data(MAXIMUM_COMPONENTS * 24, 4);

/** Minimum coded units of the frame, as scans of several components have them. */
@inline
export function frameMcuColumns(): i32 {
  return ceilingOf(samplesPerLine, 8 * maximumH);
}

@inline
export function frameMcuRows(): i32 {
  return ceilingOf(lines, 8 * maximumV);
}

/**
 * Takes memory for planes that hold `mcuRows` rows of minimum coded units and then begin anew. Every sample is 0: a
 * component may have no scan, and damaged data leave gaps. `joined`: the lines of a plane follow each other without a gap,
 * and no margin stands around them.
 */
export function takePlanes(mcuRows: i32, joined: bool): bool {
  for (let i = 0; i < componentCount; i++) {
    const bytes = <usize>(frameMcuColumns() * horizontalSampling(i) * sideOf(i) * bytesPerSample());
    const line = joined ? bytes : ((bytes + 15) & ~15) + 2 * MARGIN;
    const count = mcuRows * verticalSampling(i) * sideOf(i);
    const plane = take(<u64>line * count);
    if (plane == 0) return false;
    memory.fill(plane, 0, line * count);
    const record = records + i * 24;
    store<usize>(record, joined ? plane : plane + MARGIN, 0);
    store<usize>(record, line, 4);
    store<i32>(record, count, 8);
  }
  return true;
}

/** Bytes from one line of a plane to the next. */
@inline
export function planeLine(component: i32): usize {
  return load<usize>(records + component * 24, 4);
}

/**
 * Address of the first sample of a line of a component. The other lines of a block stand behind the one that
 * begins it.
 */
export function samplesOf(component: i32, line: i32): usize {
  const record = records + component * 24;
  return load<usize>(record) + <usize>(line % load<i32>(record, 8)) * load<usize>(record, 4);
}

/** Takes memory for all coefficients, each 0. */
export function takeCoefficients(): bool {
  for (let i = 0; i < componentCount; i++) {
    const columns = frameMcuColumns() * horizontalSampling(i), rows = frameMcuRows() * verticalSampling(i);
    const blocks = <u64>columns * rows;
    const coefficients = take(blocks * BLOCK_BYTES), sets = take(blocks * 8);
    if (coefficients == 0 || sets == 0) return false;
    memory.fill(coefficients, 0, <usize>blocks * BLOCK_BYTES);
    memory.fill(sets, 0, <usize>blocks * 8);
    const record = records + i * 24;
    store<usize>(record, coefficients, 12);
    store<usize>(record, columns * BLOCK_BYTES, 16);
    store<usize>(record, sets, 20);
  }
  return true;
}

/** Bytes from one row of blocks to the next. */
@inline
export function blockRow(component: i32): usize {
  return load<usize>(records + component * 24, 16);
}

/** Address of the first block in a row of blocks. */
@inline
export function blocksOf(component: i32, row: i32): usize {
  return load<usize>(records + component * 24, 12) + row * blockRow(component);
}

/**
 * Address of the bit set of a block: by zigzag index, which AC coefficients are not 0. 8 bytes to the next
 * block's.
 */
@inline
export function bitSetOf(component: i32, block: usize): usize {
  const record = records + component * 24;
  return load<usize>(record, 20) + ((block - load<usize>(record, 12)) >> 4);
}
