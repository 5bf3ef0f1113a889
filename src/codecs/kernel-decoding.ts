import type { Kernel } from '../wasm/kernel.js';
import type { Codestream, DecodeContext, Truncation } from './codec.js';

/**
 * Decodes a frame by one of our kernels into the memory that `context` gives. What is there of a frame that is cut off is
 * kept where that is asked for: rows that the kernel does not come to are 0.
 * @param parameters the kernel's own
 * @param describe what the header of the kernel says of the codestream
 * @param addParameters called once memory is there: writes the parameters that hang on what the caller wants of this frame
 */
export function decodeByKernel(
  kernel: Kernel,
  bytes: Uint8Array,
  parameters: readonly number[],
  describe: (header: Int32Array) => Codestream,
  context: DecodeContext,
  addParameters?: (parameters: Int32Array) => void,
): Codestream {
  let truncated: Truncation | undefined;
  const onTruncated = (goodRows: number) => {
    truncated = { goodRows };
  };
  const header = kernel.decode(
    bytes,
    parameters,
    (header, late) => {
      const memory = context.allocate(describe(header));
      addParameters?.(late);
      return memory;
    },
    context.truncated === 'keep' ? { ...context, onTruncated } : context,
  );
  const codestream = describe(header);
  return truncated === undefined ? codestream : { ...codestream, truncated };
}
