/** Markers of a codestream (T.800 Table A.2, T.801 A.3, T.814 A.2) and the reading of their segments. */

export const enum Marker {
  SOC = 0xff4f,
  CAP = 0xff50,
  SIZ = 0xff51,
  COD = 0xff52,
  COC = 0xff53,
  QCD = 0xff5c,
  QCC = 0xff5d,
  RGN = 0xff5e,
  POC = 0xff5f,
  PPM = 0xff60,
  PPT = 0xff61,
  DCO = 0xff70,
  MCT = 0xff74,
  MCC = 0xff75,
  MCO = 0xff77,
  CBD = 0xff78,
  ATK = 0xff79,
  SOT = 0xff90,
  SOP = 0xff91,
  EPH = 0xff92,
  SOD = 0xff93,
  EOC = 0xffd9,
}

/** Two bytes, the most significant one first. */
@inline
export function read16(at: usize): i32 {
  return (<i32>load<u8>(at) << 8) | load<u8>(at, 1);
}

/** Four bytes, the most significant one first. */
@inline
export function read32(at: usize): u32 {
  return bswap<u32>(load<u32>(at));
}

/** A.1.1: markers of FF30 to FF3F have no segment; they are reserved and skipped. */
@inline
export function standsAlone(marker: i32): bool {
  return marker >= 0xff30 && marker <= 0xff3f;
}

@inline
export function ceilDivide(value: u32, by: u32): u32 {
  return <u32>((<u64>value + by - 1) / by);
}

/** Equation B-14 and its like: value / 2^exponent, rounded up; exponents of 32 and more too. */
@inline
export function ceilShift(value: u32, exponent: u32): u32 {
  return <u32>((<u64>value + (<u64>1 << exponent) - 1) >> exponent);
}
