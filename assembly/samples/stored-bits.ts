/**
 * Moves the stored bits of each sample down to bit 0 and fills what is above with the sign or with zeros (PS3.5 8.1.1):
 * a shift to the left that drops what stands above High Bit, and one to the right. `left` and `right` are less than the
 * container's bits. In place where the addresses are the same.
 */

export function normalise8(source: usize, target: usize, bytes: i32, left: i32, right: i32, signed: i32): void {
  if (signed) shift<i8>(source, target, bytes, left, right);
  else shift<u8>(source, target, bytes, left, right);
}

export function normalise16(source: usize, target: usize, bytes: i32, left: i32, right: i32, signed: i32): void {
  if (signed) shift<i16>(source, target, bytes, left, right);
  else shift<u16>(source, target, bytes, left, right);
}

export function normalise32(source: usize, target: usize, bytes: i32, left: i32, right: i32, signed: i32): void {
  if (signed) shift<i32>(source, target, bytes, left, right);
  else shift<u32>(source, target, bytes, left, right);
}

export function normalise64(source: usize, target: usize, bytes: i32, left: i32, right: i32, signed: i32): void {
  if (signed) shift<i64>(source, target, bytes, left, right);
  else shift<u64>(source, target, bytes, left, right);
}

/** The type's own shift to the right extends the sign or not. */
function shift<T>(source: usize, target: usize, bytes: i32, left: i32, right: i32): void {
  if (ASC_FEATURE_SIMD) {
    for (const end = target + bytes; target < end; source += 16, target += 16) {
      v128.store(target, v128.shr<T>(v128.shl<T>(v128.load(source), left), right));
    }
  } else {
    for (let i = 0; i < bytes; i += sizeof<T>()) {
      // Narrow integers are computed in 32 bits: the cast drops what was moved out of the container.
      const moved = <T>(load<T>(source + i) << <T>left);
      store<T>(target + i, moved >> <T>right);
    }
  }
}
