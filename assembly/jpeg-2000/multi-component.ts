/**
 * What Part 2 (T.801) says of multiple component transformations in the main header: the components that come out (CBD, A.3.6), arrays of
 * coefficients (MCT, A.3.7), collections of components with a transformation each (MCC, A.3.8), and the order in which
 * these are applied (MCO, A.3.9). Segments are noted where they stand; `component-stages.ts` lays them out.
 */
import { fail } from '../kernel/blocks';
import { input } from '../kernel/input';
import { Status } from '../kernel/status';
import { read16, read32 } from './markers';

/** Imct, what an array is for. */
export const enum ArrayKind {
  Dependency = 0,
  Decorrelation = 1,
  Offset = 2,
}

/** Imct, the type of an array's elements. */
const enum ElementType {
  Int16 = 0,
  Int32 = 1,
  Float32 = 2,
  Float64 = 3,
}

/** An MCT segment: 0 at `address` where there is none. */
@unmanaged
export class TransformArray {
  address: usize;
  count: i32;
  type: i32;
}

/** An MCC segment: from its first collection to its end; 0 at `address` where there is none. */
@unmanaged
export class CollectionList {
  address: usize;
  end: usize;
  count: i32;
}

const ARRAYS: usize = memory.data(3 * 256 * 12, 16);
const COLLECTIONS: usize = memory.data(256 * 12, 16);

/** MCO: how many stages, and the indices of their MCC segments, one byte each. */
export let stageCount: i32 = 0;
let stages: usize = 0;
/** CBD: how many components come out; 0: no such segment. One byte for each follows, or one for all. */
export let depthCount: i32 = 0;
let depths: usize = 0;
let depthsAlike: bool = false;

export function forgetMultiComponent(): void {
  memory.fill(ARRAYS, 0, 3 * 256 * 12);
  memory.fill(COLLECTIONS, 0, 256 * 12);
  stageCount = 0;
  depthCount = 0;
}

@inline
export function transformArray(kind: ArrayKind, index: i32): TransformArray {
  return changetype<TransformArray>(ARRAYS + <usize>((kind << 8) + index) * 12);
}

/** The collections of stage `stage`, in the order of the inverse transformation. */
@inline
export function collectionList(stage: i32): CollectionList {
  return changetype<CollectionList>(COLLECTIONS + <usize>load<u8>(stages + stage) * 12);
}

/** CBD: the depth of output component `index` as Ssiz has it, sign in bit 7, bits - 1 below. */
@inline
export function depthOf(index: i32): u32 {
  return load<u8>(depths + (depthsAlike ? 0 : index));
}

/** Element `index` of an array. */
export function elementOf(array: TransformArray, index: i32): f64 {
  const at = array.address;
  switch (array.type) {
    case ElementType.Int16:
      return <f64>(<i16>read16(at + (index << 1)));
    case ElementType.Int32:
      return <f64>(<i32>read32(at + (index << 2)));
    case ElementType.Float32:
      return <f64>reinterpret<f32>(read32(at + (index << 2)));
    default:
      return reinterpret<f64>(bswap<u64>(load<u64>(at + (index << 3))));
  }
}

/** CBD, A.3.6. `at` is the address of the length field; `length` bytes are there, in this and the functions below. */
export function readBitDepths(at: usize, length: i32): i32 {
  const offset = <i32>(at - input);
  if (length < 5) return fail(Status.BadJ2kSegmentLength, offset, 0xff78);
  const count = read16(at + 2);
  depthsAlike = (count & 0x8000) != 0;
  depthCount = count & 0x7fff;
  depths = at + 4;
  if (depthCount == 0 || depthCount > 16384) return fail(Status.BadJ2kMultiComponent, offset, depthCount);
  if (length != 4 + (depthsAlike ? 1 : depthCount)) return fail(Status.BadJ2kSegmentLength, offset, 0xff78);
  return Status.Done;
}

/** MCT, A.3.7. */
export function readTransformArray(at: usize, length: i32): i32 {
  const offset = <i32>(at - input);
  if (length < 8) return fail(Status.BadJ2kSegmentLength, offset, 0xff74);
  const identity = read16(at + 4);
  // Zmct and Ymct: an array over several segments.
  if (read16(at + 2) != 0 || read16(at + 6) != 0) return fail(Status.UnsupportedJ2kPart2, offset, 0xff74);
  const kind = (identity >> 8) & 3;
  if (kind > ArrayKind.Offset || (identity & 0xff) == 0) return fail(Status.BadJ2kMultiComponent, offset, identity);
  const array = transformArray(kind, identity & 0xff);
  array.type = (identity >> 10) & 3;
  array.count = (length - 8) >> (array.type == ElementType.Int16 ? 1 : array.type == ElementType.Float64 ? 3 : 2);
  array.address = at + 8;
  return Status.Done;
}

/** MCC, A.3.8. */
export function readCollections(at: usize, length: i32): i32 {
  const offset = <i32>(at - input);
  if (length < 9) return fail(Status.BadJ2kSegmentLength, offset, 0xff75);
  // Zmcc and Ymcc: collections over several segments.
  if (read16(at + 2) != 0 || read16(at + 5) != 0) return fail(Status.UnsupportedJ2kPart2, offset, 0xff75);
  const list = changetype<CollectionList>(COLLECTIONS + <usize>load<u8>(at, 4) * 12);
  list.address = at + 9;
  list.end = at + length;
  list.count = read16(at + 7);
  return Status.Done;
}

/** MCO, A.3.9. */
export function readStages(at: usize, length: i32): i32 {
  if (length < 3) return fail(Status.BadJ2kSegmentLength, <i32>(at - input), 0xff77);
  stageCount = load<u8>(at, 2);
  stages = at + 3;
  if (length != 3 + stageCount) return fail(Status.BadJ2kSegmentLength, <i32>(at - input), 0xff77);
  return Status.Done;
}
