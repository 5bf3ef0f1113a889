/**
 * Packet headers that stand apart from their packets: PPM in the main header (T.800 A.7.4), PPT in tile-part headers
 * (A.7.5). The segments of a kind are numbered (Zppm, Zppt) and say one text together, which is put together here.
 */
import { take } from '../kernel/arena';
import { fail } from '../kernel/blocks';
import { input } from '../kernel/input';
import { Status } from '../kernel/status';
import { read16, read32 } from './markers';

/** Address of the text of segment 0 to 255; the segment's length field tells how long it is. 0: no such segment. */
const segments: usize = memory.data(4 * 256, 16);
let any: bool = false;
/** What `joinSegments` made. */
let joined: usize = 0;
let joinedEnd: usize = 0;

export function forgetSegments(): void {
  memory.fill(segments, 0, 4 * 256);
  any = false;
  joined = 0;
  joinedEnd = 0;
}

/** Notes a PPM or PPT segment. `at` is the address of its length field; `length` bytes are there. */
export function noteSegment(at: usize, length: i32): i32 {
  if (length < 3) return fail(Status.BadJ2kSegmentLength, <i32>(at - input), 0xff60);
  const entry = segments + (<usize>load<u8>(at, 2) << 2);
  if (load<usize>(entry) != 0) return fail(Status.BadJ2kPackedHeaders, <i32>(at - input), load<u8>(at, 2));
  store<usize>(entry, at);
  any = true;
  return Status.Done;
}

@inline
export function hasSegments(): bool {
  return any;
}

/** Puts the text of all segments together, with readable bytes behind it. */
export function joinSegments(): i32 {
  let bytes: u64 = 0;
  for (let i = 0; i < 256; i++) {
    const at = load<usize>(segments + (i << 2));
    if (at != 0) bytes += <u64>(read16(at) - 3);
  }
  joined = take(bytes + 64);
  if (joined == 0) return fail(Status.LimitMemory, -1);
  joinedEnd = joined;
  for (let i = 0; i < 256; i++) {
    const at = load<usize>(segments + (i << 2));
    if (at == 0) continue;
    const length = <usize>(read16(at) - 3);
    memory.copy(joinedEnd, at + 3, length);
    joinedEnd += length;
  }
  return Status.Done;
}

@inline
export function joinedStart(): usize {
  return joined;
}

@inline
export function joinedStop(): usize {
  return joinedEnd;
}

/**
 * PPM: the headers of the next tile-part in the order of the codestream, Nppm bytes. Leaves `joinedStart` behind them.
 * Returns how many bytes they are, -1 where the text ends before; they begin at `joinedStart() - count`.
 */
export function nextTilePartHeaders(): i32 {
  if (joined + 4 > joinedEnd) return -1;
  const count = read32(joined);
  if (count > <u32>(joinedEnd - joined - 4)) return -1;
  joined += 4 + count;
  return count;
}
