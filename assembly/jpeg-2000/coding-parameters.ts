/**
 * How the tile-components are coded: COD, COC (T.800 A.6.1, A.6.2), RGN (A.6.3), QCD, QCC (A.6.4, A.6.5), POC (A.6.6), from
 * the main header and, over these, from the headers of a tile's first tile-part. What is more specific wins, in
 * whatever order it comes: tile COC > tile COD > main COC > main COD, and the same for the others.
 */
import { take } from '../kernel/arena';
import { fail } from '../kernel/blocks';
import { input } from '../kernel/input';
import { Status } from '../kernel/status';
import { BlockStyle } from './code-block';
import { componentCount } from './image-size';
import { read16 } from './markers';

/** Where a value comes from: the larger one wins. */
export const enum Source {
  None = 0,
  MainDefault = 1,
  MainComponent = 2,
  TileDefault = 3,
  TileComponent = 4,
}

/** Transformation, Table A.20. */
export const enum Filter {
  /** 9-7, irreversible. */
  Irreversible = 0,
  /** 5-3, reversible. */
  Reversible = 1,
}

/** Progression order, Table A.16. */
export const enum Progression {
  LRCP = 0,
  RLCP = 1,
  RPCL = 2,
  PCRL = 3,
  CPRL = 4,
}

/** Sqcd: quantization style, Table A.28. */
const enum QuantizationStyle {
  None = 0,
  Derived = 1,
  Expounded = 2,
}

const MAXIMUM_LEVELS: i32 = 32;
/** Sub-bands of 32 decomposition levels. */
const MAXIMUM_BANDS: i32 = 97;

/** What is known of one component. */
@unmanaged
export class Coding {
  /** Decomposition levels, NL. */
  levels: u8;
  /** Exponents of the code-block size, xcb and ycb. */
  blockWidth: u8;
  blockHeight: u8;
  blockStyle: u8;
  filter: u8;
  codingSource: u8;
  /** ROI shift, SPrgn. */
  regionShift: u8;
  regionSource: u8;
  quantizationStyle: u8;
  guardBits: u8;
  stepCount: u8;
  quantizationSource: u8;
  /** 33 bytes PPy << 4 | PPx by resolution, then 97 u16 SPqcd by sub-band, exponent in the highest 5 bits. */
  precinctSizes0: u64;
  precinctSizes1: u64;
  precinctSizes2: u64;
  precinctSizes3: u64;
  precinctSizes4: u64;
}
const PRECINCTS: usize = offsetof<Coding>('precinctSizes0');
const STEPS: usize = offsetof<Coding>();
const CODING_BYTES: usize = (STEPS + 2 * MAXIMUM_BANDS + 7) & ~7;

/** What COD says of all components of a tile (SGcod and Scod); the main header's, then the tile's. */
export let progressionOrder: i32 = 0;
export let layers: i32 = 0;
export let componentTransform: bool = false;
/** T.801 A.2.3: the transformations of Part 2 are used on the components instead. */
export let multiComponent: bool = false;
let mainProgression: i32 = 0;
let mainLayers: i32 = 0;
let mainTransform: bool = false;
let mainMultiComponent: bool = false;

let mainCoding: usize = 0;
let tileCoding: usize = 0;

/** POC segments in force, in the order of their entries: address and number of entries of each. */
const PROGRESSION_CHANGES: i32 = 256;
const progressionChanges: usize = memory.data(8 * 256, 16);
export let progressionChangeCount: i32 = 0;
let mainProgressionChanges: i32 = 0;
let tileProgressionChanges: i32 = 0;

/** The parameters of a component in the tile that is being read. */
@inline
export function coding(index: i32): Coding {
  return changetype<Coding>(tileCoding + <usize>index * CODING_BYTES);
}

/** PPx of a resolution, Table A.21. */
@inline
export function precinctWidth(given: Coding, resolution: i32): i32 {
  return load<u8>(changetype<usize>(given) + PRECINCTS + resolution) & 15;
}

/** PPy of a resolution. */
@inline
export function precinctHeight(given: Coding, resolution: i32): i32 {
  return load<u8>(changetype<usize>(given) + PRECINCTS + resolution) >> 4;
}

