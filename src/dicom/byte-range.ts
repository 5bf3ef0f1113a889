/** Bytes of a source, offset from its start. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}
