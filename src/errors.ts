/**
 * Every error that cineloop throws on purpose. Each has a `tag` to switch on and typed fields that say where and why;
 * all of them cross a thread boundary as plain data (`toData`, `errorFromData`) and come out as the same class.
 */

/** Where an error happened and what it rests on. Each field is there when it is known. */
export interface ErrorContext {
  /** UID of the transfer syntax (PS3.5 Annex A). */
  readonly transferSyntax?: string;
  /** Index of the frame, counted from 0. */
  readonly frame?: number;
  /** Byte offset: in the source for InvalidDataset, in the frame's encoded bytes for the bitstream errors. */
  readonly offset?: number;
  /** Tag of the data element, eight hexadecimal digits (`7FE00010`). */
  readonly element?: string;
  /** Clause of the standard that is broken, e.g. `ITU-T T.81 B.2.2`. */
  readonly clause?: string;
  /** Engine that was decoding. */
  readonly engine?: string;
  /** For UnsupportedFeature: what is not supported, in the standard's words. */
  readonly feature?: string;
  /** For LimitExceeded: the name of the limit, its value, and what was asked for. */
  readonly limit?: string;
  readonly allowed?: number;
  readonly requested?: number;
  /** For TruncatedData: rows, counted from the top, that are whole. */
  readonly goodRows?: number;
  /** What caused it. Crosses a thread boundary as its message. */
  readonly cause?: unknown;
}

/** An error as data: what crosses threads and what `--json` prints. */
export interface ErrorData extends Omit<ErrorContext, 'cause'> {
  readonly tag: ErrorTag;
  readonly message: string;
  readonly cause?: string;
}

const CONTEXT_FIELDS = [
  'transferSyntax',
  'frame',
  'offset',
  'element',
  'clause',
  'engine',
  'feature',
  'limit',
  'allowed',
  'requested',
  'goodRows',
] as const satisfies readonly (keyof ErrorContext)[];

/** The base of all tagged errors. Never thrown itself. */
export abstract class CineloopError extends Error implements ErrorContext {
  abstract readonly tag: ErrorTag;
  declare readonly transferSyntax?: string;
  declare readonly frame?: number;
  declare readonly offset?: number;
  declare readonly element?: string;
  declare readonly clause?: string;
  declare readonly engine?: string;
  declare readonly feature?: string;
  declare readonly limit?: string;
  declare readonly allowed?: number;
  declare readonly requested?: number;
  declare readonly goodRows?: number;

  constructor(message: string, context: ErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    for (const field of CONTEXT_FIELDS) {
      if (context[field] !== undefined) {
        Object.defineProperty(this, field, { value: context[field], enumerable: true });
      }
    }
  }

  override get name(): string {
    return this.tag;
  }

  /** The error as plain data, for a thread boundary or a log. */
  toData(): ErrorData {
    const data: Record<string, unknown> = { tag: this.tag, message: this.message };
    for (const field of CONTEXT_FIELDS) if (this[field] !== undefined) data[field] = this[field];
    if (this.cause !== undefined) {
      data.cause = this.cause instanceof Error ? this.cause.message : String(this.cause);
    }
    return data as unknown as ErrorData;
  }
}

/** The bytes are no DICOM dataset, or one whose structure is broken beyond what can be read (PS3.5 7, PS3.10 7). */
export class InvalidDataset extends CineloopError {
  readonly tag = 'InvalidDataset';
}

/** A codestream breaks its standard. The other frames are not concerned. */
export class InvalidBitstream extends CineloopError {
  readonly tag = 'InvalidBitstream';
}

/** The data end before they should; `goodRows` says what was decoded where that is known. */
export class TruncatedData extends CineloopError {
  readonly tag = 'TruncatedData';
}

/** Legal, known by name (`feature`), and not decodable here: another engine may be able to. */
export class UnsupportedFeature extends CineloopError {
  readonly tag = 'UnsupportedFeature';
}

/** A transfer syntax UID that no row of the table knows. A codec for it can be registered. */
export class UnknownTransferSyntax extends CineloopError {
  readonly tag = 'UnknownTransferSyntax';
}

/** An attribute that decoding cannot do without is not in the dataset or has no value (`element`; PS3.3 C.7.6.3). */
export class MissingAttribute extends CineloopError {
  readonly tag = 'MissingAttribute';
}

/** Attributes contradict each other or the codestream so that no reading of the samples is right. */
export class AttributeMismatch extends CineloopError {
  readonly tag = 'AttributeMismatch';
}

/** More memory, nesting, expansion or time than the caller's limits allow (`limit`, `allowed`, `requested`). */
export class LimitExceeded extends CineloopError {
  readonly tag = 'LimitExceeded';
}

/** A worker died or could not be started. It has been replaced; the frame may be tried again. */
export class WorkerFailure extends CineloopError {
  readonly tag = 'WorkerFailure';
}

/** The caller's AbortSignal fired, or the pool was closed. */
export class Aborted extends CineloopError {
  readonly tag = 'Aborted';
}

const CLASSES = {
  InvalidDataset,
  InvalidBitstream,
  TruncatedData,
  UnsupportedFeature,
  UnknownTransferSyntax,
  MissingAttribute,
  AttributeMismatch,
  LimitExceeded,
  WorkerFailure,
  Aborted,
} as const;

/** The name of an error class, fixed across versions: what to switch on. */
export type ErrorTag = keyof typeof CLASSES;

/** The error that `toData` wrote, as its class again. */
export function errorFromData(data: ErrorData): CineloopError {
  const { tag, message, ...context } = data;
  return new CLASSES[tag](message, context);
}

/**
 * The same error with what is known one level up (frame, transfer syntax, engine) added where it was missing. An error
 * that is none of ours becomes `fallback`: nothing foreign leaves the library. Used once, where a frame is decoded.
 */
export function withContext(
  error: unknown,
  context: ErrorContext,
  fallback: 'InvalidBitstream' | 'InvalidDataset' | 'WorkerFailure' = 'InvalidBitstream',
): CineloopError {
  if (!(error instanceof CineloopError)) {
    const message = error instanceof Error ? error.message : String(error);
    return new CLASSES[fallback](message, { cause: error, ...context });
  }
  const merged = new CLASSES[error.tag](error.message, { ...context, ...error.toData(), cause: error.cause });
  if (error.stack !== undefined) merged.stack = error.stack;
  return merged;
}
