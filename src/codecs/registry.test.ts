import { describe, expect, it, vi } from 'vitest';
import { UnknownTransferSyntax, UnsupportedFeature } from '../errors.js';
import type { Codec, Decoder } from './codec.js';
import { selfDescribed } from './codec.test-support.js';
import { jpegLossless } from './jpeg-lossless.js';
import { libjpegTurbo } from './libjpeg-turbo.js';
import { CodecRegistry, createRegistry } from './registry.js';

const decoder: Decoder = { decode: () => Promise.reject(new Error('not called')) };

function codec(name: string, more: Partial<Codec> = {}): Codec {
  return {
    name,
    transferSyntaxes: ['1.2.840.10008.1.2.4.90'],
    modules: [],
    load: async () => decoder,
    ...more,
  };
}

function registryOf(...codecs: readonly Codec[]): CodecRegistry {
  const registry = new CodecRegistry();
  for (const each of codecs) registry.register(each);
  return registry;
}

/** The headers of a JPEG stream of one component, 16 by 16 samples, up to the scan header (ITU-T T.81 B.2). */
function jpegHeaders(startOfFrame: number, precision = 8, components = 1): Uint8Array {
  const each = Array.from({ length: components }, (_, index) => [index + 1, 0x11, 0]).flat();
  const frame = [0xff, 0xc0 + startOfFrame, 0, 8 + each.length, precision, 0, 16, 0, 16, components, ...each];
  return Uint8Array.from([0xff, 0xd8, ...frame, 0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0, 0x55, 0xff, 0xd9]);
}

async function engineName(registry: CodecRegistry, frame: ReturnType<typeof selfDescribed>): Promise<string> {
  return (await registry.engineFor(frame)).codec.name;
}

const nothing = new Uint8Array(0);

describe('CodecRegistry', () => {
  it('prefers the codec that was registered last', async () => {
    const registry = registryOf(codec('first'), codec('second'));
    expect(registry.codecsFor('1.2.840.10008.1.2.4.90').map(({ name }) => name)).toEqual(['second', 'first']);
    expect((await registry.engineFor(selfDescribed(nothing, 90))).codec.name).toBe('second');
  });

  it('offers codecs whose streams are misfiled under a transfer syntax after those that belong there', () => {
    const other = codec('other', { transferSyntaxes: [], misfiledUnder: ['1.2.840.10008.1.2.4.90'] });
    const registry = registryOf(codec('proper'), other);
    expect(registry.codecsFor('1.2.840.10008.1.2.4.90').map(({ name }) => name)).toEqual(['proper', 'other']);
  });

  it('takes a name once, the same object any number of times', () => {
    const own = codec('own');
    const registry = registryOf(own, own);
    expect(registry.codecsFor('1.2.840.10008.1.2.4.90')).toHaveLength(1);
    expect(() => registry.register(codec('own'))).toThrow(TypeError);
  });

  it('loads a codec once, and again after a load that failed', async () => {
    const load = vi
      .fn<Codec['load']>()
      .mockRejectedValueOnce(new Error('offline'))
      .mockResolvedValue(decoder);
    const registry = registryOf(codec('own', { load }));
    await expect(registry.engineFor(selfDescribed(nothing, 90))).rejects.toThrow('offline');
    const engines = await Promise.all([1, 2, 3].map(() => registry.engineFor(selfDescribed(nothing, 90))));
    expect(engines.map((engine) => engine.decoder)).toEqual([decoder, decoder, decoder]);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('passes a codec over that refuses the frame, and says what the preferred one refused if all do', async () => {
    const blind = codec('blind', { refusal: () => 'everything' });
    const registry = registryOf(codec('willing'), blind);
    expect((await registry.engineFor(selfDescribed(nothing, 90))).codec.name).toBe('willing');
    await expect(registry.engineFor(selfDescribed(nothing, 90), 'blind')).rejects.toMatchObject({
      tag: 'UnsupportedFeature',
      engine: 'blind',
      feature: 'everything',
    });
  });

  it('lists the choices where the engine asked for is not known or not for this transfer syntax', async () => {
    const registry = registryOf(codec('a'), codec('b'), codec('c', { transferSyntaxes: [] }));
    for (const name of ['c', 'nobody']) {
      const failure = await registry
        .engineFor(selfDescribed(nothing, 90), name)
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(UnsupportedFeature);
      expect(String(failure)).toMatch(/choose b, a;/);
    }
  });
});

describe('the choice between JPEG codecs', () => {
  const registry = registryOf(libjpegTurbo, jpegLossless);

  it.each([
    ['.50', 50, jpegHeaders(0), 'libjpeg-turbo'],
    ['.51, 8 bits', 51, jpegHeaders(1), 'libjpeg-turbo'],
    ['.55', 55, jpegHeaders(2), 'libjpeg-turbo'],
    ['.70', 70, jpegHeaders(3, 16), 'cineloop-jpeg-lossless'],
    ['a baseline stream under .70', 70, jpegHeaders(0), 'libjpeg-turbo'],
    ['a lossless stream under .50', 50, jpegHeaders(3, 12), 'cineloop-jpeg-lossless'],
  ])('chooses by the SOF marker: %s', async (_, number, bytes, name) => {
    expect(await engineName(registry, selfDescribed(bytes, number))).toBe(name);
  });

  it.each([
    ['12 bits', 51, jpegHeaders(1, 12), 'JPEG extended sequential DCT, Huffman coding, 12 bits'],
    ['a differential frame', 50, jpegHeaders(13), 'JPEG differential sequential DCT, arithmetic coding'],
    [
      'a differential frame where it belongs',
      52,
      jpegHeaders(13),
      'JPEG differential sequential DCT, arithmetic coding',
    ],
    ['four components', 50, jpegHeaders(0, 8, 4), 'JPEG of 4 components'],
  ])('names what none of them decodes: %s', async (_, number, bytes, feature) => {
    await expect(engineName(registry, selfDescribed(bytes, number))).rejects.toMatchObject({
      tag: 'UnsupportedFeature',
      feature,
    });
  });
});

describe('createRegistry', () => {
  it('tells a transfer syntax without a codec from one that nobody knows', async () => {
    await expect(engineName(createRegistry(), selfDescribed(nothing, 102))).rejects.toMatchObject({
      tag: 'UnsupportedFeature',
      feature: expect.stringContaining('H.264'),
    });
    const unknown = { ...selfDescribed(nothing, 0), transferSyntax: '1.2.3.4' };
    await expect(engineName(createRegistry(), unknown)).rejects.toBeInstanceOf(UnknownTransferSyntax);
  });

  it('puts the codecs that belong to a transfer syntax before those that are misfiled under it', () => {
    const engines = (number: number) =>
      createRegistry()
        .codecsFor(`1.2.840.10008.1.2.4.${number}`)
        .map(({ name }) => name);
    expect(engines(201)).toEqual(expect.arrayContaining(['openjph', 'openjpeg']));
    expect(engines(201).indexOf('openjph')).toBeLessThan(engines(201).indexOf('openjpeg'));
    expect(engines(90).indexOf('openjpeg')).toBeLessThan(engines(90).indexOf('openjph'));
  });

  it('has names that are its own for all codecs', () => {
    const registry = createRegistry();
    for (const uid of ['50', '70', '80', '90', '110', '201'].map(
      (number) => `1.2.840.10008.1.2.4.${number}`,
    )) {
      for (const each of registry.codecsFor(uid)) expect(registry.get(each.name)).toBe(each);
    }
  });
});
