import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DeadlineClock } from './deadline-clock.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A clock, and when it said that a deadline had passed. */
function setUp() {
  const passed: number[] = [];
  const begin = performance.now();
  return { clock: new DeadlineClock(() => passed.push(performance.now() - begin)), passed };
}

test('says once when the deadline has passed', () => {
  const { clock, passed } = setUp();
  clock.set(100);
  vi.advanceTimersByTime(1000);
  expect(passed).toEqual([100]);
  clock.set(50);
  vi.advanceTimersByTime(1000);
  expect(passed).toEqual([100, 1050]);
});

test('goes by the deadline that was set last: a later one, an earlier one, none', () => {
  const { clock, passed } = setUp();
  clock.set(100);
  vi.advanceTimersByTime(90);
  clock.set(100);
  vi.advanceTimersByTime(90);
  expect(passed).toEqual([]);
  clock.set(5);
  vi.advanceTimersByTime(1000);
  expect(passed).toEqual([185]);
  clock.set(100);
  clock.set(Number.POSITIVE_INFINITY);
  vi.advanceTimersByTime(1000);
  expect(passed).toEqual([185]);
});

test('has one timer, however many deadlines are set', () => {
  const { clock } = setUp();
  for (let set = 0; set < 10; set += 1) {
    clock.set(100);
    vi.advanceTimersByTime(1);
    clock.set(Number.POSITIVE_INFINITY);
  }
  expect(vi.getTimerCount()).toBe(1);
});

test('waits longer than a timer of the platform can', () => {
  const { clock, passed } = setUp();
  clock.set(2 ** 32);
  vi.advanceTimersByTime(2 ** 32 - 1);
  expect(passed).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(passed).toEqual([2 ** 32]);
});
