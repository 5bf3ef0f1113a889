/**
 * One frame of a hierarchy (T.81 Annex J) with Huffman coding, differential or not, by the DCT or lossless: the kernels of
 * dct/ and lossless/, compiled with HIERARCHICAL_MODE.
 *
 * No parameters. The header: rows, columns, components, precision, and 2, the bytes of a sample. Output: colour by
 * pixel, little endian; differences in two's complement; where a component has fewer samples than the frame, each is
 * repeated.
 */
import { Status } from '../../kernel/status';
import { open as openDct, step as stepDct } from '../dct/frame';
import { open as openLossless, step as stepLossless } from '../lossless/frame';

export { parameters, header, strip, failure } from '../../kernel/blocks';
export { begin } from '../../kernel/input';

let lossless: bool = false;

export function open(): i32 {
  const status = openDct();
  // The SOF marker says so, in front of which no memory is taken.
  lossless = status == Status.UnsupportedJpegProcess;
  return lossless ? openLossless() : status;
}

export function step(): i32 {
  return lossless ? stepLossless() : stepDct();
}
