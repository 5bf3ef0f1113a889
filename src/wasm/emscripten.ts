import { CineloopError, InvalidBitstream, WorkerFailure } from '../errors.js';
import type { Limits } from '../limits.js';
import { mayHold } from './held-memory.js';
import { moduleOf } from './modules.js';

/** What the module object of every build by Emscripten has. */
export interface EmscriptenModule {
  /** The whole memory; a new view each time the memory has grown. */
  readonly HEAPU8: Uint8Array;
}

/** The default export of an Emscripten build with MODULARIZE. */
export type EmscriptenFactory = <M extends EmscriptenModule>(options: EmscriptenOptions) => Promise<M>;

interface EmscriptenOptions {
  instantiateWasm(
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): object;
  print(line: string): void;
  printErr(line: string): void;
}

/** An object of a C++ class: lives in the WebAssembly memory until it is deleted. */
export interface EmscriptenObject {
  delete(): void;
}

interface Instance<M> {
  readonly module: M;
  /** What the codec prints: kept from the console, and read for what went wrong. */
  readonly printed: string[];
}

/**
 * The one host of codecs that come as Emscripten builds: makes an instance from the compiled module when the first frame
 * needs it, and a new one after any failure (a C++ exception leaves its objects behind, damaged bytes anything at all) and
 * when the memory, which can only grow, makes the hosts of the thread hold more than `limits.memoryBytes`.
 */
export class EmscriptenHost<M extends EmscriptenModule> {
  readonly #name: string;
  readonly #factory: EmscriptenFactory;
  readonly #explain: ((module: M, thrown: number) => string) | undefined;
  #instance: Promise<Instance<M>> | undefined;

  /**
   * @param name of the WebAssembly module, see `modules.ts`
   * @param factory the default export of the package
   * @param explain what a C++ exception says, which arrives as its address
   */
  constructor(name: string, factory: EmscriptenFactory, explain?: (module: M, thrown: number) => string) {
    this.#name = name;
    this.#factory = factory;
    this.#explain = explain;
  }

  /**
   * Runs `work` on the instance.
   * @param work must not wait for anything; what it returns must not point into the instance's memory. The lines are
   *   those printed since it was called
   * @throws InvalidBitstream when the codec threw or trapped; errors of ours that `work` throws go through
   */
  async run<T>(limits: Limits, work: (module: M, printed: readonly string[]) => T): Promise<T> {
    this.#instance ??= this.#start();
    const current = this.#instance;
    const { module, printed } = await current.catch((error: unknown) => {
      this.#drop(current);
      throw error;
    });
    printed.length = 0;
    try {
      return work(module, printed);
    } catch (error) {
      this.#drop(current);
      if (error instanceof CineloopError) throw error;
      throw new InvalidBitstream(
        `${this.#name} gave up on these bytes: ${this.#reason(module, printed, error)}`,
        {
          cause: error instanceof Error ? error : undefined,
        },
      );
    } finally {
      const bytes = this.#instance === current ? module.HEAPU8.byteLength : 0;
      if (!mayHold(this, bytes, limits.memoryBytes)) this.#drop(current);
    }
  }

  #drop(instance: Promise<Instance<M>>): void {
    if (this.#instance === instance) this.#instance = undefined;
  }

  #reason(module: M, printed: readonly string[], error: unknown): string {
    if (error instanceof Error) return error.message;
    const said = typeof error === 'number' ? this.#explain?.(module, error) : undefined;
    return said ?? (printed.join(' ').trim() || 'no reason given');
  }

  async #start(): Promise<Instance<M>> {
    if (typeof this.#factory !== 'function') {
      throw new WorkerFailure(
        `The package of ${this.#name} is CommonJS and was served as it stands: its bundler must prepare it (see README.md).`,
      );
    }
    const compiled = await moduleOf(this.#name);
    const printed: string[] = [];
    const print = (line: string) => {
      // A broken stream can make a codec print without end; what ended it comes last.
      if (printed.length === 64) printed.shift();
      printed.push(line);
    };
    const module = await new Promise<M>((resolve, reject) => {
      this.#factory<M>({
        instantiateWasm(imports, receive) {
          WebAssembly.instantiate(compiled, imports).then((instance) => receive(instance, compiled), reject);
          return {};
        },
        print,
        printErr: print,
      }).then(resolve, reject);
    });
    return { module, printed };
  }
}
