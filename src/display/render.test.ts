import { describe, expect, it } from 'vitest';
import { grayFrame, graysOf, parametersOf } from './display.test-support.js';
import { renderSamples } from './render.js';
import type { RenderableFrame } from './renderable-frame.js';

/** PS3.3 C.11.2.1.2.1 with ymin 0 and ymax 255, to the nearest gray. */
function linear(x: number, c: number, w: number): number {
  if (x <= c - 0.5 - (w - 1) / 2) return 0;
  if (x > c - 0.5 + (w - 1) / 2) return 255;
  return Math.round(((x - (c - 0.5)) / (w - 1) + 0.5) * 255);
}

/** PS3.3 C.11.2.1.3.2 */
function exact(x: number, c: number, w: number): number {
  if (x <= c - w / 2) return 0;
  if (x > c + w / 2) return 255;
  return Math.round(((x - c) / w + 0.5) * 255);
}

const grays = async (...call: Parameters<typeof renderSamples>) =>
  graysOf((await renderSamples(...call)).rgba);

describe('gray', () => {
  const ct = parametersOf({
    modalityLut: { kind: 'rescale', slope: 1, intercept: -1024 },
    windows: [
      { center: 40, width: 400 },
      { center: -600, width: 1200 },
    ],
  });

  it('of 16 bits, unsigned: modality LUT, then the window', async () => {
    const samples = Uint16Array.from({ length: 4096 }, (_, i) => i);
    const frame = grayFrame(samples, { bitsStored: 12 });
    expect(await grays(frame, ct)).toEqual([...samples].map((x) => linear(x - 1024, 40, 400)));
    expect(await grays(frame, ct, { voi: 1 })).toEqual([...samples].map((x) => linear(x - 1024, -600, 1200)));
  });

  it('of 16 bits, signed, over the whole range', async () => {
    const samples = Int16Array.from({ length: 65536 }, (_, i) => i - 32768);
    const window = { center: 0, width: 65536 };
    const expected = [...samples].map((x) => linear(x, 0, 65536));
    expect(await grays(grayFrame(samples), parametersOf(), { window })).toEqual(expected);
  });

  it('of 8 bits, signed', async () => {
    const samples = Int8Array.from({ length: 256 }, (_, i) => i - 128);
    const window = { center: 10, width: 50 };
    const expected = [...samples].map((x) => linear(x, 10, 50));
    expect(await grays(grayFrame(samples), parametersOf(), { window })).toEqual(expected);
  });

  it('of 32 and 64 bits and of floating point, by arithmetic', async () => {
    const window = { center: 1000, width: 5000 };
    const values = Array.from({ length: 9000 }, (_, i) => i - 4000);
    const expected = values.map((x) => linear(x, 1000, 5000));
    for (const samples of [
      Int32Array.from(values),
      BigInt64Array.from(values, BigInt),
      Float32Array.from(values),
      Float64Array.from(values),
    ]) {
      expect(await grays(grayFrame(samples), parametersOf(), { window })).toEqual(expected);
    }
  });

  it('of floating point: NaN is black, infinities are the ends', async () => {
    const samples = Float32Array.of(Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0.5);
    const window = { center: 0.5, width: 1, function: 'LINEAR_EXACT' } as const;
    expect(await grays(grayFrame(samples), parametersOf(), { window })).toEqual([0, 0, 255, 128]);
  });

  it('through a modality LUT and a VOI LUT', async () => {
    const parameters = parametersOf({
      modalityLut: {
        kind: 'table',
        table: { firstMapped: -1, bits: 16, entries: Uint16Array.of(100, 101, 102, 103) },
      },
      voiTables: [
        { firstMapped: 101, bits: 10, entries: Uint16Array.of(0, 512, 1023), explanation: undefined },
      ],
    });
    const samples = Int16Array.of(-5, -1, 0, 1, 2, 99);
    // Modality: 100, 100, 101, 102, 103, 103; VOI: 0, 0, 0, 512, 1023, 1023 of 1023.
    expect(await grays(grayFrame(samples), parameters)).toEqual([0, 0, 0, 128, 255, 255]);
  });

  it('chooses VOI LUTs behind windows, by number', async () => {
    const parameters = parametersOf({
      windows: [{ center: 128, width: 256 }],
      voiTables: [{ firstMapped: 0, bits: 8, entries: Uint16Array.of(9, 8, 7), explanation: undefined }],
    });
    const frame = grayFrame(Uint8Array.of(0, 1, 2));
    expect(await grays(frame, parameters)).toEqual([0, 1, 2]);
    expect(await grays(frame, parameters, { voi: 1 })).toEqual([9, 8, 7]);
    await expect(renderSamples(frame, parameters, { voi: 2 })).rejects.toMatchObject({
      tag: 'AttributeMismatch',
      message: 'The frame has 1 windows and 1 VOI LUTs; number 2, counted from 0, is none of them.',
    });
  });

  it('tells the window that it used', async () => {
    expect((await renderSamples(grayFrame(Uint16Array.of(5)), ct)).window).toEqual({
      center: 40,
      width: 400,
    });
  });

  it('refuses a window that shows nothing', async () => {
    const frame = grayFrame(Uint16Array.of(5));
    for (const window of [
      { center: 0, width: 0 },
      { center: Number.NaN, width: 1 },
    ]) {
      await expect(renderSamples(frame, ct, { window })).rejects.toMatchObject({ tag: 'AttributeMismatch' });
    }
  });
});

