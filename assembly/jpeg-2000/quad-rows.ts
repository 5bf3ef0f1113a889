/**
 * What the HT cleanup pass keeps of a row of quads (T.814 7.3: two by two coefficients, numbered column by
 * column) and of the one above. A row has 512 quads at most. Each array has room for one vector in front of
 * the first quad and two behind the last; there stand zeros: what is outside the block is insignificant.
 */

/** Quads of a row that are always zero in front; a multiple of a vector of any of the arrays. */
const FRONT: usize = 64;

/** 16 bits per quad: rho | e_k << 4 | e_1 << 8 | gamma << 12. Two rows: the one at hand and the next. */
export const QUADS_A: usize = memory.data(64 + 1024 + 64, 64) + FRONT;
export const QUADS_B: usize = memory.data(64 + 1024 + 64, 64) + FRONT;
/** gamma: more than one coefficient of the quad is significant. */
export const GAMMA: u32 = 0x1000;
/** 8 bits per quad of the next row: u_q. */
export const U_SUFFIXES: usize = memory.data(512 + 64, 64);
/** 16 bits per quad of this row: U_q. */
export const EXPONENT_BOUNDS: usize = memory.data(1024 + 64, 64);
/**
 * 16 bits per quad of the next row: what the row above it has to say to its context, as an offset in the VLC
 * table.
 */
export const CONTEXTS_ABOVE: usize = memory.data(1024 + 64, 64);
/**
 * v of the lower coefficients of the row that was decoded last: 2 (magnitude - 1) + sign, 0 where
 * insignificant. 16 bits each after a row of vectors, 32 bits each after a wide one.
 */
export const LOWER_V: usize = memory.data(64 + 2048 + 64, 64) + FRONT;
export const LOWER_V_WIDE: usize = memory.data(64 + 4096 + 64, 64) + FRONT;

/** Clears all rows for a block of `quads` quads to a row. */
export function clearQuadRows(quads: u32): void {
  memory.fill(QUADS_A - FRONT, 0, FRONT + (quads << 1) + 64);
  memory.fill(QUADS_B - FRONT, 0, FRONT + (quads << 1) + 64);
  memory.fill(U_SUFFIXES, 0, quads + 64);
  memory.fill(LOWER_V - FRONT, 0, FRONT + (quads << 2) + 64);
}

/** Clears the wide row: before the first wide row after others. */
export function clearWideRow(quads: u32): void {
  memory.fill(LOWER_V_WIDE - FRONT, 0, FRONT + (quads << 3) + 64);
}
