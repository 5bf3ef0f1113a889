/**
 * Tells of signals that fire. There is one listener per signal, however many items wait for it: a listener for each frame of
 * a series costs time, and platforms take many of them for a leak and warn.
 */
export class AbortWatch<Item> {
  readonly #onAbort: (item: Item, signal: AbortSignal) => void;
  readonly #waiting = new Map<AbortSignal, { readonly items: Set<Item>; readonly listener: () => void }>();

  constructor(onAbort: (item: Item, signal: AbortSignal) => void) {
    this.#onAbort = onAbort;
  }

  add(signal: AbortSignal, item: Item): void {
    let group = this.#waiting.get(signal);
    if (group === undefined) {
      const items = new Set<Item>();
      const listener = () => {
        for (const waiting of [...items]) this.#onAbort(waiting, signal);
      };
      group = { items, listener };
      this.#waiting.set(signal, group);
      signal.addEventListener('abort', listener);
    }
    group.items.add(item);
  }

  delete(signal: AbortSignal, item: Item): void {
    const group = this.#waiting.get(signal);
    if (group === undefined) return;
    group.items.delete(item);
    if (group.items.size > 0) return;
    this.#waiting.delete(signal);
    signal.removeEventListener('abort', group.listener);
  }
}
