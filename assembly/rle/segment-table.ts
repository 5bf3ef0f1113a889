/** The RLE header (PS3.5 G.5) and how far each segment has been read. */
import { fail } from '../kernel/blocks';
import { input, inputEnd } from '../kernel/input';
import { Status } from '../kernel/status';
import { LONGEST_RUN } from './packbits';

/** Bytes of the RLE header: the number of segments and 15 offsets, 32 bits each. */
const HEADER_BYTES: i32 = 64;
const MOST_SEGMENTS: u32 = 15;

/** Per segment: address of the next code, address behind the segment, bytes decoded ahead; 4 bytes each and 4 free. */
const table = memory.data(16 * 15, 16);

@inline
function row(segment: i32): usize {
  return table + (segment << 4);
}

@inline
export function codeOf(segment: i32): usize {
  return load<usize>(row(segment), 0);
}

@inline
export function setCode(segment: i32, code: usize): void {
  store<usize>(row(segment), code, 0);
}

@inline
export function endOf(segment: i32): usize {
  return load<usize>(row(segment), 4);
}

/** Bytes of the last run that reached past the tile it began in. */
@inline
export function aheadOf(segment: i32): i32 {
  return load<i32>(row(segment), 8);
}

@inline
export function setAhead(segment: i32, bytes: i32): void {
  store<i32>(row(segment), bytes, 8);
}

/**
 * Reads and checks the header.
 * @param expected segments that the frame must have
 * @param fewest bytes that each of them decodes to at least
 */
export function readHeader(expected: i32, fewest: u64): i32 {
  const length = <i32>(inputEnd - input);
  if (length < HEADER_BYTES) return fail(Status.TruncatedRleHeader, length, length);
  const count = load<u32>(input);
  if (count != expected || count > MOST_SEGMENTS) return fail(Status.BadRleSegmentCount, 0, count);

  // A Replicate Run makes 128 bytes of 2, nothing makes more: what a segment can hold is known before memory is taken.
  const fewestEncoded = ((fewest + LONGEST_RUN - 1) / LONGEST_RUN) * 2;
  let least: u32 = HEADER_BYTES;
  for (let segment = 0; segment < expected; segment++) {
    const field = input + 4 + (segment << 2);
    const start = load<u32>(field);
    const end = segment + 1 < expected ? load<u32>(field, 4) : <u32>length;
    if (start < least || start > <u32>length) return fail(Status.BadRleSegmentOffset, 4 + (segment << 2), segment + 1);
    if (end < start || end > <u32>length) return fail(Status.BadRleSegmentOffset, 8 + (segment << 2), segment + 2);
    if (end - start < fewestEncoded) return fail(Status.TruncatedRleSegment, end, segment + 1, 0);
    setCode(segment, input + start);
    store<usize>(row(segment), input + end, 4);
    setAhead(segment, 0);
    least = end;
  }
  return Status.Done;
}
