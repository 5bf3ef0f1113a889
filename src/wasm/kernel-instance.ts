/** What a kernel exports: see assembly/README.md. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly parameters: WebAssembly.Global<'i32'>;
  readonly header: WebAssembly.Global<'i32'>;
  readonly strip: WebAssembly.Global<'i32'>;
  readonly failure: WebAssembly.Global<'i32'>;
  /** Kernels that decode a frame together with others of their kind. */
  readonly border?: WebAssembly.Global<'i32'>;
  begin(length: number): number;
  /** Kernels that decode frames whose bytes come in pieces. */
  arrived?(length: number): void;
  open(): number;
  step(): number;
}

/** Views on the memory of a kernel: all of it, and the blocks that it shares with its host. */
interface Views {
  readonly bytes: Uint8Array;
  /** 16 integers that the host writes; the last one is the arena's limit in pages. */
  readonly parameters: Int32Array;
  /** 16 integers that `open` writes. */
  readonly header: Int32Array;
  /** Address of finished bytes, offset of the first of them in the output, count. */
  readonly strip: Uint32Array;
  /** Offset in the input, detail, good rows; -1 for what is not known. */
  readonly failure: Int32Array;
  /** Address of what is given to the strip above, of what is wanted from the one below, bytes of either. */
  readonly border: Uint32Array | undefined;
}

/**
 * An instance of a kernel with the views on its memory. They are kept, for to ask an instance for its buffer and its globals and
 * to make views of them takes as long as a thousand samples do; once the memory has grown they are empty, and made anew.
 */
export class KernelInstance {
  readonly functions: Pick<KernelExports, 'begin' | 'arrived' | 'open' | 'step'>;
  readonly #exports: KernelExports;
  #views: Views;

  constructor(module: WebAssembly.Module) {
    // The exports are what `module.ts` of our own kernels gives; WebAssembly has no types to check that by.
    this.#exports = new WebAssembly.Instance(module).exports as unknown as KernelExports;
    this.functions = this.#exports;
    this.#views = viewsOf(this.#exports);
  }

  /** To be asked for again after each call into the instance. */
  get views(): Views {
    if (this.#views.bytes.length === 0) this.#views = viewsOf(this.#exports);
    return this.#views;
  }
}

function viewsOf({ memory: { buffer }, parameters, header, strip, failure, border }: KernelExports): Views {
  return {
    bytes: new Uint8Array(buffer),
    parameters: new Int32Array(buffer, parameters.value, 16),
    header: new Int32Array(buffer, header.value, 16),
    strip: new Uint32Array(buffer, strip.value, 3),
    failure: new Int32Array(buffer, failure.value, 3),
    border: border && new Uint32Array(buffer, border.value, 3),
  };
}
