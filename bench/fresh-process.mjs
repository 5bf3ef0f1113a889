// One decoder in a process of its own: how long from loading it to the first frame, and how much memory it takes. Plain
// JavaScript, so that nothing but Node.js and the decoder is in the process. Reads its task from the first argument, prints
// one line of JSON.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const task = JSON.parse(process.argv[2]);
const { build, moduleName, transferSyntax, attributes, frames } = task;
const bytes = new Uint8Array(readFileSync(task.path));
const require = createRequire(import.meta.url);

// Every WebAssembly memory in the process, whoever made it.
const memories = new Set();
const note = (instance) => {
  for (const item of Object.values(instance.exports))
    if (item instanceof WebAssembly.Memory) memories.add(item);
};
const { Instance, instantiate } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(...args) {
    super(...args);
    note(this);
  }
};
WebAssembly.instantiate = async (...args) => {
  const result = await instantiate(...args);
  note(result.instance ?? result);
  return result;
};

/** The decoders as peers/ calls them; a viewer does not delete those of HTJ2K, so neither does this. */
async function load() {
  if (build !== undefined) {
    const { default: factory } = await import(`${build.package}/${build.script}`);
    const wasmBinary = readFileSync(require.resolve(`${build.package}/${build.wasm}`));
    const module = await factory({ wasmBinary, print: () => {} });
    const newDecoder = () => new module[build.decoder]();
    const shared = build.fresh ? undefined : newDecoder();
    return () => {
      const decoder = shared ?? newDecoder();
      decoder.getEncodedBuffer(bytes.length).set(bytes);
      decoder.decode();
      return Uint8Array.from(decoder.getDecodedBuffer());
    };
  }
  if (moduleName !== undefined) {
    const { Decoder } = await import(moduleName);
    const bytesPerSample = attributes.bitsAllocated <= 8 ? 1 : 2;
    return () => new Decoder().decode(bytes.buffer, bytes.byteOffset, bytes.length, bytesPerSample);
  }
  const { decodeFrame } = await import('cineloop');
  return () => decodeFrame(bytes, transferSyntax, attributes, { workers: 0 });
}

const before = process.memoryUsage.rss();
const begin = performance.now();
const decode = await load();
await decode();
const firstFrame = performance.now() - begin;
// Not the system's own peak: on Linux that begins with the memory of the process that started this one.
let rssPeak = process.memoryUsage.rss();
for (let frame = 1; frame < frames; frame += 1) {
  await decode();
  rssPeak = Math.max(rssPeak, process.memoryUsage.rss());
}
console.log(
  JSON.stringify({
    firstFrame,
    rssBefore: before,
    rssPeak,
    wasm: [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0),
  }),
);
