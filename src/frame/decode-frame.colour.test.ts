import { describe, expect, it } from 'vitest';
import { CodecRegistry } from '../codecs/registry.js';
import { decodeEncodedFrame } from './decode-frame.js';
import { colour8, decode, decodeNative, rgbOf, ybr } from './decode-frame.test-support.js';
import { attributesOf, codecOf, codestreamOf, TEST_SYNTAX } from './frame.test-support.js';

const colourStream = { columns: 2, samplesPerPixel: 3, bitsPerSample: 8, bytesPerSample: 1 } as const;

describe('pitfall 9: what the components of a JPEG are', () => {
  const samples = () => Uint8Array.from(ybr.flat());

  it('is what the codestream says, else what the dataset says', async () => {
    const says = await decode(samples(), {
      attributes: { ...colour8, photometricInterpretation: 'RGB' },
      codestream: { ...colourStream, photometricInterpretation: 'YBR_FULL' },
    });
    expect(says.photometricInterpretation).toBe('YBR_FULL');
    expect(says.mismatches).toEqual([
      { attribute: 'photometricInterpretation', dataset: 'RGB', codestream: 'YBR_FULL' },
    ]);
    const silent = await decode(samples(), {
      attributes: { ...colour8, photometricInterpretation: 'RGB' },
      codestream: colourStream,
    });
    expect(silent.photometricInterpretation).toBe('RGB');
    expect(silent.mismatches).toEqual([]);
  });

  it('follows the conversion', async () => {
    const sides = {
      attributes: { ...colour8, photometricInterpretation: 'YBR_FULL_422' },
      codestream: { ...colourStream, photometricInterpretation: 'YBR_FULL' },
    };
    const stored = await decode(samples(), sides);
    expect(stored.photometricInterpretation).toBe('YBR_FULL');
    expect(stored.samples).toEqual(samples());
    expect(stored.mismatches).toEqual([]);
    const rgb = await decode(samples(), sides, { colour: 'rgb' });
    expect(rgb.photometricInterpretation).toBe('RGB');
    expect([...rgb.samples]).toEqual(ybr.flatMap((pixel) => rgbOf(pixel)));
  });

  it('is left to a codec that asks for it, where YBR_FULL is to become RGB', async () => {
    const answers: (boolean | undefined)[] = [];
    const marks = samples().map((_, index) => 200 + index);
    async function ask(photometricInterpretation: string, colour: 'rgb' | 'stored') {
      const codestream = codestreamOf({ ...colourStream, photometricInterpretation });
      const registry = new CodecRegistry();
      registry.register(
        codecOf(codestream, {
          load: async () => ({
            decode(_frame, { allocate, wantsRgb }) {
              const memory = allocate(codestream);
              answers.push(wantsRgb?.());
              memory.set(marks);
              return codestream;
            },
          }),
        }),
      );
      const attributes = attributesOf({ ...colour8, photometricInterpretation });
      const frame = { bytes: samples(), transferSyntax: TEST_SYNTAX, attributes };
      return decodeEncodedFrame(frame, { registry, colour });
    }
    const converted = await ask('YBR_FULL', 'rgb');
    expect(converted.photometricInterpretation).toBe('RGB');
    // What the codec has written is not converted once more.
    expect(converted.samples).toEqual(marks);
    await ask('YBR_FULL', 'stored');
    await ask('RGB', 'rgb');
    expect(answers).toEqual([true, false, false]);
  });

  it('can be said by the caller', async () => {
    const sides = {
      attributes: { ...colour8, photometricInterpretation: 'RGB' },
      codestream: colourStream,
    };
    const request = { photometricInterpretation: 'YBR_FULL_422', colour: 'rgb' } as const;
    const frame = await decode(samples(), sides, request);
    expect([...frame.samples]).toEqual(ybr.flatMap((pixel) => rgbOf(pixel)));
  });
});

describe('pitfall 10: native YBR_FULL_422', () => {
  const odd = { ...colour8, columns: 3, rows: 2, photometricInterpretation: 'YBR_FULL_422' };

  it('with two bytes per pixel, an odd last column in a pair of its own', async () => {
    // Y1 Y2 CB CR for each pair; the second pair of a row has one pixel.
    const bytes = Uint8Array.of(
      ...[10, 11, 50, 60],
      ...[12, 0, 51, 61],
      ...[20, 21, 52, 62],
      ...[22, 0, 53, 63],
    );
    const frame = await decodeNative(bytes, odd);
    expect(frame.photometricInterpretation).toBe('YBR_FULL');
    expect([...frame.samples]).toEqual([
      10, 50, 60, 11, 50, 60, 12, 51, 61, 20, 52, 62, 21, 52, 62, 22, 53, 63,
    ]);
    expect(frame.mismatches).toEqual([]);
  });

  it('with three bytes per pixel, which is told', async () => {
    const bytes = Uint8Array.from({ length: 18 }, (_, i) => 3 * i);
    const frame = await decodeNative(bytes, { ...odd, columns: 2, rows: 3 });
    expect([...frame.samples]).toEqual([...bytes]);
    expect(frame.mismatches).toEqual([{ attribute: 'pixelDataLength', dataset: 12, codestream: 18 }]);
  });
});

