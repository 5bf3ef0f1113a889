import { InvalidBitstream, TruncatedData } from '../errors.js';

/** One component as the frame header describes it (ITU-T T.81 B.2.2). */
interface JpegComponent {
  /** Ci: the label that scans and colour conventions know it by. */
  readonly identifier: number;
  /** Hi, 1 to 4. */
  readonly horizontalSampling: number;
  /** Vi, 1 to 4. */
  readonly verticalSampling: number;
}

/** What stands in front of the first scan of a JPEG or JPEG-LS stream. */
export interface JpegHeader {
  /** Offset of the SOI marker: whatever is in front of it is no part of the stream. */
  readonly offset: number;
  /** Offset of the frame header's SOF marker. */
  readonly frameHeaderOffset: number;
  /** The n of SOFn, 0 to 15 (ITU-T T.81 Table B.1), or 55 for JPEG-LS (ITU-T T.87 C.2.2). */
  readonly startOfFrame: number;
  /** A DHP marker segment comes first: the hierarchical mode of operation (ITU-T T.81 B.3.2). */
  readonly hierarchical: boolean;
  /** P: bits per sample. */
  readonly precision: number;
  /** Y: lines of the image; 0 where a DNL marker segment behind the first scan gives them (ITU-T T.81 B.2.5). */
  readonly rows: number;
  /** X: samples per line; 0 only in JPEG-LS, where an LSE marker segment gives them (ITU-T T.87 C.2.4.1.4). */
  readonly columns: number;
  /** The components in the order of the frame header. */
  readonly components: readonly JpegComponent[];
  /** Ri: minimum coded units between two restart markers in the first scan, 0 where there are none. */
  readonly restartInterval: number;
  /** A JFIF APP0 marker segment is there (ITU-T T.871). */
  readonly jfif: boolean;
  /** The transform flag of an Adobe APP14 marker segment (ITU-T T.872 6.5.3): 0 none, 1 YCbCr, 2 YCCK. */
  readonly adobeTransform: number | undefined;
}

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DRI = 0xdd;
const DHP = 0xde;
const APP0 = 0xe0;
const APP14 = 0xee;
/** SOF55 of JPEG-LS. */
const SOF_JPEG_LS = 0xf7;

/** What SOF0 to SOF15 stand for (ITU-T T.81 Table B.1); 4, 8 and 12 are the numbers of other markers. */
const PROCESSES: Readonly<Record<number, string>> = {
  0: 'JPEG baseline DCT',
  1: 'JPEG extended sequential DCT, Huffman coding',
  2: 'JPEG progressive DCT, Huffman coding',
  3: 'JPEG lossless (sequential), Huffman coding',
  5: 'JPEG differential sequential DCT, Huffman coding',
  6: 'JPEG differential progressive DCT, Huffman coding',
  7: 'JPEG differential lossless, Huffman coding',
  9: 'JPEG extended sequential DCT, arithmetic coding',
  10: 'JPEG progressive DCT, arithmetic coding',
  11: 'JPEG lossless (sequential), arithmetic coding',
  13: 'JPEG differential sequential DCT, arithmetic coding',
  14: 'JPEG differential progressive DCT, arithmetic coding',
  15: 'JPEG differential lossless, arithmetic coding',
  55: 'JPEG-LS',
};

/**
 * Reads the marker segments up to the first scan and no entropy-coded data: a few hundred bytes as a rule. Bytes in
 * front of SOI, fill bytes, and bytes between marker segments that are no marker are passed over.
 * @throws InvalidBitstream where no frame header can be made out or its values are not allowed
 * @throws TruncatedData where the bytes end before the first scan
 */
