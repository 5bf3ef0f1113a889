import { InvalidDataset } from '../errors.js';
import type { ByteSource } from '../sources/byte-source.js';
import type { ByteRange } from './byte-range.js';
import { beginsCodestream, endsCodestream, HEAD, TAIL } from './codestream-bounds.js';
import type { Fragments } from './fragments.js';
import type { TransferSyntax } from './transfer-syntax.js';

/** The fragments of each frame; a frame that is not in it, or has none, has no bytes. */
export type FrameTable = readonly (readonly ByteRange[])[];

/**
 * Which fragments are which frame's, where no table says it. As many fragments as frames are one each, which is the only
 * rule that the standard gives; a single frame has them all; else a frame goes on until a codestream has ended and the next
 * begins. Fragments of no length do not count, except as a frame of their own.
 * @param frameCount undefined where the dataset does not say
 * @returns more frames than `frameCount` where there are more codestreams
 * @throws InvalidDataset where none of this tells frames apart
 */
export async function assignFragments(
  source: ByteSource,
  { ranges, complete }: Fragments,
  frameCount: number | undefined,
  transferSyntax: TransferSyntax,
): Promise<FrameTable> {
  const filled = ranges.filter(({ length }) => length > 0);
  if (ranges.length === frameCount) return ranges.map((range) => (range.length > 0 ? [range] : []));
  if (frameCount === 1) return [filled];
  if (filled.length === frameCount) return filled.map((range) => [range]);

  const { begins, ends } = await readBounds(source, filled);
  const bothAgree = begins.map((begin, i) => begin && (i === 0 || ends[i - 1]!));
  // A single frame may leave Number of Frames out, and be split even where it must not.
  const codestreams = transferSyntax.fragmentable ? bothAgree : begins;
  if (frameCount === undefined) return codestreams[0] ? group(filled, codestreams) : [filled];
  // Fewer fragments than frames: one that does not begin a codestream goes on with the frame before, wherever that ends.
  if (filled.length < frameCount) return group(filled, begins[0] ? begins : filled.map(() => true));
  const afterEnds = ends.map((_, i) => i === 0 || ends[i - 1]!);
  const fitting = [bothAgree, begins, afterEnds].find((starts) => starts[0] && count(starts) === frameCount);
  if (fitting) return group(filled, fitting);
  // What a truncated file still has is good.
  if (!complete && bothAgree[0] && count(bothAgree) < frameCount) return group(filled, bothAgree);
  // More codestreams than Number of Frames: those that are counted are right.
  if (codestreams[0] && count(codestreams) > frameCount) return group(filled, codestreams);
  throw new InvalidDataset(
    `Nothing tells how ${filled.length} fragments make ${frameCount} frames: no offset table is right, and ${count(begins)} of them begin a codestream.`,
    { offset: ranges[0]?.offset, transferSyntax: transferSyntax.uid, clause: 'PS3.5 A.4' },
  );
}

function count(flags: readonly boolean[]): number {
  return flags.reduce((sum, flag) => sum + (flag ? 1 : 0), 0);
}

/** `starts[i]` says that fragment i begins a frame; the first one does. */
function group(fragments: readonly ByteRange[], starts: readonly boolean[]): FrameTable {
  const frames: ByteRange[][] = [];
  for (const [i, fragment] of fragments.entries()) {
    if (starts[i]) frames.push([]);
    frames[frames.length - 1]!.push(fragment);
  }
  return frames;
}

/** Which fragments begin with the first bytes of a codestream, and which end with its last. */
async function readBounds(
  source: ByteSource,
  fragments: readonly ByteRange[],
): Promise<{ begins: boolean[]; ends: boolean[] }> {
  const begins: boolean[] = [];
  const ends: boolean[] = [];
  for (const { offset, length } of fragments) {
    begins.push(beginsCodestream(await source.read(offset, Math.min(length, HEAD))));
    const tail = Math.min(length, TAIL);
    ends.push(endsCodestream(await source.read(offset + length - tail, tail)));
  }
  return { begins, ends };
}
