import { defineConfig } from 'vitest/config';

// Unit tests import the sources; what they load at run time (kernels, the worker) is the build's, so `npm run build`
// comes first.
export default defineConfig({
  test: {
    include: ['{src,conformance,bench,fixtures,scripts}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
