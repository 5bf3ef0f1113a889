/**
 * Packets (T.800 B.9, B.10): the header tells which code-blocks of a precinct the layer adds to, by how many passes and
 * bytes; the body has the bytes. What a packet adds to a codeword segment is a contribution, a record of 16 bytes in the
 * list of its code-block.
 */
import { take, taken } from '../kernel/arena';
import { fail } from '../kernel/blocks';
import { input, inputEnd } from '../kernel/input';
import { Status } from '../kernel/status';
import { BlockStyle } from './code-block';
import { firstTilePart, TilePart } from './codestream';
import { Marker, read16 } from './markers';
import { beginBits, bitsMissing, endBits, readBit, readBits } from './packet-bits';
import { readTagTree, shapeTagTree, treeNodes } from './tag-tree';
import {
  Band,
  bandOf,
  BlockData,
  blockOf,
  findBlocks,
  Precinct,
  precinctOf,
  rectangleHigh,
  rectangleWide,
  rectangleX,
  rectangleY,
  Resolution,
} from './tile';

@unmanaged
export class Contribution {
  next: usize;
  address: usize;
  bytes: u32;
  /** 0: the bytes of the tile end before it. */
  passes: u16;
  /** It goes on where the one before it ended: they are one codeword segment. */
  continues: u16;
}

/** B.10.5: more bit-planes than any block can have. */
const ZERO_BIT_PLANES_LIMIT: u32 = 128;
/** Passes of a block: three to a bit-plane, and those that HT only counts. */
export const MAXIMUM_PASSES: i32 = 3 * 128;

/** The tile-part that packets are read from; 0 behind the last one. */
let part: usize = 0;
/** Next byte of packet bodies (and headers), and of headers that stand apart. */
let body: usize = 0;
let packed: usize = 0;
/** The bytes of the tile ended before its packets did. */
export let packetsCut: bool = false;
/** The most bytes that one code-block of the tile has. */
export let longestBlock: u32 = 0;
/** Where the contributions of packets go that are not needed: their lengths alone count. */
const unneeded: usize = memory.data(32, 16);
/** Bytes of the body of the packet at hand. */
let bodyBytes: u64 = 0;

/** Starts with the first tile-part of a tile, its headers read. */
export function beginPackets(tile: i32): void {
  packetsCut = false;
  longestBlock = 0;
  enter(firstTilePart(tile));
}

function enter(record: usize): void {
  part = record;
  if (record == 0) return;
  body = changetype<TilePart>(record).header;
  packed = changetype<TilePart>(record).packed;
}

/** Whether there is another packet, in this tile-part or the ones behind it. */
export function morePackets(): bool {
  while (part != 0) {
    const current = changetype<TilePart>(part);
    if (current.packed != 0 ? packed < current.packedEnd : body < current.end) return true;
    enter(current.next);
  }
  return false;
}

/**
 * Reads the packet of the next layer of a precinct. `half` is 1 above the lowest resolution. A packet that is not `needed` is
 * passed over: its header is read, for it says how long the body is and what later headers mean. `morePackets` has said that
 * there is one.
 */
export function readPacket(at: Resolution, px: i32, py: i32, half: u32, needed: bool): i32 {
  const current = changetype<TilePart>(part);
  const precinct = precinctOf(at, py * at.precinctsWide + px);
  const layer = precinct.layers++;
  bodyBytes = 0;
  // A.8.1: SOP may be there or not, whatever Scod says: no packet header begins with 0xFF and a byte above 0x7F (B.10.1).
  if (body + 6 <= current.end && read16(body) == Marker.SOP && read16(body + 2) == 4) body += 6;
  const apart = current.packed != 0;
  const from = apart ? packed : body;
  const to = apart ? current.packedEnd : current.end;
  const records = taken();
  beginBits(from, to);
  if (readBit() != 0) {
    for (let b = 0; b < at.bandCount; b++) {
      const band = bandOf(at, b);
      findBlocks(at, band, half, px, py);
      if (rectangleWide == 0 || rectangleHigh == 0) continue;
      const status = readBlockHeaders(band, precinct, b, layer, needed, <i32>(from - input));
      if (status != Status.Done) return bitsMissing ? cut(from, apart, current, records, layer) : status;
    }
  }
  let behind = endBits();
  if (bitsMissing) return cut(from, apart, current, records, layer);
  // A.8.2: so it is with EPH, for no code-block's bytes begin so, either (D.4.1).
  if (behind + 2 <= to && read16(behind) == Marker.EPH) behind += 2;
  if (apart) packed = behind;
  else body = behind;

  if (!needed) {
    if (bodyBytes <= <u64>(current.end - body)) {
      body += <usize>bodyBytes;
      return Status.Done;
    }
    if (current.end != inputEnd) return fail(Status.BadJ2kPacketHeader, <i32>(from - input), layer);
    packetsCut = true;
    part = 0;
    return Status.Done;
  }

  // The body: the contributions in the order of the header, whose records stand one behind the other.
  const end = taken();
  for (let record = (records + 15) & ~15; record < end; record += offsetof<Contribution>()) {
    const contribution = changetype<Contribution>(record);
    if (!packetsCut && contribution.bytes <= <u32>(current.end - body)) {
      contribution.address = body;
      body += contribution.bytes;
      continue;
    }
    if (!packetsCut) {
      if (current.end != inputEnd) return fail(Status.BadJ2kPacketHeader, <i32>(from - input), layer);
      packetsCut = true;
      part = 0;
    }
    drop(contribution);
  }
  return Status.Done;
}

