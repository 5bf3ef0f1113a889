import { InvalidDataset, LimitExceeded, TruncatedData, UnsupportedFeature } from '../errors.js';
import type { Limits } from '../limits.js';
import type { ByteSource } from '../sources/byte-source.js';
import { Window } from '../sources/window.js';
import { beginsCodestream, endsCodestream, HEAD, TAIL } from './codestream-bounds.js';
import type { Dataset } from './dataset.js';
import type { Element } from './element.js';
import { readTag } from './encoding.js';
import type { ByteRange, FrameIndex, FrameLocation } from './frame-index.js';
import { EXTENDED_OFFSET_TABLE, formatTag, ITEM, PIXEL_DATA, SEQUENCE_DELIMITATION } from './tag.js';
import type { TransferSyntax } from './transfer-syntax.js';

/** Pixel data in fragments (PS3.5 A.4) and what is known of them in front. */
export interface EncapsulatedPixelData {
  readonly source: ByteSource;
  readonly pixelData: Element;
  readonly dataset: Dataset;
  readonly transferSyntax: TransferSyntax;
  /** Undefined where the dataset does not say. */
  readonly numberOfFrames: number | undefined;
  readonly limits: Limits;
}

/** Item headers are read in pieces of this many bytes, more where the fragments are small. */
const SMALLEST_PIECE = 512;
const LARGEST_PIECE = 256 << 10;

/** All fragments, and whether they end with a delimiter as they must. */
interface Fragments {
  readonly ranges: readonly ByteRange[];
  readonly complete: boolean;
}

/** Fragments by frame; `frames[i]` is undefined for a frame whose bytes are missing. */
type FrameTable = readonly (readonly ByteRange[])[];

class EncapsulatedFrameIndex implements FrameIndex {
  readonly frameCount: number;
  readonly #data: EncapsulatedPixelData;
  /** Where the first fragment's item is, which offsets count from. */
  readonly #base: number;
  readonly #end: number;
  /** Offsets of the frames' first items from #base; undefined where there is no table, or none to be trusted. */
  #offsets: Float64Array | undefined;
  #frames: Promise<FrameTable> | undefined;

  constructor(
    data: EncapsulatedPixelData,
    base: number,
    end: number,
    offsets: Float64Array | undefined,
    frames: FrameTable | undefined,
  ) {
    this.#data = data;
    this.#base = base;
    this.#end = end;
    this.#offsets = offsets;
    if (frames) this.#frames = Promise.resolve(frames);
    this.frameCount = data.numberOfFrames ?? Math.max(1, offsets?.length ?? frames?.length ?? 1);
  }

