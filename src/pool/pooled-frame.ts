import type { FrameIndex } from '../dicom/frame-index.js';
import type { ByteSource } from '../sources/byte-source.js';
import type { ArrivingBytes } from './arriving-bytes.js';
import type { Recipe } from './recipe.js';

/** A frame as the public surface hands it in. */
export interface PooledFrame {
  readonly recipe: Recipe;
  /** Index of the frame, counted from 0; undefined where it is bytes. */
  readonly index: number | undefined;
  readonly input: PooledBytes | PooledPieces | PooledSource;
  /** Each of them drops it. */
  readonly signals: readonly AbortSignal[];
  /** To be decoded on the calling thread, whatever the pool. */
  readonly here: boolean;
  /** Strips that it is decoded in, side by side; undefined: as seems best. */
  readonly strips?: number | undefined;
  /** What must not be forgotten while the frame is on its way. */
  readonly owner?: object;
}

/** The whole encoded frame. */
export interface PooledBytes {
  readonly kind: 'bytes';
  readonly bytes: Uint8Array;
  /** The caller gives the bytes' buffer away. */
  readonly transfer: boolean;
}

/** What has come of an encoded frame. */
export interface PooledPieces {
  readonly kind: 'pieces';
  readonly pieces: ArrivingBytes;
}

/** Where the encoded frames of an image are. */
export interface PooledSource {
  readonly kind: 'source';
  readonly source: ByteSource;
  readonly frames: FrameIndex;
}
