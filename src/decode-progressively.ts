import { completeAttributes, type FrameAttributes } from './decode-frame.js';
import { InvalidBitstream, TruncatedData } from './errors.js';
import type { DecodedFrame } from './frame/decoded-frame.js';
import { type DecodeOptions, poolFor, viewOf } from './options.js';
import { ArrivingBytes } from './pool/arriving-bytes.js';
import { ChunkReader } from './pool/chunk-reader.js';
import type { PooledFrame } from './pool/pooled-frame.js';
import { isRegisteredHere } from './register-codec.js';

/** Options of `decodeProgressively`. */
export interface DecodeProgressivelyOptions extends Omit<DecodeOptions, 'strips'> {
  /** Bytes that the frame has, or has at most: Content-Length, or the difference of two offsets. */
  readonly byteLength: number;
}

/**
 * Decodes one frame while its bytes still come, to a picture that gets better: the first as soon as there is one, the next whenever the
 * bytes have doubled, and the last when they are all there (or all that are needed, of a region or a reduced size). Each is
 * a whole frame of the same size; what has not come of it is at less than its quality, or flat. All but the last have
 * `truncated`; the last is what `decodeFrame` gives of all the bytes.
 *
 * What was decoded is kept from picture to picture: a code-block is decoded again, from its first pass, when bytes of it have come,
 * else its coefficients are as they were. Headers are read and the transforms computed anew for each picture, and so are lossy HT
 * code-blocks and those of more than 16 bits: that takes less time than to keep them. JPEG 2000 and HTJ2K alone can do this, and the
 * order of their packets decides what comes first (ITU-T T.800 B.12). `reduction`, `region` and `layers` hold for all pictures; an array given as `into` is filled by each of them.
 *
 * One worker of the pool decodes all pictures of a frame, as it keeps what it has decoded. While it waits for more bytes it decodes other
 * frames, and pieces of others in progress. Meanwhile bytes are read ahead, and all that have come when a picture is begun go into it: where they come faster than
 * pictures can be made there are fewer of these. If the worker dies of another frame, the next one is given all bytes again, which are kept for
 * that. With `workers: 0`, or where the platform has no workers, all this happens on the calling thread, and a piece is only read when it is
 * needed. Leaving the iteration gives everything back; the source is told by `return`.
 * @param chunks the encoded bytes in order, in pieces of any size: the body of a `fetch`, for one
 * @param transferSyntaxUID UID of the transfer syntax (PS3.5 Annex A)
 * @param attributes of the Image Pixel module (PS3.3 C.7.6.3)
 * @throws TruncatedData when the bytes end before the frame does, unless `truncated` is `keep`: then the last frame says so
 * @throws UnsupportedFeature for transfer syntaxes and engines without progression
 * @throws LimitExceeded when more bytes come than `byteLength` says; TypeError, RangeError for arguments that cannot be
 * @throws Aborted when the signal fires, also while bytes are waited for; WorkerFailure when the worker dies of this frame
 * @throws what `decodeFrame` throws, and what `chunks` does
 * @example
 * // jpeg2000: an encoded frame of 64 by 64 samples of 12 bits.
 * async function* chunks() {
 *   for (let at = 0; at < jpeg2000.length; at += 100) yield jpeg2000.subarray(at, at + 100);
 * }
 * const attributes = {
 *   rows: 64,
 *   columns: 64,
 *   samplesPerPixel: 1,
 *   bitsAllocated: 16,
 *   bitsStored: 12,
 *   pixelRepresentation: 0,
 *   photometricInterpretation: 'MONOCHROME2',
 * };
 * const options = { byteLength: jpeg2000.length };
 * let shown;
 * for await (const frame of decodeProgressively(chunks(), '1.2.840.10008.1.2.4.90', attributes, options)) {
 *   shown = frame; // and put it on a canvas
 * }
 * assert.equal(shown.truncated, undefined);
 */
export async function* decodeProgressively(
  chunks: AsyncIterable<Uint8Array>,
  transferSyntaxUID: string,
  attributes: FrameAttributes,
  options: DecodeProgressivelyOptions,
): AsyncGenerator<DecodedFrame, void> {
  const { engine, colour, photometricInterpretation, byteLength, into, limits, signal } = options;
  const pool = poolFor(options);
  if (!(Number.isSafeInteger(byteLength) && byteLength >= 1)) {
    throw new RangeError(`A frame has 1 or more bytes, not ${byteLength}.`);
  }
  // Values of VR UI are padded to an even length (PS3.5 6.2).
  const transferSyntax = String(transferSyntaxUID).replace(/[\0 ]+$/, '');
  const here = isRegisteredHere(transferSyntax, engine);
  const view = viewOf(options);
  const bytes = new ArrivingBytes(byteLength);
  const leaving = new AbortController();
  const frame: PooledFrame = {
    recipe: {
      transferSyntax,
      attributes: completeAttributes(attributes),
      request: { engine, colour, photometricInterpretation, view, truncated: 'keep' },
      limits: limits && { ...limits },
    },
    index: undefined,
    input: { kind: 'pieces', pieces: bytes },
    here,
    signals: signal === undefined ? [leaving.signal] : [leaving.signal, signal],
    strips: 1,
  };
  const reader = new ChunkReader(chunks, bytes, signal);
  try {
    // A thread that decodes by itself could only read more instead of showing what there is.
    if (pool.workers > 0 && !here) reader.readAhead();
    for (let least = 1; await reader.has(least); ) {
      const shown = await pool.decode(frame, into).catch(unlessDamaged);
      // The next is due when the bytes have doubled or are all there; behind these there can only be the source's end.
      least = bytes.shown < byteLength ? Math.min(2 * bytes.shown, byteLength) : Number.POSITIVE_INFINITY;
      if (shown === undefined) continue;
      yield shown;
      if (shown.truncated === undefined) return;
    }
    if (bytes.arrived === 0) throw new TruncatedData('No bytes came of the frame.', { transferSyntax });
    const last = await pool.decode(frame, into);
    if (last.truncated !== undefined && options.truncated !== 'keep') {
      throw new TruncatedData(`The bytes of the frame end after ${bytes.arrived}.`, {
        ...{ transferSyntax, engine: last.engine },
        goodRows: last.truncated.goodRows,
      });
    }
    yield last;
  } finally {
    leaving.abort();
    pool.leave(bytes);
    await reader.close();
  }
}

/**
 * Of bytes that still come, what is wrong cannot be told from what is missing: such a picture is passed over. The last one
 * fails with the same error where it was no want of bytes.
 */
function unlessDamaged(error: unknown): undefined {
  if (error instanceof InvalidBitstream || error instanceof TruncatedData) return undefined;
  throw error;
}
