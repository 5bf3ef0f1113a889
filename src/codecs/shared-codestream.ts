import { Aborted, LimitExceeded } from '../errors.js';
import { mayHold } from '../wasm/held-memory.js';
import type { Codestream, DecodeContext, EncodedFrame } from './codec.js';

/** Frames `first` up to `first + count` of a codestream: their samples, pixel by pixel, those of a pixel frame by frame. */
interface Frames {
  readonly key: string;
  readonly first: number;
  readonly count: number;
  /** What is said of one of them. */
  readonly codestream: Codestream;
  readonly words: Words;
}

type Words = Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

/** What components of a codestream are, all of them of one precision and sign or not. */
export interface Components {
  readonly codestream: Codestream;
  readonly areAlike: boolean;
}

/** Decodes `count` components from `first` on, as `Decoder.decode` does. */
type DecodeComponents = (
  first: number,
  count: number,
  context: Omit<DecodeContext, 'allocate'> & { allocate(components: Components): Uint8Array },
) => Codestream;

/** Milliseconds for which frames are kept that nobody asks for. */
const KEPT_FOR = 5_000;

/** Frames of one codestream that cannot be decoded together. */
class Apart extends Error {}

/**
 * Frames that are components of one codestream (PS3.5 A.4.4) and transformed together, so that each costs nearly as much as all: they
 * are decoded together, as many as go into half of `limits.memoryBytes`, and kept for those who ask next; of one codestream of a
 * thread, until frames of another are wanted, and for some seconds.
 *
 * What goes wrong with all of them may concern others than the one that is wanted: that one is then decoded alone.
 */
export class SharedCodestream {
  #frames: Frames | undefined;
  /** The last one of which the frames could not be decoded together. */
  #apart: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param key names the codestream and the view
   * @param areTransformed whether the frames are made of one another's components
   */
  decode(
    frame: EncodedFrame & { readonly frameOfCodestream: number },
    key: string,
    areTransformed: () => boolean,
    context: DecodeContext,
    decodeComponents: DecodeComponents,
  ): Codestream {
    const index = frame.frameOfCodestream;
    const { samplesPerPixel } = frame.attributes;
    const kept =
      this.#keptWith(index, key) ??
      this.#decodeTogether(frame, key, areTransformed, context, decodeComponents);
    if (kept === undefined) {
      const allocate = ({ codestream }: Components) => context.allocate(codestream);
      return decodeComponents(index * samplesPerPixel, samplesPerPixel, { ...context, allocate });
    }
    const target = wordsOf(context.allocate(kept.codestream), kept.codestream.bytesPerSample);
    copyFrame(kept, index, target);
    return kept.codestream;
  }

  #keptWith(index: number, key: string): Frames | undefined {
    const frames = this.#frames;
    if (frames === undefined || frames.key !== key) return undefined;
    if (index < frames.first || index >= frames.first + frames.count) return undefined;
    this.#keepFor(frames);
    return frames;
  }

  #decodeTogether(
    { frameOfCodestream: index = 0, framesOfCodestream: all = 1, attributes }: EncodedFrame,
    key: string,
    areTransformed: () => boolean,
    context: DecodeContext,
    decodeComponents: DecodeComponents,
  ): Frames | undefined {
    const { samplesPerPixel, rows, columns, bitsAllocated } = attributes;
    const { memoryBytes } = context.limits;
    if (this.#apart === key || !areTransformed()) return undefined;
    const most = Math.floor(
      memoryBytes / 2 / (rows * columns * samplesPerPixel * Math.ceil(bitsAllocated / 8)),
    );
    const room = Math.min(all, most);
    const first = index - (index % room);
    const count = Math.min(room, all - first);
    if (!(count > 1)) return undefined;
    this.#drop();
    let words: Words | undefined;
    let codestream: Codestream | undefined;
    try {
      decodeComponents(first * samplesPerPixel, count * samplesPerPixel, {
        ...context,
        truncated: 'refuse',
        allocate(components) {
          const { extent, photometricInterpretation, bytesPerSample } = components.codestream;
          const { rows, columns } = extent ?? components.codestream;
          const bytes = rows * columns * components.codestream.samplesPerPixel * bytesPerSample;
          const isOne = !components.areAlike || photometricInterpretation !== undefined;
          if (isOne || bytes > memoryBytes / 2) throw new Apart();
          codestream = { ...components.codestream, samplesPerPixel };
          const memory = new Uint8Array(bytes);
          words = wordsOf(memory, bytesPerSample);
          return memory;
        },
      });
    } catch (error) {
      const isOver = error instanceof LimitExceeded && error.limit === 'decodeMilliseconds';
      if (isOver || error instanceof Aborted) throw error;
      this.#apart = key;
      return undefined;
    }
    const frames = { key, first, count, codestream: codestream!, words: words! };
    if (mayHold(this, words!.byteLength, memoryBytes)) this.#keepFor(frames);
    return frames;
  }

  #keepFor(frames: Frames): void {
    this.#frames = frames;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#drop(), KEPT_FOR);
    // In Node.js a timer holds the process, where in a browser it is a number.
    (this.#timer as { unref?(): void }).unref?.();
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#frames = undefined;
    mayHold(this, 0, 0);
  }
}

/** Takes the samples of frame `index` out of all. */
function copyFrame({ words, first, count, codestream }: Frames, index: number, target: Words): void {
  const { samplesPerPixel } = codestream;
  const stride = count * samplesPerPixel;
  for (let sample = 0; sample < samplesPerPixel; sample++) {
    let from = (index - first) * samplesPerPixel + sample;
    for (let to = sample; to < target.length; to += samplesPerPixel, from += stride)
      target[to] = words[from]!;
  }
}

function wordsOf({ buffer, byteOffset, byteLength }: Uint8Array, bytesPerSample: 1 | 2 | 4 | 8): Words {
  const length = byteLength / bytesPerSample;
  switch (bytesPerSample) {
    case 1:
      return new Uint8Array(buffer, byteOffset, length);
    case 2:
      return new Uint16Array(buffer, byteOffset, length);
    case 4:
      return new Uint32Array(buffer, byteOffset, length);
    default:
      return new BigUint64Array(buffer, byteOffset, length);
  }
}
