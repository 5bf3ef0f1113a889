/** Lines of the components -> lines of the image, colour by pixel. */
import { ybrFullPlanesToRgb8, ybrFullToRgb8 } from '../../samples/colour';
import { componentCount } from '../frame-header';
import { storeByPixel, threeOfFour } from '../../samples/vectors';
import { bytesPerSample } from './reconstruction';
import { lineOf } from './upsampling';
import { viewColumns, wantsRgb } from './view';

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
    const a = lineOf(0, line), b = lineOf(1, line), c = lineOf(2, line);
    if (wantsRgb()) ybrFullPlanesToRgb8(a, b, c, to, viewColumns);
    else interleaveThree(a, b, c, to);
  } else {
    for (let i = 0; i < componentCount; i++) {
      if (bytesPerSample() == 1) spread<u8>(lineOf(i, line), to + i);
      else spread<u16>(lineOf(i, line), to + (i << 1));
    }
    if (wantsRgb() && componentCount == 3 && bytesPerSample() == 1) ybrFullToRgb8(to, to, viewColumns);
  }
}

/** The samples of one component to their places in the pixels. */
function spread<T>(from: usize, to: usize): void {
  const pixel = <usize>componentCount * sizeof<T>();
  for (const end = from + viewColumns * sizeof<T>(); from < end; from += sizeof<T>(), to += pixel) {
    store<T>(to, load<T>(from));
  }
}

/** 16 pixels at a time: 48 bytes, and four behind them. */
function interleaveThree(a: usize, b: usize, c: usize, to: usize): void {
  const lanes = threeOfFour<u8>();
  for (const end = a + viewColumns; a < end; a += 16, b += 16, c += 16, to += 48) {
    storeByPixel<u8, u16>(to, v128.load(a), v128.load(b), v128.load(c), lanes);
  }
}
