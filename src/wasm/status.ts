import {
  type CineloopError,
  type ErrorContext,
  InvalidBitstream,
  LimitExceeded,
  TruncatedData,
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
};

const ROWS = new Map(Object.values(STATUSES).map((row) => [row.code, row]));

/** The error for a status that is neither Done nor More. */
export function errorOf(status: number, failure: Failure): CineloopError {
  const row = ROWS.get(status);
  if (row === undefined) return new WorkerFailure(`the kernel answered with the unknown status ${status}`);
  const { offset, detail, goodRows } = failure;
  return new row.error(row.message.replace('#', String(detail ?? 'some')), {
    offset,
    goodRows,
    clause: row.clause,
    feature: row.feature,
    limit: row.limit,
  });
}
