/**
 * Coefficients of more bit-planes than an i32 holds. The coding passes work on the upper bit-planes first; then these are put aside and
 * the passes go on with the lower ones, in the same place. What a pass asks of a coefficient besides its bits is kept elsewhere.
 */
import { COEFFICIENTS } from './block-state';

const MAGNITUDE: u32 = 0x7fffffff;
/** Magnitudes of the upper bit-planes, in scan order. */
const ASIDE: usize = memory.data(16384, 64);

/**
 * Puts the bit-planes from number `planes` on aside. Of coefficients that are significant the sign stays, and the half that stands for
 * the bit-planes to come.
 */
export function putAside(count: u32, planes: u32): void {
  for (let p: usize = 0; p < <usize>count << 2; p += 4) {
    const coefficient = load<u32>(COEFFICIENTS + p);
    store<u32>(ASIDE + p, (coefficient & MAGNITUDE) >> 1);
    if (coefficient != 0) store<u32>(COEFFICIENTS + p, (coefficient & ~MAGNITUDE) | (1 << planes));
  }
}

/**
 * Writes `height` rows of `columns` coefficients as i64, `stride` bytes apart: two's complement, the half dropped.
 * @param planes the bit-planes below those that are decoded first
 * @param divided those were put aside
 */
export function writeWideCoefficients(
  columns: u32,
  height: u32,
  output: usize,
  stride: usize,
  planes: u32,
  divided: bool,
): void {
  for (let y: u32 = 0; y < height; y++) {
    for (let x: u32 = 0; x < columns; x++) {
      const p = <usize>((((y >> 2) * columns + x) << 2) + (y & 3)) << 2;
      const coefficient = load<u32>(COEFFICIENTS + p);
      const low = <u64>(coefficient & MAGNITUDE);
      const doubled = divided ? (<u64>load<u32>(ASIDE + p) << (planes + 1)) + low : low << planes;
      const magnitude = <i64>(doubled >> 1);
      store<i64>(output + y * stride + (x << 3), <i32>coefficient < 0 ? -magnitude : magnitude);
    }
  }
}
