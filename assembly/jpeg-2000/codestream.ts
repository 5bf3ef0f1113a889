/**
 * The codestream as a whole (T.800 Annex A): the boxes around it, the main header, and where the tile-parts are. Lengths
 * are checked here; what is between SOD and the end of a tile-part is read tile by tile.
 */
import { take } from '../kernel/arena';
import { fail } from '../kernel/blocks';
import { input, inputEnd } from '../kernel/input';
import { Status } from '../kernel/status';
import {
  beginTileParameters,
  keepMainParameters,
  readCodingComponent,
  readCodingDefault,
  readProgressionChanges,
  readQuantizationComponent,
  readQuantizationDefault,
  readRegion,
  resetParameters,
  Source,
} from './coding-parameters';
import { capabilities, readImageSize, tilesAcross, tilesDown } from './image-size';
import {
  forgetMultiComponent,
  readBitDepths,
  readCollections,
  readStages,
  readTransformArray,
} from './multi-component';
import { Marker, read16, read32, standsAlone } from './markers';
import {
  forgetSegments,
  hasSegments,
  joinedStart,
  joinedStop,
  joinSegments,
  nextTilePartHeaders,
  noteSegment,
} from './packed-headers';

/** A tile-part, A.4.2. */
@unmanaged
export class TilePart {
  /** The first marker behind the SOT segment. */
  header: usize;
  /** Behind its last byte. */
  end: usize;
  /** PPM: its packet headers; `packedEnd` is 0 where there are none. */
  packed: usize;
  packedEnd: usize;
  /** The next part of the same tile; 0: none. */
  next: usize;
}

/** First and last tile-part of each tile. */
@unmanaged
class TileParts {
  first: usize;
  last: usize;
  /** How many. */
  count: i32;
  /** How many there are to be, TNsot; 0: not said, or the end of the last one is not known. */
  announced: i32;
}

let tiles: usize = 0;
/** The first tile with a tile-part that is longer than the bytes that there are; -1: none. */
export let truncatedTile: i32 = -1;
/** EOC stands behind the last tile-part. */
export let complete: bool = false;
/** The main header has PPM segments. */
let packedInMain: bool = false;

@inline
function tileParts(tile: i32): TileParts {
  return changetype<TileParts>(tiles + <usize>tile * offsetof<TileParts>());
}

/** Reads everything up to the first tile-part, and where these are. */
export function readCodestream(): i32 {
  truncatedTile = -1;
  complete = false;
  packedInMain = false;
  const start = findCodestream();
  if (start == 0) return fail(Status.MissingJ2kStart, 0);
  forgetSegments();
  forgetMultiComponent();
  let at = start + 2;
  let sized = false;
  for (;;) {
    if (at + 2 > inputEnd) return truncated();
    const marker = read16(at);
    if (marker == Marker.SOT) break;
    if (standsAlone(marker)) {
      at += 2;
      continue;
    }
    if (marker < 0xff01 || marker == Marker.EOC || marker == Marker.SOD) {
      return fail(Status.BadJ2kMarker, <i32>(at - input), marker);
    }
    if (at + 4 > inputEnd) return truncated();
    const length = read16(at + 2);
    if (length < 2) return fail(Status.BadJ2kSegmentLength, <i32>(at - input), marker);
    if (at + 2 + length > inputEnd) return truncated();
    let status: i32 = Status.Done;
    if (marker == Marker.SIZ) {
      if (sized) return fail(Status.BadJ2kImageSize, <i32>(at - input));
      sized = true;
      status = readImageSize(at + 2, length);
      if (status == Status.Done) status = resetParameters();
      // Rsiz: extensions of Part 2 other than multiple component transformations (T.801 A.2.1).
      if (status == Status.Done && (capabilities & 0x8000) != 0 && (capabilities & 0xeff) != 0) {
        return fail(Status.UnsupportedJ2kPart2, <i32>(at - input), capabilities);
      }
    } else if (!sized) {
      // A.5.1: SIZ comes first.
      return fail(Status.MissingJ2kSegment, <i32>(at - input), Marker.SIZ);
    } else if (marker == Marker.PPM) {
      packedInMain = true;
      status = noteSegment(at + 2, length);
    } else if (marker >= Marker.DCO && marker <= Marker.ATK) {
      status = readExtension(marker, at + 2, length);
    } else {
      status = readParameters(marker, at + 2, length, Source.MainDefault);
    }
    if (status != Status.Done) return status;
    at += 2 + length;
  }
  if (!sized) return fail(Status.MissingJ2kSegment, <i32>(at - input), Marker.SIZ);
  const status = keepMainParameters();
  if (status != Status.Done) return status;
  if (packedInMain) {
    const joinedStatus = joinSegments();
    if (joinedStatus != Status.Done) return joinedStatus;
  }
  return findTileParts(at);
}

