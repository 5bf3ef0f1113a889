import { describe, expect, it } from 'vitest';
import { deflateFrame } from '../codecs/deflate-frame.js';
import { native } from '../codecs/native.js';
import { CodecRegistry } from '../codecs/registry.js';
import type { ImagePixel } from '../dicom/image-pixel.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { decodeEncodedFrame, type FrameRequest } from './decode-frame.js';
import { attributesOf, codecOf, codestreamOf, encodedFrame, TEST_SYNTAX } from './frame.test-support.js';

const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
const EXPLICIT_BIG_ENDIAN = '1.2.840.10008.1.2.2';

async function decode(
  samples: Parameters<typeof encodedFrame>[0],
  sides: Parameters<typeof encodedFrame>[1] = {},
  changes: Partial<FrameRequest> = {},
) {
  const { frame, request } = encodedFrame(samples, sides);
  return decodeEncodedFrame(frame, { ...request, ...changes });
}

/** A native frame through the native codec. */
async function decodeNative(
  bytes: Uint8Array,
  attributes: Partial<ImagePixel>,
  changes: Partial<FrameRequest> & { transferSyntax?: string; bitOffset?: number } = {},
) {
  const registry = new CodecRegistry();
  registry.register(native);
  const { transferSyntax = EXPLICIT_LITTLE_ENDIAN, bitOffset = 0, ...request } = changes;
  return decodeEncodedFrame(
    { bytes, bitOffset, transferSyntax, attributes: attributesOf({ pixelDataVr: 'OW', ...attributes }) },
    { registry, ...request },
  );
}

const bytesOf = (samples: ArrayBufferView) =>
  new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength).slice();

describe('the typed array', () => {
  const cases: [number, 0 | 1, string][] = [
    [1, 0, 'Uint8Array'],
    [8, 0, 'Uint8Array'],
    [8, 1, 'Int8Array'],
    [12, 0, 'Uint16Array'],
    [16, 0, 'Uint16Array'],
    [16, 1, 'Int16Array'],
    [24, 0, 'Uint32Array'],
    [24, 1, 'Int32Array'],
    [32, 0, 'Uint32Array'],
    [32, 1, 'Int32Array'],
    [40, 0, 'BigUint64Array'],
    [40, 1, 'BigInt64Array'],
    [64, 0, 'BigUint64Array'],
    [64, 1, 'BigInt64Array'],
  ];
  it.each(cases)('for Bits Allocated %i and Pixel Representation %i is a %s', async (bits, sign, name) => {
    const attributes = {
      bitsAllocated: bits,
      bitsStored: bits,
      highBit: bits - 1,
      pixelRepresentation: sign,
    };
    const frame = await decodeNative(new Uint8Array(4 * 8), attributes);
    expect(frame.samples.constructor.name).toBe(name);
    expect(frame.samples.length).toBe(4);
    expect(frame.signed).toBe(sign === 1);
  });

  it('does not depend on the values of the frame', async () => {
    const attributes = { pixelRepresentation: 1 } as const;
    const small = await decode(Int16Array.of(0, 1, 2, 3), { attributes });
    expect(small.samples).toEqual(Int16Array.of(0, 1, 2, 3));
  });
});

