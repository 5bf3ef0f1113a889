/**
 * From differences to samples (T.81 H.1.2.1, H.2.2, Table H.1): sample = prediction + difference, modulo
 * 2^16.
 *
 * The names Ra, Rb, Rc are the standard's: the sample to the left, the one above, the one above to the left.
 *
 *     Rc Rb
 *     Ra Px
 *
 * Differences and samples are 16 bits each, colour by pixel where there are several components. The functions
 * work on a part of one line: `to` and `from` are its first sample and difference, `count` its samples,
 * `pixel` the bytes from one sample to the next of the same component, `line` the bytes from a line to the
 * next.
 *
 * The vectors write up to 14 bytes behind the part, over samples that are still to come, and read as far
 * behind the differences and behind the line above: buffers have SLACK bytes more at either end.
 */

/** Bytes in front of and behind the lines and differences that vectors may touch. */
export const SLACK: usize = 32;

/**
 * The line that begins a scan or restart interval: its first pixel is predicted as `initial`, 2^(P - Pt - 1),
 * in each component, the others by Ra whatever the predictor.
 */
export function reconstructFirstLine(to: usize, from: usize, count: i32, pixel: usize, initial: i32): void {
  if (ASC_FEATURE_SIMD) {
    if (pixel == 2) sumUp(1, to, from, count, 0, initial);
    else followLeft(1, to, from, count, pixel, 0, i16x8.splat(<i16>initial));
  } else {
    for (let i: usize = 0; i < pixel; i += 2) store<u16>(to + i, initial + load<u16>(from + i));
    reconstructEach(1, to + pixel, from + pixel, count - <i32>(pixel >> 1), pixel, 0);
  }
}

/** Any other line: its first pixel is predicted by Rb, the others as the scan header selects. */
export function reconstructLine(
  predictor: i32, to: usize, from: usize, count: i32, pixel: usize, line: usize,
): void {
  for (let i: usize = 0; i < pixel; i += 2) {
    store<u16>(to + i, load<u16>(to + i - line) + load<u16>(from + i));
  }
  reconstructRest(predictor, to + pixel, from + pixel, count - <i32>(pixel >> 1), pixel, line);
}

/** The pixels that have one to their left in the same line and are predicted as the scan header selects. */
export function reconstructRest(
  predictor: i32, to: usize, from: usize, count: i32, pixel: usize, line: usize,
): void {
  if (ASC_FEATURE_SIMD) {
    if (predictor == 2) addAbove(to, from, count, line);
    else if (predictor == 3) addAbove(to, from, count, line + pixel);
    else if (pixel == 2 && predictor < 6) {
      const a = <i32>load<u16>(to - 2);
      if (predictor == 1) sumUp(1, to, from, count, line, a);
      else if (predictor == 4) sumUp(4, to, from, count, line, a);
      else sumUp(5, to, from, count, line, a);
    } else {
      const a = v128.load64_zero(to - pixel);
      if (predictor == 1) followLeft(1, to, from, count, pixel, line, a);
      else if (predictor == 4) followLeft(4, to, from, count, pixel, line, a);
      else if (predictor == 5) followLeft(5, to, from, count, pixel, line, a);
      else if (predictor == 6) followLeft(6, to, from, count, pixel, line, a);
      else followLeft(7, to, from, count, pixel, line, a);
    }
  } else reconstructEach(predictor, to, from, count, pixel, line);
}

/** The plain way: one sample at a time. */
function reconstructEach(
  predictor: i32, to: usize, from: usize, count: i32, pixel: usize, line: usize,
): void {
  for (const end = to + (<usize>max(count, 0) << 1); to < end; to += 2, from += 2) {
    const a = <i32>load<u16>(to - pixel);
    const b = <i32>load<u16>(to - line), c = <i32>load<u16>(to - line - pixel);
    let prediction: i32;
    if (predictor == 1) prediction = a;
    else if (predictor == 2) prediction = b;
    else if (predictor == 3) prediction = c;
    else if (predictor == 4) prediction = a + b - c;
    else if (predictor == 5) prediction = a + ((b - c) >> 1);
    else if (predictor == 6) prediction = b + ((a - c) >> 1);
    else prediction = (a + b) >> 1;
    store<u16>(to, prediction + load<u16>(from));
  }
}

