/** Bytes of WebAssembly memory that each host of this thread keeps between frames. */
const held = new Map<object, number>();

/**
 * Whether a host may keep its instance, whose memory is `bytes` long, for the next frame: all hosts of the thread together
 * hold at most `allowed` bytes (`limits.memoryBytes`). Where not, the host lets its instance go and counts as holding none.
 */
export function mayHold(host: object, bytes: number, allowed: number): boolean {
  held.delete(host);
  let others = 0;
  for (const each of held.values()) others += each;
  if (others + bytes > allowed) return false;
  if (bytes > 0) held.set(host, bytes);
  return true;
}
