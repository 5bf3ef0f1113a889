/** The kernel of hierarchical/ for arithmetic coding: scripts/build.mjs defines ARITHMETIC_CODING for it too. */
export { parameters, header, strip, failure, begin, open, step } from '../hierarchical/module';