describe('inversion', () => {
  const samples = Uint8Array.of(0, 1, 128, 254, 255);
  const inverted = [255, 254, 127, 1, 0];

  it('is asked for by MONOCHROME1, by INVERSE, or by both, which say the same', async () => {
    const monochrome1 = grayFrame(samples, { photometricInterpretation: 'MONOCHROME1' });
    expect(await grays(monochrome1, parametersOf())).toEqual(inverted);
    expect(await grays(grayFrame(samples), parametersOf({ inverse: true }))).toEqual(inverted);
    expect(await grays(monochrome1, parametersOf({ inverse: true }))).toEqual(inverted);
  });

  it('is turned round by the caller', async () => {
    const monochrome1 = grayFrame(samples, { photometricInterpretation: 'MONOCHROME1' });
    expect(await grays(grayFrame(samples), parametersOf(), { invert: true })).toEqual(inverted);
    expect(await grays(monochrome1, parametersOf(), { invert: true })).toEqual([...samples]);
  });
});

describe('without any window', () => {
  it('8 bits and fewer are shown as they are', async () => {
    const samples = Uint8Array.of(0, 1, 100, 255);
    expect(await grays(grayFrame(samples), parametersOf())).toEqual([0, 1, 100, 255]);
    const mask = grayFrame(Uint8Array.of(0, 1), { bitsStored: 1 });
    expect(await grays(mask, parametersOf())).toEqual([0, 255]);
  });

  it('wider ones are stretched from the smallest to the largest value of the modality', async () => {
    const frame = grayFrame(Int16Array.of(-100, 0, 100, 300));
    const parameters = parametersOf({ modalityLut: { kind: 'rescale', slope: 2, intercept: 10 } });
    // -190 to 610: center 210, width 800.
    const expected = [-190, 10, 210, 610].map((x) => exact(x, 210, 800));
    expect(await grays(frame, parameters)).toEqual(expected);
    expect((await renderSamples(frame, parameters)).window).toMatchObject({ center: 210, width: 800 });
    const negative = parametersOf({ modalityLut: { kind: 'rescale', slope: -2, intercept: 10 } });
    expect((await renderSamples(frame, negative)).window).toMatchObject({ center: -190, width: 800 });
  });

  it('padding does not count, but is shown', async () => {
    const frame = grayFrame(Int16Array.of(-2000, 0, 100));
    const rendered = await renderSamples(frame, parametersOf({ padding: { from: -2000, to: -2000 } }));
    expect(rendered.window).toMatchObject({ center: 50, width: 100 });
    expect(graysOf(rendered.rgba)).toEqual([0, 0, 255]);
  });

  it('what is no number does not count', async () => {
    const samples = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, 1, 3, Number.NEGATIVE_INFINITY);
    const rendered = await renderSamples(grayFrame(samples), parametersOf());
    expect(rendered.window).toMatchObject({ center: 2, width: 2 });
    const none = await renderSamples(grayFrame(Float64Array.of(Number.NaN)), parametersOf());
    expect(graysOf(none.rgba)).toEqual([0]);
  });

  it('a frame of one value is black where it is 0 and white above', async () => {
    expect(await grays(grayFrame(Uint16Array.of(0, 0)), parametersOf())).toEqual([0, 0]);
    expect(await grays(grayFrame(Uint16Array.of(7, 7)), parametersOf())).toEqual([255, 255]);
    expect(await grays(grayFrame(Int16Array.of(-7, -7)), parametersOf())).toEqual([0, 0]);
  });
});

