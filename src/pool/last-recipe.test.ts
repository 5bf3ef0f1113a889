import { expect, test } from 'vitest';
import { LastRecipe } from './last-recipe.js';
import type { Recipe } from './recipe.js';

function recipeOf(changes: Partial<Recipe> = {}, request: Partial<Recipe['request']> = {}): Recipe {
  return {
    transferSyntax: '1.2.840.10008.1.2.5',
    attributes: {
      rows: 2,
      columns: 4,
      samplesPerPixel: 1,
      bitsAllocated: 8,
      bitsStored: 8,
      highBit: 7,
      pixelRepresentation: 0,
      planarConfiguration: 0,
      photometricInterpretation: 'MONOCHROME2',
      pixelData: 'integer',
      pixelDataVr: 'OB',
    },
    request: { view: { reduction: 0, region: { row: 0, column: 0, rows: 1, columns: 4 } }, ...request },
    limits: { frameBytes: 100 },
    ...changes,
  };
}

test('calls that ask for the same have the same recipe', () => {
  const last = new LastRecipe();
  const first = last.recall(recipeOf());
  expect(last.recall(recipeOf())).toBe(first);
});

test.each<[string, Recipe]>([
  ['transfer syntax', recipeOf({ transferSyntax: '1.2.840.10008.1.2.4.80' })],
  ['attribute', recipeOf({ attributes: { ...recipeOf().attributes, columns: 5 } })],
  ['engine', recipeOf({}, { engine: 'test' })],
  ['region', recipeOf({}, { view: { reduction: 0, region: { row: 1, column: 0, rows: 1, columns: 4 } } })],
  ['view that has no region', recipeOf({}, { view: { reduction: 0, layers: 1 } })],
  ['palette', recipeOf({}, { palette: undefined })],
  ['list of overlays', recipeOf({}, { overlays: [] })],
  ['limit', recipeOf({ limits: { frameBytes: 101 } })],
  ['set of limits', recipeOf({ limits: undefined })],
])('another %s makes another recipe', (_, other) => {
  const last = new LastRecipe();
  const first = last.recall(recipeOf());
  expect(last.recall(other)).toBe(other);
  expect(last.recall(recipeOf())).not.toBe(first);
});
