// The bench inside a page: makes contenders of a frame that is served beside it, and takes their turns when told to.
import { cineloopContenders } from '../cineloop.js';
import type { Contender, Output } from '../contender.js';
import type { PageBench } from './page-bench.js';
import { PAGE_PEERS } from './page-peers.js';

let contenders: Contender[] = [];

async function sha256(samples: Output): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', samples as ArrayBufferView<ArrayBuffer>);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const bench: PageBench = {
  async prepare({ url, transferSyntax, attributes, colour, sha256: expected, peers }) {
    const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
    const frame = { bytes, attributes, sha256: expected };
    const others = await Promise.all(
      peers.map(async (name) => {
        const decode = await PAGE_PEERS[name]!();
        return { name, decode: () => decode(frame) };
      }),
    );
    contenders = [...(await cineloopContenders(frame, transferSyntax, colour)), ...others];
    const hashes: string[] = [];
    for (const { decode } of contenders) hashes.push(await sha256(await decode()));
    return hashes;
  },
  async turn(index, count) {
    const contender = contenders[index]!;
    const begin = performance.now();
    for (let decoded = 0; decoded < count; decoded += 1) await contender.decode();
    return (performance.now() - begin) / count;
  },
};

Object.assign(globalThis, { bench });