describe('pitfall 1: the codestream is followed, and every disagreement told', () => {
  it('says nothing where both agree', async () => {
    const frame = await decode(Uint16Array.of(1, 2, 3, 65535));
    expect(frame.samples).toEqual(Uint16Array.of(1, 2, 3, 65535));
    expect(frame.mismatches).toEqual([]);
    expect(frame.engine).toBe('test');
  });

  it('follows its rows and columns', async () => {
    const frame = await decode(Uint16Array.of(1, 2, 3, 4), { codestream: { rows: 2, columns: 2 } });
    expect([frame.rows, frame.columns]).toEqual([2, 2]);
    expect(frame.mismatches).toEqual([
      { attribute: 'rows', dataset: 1, codestream: 2 },
      { attribute: 'columns', dataset: 4, codestream: 2 },
    ]);
  });

  it('follows its components, and names what they are', async () => {
    const colour = await decode(Uint8Array.of(1, 2, 3), {
      attributes: { columns: 1, bitsAllocated: 8, bitsStored: 8, highBit: 7 },
      codestream: { columns: 1, samplesPerPixel: 3, bitsPerSample: 8, bytesPerSample: 1 },
    });
    expect(colour.samplesPerPixel).toBe(3);
    expect(colour.photometricInterpretation).toBe('RGB');
    expect(colour.mismatches).toEqual([
      { attribute: 'samplesPerPixel', dataset: 1, codestream: 3 },
      { attribute: 'photometricInterpretation', dataset: 'MONOCHROME2', codestream: 'RGB' },
    ]);

    const gray = await decode(Uint16Array.of(1, 2, 3, 4), {
      attributes: { samplesPerPixel: 3, photometricInterpretation: 'YBR_FULL_422' },
    });
    expect(gray.photometricInterpretation).toBe('MONOCHROME2');
    expect(gray.mismatches).toContainEqual({
      attribute: 'photometricInterpretation',
      dataset: 'YBR_FULL_422',
      codestream: 'MONOCHROME2',
    });
  });

  it('keeps samples that overshoot Bits Stored, as lossy coding at a higher precision gives them', async () => {
    const frame = await decode(Uint16Array.of(4095, 4096, 4100, 0), {
      attributes: { bitsStored: 12, highBit: 11 },
    });
    expect(frame.samples).toEqual(Uint16Array.of(4095, 4096, 4100, 0));
    expect(frame.bitsStored).toBe(16);
    expect(frame.mismatches).toEqual([{ attribute: 'bitsStored', dataset: 12, codestream: 16 }]);
  });

  it('takes a larger array than Bits Allocated asks for rather than losing bits', async () => {
    const frame = await decode(Uint16Array.of(0, 255, 256, 4095), {
      attributes: { bitsAllocated: 8, bitsStored: 8, highBit: 7 },
      codestream: { bitsPerSample: 12 },
    });
    expect(frame.samples).toEqual(Uint16Array.of(0, 255, 256, 4095));
    expect(frame.mismatches).toEqual([
      { attribute: 'bitsStored', dataset: 8, codestream: 12 },
      { attribute: 'bitsAllocated', dataset: 8, codestream: 16 },
    ]);
  });

  it('refuses integers where floating point was declared', async () => {
    const attributes = { pixelData: 'float', bitsAllocated: 32 } as const;
    await expect(decode(Uint16Array.of(1, 2, 3, 4), { attributes })).rejects.toMatchObject({
      tag: 'AttributeMismatch',
      transferSyntax: TEST_SYNTAX,
      engine: 'test',
    });
  });
});

describe('pitfall 2: the sign that JPEG 2000 lost', () => {
  it('reads an unsigned codestream again, at its own precision, where Pixel Representation is 1', async () => {
    // 13 bits: -2000 is 8192 - 2000 = 6192.
    const frame = await decode(Uint16Array.of(6192, 0, 4095, 4096), {
      attributes: { pixelRepresentation: 1, bitsStored: 16, highBit: 15 },
      codestream: { bitsPerSample: 13, signed: false },
    });
    expect(frame.samples).toEqual(Int16Array.of(-2000, 0, 4095, -4096));
    expect(frame.mismatches).toEqual([
      { attribute: 'pixelRepresentation', dataset: 1, codestream: 0 },
      { attribute: 'bitsStored', dataset: 16, codestream: 13 },
    ]);
  });

  it('reads a signed codestream again where Pixel Representation is 0', async () => {
    const frame = await decode(Int16Array.of(-1, -2048, 2047, 5), {
      attributes: { bitsStored: 12, highBit: 11 },
      codestream: { bitsPerSample: 12, signed: true },
    });
    expect(frame.samples).toEqual(Uint16Array.of(4095, 2048, 2047, 5));
    expect(frame.mismatches).toEqual([{ attribute: 'pixelRepresentation', dataset: 0, codestream: 1 }]);
  });
});