function truncated(): i32 {
  return fail(Status.TruncatedJ2kHeaders, <i32>(inputEnd - input));
}

/** The marker segments that main header and tile-part headers have in common. Others (COM, TLM, PLM, PLT, CRG) tell nothing needed. */
function readParameters(marker: i32, at: usize, length: i32, source: Source): i32 {
  switch (marker) {
    case Marker.COD:
      return readCodingDefault(at, length, source);
    case Marker.COC:
      return readCodingComponent(at, length, source + 1);
    case Marker.QCD:
      return readQuantizationDefault(at, length, source);
    case Marker.QCC:
      return readQuantizationComponent(at, length, source + 1);
    case Marker.RGN:
      return readRegion(at, length, source);
    case Marker.POC:
      return readProgressionChanges(at, length, source);
    default:
      return Status.Done;
  }
}

/** Segments of Part 2 in the main header: those of multiple component transformations. */
function readExtension(marker: i32, at: usize, length: i32): i32 {
  switch (marker) {
    case Marker.CBD:
      return readBitDepths(at, length);
    case Marker.MCT:
      return readTransformArray(at, length);
    case Marker.MCC:
      return readCollections(at, length);
    case Marker.MCO:
      return readStages(at, length);
    default:
      return fail(Status.UnsupportedJ2kPart2, <i32>(at - input), marker);
  }
}

/** SOC and SIZ; in front of them the boxes of JP2 and JPH files (Annex I) are skipped. 0: not there. */
function findCodestream(): usize {
  const SOC_SIZ: u32 = 0xff4fff51;
  let at = input;
  if (at + 4 > inputEnd) return 0;
  if (read32(at) == SOC_SIZ) return at;
  if (at + 12 > inputEnd || read32(at + 4) != 0x6a502020) return 0;
  while (at + 8 <= inputEnd) {
    let length = <u64>read32(at);
    let header: u64 = 8;
    if (length == 1 && at + 16 <= inputEnd) {
      length = (<u64>read32(at + 8) << 32) | read32(at + 12);
      header = 16;
    }
    if (read32(at + 4) == 0x6a703263) {
      const start = at + <usize>header;
      return start + 4 <= inputEnd && read32(start) == SOC_SIZ ? start : 0;
    }
    if (length < header || length > <u64>(inputEnd - at)) return 0;
    at += <usize>length;
  }
  return 0;
}

