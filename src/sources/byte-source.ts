/**
 * Random access to the bytes of one file, wherever they are. Asynchronous and ranged, so that memory, a Blob, a file in
 * Node.js and (later) a server look alike.
 */
export interface ByteSource {
  /** Bytes in all. */
  readonly size: number;

  /** What to hand to a worker so that it reads the bytes itself; undefined where the bytes must be handed over. */
  readonly handle: SourceHandle | undefined;

  /**
   * The bytes from `offset` on, `length` of them or as many as there are before the end. The result is the caller's to
   * read; it is a view on the source's own memory where the source is memory (never written to), else freshly read
   * into a buffer of its own that starts at byte 0.
   * @param memory what a source may read into that would take fresh memory, where it is large enough: nobody else uses it
   */
  read(offset: number, length: number, memory?: ArrayBuffer): Promise<Uint8Array>;

  /** Closes what is open. Reading afterwards rejects. */
  close(): Promise<void>;
}

/** A source as data that can be posted to a worker, which opens it there. */
export type SourceHandle =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'blob'; readonly blob: Blob };

/** What a caller may open: bytes, a File or Blob, a path or file: URL in Node.js, or a ByteSource of their own. */
export type SourceInput =
  | ArrayBuffer
  | SharedArrayBuffer
  | ArrayBufferView
  | Blob
  | string
  | URL
  | ByteSource;
