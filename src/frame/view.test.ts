import { describe, expect, it } from 'vitest';
import { native } from '../codecs/native.js';
import { CodecRegistry } from '../codecs/registry.js';
import { extentOf, type View } from '../codecs/view.js';
import type { ImagePixel } from '../dicom/image-pixel.js';
import { decodeEncodedFrame, type FrameRequest } from './decode-frame.js';
import { attributesOf, codecOf, codestreamOf, encodedFrame, TEST_SYNTAX } from './frame.test-support.js';

const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

/** Row r and column c of a picture of 3 rows of 4 columns is 16 r + c. */
const PICTURE = Uint16Array.of(0, 1, 2, 3, 16, 17, 18, 19, 32, 33, 34, 35);
const SIZE = { rows: 3, columns: 4 };

function decodePicture(
  view: View,
  changes: Partial<FrameRequest> = {},
  attributes: Partial<ImagePixel> = {},
) {
  const { frame, request } = encodedFrame(PICTURE, {
    attributes: { ...SIZE, ...attributes },
    codestream: SIZE,
  });
  return decodeEncodedFrame(frame, { ...request, view, ...changes });
}

/** A codec that decodes views itself: it hands out zeros, as many as the view asks for. */
function viewingCodec(seen: (View | undefined)[]) {
  return codecOf(codestreamOf(SIZE), {
    views: { reduction: true, region: true },
    load: async () => ({
      decode(_frame, { allocate, view }) {
        seen.push(view);
        const { reduction = 0, region } = view ?? {};
        const reduced = { rows: Math.ceil(3 / 2 ** reduction), columns: Math.ceil(4 / 2 ** reduction) };
        const codestream = { ...codestreamOf(SIZE), extent: extentOf(reduced, region) };
        allocate(codestream).fill(0);
        return codestream;
      },
    }),
  });
}

describe('a region', () => {
  const region = { row: 1, column: 2, rows: 2, columns: 2 };

  it('is cut out where the codec decodes whole pictures only', async () => {
    const frame = await decodePicture({ reduction: 0, region });
    expect([frame.rows, frame.columns]).toEqual([2, 2]);
    expect(frame.samples).toEqual(Uint16Array.of(18, 19, 34, 35));
    expect(frame.mismatches).toEqual([]);
  });

  it('fills an array of the caller that has its size, and no other', async () => {
    const into = new Uint16Array(4);
    const frame = await decodePicture({ reduction: 0, region }, { into });
    expect(frame.samples).toBe(into);
    expect(into).toEqual(Uint16Array.of(18, 19, 34, 35));
    await expect(
      decodePicture({ reduction: 0, region }, { into: new Uint16Array(12) }),
    ).rejects.toMatchObject({
      tag: 'AttributeMismatch',
    });
  });

  it('of native colour has all samples of its pixels, in memory of its own', async () => {
    const registry = new CodecRegistry();
    registry.register(native);
    const bytes = Uint8Array.from({ length: 2 * 3 * 3 }, (_, i) => i);
    const attributes = attributesOf({
      rows: 2,
      columns: 3,
      samplesPerPixel: 3,
      bitsAllocated: 8,
      bitsStored: 8,
      highBit: 7,
      photometricInterpretation: 'RGB',
    });
    const { samples } = await decodeEncodedFrame(
      { bytes, transferSyntax: EXPLICIT_LITTLE_ENDIAN, attributes },
      { registry, view: { reduction: 0, region: { row: 1, column: 1, rows: 1, columns: 2 } } },
    );
    expect(samples).toEqual(Uint8Array.of(12, 13, 14, 15, 16, 17));
    expect(samples.buffer).not.toBe(bytes.buffer);
  });

  it('cuts overlays with it', async () => {
    const words = PICTURE.map((sample, i) => sample | (i % 5 === 0 ? 0x8000 : 0));
    const { frame, request } = encodedFrame(words, {
      attributes: { ...SIZE, bitsStored: 12, highBit: 11 },
      codestream: SIZE,
    });
    const overlays = [{ group: 0x6000, bitPosition: 15, rows: 3, columns: 4 }];
    const decoded = await decodeEncodedFrame(frame, { ...request, overlays, view: { reduction: 0, region } });
    expect(decoded.samples).toEqual(Uint16Array.of(18, 19, 34, 35));
    // Pixels 0, 5 and 10 have the overlay; the region has pixels 6, 7, 10, 11.
    expect(decoded.overlays).toEqual([
      { group: 0x6000, rows: 2, columns: 2, bits: Uint8Array.of(0, 0, 1, 0) },
    ]);
  });

  it('outside of the picture is refused', async () => {
    for (const wrong of [
      { ...region, rows: 3 },
      { ...region, column: 3 },
    ]) {
      await expect(decodePicture({ reduction: 0, region: wrong })).rejects.toMatchObject({
        tag: 'AttributeMismatch',
        message: expect.stringContaining('3 rows of 4 columns'),
      });
    }
  });

  it('is decoded by a codec that can, which is told of it', async () => {
    const seen: (View | undefined)[] = [];
    const registry = new CodecRegistry();
    registry.register(viewingCodec(seen));
    const view = { reduction: 1, region: { row: 0, column: 1, rows: 2, columns: 1 }, layers: 3 };
    const frame = await decodePicture(view, { registry });
    expect(seen).toEqual([view]);
    expect([frame.rows, frame.columns, frame.samples.length]).toEqual([2, 1, 2]);
    expect(frame.mismatches).toEqual([]);
  });
});

describe('a reduction', () => {
  it('is for a codec that can, however late in the order', async () => {
    const registry = new CodecRegistry();
    registry.register({ ...viewingCodec([]), name: 'able' });
    registry.register({ ...codecOf(codestreamOf(SIZE)), name: 'unable' });
    expect((await decodePicture({ reduction: 0 }, { registry })).engine).toBe('unable');
    const frame = await decodePicture({ reduction: 1 }, { registry });
    expect([frame.engine, frame.rows, frame.columns]).toEqual(['able', 2, 2]);
  });

  it('is refused where no codec can, or the one that was chosen cannot', async () => {
    const refused = { tag: 'UnsupportedFeature', feature: 'A reduced size' };
    await expect(decodePicture({ reduction: 1 })).rejects.toMatchObject(refused);
    await expect(decodePicture({ reduction: 1 }, { engine: 'test' })).rejects.toMatchObject(refused);
  });

  it('is refused of samples that have no mean', async () => {
    const registry = new CodecRegistry();
    registry.register(viewingCodec([]));
    const refused = { tag: 'UnsupportedFeature', feature: 'A reduced size', transferSyntax: TEST_SYNTAX };
    const indices = { photometricInterpretation: 'PALETTE COLOR' };
    await expect(decodePicture({ reduction: 1 }, { registry }, indices)).rejects.toMatchObject(refused);
    const shared = { bitsStored: 12, highBit: 13 };
    await expect(decodePicture({ reduction: 1 }, { registry }, shared)).rejects.toMatchObject(refused);
  });
});
