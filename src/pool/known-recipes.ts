import type { Codec, StripCosts } from '../codecs/codec.js';
import { WHOLE } from '../codecs/view.js';
import type { Limits } from '../limits.js';
import type { ByteSource } from '../sources/byte-source.js';
import { moduleOf } from '../wasm/modules.js';
import { SAMPLES_MODULE } from '../wasm/samples.js';
import type { PooledFrame } from './pooled-frame.js';
import type { CompiledModule } from './protocol.js';
import type { PostedRecipe, Recipe } from './recipe.js';
import { threadCodecs } from './thread-codecs.js';

/** The numbers by which workers know sources and recipes, whatever the pool. */
const sourceNumbers = new WeakMap<ByteSource, number>();
let lastSourceNumber = 0;
let lastRecipeNumber = 0;

/** A recipe as a pool tells its workers of it. */
export interface KnownRecipe {
  readonly number: number;
  readonly posted: PostedRecipe;
  /** What its frames will probably need; undefined until it is compiled. Where a module cannot be had here, a worker looks itself. */
  readonly modules: readonly CompiledModule[] | undefined;
  compiling(): Promise<readonly CompiledModule[]>;
  /** What strips of its frames cost; undefined where they must stay in one piece. */
  readonly costs: StripCosts | undefined;
}

/** The recipes that a pool has had, each as the same object as long as it lasts, for it to be posted once. */
export class KnownRecipes {
  readonly #limits: Limits;
  readonly #known = new WeakMap<Recipe, KnownRecipe>();
  /** The compiled modules of a codec, by their names. */
  readonly #modules = new Map<string, Promise<readonly CompiledModule[]>>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  of({ recipe, input }: Pick<PooledFrame, 'recipe' | 'input'>): KnownRecipe {
    let known = this.#known.get(recipe);
    if (known === undefined) {
      known = this.#make(recipe, input);
      this.#known.set(recipe, known);
    }
    return known;
  }

  /** Lets a recipe be told anew. */
  forget(recipe: Recipe): void {
    this.#known.delete(recipe);
  }

  #make(recipe: Recipe, input: PooledFrame['input']): KnownRecipe {
    const { transferSyntax, attributes, request } = recipe;
    const limits = { ...this.#limits, ...recipe.limits };
    const posted = { transferSyntax, attributes, request, limits, origin: originOf(input) };
    const codec = codecOf(recipe);
    let modules: readonly CompiledModule[] | undefined;
    lastRecipeNumber += 1;
    return {
      number: lastRecipeNumber,
      posted,
      costs: isDivisible(recipe) ? costsOf(codec, transferSyntax) : undefined,
      get modules() {
        return modules;
      },
      compiling: async () => {
        modules = await this.#modulesOf(codec);
        return modules;
      },
    };
  }

  #modulesOf(codec: Codec | undefined): Promise<readonly CompiledModule[]> {
    const names = codec?.modules ?? [];
    const key = names.join();
    let modules = this.#modules.get(key);
    if (modules === undefined) {
      modules = Promise.all([...new Set([...names, SAMPLES_MODULE])].map(compiled)).then((all) => all.flat());
      this.#modules.set(key, modules);
    }
    return modules;
  }
}

/** The codec that will probably decode: which it is, the worker sees by the codestream. */
function codecOf({ transferSyntax, request: { engine } }: Recipe): Codec | undefined {
  const codecs = threadCodecs();
  return engine === undefined ? codecs.codecsFor(transferSyntax)[0] : codecs.get(engine);
}

/** What strips cost here, where workers share memory or not. */
function costsOf(codec: Codec | undefined, transferSyntax: string): StripCosts | undefined {
  const costs = codec?.strips?.(transferSyntax);
  return typeof SharedArrayBuffer === 'undefined' ? costs : (costs?.handing ?? costs);
}

/** Whether what is wanted is made of rows that concern one another in the codestream only. */
function isDivisible({ attributes, request: { view = WHOLE, overlays = [] } }: Recipe): boolean {
  const isWhole = view.reduction === 0 && view.region === undefined;
  return isWhole && overlays.length === 0 && attributes.pixelData === 'integer';
}

function originOf(input: PooledFrame['input']): PostedRecipe['origin'] {
  if (input.kind !== 'source') return undefined;
  const { handle } = input.source;
  return handle && { source: numberOf(input.source), handle };
}

/** The number of a source; a new one where it has none yet. */
export function numberOf(source: ByteSource): number {
  let number = sourceNumbers.get(source);
  if (number === undefined) {
    lastSourceNumber += 1;
    number = lastSourceNumber;
    sourceNumbers.set(source, number);
  }
  return number;
}

function compiled(name: string): Promise<CompiledModule[]> {
  return moduleOf(name).then(
    (module) => [{ name, module }],
    () => [],
  );
}