/**
 * E.1.1: exponent and mantissa of a sub-band, packed as in Table A.30. `band` counts from LL: 0, then HL, LH, HH of
 * each resolution. -1 where QCD and QCC do not reach so far.
 */
export function stepOf(given: Coding, band: i32): i32 {
  const steps = changetype<usize>(given) + STEPS;
  if (given.quantizationStyle != QuantizationStyle.Derived) {
    return band < <i32>given.stepCount ? <i32>load<u16>(steps + (band << 1)) : -1;
  }
  // E-5: the exponent falls by one from each level to the next finer one.
  if (given.stepCount == 0) return -1;
  const step = <i32>load<u16>(steps);
  const exponent = (step >> 11) - (band > 0 ? (band - 1) / 3 : 0);
  return (max(exponent, 0) << 11) | (step & 0x7ff);
}

/** Takes memory for the main header's parameters and a tile's. */
export function resetParameters(): i32 {
  mainCoding = take(<u64>componentCount * CODING_BYTES);
  tileCoding = take(<u64>componentCount * CODING_BYTES);
  if (mainCoding == 0 || tileCoding == 0) return fail(Status.LimitMemory, -1);
  memory.fill(mainCoding, 0, <usize>componentCount * CODING_BYTES);
  mainProgressionChanges = 0;
  tileProgressionChanges = 0;
  progressionChangeCount = 0;
  // The main header is read into the tile's place and kept from there.
  memory.fill(tileCoding, 0, <usize>componentCount * CODING_BYTES);
  layers = 0;
  return Status.Done;
}

/** The main header is complete: what stands now holds for each tile until its own header says otherwise. */
export function keepMainParameters(): i32 {
  for (let i = 0; i < componentCount; i++) {
    if (coding(i).codingSource == Source.None) return fail(Status.MissingJ2kSegment, -1, 0xff52);
    if (coding(i).quantizationSource == Source.None) return fail(Status.MissingJ2kSegment, -1, 0xff5c);
  }
  memory.copy(mainCoding, tileCoding, <usize>componentCount * CODING_BYTES);
  mainProgression = progressionOrder;
  mainLayers = layers;
  mainTransform = componentTransform;
  mainMultiComponent = multiComponent;
  mainProgressionChanges = progressionChangeCount;
  return Status.Done;
}

/** A tile begins: with the main header's parameters. */
export function beginTileParameters(): void {
  memory.copy(tileCoding, mainCoding, <usize>componentCount * CODING_BYTES);
  progressionOrder = mainProgression;
  layers = mainLayers;
  componentTransform = mainTransform;
  multiComponent = mainMultiComponent;
  progressionChangeCount = mainProgressionChanges;
  tileProgressionChanges = 0;
}

/** Bytes of a component index in COC, QCC, RGN and POC. */
@inline
function indexBytes(): i32 {
  return componentCount < 257 ? 1 : 2;
}

@inline
function readIndex(at: usize): i32 {
  return componentCount < 257 ? <i32>load<u8>(at) : read16(at);
}

/** COD, A.6.1. `at` is the address of the length field; `length` bytes are there, in this and the functions below. */
export function readCodingDefault(at: usize, length: i32, source: Source): i32 {
  if (length < 12) return fail(Status.BadJ2kSegmentLength, <i32>(at - input), 0xff52);
  const style = <i32>load<u8>(at, 2);
  progressionOrder = load<u8>(at, 3);
  layers = read16(at + 4);
  if (progressionOrder > Progression.CPRL) return fail(Status.BadJ2kCodingStyle, <i32>(at - input), progressionOrder);
  if (layers == 0) return fail(Status.BadJ2kCodingStyle, <i32>(at - input), 0);
  const transform = <i32>load<u8>(at, 6);
  // 1: RCT or ICT; 2, 4, 6: array-based, wavelet-based, both. All tiles alike, as CBD is.
  const extended = (transform & 6) != 0;
  if (transform > 7 || (extended && (transform & 1) != 0)) {
    return fail(Status.UnsupportedJ2kPart2, <i32>(at - input), transform);
  }
  if (source == Source.TileDefault && extended != multiComponent) {
    return fail(Status.UnsupportedJ2kPart2, <i32>(at - input), transform);
  }
  componentTransform = transform == 1;
  multiComponent = extended;
  for (let i = 0; i < componentCount; i++) {
    if (<i32>coding(i).codingSource > source) continue;
    const status = readCodingStyle(coding(i), at, at + 7, length - 7, (style & 1) != 0);
    if (status != Status.Done) return status;
    coding(i).codingSource = <u8>source;
  }
  return Status.Done;
}

