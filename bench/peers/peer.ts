import type { EncodedCase } from '../case.js';
import type { Output } from '../contender.js';

/** A decoder that viewers use today, called as @cornerstonejs/dicom-image-loader calls it. */
export interface Peer {
  /** The package's name, and what else tells two peers apart. */
  readonly name: string;
  /** The package that is measured: its version is printed. */
  readonly package: string;
  readonly transferSyntaxes: readonly string[];
  /** What colour comes out as: as it is stored, or converted to RGB by the decoder. */
  readonly colour: 'stored' | 'rgb';
  /** Loads the decoder once; what comes back decodes a frame into fresh samples. */
  load(): Promise<(frame: EncodedCase) => Output | Promise<Output>>;
}