describe('pitfall 3: JPEG-LS carries no sign', () => {
  it('extends it from Bits Stored', async () => {
    const frame = await decode(Uint16Array.of(0x0fff, 0x0800, 0x07ff, 0xf800), {
      attributes: { pixelRepresentation: 1, bitsStored: 12, highBit: 11 },
    });
    expect(frame.samples).toEqual(Int16Array.of(-1, -2048, 2047, -2048));
  });

  it.each([6, 7])('from Bits Stored %i in 8', async (bitsStored) => {
    const most = 2 ** (bitsStored - 1) - 1;
    const frame = await decode(Uint8Array.of(most, most + 1, 2 * most + 1, 0), {
      attributes: { bitsAllocated: 8, bitsStored, highBit: bitsStored - 1, pixelRepresentation: 1 },
      codestream: { bitsPerSample: bitsStored, bytesPerSample: 1 },
    });
    expect(frame.samples).toEqual(Int8Array.of(most, -most - 1, -1, 0));
    expect(frame.mismatches).toEqual([]);
  });

  it('from 8 and fewer bits in 16', async () => {
    const signed = await decode(Uint8Array.of(127, 128, 255, 0), {
      attributes: { bitsStored: 8, highBit: 7, pixelRepresentation: 1 },
      codestream: { bitsPerSample: 8, bytesPerSample: 1 },
    });
    expect(signed.samples).toEqual(Int16Array.of(127, -128, -1, 0));
    const unsigned = await decode(Uint8Array.of(127, 128, 255, 0), {
      attributes: { bitsStored: 8, highBit: 7 },
      codestream: { bitsPerSample: 8, bytesPerSample: 1 },
    });
    expect(unsigned.samples).toEqual(Uint16Array.of(127, 128, 255, 0));
  });

  it('and leaves samples alone that were coded with fewer bits because they are small', async () => {
    const frame = await decode(Uint16Array.of(0x0fff, 0x0800, 1, 0), {
      attributes: { pixelRepresentation: 1 },
      codestream: { bitsPerSample: 12 },
    });
    expect(frame.samples).toEqual(Int16Array.of(0x0fff, 0x0800, 1, 0));
  });
});

describe('pitfall 4: more than 16 bits', () => {
  it('20 of 24 bits', async () => {
    const attributes = { bitsAllocated: 24, bitsStored: 20, highBit: 19 };
    const codestream = { bitsPerSample: 20, bytesPerSample: 4 } as const;
    const unsigned = await decode(Uint32Array.of(0, 1, 0x80000, 0xfffff), { attributes, codestream });
    expect(unsigned.samples).toEqual(Uint32Array.of(0, 1, 0x80000, 0xfffff));
    const signed = await decode(Uint32Array.of(0, 1, 0x80000, 0xfffff), {
      attributes: { ...attributes, pixelRepresentation: 1 },
      codestream: { ...codestream, signed: false },
    });
    expect(signed.samples).toEqual(Int32Array.of(0, 1, -0x80000, -1));
  });

  it('38 of 40 bits', async () => {
    const attributes = { bitsAllocated: 40, bitsStored: 38, highBit: 37 };
    const codestream = { bitsPerSample: 38, bytesPerSample: 8 } as const;
    const words = BigUint64Array.of(0n, 1n, 1n << 37n, (1n << 38n) - 1n);
    const unsigned = await decode(words, { attributes, codestream });
    expect(unsigned.samples).toEqual(words);
    const signed = await decode(words, { attributes: { ...attributes, pixelRepresentation: 1 }, codestream });
    expect(signed.samples).toEqual(BigInt64Array.of(0n, 1n, -(1n << 37n), -1n));
  });

  it('the whole of 32 and of 64 bits', async () => {
    const attributes = { bitsAllocated: 32, bitsStored: 32, highBit: 31 };
    const words = Uint32Array.of(0, 1, 0x80000000, 0xffffffff);
    const narrow = await decode(words, { attributes, codestream: { bitsPerSample: 32, bytesPerSample: 4 } });
    expect(narrow.samples).toEqual(words);
    const wide = await decode(BigUint64Array.of(0n, 1n, 1n << 63n, ~0n), {
      attributes: { bitsAllocated: 64, bitsStored: 64, highBit: 63, pixelRepresentation: 1 },
      codestream: { bitsPerSample: 64, bytesPerSample: 8 },
    });
    expect(wide.samples).toEqual(BigInt64Array.of(0n, 1n, -(1n << 63n), -1n));
  });

  it('narrow codestreams in wide containers', async () => {
    const attributes = { bitsAllocated: 32, bitsStored: 16, highBit: 15, pixelRepresentation: 1 } as const;
    const frame = await decode(Int16Array.of(-1, -32768, 32767, 0), {
      attributes,
      codestream: { signed: true },
    });
    expect(frame.samples).toEqual(Int32Array.of(-1, -32768, 32767, 0));
    const wide = await decode(Int16Array.of(-1, -32768, 32767, 0), {
      attributes: { ...attributes, bitsAllocated: 64 },
      codestream: { signed: true },
    });
    expect(wide.samples).toEqual(BigInt64Array.of(-1n, -32768n, 32767n, 0n));
  });

  it('one bit, a byte each', async () => {
    const frame = await decode(Uint8Array.of(1, 0, 1, 1), {
      attributes: { bitsAllocated: 1, bitsStored: 1, highBit: 0 },
      codestream: { bitsPerSample: 1, bytesPerSample: 1 },
    });
    expect(frame.samples).toEqual(Uint8Array.of(1, 0, 1, 1));
    expect(frame.mismatches).toEqual([]);
  });
});

