import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

// Unit tests import the sources; what they load at run time (kernels, the worker) is the build's, so `npm run build`
// comes first. The platform switches of package.json's "imports" point at dist/ and are turned to src/ here.
export default defineConfig({
  resolve: {
    alias: {
      '#file': source('sources/file.node.ts'),
      '#asset': source('wasm/asset.node.ts'),
      '#thread': source('pool/thread.node.ts'),
    },
  },
  test: {
    include: ['{src,conformance,bench,fixtures,scripts}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
