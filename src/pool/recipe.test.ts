import { expect, test } from 'vitest';
import { JobRunner } from './job-runner.js';
import { RecipeBook } from './recipe.js';

test('a book of recipes lets the oldest go', () => {
  const book = new RecipeBook<string>();
  for (let number = 0; number < 100; number += 1) book.set(number, `recipe ${number}`);
  expect(book.get(99)).toBe('recipe 99');
  expect(book.get(68)).toBe('recipe 68');
  expect(book.get(67)).toBeUndefined();
  book.set(99, 'again');
  expect(book.get(68)).toBe('recipe 68');
});

test('a job whose recipe is not known is asked for again, not guessed', async () => {
  const input = { kind: 'bytes', bytes: new Uint8Array(2), bitOffset: 0, readMilliseconds: 0 } as const;
  const job = { id: 1, recipe: 5, frame: 0, input, strip: undefined, into: undefined, display: undefined };
  expect(await new JobRunner().handle([{ type: 'frame', job }])).toEqual([{ kind: 'misplaced' }]);
});
