/** Where the encoded bytes of one frame stand in the source. */
export type FrameLocation =
  /** A native frame (PS3.5 8.1, A.1 to A.3): `bitLength` bits from bit `bitOffset` of the source on, least significant bit of a byte first. */
  | { readonly kind: 'native'; readonly bitOffset: number; readonly bitLength: number }
  /** An encapsulated frame (PS3.5 A.4): its fragments, in order, without their item headers. */
  | { readonly kind: 'encapsulated'; readonly fragments: readonly ByteRange[] };

/** Bytes of a source, offset from its start. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** Finds the frames of one instance. Scans as little as the offset tables allow and remembers what it found. */
export interface FrameIndex {
  /** Frames that there are. */
  readonly frameCount: number;
  /**
   * Where a frame is.
   * @throws InvalidDataset for an index out of range or a frame that the tables and fragments do not give
   */
  locate(frame: number): Promise<FrameLocation>;
}