/** COC, A.6.2. */
export function readCodingComponent(at: usize, length: i32, source: Source): i32 {
  const bytes = indexBytes();
  if (length < 8 + bytes) return fail(Status.BadJ2kSegmentLength, <i32>(at - input), 0xff53);
  const index = readIndex(at + 2);
  if (index >= componentCount) return fail(Status.BadJ2kCodingStyle, <i32>(at - input), index);
  const styleAt = at + 2 + bytes;
  const status = readCodingStyle(
    coding(index), at, styleAt + 1, length - 3 - bytes, (load<u8>(styleAt) & 1) != 0,
  );
  if (status == Status.Done) coding(index).codingSource = <u8>source;
  return status;
}

/** SPcod and SPcoc, Table A.15: `length` bytes at `from`. */
function readCodingStyle(to: Coding, segment: usize, from: usize, length: i32, precincts: bool): i32 {
  const offset = <i32>(segment - input);
  const levels = <i32>load<u8>(from);
  const width = (<i32>load<u8>(from, 1) & 15) + 2;
  const height = (<i32>load<u8>(from, 2) & 15) + 2;
  const style = <i32>load<u8>(from, 3);
  const filter = <i32>load<u8>(from, 4);
  if (filter > 1) return fail(Status.UnsupportedJ2kPart2, offset, filter);
  if (levels > MAXIMUM_LEVELS) return fail(Status.BadJ2kCodingStyle, offset, levels);
  // Table A.18: sizes of 4 to 1024, no more than 4096 coefficients.
  if (width > 10 || height > 10 || width + height > 12) {
    return fail(Status.BadJ2kCodingStyle, offset, width + height);
  }
  if ((style & BlockStyle.Mixed) != 0 && (style & BlockStyle.Ht) == 0) {
    return fail(Status.BadJ2kCodingStyle, offset, style);
  }
  to.levels = <u8>levels;
  to.blockWidth = <u8>width;
  to.blockHeight = <u8>height;
  to.blockStyle = <u8>style;
  to.filter = <u8>filter;
  const sizes = changetype<usize>(to) + PRECINCTS;
  if (!precincts) {
    memory.fill(sizes, 0xff, MAXIMUM_LEVELS + 1);
    return Status.Done;
  }
  if (length < 6 + levels) return fail(Status.BadJ2kSegmentLength, offset, 0xff52);
  for (let r = 0; r <= levels; r++) {
    const size = load<u8>(from + 5 + r);
    // B.6: above the lowest resolution a precinct of one sample would have no share of a sub-band.
    if (r > 0 && ((size & 15) == 0 || size >> 4 == 0)) return fail(Status.BadJ2kCodingStyle, offset, size);
    store<u8>(sizes + r, size);
  }
  return Status.Done;
}

/** QCD, A.6.4. */
export function readQuantizationDefault(at: usize, length: i32, source: Source): i32 {
  for (let i = 0; i < componentCount; i++) {
    if (<i32>coding(i).quantizationSource > source) continue;
    const status = readQuantization(coding(i), at, at + 2, length - 2);
    if (status != Status.Done) return status;
    coding(i).quantizationSource = <u8>source;
  }
  return Status.Done;
}

/** QCC, A.6.5. */
export function readQuantizationComponent(at: usize, length: i32, source: Source): i32 {
  const bytes = indexBytes();
  if (length < 3 + bytes) return fail(Status.BadJ2kSegmentLength, <i32>(at - input), 0xff5d);
  const index = readIndex(at + 2);
  if (index >= componentCount) return fail(Status.BadJ2kQuantization, <i32>(at - input), index);
  const status = readQuantization(coding(index), at, at + 2 + bytes, length - 2 - bytes);
  if (status == Status.Done) coding(index).quantizationSource = <u8>source;
  return status;
}

