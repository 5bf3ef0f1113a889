import { fragmentsIn } from '../dicom/fragments.js';
import type { FrameLocation } from '../dicom/frame-index.js';
import type { ByteSource } from '../sources/byte-source.js';

/** The encoded bytes of one frame. */
export interface EncodedBytes {
  /** A view on the source's memory where it is memory and the frame stands there in one piece, else fresh bytes. */
  readonly bytes: Uint8Array;
  /** Where a native frame begins: a bit of the first byte, or in big endian of the first two (see `EncodedFrame`). */
  readonly bitOffset: number;
  /** Which frame of the codestream, where it has several (see `FrameLocation`). */
  readonly frameOfCodestream?: number | undefined;
  readonly framesOfCodestream?: number | undefined;
  /** Where in the source that codestream begins. */
  readonly codestreamOffset?: number | undefined;
}

/** Bytes between two fragments that are read along rather than read around: an item header has 8. */
const GAP = 4096;

/**
 * Reads the encoded bytes of a frame; the fragments of an encapsulated one are joined. What the source ends before is
 * missing: the codec then says what was whole. Undefined where the location was presumed and the frame is not there.
 * @param memory what the bytes may be read into, see `ByteSource.read`
 */
export async function readEncoded(
  source: ByteSource,
  location: FrameLocation,
  memory?: ArrayBuffer,
): Promise<EncodedBytes | undefined> {
  if (location.kind === 'items') {
    const fragments = fragmentsIn(
      await source.read(location.offset, location.length, memory),
      location.fragmentable,
    );
    return fragments && { bytes: joined(fragments), bitOffset: 0 };
  }
  if (location.kind === 'native') {
    const { bitOffset, bitLength, wordBytes } = location;
    const wordBits = 8 * wordBytes;
    const first = Math.floor(bitOffset / wordBits) * wordBytes;
    const end = Math.ceil((bitOffset + bitLength) / wordBits) * wordBytes;
    return { bytes: await source.read(first, end - first), bitOffset: bitOffset % wordBits };
  }
  const { fragments, frameOfCodestream, framesOfCodestream } = location;
  const bytes = joined(await readAll(source, fragments, memory));
  if (frameOfCodestream === undefined) return { bytes, bitOffset: 0 };
  const codestreamOffset = fragments[0]?.offset;
  return { bytes, bitOffset: 0, frameOfCodestream, framesOfCodestream, codestreamOffset };
}

type Fragments = Extract<FrameLocation, { kind: 'encapsulated' }>['fragments'];

async function readAll(
  source: ByteSource,
  fragments: Fragments,
  memory: ArrayBuffer | undefined,
): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for (let first = 0; first < fragments.length; ) {
    let last = first;
    while (last + 1 < fragments.length && isNear(fragments[last]!, fragments[last + 1]!)) last += 1;
    const from = fragments[first]!.offset;
    // The first stretch has the memory: most often it is the only one.
    const stretch = await source.read(
      from,
      fragments[last]!.offset + fragments[last]!.length - from,
      first === 0 ? memory : undefined,
    );
    for (const { offset, length } of fragments.slice(first, last + 1)) {
      pieces.push(stretch.subarray(offset - from, offset - from + length));
    }
    first = last + 1;
  }
  return pieces;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function isNear(before: Fragments[number], after: Fragments[number]): boolean {
  const gap = after.offset - (before.offset + before.length);
  return gap >= 0 && gap <= GAP;
}
