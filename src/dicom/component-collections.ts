import type { ByteSource } from '../sources/byte-source.js';
import type { ByteRange } from './byte-range.js';
import { beginsCodestream, HEAD } from './codestream-bounds.js';

/** Where a frame is that shares its codestream with others. */
export interface FrameOfCodestream {
  /** The fragments of the codestream. */
  readonly fragments: readonly ByteRange[];
  /** Which of its frames, counted from 0: its components are this many times Samples per Pixel further on. */
  readonly frameOfCodestream: number;
  /** How many it has. */
  readonly framesOfCodestream: number;
}

/** Bytes of a codestream in which its main header must end to be understood. */
const MAIN_HEADER = 1 << 20;

/**
 * Frames that are the components of codestreams (PS3.5 A.4.4): with multiple component transformations of JPEG 2000 Part 2, frames are
 * compressed together, in one or more component collections, each a codestream in its own fragments. Undefined where each frame
 * has a codestream of its own, or the components of the codestreams do not add up to the frames.
 */
export async function framesOfCollections(
  source: ByteSource,
  fragments: readonly ByteRange[],
  frameCount: number,
  samplesPerPixel: number,
): Promise<readonly FrameOfCodestream[] | undefined> {
  const codestreams: ByteRange[][] = [];
  for (const fragment of fragments) {
    if (fragment.length === 0) continue;
    const head = await source.read(fragment.offset, Math.min(fragment.length, HEAD));
    if (beginsCodestream(head)) codestreams.push([fragment]);
    else codestreams.at(-1)?.push(fragment);
  }
  if (codestreams.length >= frameCount) return undefined;
  const frames: FrameOfCodestream[] = [];
  for (const fragments of codestreams) {
    const [{ offset, length }] = fragments;
    const components = componentsOf(await source.read(offset, Math.min(length, MAIN_HEADER)));
    if (components === undefined || components % samplesPerPixel !== 0) return undefined;
    const framesOfCodestream = components / samplesPerPixel;
    for (let frame = 0; frame < framesOfCodestream; frame += 1) {
      frames.push({ fragments, frameOfCodestream: frame, framesOfCodestream });
    }
  }
  return frames.length === frameCount ? frames : undefined;
}

/** Components that come out of a codestream: Csiz (ITU-T T.800 A.5.1), or Ncbd (T.801 A.3.6) where there is a CBD segment. */
function componentsOf(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [SIZ, CBD, SOT] = [0xff51, 0xff78, 0xff90];
  let components: number | undefined;
  for (let at = 2; at + 4 <= bytes.length; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker === SOT) return components;
    if (marker === CBD && at + 6 <= bytes.length) return view.getUint16(at + 4) & 0x7fff;
    if (marker === SIZ && at + 40 <= bytes.length) components = view.getUint16(at + 38);
  }
  return undefined;
}