/** Sqcd and SPqcd, Tables A.28 to A.30: `length` bytes at `from`. */
function readQuantization(to: Coding, segment: usize, from: usize, length: i32): i32 {
  const offset = <i32>(segment - input);
  if (length < 2) return fail(Status.BadJ2kSegmentLength, offset, 0xff5c);
  const style = <i32>load<u8>(from) & 31;
  if (style > QuantizationStyle.Expounded) return fail(Status.BadJ2kQuantization, offset, style);
  const wide = style != QuantizationStyle.None;
  const count = min((length - 1) >> <i32>wide, MAXIMUM_BANDS);
  if (count == 0) return fail(Status.BadJ2kSegmentLength, offset, 0xff5c);
  to.quantizationStyle = <u8>style;
  to.guardBits = load<u8>(from) >> 5;
  to.stepCount = <u8>count;
  const steps = changetype<usize>(to) + STEPS;
  for (let i = 0; i < count; i++) {
    const step = wide ? read16(from + 1 + <usize>(i << 1)) : (<i32>load<u8>(from + 1 + i) & 0xf8) << 8;
    store<u16>(steps + (i << 1), step);
  }
  return Status.Done;
}

/** RGN, A.6.3: the implicit region of interest (max-shift) is the only one of Part 1. */
export function readRegion(at: usize, length: i32, source: Source): i32 {
  const bytes = indexBytes();
  if (length < 4 + bytes) return fail(Status.BadJ2kSegmentLength, <i32>(at - input), 0xff5e);
  const index = readIndex(at + 2);
  const styleAt = at + 2 + bytes;
  if (index >= componentCount) return fail(Status.BadJ2kCodingStyle, <i32>(at - input), index);
  if (load<u8>(styleAt) != 0) return fail(Status.UnsupportedJ2kPart2, <i32>(at - input), load<u8>(styleAt));
  if (<i32>coding(index).regionSource > source) return Status.Done;
  coding(index).regionShift = load<u8>(styleAt, 1);
  coding(index).regionSource = <u8>source;
  return Status.Done;
}

/** POC, A.6.6: the entries stay in the input. Those of a tile replace the main header's; several segments add up. */
export function readProgressionChanges(at: usize, length: i32, source: Source): i32 {
  const bytes = 5 + 2 * indexBytes();
  const entries = (length - 2) / bytes;
  if (length < 2 + bytes || length != 2 + entries * bytes) {
    return fail(Status.BadJ2kSegmentLength, <i32>(at - input), 0xff5f);
  }
  if (source == Source.TileDefault) {
    if (tileProgressionChanges == 0) progressionChangeCount = 0;
    tileProgressionChanges++;
  }
  if (progressionChangeCount == PROGRESSION_CHANGES) return fail(Status.BadJ2kProgression, <i32>(at - input));
  const record = progressionChanges + (progressionChangeCount << 3);
  store<usize>(record, at + 2);
  store<i32>(record, entries, 4);
  progressionChangeCount++;
  return Status.Done;
}

/** The entry that `readProgression` read: Table A.32. Ends are exclusive. */
export let firstResolution: i32 = 0;
export let firstComponent: i32 = 0;
export let endLayer: i32 = 0;
export let endResolution: i32 = 0;
export let endComponent: i32 = 0;
export let entryOrder: i32 = 0;

/** How many entries POC segment `segment` has. */
@inline
export function progressionEntries(segment: i32): i32 {
  return load<i32>(progressionChanges + (segment << 3), 4);
}

/** Reads entry `index` of POC segment `segment`; false where it makes no sense. */
export function readProgression(segment: i32, index: i32): bool {
  const wide = componentCount >= 257;
  let at = load<usize>(progressionChanges + (segment << 3)) + <usize>(index * (wide ? 9 : 7));
  firstResolution = load<u8>(at);
  firstComponent = readIndex(at + 1);
  at += wide ? 3 : 2;
  endLayer = min(read16(at), layers);
  endResolution = load<u8>(at, 2);
  endComponent = readIndex(at + 3);
  entryOrder = load<u8>(at + (wide ? 5 : 4));
  // An index of one byte cannot say 256: 0 does.
  if (endComponent == 0) endComponent = wide ? 16384 : 256;
  endComponent = min(endComponent, componentCount);
  return entryOrder <= Progression.CPRL;
}
