/** Where codestreams begin and end, by the few bytes that all of their kind share. For telling frames apart, not for decoding. */

const SIGNATURES: readonly (readonly number[])[] = [
  // JPEG and JPEG-LS: SOI and the first byte of another marker (T.81 B.1.1.3, T.87 C.1.1)
  [0xff, 0xd8, 0xff],
  // JPEG 2000: SOC and SIZ (T.800 A.2)
  [0xff, 0x4f, 0xff, 0x51],
  // JPEG 2000 in a JP2 file: signature box (T.800 I.5.1)
  [0x00, 0x00, 0x00, 0x0c, 0x6a, 0x50, 0x20, 0x20],
  // JPEG XL: bare codestream, and signature box of the container (ISO/IEC 18181-2)
  [0xff, 0x0a],
  [0x00, 0x00, 0x00, 0x0c, 0x4a, 0x58, 0x4c, 0x20],
];

/** Bytes of a fragment that `beginsCodestream` looks at. */
export const HEAD = 12;

/** Bytes of a fragment, the last ones, that `endsCodestream` looks at: the end marker and padding behind it. */
export const TAIL = 256;

/** An RLE header (PS3.5 G.5): 1 to 15 segments, the first one right behind the header. */
function isRleHeader(head: Uint8Array): boolean {
  const [count = 0] = head;
  return count >= 1 && count <= 15 && head.length >= 8 && head[4] === 64 && !head[1] && !head[2] && !head[3];
}

/** Whether a codestream begins here. */
export function beginsCodestream(head: Uint8Array): boolean {
  return (
    SIGNATURES.some((signature) => signature.every((byte, at) => head[at] === byte)) || isRleHeader(head)
  );
}

/** Whether a codestream that begins so has a marker at its end: all but those of JPEG XL. */
export function hasEndMarker(head: Uint8Array): boolean {
  return beginsCodestream(head) && (head[0] === 0xff ? head[1] !== 0x0a : head[4] === 0x6a);
}

/** Whether a codestream ends here: EOI of JPEG and JPEG-LS, EOC of JPEG 2000, both FF D9, and padding of 00 or FF. */
export function endsCodestream(tail: Uint8Array): boolean {
  let end = tail.length;
  while (end > 0 && (tail[end - 1] === 0x00 || tail[end - 1] === 0xff)) end -= 1;
  return end >= 2 && tail[end - 1] === 0xd9 && tail[end - 2] === 0xff;
}
