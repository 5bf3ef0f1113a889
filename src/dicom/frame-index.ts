import { InvalidDataset, MissingAttribute } from '../errors.js';
import type { ByteRange } from './byte-range.js';
import type { Deviation } from './deviations.js';
import { indexEncapsulatedPixelData } from './encapsulated-pixel-data.js';
import { imagePixelOf } from './image-pixel.js';
import { indexNativePixelData } from './native-pixel-data.js';
import type { Part10 } from './part10.js';
import { formatTag, PIXEL_DATA } from './tag.js';

/** Where the encoded bytes of one frame stand in the source. */
export type FrameLocation =
  /**
   * A native frame (PS3.5 8.1, A.1 to A.3): `bitLength` bits from bit `bitOffset` of the source on, least significant bit of
   * a byte first. `wordBytes` is 2 in big endian: what is read must be whole 16-bit words, which hold their bytes swapped.
   */
  | {
      readonly kind: 'native';
      readonly bitOffset: number;
      readonly bitLength: number;
      readonly wordBytes: 1 | 2;
    }
  /**
   * An encapsulated frame (PS3.5 A.4): its fragments, in order, without their item headers; and where several frames are the components
   * of one codestream (A.4.4), which of them it is, counted from 0, and how many there are.
   */
  | {
      readonly kind: 'encapsulated';
      readonly fragments: readonly ByteRange[];
      readonly frameOfCodestream?: number | undefined;
      readonly framesOfCodestream?: number | undefined;
    }
  /**
   * The same as an offset table has it, without a look at the source: the frame's items, headers and all. Whoever reads
   * them finds the fragments (`fragmentsIn`), or that the table lies; then `locate` knows better.
   */
  | ({ readonly kind: 'items'; readonly fragmentable: boolean } & ByteRange);

/** Finds the frames of one instance. Scans as little as the offset tables allow and remembers what it found. */
export interface FrameIndex {
  /** Frames that there are. */
  readonly frameCount: number;
  /** Where pixel data and Number of Frames disagree and frames are found all the same; fragments are counted when the first is located. */
  readonly deviations: readonly Deviation[];
  /**
   * Where a frame is.
   * @throws InvalidDataset for an index out of range or a frame that the tables and fragments do not give
   * @throws TruncatedData for a frame that should be there and of which the bytes are missing
   * @throws UnsupportedFeature where frames cannot be told apart without decoding: video
   */
  locate(frame: number): Promise<FrameLocation>;
  /** Where a frame must be if the offset table is right, without reading anything; undefined where no table says it. */
  presume(frame: number): FrameLocation | undefined;
}

/**
 * The frame index of an instance. Reads next to nothing: a Basic Offset Table at most.
 * @throws MissingAttribute where there is no pixel data, or one of the attributes that say how large a frame is
 * @throws InvalidDataset where the pixel data are native and the transfer syntax is not, or the other way round
 */
export async function frameIndexOf(part10: Part10): Promise<FrameIndex> {
  const { dataset, limits, pixelData, source, transferSyntax } = part10;
  if (!pixelData) {
    const url = dataset.string('PixelDataProviderURL');
    throw new MissingAttribute(
      url ? `The pixel data are not in the file but at ${url}.` : 'The dataset has no pixel data.',
      { element: formatTag(PIXEL_DATA), transferSyntax: transferSyntax.uid, clause: 'PS3.3 C.7.6.3' },
    );
  }
  const declared = dataset.number('NumberOfFrames');
  const numberOfFrames =
    declared !== undefined && Number.isInteger(declared) && declared > 0 ? declared : undefined;
  if (transferSyntax.encapsulated && pixelData.tag === PIXEL_DATA) {
    return indexEncapsulatedPixelData({ source, pixelData, dataset, transferSyntax, numberOfFrames, limits });
  }
  if (pixelData.length === undefined || transferSyntax.encapsulated) {
    const problem =
      pixelData.length === undefined
        ? 'the pixel data are in fragments, so they are compressed, and the transfer syntax is missing or wrong'
        : 'it has integer samples only, and these are floating point';
    throw new InvalidDataset(`${transferSyntax.name} does not go with this pixel data element: ${problem}.`, {
      offset: pixelData.offset,
      transferSyntax: transferSyntax.uid,
      clause: 'PS3.5 A.4',
    });
  }
  const attributes = imagePixelOf(dataset, transferSyntax);
  return indexNativePixelData(
    { offset: pixelData.offset, length: pixelData.length },
    attributes,
    numberOfFrames,
    transferSyntax.bigEndian ? 2 : 1,
  );
}
