import { expect, it } from 'vitest';
import { encodeJpeg2000 } from '../../fixtures/generate/package-encoders.js';
import { Kernel } from '../wasm/kernel.js';
import { moduleOf } from '../wasm/modules.js';
import { decodeTo, selfDescribed } from './codec.test-support.js';
import { jpeg2000Decoder } from './jpeg-2000.js';

/** As many as SIZ can say (ITU-T T.800 A.5.1). */
const COMPONENTS = 16_384;
const SIDE = 4;

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
