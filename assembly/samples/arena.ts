/** Memory above the static data, laid out by the host. Its contents are never relied on. */

/** Grows the memory so that `bytes` bytes can be used; returns the address of the first, a multiple of 64, or 0 on failure. */
export function reserve(bytes: i32): usize {
  const start = (__heap_base + 63) & ~63;
  const missing = <i32>((start + bytes + 0xffff) >> 16) - memory.size();
  if (missing > 0 && memory.grow(missing) < 0) return 0;
  return start;
}
