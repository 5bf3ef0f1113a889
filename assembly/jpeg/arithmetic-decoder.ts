/**
 * The adaptive binary arithmetic decoder (T.81 D.2).
 *
 * A is the standard's probability interval. C is its code register with the bits that have been fetched and
 * not yet shifted in: Cx = C >> waiting. Where the standard doubles A and C bit by bit, here `waiting` goes
 * down by as many bits as A is short of, and bytes are fetched while it is too small.
 */

/**
 * Table D.3, four bytes an index: Qe(S), least significant byte first; Next_Index_LPS, with Switch_MPS as
 * bit 7; Next_Index_MPS.
 */
@lazy
const estimation: usize = memory.data<u32>(
  [
    0x01815a1d, 0x020e2586, 0x03101114, 0x0412080b, 0x051403d8, 0x061701da, 0x071900e5, 0x081c006f,
    0x091e0036, 0x0a21001a, 0x0b23000d, 0x0c090006, 0x0d0a0003, 0x0d0c0001, 0x0f8f5a7f, 0x10243f25,
    0x11262cf2, 0x1227207c, 0x132817b9, 0x142a1182, 0x152b0cef, 0x162d09a1, 0x172e072f, 0x1830055c,
    0x19310406, 0x1a330303, 0x1b340240, 0x1c3601b1, 0x1d380144, 0x1e3900f5, 0x1f3b00b7, 0x203c008a,
    0x213e0068, 0x223f004e, 0x2320003b, 0x0921002c, 0x25a55ae1, 0x2640484c, 0x27413a0d, 0x28432ef1,
    0x2944261f, 0x2a451f33, 0x2b4619a8, 0x2c481518, 0x2d491177, 0x2e4a0e74, 0x2f4b0bfb, 0x304d09f8,
    0x314e0861, 0x324f0706, 0x333005cd, 0x343204de, 0x3532040f, 0x36330363, 0x373402d4, 0x3835025c,
    0x393601f8, 0x3a3701a4, 0x3b380160, 0x3c390125, 0x3d3a00f6, 0x3e3b00cb, 0x3f3d00ab, 0x203d008f,
    0x41c15b12, 0x42504d04, 0x4351412c, 0x445237d8, 0x45532fe8, 0x4654293c, 0x47562379, 0x48571edf,
    0x49571aa9, 0x4a48174e, 0x4b481424, 0x4c4a119c, 0x4d4a0f6b, 0x4e4b0d51, 0x4f4d0bb6, 0x304d0a40,
    0x51d05832, 0x52584d1c, 0x5359438e, 0x545a3bdd, 0x555b34ee, 0x565c2eae, 0x575d299a, 0x47562516,
    0x59d85570, 0x5a5f4ca9, 0x5b6044d9, 0x5c613e22, 0x5d633824, 0x5e6332b4, 0x565d2e17, 0x60df56a8,
    0x61654f46, 0x626647e5, 0x636741cf, 0x64683c3d, 0x5d63375e, 0x66695231, 0x676a4c0f, 0x686b4639,
    0x6367415e, 0x6ae95627, 0x6b6c50e7, 0x676d4b85, 0x6d6e5597, 0x6b6f504f, 0x6fee5a10, 0x6d705522,
    0x6ff059eb,
  ],
);

let a: u32 = 0;
let c: u32 = 0;
let waiting: i32 = 0;
/** Address of the byte behind the next one: bytes stand in reverse order (entropy-coded-segments.ts). */
let next: usize = 0;
/** Address of the last byte of the segment. */
let stop: usize = 0;
/** Bytes fetched behind the end of the segment. */
let borrowed: i32 = 0;

/** Initdec (D.2.7): `from` and `to` as segmentStart and segmentStop give them. */
export function openArithmetic(from: usize, to: usize): void {
  next = from;
  stop = to;
  borrowed = 0;
  a = 0x10000;
  c = 0;
  c = fetch();
  c = fetch();
  waiting = 0;
}

/** C with the next byte. Behind the end of a segment there are as many zeros as are asked for (D.2.6). */
function fetch(): u32 {
  if (next > stop) {
    next--;
    return (c << 8) | load<u8>(next);
  }
  borrowed++;
  return c << 8;
}

/** Bytes of the segment that have not been fetched; negative by as many as were wanted behind its end. */
export function bytesLeft(): i32 {
  return <i32>(next - stop) - borrowed;
}

/** Decode(S): the next decision, 0 or 1; `bin` holds Index(S) and MPS(S) and learns from it (D.2.4, D.2.5). */
export function decide(bin: usize): i32 {
  const state = <u32>load<u8>(bin);
  const mps = state >> 7;
  const row = load<u32>(estimation + ((state & 0x7f) << 2));
  const qe = row & 0xffff;
  a -= qe;
  const isUpper = c >= a << waiting;
  if (!isUpper && a >= 0x8000) return mps;
  // The sub-intervals change places where the lower one, the more probable symbol's, is the smaller.
  const isLps = isUpper != (a < qe);
  if (isUpper) {
    c -= a << waiting;
    a = qe;
  }
  const following = isLps ? ((row >> 16) ^ (state & 0x80)) & 0xff : (row >> 24) | (state & 0x80);
  store<u8>(bin, following);
  renormalize();
  return mps ^ <u32>isLps;
}

/** A decision of fixed probability, about one half: Qe = X'5A1D', MPS = 0 (F.1.4.4.2). */
export function decideEvenly(): i32 {
  const qe: u32 = 0x5a1d;
  a -= qe;
  const isUpper = c >= a << waiting;
  if (!isUpper && a >= 0x8000) return 0;
  const isLps = isUpper != (a < qe);
  if (isUpper) {
    c -= a << waiting;
    a = qe;
  }
  renormalize();
  return <i32>isLps;
}

/** Renorm_d (D.2.6): A is X'8000' or more again. */
function renormalize(): void {
  const shift = <i32>clz(a) - 16;
  while (waiting < shift) {
    c = fetch();
    waiting += 8;
  }
  waiting -= shift;
  a <<= shift;
}

/**
 * Sz + 1, which is the absolute value of a difference or coefficient, from the decision Sz < 2 on: `first` is
 * the bin of that, `bins` are X2 to X15, and M2 to M15 are 14 behind them (Tables F.4, F.5, H.3).
 * @returns 0 where Sz has more than 15 bits, which no stream has that is whole
 */
export function decideMagnitude(first: usize, bins: usize): i32 {
  if (decide(first) == 0) return 2;
  let leading = 2, bin = bins;
  while (decide(bin) != 0) {
    leading <<= 1;
    bin++;
    if (leading == 0x8000) return 0;
  }
  let size = leading;
  bin += 14;
  for (let bit = leading >> 1; bit != 0; bit >>= 1) if (decide(bin) != 0) size |= bit;
  return size + 1;
}
