import {
  type CineloopError,
  type ErrorContext,
  InvalidBitstream,
  LimitExceeded,
  TruncatedData,
  UnsupportedFeature,
  WorkerFailure,
} from '../errors.js';

/** Where and why a kernel stopped, as it wrote it in its `failure` block; undefined: not known. */
export interface Failure {
  /** Byte of the frame's encoded bytes. */
  readonly offset: number | undefined;
  /** A number for the sentence. */
  readonly detail: number | undefined;
  /** Rows from the top that are whole. */
  readonly goodRows: number | undefined;
  /** Bytes that the kernel's memory might have had. */
  readonly memoryAllowed: number;
}

/** What a status means to the caller. */
interface StatusRow {
  readonly code: number;
  readonly error: new (message: string, context: ErrorContext) => CineloopError;
  /** The sentence; `#` stands for the failure's detail. */
  readonly message: string;
  readonly clause?: string;
  /** For UnsupportedFeature. */
  readonly feature?: string;
  /** For LimitExceeded. */
  readonly limit?: string;
}

/** Statuses that are no failures. */
export const DONE = 0;
export const MORE = 1;

/** Every other member of `assembly/kernel/status.ts`, by its name there. */
export const STATUSES: Readonly<Record<string, StatusRow>> = {
  LimitMemory: {
    code: 2,
    error: LimitExceeded,
    message: 'decoding this frame takes more memory than the limits allow',
    limit: 'memoryBytes',
  },
  BadParameters: {
    code: 3,
    error: WorkerFailure,
    message: 'the kernel was given parameters it does not know',
  },
  BadCall: { code: 4, error: WorkerFailure, message: 'the kernel was called out of turn' },

  TruncatedRleHeader: {
    code: 16,
    error: TruncatedData,
    message: 'the frame ends inside the 64 bytes of its RLE header: it has # bytes',
    clause: 'PS3.5 G.5',
  },
  BadRleSegmentCount: {
    code: 17,
    error: InvalidBitstream,
    message:
      'the RLE header counts # segments, which is not one per byte of Samples per Pixel times Bits Allocated',
    clause: 'PS3.5 G.2',
  },
  BadRleSegmentOffset: {
    code: 18,
    error: InvalidBitstream,
    message: 'the offset of RLE segment # does not lie behind the one before it and inside the frame',
    clause: 'PS3.5 G.5',
  },
  TruncatedRleSegment: {
    code: 19,
    error: TruncatedData,
    message: 'RLE segment # ends before its byte plane is full',
    clause: 'PS3.5 G.3.2',
  },

  MissingJpegStart: {
    code: 32,
    error: InvalidBitstream,
    message: 'the JPEG stream has no SOI marker',
    clause: 'ITU-T T.81 B.2.1',
  },
  TruncatedJpegHeaders: {
    code: 33,
    error: TruncatedData,
    message: 'the JPEG stream ends between its marker segments',
  },
  BadJpegSegmentLength: {
    code: 34,
    error: InvalidBitstream,
    message: 'a JPEG marker segment is too short for what it has to say',
    clause: 'ITU-T T.81 B.1.1.4',
  },
  MissingJpegFrameHeader: {
    code: 35,
    error: InvalidBitstream,
    message: 'a JPEG scan comes before the frame header',
    clause: 'ITU-T T.81 B.2.1',
  },
  BadJpegFrameHeader: {
    code: 36,
    error: InvalidBitstream,
    message: 'the JPEG frame header is cut short, comes twice, or describes an image without samples',
    clause: 'ITU-T T.81 B.2.2',
  },
  UnsupportedJpegProcess: {
    code: 37,
    error: UnsupportedFeature,
    message: 'the JPEG stream is coded by the process of SOF#, which this kernel does not have',
    clause: 'ITU-T T.81 Table B.1',
    feature: 'another JPEG process',
  },
  UnsupportedJpegComponents: {
    code: 38,
    error: UnsupportedFeature,
    message: 'the JPEG image has # components; four are the most that are decoded',
    clause: 'ITU-T T.81 B.2.2',
    feature: 'more than four JPEG components',
  },
  BadJpegPrecision: {
    code: 39,
    error: InvalidBitstream,
    message: 'JPEG samples of # bits: lossless ones have 2 to 16',
    clause: 'ITU-T T.81 Table B.2',
  },
  BadJpegSampling: {
    code: 40,
    error: InvalidBitstream,
    message: 'a sampling factor of JPEG component # is not 1, 2, 3 or 4',
    clause: 'ITU-T T.81 Table B.2',
  },
  MissingJpegNumberOfLines: {
    code: 41,
    error: InvalidBitstream,
    message:
      'neither the JPEG frame header nor a DNL segment behind the first scan gives the number of lines',
    clause: 'ITU-T T.81 B.2.5',
  },
  BadJpegNumberOfLines: {
    code: 42,
    error: InvalidBitstream,
    message: 'the DNL segment gives no number of lines',
    clause: 'ITU-T T.81 B.2.5',
  },
  BadJpegHuffmanTable: {
    code: 43,
    error: InvalidBitstream,
    message: 'a JPEG Huffman table (identifier #) is cut short or its code lengths make no prefix code',
    clause: 'ITU-T T.81 B.2.4.2',
  },
  MissingJpegHuffmanTable: {
    code: 44,
    error: InvalidBitstream,
    message: 'a JPEG scan names the Huffman table #, which has not been given',
    clause: 'ITU-T T.81 B.2.3',
  },
  BadJpegDifferenceCategory: {
    code: 45,
    error: InvalidBitstream,
    message: 'the JPEG Huffman table # codes a category of differences above 16',
    clause: 'ITU-T T.81 Table H.2',
  },
  MissingJpegScan: {
    code: 46,
    error: InvalidBitstream,
    message: 'the JPEG image ends before a scan of every component',
    clause: 'ITU-T T.81 B.2.1',
  },
  BadJpegScanHeader: {
    code: 47,
    error: InvalidBitstream,
    message: 'the JPEG scan header is cut short or names a component that is not there or has been decoded',
    clause: 'ITU-T T.81 B.2.3',
  },
  BadJpegMcu: {
    code: 48,
    error: InvalidBitstream,
    message: 'a JPEG scan interleaves # data units; ten are allowed',
    clause: 'ITU-T T.81 B.2.3',
  },
  BadJpegPredictor: {
    code: 49,
    error: InvalidBitstream,
    message: 'a lossless JPEG scan selects predictor #; 1 to 7 are allowed, and 0 alone for differences',
    clause: 'ITU-T T.81 Table H.1',
  },
  BadJpegPointTransform: {
    code: 50,
    error: InvalidBitstream,
    message: 'a lossless JPEG scan has a point transform of # bits, which leaves none of the precision',
    clause: 'ITU-T T.81 A.4',
  },
  BadJpegRestartMarker: {
    code: 51,
    error: InvalidBitstream,
    message: 'the JPEG restart marker RST# is not the one that belongs here',
    clause: 'ITU-T T.81 B.2.1, E.2.4',
  },
  BadJpegHuffmanCode: {
    code: 52,
    error: InvalidBitstream,
    message: 'the entropy-coded JPEG data hold a code that their Huffman table does not have',
    clause: 'ITU-T T.81 F.2.2.3',
  },
  TruncatedJpegScan: {
    code: 53,
    error: TruncatedData,
    message: 'the entropy-coded JPEG data end before the scan is complete',
    clause: 'ITU-T T.81 E.2.4',
  },
  UnsupportedJpegHierarchy: {
    code: 54,
    error: UnsupportedFeature,
    message: 'the JPEG stream is coded in the hierarchical mode',
    clause: 'ITU-T T.81 Annex J',
    feature: 'JPEG hierarchical mode of operation',
  },
  BadJpegIntervalLength: {
    code: 55,
    error: InvalidBitstream,
    message:
      'the samples of a JPEG scan or restart interval are complete # bytes before its entropy-coded data end',
    clause: 'ITU-T T.81 E.2.4',
  },
  BadJpegQuantizationTable: {
    code: 56,
    error: InvalidBitstream,
    message:
      'a JPEG quantization table (identifier #) is cut short or has a precision or number that there is not',
    clause: 'ITU-T T.81 B.2.4.1',
  },
  MissingJpegQuantizationTable: {
    code: 57,
    error: InvalidBitstream,
    message: 'a JPEG component names the quantization table #, which has not been given',
    clause: 'ITU-T T.81 B.2.2',
  },
  BadJpegCoefficientCategory: {
    code: 58,
    error: InvalidBitstream,
    message: 'the JPEG Huffman table # codes a category of DC differences above 15',
    clause: 'ITU-T T.81 F.1.2.1',
  },
  BadJpegSpectralSelection: {
    code: 59,
    error: InvalidBitstream,
    message: 'a progressive JPEG scan selects no band of DCT coefficients that one scan may have (up to #)',
    clause: 'ITU-T T.81 G.1.1.1.1',
  },
  BadJpegSuccessiveApproximation: {
    code: 60,
    error: InvalidBitstream,
    message: 'a progressive JPEG scan, down to bit #, does not go on where the scans before it ended',
    clause: 'ITU-T T.81 G.1.1.1.2',
  },
  UnsupportedJpegPrecision: {
    code: 61,
    error: UnsupportedFeature,
    message: 'JPEG samples of # bits in a DCT process, which has 8 or 12',
    clause: 'ITU-T T.81 Table B.2',
    feature: 'a JPEG DCT process of neither 8 nor 12 bits',
  },
  BadJpegConditioning: {
    code: 62,
    error: InvalidBitstream,
    message: 'a JPEG stream sets conditioning # of arithmetic coding to what it cannot be',
    clause: 'ITU-T T.81 B.2.4.3',
  },
  BadJpegMagnitude: {
    code: 63,
    error: InvalidBitstream,
    message:
      'the arithmetic-coded data of a JPEG scan hold a value of more bits than any has, or one beyond the end of its band',
    clause: 'ITU-T T.81 F.1.4.4',
  },

  MissingJpegLsStart: {
    code: 96,
    error: InvalidBitstream,
    message: 'the JPEG-LS stream has no SOI marker',
    clause: 'ITU-T T.87 C.1.1',
  },
  TruncatedJpegLsHeaders: {
    code: 97,
    error: TruncatedData,
    message: 'the JPEG-LS stream ends between its marker segments',
  },
  BadJpegLsSegmentLength: {
    code: 98,
    error: InvalidBitstream,
    message: 'a JPEG-LS marker segment is too short or too long for what it has to say',
    clause: 'ITU-T T.87 C.1.1',
  },
  MissingJpegLsFrameHeader: {
    code: 99,
    error: InvalidBitstream,
    message: 'a JPEG-LS scan comes before the frame header',
    clause: 'ITU-T T.87 C.1.1',
  },
  BadJpegLsFrameHeader: {
    code: 100,
    error: InvalidBitstream,
    message:
      'the JPEG-LS frame header is cut short, comes twice, names a component twice, or is contradicted about its dimensions',
    clause: 'ITU-T T.87 C.2.2',
  },
  BadJpegLsPrecision: {
    code: 101,
    error: InvalidBitstream,
    message: 'JPEG-LS samples of # bits: they have 2 to 16',
    clause: 'ITU-T T.87 C.2.2',
  },
  BadJpegLsSampling: {
    code: 102,
    error: InvalidBitstream,
    message: 'a sampling factor of JPEG-LS component # is not 1, 2, 3 or 4',
    clause: 'ITU-T T.87 C.2.2',
  },
  UnsupportedJpegLsComponents: {
    code: 103,
    error: UnsupportedFeature,
    message: 'the JPEG-LS image has # components; four are the most that are decoded',
    clause: 'ITU-T T.87 C.2.2',
    feature: 'more than four JPEG-LS components',
  },
  UnsupportedJpegLsProcess: {
    code: 104,
    error: UnsupportedFeature,
    message: 'the JPEG stream is coded by the process of SOF#, not by the one of SOF55',
    clause: 'ITU-T T.87 Table C.1',
    feature: 'a JPEG process other than JPEG-LS',
  },
  MissingJpegLsDimensions: {
    code: 105,
    error: InvalidBitstream,
    message: 'neither the JPEG-LS frame header nor an LSE or DNL segment gives the lines and columns',
    clause: 'ITU-T T.87 C.2.2',
  },
  BadJpegLsNumberOfLines: {
    code: 106,
    error: InvalidBitstream,
    message: 'the DNL segment gives no number of lines',
    clause: 'ITU-T T.87 C.2.6',
  },
  BadJpegLsPresets: {
    code: 107,
    error: InvalidBitstream,
    message: 'a JPEG-LS preset parameters segment (identifier #) is cut short or has values that cannot be',
    clause: 'ITU-T T.87 C.2.4.1',
  },
  UnsupportedJpegLsPresets: {
    code: 108,
    error: UnsupportedFeature,
    message: 'the JPEG-LS stream has a preset parameters segment with identifier #',
    clause: 'ITU-T T.87 C.2.4.1',
    feature: 'JPEG-LS extensions (ITU-T T.870)',
  },
  BadJpegLsMappingTable: {
    code: 109,
    error: InvalidBitstream,
    message: 'a JPEG-LS mapping table is cut short, is not in order, or has no entry for a sample',
    clause: 'ITU-T T.87 C.2.4.1.2',
  },
  MissingJpegLsMappingTable: {
    code: 110,
    error: InvalidBitstream,
    message: 'a JPEG-LS scan names the mapping table #, which has not been given',
    clause: 'ITU-T T.87 C.2.3',
  },
  UnsupportedJpegLsMappingTable: {
    code: 111,
    error: UnsupportedFeature,
    message:
      'the entries of a JPEG-LS mapping table have # bytes: one or two are decoded, the same for all components',
    clause: 'ITU-T T.87 C.2.4.1.2',
    feature: 'JPEG-LS mapping tables with entries of different or more than two bytes',
  },
  MissingJpegLsScan: {
    code: 112,
    error: InvalidBitstream,
    message: 'the JPEG-LS image ends before a scan of every component',
    clause: 'ITU-T T.87 C.1.1',
  },
  BadJpegLsScanHeader: {
    code: 113,
    error: InvalidBitstream,
    message:
      'the JPEG-LS scan header is cut short or names a component that is not there or has been decoded',
    clause: 'ITU-T T.87 C.2.3',
  },
  BadJpegLsInterleaveMode: {
    code: 114,
    error: InvalidBitstream,
    message: 'the interleave mode # is not one that the components of the JPEG-LS scan can have',
    clause: 'ITU-T T.87 C.2.3',
  },
  BadJpegLsNear: {
    code: 115,
    error: InvalidBitstream,
    message: 'a JPEG-LS scan is near-lossless to #: half of MAXVAL, and 255, are the most',
    clause: 'ITU-T T.87 C.2.3',
  },
  UnsupportedJpegLsPointTransform: {
    code: 116,
    error: UnsupportedFeature,
    message: 'the JPEG-LS scan has a point transform of # bits',
    clause: 'ITU-T T.87 C.2.3',
    feature: 'JPEG-LS point transform',
  },
  UnsupportedJpegLsColourTransform: {
    code: 117,
    error: UnsupportedFeature,
    message:
      'the JPEG-LS stream has the colour transform # of its APP8 segment, which is for three components of 8 or 16 bits',
    feature: 'JPEG-LS colour transform other than HP1, HP2 and HP3',
  },
  BadJpegLsRestartMarker: {
    code: 118,
    error: InvalidBitstream,
    message: 'the JPEG-LS restart marker RST# is not the one that belongs here',
    clause: 'ITU-T T.87 C.1.1',
  },
  BadJpegLsCode: {
    code: 119,
    error: InvalidBitstream,
    message:
      'the entropy-coded JPEG-LS data hold a code that is longer than any can be, or a run longer than its line',
    clause: 'ITU-T T.87 A.5.3',
  },
  BadJpegLsIntervalLength: {
    code: 120,
    error: InvalidBitstream,
    message:
      'the samples of a JPEG-LS scan or restart interval are complete # bytes before its entropy-coded data end',
    clause: 'ITU-T T.87 C.1.1',
  },
  TruncatedJpegLsScan: {
    code: 121,
    error: TruncatedData,
    message: 'the entropy-coded JPEG-LS data end before the scan is complete',
    clause: 'ITU-T T.87 C.1.1',
  },

  MissingJ2kStart: {
    code: 128,
    error: InvalidBitstream,
    message: 'neither a JPEG 2000 codestream (SOC, SIZ) nor JP2 boxes with one',
    clause: 'ITU-T T.800 A.2',
  },
  TruncatedJ2kHeaders: {
    code: 129,
    error: TruncatedData,
    message: 'the JPEG 2000 data end inside the main header',
    clause: 'ITU-T T.800 A.2',
  },
  BadJ2kMarker: {
    code: 130,
    error: InvalidBitstream,
    message: 'a JPEG 2000 header goes on with the marker #, which cannot stand there',
    clause: 'ITU-T T.800 A.1.3',
  },
  BadJ2kSegmentLength: {
    code: 131,
    error: InvalidBitstream,
    message: 'the JPEG 2000 marker segment # is too short or too long for what it has to say',
    clause: 'ITU-T T.800 A.1.1',
  },
  MissingJ2kSegment: {
    code: 132,
    error: InvalidBitstream,
    message: 'the JPEG 2000 main header lacks the marker segment #',
    clause: 'ITU-T T.800 A.3',
  },
  BadJ2kImageSize: {
    code: 133,
    error: InvalidBitstream,
    message:
      'the SIZ segment describes no image: an area, tile or component without samples, or too many of them',
    clause: 'ITU-T T.800 A.5.1',
  },
  UnsupportedJ2kGrid: {
    code: 134,
    error: UnsupportedFeature,
    message: 'the JPEG 2000 image lies more than 2^31 points from the origin of its reference grid',
    clause: 'ITU-T T.800 B.2',
    feature: 'JPEG 2000 with a far offset on the reference grid',
  },
  UnsupportedJ2kPrecision: {
    code: 136,
    error: UnsupportedFeature,
    message:
      'JPEG 2000 samples of # bits: beyond 28, what is decoded is lossless Part 1, components of one size, no region of interest',
    clause: 'ITU-T T.800 A.5.1',
    feature: 'JPEG 2000 of more than 28 bits per sample other than lossless Part 1',
  },
  UnsupportedJ2kPart2: {
    code: 137,
    error: UnsupportedFeature,
    message: 'the JPEG 2000 codestream uses an extension of Part 2 (value #)',
    clause: 'ITU-T T.801',
    feature: 'JPEG 2000 with extensions of Part 2 (ITU-T T.801)',
  },
  BadJ2kCodingStyle: {
    code: 138,
    error: InvalidBitstream,
    message: 'a COD, COC or RGN segment has a value that there is not: #',
    clause: 'ITU-T T.800 A.6',
  },
  BadJ2kQuantization: {
    code: 139,
    error: InvalidBitstream,
    message: 'the quantization of JPEG 2000 sub-bands is not or wrongly given (#)',
    clause: 'ITU-T T.800 A.6.4',
  },
  BadJ2kProgression: {
    code: 140,
    error: InvalidBitstream,
    message: 'a POC segment has a progression order that there is not, or there are too many of them',
    clause: 'ITU-T T.800 A.6.6',
  },
  BadJ2kPackedHeaders: {
    code: 141,
    error: InvalidBitstream,
    message: 'packed packet headers (PPM, PPT) are numbered twice or end too early (#)',
    clause: 'ITU-T T.800 A.7.4',
  },
  BadJ2kTilePart: {
    code: 142,
    error: InvalidBitstream,
    message: 'a JPEG 2000 tile-part (# in its header) is none of the image, or its length is wrong',
    clause: 'ITU-T T.800 A.4.2',
  },
  MissingJ2kTile: {
    code: 143,
    error: InvalidBitstream,
    message: 'the JPEG 2000 codestream has no tile-part of tile #',
    clause: 'ITU-T T.800 A.4.2',
  },
  BadJ2kPacketHeader: {
    code: 144,
    error: InvalidBitstream,
    message: 'a JPEG 2000 packet header (layer #) says what cannot be',
    clause: 'ITU-T T.800 B.10',
  },
  UnsupportedJ2kBlockCoder: {
    code: 145,
    error: UnsupportedFeature,
    message: 'tile # has HT code-blocks beside ones of Part 1 with bypass or termination',
    clause: 'ITU-T T.814',
    feature: 'HT and Part 1 code-blocks mixed, with bypass or termination',
  },
  BadJ2kComponentTransform: {
    code: 146,
    error: InvalidBitstream,
    message:
      'a component transform is asked for, and the first three components (#) are not alike or not there',
    clause: 'ITU-T T.800 G.1',
  },
  UnsupportedJ2kBitPlanes: {
    code: 147,
    error: UnsupportedFeature,
    message:
      'a JPEG 2000 code-block has # bit-planes: this kernel decodes up to 30, and 47 where samples have more than 28 bits',
    clause: 'ITU-T T.800 B.10.5',
    feature: 'JPEG 2000 code-blocks of more than 30 bit-planes',
  },
  BadJ2kCodeBlock: {
    code: 148,
    error: InvalidBitstream,
    message: 'JPEG 2000 code-blocks are damaged: what their coding passes check is wrong from row # on',
    clause: 'ITU-T T.800 Annex D',
  },
  TruncatedJ2kTilePart: {
    code: 149,
    error: TruncatedData,
    message: 'the JPEG 2000 data end inside a tile-part: rows from # on are not complete',
    clause: 'ITU-T T.800 A.4.2',
  },
  UnsupportedJ2kReduction: {
    code: 150,
    error: UnsupportedFeature,
    message: 'the picture can be reduced # times at most: its tiles have no more decomposition levels',
    clause: 'ITU-T T.800 B.5',
    feature: 'a reduction by more than the decomposition levels',
  },
  UnsupportedJ2kEmptyReduction: {
    code: 151,
    error: UnsupportedFeature,
    message: 'reduced # times, the picture has no samples left',
    clause: 'ITU-T T.800 B.5',
    feature: 'a reduction that leaves no samples',
  },
  BadJ2kMultiComponent: {
    code: 152,
    error: InvalidBitstream,
    message:
      'the multiple component transformations of the JPEG 2000 codestream are not all there or do not fit together (#)',
    clause: 'ITU-T T.801 J.2',
  },
  UnsupportedJ2kReversibleArray: {
    code: 153,
    error: UnsupportedFeature,
    message: 'the JPEG 2000 components are transformed by the array # reversibly',
    clause: 'ITU-T T.801 J.3.1',
    feature: 'JPEG 2000 with reversible array-based multiple component transformations (ITU-T T.801)',
  },
};

const ROWS = new Map(Object.values(STATUSES).map((row) => [row.code, row]));

/** The error for a status that is neither Done nor More. */
export function errorOf(status: number, failure: Failure): CineloopError {
  const row = ROWS.get(status);
  if (row === undefined) return new WorkerFailure(`the kernel answered with the unknown status ${status}`);
  const { offset, detail, goodRows, memoryAllowed } = failure;
  return new row.error(row.message.replace('#', String(detail ?? 'some')), {
    offset,
    goodRows,
    clause: row.clause,
    feature: row.feature,
    limit: row.limit,
    allowed: row.limit === undefined ? undefined : memoryAllowed,
  });
}
