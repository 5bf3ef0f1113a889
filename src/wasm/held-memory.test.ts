import { expect, it } from 'vitest';
import { mayHold } from './held-memory.js';

it('counts what all hosts of a thread hold together', () => {
  const [first, second, third] = [{}, {}, {}];
  expect(mayHold(first, 60, 100)).toBe(true);
  expect(mayHold(second, 40, 100)).toBe(true);
  expect(mayHold(third, 1, 100)).toBe(false);
  expect(mayHold(third, 0, 100)).toBe(true);
  // One that holds less makes room, one that wants more than there is holds none.
  expect(mayHold(first, 50, 100)).toBe(true);
  expect(mayHold(third, 10, 100)).toBe(true);
  expect(mayHold(second, 41, 100)).toBe(false);
  expect(mayHold(third, 50, 100)).toBe(true);
  for (const host of [first, second, third]) mayHold(host, 0, 0);
  expect(mayHold(first, 100, 100)).toBe(true);
  mayHold(first, 0, 0);
});
