/** Milliseconds that the platform's timers can wait for at most. */
const LONGEST = 2 ** 31 - 1;

/**
 * A timer for deadlines that almost never come: work is done before, and the next one has another. To set a timer and to take it
 * back for each frame costs a small frame a tenth of its time, so one that runs already is left alone while it is not too
 * late, and looks for the deadline when it fires. It keeps no process of Node.js alive.
 */
export class DeadlineClock {
  readonly #passed: () => void;
  #deadline = Number.POSITIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer fires. */
  #fires = Number.POSITIVE_INFINITY;

  /** @param passed called when a deadline has passed */
  constructor(passed: () => void) {
    this.#passed = passed;
  }

  /** Sets the deadline, in place of the one before. Infinity: there is none. */
  set(milliseconds: number): void {
    this.#deadline = performance.now() + milliseconds;
    if (this.#deadline >= this.#fires) return;
    clearTimeout(this.#timer);
    this.#start(milliseconds);
  }

  #start(milliseconds: number): void {
    const wait = Math.min(milliseconds, LONGEST);
    this.#fires = performance.now() + wait;
    this.#timer = setTimeout(() => this.#look(), wait);
    (this.#timer as { unref?(): void }).unref?.();
  }

  #look(): void {
    this.#fires = Number.POSITIVE_INFINITY;
    if (this.#deadline === Number.POSITIVE_INFINITY) return;
    const left = this.#deadline - performance.now();
    if (left > 0) this.#start(left);
    else this.#passed();
  }
}
