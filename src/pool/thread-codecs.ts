import type { Codec } from '../codecs/codec.js';
import { type CodecRegistry, createRegistry } from '../codecs/registry.js';
import { WorkerFailure } from '../errors.js';

let registry: CodecRegistry | undefined;

/** The codecs of this thread, whichever it is; made when first asked for. */
export function threadCodecs(): CodecRegistry {
  registry ??= createRegistry();
  return registry;
}

/**
 * Registers the codec that a module exports as its default.
 * @param url absolute: what it would be relative to is another file in a worker
 * @throws WorkerFailure when the module cannot be loaded or has no such export
 */
export async function registerFrom(url: string): Promise<void> {
  let module: { default?: unknown };
  try {
    module = await import(/* @vite-ignore */ /* webpackIgnore: true */ url);
  } catch (cause) {
    throw new WorkerFailure(`The codec module ${url} cannot be loaded.`, { cause });
  }
  const codec = module.default;
  if (!isCodec(codec)) throw new WorkerFailure(`The default export of ${url} is no codec.`);
  threadCodecs().register(codec);
}

function isCodec(value: unknown): value is Codec {
  const codec = value as Partial<Codec> | null | undefined;
  return (
    typeof codec?.name === 'string' &&
    Array.isArray(codec.transferSyntaxes) &&
    Array.isArray(codec.modules) &&
    typeof codec.load === 'function'
  );
}
