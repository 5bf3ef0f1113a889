/** Planar Configuration 1 -> 0 (PS3.3 C.7.6.3.1.3). */
import { storeByPixel, threeOfFour, zipHigh, zipLow } from './vectors';

/**
 * `count` pixels whose components stand in planes, the first at `source`, each `stride` bytes behind the last (with the
 * margin of its own) -> colour by pixel. `components` is 2, 3 or 4, `width` 1, 2, 4 or 8 bytes.
 */
export function interleave(source: usize, stride: i32, target: usize, count: i32, components: i32, width: i32): void {
  if (width <= 2) interleaveNarrow(source, stride, target, count, components, width);
  else if (width == 4) interleaveAs<u32, u64>(source, stride, target, count, components);
  else interleaveOneByOne<u64>(source, stride, target, count, components);
}

/** The same where `width` is 1 or 2: all that the kernels of codecs need. */
export function interleaveNarrow(
  source: usize, stride: i32, target: usize, count: i32, components: i32, width: i32,
): void {
  if (width == 1) interleaveAs<u8, u16>(source, stride, target, count, components);
  else interleaveAs<u16, u32>(source, stride, target, count, components);
}

@inline
function interleaveAs<T, Pair>(source: usize, stride: i32, target: usize, count: i32, components: i32): void {
  if (ASC_FEATURE_SIMD) {
    const end = source + count * sizeof<T>();
    if (components == 2) interleaveTwo<T>(source, stride, target, end);
    else if (components == 3) interleaveThree<T, Pair>(source, stride, target, end);
    else interleaveFour<T, Pair>(source, stride, target, end);
  } else {
    interleaveOneByOne<T>(source, stride, target, count, components);
  }
}

function interleaveOneByOne<T>(source: usize, stride: i32, target: usize, count: i32, components: i32): void {
  for (let c = 0; c < components; c++, source += stride) {
    for (let i = 0; i < count; i++) {
      store<T>(target + (i * components + c) * sizeof<T>(), load<T>(source + i * sizeof<T>()));
    }
  }
}

function interleaveTwo<T>(source: usize, stride: i32, target: usize, end: usize): void {
  for (; source < end; source += 16, target += 32) {
    const a = v128.load(source);
    const b = v128.load(source + stride);
    v128.store(target, zipLow<T>(a, b));
    v128.store(target, zipHigh<T>(a, b), 16);
  }
}

function interleaveThree<T, Pair>(source: usize, stride: i32, target: usize, end: usize): void {
  const lanes = threeOfFour<T>();
  for (; source < end; source += 16, target += 48) {
    const a = v128.load(source);
    const b = v128.load(source + stride);
    const c = v128.load(source + 2 * stride);
    storeByPixel<T, Pair>(target, a, b, c, lanes);
  }
}

function interleaveFour<T, Pair>(source: usize, stride: i32, target: usize, end: usize): void {
  for (; source < end; source += 16, target += 64) {
    const a = v128.load(source);
    const b = v128.load(source + stride);
    const c = v128.load(source + 2 * stride);
    const d = v128.load(source + 3 * stride);
    const abLow = zipLow<T>(a, b);
    const abHigh = zipHigh<T>(a, b);
    const cdLow = zipLow<T>(c, d);
    const cdHigh = zipHigh<T>(c, d);
    v128.store(target, zipLow<Pair>(abLow, cdLow));
    v128.store(target, zipHigh<Pair>(abLow, cdLow), 16);
    v128.store(target, zipLow<Pair>(abHigh, cdHigh), 32);
    v128.store(target, zipHigh<Pair>(abHigh, cdHigh), 48);
  }
}
