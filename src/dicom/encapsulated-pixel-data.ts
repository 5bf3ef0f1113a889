import { InvalidDataset, TruncatedData, UnknownTransferSyntax, UnsupportedFeature } from '../errors.js';
import type { Limits } from '../limits.js';
import type { ByteSource } from '../sources/byte-source.js';
import type { Window } from '../sources/window.js';
import type { ByteRange } from './byte-range.js';
import { beginsCodestream } from './codestream-bounds.js';
import { type FrameOfCodestream, framesOfCollections } from './component-collections.js';
import type { Dataset } from './dataset.js';
import type { Deviation } from './deviations.js';
import type { Element } from './element.js';
import { assignFragments, type FrameTable } from './fragment-assignment.js';
import { itemWindow, readFragments, readHead, readItem } from './fragments.js';
import type { FrameIndex, FrameLocation } from './frame-index.js';
import {
  isPlausible,
  type OffsetTable,
  readBasicOffsetTable,
  readExtendedOffsetTable,
} from './offset-tables.js';
import { formatTag, PIXEL_DATA } from './tag.js';
import type { TransferSyntax } from './transfer-syntax.js';
import { transferSyntaxOf } from './transfer-syntaxes.js';

/** Pixel data in fragments (PS3.5 A.4) and what is known of them in front. */
interface EncapsulatedPixelData {
  readonly source: ByteSource;
  readonly pixelData: Element;
  readonly dataset: Dataset;
  readonly transferSyntax: TransferSyntax;
  /** Undefined where the dataset does not say. */
  readonly numberOfFrames: number | undefined;
  readonly limits: Limits;
}

class EncapsulatedFrameIndex implements FrameIndex {
  readonly frameCount: number;
  readonly deviations: Deviation[] = [];
  readonly #data: EncapsulatedPixelData;
  /** Where the first fragment's item is, which offsets count from, and where the pixel data end at the latest. */
  readonly #items: { readonly start: number; readonly end: number };
  /** Undefined where there is no table, or none to be trusted. */
  #offsets: OffsetTable | undefined;
  /** First items that were found to be where the table says. */
  readonly #firstItems = new Map<number, ByteRange>();
  #frames: Promise<FrameTable> | undefined;
  #collections: Promise<readonly FrameOfCodestream[] | undefined> | undefined;

