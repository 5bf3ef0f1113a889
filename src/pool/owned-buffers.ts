/**
 * The buffers of the typed arrays in a value: what goes along when it is posted, so that nothing is copied. Shared memory is
 * left out: both sides have it already. Looks into plain objects and arrays.
 */
export function ownedBuffers(value: unknown): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  collect(value, buffers);
  return [...buffers];
}

function collect(value: unknown, into: Set<ArrayBuffer>): void {
  if (typeof value !== 'object' || value === null) return;
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) into.add(value.buffer);
  } else {
    for (const inner of Object.values(value)) collect(inner, into);
  }
}
