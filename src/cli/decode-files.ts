import type {
  DecodedFrame,
  DicomImage,
  ErrorData,
  OpenOptions,
  Pool,
  RenderedFrame,
  TransferSyntax,
} from 'cineloop';
import { CineloopError, open } from 'cineloop';
import type { FrameSelection } from './frame-selection.js';
import { inOrder, type Step } from './in-order.js';
import { hasDicomPrefix, type InputFile, type UnreadablePath } from './input-files.js';
import type { ReferenceTable, Verification } from './reference-table.js';

interface DecodeFilesOptions {
  readonly pool: Pool;
  /** Options of every call on an image. */
  readonly image: Pick<OpenOptions, 'engine' | 'reduction' | 'region' | 'layers'>;
  readonly frames: FrameSelection;
  readonly references: ReferenceTable | undefined;
  readonly signal: AbortSignal;
  /** Every frame is wanted as a picture too. */
  readonly rendered: boolean;
  /** One picture of each file is wanted, of the frame in the middle. */
  readonly thumbnails: boolean;
}

/** A file, from its being opened to its last frame. */
export interface OpenedFile {
  readonly input: InputFile;
  readonly transferSyntax: TransferSyntax;
  /** Frames in the file, and those of them that are wanted. */
  readonly frameCount: number;
  readonly selectedCount: number;
}

/** What happens while files are decoded, in the order of files and frames. */
export type DecodeEvent =
  | { readonly kind: 'opened'; readonly file: OpenedFile }
  | {
      readonly kind: 'frame';
      readonly file: OpenedFile;
      readonly frame: number;
      readonly decoded: DecodedFrame;
      /** Where the file departs from the standard and was read all the same, as far as is known once this frame was found. */
      readonly deviations: readonly string[];
      readonly verification: Verification | undefined;
      readonly picture: RenderedFrame | undefined;
    }
  | { readonly kind: 'failed'; readonly file: OpenedFile; readonly frame: number; readonly error: ErrorData }
  | { readonly kind: 'closed'; readonly file: OpenedFile; readonly thumbnail: RenderedFrame | undefined }
  /** The file gives no frames: it cannot be read, is damaged, has no pixel data. */
  | { readonly kind: 'unusable'; readonly name: string; readonly error: ErrorData }
  /** A file that was met in a folder and is none of ours: no DICOM, or DICOM without an image. */
  | { readonly kind: 'skipped'; readonly name: string; readonly reason: 'no DICOM' | 'no pixel data' };

/**
 * Decodes files one after the other, with so many frames on their way that the pool is busy across the ends of files, and
 * no more: what is held does not grow with the number of frames.
 */
export function decodeFiles(
  inputs: AsyncIterable<InputFile | UnreadablePath>,
  options: DecodeFilesOptions,
): AsyncGenerator<DecodeEvent> {
  return inOrder(steps(inputs, options), 2 * Math.max(1, options.pool.workers) + 1);
}

async function* steps(
  inputs: AsyncIterable<InputFile | UnreadablePath>,
  options: DecodeFilesOptions,
): AsyncGenerator<Step<DecodeEvent>> {
  for await (const input of inputs) {
    if (options.signal.aborted) return;
    if ('problem' in input) {
      yield now({ kind: 'unusable', name: input.name, error: unreadable(input) });
      continue;
    }
    let image: DicomImage;
    try {
      image = await open(input.path, { pool: options.pool, ...options.image });
    } catch (error) {
      yield now(await notOpened(input, toData(error)));
      continue;
    }
    const underWay = new Set<Promise<unknown>>();
    try {
      for await (const step of framesOf(image, input, options)) {
        underWay.add(step.result);
        void step.result.then(() => underWay.delete(step.result));
        yield step;
      }
    } finally {
      // Not waited for: the next file's frames begin while the last ones of this one are decoded.
      void Promise.all(underWay).then(() => image.close());
    }
  }
}

async function* framesOf(
  image: DicomImage,
  input: InputFile,
  options: DecodeFilesOptions,
): AsyncGenerator<Step<DecodeEvent>> {
  const { frames, signal } = options;
  if (image.frameCount === 0) {
    const error = await image.decode(0, { signal }).then(noFrames, toData);
    const skipped = !input.named && error.tag === 'MissingAttribute';
    yield now(
      skipped
        ? { kind: 'skipped', name: input.name, reason: 'no pixel data' }
        : { kind: 'unusable', name: input.name, error },
    );
    return;
  }
  const file: OpenedFile = {
    input,
    transferSyntax: image.transferSyntax,
    frameCount: image.frameCount,
    selectedCount: frames.countOf(image.frameCount),
  };
  yield now({ kind: 'opened', file });
  for (const frame of frames.of(image.frameCount)) {
    if (signal.aborted) return;
    yield { result: frameEvent(image, file, frame, options) };
  }
  yield { result: closedEvent(image, file, options) };
}

async function frameEvent(
  image: DicomImage,
  file: OpenedFile,
  frame: number,
  { references, rendered, signal }: DecodeFilesOptions,
): Promise<DecodeEvent> {
  try {
    const [decoded, picture] = await Promise.all([
      image.decode(frame, { signal }),
      rendered ? image.render(frame, { signal }) : undefined,
    ]);
    const verification = references?.verify(file.input.path.replaceAll('\\', '/'), frame, decoded);
    const deviations = image.deviations.map(({ message }) => message);
    return { kind: 'frame', file, frame, decoded, deviations, verification, picture };
  } catch (error) {
    return { kind: 'failed', file, frame, error: toData(error) };
  }
}

async function closedEvent(
  image: DicomImage,
  file: OpenedFile,
  { thumbnails, frames, signal }: DecodeFilesOptions,
): Promise<DecodeEvent> {
  if (!thumbnails || file.selectedCount === 0) return { kind: 'closed', file, thumbnail: undefined };
  const middle = Math.floor(file.selectedCount / 2);
  let place = 0;
  for (const frame of frames.of(file.frameCount)) {
    if (place++ < middle) continue;
    const thumbnail = await image.render(frame, { signal }).catch(() => undefined);
    return { kind: 'closed', file, thumbnail };
  }
  return { kind: 'closed', file, thumbnail: undefined };
}

/** A file that was named must open; one that was met in a folder must if it says that it is DICOM. */
async function notOpened(input: InputFile, error: ErrorData): Promise<DecodeEvent> {
  const wanted = input.named || (await hasDicomPrefix(input.path).catch(() => true));
  return wanted
    ? { kind: 'unusable', name: input.name, error }
    : { kind: 'skipped', name: input.name, reason: 'no DICOM' };
}

const now = (event: DecodeEvent): Step<DecodeEvent> => ({ result: Promise.resolve(event) });

const noFrames = (): ErrorData => ({ tag: 'MissingAttribute', message: 'There are no frames.' });

const unreadable = ({ problem }: UnreadablePath): ErrorData => ({
  tag: 'InvalidDataset',
  message: `It cannot be opened: ${problem}.`,
});

/** Whatever was thrown as data. What is none of the tagged errors is a fault of ours, and keeps its message. */
export function toData(error: unknown): ErrorData {
  if (error instanceof CineloopError) return error.toData();
  const message = error instanceof Error ? error.message : String(error);
  return { tag: 'WorkerFailure', message };
}
