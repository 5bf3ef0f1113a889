/**
 * The bits of a sample that are used (PS3.5 8.1.1), by two shifts: one to the left that drops what stands above High Bit, one
 * to the right, which extends the sign or not. `left` and `right` are less than the container's bits.
 */

/**
 * Moves the stored bits of each sample down to bit 0, and the sign or zeros above. In place where the addresses are the same.
 * Adds to the mask of 64 bits at `unused` each bit outside the stored ones that is set in some sample and is no copy of a
 * negative one's sign. (Zeros above a negative sample say nothing: that is how unused bits are cleared.)
 */
export function normalise(
  source: usize, target: usize, bytes: i32, width: i32, left: i32, right: i32, signed: i32, unused: usize,
): void {
  if (width == 1) normaliseAs<u8, i8>(source, target, bytes, left, right, signed, unused);
  else if (width == 2) normaliseAs<u16, i16>(source, target, bytes, left, right, signed, unused);
  else if (width == 4) normaliseAs<u32, i32>(source, target, bytes, left, right, signed, unused);
  else normaliseAs<u64, i64>(source, target, bytes, left, right, signed, unused);
}

/** 1 where `normalise` would leave all samples as they are, else 0. */
export function fit(source: usize, bytes: i32, width: i32, left: i32, right: i32, signed: i32): i32 {
  if (width == 1) return fitAs<u8, i8>(source, bytes, left, right, signed);
  if (width == 2) return fitAs<u16, i16>(source, bytes, left, right, signed);
  if (width == 4) return fitAs<u32, i32>(source, bytes, left, right, signed);
  return fitAs<u64, i64>(source, bytes, left, right, signed);
}

@inline
function normaliseAs<U, S>(
  source: usize, target: usize, bytes: i32, left: i32, right: i32, signed: i32, unused: usize,
): void {
  // Beyond High Bit, and under the lowest bit that is stored.
  const above = left > 0 ? <U>(<U>-1 << <U>(8 * sizeof<U>() - left)) : <U>0;
  const below = <U>((<U>1 << <U>(right - left)) - 1);
  const set = signed
    ? shift<S>(source, target, bytes, left, right, <S>above, <S>below)
    : shift<U>(source, target, bytes, left, right, above, below);
  store<u64>(unused, load<u64>(unused) | (<u64>set & (<u64>-1 >> (64 - 8 * sizeof<U>()))));
}

@inline
function fitAs<U, S>(source: usize, bytes: i32, left: i32, right: i32, signed: i32): i32 {
  return (signed ? changes<S>(source, bytes, left, right) : changes<U>(source, bytes, left, right)) ? 0 : 1;
}

/** Shifts all samples; returns the bits of `above` and `below` that were set in them and are no copies of a sign. */
function shift<T>(source: usize, target: usize, bytes: i32, left: i32, right: i32, above: T, below: T): T {
  let set = <T>0;
  let first = 0;
  if (ASC_FEATURE_SIMD) {
    const aboves = v128.splat<T>(above);
    const belows = v128.splat<T>(below);
    let sets = i64x2.splat(0);
    // Whole vectors only are looked at: what is behind the source is stored, and not heard.
    const whole = bytes & ~15;
    for (; first < whole; first += 16) {
      const samples = v128.load(source + first);
      const placed = v128.shl<T>(samples, left);
      v128.store(target + first, v128.shr<T>(placed, right));
      let high = v128.and(samples, aboves);
      if (isSigned<T>()) high = v128.andnot(high, v128.shr<T>(placed, 8 * sizeof<T>() - 1));
      sets = v128.or(sets, v128.or(high, v128.and(samples, belows)));
    }
    for (let lanes = v128.or(sets, v128.shuffle<u64>(sets, sets, 1, 0)), lane: usize = 0; lane < 8; lane += sizeof<T>()) {
      set |= <T>(v128.extract_lane<u64>(lanes, 0) >> (8 * lane));
    }
  }
  for (let i = first; i < bytes; i += sizeof<T>()) {
    const sample = load<T>(source + i);
    const high = sample & above;
    const sign: T = isSigned<T>() ? <T>(<T>(sample << <T>left) >> <T>(8 * sizeof<T>() - 1)) : 0;
    set |= (high & ~sign) | (sample & below);
    store<T>(target + i, shifted<T>(sample, left, right));
  }
  return set;
}

/** Whether a shifted sample differs. The vectors take in what is behind the source, which is therefore left out of the last. */
function changes<T>(source: usize, bytes: i32, left: i32, right: i32): bool {
  let last = bytes;
  if (ASC_FEATURE_SIMD) {
    last = bytes & ~15;
    let differences = i64x2.splat(0);
    for (let i = 0; i < last; i += 16) {
      const samples = v128.load(source + i);
      differences = v128.or(differences, v128.xor(samples, shiftedVector<T>(samples, left, right)));
    }
    if (v128.any_true(differences)) return true;
    source += last;
    last = bytes - last;
  }
  for (let i = 0; i < last; i += sizeof<T>()) {
    const sample = load<T>(source + i);
    if (sample != shifted<T>(sample, left, right)) return true;
  }
  return false;
}

@inline
function shiftedVector<T>(samples: v128, left: i32, right: i32): v128 {
  return v128.shr<T>(v128.shl<T>(samples, left), right);
}

/** Narrow integers are computed in 32 bits: the cast drops what was moved out of the container. */
@inline
function shifted<T>(sample: T, left: i32, right: i32): T {
  return <T>(<T>(sample << <T>left) >> <T>right);
}
