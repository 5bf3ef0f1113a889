import { InvalidBitstream, TruncatedData } from '../errors.js';

/** One component as the SIZ marker segment describes it (ITU-T T.800 A.5.1). */
export interface Jpeg2000Component {
  /** Bit depth of the samples before any level shift, 1 to 38. */
  readonly precision: number;
  readonly signed: boolean;
  /** XRsiz and YRsiz: one sample of the component per this many points of the reference grid, across and down. */
  readonly xStep: number;
  readonly yStep: number;
  /** Samples of the component in the image area (B.2). */
  readonly columns: number;
  readonly rows: number;
}

/** What the main header of a JPEG 2000 codestream says (ITU-T T.800 Annex A, T.814). */
export interface Jpeg2000Header {
  /** Where the codestream starts: past the boxes of a JP2 file that should not be there (PS3.5 A.4.4). */
  readonly offset: number;
  /** Where the first tile-part starts: the offset of its SOT marker. */
  readonly tilePartOffset: number;
  /** Size of the image: of its largest component. */
  readonly columns: number;
  readonly rows: number;
  /** XOsiz, YOsiz, Xsiz, Ysiz: the image area on the reference grid. */
  readonly xOffset: number;
  readonly yOffset: number;
  readonly xEnd: number;
  readonly yEnd: number;
  readonly tiles: number;
  readonly components: readonly Jpeg2000Component[];
  /** SGcod: quality layers. */
  readonly layers: number;
  /** SGcod: the reversible or irreversible component transform (RCT, ICT) was used on the first three components. */
  readonly componentTransform: boolean;
  /** Transformation of the default coding style: true for the 5-3 reversible filter. */
  readonly reversible: boolean;
  /** Code-blocks are coded as ITU-T T.814 says (HTJ2K). */
  readonly highThroughput: boolean;
  /** Rsiz asks for capabilities of Part 2, ITU-T T.801. */
  readonly part2: boolean;
}

const SOC_SIZ = 0xff4fff51;
const SIZ = 0xff51;
const CAP = 0xff50;
const COD = 0xff52;
const SOT = 0xff90;
const EOC = 0xffd9;

const JP2_SIGNATURE = 0x6a502020; // 'jP  '
const JP2_CODESTREAM = 0x6a703263; // 'jp2c'

/**
 * Reads the main header of a codestream, naked or in JP2 boxes, and nothing behind it.
 * @throws InvalidBitstream, TruncatedData
 */
export function inspectJpeg2000(bytes: Uint8Array): Jpeg2000Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const offset = findCodestream(view);
  let siz: SizSegment | undefined;
  let cod: CodSegment | undefined;
  let highThroughput = false;

  let position = offset + 2;
  for (;;) {
    need(view, position, 2);
    const marker = view.getUint16(position);
    if (marker === SOT) break;
    // Reserved markers without parameters (A.1.1).
    if (marker >= 0xff30 && marker <= 0xff3f) {
      position += 2;
      continue;
    }
    if (marker < 0xff01) {
      throw invalid(`no marker of the main header at byte ${position}`, position, 'A.1.3');
    }
    need(view, position + 2, 2);
    const length = view.getUint16(position + 2);
    if (length < 2) throw invalid(`marker segment of length ${length}`, position, 'A.1.1');
    need(view, position + 2, length);
    if (marker === SIZ) siz = readSiz(view, position, length);
    else if (marker === COD) cod = readCod(view, position, length);
    // Pcap15: the codestream uses T.814. Ccap15 says in which way; all of them need a decoder of Part 15.
    else if (marker === CAP && length >= 6) highThroughput = (view.getUint32(position + 4) & 0x20000) !== 0;
    position += 2 + length;
  }
  if (siz === undefined) throw invalid('no SIZ marker segment', offset, 'A.5.1');
  if (cod === undefined) throw invalid('no COD marker segment in the main header', offset, 'A.6.1');
  // Each tile has a tile-part header, SOT and SOD, at least (A.4.2): a number of tiles can be too large to be true.
  if (siz.tiles * 14 > bytes.length - position) {
    throw new TruncatedData(`The JPEG 2000 data hold ${bytes.length} bytes, too few for ${siz.tiles} tiles.`);
  }
  return {
    offset,
    tilePartOffset: position,
    ...siz,
    ...cod,
    highThroughput: highThroughput || cod.highThroughput,
  };
}

/**
 * Whether a naked codestream says of all components that they have `most` bits at most; false also where that cannot be told at a glance.
 * Makes no objects: it is asked of each frame, of which small ones take some microseconds in all.
 */
export function hasBitsAtMost(bytes: Uint8Array, most: number): boolean {
  if (bytes.length < 45 || bytes[0] !== 0xff || bytes[1] !== 0x4f || bytes[2] !== 0xff || bytes[3] !== 0x51)
    return false;
  const end = 42 + 3 * ((bytes[40]! << 8) | bytes[41]!);
  if (end === 42 || end > bytes.length) return false;
  for (let at = 42; at < end; at += 3) if ((bytes[at]! & 0x7f) >= most) return false;
  return true;
}

/**
 * Goes from tile-part to tile-part by their lengths (Psot, A.4.2) and says whether the EOC marker stands behind the last
 * one; true also where that cannot be told, because a length of 0 says that the tile-part lasts to EOC. Decoders that
 * make do with what there is give half a picture for half a codestream: this tells before they start.
 * @throws TruncatedData where a tile-part is longer than the bytes
 */
