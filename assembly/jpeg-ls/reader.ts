/** Where reading stands in the copy of the entropy-coded segments: kept here between lines, in a local within one. */

/** The next bit; see `bitsAt`. */
export let position: u32 = 0;

@inline
export function setPosition(next: u32): void {
  position = next;
}
