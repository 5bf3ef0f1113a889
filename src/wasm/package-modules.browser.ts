/**
 * The modules that come with npm packages, by the name that their codec lists. Each URL is a literal of its own: bundlers
 * find the file by it, copy it, and put the final address in its place. Keep in step with the table for Node.js.
 */
export const packageModules: Readonly<Record<string, () => URL>> = {
  charls: () => new URL('@cornerstonejs/codec-charls/decodewasm', import.meta.url),
  'libjpeg-turbo-8bit': () => new URL('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasm', import.meta.url),
  libjxl: () => new URL('@cornerstonejs/codec-libjxl/decodewasm', import.meta.url),
  openjpeg: () => new URL('@cornerstonejs/codec-openjpeg/decodewasm', import.meta.url),
  openjph: () => new URL('@cornerstonejs/codec-openjph/wasm', import.meta.url),
};
