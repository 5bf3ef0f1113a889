import { describe, expect, it } from 'vitest';
import { bytesOf, decode, decodeNative } from './decode-frame.test-support.js';

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