export function hasEndOfCodestream(bytes: Uint8Array, header: Jpeg2000Header): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = header.tilePartOffset;
  while (position + 2 <= bytes.length && view.getUint16(position) !== EOC) {
    if (view.getUint16(position) !== SOT) return true;
    need(view, position, 12);
    const length = view.getUint32(position + 6);
    if (length < 12) return true;
    position += length;
    if (position > bytes.length) {
      throw new TruncatedData('The JPEG 2000 data end inside a tile-part.', { offset: bytes.length });
    }
  }
  return position + 2 <= bytes.length;
}

interface SizSegment
  extends Pick<
    Jpeg2000Header,
    'columns' | 'rows' | 'xOffset' | 'yOffset' | 'xEnd' | 'yEnd' | 'tiles' | 'components' | 'part2'
  > {}
interface CodSegment
  extends Pick<Jpeg2000Header, 'layers' | 'componentTransform' | 'reversible' | 'highThroughput'> {}

function readSiz(view: DataView, position: number, length: number): SizSegment {
  if (length < 41) throw invalid(`SIZ marker segment of length ${length}`, position, 'A.5.1');
  const field = (index: number) => view.getUint32(position + 6 + 4 * index);
  const [xEnd, yEnd, xOffset, yOffset] = [field(0), field(1), field(2), field(3)];
  const [tileColumns, tileRows, tileX, tileY] = [field(4), field(5), field(6), field(7)];
  const count = view.getUint16(position + 38);
  if (xEnd <= xOffset || yEnd <= yOffset) throw invalid('the image area is empty', position, 'A.5.1');
  if (tileColumns === 0 || tileRows === 0) throw invalid('tiles without samples', position, 'A.5.1');
  if (tileX > xOffset || tileY > yOffset || tileX + tileColumns <= xOffset || tileY + tileRows <= yOffset) {
    throw invalid('the first tile does not meet the image area', position, 'B.3');
  }
  if (count === 0 || count > 16384 || length !== 38 + 3 * count) {
    throw invalid(`${count} components in a SIZ marker segment of length ${length}`, position, 'A.5.1');
  }

  const components: Jpeg2000Component[] = [];
  for (let index = 0; index < count; index++) {
    const at = position + 40 + 3 * index;
    const depth = view.getUint8(at);
    const xStep = view.getUint8(at + 1);
    const yStep = view.getUint8(at + 2);
    const precision = (depth & 0x7f) + 1;
    if (precision > 38) throw invalid(`precision of ${precision} bits`, at, 'A.5.1');
    if (xStep === 0 || yStep === 0) throw invalid('a component without samples', at, 'A.5.1');
    const columns = Math.ceil(xEnd / xStep) - Math.ceil(xOffset / xStep);
    const rows = Math.ceil(yEnd / yStep) - Math.ceil(yOffset / yStep);
    components.push({ precision, signed: (depth & 0x80) !== 0, xStep, yStep, columns, rows });
  }
  return {
    columns: Math.max(...components.map((component) => component.columns)),
    rows: Math.max(...components.map((component) => component.rows)),
    xOffset,
    yOffset,
    xEnd,
    yEnd,
    tiles: Math.ceil((xEnd - tileX) / tileColumns) * Math.ceil((yEnd - tileY) / tileRows),
    components,
    part2: (view.getUint16(position + 4) & 0x8000) !== 0,
  };
}

function readCod(view: DataView, position: number, length: number): CodSegment {
  if (length < 12) throw invalid(`COD marker segment of length ${length}`, position, 'A.6.1');
  return {
    layers: view.getUint16(position + 6),
    componentTransform: view.getUint8(position + 8) !== 0,
    highThroughput: (view.getUint8(position + 12) & 0x40) !== 0,
    reversible: view.getUint8(position + 13) === 1,
  };
}

function findCodestream(view: DataView): number {
  need(view, 0, 4);
  if (view.getUint32(0) === SOC_SIZ) return 0;
  need(view, 0, 12);
  if (view.getUint32(4) !== JP2_SIGNATURE) {
    throw invalid('neither a codestream (SOC, SIZ) nor a JP2 signature box', 0, 'A.2');
  }
  // T.800 I.4: length, type; a length of 1 is followed by one of 64 bits, a length of 0 lasts to the end.
  let position = 0;
  while (position + 8 <= view.byteLength) {
    let length = view.getUint32(position);
    let header = 8;
    if (length === 1 && position + 16 <= view.byteLength) {
      length = Number(view.getBigUint64(position + 8));
      header = 16;
    }
    if (view.getUint32(position + 4) === JP2_CODESTREAM) {
      const codestream = position + header;
      need(view, codestream, 4);
      if (view.getUint32(codestream) !== SOC_SIZ) {
        throw invalid('a codestream box without SOC and SIZ', codestream, 'A.2');
      }
      return codestream;
    }
    if (length < header) break;
    position += length;
  }
  throw invalid('JP2 boxes without a contiguous codestream box', 0, 'I.5.4');
}

function need(view: DataView, position: number, count: number): void {
  if (position + count > view.byteLength) {
    throw new TruncatedData('The JPEG 2000 data end inside a header.', { offset: view.byteLength });
  }
}

function invalid(problem: string, offset: number, clause: string): InvalidBitstream {
  return new InvalidBitstream(`Bad JPEG 2000 codestream: ${problem}.`, {
    offset,
    clause: `ITU-T T.800 ${clause}`,
  });
}
