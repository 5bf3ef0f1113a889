import { InvalidBitstream, UnsupportedFeature } from '../errors.js';
import {
  type FrameHeader,
  isStartOfFrame,
  type MarkerSegment,
  nextMarkerSegment,
  readFrameHeader,
} from './jpeg-markers.js';
import { JpegTables } from './jpeg-tables.js';

/** One frame of a hierarchy (ITU-T T.81 B.3, Annex J). */
export interface HierarchyFrame {
  readonly header: FrameHeader;
  /** Its samples are differences to the reference components: SOF5 to SOF7 and SOF13 to SOF15. */
  readonly differential: boolean;
  /** An EXP marker segment comes first: the reference components get twice the columns, twice the lines (B.3.3). */
  readonly expandsColumns: boolean;
  readonly expandsLines: boolean;
  /** The frame as a stream by itself: SOI, the tables that hold for it, the frame, and EOI where nothing is missing. */
  readonly bytes: Uint8Array;
  /** Offset of its SOF marker in `bytes`. */
  readonly start: number;
}

/** A hierarchical stream: what the DHP marker segment says of the completed image, and its frames. */
export interface Hierarchy {
  /** Size, precision and components of the completed image (B.3.2). */
  readonly completed: FrameHeader;
  /** Reads on, frame by frame. Returns whether the EOI marker is there. */
  frames(): Generator<HierarchyFrame, boolean>;
}

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DHP = 0xde;
const EXP = 0xdf;

/**
 * Reads a hierarchical stream up to its DHP marker segment.
 * @param offset of the SOI marker
 * @throws InvalidBitstream where it does not begin as B.3 has it
 */
export function openHierarchy(bytes: Uint8Array, offset: number): Hierarchy {
  const tables = new JpegTables();
  for (let position = offset + 2; ; ) {
    const marker = nextMarkerSegment(bytes, position);
    if (marker === undefined || isStartOfFrame(marker.code)) {
      throw invalidHierarchy(
        'no DHP marker segment in front of the first frame',
        marker?.offset ?? bytes.length,
        'J.1.1',
      );
    }
    tables.take(marker);
    position = marker.end;
    if (marker.code !== DHP) continue;
    const completed = readHeader(marker);
    if (completed.rows === 0) {
      const feature = 'a JPEG hierarchy whose number of lines comes in a DNL marker segment';
      throw new UnsupportedFeature(`${feature} cannot be decoded.`, { feature, offset: marker.offset });
    }
    return { completed, frames: () => framesFrom(bytes, position, tables) };
  }
}

function* framesFrom(
  bytes: Uint8Array,
  position: number,
  tables: JpegTables,
): Generator<HierarchyFrame, boolean> {
  let expansion: number | undefined;
  /** The frame that is being read: all of it but its end. */
  let begun: { header: FrameHeader; expansion: number; tables: Uint8Array } | undefined;
  for (;;) {
    const marker = nextMarkerSegment(bytes, position);
    const ends = marker === undefined || isStartOfFrame(marker.code) || [DHP, EXP, EOI].includes(marker.code);
    if (begun !== undefined && ends) {
      const coded = bytes.subarray(begun.header.frameHeaderOffset, marker?.offset);
      yield frameOf(begun.header, begun.expansion, begun.tables, coded, marker !== undefined);
      begun = undefined;
    }
    if (marker === undefined) return false;
    const { code, offset } = marker;
    position = code === SOS ? endOfScan(bytes, marker.end) : marker.end;
    if (code === EOI) return true;
    if (code === DHP) throw invalidHierarchy('a second DHP marker segment', offset, 'B.3.2');
    if (code === EXP) {
      const [factors] = marker.parameters;
      const doubles = factors === 0x00 || factors === 0x01 || factors === 0x10 || factors === 0x11;
      if (!doubles)
        throw invalidHierarchy(`an expansion by ${factors} that doubles nothing`, offset, 'B.3.3');
      if (expansion !== undefined)
        throw invalidHierarchy('two EXP marker segments for one frame', offset, 'J.1.1');
      expansion = factors;
    } else if (isStartOfFrame(code)) {
      const header = readHeader(marker);
      begun = { header, expansion: expansion ?? 0, tables: tables.bytes() };
      if (expansion !== undefined && !isDifferential(header)) {
        throw invalidHierarchy('an EXP marker segment for a frame that is not differential', offset, 'J.2.1');
      }
      expansion = undefined;
    } else tables.take(marker);
  }
}

/** The parameters of a DHP or SOF marker segment. Frames meet by the identifiers of their components, which are different. */
function readHeader({ parameters, code, offset }: MarkerSegment): FrameHeader {
  const header = readFrameHeader(parameters, code, offset);
  const identifiers = new Set(header.components.map(({ identifier }) => identifier));
  if (identifiers.size < header.components.length) {
    throw invalidHierarchy('two components of one name', offset, 'B.2.2');
  }
  return header;
}

/** Offset of the first marker that is not part of a scan, or of the end of the bytes (B.1.1.5). */
function endOfScan(bytes: Uint8Array, position: number): number {
  for (let at = position; at + 1 < bytes.length; at++) {
    if (bytes[at] !== 0xff) continue;
    const code = bytes[at + 1];
    const belongs = code === 0x00 || code === 0xff || (code >= 0xd0 && code <= 0xd7);
    if (!belongs) return at;
  }
  return bytes.length;
}

function frameOf(
  header: FrameHeader,
  expansion: number,
  tables: Uint8Array,
  coded: Uint8Array,
  isWhole: boolean,
): HierarchyFrame {
  const start = 2 + tables.length;
  const bytes = new Uint8Array(start + coded.length + (isWhole ? 2 : 0));
  bytes.set([0xff, SOI]);
  bytes.set(tables, 2);
  bytes.set(coded, start);
  if (isWhole) bytes.set([0xff, EOI], start + coded.length);
  return {
    header,
    differential: isDifferential(header),
    expandsColumns: (expansion & 0x10) !== 0,
    expandsLines: (expansion & 0x01) !== 0,
    bytes,
    start,
  };
}

/** SOF5 to SOF7, SOF13 to SOF15 (Table B.1). */
function isDifferential({ startOfFrame }: FrameHeader): boolean {
  return (startOfFrame & 4) !== 0;
}

/** The error of a stream that breaks a rule of `clause`, by the marker segment at `offset`. */
export function invalidHierarchy(problem: string, offset: number, clause: string): InvalidBitstream {
  return new InvalidBitstream(`Bad hierarchical JPEG stream: ${problem}.`, {
    offset,
    clause: `ITU-T T.81 ${clause}`,
  });
}