  async locate(frame: number): Promise<FrameLocation> {
    if (!Number.isInteger(frame) || frame < 0 || frame >= this.frameCount) {
      throw new InvalidDataset(`There is no frame ${frame}: frames are 0 to ${this.frameCount - 1}.`, {
        frame,
      });
    }
    const { unsupported, uid } = this.#data.transferSyntax;
    if (unsupported !== undefined) {
      throw new UnsupportedFeature(`Frames of transfer syntax ${uid} are not located: ${unsupported}.`, {
        transferSyntax: uid,
        feature: unsupported,
        frame,
      });
    }
    if (this.#offsets) {
      const fragments = await this.#locateByTable(frame, this.#offsets);
      if (fragments) return { kind: 'encapsulated', fragments };
      // The table lies about one frame: no other is taken from it either.
      this.#offsets = undefined;
    }
    this.#frames ??= this.#scan();
    const fragments = (await this.#frames)[frame];
    if (!fragments || fragments.length === 0) {
      throw new TruncatedData(`The pixel data have no bytes of frame ${frame}.`, {
        frame,
        transferSyntax: uid,
        offset: this.#end,
        clause: 'PS3.5 A.4',
      });
    }
    return { kind: 'encapsulated', fragments };
  }

  async #scan(): Promise<FrameTable> {
    const fragments = await readFragments(this.#data, this.#base, this.#end);
    return assignFragments(this.#data, fragments, this.frameCount);
  }

  /**
   * The fragments of a frame by the offset table, checked: there must be items from the frame's offset to exactly the
   * next frame's, and the first must begin a codestream where that can be seen. Undefined where they do not.
   */
  async #locateByTable(frame: number, offsets: Float64Array): Promise<ByteRange[] | undefined> {
    const window = new Window(this.#data.source, SMALLEST_PIECE, LARGEST_PIECE);
    const next = offsets[frame + 1];
    const end = next === undefined ? this.#end : this.#base + next;
    const fragments: ByteRange[] = [];
    let position = this.#base + offsets[frame]!;
    while (position < end) {
      const item = await readItem(window, position, this.#end);
      if (item === undefined) break;
      if (item.length > 0) fragments.push(item);
      position = item.offset + item.length;
    }
    if (fragments.length === 0 || (next !== undefined && position !== end)) return undefined;
    return (await this.#beginsFrame(window, fragments[0]!)) ? fragments : undefined;
  }

  async #beginsFrame(window: Window, fragment: ByteRange): Promise<boolean> {
    if (!this.#data.transferSyntax.fragmentable) return true;
    return beginsCodestream(await headOf(window, fragment));
  }
}

/**
 * Indexes pixel data in fragments. Frames are found by the Extended Offset Table or the Basic Offset Table where that is
 * there and right, reading nothing but the item headers of the frame that is asked for; else by one walk over all item
 * headers: as many fragments as frames are one each, a single frame has them all, and otherwise frames are told apart by
 * where codestreams begin and end.
 * @throws InvalidDataset where there are no items
 */
export async function indexEncapsulatedPixelData(data: EncapsulatedPixelData): Promise<FrameIndex> {
  const { source, pixelData, dataset, transferSyntax, numberOfFrames } = data;
  const end = pixelData.length === undefined ? source.size : pixelData.offset + pixelData.length;
  const window = new Window(source, SMALLEST_PIECE, LARGEST_PIECE);
  const table = await readItem(window, pixelData.offset, end);
  if (table === undefined) {
    throw new InvalidDataset(`Pixel data of ${transferSyntax.name} must be in fragments.`, {
      offset: pixelData.offset,
      element: formatTag(PIXEL_DATA),
      transferSyntax: transferSyntax.uid,
      clause: 'PS3.5 A.4',
    });
  }
  let base = table.offset + table.length;
  if (beginsCodestream(await headOf(window, table)) && transferSyntax.unsupported === undefined) {
    // Without even an empty table: what should be one is the first fragment.
    base = pixelData.offset;
  }
  const extended = await readExtendedOffsetTable(dataset);
  const basic = base === pixelData.offset ? undefined : await readBasicOffsetTable(source, table);
  const offsets = [extended, basic].find(
    (candidate) => candidate && isPlausible(candidate, numberOfFrames, end - base),
  );
  if (offsets || numberOfFrames !== undefined || transferSyntax.unsupported !== undefined) {
    return new EncapsulatedFrameIndex(data, base, end, offsets, undefined);
  }
  const fragments = await readFragments(data, base, end);
  return new EncapsulatedFrameIndex(
    data,
    base,
    end,
    undefined,
    await assignFragments(data, fragments, undefined),
  );
}

/** The value of the item at `position`, clipped where the pixel data end inside it; undefined where there is no item. */
async function readItem(window: Window, position: number, end: number): Promise<ByteRange | undefined> {
  if (position + 8 > end) return undefined;
  if (!window.holds(position, 8) && !(await window.move(position, 8))) return undefined;
  const at = position - window.start;
  // Encapsulated transfer syntaxes are little endian.
  if (readTag(window.view, at, false) !== ITEM) return undefined;
  const length = window.view.getUint32(at + 4, true);
  return { offset: position + 8, length: Math.min(length, end - position - 8) };
}

async function headOf(window: Window, { offset, length }: ByteRange): Promise<Uint8Array> {
  const wanted = Math.min(length, HEAD);
  if (!window.holds(offset, wanted)) await window.move(offset, wanted);
  return window.bytes.subarray(offset - window.start, offset - window.start + wanted);
}

/** All fragments, zero-length ones too, until the delimiter or until there are no more items. */
async function readFragments(data: EncapsulatedPixelData, base: number, end: number): Promise<Fragments> {
  const window = new Window(data.source, SMALLEST_PIECE, LARGEST_PIECE);
  const ranges: ByteRange[] = [];
  let position = base;
  for (;;) {
    const item = await readItem(window, position, end);
    if (item === undefined) break;
    if (ranges.length === data.limits.elements) {
      throw new LimitExceeded(`Pixel data have more than ${data.limits.elements} fragments.`, {
        limit: 'elements',
        allowed: data.limits.elements,
        requested: ranges.length + 1,
        offset: position,
      });
    }
    ranges.push(item);
    position = item.offset + item.length;
  }
  const complete =
    window.holds(position, 4) &&
    readTag(window.view, position - window.start, false) === SEQUENCE_DELIMITATION;
  return { ranges, complete };
}

/** Extended Offset Table (PS3.3 C.7.6.3.1.8). The lengths beside it say nothing that the items do not. */
async function readExtendedOffsetTable(dataset: Dataset): Promise<Float64Array | undefined> {
  const element = dataset.element(EXTENDED_OFFSET_TABLE);
  if (!element || element.length === undefined || element.length === 0 || element.length % 8 !== 0)
    return undefined;
  const bytes = await element.bytes();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => Number(view.getBigUint64(8 * i, true)));
}

/** Basic Offset Table (PS3.5 A.4). Its 32 bits overflow in files above 4 GB: the carries are put back. */
async function readBasicOffsetTable(source: ByteSource, table: ByteRange): Promise<Float64Array | undefined> {
  if (table.length === 0 || table.length % 4 !== 0) return undefined;
  const bytes = await source.read(table.offset, table.length);
  if (bytes.length < table.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let carry = 0;
  let last = 0;
  return Float64Array.from({ length: bytes.length / 4 }, (_, i) => {
    const offset = view.getUint32(4 * i, true);
    if (offset < last) carry += 2 ** 32;
    last = offset;
    return offset + carry;
  });
}

/** One offset per frame, from 0 on, growing, inside the pixel data. What they point at is checked when it is read. */
function isPlausible(offsets: Float64Array, numberOfFrames: number | undefined, size: number): boolean {
  if (offsets[0] !== 0 || (numberOfFrames !== undefined && offsets.length !== numberOfFrames)) return false;
  return offsets.every((offset, i) => offset + 8 <= size && (i === 0 || offset > offsets[i - 1]!));
}

/** Which fragments are which frame's, without a table. */
async function assignFragments(
  data: EncapsulatedPixelData,
  { ranges, complete }: Fragments,
  frameCount: number | undefined,
): Promise<FrameTable> {
  const each = (fragments: readonly ByteRange[]): FrameTable => fragments.map((fragment) => [fragment]);
  if (ranges.length === frameCount) return each(ranges).map(withoutEmpty);
  const filled = ranges.filter(({ length }) => length > 0);
  if (frameCount === 1) return [filled];
  if (frameCount !== undefined && filled.length <= frameCount) return each(filled);

  const { begins, ends } = await readBounds(data.source, filled);
  const bothAgree = begins.map((begin, i) => begin && (i === 0 || ends[i - 1]!));
  const afterEnds = ends.map((_, i) => i === 0 || ends[i - 1]!);
  if (frameCount === undefined) {
    // A single frame may leave Number of Frames out, and be split even where it must not.
    const starts = data.transferSyntax.fragmentable ? bothAgree : begins;
    return starts[0] ? split(filled, starts) : [filled];
  }
  const fitting = [bothAgree, begins, afterEnds].find((starts) => count(starts) === frameCount && starts[0]);
  if (fitting) return split(filled, fitting);
  // Frames that a truncated file still has are good: all but the last are known to be whole.
  if (!complete && bothAgree[0] && count(bothAgree) < frameCount) return split(filled, bothAgree);
  throw new InvalidDataset(
    `${filled.length} fragments cannot be told apart into ${frameCount} frames: there is no offset table that is right, and ${count(begins)} of them begin a codestream.`,
    { offset: data.pixelData.offset, transferSyntax: data.transferSyntax.uid, clause: 'PS3.5 A.4' },
  );
}

function withoutEmpty(fragments: readonly ByteRange[]): readonly ByteRange[] {
  return fragments.filter(({ length }) => length > 0);
}

function count(flags: readonly boolean[]): number {
  return flags.reduce((sum, flag) => sum + (flag ? 1 : 0), 0);
}

/** Groups fragments; `starts[i]` says that fragment i begins a frame. */
function split(fragments: readonly ByteRange[], starts: readonly boolean[]): FrameTable {
  const frames: ByteRange[][] = [];
  for (const [i, fragment] of fragments.entries()) {
    if (starts[i] || frames.length === 0) frames.push([]);
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
