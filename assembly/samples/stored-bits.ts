/**
 * The bits of a sample that are used (PS3.5 8.1.1), by two shifts: one to the left that drops what stands above High Bit, one
 * to the right, which extends the sign or not. `left` and `right` are less than the container's bits.
 */

/** Moves the stored bits of each sample down to bit 0, and the sign or zeros above. In place where the addresses are the same. */
export function normalise(
  source: usize, target: usize, bytes: i32, width: i32, left: i32, right: i32, signed: i32,
): void {
  if (width == 1) normaliseAs<u8, i8>(source, target, bytes, left, right, signed);
  else if (width == 2) normaliseAs<u16, i16>(source, target, bytes, left, right, signed);
  else if (width == 4) normaliseAs<u32, i32>(source, target, bytes, left, right, signed);
  else normaliseAs<u64, i64>(source, target, bytes, left, right, signed);
}

/** 1 where `normalise` would leave all samples as they are, else 0. */
export function fit(source: usize, bytes: i32, width: i32, left: i32, right: i32, signed: i32): i32 {
  if (width == 1) return fitAs<u8, i8>(source, bytes, left, right, signed);
  if (width == 2) return fitAs<u16, i16>(source, bytes, left, right, signed);
  if (width == 4) return fitAs<u32, i32>(source, bytes, left, right, signed);
  return fitAs<u64, i64>(source, bytes, left, right, signed);
}

// @ts-ignore: decorator
@inline
function normaliseAs<U, S>(source: usize, target: usize, bytes: i32, left: i32, right: i32, signed: i32): void {
  if (signed) shift<S>(source, target, bytes, left, right);
  else shift<U>(source, target, bytes, left, right);
}

// @ts-ignore: decorator
@inline
function fitAs<U, S>(source: usize, bytes: i32, left: i32, right: i32, signed: i32): i32 {
  return (signed ? changes<S>(source, bytes, left, right) : changes<U>(source, bytes, left, right)) ? 0 : 1;
}

function shift<T>(source: usize, target: usize, bytes: i32, left: i32, right: i32): void {
  if (ASC_FEATURE_SIMD) {
    for (const end = target + bytes; target < end; source += 16, target += 16) {
      v128.store(target, shiftedVector<T>(v128.load(source), left, right));
    }
  } else {
    for (let i = 0; i < bytes; i += sizeof<T>()) store<T>(target + i, shifted<T>(load<T>(source + i), left, right));
  }
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

// @ts-ignore: decorator
@inline
function shiftedVector<T>(samples: v128, left: i32, right: i32): v128 {
  return v128.shr<T>(v128.shl<T>(samples, left), right);
}

/** Narrow integers are computed in 32 bits: the cast drops what was moved out of the container. */
// @ts-ignore: decorator
@inline
function shifted<T>(sample: T, left: i32, right: i32): T {
  return <T>(<T>(sample << <T>left) >> <T>right);
}