describe('pitfall 11: YBR that is RGB, and YBR that is not', () => {
  const samples = Uint8Array.from(ybr.flat());

  it.each(['YBR_ICT', 'YBR_RCT'])('%s is RGB after decoding', async (photometricInterpretation) => {
    const frame = await decode(
      samples,
      { attributes: { ...colour8, photometricInterpretation }, codestream: colourStream },
      { colour: 'rgb' },
    );
    expect(frame.photometricInterpretation).toBe('RGB');
    expect(frame.samples).toEqual(samples);
    expect(frame.mismatches).toEqual([]);
  });

  it('YBR_FULL without a component transform is still to be converted', async () => {
    const frame = await decode(
      samples,
      { attributes: { ...colour8, photometricInterpretation: 'YBR_FULL' }, codestream: colourStream },
      { colour: 'rgb' },
    );
    expect([...frame.samples]).toEqual(ybr.flatMap((pixel) => rgbOf(pixel)));
  });

  it('YBR_FULL with a component transform is RGB, and that is told', async () => {
    const frame = await decode(samples, {
      attributes: { ...colour8, photometricInterpretation: 'YBR_FULL' },
      codestream: { ...colourStream, photometricInterpretation: 'RGB' },
    });
    expect(frame.photometricInterpretation).toBe('RGB');
    expect(frame.mismatches).toEqual([
      { attribute: 'photometricInterpretation', dataset: 'YBR_FULL', codestream: 'RGB' },
    ]);
  });

  it.each(['YBR_PARTIAL_422', 'YBR_PARTIAL_420'])(
    '%s has Y from 16 to 235, C from 16 to 240',
    async (name) => {
      const frame = await decode(
        Uint8Array.of(16, 128, 128, 235, 128, 128),
        { attributes: { ...colour8, photometricInterpretation: name }, codestream: colourStream },
        { colour: 'rgb' },
      );
      expect(frame.samples).toEqual(Uint8Array.of(0, 0, 0, 255, 255, 255));
    },
  );

  it('16-bit YBR_FULL is centred on the middle of its own range', async () => {
    const attributes = {
      ...colour8,
      bitsAllocated: 16,
      bitsStored: 12,
      highBit: 11,
      photometricInterpretation: 'YBR_FULL',
    };
    const codestream = { ...colourStream, bitsPerSample: 12, bytesPerSample: 2 } as const;
    const frame = await decode(
      Uint16Array.of(1000, 2048, 2048, 4000, 2048, 2048),
      { attributes, codestream },
      { colour: 'rgb' },
    );
    expect(frame.samples).toEqual(Uint16Array.of(1000, 1000, 1000, 4000, 4000, 4000));
    const eight = await decode(
      Uint8Array.from(ybr.flat()),
      { attributes: { ...attributes, bitsStored: 8, highBit: 7 }, codestream: colourStream },
      { colour: 'rgb' },
    );
    expect(eight.samples).toEqual(Uint16Array.from(ybr.flatMap((pixel) => rgbOf(pixel))));
  });

  it('what no conversion is known for is refused by name', async () => {
    const sides = { attributes: { ...colour8, photometricInterpretation: 'HSV' }, codestream: colourStream };
    await expect(decode(samples, sides, { colour: 'rgb' })).rejects.toMatchObject({
      tag: 'UnsupportedFeature',
      feature: expect.stringContaining('HSV'),
    });
    expect((await decode(samples, sides)).photometricInterpretation).toBe('HSV');
  });
});

describe('PALETTE COLOR', () => {
  const table = (...entries: number[]) => ({ firstMapped: 1, bits: 8, entries: Uint16Array.from(entries) });
  const palette = { bits: 8, red: table(10, 11), green: table(20, 21), blue: table(30, 31) } as const;
  const sides = {
    attributes: { bitsAllocated: 8, bitsStored: 8, highBit: 7, photometricInterpretation: 'PALETTE COLOR' },
    codestream: { bitsPerSample: 8, bytesPerSample: 1 },
  } as const;

  it('stays an index as it is stored, and becomes RGB through the palette', async () => {
    const samples = Uint8Array.of(0, 1, 2, 200);
    const stored = await decode(samples, sides, { palette });
    expect(stored.samples).toEqual(samples);
    expect(stored.photometricInterpretation).toBe('PALETTE COLOR');
    const rgb = await decode(samples, sides, { palette, colour: 'rgb' });
    expect([...rgb.samples]).toEqual([10, 20, 30, 10, 20, 30, 11, 21, 31, 11, 21, 31]);
    expect(rgb).toMatchObject({
      samplesPerPixel: 3,
      bitsStored: 8,
      signed: false,
      photometricInterpretation: 'RGB',
    });
  });

  it('has 16-bit colours where the palette has, and fills an array of the caller', async () => {
    const wide = {
      bits: 16,
      red: { ...table(0x1234), bits: 16 },
      green: { ...table(0xffff), bits: 16 },
      blue: { ...table(0), bits: 16 },
    } as const;
    const into = new Uint16Array(12);
    const frame = await decode(Uint8Array.of(0, 1, 2, 3), sides, { palette: wide, colour: 'rgb', into });
    expect(frame.samples).toBe(into);
    expect([...into]).toEqual([0x1234, 0xffff, 0, 0x1234, 0xffff, 0, 0x1234, 0xffff, 0, 0x1234, 0xffff, 0]);
  });

  it('needs the palette', async () => {
    await expect(decode(Uint8Array.of(0, 1, 2, 3), sides, { colour: 'rgb' })).rejects.toMatchObject({
      tag: 'MissingAttribute',
      element: '00281201',
    });
  });
});
