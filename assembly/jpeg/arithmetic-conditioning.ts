/**
 * Statistics areas of the arithmetic decoder, and their conditioning (T.81 B.2.4.3, F.1.4.4, H.1.2.3.2).
 *
 * There are four areas for DC coefficients or lossless differences and four for AC coefficients. The bounds
 * that a DAC segment gives for one stand at the end of its area.
 */
import { fail } from '../kernel/blocks';
import { Status } from '../kernel/status';
import { marker, offsetOf, segment, segmentEnd } from './markers';

const DESTINATIONS: i32 = 8;
/** Bytes of an area: 49 bins for DC, 158 for lossless differences, 245 for AC; then the bounds. */
const AREA: i32 = 256;
const BINS: i32 = 254;

/** A bin: bits 0 to 6 Index(S) of Table D.3, bit 7 MPS(S). */
@lazy
const areas: usize = memory.data(DESTINATIONS * AREA, 16);

/** A destination: the class Tc, 0 (DC, lossless) or 1 (AC), and the identifier Tb, 0 to 3. */
@inline
function area(tableClass: i32, identifier: i32): usize {
  return areas + ((tableClass << 2) | identifier) * AREA;
}

export function dcStatistics(identifier: i32): usize {
  return area(0, identifier);
}

export function acStatistics(identifier: i32): usize {
  return area(1, identifier);
}

/** Every bin has index 0 and the more probable symbol 0: a scan or restart interval begins (D.2.7). */
export function resetStatistics(): void {
  for (let i = 0; i < DESTINATIONS; i++) memory.fill(areas + i * AREA, 0, BINS);
}

/** L and U: a difference of up to 2^(L - 1) counts as 0, one of up to 2^U as small (F.1.4.4.1.2). */
@inline
export function lowerBound(dcArea: usize): i32 {
  return (1 << load<u8>(dcArea, 254)) >> 1;
}

@inline
export function upperBound(dcArea: usize): i32 {
  return 1 << load<u8>(dcArea, 255);
}

/** Kx: the last index of the coefficients that share the first set of magnitude bins (F.1.4.4.2). */
@inline
export function lowBand(acArea: usize): i32 {
  return load<u8>(acArea, 255);
}

/** L = 0, U = 1, Kx = 5 for all (F.1.4.4.1.4, F.1.4.4.2.1). */
export function forgetConditioning(): void {
  for (let i = 0; i < 4; i++) {
    store<u16>(dcStatistics(i), 0x100, 254);
    store<u8>(acStatistics(i), 5, 255);
  }
}

/** Reads the current marker segment, a DAC segment. */
export function readConditioning(): i32 {
  for (let from = segment; from < segmentEnd; from += 2) {
    // The last byte may be missing: then it is that of the next marker, or of the margin.
    const tableClass = <i32>load<u8>(from) >> 4, identifier = <i32>load<u8>(from) & 15;
    const value = <i32>load<u8>(from, 1), lower = value & 15, upper = value >> 4;
    const fits = tableClass == 0 ? lower <= upper : value >= 1 && value <= 63;
    if (tableClass > 1 || identifier > 3 || from + 2 > segmentEnd || !fits) {
      return fail(Status.BadJpegConditioning, offsetOf(marker), identifier);
    }
    if (tableClass == 0) store<u16>(dcStatistics(identifier), lower | (upper << 8), 254);
    else store<u8>(acStatistics(identifier), value, 255);
  }
  return Status.Done;
}
