/**
 * When i16 are enough for the inverse 5-3 transform of a tile-component: as long as no sum of it can leave them. The number of
 * bit-planes does not tell (Mb leaves room that is hardly used, and HT blocks do not say how many are zero), so magnitudes are
 * measured while blocks are decoded and rows are made.
 *
 * Of a resolution let A, B, C and D be the largest magnitudes of its LL (the resolution below), HL, LH and HH. By the steps of
 * F.3.8.1.1, an even sample is a low-pass coefficient less (h + h' + 2) / 4, an odd one a high-pass coefficient plus half the sum
 * of two even ones:
 *
 *     rows of LL and HL    even: A + B / 2 + 1         odd: A + 3 B / 2 + 1
 *     rows of LH and HH    even: C + D / 2 + 1         odd: C + 3 D / 2 + 1
 *     columns of both      even: low + high / 2 + 1    odd: low + 3 high / 2 + 1
 *
 * The largest are the odd ones; rounding halves down and adding 2 is more than their fractions need. On the way h + h' + 2 has to
 * fit; the sum of two even samples does not, its half is had without it.
 */
import { bandOf, resolutionOf, TileComponent } from './tile';

/** Of h + h' + 2. */
const LARGEST_ADDEND: i32 = 0x3ffe;
const LARGEST: i32 = 0x7fff;

/** The largest magnitude of a sample of resolution `r` (not 0) of what was measured so far; above LARGEST where one may not fit. */
export function boundOf(area: TileComponent, r: i32): i32 {
  const at = resolutionOf(area, r);
  const hl = bandOf(at, 0).largest, lh = bandOf(at, 1).largest, hh = bandOf(at, 2).largest;
  const low = resolutionOf(area, r - 1).largest + hl + (hl >> 1) + 2;
  const high = lh + hh + (hh >> 1) + 2;
  if (hl > LARGEST_ADDEND || high > LARGEST_ADDEND) return LARGEST + 1;
  return low + high + (high >> 1) + 2;
}

/** Whether rows of resolution `r` may be joined and lifted as i16. */
export function fitsNarrow(area: TileComponent, r: i32): bool {
  return boundOf(area, r) <= LARGEST;
}

/** Half the range of samples of one byte. */
const LEVEL_SHIFT: i32 = 128;

/** G.2.2: whether the reversible component transformation of three tile-components fits as well, and the level shift of bytes. */
export function transformFitsNarrow(y: TileComponent, u: TileComponent, v: TileComponent): bool {
  const luminance = boundOf(y, y.shown), blue = boundOf(u, u.shown), red = boundOf(v, v.shown);
  const sum = blue + red;
  // Green is Y less a quarter of the sum; red and blue add to it.
  return sum <= LARGEST && luminance + (sum >> 2) + 1 + max(blue, red) + LEVEL_SHIFT <= LARGEST;
}
