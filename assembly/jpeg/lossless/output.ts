/**
 * From reconstructed samples of 16 bits to output: point transform (T.81 A.4), container, upsampling, colour
 * by pixel.
 */

/**
 * Multiplies by 2^Pt, in place. Reads and writes whole vectors: up to 14 bytes behind the last sample.
 */
export function undoPointTransform(samples: usize, count: i32, pointTransform: i32): void {
  const end = samples + (<usize>count << 1);
  if (ASC_FEATURE_SIMD) {
    for (; samples < end; samples += 16) v128.store(samples, i16x8.shl(v128.load(samples), pointTransform));
  } else {
    for (; samples < end; samples += 2) store<u16>(samples, <i32>load<u16>(samples) << pointTransform);
  }
}

/**
 * Stores the low byte of each sample. Reads up to 30 bytes and writes up to 15 bytes behind the last one.
 */
export function storeBytes(to: usize, samples: usize, count: i32): void {
  const end = to + count;
  if (ASC_FEATURE_SIMD) {
    const low = i16x8.splat(0xff);
    for (; to < end; to += 16, samples += 32) {
      const first = v128.and(v128.load(samples), low), second = v128.and(v128.load(samples, 16), low);
      v128.store(to, i8x16.narrow_i16x8_u(first, second));
    }
  } else {
    for (; to < end; to++, samples += 2) store<u8>(to, load<u8>(samples));
  }
}

/**
 * Spreads a line of one component over a line of pixels and undoes its point transform. Each sample serves as
 * many columns as its sampling factor is smaller than the largest: what libjpeg-turbo does in lossless mode,
 * T.81 leaves it open.
 * @param to the sample of this component in the first pixel; that of the next is `pixel` bytes further
 */
export function spreadLine(
  to: usize, samples: usize, columns: i32, pixel: usize, h: i32, maximumH: i32, pointTransform: i32,
): void {
  // Column x takes the sample floor(x * h / maximumH): a whole part and a rest.
  let rest = 0;
  for (let x = 0; x < columns; x++) {
    store<u16>(to, <i32>load<u16>(samples) << pointTransform);
    to += pixel;
    rest += h;
    if (rest >= maximumH) {
      rest -= maximumH;
      samples += 2;
    }
  }
}
