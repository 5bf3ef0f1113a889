/**
 * Runs steps ahead of their consumer: at most `ahead` are begun and not yet handed out, and they are handed out in the
 * order in which they began. A producer that is slow (it opens a file) is waited for only when nothing is under way.
 */
export async function* inOrder<T>(steps: AsyncIterable<Step<T>>, ahead: number): AsyncGenerator<T> {
  const iterator = steps[Symbol.asyncIterator]();
  const begun: Promise<T>[] = [];
  let ended = false;
  try {
    for (;;) {
      while (!ended && begun.length < ahead) {
        const next = await iterator.next();
        if (next.done) ended = true;
        else begun.push(next.value.result);
      }
      const first = begun.shift();
      if (first === undefined) return;
      yield await first;
    }
  } finally {
    await iterator.return?.();
  }
}

/** Something under way. In an object, because a promise that an async generator yields is awaited on the spot. */
export interface Step<T> {
  /** Must not reject: a failure is a result like another. */
  readonly result: Promise<T>;
}
