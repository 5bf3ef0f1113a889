import { describe, expect, it } from 'vitest';
import { deflateFrame } from '../codecs/deflate-frame.js';
import { CodecRegistry } from '../codecs/registry.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { decodeEncodedFrame } from './decode-frame.js';
import {
  bytesOf,
  colour8,
  decode,
  decodeNative,
  EXPLICIT_BIG_ENDIAN,
  rgbOf,
  ybr,
} from './decode-frame.test-support.js';
import { attributesOf, codecOf, codestreamOf, encodedFrame, TEST_SYNTAX } from './frame.test-support.js';

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
