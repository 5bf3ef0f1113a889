import type { EncodedFrame } from './codecs/codec.js';
import type { FrameLocation } from './dicom/frame-index.js';
import { transferSyntaxOf } from './dicom/transfer-syntaxes.js';
import { type DecodeOptions, viewOf } from './options.js';
import { readEncoded } from './pool/read-encoded.js';
import { threadCodecs } from './pool/thread-codecs.js';
import type { ByteSource } from './sources/byte-source.js';
import { MemorySource } from './sources/memory.js';

/** A frame of an image, with its bytes still in the source. */
interface FrameInSource extends Omit<EncodedFrame, 'bytes' | 'bitOffset'> {
  readonly source: ByteSource;
  locate(): Promise<FrameLocation>;
}

/**
 * Whether a frame's bytes are in memory and are its stored samples as they stand: native, in the platform's byte order,
 * aligned, colour by pixel, and wanted without conversion. Such a frame is decoded on the calling thread, whatever the
 * pool: a view on the bytes costs less than to post them. (Unused bits that are not clear cost one copy even so.)
 */
export async function isInPlace(frame: EncodedFrame, options: DecodeOptions): Promise<boolean> {
  if (!isNative(frame)) return false;
  const { photometricInterpretation = frame.attributes.photometricInterpretation } = options;
  if (options.colour === 'rgb' && !/^(MONOCHROME[12]|RGB)$/.test(photometricInterpretation)) return false;
  try {
    const { decoder } = await threadCodecs().engineFor(frame, options.engine, viewOf(options));
    return decoder.inPlace?.(frame) !== undefined;
  } catch {
    // Whoever decodes the frame says what is wrong with it.
    return false;
  }
}

/** The same for a frame that has still to be read: it is looked for in memory only. */
export async function standsInMemory(frame: FrameInSource, options: DecodeOptions): Promise<boolean> {
  const { source, transferSyntax, attributes } = frame;
  if (!(source instanceof MemorySource) || !isNative(frame)) return false;
  try {
    const encoded = await readEncoded(source, await frame.locate());
    return encoded !== undefined && isInPlace({ ...encoded, transferSyntax, attributes }, options);
  } catch {
    return false;
  }
}

/** Whether a frame is native, not encapsulated (PS3.5 A.4): others are never in place. */
export function isNative({ transferSyntax }: Pick<EncodedFrame, 'transferSyntax'>): boolean {
  return transferSyntaxOf(transferSyntax)?.encapsulated === false;
}