describe('pitfall 5: unused bits', () => {
  it('are cleared above unsigned samples, and the sign extended above signed ones', async () => {
    const words = bytesOf(Uint16Array.of(0xf123, 0x0800, 0x07ff, 0xffff));
    const twelve = { bitsStored: 12, highBit: 11 };
    const unsigned = await decodeNative(words, twelve);
    expect(unsigned.samples).toEqual(Uint16Array.of(0x123, 0x800, 0x7ff, 0xfff));
    expect(unsigned.mismatches).toEqual([{ attribute: 'unusedBits', dataset: 0, codestream: '0xf000' }]);
    const signed = await decodeNative(words, { ...twelve, pixelRepresentation: 1 });
    expect(signed.samples).toEqual(Int16Array.of(0x123, -2048, 2047, -1));
  });

  it('are no disagreement where they are zeros, or copies of the sign, above negative samples', async () => {
    const frame = await decodeNative(bytesOf(Uint16Array.of(0x0fff, 0xf800, 0x0800, 0x07ff)), {
      bitsStored: 12,
      highBit: 11,
      pixelRepresentation: 1,
    });
    expect(frame.samples).toEqual(Int16Array.of(-1, -2048, -2048, 2047));
    expect(frame.mismatches).toEqual([]);
  });

  it('are shifted out below', async () => {
    const frame = await decodeNative(bytesOf(Uint16Array.of(0xfff0, 0x8000, 0x0010, 0x7ff0)), {
      bitsStored: 12,
      highBit: 15,
    });
    expect(frame.samples).toEqual(Uint16Array.of(4095, 2048, 1, 2047));
    const signed = await decodeNative(bytesOf(Uint16Array.of(0xfff0, 0x8000, 0x0010, 0x7ff0)), {
      bitsStored: 12,
      highBit: 15,
      pixelRepresentation: 1,
    });
    expect(signed.samples).toEqual(Int16Array.of(-1, -2048, 1, 2047));
  });

  it('are none where High Bit leaves no room for Bits Stored: those are read from the lowest bit on', async () => {
    const words = bytesOf(Uint16Array.of(0x0fff, 0x8000, 0x0010, 0x7ff0));
    const frame = await decodeNative(words, { bitsStored: 16, highBit: 11 });
    expect(frame.samples).toEqual(Uint16Array.of(0x0fff, 0x8000, 0x0010, 0x7ff0));
    expect(frame.mismatches).toEqual([{ attribute: 'highBit', dataset: 11, codestream: 15 }]);
  });

  it('are told only where they hold something: copies of the sign, or zeros, do not count', async () => {
    const frame = await decodeNative(bytesOf(Uint16Array.of(0xffff, 0x0fff, 0xf800, 0x0001)), {
      bitsStored: 12,
      highBit: 11,
      pixelRepresentation: 1,
    });
    expect(frame.samples).toEqual(Int16Array.of(-1, -1, -2048, 1));
    expect(frame.mismatches).toEqual([]);
  });

  it('give the overlays that are declared in them', async () => {
    const words = bytesOf(Uint16Array.of(0x1123, 0x2800, 0x37ff, 0x0fff));
    const overlays = [
      { group: 0x6000, rows: 1, columns: 4, bitPosition: 12 },
      { group: 0x6002, rows: 1, columns: 4, bitPosition: 13 },
    ];
    const frame = await decodeNative(words, { bitsStored: 12, highBit: 11 }, { overlays });
    expect(frame.samples).toEqual(Uint16Array.of(0x123, 0x800, 0x7ff, 0xfff));
    expect(frame.overlays).toEqual([
      { group: 0x6000, rows: 1, columns: 4, bits: Uint8Array.of(1, 0, 1, 0) },
      { group: 0x6002, rows: 1, columns: 4, bits: Uint8Array.of(0, 1, 1, 0) },
    ]);
    expect(frame.mismatches).toEqual([]);
  });

  it('give overlays through a codestream of whole words too, and bits nobody declared are told', async () => {
    const overlays = [{ group: 0x6000, rows: 1, columns: 4, bitPosition: 12 }];
    const frame = await decode(
      Uint16Array.of(0x1123, 0x8800, 0x17ff, 0x0fff),
      { attributes: { bitsStored: 12, highBit: 11 } },
      { overlays },
    );
    expect(frame.samples).toEqual(Uint16Array.of(0x123, 0x800, 0x7ff, 0xfff));
    expect(frame.overlays[0]?.bits).toEqual(Uint8Array.of(1, 0, 1, 0));
    expect(frame.mismatches).toEqual([{ attribute: 'unusedBits', dataset: 0, codestream: '0x8000' }]);
  });

  it('are where High Bit says in a codestream of whole words too', async () => {
    const frame = await decode(Uint16Array.of(0xfff0, 0x8000, 0x0010, 0x7ff0), {
      attributes: { bitsStored: 12, highBit: 15 },
    });
    expect(frame.samples).toEqual(Uint16Array.of(4095, 2048, 1, 2047));
  });

  it('of 32 and 40 bits', async () => {
    const narrow = await decodeNative(bytesOf(Uint32Array.of(0x12345678, 0xff800000, 0x007fffff, 0)), {
      bitsAllocated: 32,
      bitsStored: 24,
      highBit: 23,
      pixelRepresentation: 1,
    });
    expect(narrow.samples).toEqual(Int32Array.of(0x345678, -0x800000, 0x7fffff, 0));
    expect(narrow.mismatches).toEqual([{ attribute: 'unusedBits', dataset: 0, codestream: '0x12000000' }]);

    const wide = Uint8Array.of(
      ...[1, 0, 0, 0, 0x80],
      ...[0xff, 0xff, 0xff, 0xff, 0x3f],
      ...[0, 0, 0, 0, 0x20],
      ...[0, 0, 0, 0, 0],
    );
    const frame = await decodeNative(wide, {
      bitsAllocated: 40,
      bitsStored: 38,
      highBit: 37,
      pixelRepresentation: 1,
    });
    expect(frame.samples).toEqual(BigInt64Array.of(1n, -1n, -(1n << 37n), 0n));
    expect(frame.mismatches).toEqual([{ attribute: 'unusedBits', dataset: 0, codestream: '0x8000000000' }]);
  });

  it('are assumed above where Bits Stored or High Bit cannot be', async () => {
    const frame = await decodeNative(bytesOf(Uint16Array.of(1, 2, 3, 0xffff)), {
      bitsStored: 12,
      highBit: 3,
    });
    expect(frame.samples).toEqual(Uint16Array.of(1, 2, 3, 0x0fff));
    expect(frame.mismatches[0]).toEqual({ attribute: 'highBit', dataset: 3, codestream: 11 });
    const wide = await decodeNative(bytesOf(Uint16Array.of(1, 2, 3, 0xffff)), {
      bitsStored: 24,
      highBit: 23,
    });
    expect(wide.samples).toEqual(Uint16Array.of(1, 2, 3, 0xffff));
    expect(wide.mismatches[0]).toEqual({ attribute: 'bitsStored', dataset: 24, codestream: 16 });
  });
});

