/** Lines of the components -> lines of the image, colour by pixel. */
import { componentCount } from '../frame-header';
import { zipHigh, zipLow } from '../../samples/vectors';
import { bytesPerSample } from './reconstruction';
import { lineOf } from './upsampling';
import { viewColumns } from './view';

/** Bytes that vectors may write behind a line. */
export const OUTPUT_SLACK: i32 = 64;

/** Bytes of a line that is handed out: the columns of the view. */
@inline
export function outputLineBytes(): i32 {
  return viewColumns * componentCount * bytesPerSample();
}

/** Writes the columns of the view of a line of the image. */
export function storeLine(to: usize, line: i32): void {
  if (componentCount == 1) memory.copy(to, lineOf(0, line), outputLineBytes());
  else if (ASC_FEATURE_SIMD && componentCount == 3 && bytesPerSample() == 1) {
    interleaveThree(lineOf(0, line), lineOf(1, line), lineOf(2, line), to);
  } else {
    for (let i = 0; i < componentCount; i++) {
      if (bytesPerSample() == 1) spread<u8>(lineOf(i, line), to + i);
      else spread<u16>(lineOf(i, line), to + (i << 1));
    }
  }
}

/** The samples of one component to their places in the pixels. */
function spread<T>(from: usize, to: usize): void {
  const pixel = <usize>componentCount * sizeof<T>();
  for (const end = from + viewColumns * sizeof<T>(); from < end; from += sizeof<T>(), to += pixel) {
    store<T>(to, load<T>(from));
  }
}

/**
 * From four pixels of four samples the first three of each, as a table in memory: one in the code is made
 * anew each time.
 */
const THREE_OF_FOUR = memory.data<u8>([0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 128, 128, 128, 128], 16);

/** 16 pixels at a time: 48 bytes, and four behind them. */
function interleaveThree(a: usize, b: usize, c: usize, to: usize): void {
  const threeOfFour = v128.load(THREE_OF_FOUR);
  for (const end = a + viewColumns; a < end; a += 16, b += 16, c += 16, to += 48) {
    const va = v128.load(a), vb = v128.load(b), vc = v128.load(c);
    const low = zipLow<u8>(va, vb), high = zipHigh<u8>(va, vb);
    const third = zipLow<u8>(vc, vc), fourth = zipHigh<u8>(vc, vc);
    v128.store(to, i8x16.swizzle(zipLow<u16>(low, third), threeOfFour));
    v128.store(to, i8x16.swizzle(zipHigh<u16>(low, third), threeOfFour), 12);
    v128.store(to, i8x16.swizzle(zipLow<u16>(high, fourth), threeOfFour), 24);
    v128.store(to, i8x16.swizzle(zipHigh<u16>(high, fourth), threeOfFour), 36);
  }
}
