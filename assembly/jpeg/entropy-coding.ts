/**
 * Which of the two entropy codings a module decodes (T.81 4.3). Arithmetic coding is rare: kernels for it are
 * modules of their own, made of the same stages. scripts/build.mjs defines ARITHMETIC_CODING for them, and the
 * compiler leaves the branches not taken out of either.
 */
import { Marker } from './markers';

export const ARITHMETIC: bool = isDefined(ARITHMETIC_CODING);

/**
 * The process of a frame, the n of SOFn for Huffman coding, from its SOF marker: arithmetic coding has the same
 * ones from SOF8 on.
 * @returns -1 where the frame has the other entropy coding
 */
export function processOf(code: i32): i32 {
  const number = code - Marker.SOF0;
  return (number > 8) == ARITHMETIC ? number & 7 : -1;
}
