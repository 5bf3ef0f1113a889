/** The zigzag sequence (T.81 Figure A.6). */

/** Position in the block, row by row, of each coefficient of the sequence. */
const sequence: usize = memory.data<u8>(
  [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
  ],
);

/** Coefficients of a block, and its bytes where each has 16 bits. */
export const COEFFICIENTS: i32 = 64;
export const BLOCK_BYTES: i32 = 128;

/** Coefficients from this index on may stand outside the upper left quarter of the block. */
export const QUARTER: u32 = 10;

/** Byte of the block at which each coefficient stands; from index 64 to 255 the one behind the block. */
const offsets: usize = memory.data(256, 16);

/** Makes the table of offsets. */
export function prepareZigzag(): void {
  for (let index = 0; index < COEFFICIENTS; index++) {
    store<u8>(offsets + index, load<u8>(sequence + index) << 1);
  }
  memory.fill(offsets + COEFFICIENTS, <u8>BLOCK_BYTES, 256 - COEFFICIENTS);
}

/** Position in the block, row by row, of coefficient 0 to 63. */
@inline
export function positionOf(index: i32): i32 {
  return load<u8>(sequence + index);
}

/**
 * Byte of the block at which coefficient 0 to 63 stands. An index of 64 to 255 has the place behind the
 * block.
 */
@inline
export function offsetInBlock(index: u32): usize {
  return load<u8>(index, offsets);
}
