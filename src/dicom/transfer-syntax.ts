/** A transfer syntax as a row of data (PS3.5 Annex A, PS3.6 Annex A). */
export interface TransferSyntax {
  readonly uid: string;
  /** Name in PS3.6, without "(Retired)". */
  readonly name: string;
  /** How the dataset is encoded. */
  readonly explicitVr: boolean;
  readonly bigEndian: boolean;
  /** The dataset behind the file meta information is deflated (RFC 1951). */
  readonly deflated: boolean;
  /** Pixel data are fragments in items (PS3.5 A.4); false for native ones. */
  readonly encapsulated: boolean;
  /** A frame may be split over several fragments; else one fragment is one frame. */
  readonly fragmentable: boolean;
  /** Frames may be the components of one codestream (PS3.5 A.4.4). */
  readonly sharedCodestreams?: boolean;
  readonly retired: boolean;
  /** For a row without a codec: what is not supported, in the standard's words. */
  readonly unsupported?: string;
}