export function inspectJpeg(bytes: Uint8Array): JpegHeader {
  const offset = findStart(bytes);
  let frameHeader: FrameHeader | undefined;
  let hierarchical = false;
  let restartInterval = 0;
  let jfif = false;
  let adobeTransform: number | undefined;

  for (let position = offset + 2; ; ) {
    const marker = nextMarkerSegment(bytes, position);
    if (marker === undefined) throw truncated(bytes);
    const { code, offset: at, parameters: segment } = marker;
    position = marker.end;
    // Table specifications alone, in front of the image that they are for (B.5).
    const endsTables = bytes[position] === 0xff && bytes[position + 1] === SOI && frameHeader === undefined;
    if (code === EOI && endsTables) continue;
    if (code === EOI) throw invalid('the image ends without a scan', at, 'B.2.1');
    if (code === SOS) {
      if (frameHeader === undefined) throw invalid('a scan without a frame header', at, 'B.2.1');
      return { offset, ...frameHeader, hierarchical, restartInterval, jfif, adobeTransform };
    }
    if (isStartOfFrame(code)) {
      if (frameHeader !== undefined) throw invalid('two frame headers in front of one scan', at, 'B.2.1');
      frameHeader = readFrameHeader(segment, code, at);
    } else if (code === DHP) hierarchical = true;
    else if (code === DRI && segment.length >= 2) restartInterval = segment[0] * 256 + segment[1];
    else if (code === APP0 && startsWith(segment, 'JFIF\0')) jfif = true;
    else if (code === APP14 && segment.length >= 12 && startsWith(segment, 'Adobe')) {
      adobeTransform = segment[11];
    }
  }
}

/** A marker and, where it does not stand alone, the parameters of its segment (ITU-T T.81 B.1.1). */
export interface MarkerSegment {
  /** The marker's second byte. */
  readonly code: number;
  readonly offset: number;
  readonly parameters: Uint8Array;
  /** Offset of what comes next. */
  readonly end: number;
}

/**
 * The next marker from `position` on. Fill bytes and bytes that are no marker are passed over; a stuffed 0x00 and restart
 * markers, as entropy-coded data have them, are markers without parameters.
 * @returns undefined where the bytes end first
 * @throws InvalidBitstream
 */
export function nextMarkerSegment(bytes: Uint8Array, position: number): MarkerSegment | undefined {
  // A marker is 0xFF, any number of fill bytes 0xFF, and a byte that is neither 0x00 nor 0xFF (B.1.1.2).
  let offset = bytes.indexOf(0xff, position);
  if (offset < 0) return undefined;
  while (bytes[offset + 1] === 0xff) offset++;
  if (offset + 1 >= bytes.length) return undefined;
  const code = bytes[offset + 1];
  const start = offset + 2;
  if (code <= 0x01 || (code >= 0xd0 && code <= EOI)) {
    return { code, offset, parameters: bytes.subarray(start, start), end: start };
  }
  if (start + 2 > bytes.length) return undefined;
  const length = bytes[start] * 256 + bytes[start + 1];
  if (length < 2) throw invalid(`a marker segment of length ${length}`, offset, 'B.1.1.4');
  const end = start + length;
  if (end > bytes.length) return undefined;
  return { code, offset, parameters: bytes.subarray(start + 2, end), end };
}

/**
 * Whether an EOI marker stands behind the frame header. In entropy-coded data 0xFF is followed by 0x00 or a restart marker
 * (B.1.1.5), in JPEG-LS by a byte below 0x80 (ITU-T T.87 A.1), so that what looks like an EOI is one.
 */
export function hasEndOfImage(bytes: Uint8Array, { frameHeaderOffset }: JpegHeader): boolean {
  let at = bytes.lastIndexOf(EOI);
  while (at > frameHeaderOffset && bytes[at - 1] !== 0xff) at = bytes.lastIndexOf(EOI, at - 1);
  return at > frameHeaderOffset;
}

/** Whether the frame is arithmetic-coded: SOF9 to SOF15 (ITU-T T.81 Table B.1). */
export function isArithmetic({ startOfFrame }: Pick<JpegHeader, 'startOfFrame'>): boolean {
  return startOfFrame > 8 && startOfFrame < 16;
}

/** The coding process of a stream in the standard's words, with its precision where that is not 8 bits. */
export function jpegProcessOf({ startOfFrame, hierarchical, precision }: JpegHeader): string {
  const process = PROCESSES[startOfFrame];
  return `${process}${hierarchical ? ', hierarchical' : ''}${precision === 8 ? '' : `, ${precision} bits`}`;
}

/**
 * What the components of a DCT process are as they are coded: JFIF decides, then Adobe's transform flag, then the labels
 * 'R', 'G', 'B', then the sampling: a second and a third component of fewer samples are chrominance, for red, green and
 * blue are sampled alike. Undefined where the stream does not say.
 */