describe('palettes', () => {
  const table = (bits: number, ...entries: number[]) => ({
    firstMapped: 10,
    bits,
    entries: Uint16Array.from(entries),
  });

  it('give their colours, of 16-bit entries the upper byte', async () => {
    const palette = {
      bits: 16,
      red: table(16, 0x1234, 0xff00),
      green: table(16, 0, 0x80ff),
      blue: table(16, 0xffff, 1),
    } as const;
    const frame = grayFrame(Uint8Array.of(0, 10, 11, 200), { photometricInterpretation: 'PALETTE COLOR' });
    const { rgba, window } = await renderSamples(frame, parametersOf({ palette }));
    expect([...rgba]).toEqual([0x12, 0, 255, 255, 0x12, 0, 255, 255, 255, 0x80, 0, 255, 255, 0x80, 0, 255]);
    expect(window).toBeUndefined();
  });

  it('are needed for PALETTE COLOR', async () => {
    const frame = grayFrame(Uint8Array.of(0), { photometricInterpretation: 'PALETTE COLOR' });
    await expect(renderSamples(frame, parametersOf())).rejects.toMatchObject({ tag: 'MissingAttribute' });
  });

  it('that supplement a gray image colour what they map; the rest stays gray', async () => {
    const palette = { bits: 8, red: table(8, 1, 4), green: table(8, 2, 5), blue: table(8, 3, 6) } as const;
    const frame = grayFrame(Uint16Array.of(0, 9, 10, 11, 12), { bitsStored: 12 });
    const parameters = parametersOf({ palette, supplemental: true, windows: [{ center: 8, width: 16 }] });
    const { rgba } = await renderSamples(frame, parameters);
    const gray = (x: number) => [linear(x, 8, 16), linear(x, 8, 16), linear(x, 8, 16), 255];
    expect([...rgba]).toEqual([...gray(0), ...gray(9), 1, 2, 3, 255, 4, 5, 6, 255, ...gray(12)]);
  });
});

describe('colour', () => {
  const colour = (samples: RenderableFrame['samples'], changes: Partial<RenderableFrame> = {}) =>
    grayFrame(samples, {
      columns: samples.length / 3,
      samplesPerPixel: 3,
      photometricInterpretation: 'RGB',
      ...changes,
    });

  it('RGB of 8 bits stays as it is', async () => {
    const { rgba } = await renderSamples(colour(Uint8Array.of(1, 2, 3, 253, 254, 255)), parametersOf());
    expect([...rgba]).toEqual([1, 2, 3, 255, 253, 254, 255, 255]);
  });

  it('RGB of more bits gives its upper 8, of fewer is stretched', async () => {
    const wide = colour(Uint16Array.of(0, 256, 65535, 0x1234, 0x7fff, 0x8000));
    expect([...(await renderSamples(wide, parametersOf())).rgba]).toEqual([
      0, 1, 255, 255, 0x12, 0x7f, 0x80, 255,
    ]);
    const ten = colour(Uint16Array.of(0, 512, 1023), { bitsStored: 10 });
    expect([...(await renderSamples(ten, parametersOf())).rgba]).toEqual([0, 128, 255, 255]);
    const one = colour(Uint8Array.of(0, 1, 0), { bitsStored: 1 });
    expect([...(await renderSamples(one, parametersOf())).rgba]).toEqual([0, 255, 0, 255]);
  });

  it('YBR_FULL is converted (PS3.3 C.7.6.3.1.2)', async () => {
    const [y, cb, cr] = [100, 90, 180] as const;
    const samples = Uint8Array.of(y, cb, cr);
    const { rgba } = await renderSamples(
      colour(samples, { photometricInterpretation: 'YBR_FULL' }),
      parametersOf(),
    );
    const red = y + 1.402 * (cr - 128);
    const blue = y + 1.772 * (cb - 128);
    const green = (y - 0.299 * red - 0.114 * blue) / 0.587;
    expect([...rgba]).toEqual([Math.round(red), Math.round(green), Math.round(blue), 255]);
    expect(samples).toEqual(Uint8Array.of(y, cb, cr));
  });

  it('what cannot be shown is refused by name', async () => {
    const refused = (frame: RenderableFrame) =>
      expect(renderSamples(frame, parametersOf())).rejects.toMatchObject({ tag: 'UnsupportedFeature' });
    await refused(colour(Uint8Array.of(1, 2, 3), { photometricInterpretation: 'HSV' }));
    await refused(colour(Int16Array.of(1, 2, 3), { signed: true }));
    await refused(
      grayFrame(Uint8Array.of(1, 2, 3, 4), {
        columns: 1,
        samplesPerPixel: 4,
        photometricInterpretation: 'CMYK',
      }),
    );
  });
});

describe('an array of the caller', () => {
  it('is filled, also one that begins anywhere', async () => {
    const into = new Uint8ClampedArray(new ArrayBuffer(11), 3, 8);
    for (const samples of [Uint8Array.of(3, 4), Float32Array.of(3, 4)]) {
      into.fill(1);
      const rendered = await renderSamples(grayFrame(samples), parametersOf(), {
        into,
        window: { center: 128, width: 256 },
      });
      expect(rendered.rgba).toBe(into);
      expect(graysOf(into)).toEqual([3, 4]);
    }
  });

  it('has four bytes for each pixel', async () => {
    const into = new Uint8ClampedArray(7);
    await expect(
      renderSamples(grayFrame(Uint8Array.of(3, 4)), parametersOf(), { into }),
    ).rejects.toMatchObject({
      tag: 'AttributeMismatch',
      message: 'The array to render into must be a Uint8ClampedArray of 8 bytes.',
    });
  });
});