  constructor(
    data: EncapsulatedPixelData,
    items: { readonly start: number; readonly end: number },
    offsets: OffsetTable | undefined,
    frames: FrameTable | undefined,
  ) {
    this.#data = data;
    this.#items = items;
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
    if (this.#data.transferSyntax.sharedCodestreams === true && this.frameCount > 1) {
      this.#collections ??= this.#scanCollections();
      const place = (await this.#collections)?.[frame];
      if (place) return { kind: 'encapsulated', ...place };
    }
    this.#frames ??= this.#scan();
    const fragments = (await this.#frames)[frame];
    if (!fragments || fragments.length === 0) {
      throw new TruncatedData(`The pixel data have no bytes of frame ${frame}.`, {
        frame,
        transferSyntax: uid,
        offset: this.#items.end,
        clause: 'PS3.5 A.4',
      });
    }
    return { kind: 'encapsulated', fragments };
  }

  presume(frame: number): FrameLocation | undefined {
    const offset = this.#offsets?.[frame];
    const next = this.#offsets?.[frame + 1];
    const { unsupported, fragmentable } = this.#data.transferSyntax;
    // Where the last frame ends no table says.
    if (offset === undefined || next === undefined || unsupported !== undefined) return undefined;
    return { kind: 'items', offset: this.#items.start + offset, length: next - offset, fragmentable };
  }

  async #scan(): Promise<FrameTable> {
    const { source, limits, transferSyntax } = this.#data;
    const fragments = await readFragments(source, this.#items.start, this.#items.end, limits);
    const frames = await assignFragments(source, fragments, this.frameCount, transferSyntax);
    const more = frames[this.frameCount]?.[0];
    if (more) {
      this.deviations.push({
        offset: more.offset,
        element: formatTag(PIXEL_DATA),
        message: `Number of Frames is ${this.frameCount}, and there are ${frames.length} codestreams; those behind are ignored.`,
      });
    }
    return frames;
  }

  async #scanCollections(): Promise<readonly FrameOfCodestream[] | undefined> {
    const { source, limits, dataset } = this.#data;
    const { ranges } = await readFragments(source, this.#items.start, this.#items.end, limits);
    return framesOfCollections(source, ranges, this.frameCount, dataset.number('SamplesPerPixel') ?? 1);
  }

  /**
   * The fragments of a frame by the offset table, checked: there must be items from the frame's offset to exactly the
   * next frame's, and at both a codestream must begin where that can be seen. Undefined where they do not.
   */
  async #locateByTable(frame: number, offsets: OffsetTable): Promise<ByteRange[] | undefined> {
    const { start, end } = this.#items;
    const window = itemWindow(this.#data.source);
    const next = offsets[frame + 1];
    const stop = next === undefined ? end : start + next;
    const fragments: ByteRange[] = [];
    let item = await this.#firstItem(window, frame, offsets);
    while (item) {
      if (item.length > 0) fragments.push(item);
      const position: number = item.offset + item.length;
      if (next !== undefined && position >= stop) {
        const meets = position === stop && (await this.#firstItem(window, frame + 1, offsets)) !== undefined;
        return meets && fragments.length > 0 ? fragments : undefined;
      }
      item = await readItem(window, position, end);
    }
    return next === undefined && fragments.length > 0 ? fragments : undefined;
  }

  /** The first item of a frame by the table; undefined where there is none, or one that does not begin a codestream. */
  async #firstItem(window: Window, frame: number, offsets: OffsetTable): Promise<ByteRange | undefined> {
    const known = this.#firstItems.get(frame);
    if (known) return known;
    const item = await readItem(window, this.#items.start + offsets[frame]!, this.#items.end);
    if (item === undefined) return undefined;
    // The codestream's first bytes are beside the item's header: one read has both.
    const { fragmentable } = this.#data.transferSyntax;
    if (fragmentable && !beginsCodestream(await readHead(window, item))) return undefined;
    this.#firstItems.set(frame, item);
    return item;
  }
}

/** A codestream where the header of an item belongs. */
async function bareCodestream(window: Window, offset: number, end: number): Promise<ByteRange | undefined> {
  const range = { offset, length: Math.max(0, end - offset) };
  return beginsCodestream(await readHead(window, range)) ? range : undefined;
}

/** Some writers leave out the item around the one codestream that they have, with or without a Basic Offset Table in front. */
function indexBareCodestream(data: EncapsulatedPixelData, codestream: ByteRange): FrameIndex {
  const { offset, length } = codestream;
  const items = { start: offset, end: offset + length };
  const index = new EncapsulatedFrameIndex(data, items, undefined, [[codestream]]);
  const message = 'The codestream is in no item; all that there is counts as one fragment.';
  index.deviations.push({ offset, element: formatTag(PIXEL_DATA), message });
  return index;
}

/**
 * Indexes pixel data in fragments. Frames are found by the Extended Offset Table or the Basic Offset Table where one is
 * there and right, reading nothing but the item headers of the frame that is asked for; else by one walk over all item
 * headers and `assignFragments`.
 * @throws InvalidDataset where there are no items; UnknownTransferSyntax for those of a UID that no row knows
 */
export async function indexEncapsulatedPixelData(data: EncapsulatedPixelData): Promise<FrameIndex> {
  const { source, pixelData, dataset, transferSyntax, numberOfFrames, limits } = data;
  const end = pixelData.length === undefined ? source.size : pixelData.offset + pixelData.length;
  const window = itemWindow(source);
  const table = await readItem(window, pixelData.offset, end);
  const first = table === undefined ? pixelData.offset : table.offset + table.length;
  const bare = await bareCodestream(window, first, end);
  if (bare) return indexBareCodestream(data, bare);
  if (table === undefined) {
    if (transferSyntaxOf(transferSyntax.uid) === undefined) {
      throw new UnknownTransferSyntax(`Transfer syntax ${transferSyntax.uid} is not known.`, {
        transferSyntax: transferSyntax.uid,
      });
    }
    throw new InvalidDataset(`Pixel data of ${transferSyntax.name} must be in fragments.`, {
      offset: pixelData.offset,
      element: formatTag(PIXEL_DATA),
      transferSyntax: transferSyntax.uid,
      clause: 'PS3.5 A.4',
    });
  }
  const known = transferSyntax.unsupported === undefined;
  // Without even an empty table, what should be one is the first fragment.
  const isTable = !known || !beginsCodestream(await readHead(window, table));
  const items = { start: isTable ? table.offset + table.length : pixelData.offset, end };
  const offsets = [
    await readExtendedOffsetTable(dataset),
    isTable ? await readBasicOffsetTable(source, table) : undefined,
  ].find((candidate) => candidate && isPlausible(candidate, numberOfFrames, end - items.start));
  if (offsets || numberOfFrames !== undefined || !known) {
    return new EncapsulatedFrameIndex(data, items, offsets, undefined);
  }
  const fragments = await readFragments(source, items.start, end, limits);
  const frames = await assignFragments(source, fragments, undefined, transferSyntax);
  return new EncapsulatedFrameIndex(data, items, undefined, frames);
}
