/** The kernel of dct/ for arithmetic coding: scripts/build.mjs defines ARITHMETIC_CODING for it. */
export { parameters, header, strip, failure } from '../../kernel/blocks';
export { begin } from '../../kernel/input';
export { open, step } from '../dct/frame';
