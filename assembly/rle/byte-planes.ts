/** Byte planes to pixels: the reverse of PS3.5 G.2. */
import { interleave } from '../samples/planes';

/**
 * Puts `count` pixels of `stride` bytes together, one byte from each plane; the planes stand `planeBytes` apart, in the
 * order of the bytes in the output. Up to 15 bytes more of each plane are read and up to 15 pixels more are written.
 */
export function joinPlanes(planes: usize, planeBytes: i32, output: usize, count: i32, stride: i32): void {
  if (stride <= 4) interleave(planes, planeBytes, output, count, stride, 1);
  else scatter(planes, planeBytes, output, count, stride);
}

/** For wide pixels, which are rare: colour of 16 and 32 bits, 64 bits. */
function scatter(planes: usize, planeBytes: i32, output: usize, count: i32, stride: i32): void {
  for (let i = 0; i < stride; i++) {
    const plane = planes + i * planeBytes;
    let to = output + i;
    for (let from = plane; from < plane + count; from++) {
      store<u8>(to, load<u8>(from));
      to += stride;
    }
  }
}