/** Goes from SOT to SOT by Psot and notes the parts of each tile. */
function findTileParts(from: usize): i32 {
  const count = tilesAcross * tilesDown;
  tiles = take(<u64>count * offsetof<TileParts>());
  if (tiles == 0) return fail(Status.LimitMemory, -1);
  memory.fill(tiles, 0, <usize>count * offsetof<TileParts>());
  let at = from;
  while (at + 2 <= inputEnd) {
    const marker = read16(at);
    if (marker == Marker.EOC) {
      complete = true;
      break;
    }
    if (marker != Marker.SOT) return fail(Status.BadJ2kTilePart, <i32>(at - input), marker);
    if (at + 12 > inputEnd) break;
    const tile = read16(at + 4);
    let length = read32(at + 6);
    if (read16(at + 2) != 10 || tile >= count) return fail(Status.BadJ2kTilePart, <i32>(at - input), tile);
    const there = <u32>(inputEnd - at);
    // Psot 0: the last tile-part, up to EOC or as far as the bytes go. No packet has FF D9.
    const endless = length == 0;
    const closed = endless && there >= 14 && read16(inputEnd - 2) == Marker.EOC;
    if (endless) length = closed ? there - 2 : there;
    else if (length < 12) return fail(Status.BadJ2kTilePart, <i32>(at - input), tile);
    if (length > there) {
      length = there;
      if (truncatedTile < 0 || tile < truncatedTile) truncatedTile = tile;
    }
    const record = take(offsetof<TilePart>());
    if (record == 0) return fail(Status.LimitMemory, -1);
    const part = changetype<TilePart>(record);
    part.header = at + 12;
    part.end = at + length;
    part.packed = 0;
    part.packedEnd = 0;
    part.next = 0;
    if (packedInMain) {
      const bytes = nextTilePartHeaders();
      if (bytes < 0) return fail(Status.BadJ2kPackedHeaders, <i32>(at - input), tile);
      part.packedEnd = joinedStart();
      part.packed = joinedStart() - bytes;
    }
    // TPsot: those of a tile are in order; TNsot and the order of tiles do not matter. A.4.2 allows 255 of a tile. Where
    // OpenJPEG writes more, it goes on from 0, and their order says which is meant.
    const parts = tileParts(tile);
    if (<i32>load<u8>(at, 10) != (parts.count++ & 0xff)) return fail(Status.BadJ2kTilePart, <i32>(at - input), tile);
    const announced = <i32>load<u8>(at, 11);
    if (endless && !closed) parts.announced = 0;
    else if (announced != 0) parts.announced = announced;
    if (parts.first == 0) parts.first = record;
    else changetype<TilePart>(parts.last).next = record;
    parts.last = record;
    at += length;
  }
  return Status.Done;
}

/** The first tile-part of a tile; 0: the codestream has none. */
@inline
export function firstTilePart(tile: i32): usize {
  return tileParts(tile).first;
}

/** Whether the tile has as many tile-parts as it says itself; where it says nothing, whether the codestream has its end. */
export function hasAllTileParts(tile: i32): bool {
  const parts = tileParts(tile);
  return complete || (parts.announced != 0 && (parts.count & 0xff) == parts.announced);
}

/**
 * Reads the headers of all tile-parts of a tile; afterwards `header` of each is where its packets begin. PPT segments of one
 * tile-part are put together and become its packed headers.
 */
export function readTilePartHeaders(tile: i32): i32 {
  beginTileParameters();
  for (let record = firstTilePart(tile); record != 0; ) {
    const part = changetype<TilePart>(record);
    const status = readTilePartHeader(part);
    if (status != Status.Done) return status;
    record = part.next;
  }
  return Status.Done;
}

function readTilePartHeader(part: TilePart): i32 {
  forgetSegments();
  let at = part.header;
  for (;;) {
    if (at + 2 > part.end) return endOfTilePart(part);
    const marker = read16(at);
    if (marker == Marker.SOD) break;
    if (standsAlone(marker)) {
      at += 2;
      continue;
    }
    if (marker < 0xff01) return fail(Status.BadJ2kMarker, <i32>(at - input), marker);
    if (at + 4 > part.end) return endOfTilePart(part);
    const length = read16(at + 2);
    if (length < 2) return fail(Status.BadJ2kSegmentLength, <i32>(at - input), marker);
    if (at + 2 + length > part.end) return endOfTilePart(part);
    // Transformations of components in a tile's own header.
    if (marker >= Marker.DCO && marker <= Marker.ATK) return fail(Status.UnsupportedJ2kPart2, <i32>(at - input), marker);
    const status =
      marker == Marker.PPT ? noteSegment(at + 2, length) : readParameters(marker, at + 2, length, Source.TileDefault);
    if (status != Status.Done) return status;
    at += 2 + length;
  }
  part.header = at + 2;
  if (!hasSegments()) return Status.Done;
  const status = joinSegments();
  part.packed = joinedStart();
  part.packedEnd = part.packed == 0 ? 0 : joinedStop();
  return status;
}

/** A header that its tile-part has no room for: cut off where the bytes end, else broken. */
function endOfTilePart(part: TilePart): i32 {
  if (part.end == inputEnd) {
    part.header = part.end;
    return Status.Done;
  }
  return fail(Status.BadJ2kTilePart, <i32>(part.header - input));
}
