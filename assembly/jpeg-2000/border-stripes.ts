/**
 * Border stripes: where a picture is decoded in strips of rows by several kernels, each sub-band has a row of code-blocks that two
 * neighbours need. The strip below decodes it first of all and gives it away; the one above needs it last of all, and takes it if it has
 * come by then. What has not come is decoded once more. Damage in what is given is told by the strip that decoded it.
 *
 * All stripes of a border lie in one piece of memory: of each sub-band, in the order in which they are laid out, a record and the stripe as
 * it stands in the kernel that decoded it. Kernels that are asked for the same columns lay it out alike.
 */
import { take } from '../kernel/arena';
import { parameter } from '../kernel/blocks';
import { Band } from './tile';

/** 4 i32 for the host: address of what is given to the strip above, of what is wanted from the one below (0: nothing), bytes of either, 0. */
export const border: usize = memory.data(16, 16);

/** In front of the coefficients of each stripe. */
@unmanaged
class BorderStripe {
  /** The row of code-blocks; -1: not there. */
  row: i32;
  /** Coefficients are i16. */
  narrow: i32;
  /** At least their largest magnitude, where they are. */
  largest: i32;
  bytes: u32;
}

/** Bits of parameter 10. */
const GIVES: i32 = 1;
const TAKES: i32 = 2;

/** Beyond, borders are decoded twice. */
const MOST_BYTES: u64 = 1 << 26;

let given: usize = 0;
let wanted: usize = 0;
/** Bytes laid out so far. */
let laidOut: u64 = 0;

/** Forgets the stripes of the last frame or tile, before the sub-bands of the next are laid out. */
export function beginBorder(): void {
  given = 0;
  wanted = 0;
  laidOut = 0;
  memory.fill(border, 0, 16);
}

/** Lays out the stripe of a sub-band, which takes `bytes`. */
export function layOutBorder(band: Band, bytes: u64): void {
  band.border = <usize>min(laidOut, MOST_BYTES);
  band.borderBytes = <usize>min(bytes, MOST_BYTES);
  laidOut += offsetof<BorderStripe>() + ((bytes + 15) & ~15);
}

/** Takes the memory of what was laid out, for what the host asks for; where there is none the strips do without. */
export function takeBorder(): void {
  if (laidOut > MOST_BYTES) return;
  if ((parameter(10) & GIVES) != 0) given = take(laidOut);
  if ((parameter(10) & TAKES) != 0) wanted = take(laidOut);
  // What no record says is there is not there.
  if (given != 0) memory.fill(given, 0xff, <usize>laidOut);
  if (wanted != 0) memory.fill(wanted, 0xff, <usize>laidOut);
  store<usize>(border, given, 0);
  store<usize>(border, wanted, 4);
  store<u32>(border, <u32>laidOut, 8);
}

/**
 * Keeps the first stripe that a sub-band decodes for the strip above, before filters work on it: `bytes` of it. Of narrow coefficients that
 * were widened meanwhile it is twice as many as were laid out.
 */
export function giveStripe(band: Band, row: i32, bytes: usize): void {
  if (given == 0 || bytes > band.borderBytes) return;
  const record = changetype<BorderStripe>(given + band.border);
  if (record.row >= 0) return;
  record.row = row;
  record.narrow = band.narrow;
  record.largest = band.largest;
  record.bytes = <u32>bytes;
  memory.copy(changetype<usize>(record) + offsetof<BorderStripe>(), band.stripe, bytes);
}

/** Puts row `row` of the code-blocks, `bytes` long, in its place if it has come from the strip below; false: it must be decoded. */
export function receiveStripe(band: Band, row: i32, bytes: usize): bool {
  if (wanted == 0 || bytes > band.borderBytes) return false;
  const record = changetype<BorderStripe>(wanted + band.border);
  if (record.row != row || record.narrow != <i32>band.narrow || record.bytes != <u32>bytes) return false;
  memory.copy(band.stripe, changetype<usize>(record) + offsetof<BorderStripe>(), bytes);
  band.largest = max(band.largest, record.largest);
  return true;
}
