export type {
  Codec,
  Codestream,
  DecodeContext,
  Decoder,
  EncodedFrame,
  FrameInPieces,
  SamplesInPlace,
  Truncation,
} from './codecs/codec.js';
export type { Extent, Region, View } from './codecs/view.js';
export { type DecodeFrameOptions, decodeFrame, type FrameAttributes } from './decode-frame.js';
export { type DecodeProgressivelyOptions, decodeProgressively } from './decode-progressively.js';
export type { Concatenation } from './dicom/concatenation.js';
export type { Dataset, ElementKey } from './dicom/dataset.js';
export type { Deviation } from './dicom/deviations.js';
export type { Element, Value } from './dicom/element.js';
export type { ImagePixel } from './dicom/image-pixel.js';
export type { TransferSyntax } from './dicom/transfer-syntax.js';
export type { Window } from './display/window.js';
export {
  Aborted,
  AttributeMismatch,
  CineloopError,
  type ErrorContext,
  type ErrorData,
  type ErrorTag,
  InvalidBitstream,
  InvalidDataset,
  LimitExceeded,
  MissingAttribute,
  TruncatedData,
  UnknownTransferSyntax,
  UnsupportedFeature,
  WorkerFailure,
} from './errors.js';
export type {
  DecodedFrame,
  EmbeddedOverlay,
  FrameTimings,
  Mismatch,
  SampleArray,
} from './frame/decoded-frame.js';
export { type DecodeAllOptions, type DicomImage, type OpenOptions, open } from './image.js';
export { DEFAULT_LIMITS, type Limits } from './limits.js';
export type { CodestreamOptions, DecodeOptions, RenderOptions, WorkOptions } from './options.js';
export { createPool, type Pool, type PoolOptions } from './pool/pool.js';
export type { RenderedFrame } from './pool/protocol.js';
export type { PlatformWorker, WorkerSource } from './pool/worker-source.js';
export { registerCodec } from './register-codec.js';
export type { ByteSource, SourceHandle, SourceInput } from './sources/byte-source.js';
