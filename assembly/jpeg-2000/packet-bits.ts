/** The bits of packet headers (T.800 B.10.1): after a byte FF the highest bit of the next one is stuffed. */

let cursor: usize = 0;
let end: usize = 0;
let current: u32 = 0;
let left: i32 = 0;
/** A bit was wanted where there were no more bytes; such bits are 0. */
export let bitsMissing: bool = false;

export function beginBits(from: usize, to: usize): void {
  cursor = from;
  end = to;
  current = 0;
  left = 0;
  bitsMissing = false;
}

function nextByte(): void {
  left = current == 0xff ? 7 : 8;
  if (cursor < end) {
    current = load<u8>(cursor++);
  } else {
    current = 0;
    bitsMissing = true;
  }
}

@inline
export function readBit(): u32 {
  if (left == 0) nextByte();
  left--;
  return (current >> left) & 1;
}

/** `count` bits, 32 at most, the most significant one first. */
export function readBits(count: i32): u32 {
  let value: u32 = 0;
  for (let wanted = count; wanted > 0; ) {
    if (left == 0) nextByte();
    const some = min(wanted, left);
    left -= some;
    wanted -= some;
    value = (value << some) | ((current >> left) & ((1 << some) - 1));
  }
  return value;
}

/** Ends the header: the rest of its byte, and the byte that a last FF is followed by. Returns the address behind. */
export function endBits(): usize {
  if (current == 0xff && cursor < end) cursor++;
  left = 0;
  current = 0;
  return cursor;
}