/** PS3.3 C.7.6.3.1.2, YBR_FULL, solved for R, G and B. */
function rgbOf([y, cb, cr]: readonly [number, number, number]): number[] {
  const r = y + 1.402 * (cr - 128);
  const b = y + 1.772 * (cb - 128);
  const g = (y - 0.299 * r - 0.114 * b) / 0.587;
  return [r, g, b].map((value) => Math.min(Math.max(Math.round(value), 0), 255));
}

const colour8 = { columns: 2, samplesPerPixel: 3, bitsAllocated: 8, bitsStored: 8, highBit: 7 } as const;
const colourStream = { columns: 2, samplesPerPixel: 3, bitsPerSample: 8, bytesPerSample: 1 } as const;
const ybr = [
  [100, 90, 180],
  [35, 200, 41],
] as const;

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

describe('pitfall 14: native frames', () => {
  it('of one bit may begin inside a byte', async () => {
    // Bits 3 to 8 of 1010_1000 0000_0001, least significant first: 1 0 1 0 1 1.
    const frame = await decodeNative(
      Uint8Array.of(0b10101000, 0b00000001),
      { columns: 6, bitsAllocated: 1, bitsStored: 1, highBit: 0 },
      { bitOffset: 3 },
    );
    expect(frame.samples).toEqual(Uint8Array.of(1, 0, 1, 0, 1, 1));
  });

  it('of floating point keep NaN, its payload, and infinity', async () => {
    const words = Uint32Array.of(0x7fc12345, 0x7f800000, 0xff800000, 0x80000000);
    const frame = await decodeNative(bytesOf(words), {
      bitsAllocated: 32,
      pixelData: 'float',
      pixelDataVr: 'OF',
    });
    expect(frame.samples).toBeInstanceOf(Float32Array);
    expect(new Uint32Array(frame.samples.buffer, frame.samples.byteOffset, 4)).toEqual(words);
    const double = await decodeNative(
      bytesOf(Float64Array.of(Number.NaN, -0, 1e-310, Number.NEGATIVE_INFINITY)),
      {
        bitsAllocated: 64,
        pixelData: 'double',
        pixelDataVr: 'OD',
      },
    );
    expect(double.samples).toEqual(Float64Array.of(Number.NaN, -0, 1e-310, Number.NEGATIVE_INFINITY));
    expect(double).toMatchObject({ signed: true, bitsStored: 64 });
  });
});

