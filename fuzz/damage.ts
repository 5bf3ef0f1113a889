/** A number from 0 up to `below`. */
export type Random = (below: number) => number;

/** Bytes that headers and entropy-coded data take badly. */
const AWKWARD = [0, 1, 2, 15, 16, 17, 0x7f, 0x80, 0xd0, 0xd9, 0xf8, 0xfe, 0xff];

/**
 * A damaged copy: bytes set, bits flipped, pieces moved, cleared or taken from other streams, markers written, one of two
 * places in the headers; one in eight is cut.
 * @param markers second bytes of the markers that are written
 * @param headers bytes in front of the entropy-coded data
 */
export function damage(
  bytes: Uint8Array,
  others: readonly Uint8Array[],
  markers: readonly number[],
  headers: number,
  random: Random,
): Uint8Array {
  const damaged = bytes.slice();
  for (let times = 1 + random(4); times > 0; times--) {
    const at = random(random(2) === 0 ? Math.min(headers, damaged.length) : damaged.length);
    const length = random(Math.min(48, damaged.length - at));
    const other = others[random(others.length)]!;
    switch (random(9)) {
      case 0:
        damaged[at] = random(256);
        break;
      case 1:
      case 2:
        damaged[at]! ^= 1 << random(8);
        break;
      case 3:
        damaged.copyWithin(random(damaged.length), at, at + length);
        break;
      case 4:
        damaged.fill(random(2) * 255, at, at + length);
        break;
      case 5:
        damaged.set([0xff, markers[random(markers.length)]!].slice(0, length), at);
        break;
      case 6:
        damaged[at] = AWKWARD[random(AWKWARD.length)]!;
        break;
      case 7:
        damaged.set(other.subarray(0, Math.min(length, other.length)), at);
        break;
      default:
        damaged[at]! += random(3) - 1;
    }
  }
  return random(8) === 0 ? damaged.slice(0, random(damaged.length + 1)) : damaged;
}
