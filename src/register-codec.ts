import type { Codec } from './codecs/codec.js';
import { threadCodecs } from './pool/thread-codecs.js';

const registeredHere = new Set<Codec>();

/**
 * Adds a codec. For the transfer syntaxes that it lists it is preferred from now on; `engine` chooses it by name or
 * another.
 *
 * Its functions do not cross threads: frames that it decodes are decoded on the calling thread, whatever pool is named.
 * For workers put it into a module of its own, as the default export, and hand the module's URL to
 * `createPool({ codecs: [url] })`.
 * @throws TypeError when another codec has this name
 * @example
 * registerCodec({
 *   name: 'inverting',
 *   transferSyntaxes: ['2.25.191919'],
 *   modules: [],
 *   load: async () => ({
 *     decode({ bytes, attributes: { rows, columns } }, { allocate }) {
 *       const codestream = { rows, columns, samplesPerPixel: 1, bitsPerSample: 8, bytesPerSample: 1 };
 *       allocate(codestream).set(bytes.map((byte) => 255 - byte));
 *       return codestream;
 *     },
 *   }),
 * });
 * const { samples, engine } = await decodeFrame(Uint8Array.of(0, 1, 2), '2.25.191919', {
 *   rows: 1,
 *   columns: 3,
 *   samplesPerPixel: 1,
 *   bitsAllocated: 8,
 *   bitsStored: 8,
 *   pixelRepresentation: 0,
 *   photometricInterpretation: 'MONOCHROME2',
 * });
 * assert.deepEqual([...samples, engine], [255, 254, 253, 'inverting']);
 */
export function registerCodec(codec: Codec): void {
  threadCodecs().register(codec);
  registeredHere.add(codec);
}

/** Whether a frame will be decoded by a codec that only the calling thread has. */
export function isRegisteredHere(transferSyntax: string, engine: string | undefined): boolean {
  if (registeredHere.size === 0) return false;
  const codecs = threadCodecs();
  const codec = engine === undefined ? codecs.codecsFor(transferSyntax)[0] : codecs.get(engine);
  return codec !== undefined && registeredHere.has(codec);
}
