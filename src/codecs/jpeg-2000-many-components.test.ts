import { expect, it } from 'vitest';
import { encodeJpeg2000 } from '../../fixtures/generate/package-encoders.js';
import { Kernel } from '../wasm/kernel.js';
import type { KernelExports } from '../wasm/kernel-instance.js';
import { moduleOf } from '../wasm/modules.js';
import { decodeTo, selfDescribed } from './codec.test-support.js';
import { jpeg2000Decoder } from './jpeg-2000.js';

/** As many as SIZ can say (ITU-T T.800 A.5.1). */
const COMPONENTS = 16_384;
const SIDE = 4;
/** `TruncatedJ2kHeaders` and `BadJ2kImageSize` of assembly/kernel/status.ts. */
const TRUNCATED_HEADERS = 129;
const BAD_IMAGE_SIZE = 133;

/** A stream of one component, `value` in its first pixel and less and less behind it, without decompositions. */
async function component(value: number) {
  const samples = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => value >> (i % 8));
  const picture = {
    rows: SIDE,
    columns: SIDE,
    samplesPerPixel: 1,
    bitsStored: 8,
    frames: [samples],
  } as const;
  const { frames } = await encodeJpeg2000(picture, { decompositions: 0 });
  return { samples, stream: Buffer.from(frames[0]!) };
}

/** One codestream of the packets of all, in LRCP: one layer, one resolution, component by component. */
function joined(streams: readonly Buffer[]): Uint8Array {
  const [first] = streams as [Buffer];
  const sot = first.indexOf('ff90000a', 0, 'hex');
  const siz = Buffer.from(first.subarray(0, 2 + 2 + 38));
  siz.writeUInt16BE(38 + 3 * streams.length, 4);
  siz.writeUInt16BE(streams.length, 40);
  const entries = Buffer.concat(streams.map(() => first.subarray(42, 45)));
  const packets = streams.map((stream) => stream.subarray(stream.indexOf('ff93', sot, 'hex') + 2, -2));
  const tilePart = Buffer.concat([first.subarray(sot, sot + 12), Buffer.of(0xff, 0x93), ...packets]);
  tilePart.writeUInt32BE(tilePart.length, 6);
  return Uint8Array.from(
    Buffer.concat([siz, entries, first.subarray(45, sot), tilePart, Buffer.of(0xff, 0xd9)]),
  );
}

it(`decodes ${COMPONENTS} components in some kilobytes for each`, async () => {
  const values = await Promise.all(Array.from({ length: 256 }, (_, value) => component(value)));
  const all = Array.from({ length: COMPONENTS }, (_, c) => values[(c * 7 + (c >> 8)) % 256]!);
  const kernel = new Kernel('jpeg-2000', await moduleOf('jpeg-2000'));
  const bytes = joined(all.map(({ stream }) => stream));
  const decoded = await decodeTo(jpeg2000Decoder(kernel), selfDescribed(bytes, 90));
  expect(decoded.codestream.samplesPerPixel).toBe(COMPONENTS);
  const expected = new Uint8Array(SIDE * SIDE * COMPONENTS);
  for (let i = 0; i < SIDE * SIDE; i++) {
    for (let c = 0; c < COMPONENTS; c++) expected[i * COMPONENTS + c] = all[c]!.samples[i]!;
  }
  expect(Buffer.compare(decoded.bytes, expected)).toBe(0);
  expect(kernel.heldBytes / COMPONENTS).toBeLessThan(4_096);
});

it('looks for the coding style of many components only behind a main header that is whole', async () => {
  const { stream } = await component(200);
  const cod = stream.indexOf('ff52', 0, 'hex');
  // SIZ that announces CAP (T.814), COD of the 9-7 filter; QCD is cut off.
  const siz = Buffer.from(stream.subarray(0, 45));
  siz.writeUInt16BE(0x4000, 6);
  const style = Buffer.from(stream.subarray(cod, cod + 14));
  style[13] = 0;
  // More components than the others' coding style has memory for, and an image of no size.
  const all = Buffer.concat([siz, Buffer.alloc(3 * (COMPONENTS - 1), siz.subarray(42))]);
  all.writeUInt16BE(38 + 3 * COMPONENTS, 4);
  all.writeUInt32BE(0, 8);
  all.writeUInt16BE(COMPONENTS, 40);

  const { exports } = new WebAssembly.Instance(await moduleOf('jpeg-2000'));
  const { memory, parameters, begin, arrived, open } = exports as unknown as KernelExports;
  const answerTo = (bytes: Uint8Array, room: number) => {
    const address = begin(room);
    new Int32Array(memory.buffer, parameters.value).set([1, 0, 0, 0, 0, 0, 65_535], 9);
    new Uint8Array(memory.buffer).set(bytes, address);
    arrived?.(bytes.length);
    return open();
  };
  expect(answerTo(Buffer.concat([siz, style]), 8_000_000)).toBe(TRUNCATED_HEADERS);
  expect(answerTo(all, all.length)).toBe(BAD_IMAGE_SIZE);
});
