/**
 * The MEL decoder, T.814 7.1.3: an adaptive run-length code for what is rare, quads with a significant
 * coefficient among those that have no significant neighbour. It is asked for whole runs of zeros: how many
 * come in front of the next one.
 */

/** MEL_E, Table 2 of T.814: the exponents of states 0 to 12, four bits each. */
const EXPONENTS: u64 = 0x5433222111000;
const LAST_STATE: u32 = 12;
/** More zeros in a run than a block has quads are as good as so many. */
const ENDLESS: i32 = 8192;

/** Where the next byte is, and where they end. */
let source: usize = 0;
let end: usize = 0;
/** Bits ahead, the next one highest, and how many. */
let bits: u64 = 0;
let count: u32 = 0;
/** 1 where the byte before was 0xFF: the next one has seven bits. */
let stuffed: u32 = 0;
/** MEL_k. */
let state: u32 = 0;

/**
 * Begins at `first`; `last` is the last byte of the cleanup segment, which reads as 0xFF, the one before it
 * with four ones.
 */
export function beginMel(first: usize, last: usize): void {
  source = first;
  end = last;
  bits = 0;
  count = 0;
  stuffed = 0;
  state = 0;
}

/** Fills up to more than 48 bits; ones behind the end (7.1.3, importMELBit). */
function fill(): void {
  while (count <= 48) {
    let byte: u32 = 0xff;
    if (source < end) {
      byte = <u32>load<u8>(source) | (source == end - 1 ? 0x0f : 0);
      source++;
    }
    const fresh = 8 - stuffed;
    bits |= <u64>(byte & (0xff >> stuffed)) << (64 - fresh - count);
    count += fresh;
    stuffed = u32(byte == 0xff);
  }
}

/**
 * How many zeros come before the next one, which is taken too. A round takes at most six bits; runs that go
 * on add up to ENDLESS at most, so it ends whatever the bits are.
 */
export function zerosBeforeOne(): i32 {
  let zeros = 0;
  while (zeros < ENDLESS) {
    fill();
    const exponent = <u32>(EXPONENTS >> (state << 2)) & 15;
    const whole = <i64>bits < 0;
    bits <<= 1;
    count--;
    if (whole) {
      zeros += 1 << exponent;
      if (state < LAST_STATE) state++;
    } else {
      if (exponent != 0) {
        zeros += <i32>(bits >> (64 - exponent));
        bits <<= exponent;
        count -= exponent;
      }
      if (state > 0) state--;
      return zeros;
    }
  }
  return zeros;
}
