import type { Recipe } from './recipe.js';

/**
 * Gives calls that ask for the same the same recipe, so that a pool need not look again at what it means, nor tell its workers.
 * What it is given must be the recipe's own: whoever holds a region or limits may change them before the next call.
 */
export class LastRecipe {
  #last: Recipe | undefined;

  /** The recipe of the call before where it says the same as this one, else this one. */
  recall(recipe: Recipe): Recipe {
    if (this.#last === undefined || !isAlike(this.#last, recipe)) this.#last = recipe;
    return this.#last;
  }
}

/** Whether two values are the same, or plain objects with the same in all properties. */
function isAlike(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (!isPlain(one) || !isPlain(other)) return false;
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  for (const name of names) if (!isAlike(one[name], other[name])) return false;
  return true;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
