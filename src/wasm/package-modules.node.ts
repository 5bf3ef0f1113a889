import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** Where the WebAssembly module of a package is, found as Node.js finds packages, wherever they were installed to. */
const resolve = (specifier: string): URL => pathToFileURL(createRequire(import.meta.url).resolve(specifier));

/** The modules that come with npm packages, by the name that their codec lists. Keep in step with the browser's table. */
export const packageModules: Readonly<Record<string, () => URL>> = {
  charls: () => resolve('@cornerstonejs/codec-charls/decodewasm'),
  'libjpeg-turbo-8bit': () => resolve('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasm'),
  libjxl: () => resolve('@cornerstonejs/codec-libjxl/decodewasm'),
  openjpeg: () => resolve('@cornerstonejs/codec-openjpeg/decodewasm'),
  openjph: () => resolve('@cornerstonejs/codec-openjph/wasm'),
};
