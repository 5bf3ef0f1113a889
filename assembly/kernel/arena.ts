/**
 * The scratch memory of one frame: everything above the static data, taken from the bottom up and forgotten as a whole.
 * Nothing is ever freed by itself. What `take` returns is not cleared: it holds what the last frame left there.
 */
import { memoryPages } from './blocks';

/** Pages that the memory may have at most: the last one is left out so that an address plus a margin never wraps. */
const MAXIMUM_PAGES: u64 = 0xffff;

/** First byte that is not taken. */
let top: usize = 0;

/** Forgets the last frame. */
export function resetArena(): void {
  top = (__heap_base + 15) & ~(15 as usize);
}

/**
 * Takes `bytes` bytes, aligned to `alignment` (a power of two), and grows the memory where needed. Sizes are 64 bits wide:
 * a product of header fields may be passed in as it is, as long as its factors were widened first.
 * @returns the address, or 0 where the memory may not or cannot grow so far; nothing is taken then
 */
export function take(bytes: u64, alignment: u64 = 16): usize {
  const pagesAllowed = memoryPages() != 0 ? min(<u64>memoryPages(), MAXIMUM_PAGES) : MAXIMUM_PAGES;
  if (bytes > pagesAllowed << 16) return 0;
  // Both terms are below 2^33 here: the sum cannot wrap.
  const start = (<u64>top + alignment - 1) & ~(alignment - 1);
  const end = start + bytes;
  const pages = (end + 0xffff) >> 16;
  if (pages > pagesAllowed) return 0;
  const missing = <i32>pages - memory.size();
  if (missing > 0 && memory.grow(missing) < 0) return 0;
  top = <usize>end;
  return <usize>start;
}

/** Where the next bytes are taken: what `release` may be given later. */
@inline
export function taken(): usize {
  return top;
}

/** Gives back everything taken since `taken` returned this. */
export function release(to: usize): void {
  top = to;
}
