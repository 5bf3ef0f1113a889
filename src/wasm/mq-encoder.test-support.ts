/**
 * The MQ encoder of T.800 C.2, flow chart by flow chart, for tests of the decoder. It shares nothing with it
 * but the standard.
 */

/** Table C.2: Qe, NMPS, NLPS, SWITCH. */
const STATES: ReadonlyArray<readonly [qe: number, nmps: number, nlps: number, change: 0 | 1]> = [
  [0x5601, 1, 1, 1],
  [0x3401, 2, 6, 0],
  [0x1801, 3, 9, 0],
  [0x0ac1, 4, 12, 0],
  [0x0521, 5, 29, 0],
  [0x0221, 38, 33, 0],
  [0x5601, 7, 6, 1],
  [0x5401, 8, 14, 0],
  [0x4801, 9, 14, 0],
  [0x3801, 10, 14, 0],
  [0x3001, 11, 17, 0],
  [0x2401, 12, 18, 0],
  [0x1c01, 13, 20, 0],
  [0x1601, 29, 21, 0],
  [0x5601, 15, 14, 1],
  [0x5401, 16, 14, 0],
  [0x5101, 17, 15, 0],
  [0x4801, 18, 16, 0],
  [0x3801, 19, 17, 0],
  [0x3401, 20, 18, 0],
  [0x3001, 21, 19, 0],
  [0x2801, 22, 19, 0],
  [0x2401, 23, 20, 0],
  [0x2201, 24, 21, 0],
  [0x1c01, 25, 22, 0],
  [0x1801, 26, 23, 0],
  [0x1601, 27, 24, 0],
  [0x1401, 28, 25, 0],
  [0x1201, 29, 26, 0],
  [0x1101, 30, 27, 0],
  [0x0ac1, 31, 28, 0],
  [0x09c1, 32, 29, 0],
  [0x08a1, 33, 30, 0],
  [0x0521, 34, 31, 0],
  [0x0441, 35, 32, 0],
  [0x02a1, 36, 33, 0],
  [0x0221, 37, 34, 0],
  [0x0141, 38, 35, 0],
  [0x0111, 39, 36, 0],
  [0x0085, 40, 37, 0],
  [0x0049, 41, 38, 0],
  [0x0025, 42, 39, 0],
  [0x0015, 43, 40, 0],
  [0x0009, 44, 41, 0],
  [0x0005, 45, 42, 0],
  [0x0001, 45, 43, 0],
  [0x5601, 46, 46, 0],
];

export interface MqContext {
  state: number;
  mps: number;
}

/** Figures C.1 to C.13. */
export class MqEncoder {
  #a = 0x8000;
  #c = 0;
  #ct = 12;
  /**
   * The first byte stands for the one before the segment: it takes no carry, as it is 0 and the first one
   * holds at most 0x7F.
   */
  readonly #bytes = [0];

  encode(context: MqContext, decision: number): void {
    const [qe, nmps, nlps, change] = STATES[context.state]!;
    this.#a -= qe;
    if (decision === context.mps) {
      if ((this.#a & 0x8000) !== 0) {
        this.#c += qe;
        return;
      }
      if (this.#a < qe) this.#a = qe;
      else this.#c += qe;
      context.state = nmps;
    } else {
      if (this.#a < qe) this.#c += qe;
      else this.#a = qe;
      if (change === 1) context.mps = 1 - context.mps;
      context.state = nlps;
    }
    do {
      this.#a *= 2;
      this.#c *= 2;
      this.#ct--;
      if (this.#ct === 0) this.#byteOut();
    } while ((this.#a & 0x8000) === 0);
  }

  /** FLUSH, C.2.9. */
  flush(): Uint8Array {
    const most = this.#c + this.#a;
    this.#c = Math.floor(this.#c / 0x10000) * 0x10000 + 0xffff;
    if (this.#c >= most) this.#c -= 0x8000;
    this.#c *= 2 ** this.#ct;
    this.#byteOut();
    this.#c *= 2 ** this.#ct;
    this.#byteOut();
    return this.#segment();
  }

  /** The predictable termination of D.4.2: the twelve bits of C that no byte has yet, and no more. */
  terminatePredictably(): Uint8Array {
    for (let bits = 12 - this.#ct; bits > 0; bits -= this.#ct) {
      this.#c *= 2 ** this.#ct;
      this.#byteOut();
    }
    return this.#segment();
  }

  /** BYTEOUT, Figure C.8. */
  #byteOut(): void {
    const last = this.#bytes.length - 1;
    if (this.#bytes[last] !== 0xff && this.#c >= 0x8000000) {
      this.#bytes[last]!++;
      // The carry has been taken; behind 0xFF it would be stuffed.
      this.#c -= 0x8000000;
    }
    if (this.#bytes[last] === 0xff) {
      this.#bytes.push(Math.floor(this.#c / 0x100000));
      this.#c %= 0x100000;
      this.#ct = 7;
    } else {
      this.#bytes.push(Math.floor(this.#c / 0x80000));
      this.#c %= 0x80000;
      this.#ct = 8;
    }
  }

  #segment(): Uint8Array {
    const end = this.#bytes.at(-1) === 0xff ? this.#bytes.length - 1 : this.#bytes.length;
    return Uint8Array.from(this.#bytes.slice(1, end));
  }
}
