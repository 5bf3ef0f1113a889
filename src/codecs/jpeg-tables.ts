import type { MarkerSegment } from './jpeg-markers.js';

const DHT = 0xc4;
const DAC = 0xcc;
const DQT = 0xdb;
const DRI = 0xdd;

/**
 * The tables that hold at one place of a stream: of each kind and destination the one that was defined last (ITU-T T.81
 * B.2.4). What is wrong with them is for the decoder to say that they are handed to.
 */
export class JpegTables {
  /** By kind and destination, in the order in which they were defined: the parameters of a segment. */
  readonly #latest = new Map<string, Uint8Array>();

  /** Takes over what a marker segment defines; others than those of tables define nothing. */
  take({ code, parameters }: MarkerSegment): void {
    if (code !== DHT && code !== DAC && code !== DQT && code !== DRI) return;
    for (let at = 0; at < parameters.length; ) {
      const size = Math.min(sizeOf(code, parameters.subarray(at)), parameters.length - at);
      const key = `${code} ${code === DRI ? 0 : parameters[at]}`;
      // Put behind the others: the same destination may be in there by another first byte (Pq of B.2.4.1).
      this.#latest.delete(key);
      this.#latest.set(key, parameters.slice(at, at + size));
      at += size;
    }
  }

  /** The marker segments of all of them. */
  bytes(): Uint8Array {
    const segments = [...this.#latest].map(([key, parameters]) => {
      const length = parameters.length + 2;
      return [0xff, Number.parseInt(key, 10), length >> 8, length & 255, ...parameters];
    });
    return Uint8Array.from(segments.flat());
  }
}

/** Bytes of the definition that `parameters` begin with. */
function sizeOf(code: number, parameters: Uint8Array): number {
  if (code === DHT) return 17 + parameters.subarray(1, 17).reduce((codes, count) => codes + count, 0);
  if (code === DQT) return parameters[0] >> 4 === 0 ? 65 : 129;
  return code === DAC ? 2 : parameters.length;
}