/**
 * Predictors Rb and Rc: no sample waits for its neighbour. `above` is how far back the predicting sample
 * stands.
 */
function addAbove(to: usize, from: usize, count: i32, above: usize): void {
  for (const end = to + (<usize>max(count, 0) << 1); to < end; to += 16, from += 16) {
    v128.store(to, i16x8.add(v128.load(to - above), v128.load(from)));
  }
}

/** (x - y) >> 1 for unsigned x and y: the average rounds up and cannot overflow, (x + 65535 - y + 1) >> 1. */
@inline
function halfDifference(x: v128, y: v128): v128 {
  return v128.xor(i16x8.avgr_u(x, v128.not(y)), i16x8.splat(-0x8000));
}

/**
 * Predictors Ra, Ra + Rb - Rc and Ra + ((Rb - Rc) >> 1) of one component: all but Ra is known beforehand, so
 * a line is a running sum, eight samples at a time in three steps. `a` is the sample to the left of the
 * first.
 */
@inline
function sumUp(predictor: i32, to: usize, from: usize, count: i32, line: usize, a: i32): void {
  const zero = i16x8.splat(0);
  let carry = i16x8.splat(<i16>a);
  for (const end = to + (<usize>max(count, 0) << 1); to < end; to += 16, from += 16) {
    let sum = v128.load(from);
    if (predictor != 1) {
      const b = v128.load(to - line), c = v128.load(to - line - 2);
      sum = i16x8.add(sum, predictor == 4 ? i16x8.sub(b, c) : halfDifference(b, c));
    }
    sum = i16x8.add(sum, i16x8.shuffle(zero, sum, 7, 8, 9, 10, 11, 12, 13, 14));
    sum = i16x8.add(sum, i16x8.shuffle(zero, sum, 6, 7, 8, 9, 10, 11, 12, 13));
    sum = i16x8.add(sum, i16x8.shuffle(zero, sum, 4, 5, 6, 7, 8, 9, 10, 11));
    sum = i16x8.add(sum, carry);
    v128.store(to, sum);
    carry = i16x8.shuffle(sum, sum, 7, 7, 7, 7, 7, 7, 7, 7);
  }
}

/**
 * Every predictor with Ra, a pixel of up to four components at a time: a lane waits only for its own
 * component. Also for one component where Ra is halved and a running sum is not to be had. `a` is the pixel
 * to the left of the first.
 */
@inline
function followLeft(
  predictor: i32, to: usize, from: usize, count: i32, pixel: usize, line: usize, a: v128,
): void {
  const one = i16x8.splat(1);
  for (const end = to + (<usize>max(count, 0) << 1); to < end; to += pixel, from += pixel) {
    const difference = v128.load64_zero(from);
    if (predictor == 1) a = i16x8.add(a, difference);
    else {
      const b = v128.load64_zero(to - line);
      if (predictor == 7) {
        // (Ra + Rb) >> 1 without a 17th bit: the average less what it rounded up.
        const roundedUp = v128.and(v128.xor(a, b), one);
        a = i16x8.sub(i16x8.add(i16x8.avgr_u(a, b), difference), roundedUp);
      } else {
        const c = v128.load64_zero(to - line - pixel);
        if (predictor == 4) a = i16x8.add(a, i16x8.add(i16x8.sub(b, c), difference));
        else if (predictor == 5) a = i16x8.add(a, i16x8.add(halfDifference(b, c), difference));
        else a = i16x8.add(halfDifference(a, c), i16x8.add(b, difference));
      }
    }
    v128.store64_lane(to, a, 0);
  }
}
