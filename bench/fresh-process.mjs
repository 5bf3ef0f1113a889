// One decoder in a process of its own: how long it takes to load, how long from there to the first frame, and how much
// memory it takes. Plain
// JavaScript, so that nothing but Node.js and the decoder is in the process. Reads its task from the first argument, prints
// one line of JSON.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const task = JSON.parse(process.argv[2]);
const { build, moduleName, transferSyntax, attributes, frames, engine } = task;
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

/** Milliseconds since `begin`: by the clock, and of processor, all threads that compile included. */
function since({ clock, processor }) {
  const { user, system } = process.cpuUsage(processor);
  return { clock: performance.now() - clock, processor: (user + system) / 1000 };
}

const now = () => ({ clock: performance.now(), processor: process.cpuUsage() });

/** Loads the script of a decoder, and gives what begins it: the decoders as peers/ calls them, those of HTJ2K never deleted. */
async function load() {
  if (build !== undefined) {
    const { default: factory } = await import(`${build.package}/${build.script}`);
    return async () => {
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
    };
  }
  if (moduleName !== undefined) {
    const { Decoder } = await import(moduleName);
    const bytesPerSample = attributes.bitsAllocated <= 8 ? 1 : 2;
    return () => () => new Decoder().decode(bytes.buffer, bytes.byteOffset, bytes.length, bytesPerSample);
  }
  const { decodeFrame } = await import('cineloop');
  return () => () => decodeFrame(bytes, transferSyntax, attributes, { workers: 0, engine });
}

const rssBefore = process.memoryUsage.rss();
const begin = now();
const start = await load();
const loaded = since(begin);
const loadedAt = now();
const decode = await start();
await decode();
const first = since(loadedAt);
// Not the system's own peak: on Linux that begins with the memory of the process that started this one.
let rssPeak = process.memoryUsage.rss();
for (let frame = 1; frame < frames; frame += 1) {
  await decode();
  rssPeak = Math.max(rssPeak, process.memoryUsage.rss());
}
const wasm = [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
console.log(JSON.stringify({ loaded, first, rssBefore, rssPeak, wasm }));
