/** Samples as a decoder hands them out. */
export type Output = ArrayBufferView;

/** One decoder on one frame, ready to run: what alternates with others. */
export interface Contender {
  readonly name: string;
  /** Decodes the frame once, into samples that the caller may keep, unless the contender says that it reuses its array. */
  decode(): Output | Promise<Output>;
}
