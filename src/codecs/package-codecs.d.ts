// The packages bring no types. What a module holds is declared in the file of its codec.

declare module '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs' {
  const factory: import('../wasm/emscripten.js').EmscriptenFactory;
  export default factory;
}

declare module '@cornerstonejs/codec-charls/decodewasmjs' {
  const factory: import('../wasm/emscripten.js').EmscriptenFactory;
  export default factory;
}

declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  const factory: import('../wasm/emscripten.js').EmscriptenFactory;
  export default factory;
}

declare module '@cornerstonejs/codec-openjph/wasmjs' {
  const factory: import('../wasm/emscripten.js').EmscriptenFactory;
  export default factory;
}

declare module '@cornerstonejs/codec-libjxl/decodewasmjs' {
  const factory: import('../wasm/emscripten.js').EmscriptenFactory;
  export default factory;
}