describe('pitfall 15: big endian', () => {
  const bigEndian = { transferSyntax: EXPLICIT_BIG_ENDIAN };

  it('OW swaps 16-bit words where samples have 8 bits; OB does not', async () => {
    const eight = { bitsAllocated: 8, bitsStored: 8, highBit: 7 };
    const words = await decodeNative(Uint8Array.of(2, 1, 4, 3), eight, bigEndian);
    expect(words.samples).toEqual(Uint8Array.of(1, 2, 3, 4));
    const bytes = await decodeNative(Uint8Array.of(2, 1, 4, 3), { ...eight, pixelDataVr: 'OB' }, bigEndian);
    expect(bytes.samples).toEqual(Uint8Array.of(2, 1, 4, 3));
  });

  it('swaps 16 and 32-bit samples, and fills an array of the caller', async () => {
    const into = new Uint32Array(2);
    const frame = await decodeNative(
      Uint8Array.of(1, 2, 3, 4, 0xff, 0, 0, 1),
      { columns: 2, bitsAllocated: 32, bitsStored: 32, highBit: 31 },
      { ...bigEndian, into },
    );
    expect(frame.samples).toBe(into);
    expect(into).toEqual(Uint32Array.of(0x01020304, 0xff000001));
    const signed = await decodeNative(
      Uint8Array.of(0x0f, 0xff, 0x08, 0x00, 0x07, 0xff, 0, 1),
      { bitsStored: 12, highBit: 11, pixelRepresentation: 1 },
      bigEndian,
    );
    expect(signed.samples).toEqual(Int16Array.of(-1, -2048, 2047, 1));
  });
});