/** A header that its bytes end before: the end of the tile where the codestream ends there as well, else broken. */
function cut(from: usize, apart: bool, current: TilePart, records: usize, layer: i32): i32 {
  if (apart || current.end != inputEnd) return fail(Status.BadJ2kPacketHeader, <i32>(from - input), layer);
  packetsCut = true;
  part = 0;
  const end = taken();
  for (let record = (records + 15) & ~15; record < end; record += offsetof<Contribution>()) {
    drop(changetype<Contribution>(record));
  }
  return Status.Done;
}

/** Makes a contribution whose bytes are not there one of no bytes and no passes. */
@inline
function drop(contribution: Contribution): void {
  contribution.bytes = 0;
  contribution.passes = 0;
}

/** B.10: the share of one sub-band in a packet header. */
function readBlockHeaders(band: Band, precinct: Precinct, b: i32, layer: i32, needed: bool, offset: i32): i32 {
  const inclusion = load<usize>(changetype<usize>(precinct) + offsetof<Precinct>('trees0') + (b << 2));
  const wide = rectangleWide;
  const high = rectangleHigh;
  shapeTagTree(wide, high);
  const zeroBitPlanes = inclusion + (treeNodes << 2);
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) {
      const block = blockOf(band, rectangleX + x, rectangleY + y);
      // B.10.4: a block that was included before has one bit, one that was not the tag tree of first layers.
      if (block.passes != 0) {
        if (readBit() == 0) continue;
      } else {
        if (readTagTree(inclusion, x, y, layer + 1) > <u32>layer) continue;
        const planes = readTagTree(zeroBitPlanes, x, y, ZERO_BIT_PLANES_LIMIT);
        if (planes >= ZERO_BIT_PLANES_LIMIT) return fail(Status.BadJ2kPacketHeader, offset, layer);
        block.zeroBitPlanes = <u8>planes;
        block.lengthBits = 3;
      }
      const status = readLengths(band, block, needed, offset, layer);
      if (status != Status.Done) return status;
      if (bitsMissing) return fail(Status.BadJ2kPacketHeader, offset, layer);
    }
  }
  return Status.Done;
}

