import { InvalidBitstream, LimitExceeded } from '../errors.js';
import type { Limits } from '../limits.js';

/**
 * Bytes that the platform's inflater is given at a time. Some platforms inflate a piece as a whole before anything can be
 * read, so this times 1032 (the most that RFC 1951 can give) bounds what a hostile stream gets beyond its limit: 17 MB.
 */
const PIECE = 16 << 10;

/**
 * Inflates deflated bytes: a deflated dataset (PS3.5 A.5) or one deflated image frame (PS3.5 A.4.13). They are a raw stream
 * of RFC 1951, padded to even length with one NUL; lenient in this: a zlib header (RFC 1950) as some writers add, and any
 * number of NULs behind the stream.
 * @param deflated never written to
 * @param wanted inflating stops when so many bytes are out; what follows is not looked at
 * @returns the inflated bytes, `wanted` of them at most, in a buffer of their own
 * @throws InvalidBitstream for bytes that are no complete stream
 * @throws LimitExceeded as soon as more comes out than `inflatedBytes`, or than `inflateRatio` times the bytes given
 */
export async function inflate(
  deflated: Uint8Array,
  limits: Pick<Limits, 'inflatedBytes' | 'inflateRatio'>,
  wanted = Number.POSITIVE_INFINITY,
): Promise<Uint8Array> {
  const format = hasZlibHeader(deflated) ? 'deflate' : 'deflate-raw';
  let failure: unknown;
  for (const length of possibleLengths(deflated)) {
    try {
      return await inflateExactly(deflated.subarray(0, length), format, limits, wanted);
    } catch (error) {
      if (error instanceof LimitExceeded) throw error;
      failure ??= error;
    }
  }
  throw new InvalidBitstream('Deflated bytes are damaged or end too early', {
    clause: format === 'deflate' ? 'RFC 1950' : 'RFC 1951',
    cause: failure,
  });
}

/**
 * Whether the bytes start with a zlib header. Its low four bits (8) would start a raw stream with a stored block, whose
 * length is then followed by its one's complement: so the two cannot be taken for each other.
 */
function hasZlibHeader(bytes: Uint8Array): boolean {
  if (bytes.length < 2) return false;
  const [method = 0, flags = 0, ...rest] = bytes.subarray(0, 5);
  if ((method & 0x0f) !== 8 || method >> 4 > 7) return false;
  if ((method * 256 + flags) % 31 !== 0 || (flags & 0x20) !== 0) return false;
  const [lengthHigh = 0, complementLow = 0, complementHigh = 0] = rest;
  const isStoredBlock =
    bytes.length >= 5 && (flags ^ complementLow) === 0xff && (lengthHigh ^ complementHigh) === 0xff;
  return !isStoredBlock;
}

/**
 * Where the stream may end, the likeliest first. A platform that follows the standard for streams rejects bytes behind the
 * end, and the stream itself may end in zero bytes: two at most, if its last block is not a stored one.
 */
function possibleLengths(bytes: Uint8Array): Set<number> {
  let unpadded = bytes.length;
  while (unpadded > 0 && bytes[unpadded - 1] === 0) unpadded--;
  const endsInNul = unpadded < bytes.length;
  const padded = endsInNul && bytes.length % 2 === 0;
  const likely = padded ? [bytes.length - 1, bytes.length] : [bytes.length];
  const possible = [...likely, bytes.length - 1, unpadded, unpadded + 1, unpadded + 2];
  return new Set(possible.filter((length) => length >= unpadded && length <= bytes.length));
}

async function inflateExactly(
  deflated: Uint8Array,
  format: 'deflate' | 'deflate-raw',
  limits: Pick<Limits, 'inflatedBytes' | 'inflateRatio'>,
  wanted: number,
): Promise<Uint8Array> {
  const stream = new DecompressionStream(format);
  const writer = stream.writable.getWriter();
  const reader: ReadableStreamDefaultReader<Uint8Array> = stream.readable.getReader();
  // A failing stream rejects both of its ends; the reader's failure is the one that is reported.
  const fed = feed(writer, deflated).catch(() => undefined);
  writer.closed.catch(() => undefined);
  reader.closed.catch(() => undefined);

  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size < wanted) {
    const { done, value } = await reader.read();
    if (done) break;
    size = Math.min(size + value.length, wanted);
    const breach = breachedLimit(size, deflated.length, limits);
    if (breach !== undefined) {
      await reader.cancel().catch(() => undefined);
      throw breach;
    }
    chunks.push(value);
  }
  if (size === wanted) await reader.cancel().catch(() => undefined);
  await fed;

  const inflated = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    inflated.set(chunk.subarray(0, size - at), at);
    at += chunk.length;
  }
  return inflated;
}

async function feed(writer: WritableStreamDefaultWriter<BufferSource>, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; at += PIECE) {
    // A copy: the inflater may keep the piece, and shared memory is not accepted.
    await writer.write(new Uint8Array(bytes.subarray(at, at + PIECE)));
  }
  await writer.close();
}

function breachedLimit(
  size: number,
  deflatedSize: number,
  limits: Pick<Limits, 'inflatedBytes' | 'inflateRatio'>,
): LimitExceeded | undefined {
  if (size > limits.inflatedBytes) {
    return new LimitExceeded('Inflated bytes exceed the limit', {
      limit: 'inflatedBytes',
      allowed: limits.inflatedBytes,
      requested: size,
    });
  }
  if (size > limits.inflateRatio * deflatedSize) {
    return new LimitExceeded('Deflated bytes inflate by more than the limit', {
      limit: 'inflateRatio',
      allowed: limits.inflateRatio,
      requested: size / deflatedSize,
    });
  }
  return undefined;
}
