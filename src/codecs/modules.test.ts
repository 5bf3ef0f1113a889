import { expect, test } from 'vitest';
import { TRANSFER_SYNTAXES } from '../dicom/transfer-syntaxes.js';
import { moduleOf } from '../wasm/modules.js';
import { createRegistry } from './registry.js';

const registry = createRegistry();
const codecs = new Set(TRANSFER_SYNTAXES.flatMap(({ uid }) => registry.codecsFor(uid)));

test.each([...codecs].map((codec) => [codec.name, codec] as const))(
  '%s has its modules and its code',
  async (_, codec) => {
    for (const name of codec.modules) expect(await moduleOf(name)).toBeInstanceOf(WebAssembly.Module);
    expect(await registry.load(codec)).toHaveProperty('decode');
  },
);