/** B.10.6 and B.10.7: passes and lengths of one code-block. */
function readLengths(band: Band, block: BlockData, needed: bool, offset: i32, layer: i32): i32 {
  let passes = readPasses();
  if (<i32>block.passes + passes > MAXIMUM_PASSES) return fail(Status.BadJ2kPacketHeader, offset, layer);
  let lengthBits = <i32>block.lengthBits;
  while (readBit() != 0) lengthBits++;
  if (lengthBits > 32) return fail(Status.BadJ2kPacketHeader, offset, layer);
  block.lengthBits = <u8>lengthBits;
  while (passes > 0) {
    // T.814 B.3: HT blocks without a byte so far have placeholder passes, which go with the next cleanup pass.
    const placeholders = isHt(band, block) && block.bytes == 0;
    const continues = block.segmentRoom > 0;
    if (placeholders) block.segmentRoom = <i16>passesToCleanup(block.passes, passes);
    else if (!continues) block.segmentRoom = <i16>roomOf(band, block);
    let some = min(passes, <i32>block.segmentRoom);
    const bits = lengthBits + 31 - clz(some);
    if (bits > 32) return fail(Status.BadJ2kPacketHeader, offset, layer);
    const record = needed ? take(offsetof<Contribution>()) : unneeded;
    if (record == 0) return fail(Status.LimitMemory, -1);
    const contribution = changetype<Contribution>(record);
    contribution.next = 0;
    contribution.address = input;
    contribution.bytes = readBits(bits);
    contribution.continues = <u16>(continues && !placeholders);
    if (placeholders && !isFirstCleanup(band, block.passes + some - 1, contribution.bytes, lengthBits, bits)) {
      // No cleanup pass either: the length is that of all passes, whose number takes more bits.
      const further = clz(some) - clz(passes);
      if (bits + further > 32) return fail(Status.BadJ2kPacketHeader, offset, layer);
      contribution.bytes = (contribution.bytes << further) | readBits(further);
      some = passes;
      block.segmentRoom = <i16>passes;
      if (contribution.bytes != 0) {
        // Bytes without a cleanup pass of HT: the block is one of Part 1, and all its passes are one segment.
        if ((band.blockStyle & BlockStyle.Mixed) == 0) return fail(Status.BadJ2kPacketHeader, offset, layer);
        block.partOne = true;
        block.segmentRoom = <i16>MAXIMUM_PASSES;
      }
      contribution.continues = <u16>((band.blockStyle & BlockStyle.Mixed) != 0 && block.first != 0);
    }
    contribution.passes = <u16>some;
    if (needed) {
      if (block.first == 0) block.first = record;
      else changetype<Contribution>(block.last).next = record;
      block.last = record;
    }
    // No more than the input has: a sum of lengths that cannot be is refused with the body of its packet.
    if (contribution.bytes > <u32>(inputEnd - input)) contribution.bytes = <u32>(inputEnd - input) + 1;
    block.bytes = min<u32>(block.bytes + min<u32>(contribution.bytes, 0x40000000), 0x40000000);
    bodyBytes += contribution.bytes;
    if (needed) longestBlock = max(longestBlock, block.bytes);
    block.passes += <u16>some;
    block.segmentRoom -= <i16>some;
    passes -= some;
  }
  return Status.Done;
}

/** Table B.4: the number of new passes. */
function readPasses(): i32 {
  if (readBit() == 0) return 1;
  if (readBit() == 0) return 2;
  let value = readBits(2);
  if (value < 3) return 3 + value;
  value = readBits(5);
  if (value < 31) return 6 + value;
  return 37 + readBits(7);
}

/** How many of `passes` new passes there are up to the last cleanup pass among them; all of them where there is none. */
function passesToCleanup(pass: i32, passes: i32): i32 {
  const first = passes - ((pass + passes - 1) % 3);
  return first > 0 ? first : passes;
}

/** Whether the next segment of a block is one of T.814, as far as is known. */
@inline
function isHt(band: Band, block: BlockData): bool {
  return (band.blockStyle & BlockStyle.Ht) != 0 && !block.partOne;
}

/**
 * T.814 B.3: whether a length in front of which there were no bytes is that of the first HT cleanup segment, with `pass`
 * as its pass. Where coders are mixed, the length of one has a bit more than it needs, so that its highest is 0;
 * a Part 1 block of so short a length has no more than the three that all begin with.
 */
function isFirstCleanup(band: Band, pass: i32, bytes: u32, lengthBits: i32, bits: i32): bool {
  if (pass % 3 != 0) return false;
  if ((band.blockStyle & BlockStyle.Mixed) == 0) return bytes != 0;
  return bytes > 1 && lengthBits > 3 && bytes >> (bits - 1) == 0;
}

/** How many passes the next codeword segment of a block takes. */
function roomOf(band: Band, block: BlockData): i32 {
  const pass = <i32>block.passes;
  // T.814 B.3: cleanup, then SigProp and MagRef together.
  if (isHt(band, block)) return pass % 3 == 1 ? 2 : 1;
  if ((band.blockStyle & BlockStyle.Terminate) != 0) return 1;
  if ((band.blockStyle & BlockStyle.Bypass) == 0) return MAXIMUM_PASSES;
  // Table D.9: raw from the fifth bit-plane on, where the cleanup pass stays with the MQ decoder.
  if (pass < 10) return 10 - pass;
  return (pass + 2) % 3 == 2 ? 1 : 2;
}
