/** The three tables of a palette (PS3.3 C.7.6.3.1.5, C.7.6.3.1.6), expanded, as plain data. */
export interface Palette {
  /** The stored sample value that the first entry stands for; smaller ones take the first entry too. */
  readonly firstMapped: number;
  /** Bits of an entry: 8 or 16. */
  readonly bits: 8 | 16;
  /** `entries` values each, of `bits` bits; a sample behind the last entry takes the last. */
  readonly red: Uint16Array;
  readonly green: Uint16Array;
  readonly blue: Uint16Array;
}
