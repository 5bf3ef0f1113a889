/**
 * What `open` and `step` may answer, for all kernels. The names speak a grammar: Bad X, Missing X, Unsupported X,
 * Truncated X; Limit X is the host's limit, not the stream's fault. The numbers are part of the ABI: a codec adds to the
 * end of its own range and never renumbers. `src/wasm/status.ts` has a row for each: error class, sentence, clause.
 */
export const enum Status {
  // Every kernel: 0 to 15.
  /** The frame is whole: every byte of it has been handed out. */
  Done = 0,
  /** Go on stepping. */
  More = 1,
  /** The arena may not or cannot grow so far. */
  LimitMemory = 2,
  /** The host asked for what the kernel does not have: a fault of ours. */
  BadParameters = 3,
  /** `step` without a successful `open` before it: a fault of ours. */
  BadCall = 4,

  // assembly/rle: 16 to 31.
  TruncatedRleHeader = 16,
  BadRleSegmentCount = 17,
  BadRleSegmentOffset = 18,
  TruncatedRleSegment = 19,

  // assembly/jpeg: 32 to 95.
  MissingJpegStart = 32,
  TruncatedJpegHeaders = 33,
  BadJpegSegmentLength = 34,
  MissingJpegFrameHeader = 35,
  BadJpegFrameHeader = 36,
  UnsupportedJpegProcess = 37,
  UnsupportedJpegComponents = 38,
  BadJpegPrecision = 39,
  BadJpegSampling = 40,
  MissingJpegNumberOfLines = 41,
  BadJpegNumberOfLines = 42,
  BadJpegHuffmanTable = 43,
  MissingJpegHuffmanTable = 44,
  BadJpegDifferenceCategory = 45,
  MissingJpegScan = 46,
  BadJpegScanHeader = 47,
  BadJpegMcu = 48,
  BadJpegPredictor = 49,
  BadJpegPointTransform = 50,
  BadJpegRestartMarker = 51,
  BadJpegHuffmanCode = 52,
  TruncatedJpegScan = 53,
  UnsupportedJpegHierarchy = 54,
  BadJpegIntervalLength = 55,
  BadJpegQuantizationTable = 56,
  MissingJpegQuantizationTable = 57,
  BadJpegCoefficientCategory = 58,
  BadJpegSpectralSelection = 59,
  BadJpegSuccessiveApproximation = 60,
  UnsupportedJpegPrecision = 61,

  // assembly/jpeg-ls: 96 to 127.
  MissingJpegLsStart = 96,
  TruncatedJpegLsHeaders = 97,
  BadJpegLsSegmentLength = 98,
  MissingJpegLsFrameHeader = 99,
  BadJpegLsFrameHeader = 100,
  BadJpegLsPrecision = 101,
  BadJpegLsSampling = 102,
  UnsupportedJpegLsComponents = 103,
  UnsupportedJpegLsProcess = 104,
  MissingJpegLsDimensions = 105,
  BadJpegLsNumberOfLines = 106,
  BadJpegLsPresets = 107,
  UnsupportedJpegLsPresets = 108,
  BadJpegLsMappingTable = 109,
  MissingJpegLsMappingTable = 110,
  UnsupportedJpegLsMappingTable = 111,
  MissingJpegLsScan = 112,
  BadJpegLsScanHeader = 113,
  BadJpegLsInterleaveMode = 114,
  BadJpegLsNear = 115,
  UnsupportedJpegLsPointTransform = 116,
  UnsupportedJpegLsColourTransform = 117,
  BadJpegLsRestartMarker = 118,
  BadJpegLsCode = 119,
  BadJpegLsIntervalLength = 120,
  TruncatedJpegLsScan = 121,

  // assembly/jpeg-2000: 128 to 191.
  MissingJ2kStart = 128,
  TruncatedJ2kHeaders = 129,
  BadJ2kMarker = 130,
  BadJ2kSegmentLength = 131,
  MissingJ2kSegment = 132,
  BadJ2kImageSize = 133,
  UnsupportedJ2kGrid = 134,
  UnsupportedJ2kPrecision = 136,
  UnsupportedJ2kPart2 = 137,
  BadJ2kCodingStyle = 138,
  BadJ2kQuantization = 139,
  BadJ2kProgression = 140,
  BadJ2kPackedHeaders = 141,
  BadJ2kTilePart = 142,
  MissingJ2kTile = 143,
  BadJ2kPacketHeader = 144,
  UnsupportedJ2kBlockCoder = 145,
  BadJ2kComponentTransform = 146,
  UnsupportedJ2kBitPlanes = 147,
  BadJ2kCodeBlock = 148,
  TruncatedJ2kTilePart = 149,
  UnsupportedJ2kReduction = 150,
  UnsupportedJ2kEmptyReduction = 151,
  BadJ2kMultiComponent = 152,
  UnsupportedJ2kReversibleArray = 153,

  // assembly/samples: 192 to 207.
}
