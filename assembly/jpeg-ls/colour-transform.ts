/**
 * The colour transforms that Hewlett-Packard's encoder puts in front of JPEG-LS. T.87 does not have them: an APP8 segment
 * that begins with "mrfx" says which one. Arithmetic is modulo 2^P.
 */
import { fail } from '../kernel/blocks';
import { Status } from '../kernel/status';
import { componentCount, isSubsampled, precision } from './frame-header';
import { marker, offsetOf, segment, segmentEnd } from './markers';

/** 0: none; 1 to 3: HP1 to HP3. */
export let colourTransform: i32 = 0;

export function forgetColourTransform(): void {
  colourTransform = 0;
}

/** Reads an APP8 segment; one that is not about colour changes nothing. */
export function readColourTransform(): i32 {
  // "mrfx" as a little-endian number.
  if (segmentEnd - segment < 5 || load<u32>(segment) != 0x7866726d) return Status.Done;
  const transform = <i32>load<u8>(segment, 4);
  if (transform > 3) return fail(Status.UnsupportedJpegLsColourTransform, offsetOf(marker), transform);
  colourTransform = transform;
  return Status.Done;
}

/** The transforms are defined for three components of 8 or 16 bits. */
export function checkColourTransform(): i32 {
  if (colourTransform == 0) return Status.Done;
  if (componentCount == 3 && !isSubsampled() && (precision == 8 || precision == 16)) return Status.Done;
  return fail(Status.UnsupportedJpegLsColourTransform, -1, colourTransform);
}

/** Turns `count` pixels, colour by pixel, back into RGB, in place. */
export function undoColourTransform(pixels: usize, count: i32): void {
  if (precision == 8) undo<u8>(pixels, count, 8);
  else undo<u16>(pixels, count, 16);
}

@inline
function undo<T>(pixels: usize, count: i32, bits: i32): void {
  const half = 1 << (bits - 1), mask = (1 << bits) - 1;
  const end = pixels + <usize>count * 3 * sizeof<T>();
  for (let at = pixels; at < end; at += 3 * sizeof<T>()) {
    const v1 = <i32>load<T>(at), v2 = <i32>load<T>(at, sizeof<T>()), v3 = <i32>load<T>(at, 2 * sizeof<T>());
    let red: i32, green: i32, blue: i32;
    if (colourTransform == 1) {
      green = v2;
      red = v1 + green - half;
      blue = v3 + green - half;
    } else if (colourTransform == 2) {
      green = v2;
      red = (v1 + green - half) & mask;
      blue = v3 + ((red + green) >> 1) - half;
    } else {
      green = (v1 + (half >> 1) - ((v2 + v3) >> 2)) & mask;
      red = v3 + green - half;
      blue = v2 + green - half;
    }
    store<T>(at, <T>red);
    store<T>(at, <T>green, sizeof<T>());
    store<T>(at, <T>blue, 2 * sizeof<T>());
  }
}
