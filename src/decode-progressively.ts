import type { FrameInPieces } from './codecs/codec.js';
import type { Engine } from './codecs/registry.js';
import { completeAttributes, type FrameAttributes } from './decode-frame.js';
import { Aborted, InvalidBitstream, LimitExceeded, TruncatedData, UnsupportedFeature } from './errors.js';
import { decodeEncodedFrame } from './frame/decode-frame.js';
import type { DecodedFrame } from './frame/decoded-frame.js';
import { DEFAULT_LIMITS } from './limits.js';
import { checkOptions, type DecodeOptions, viewOf } from './options.js';
import { threadCodecs } from './pool/thread-codecs.js';

/** Options of `decodeProgressively`. */
export interface DecodeProgressivelyOptions extends Omit<DecodeOptions, 'pool' | 'workers' | 'strips'> {
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
 * else its coefficients are as they were. Headers are read and the transforms computed anew for each picture, and HT
 * code-blocks are decoded anew: that takes less time than to keep them. JPEG 2000 and HTJ2K alone can do this, and the order of their packets decides what comes first (ITU-T T.800 B.12). `reduction`, `region` and
 * `layers` hold for all pictures; an array given as `into` is filled by each of them.
 *
 * It works on the thread that calls it: a viewer calls it in a worker of its own.
 * @param chunks the encoded bytes in order, in pieces of any size: the body of a `fetch`, for one
 * @param transferSyntaxUID UID of the transfer syntax (PS3.5 Annex A)
 * @param attributes of the Image Pixel module (PS3.3 C.7.6.3)
 * @throws TruncatedData when the bytes end before the frame does, unless `truncated` is `keep`: then the last frame says so
 * @throws UnsupportedFeature for transfer syntaxes and engines without progression
 * @throws LimitExceeded when more bytes come than `byteLength` says; TypeError, RangeError for arguments that cannot be
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
 * const whole = [];
 * const options = { byteLength: jpeg2000.length };
 * for await (const frame of decodeProgressively(chunks(), '1.2.840.10008.1.2.4.90', attributes, options)) {
 *   whole.push(frame.truncated === undefined);
 * }
 * assert.equal(whole[0], false);
 * assert.equal(whole.at(-1), true);
 */
export async function* decodeProgressively(
  chunks: AsyncIterable<Uint8Array>,
  transferSyntaxUID: string,
  attributes: FrameAttributes,
  options: DecodeProgressivelyOptions,
): AsyncGenerator<DecodedFrame, void> {
  checkOptions(options);
  const { byteLength, engine: name, signal } = options;
  if (!(Number.isSafeInteger(byteLength) && byteLength >= 1)) {
    throw new RangeError(`A frame has 1 or more bytes, not ${byteLength}.`);
  }
  // Values of VR UI are padded to an even length (PS3.5 6.2).
  const transferSyntax = String(transferSyntaxUID).replace(/[\0 ]+$/, '');
  const encoded = { bytes: new Uint8Array(0), transferSyntax, attributes: completeAttributes(attributes) };
  const view = viewOf(options);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  let engine: Engine | undefined;
  let pieces: FrameInPieces | undefined;

  const picture = (): Promise<DecodedFrame> =>
    decodeEncodedFrame(encoded, {
      ...options,
      ...{ view, limits, truncated: 'keep' },
      registry: { engineFor: async () => ({ codec: engine!.codec, decoder: pieces! }) },
      checkpoint: checkpointOf(signal, limits.decodeMilliseconds),
    });

  try {
    let arrived = 0;
    let next = 0;
    for await (const chunk of chunks) {
      if (signal?.aborted) throw new Aborted('The caller aborted the work.');
      if (chunk?.[Symbol.toStringTag] !== 'Uint8Array') throw new TypeError('Each piece is a Uint8Array.');
      if (chunk.length === 0) continue;
      if (pieces === undefined) {
        engine = await threadCodecs().engineFor({ ...encoded, bytes: chunk }, name, view);
        pieces = await engine.decoder.inPieces?.(byteLength, { limits, view });
        if (pieces === undefined) throw withoutProgression(transferSyntax, engine);
      }
      pieces.append(chunk);
      arrived += chunk.length;
      if (arrived < next || arrived === byteLength) continue;
      next = 2 * arrived;
      const shown = await picture().catch(unlessDamaged);
      if (shown === undefined) continue;
      yield shown;
      if (shown.truncated === undefined) return;
    }
    if (pieces === undefined) throw new TruncatedData('No bytes came of the frame.', { transferSyntax });
    const last = await picture();
    if (last.truncated !== undefined && options.truncated !== 'keep') {
      throw new TruncatedData(`The bytes of the frame end after ${arrived}.`, {
        ...{ transferSyntax, engine: last.engine },
        goodRows: last.truncated.goodRows,
      });
    }
    yield last;
  } finally {
    pieces?.close();
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

function withoutProgression(transferSyntax: string, { codec }: Engine): UnsupportedFeature {
  const feature = 'Frames in pieces';
  return new UnsupportedFeature(`${feature} cannot be decoded by ${codec.name}.`, {
    ...{ transferSyntax, engine: codec.name, feature },
  });
}

/** What a picture calls between two steps: it ends when nobody wants it any more, or when its time is over. */
function checkpointOf(signal: AbortSignal | undefined, allowed: number): () => void {
  const end = performance.now() + allowed;
  return () => {
    if (signal?.aborted) throw new Aborted('The caller aborted the work.');
    if (performance.now() <= end) return;
    throw new LimitExceeded(`A picture took more than ${allowed} ms to decode.`, {
      limit: 'decodeMilliseconds',
      allowed,
    });
  };
}