describe('pitfall 18: the stream decides who decodes it and at what precision', () => {
  it('passes over a codec that refuses what the frame holds', async () => {
    const registry = new CodecRegistry();
    registry.register(codecOf(codestreamOf({ bitsPerSample: 12 }), { name: 'twelve' }));
    registry.register(codecOf(codestreamOf(), { name: 'eight', refusal: () => 'JPEG extended, 12 bits' }));
    const { frame } = encodedFrame(Uint16Array.of(244, 95, 0, 4095), {
      attributes: { bitsStored: 12, highBit: 11 },
    });
    const decoded = await decodeEncodedFrame(frame, { registry });
    expect(decoded.engine).toBe('twelve');
    expect(decoded.samples).toEqual(Uint16Array.of(244, 95, 0, 4095));
    await expect(decodeEncodedFrame(frame, { registry, engine: 'eight' })).rejects.toMatchObject({
      tag: 'UnsupportedFeature',
      feature: 'JPEG extended, 12 bits',
      engine: 'eight',
    });
  });

  it('widens 8-bit samples into the 16 bits of the dataset, exactly', async () => {
    const samples = Uint8Array.from({ length: 256 }, (_, i) => i);
    const frame = await decode(samples, {
      attributes: { columns: 256, bitsStored: 12, highBit: 11 },
      codestream: { columns: 256, bitsPerSample: 8, bytesPerSample: 1 },
    });
    expect(frame.samples).toEqual(Uint16Array.from(samples));
    expect(frame.mismatches).toEqual([{ attribute: 'bitsStored', dataset: 12, codestream: 8 }]);
  });
});

describe('memory', () => {
  const words = () => bytesOf(Uint16Array.of(1, 2, 3, 4));

  it('native samples are handed out where they stand', async () => {
    const bytes = words();
    expect((await decodeNative(bytes, {})).samples.buffer).toBe(bytes.buffer);
    const clean = await decodeNative(bytes, { bitsStored: 12, highBit: 11 });
    expect(clean.samples.buffer).toBe(bytes.buffer);
  });

  it('encoded bytes are never written to', async () => {
    const bytes = bytesOf(Uint16Array.of(0xffff, 0xf001, 0, 0x8000));
    const before = bytes.slice();
    const frame = await decodeNative(bytes, { bitsStored: 12, highBit: 11 });
    expect(frame.samples).toEqual(Uint16Array.of(0x0fff, 1, 0, 0));
    expect(bytes).toEqual(before);
    const ybrBytes = Uint8Array.from(ybr.flat());
    await decodeNative(ybrBytes, { ...colour8, photometricInterpretation: 'YBR_FULL' }, { colour: 'rgb' });
    expect(ybrBytes).toEqual(Uint8Array.from(ybr.flat()));
  });

  it('an array of the caller is filled', async () => {
    const into = new Uint16Array(4).fill(7);
    expect((await decodeNative(words(), {}, { into })).samples).toBe(into);
    expect(into).toEqual(Uint16Array.of(1, 2, 3, 4));
    const rgb = new Uint8Array(6);
    const frame = await decodeNative(
      Uint8Array.from(ybr.flat()),
      { ...colour8, photometricInterpretation: 'YBR_FULL' },
      { colour: 'rgb', into: rgb },
    );
    expect(frame.samples).toBe(rgb);
    expect([...rgb]).toEqual(ybr.flatMap((pixel) => rgbOf(pixel)));
  });

  it('a codec writes into it directly where it hands out the same containers', async () => {
    const into = new Uint16Array(4);
    let given: Uint8Array | undefined;
    const registry = new CodecRegistry();
    const codestream = codestreamOf();
    registry.register(
      codecOf(codestream, {
        load: async () => ({
          decode(_, { allocate }) {
            given = allocate(codestream);
            given.fill(1);
            return codestream;
          },
        }),
      }),
    );
    const { frame } = encodedFrame(new Uint16Array(4));
    await decodeEncodedFrame(frame, { registry, into });
    expect(given?.buffer).toBe(into.buffer);
    expect(into).toEqual(Uint16Array.of(0x0101, 0x0101, 0x0101, 0x0101));
  });

  it('an array of the wrong type or length is refused', async () => {
    const refused = (into: Uint8Array | Int16Array | Uint16Array) =>
      expect(decodeNative(words(), {}, { into, frame: 3 })).rejects.toMatchObject({
        tag: 'AttributeMismatch',
        message: expect.stringContaining('needs a Uint16Array of 4'),
        frame: 3,
      });
    await refused(new Int16Array(4));
    await refused(new Uint16Array(5));
    await refused(new Uint8Array(8));
  });

  it('a frame over the limit takes none', async () => {
    const limits = { ...DEFAULT_LIMITS, frameBytes: 1 << 20 };
    const sides = { codestream: { rows: 65535, columns: 65535, samplesPerPixel: 4 } };
    await expect(decode(Uint16Array.of(1, 2, 3, 4), sides, { limits })).rejects.toMatchObject({
      tag: 'LimitExceeded',
      limit: 'frameBytes',
      allowed: 1 << 20,
      requested: 65535 * 65535 * 4 * 2,
    });
  });
});

