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