export function dctPhotometricInterpretationOf(
  header: Pick<JpegHeader, 'components' | 'jfif' | 'adobeTransform'>,
): string | undefined {
  if (header.components.length !== 3) return undefined;
  if (header.jfif) return 'YBR_FULL';
  if (header.adobeTransform !== undefined) return header.adobeTransform === 0 ? 'RGB' : 'YBR_FULL';
  const labels = String.fromCharCode(...header.components.map((component) => component.identifier));
  if (labels === 'RGB') return 'RGB';
  const [luminance, ...others] = header.components.map((c) => c.horizontalSampling * c.verticalSampling);
  return others.every((sampling) => sampling < luminance!) ? 'YBR_FULL' : undefined;
}

/**
 * What the stream itself says of the colours of a lossless process. Lossless coding transforms none, so the components are what the
 * dataset says as a rule, and only what is meant for these very components goes against it: Adobe's transform flag, and
 * components that are named R, G and B. JFIF, which implies YCbCr for the DCT processes, says nothing here: writers of
 * lossless streams put its segment in front of RGB as well.
 */
export function losslessPhotometricInterpretationOf({
  components,
  adobeTransform,
}: Pick<JpegHeader, 'components' | 'adobeTransform'>): string | undefined {
  if (components.length !== 3) return undefined;
  if (adobeTransform === 0) return 'RGB';
  if (adobeTransform === 1) return 'YBR_FULL';
  const names = String.fromCharCode(...components.map((component) => component.identifier));
  return names === 'RGB' ? 'RGB' : undefined;
}

/** A frame header, or what DHP says of the completed image in the same words (ITU-T T.81 B.2.2, B.3.2). */
export type FrameHeader = Pick<
  JpegHeader,
  'frameHeaderOffset' | 'startOfFrame' | 'precision' | 'rows' | 'columns' | 'components'
>;

/**
 * Reads the parameters of a SOF or DHP marker segment.
 * @param code the marker's second byte
 * @throws InvalidBitstream
 */
export function readFrameHeader(segment: Uint8Array, code: number, frameHeaderOffset: number): FrameHeader {
  const fault = (problem: string) => invalid(problem, frameHeaderOffset, 'B.2.2');
  if (segment.length < 6) throw fault(`a frame header of ${segment.length + 2} bytes`);
  const [precision, y1, y0, x1, x0, count] = segment;
  const [rows, columns] = [y1 * 256 + y0, x1 * 256 + x0];
  if (precision < 2 || precision > 16) throw fault(`a precision of ${precision} bits`);
  if (columns === 0 && code !== SOF_JPEG_LS) throw fault('lines without samples');
  if (count === 0 || segment.length < 6 + 3 * count) {
    throw fault(`${count} components in a frame header of ${segment.length + 2} bytes`);
  }
  const components: JpegComponent[] = [];
  for (let index = 0; index < count; index++) {
    const at = 6 + 3 * index;
    const horizontalSampling = segment[at + 1] >> 4;
    const verticalSampling = segment[at + 1] & 15;
    if (!isSamplingFactor(horizontalSampling) || !isSamplingFactor(verticalSampling)) {
      throw fault(`sampling factors of ${horizontalSampling} by ${verticalSampling}`);
    }
    components.push({ identifier: segment[at], horizontalSampling, verticalSampling });
  }
  const startOfFrame = code === SOF_JPEG_LS ? 55 : code & 15;
  return { frameHeaderOffset, startOfFrame, precision, rows, columns, components };
}

function isSamplingFactor(factor: number): boolean {
  return factor >= 1 && factor <= 4;
}

/** SOF0 to SOF15 share their numbers with DHT (4), JPG (8) and DAC (12). */
export function isStartOfFrame(code: number): boolean {
  return (
    code === SOF_JPEG_LS || (code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc)
  );
}

/** The first SOI with another marker behind it. */
function findStart(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === SOI && bytes[at + 2] === 0xff) return at;
  }
  throw invalid('no SOI marker', 0, 'B.2.1');
}

function startsWith(segment: Uint8Array, text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (segment[index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

function truncated(bytes: Uint8Array): TruncatedData {
  return new TruncatedData('The JPEG data end in front of the first scan.', { offset: bytes.length });
}

function invalid(problem: string, offset: number, clause: string): InvalidBitstream {
  return new InvalidBitstream(`Bad JPEG stream: ${problem}.`, { offset, clause: `ITU-T T.81 ${clause}` });
}
