import { expect, test } from 'vitest';
import { StripBorderMemory } from './strip-border-memory.js';

test('a border is nobody else’s until it is kept, and used again then', () => {
  const memory = new StripBorderMemory();
  const first = memory.take(2, 1000);
  expect(new Set(first).size).toBe(2);
  expect(first.includes(memory.take(1, 1000)[0]!)).toBe(false);
  memory.keep(first);
  const again = memory.take(2, 900);
  expect(new Set(again).size).toBe(2);
  expect(again.every((border) => first.includes(border))).toBe(true);
  expect(first.every(({ byteLength }) => byteLength >= 1000)).toBe(true);
});

test('few are kept, and none that is very large', () => {
  const memory = new StripBorderMemory();
  const many = memory.take(20, 100);
  memory.keep(many);
  expect(memory.take(20, 100).filter((border) => many.includes(border))).toHaveLength(8);
  memory.keep(many.slice(0, 1));
  memory.clear();
  expect(memory.take(1, 100)[0]).not.toBe(many[0]);
  expect(memory.take(1, 2 ** 26 + 1)).toEqual([]);
});
