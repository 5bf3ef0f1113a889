/** Which frames of a file are wanted: ranges of indices, counted from 0, both ends included. */
export class FrameSelection {
  readonly #ranges: readonly (readonly [number, number])[];

  private constructor(ranges: readonly (readonly [number, number])[]) {
    this.#ranges = ranges;
  }

  static readonly all = new FrameSelection([[0, Number.POSITIVE_INFINITY]]);

  /**
   * Reads `0,2-4` or `5-`.
   * @throws SyntaxError with a sentence that says what is wrong
   */
  static parse(text: string): FrameSelection {
    const ranges = text.split(',').map((part): [number, number] => {
      const match = /^\s*(\d+)\s*(?:(-)\s*(\d+)?\s*)?$/.exec(part);
      if (match === null) throw new SyntaxError(`"${part}" names no frames; write for example 0,2-4 or 10-.`);
      const first = Number(match[1]);
      const last =
        match[2] === undefined ? first : match[3] === undefined ? Number.POSITIVE_INFINITY : Number(match[3]);
      if (last < first)
        throw new SyntaxError(`The frames ${part.trim()} run backwards; write ${last}-${first}.`);
      return [first, last];
    });
    return new FrameSelection(ranges);
  }

  /** The selected frames of a file with `count` of them, in ascending order, each once; those beyond the end are left out. */
  *of(count: number): Generator<number> {
    let next = 0;
    for (const [first, last] of [...this.#ranges].sort((a, b) => a[0] - b[0])) {
      for (next = Math.max(next, first); next <= Math.min(last, count - 1); next++) yield next;
    }
  }

  /** How many frames `of` gives. */
  countOf(count: number): number {
    let [next, total] = [0, 0];
    for (const [first, last] of [...this.#ranges].sort((a, b) => a[0] - b[0])) {
      const start = Math.max(next, first);
      const end = Math.min(last, count - 1) + 1;
      if (end <= start) continue;
      total += end - start;
      next = end;
    }
    return total;
  }
}
