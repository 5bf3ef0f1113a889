/** The runs of an RLE segment (PS3.5 G.3.2), the scheme that TIFF 6.0 calls PackBits. */

/** Bytes that a run can make at most. */
export const LONGEST_RUN: i32 = 128;
/** Bytes behind `outputEnd` that `decodeRuns` may write to: a run that began in front of it. 128 is whole vectors. */
export const OVERRUN: i32 = LONGEST_RUN;

/** Where `decodeRuns` stopped reading: at the code of the next run, or at the segment's end. */
export let nextCode: usize = 0;

/** Which of the 16 bytes behind a code go into the first 16 of its run: each of them, or the first one 16 times. */
const lanes = memory.data<u8>(
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 16);

/**
 * Decodes runs from `code` on until `outputEnd` is reached or the segment ends. The last run is not cut at `outputEnd`:
 * it is in the output whole, up to 127 bytes behind it. A run that the segment does not hold whole ends the segment;
 * of a Literal Run the bytes that are there count.
 * @param segmentEnd address behind the segment; nothing is read from there on
 * @returns address behind the last byte decoded; less than `outputEnd` only where the segment ran short
 */
export function decodeRuns(code: usize, segmentEnd: usize, output: usize, outputEnd: usize): usize {
  if (ASC_FEATURE_SIMD) {
    // A run is one code and at most 128 bytes, eight whole vectors: while the segment has so many left, any run can be read
    // without a look at the segment's end. Rejected: short runs by the long paths (-28% on runs of a few bytes), all runs
    // begun by the short path (-10% on long ones).
    while (output < outputEnd && code + 1 + LONGEST_RUN <= segmentEnd) {
      const n = <i32>load<i8>(code);
      if (<u32>(n + 15) <= 30) {
        // Up to 16 bytes of either kind by one path: which of the two comes next is hard to predict.
        const replicates = n >> 31;
        v128.store(output, i8x16.swizzle(v128.load(code, 1), v128.load(lanes + (replicates & 16))));
        output += (n ^ replicates) - replicates + 1;
        code += 2 + (n & ~replicates);
      } else if (n >= 0) {
        copyVectors(output, code + 1, n + 1);
        output += n + 1;
        code += n + 2;
      } else if (n != -128) {
        fillVectors(output, load<u8>(code, 1), 1 - n);
        output += 1 - n;
        code += 2;
      } else code += 1;
    }
  }
  while (output < outputEnd && code < segmentEnd) {
    const n = <i32>load<i8>(code);
    code += 1;
    if (n >= 0) {
      // Literal Run: the next n + 1 bytes as they are.
      const count = min(n + 1, <i32>(segmentEnd - code));
      copyBytes(output, code, count);
      output += count;
      code += count;
    } else if (n != -128) {
      // Replicate Run: the next byte 1 - n times.
      if (code == segmentEnd) break;
      fillBytes(output, load<u8>(code), 1 - n);
      output += 1 - n;
      code += 1;
    }
    // -128 is no run: "output nothing".
  }
  nextCode = code;
  return output;
}

/** Bytes that a segment decodes to, without decoding it. */
export function decodedLength(code: usize, segmentEnd: usize): u64 {
  let length: u64 = 0;
  while (code < segmentEnd) {
    const n = <i32>load<i8>(code);
    code += 1;
    if (n >= 0) {
      const count = min(n + 1, <i32>(segmentEnd - code));
      length += count;
      code += count;
    } else if (n != -128 && code < segmentEnd) {
      length += 1 - n;
      code += 1;
    }
  }
  return length;
}

@inline
function copyBytes(output: usize, input: usize, count: i32): void {
  for (let i = 0; i < count; i++) store<u8>(output + i, load<u8>(input + i));
}

@inline
function fillBytes(output: usize, value: u8, count: i32): void {
  for (let i = 0; i < count; i++) store<u8>(output + i, value);
}

/** The same in steps of 16 bytes: up to 15 more are read and written. */
@inline
function copyVectors(output: usize, input: usize, count: i32): void {
  v128.store(output, v128.load(input));
  for (let i = 16; i < count; i += 16) v128.store(output + i, v128.load(input + i));
}

@inline
function fillVectors(output: usize, value: u8, count: i32): void {
  const bytes = i8x16.splat(value);
  v128.store(output, bytes);
  for (let i = 16; i < count; i += 16) v128.store(output + i, bytes);
}
