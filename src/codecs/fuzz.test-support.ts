import { CineloopError, LimitExceeded } from '../errors.js';
import { DEFAULT_LIMITS, type Limits } from '../limits.js';
import type { Kernel } from '../wasm/kernel.js';

/** What a kernel made of a damaged stream. */
export interface Answer {
  /** `decoded`, or the tag and the message of the error. */
  readonly outcome: string;
  /** Memory that was asked for, filled as far as the kernel came. */
  readonly samples: Uint8Array | undefined;
}

/** How a kernel is asked. */
export interface Question {
  readonly parameters?: readonly number[];
  /** Bytes of samples that a header announces; throws what the codec would. */
  sizeOf(header: Int32Array): number;
  /** Bytes of samples that are looked at: damage can make a picture any size. */
  readonly most: number;
  readonly limits?: Limits;
  /** Whether its memory starts out as junk. */
  readonly junk: boolean;
}

/** What a kernel makes of a stream. Anything but samples and a typed error of its own is thrown on. */
export function ask(kernel: Kernel, bytes: Uint8Array, question: Question): Answer {
  const { parameters = [], sizeOf, most, limits = DEFAULT_LIMITS, junk } = question;
  let samples: Uint8Array | undefined;
  try {
    kernel.decode(
      bytes,
      parameters,
      (header) => {
        const size = sizeOf(header);
        if (size > most) throw new LimitExceeded(`${size} bytes for a stream of ${bytes.length}`);
        samples = new Uint8Array(size);
        return samples;
      },
      { limits, junk },
    );
    return { outcome: 'decoded', samples };
  } catch (error) {
    // A trap is an InvalidBitstream as well, but has a cause.
    if (!(error instanceof CineloopError) || error.cause !== undefined) throw error;
    return { outcome: `${error.tag}: ${error.message}`, samples };
  }
}

/** Holds a kernel's answer against its plain twin's, and counts it by its tag. */
export function compareAnswers(
  round: number,
  answer: Answer,
  twin: Answer,
  outcomes: Map<string, number>,
): void {
  if (twin.outcome !== answer.outcome) {
    throw new Error(`round ${round}: "${answer.outcome}", the plain twin "${twin.outcome}"`);
  }
  if (answer.outcome === 'decoded' && Buffer.compare(answer.samples!, twin.samples!) !== 0) {
    throw new Error(`round ${round}: the plain twin has other samples`);
  }
  const tag = answer.outcome.split(':')[0]!;
  outcomes.set(tag, (outcomes.get(tag) ?? 0) + 1);
}