describe('errors', () => {
  it('have the transfer syntax, the frame and the engine in them', async () => {
    const registry = new CodecRegistry();
    registry.register(
      codecOf(codestreamOf(), {
        load: async () => ({
          decode: () => {
            throw new RangeError('something foreign');
          },
        }),
      }),
    );
    const { frame } = encodedFrame(new Uint16Array(4));
    await expect(decodeEncodedFrame(frame, { registry, frame: 7 })).rejects.toMatchObject({
      tag: 'InvalidBitstream',
      message: 'something foreign',
      transferSyntax: TEST_SYNTAX,
      frame: 7,
      engine: 'test',
    });
  });

  it.each([
    ['rows', 0],
    ['columns', 1.5],
    ['samplesPerPixel', 0],
    ['bitsAllocated', 65],
    ['bitsAllocated', Number.NaN],
  ])('refuse %s of %d', async (name, value) => {
    await expect(decode(Uint16Array.of(1, 2, 3, 4), { attributes: { [name]: value } })).rejects.toMatchObject(
      {
        tag: 'AttributeMismatch',
        clause: 'PS3.3 C.7.6.3',
      },
    );
  });

  it('a transfer syntax that nobody knows', async () => {
    const { frame, request } = encodedFrame(new Uint16Array(4));
    await expect(decodeEncodedFrame({ ...frame, transferSyntax: '1.9' }, request)).rejects.toMatchObject({
      tag: 'UnknownTransferSyntax',
      transferSyntax: '1.9',
    });
  });
});

describe('a deflated image frame', () => {
  it('is whole words: Bits Stored and High Bit place the samples', async () => {
    const registry = new CodecRegistry();
    registry.register(deflateFrame);
    const stream = new Blob([bytesOf(Uint16Array.of(0xf123, 0x0800, 1, 0))])
      .stream()
      .pipeThrough(new CompressionStream('deflate-raw'));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    const attributes = attributesOf({ bitsStored: 12, highBit: 11, pixelRepresentation: 1 });
    const frame = await decodeEncodedFrame(
      { bytes, transferSyntax: '1.2.840.10008.1.2.8.1', attributes },
      { registry },
    );
    expect(frame.samples).toEqual(Int16Array.of(0x123, -2048, 1, 0));
  });
});
