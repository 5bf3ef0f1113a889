import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  encodeHtJpeg2000,
  encodeJpeg,
  encodeJpeg2000,
  encodeJpegLs,
  encodeJpegXl,
} from '../../fixtures/generate/package-encoders.js';
import type { Picture } from '../../fixtures/generate/picture.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { charls } from './charls.js';
import type { Codec } from './codec.js';
import { bytesOf, decodeStream, decodeTo, ramp, selfDescribed } from './codec.test-support.js';
import { libjpegTurbo } from './libjpeg-turbo.js';
import { libjxl } from './libjxl.js';
import { openjpeg } from './openjpeg.js';
import { openjph } from './openjph.js';

const ROWS = 33;
const COLUMNS = 47;

type Source = Uint8Array | Uint16Array | Int16Array;

function picture(frame: Source, bitsStored: number, samplesPerPixel: 1 | 3 = 1): Picture {
  return { rows: ROWS, columns: COLUMNS, samplesPerPixel, bitsStored, frames: [frame] };
}

function gray(bits: number): Picture {
  const count = ROWS * COLUMNS;
  return picture(ramp(bits <= 8 ? new Uint8Array(count) : new Uint16Array(count), bits), bits);
}

function colour(bits: number): Picture {
  const count = ROWS * COLUMNS * 3;
  return picture(ramp(bits <= 8 ? new Uint8Array(count) : new Uint16Array(count), bits), bits, 3);
}

const signed = (bits: number) => picture(ramp(new Int16Array(ROWS * COLUMNS), bits), bits);

/** The picture as the package's own encoder writes it. */
async function only(encoded: Promise<{ readonly frames: readonly Uint8Array[] }>): Promise<Uint8Array> {
  const [frame] = (await encoded).frames;
  return frame!;
}

/** A picture by planes. */
function planes(source: Uint8Array): Uint8Array {
  const count = source.length / 3;
  return source.map((_, index) => source[(index % count) * 3 + Math.floor(index / count)]);
}

async function expectLossless(codec: Codec, encoded: Uint8Array, source: Picture): Promise<void> {
  const before = encoded.slice();
  const { codestream, bytes } = await decodeStream(codec, encoded);
  expect(codestream).toMatchObject({
    rows: ROWS,
    columns: COLUMNS,
    samplesPerPixel: source.samplesPerPixel,
    bitsPerSample: source.bitsStored,
    bytesPerSample: source.bitsStored <= 8 ? 1 : 2,
  });
  expect(Buffer.compare(bytes, bytesOf(source.frames[0]!))).toBe(0);
  expect(Buffer.compare(encoded, before), 'the input as it was').toBe(0);
}

describe('charls', () => {
  it.each([2, 5, 8, 10, 12, 16])('gives back gray of %i bits', async (bits) => {
    await expectLossless(charls, await only(encodeJpegLs(gray(bits))), gray(bits));
  });

  it.each([
    [1, 8],
    [1, 12],
    [2, 8],
    [2, 16],
  ] as const)('gives back colour in interleave mode %i, %i bits', async (interleave, bits) => {
    await expectLossless(charls, await only(encodeJpegLs(colour(bits), { interleave })), colour(bits));
  });

  it('puts colour by component in order by pixel', async () => {
    const source = colour(8);
    const byPlane = picture(planes(source.frames[0] as Uint8Array), 8, 3);
    await expectLossless(charls, await only(encodeJpegLs(byPlane, { interleave: 0 })), source);
  });

  it('keeps near-lossless samples as near as they say', async () => {
    const source = gray(8);
    const { bytes } = await decodeStream(charls, await only(encodeJpegLs(source, { near: 3 })));
    const differences = bytes.map((sample, index) => Math.abs(sample - Number(source.frames[0]![index])));
    expect(Math.max(...differences)).toBeLessThanOrEqual(3);
    expect(Math.max(...differences)).toBeGreaterThan(0);
  });
});

describe('openjpeg', () => {
  it.each([8, 12, 16])('gives back gray of %i bits', async (bits) => {
    await expectLossless(openjpeg, await only(encodeJpeg2000(gray(bits))), gray(bits));
  });

  it.each([12, 16])('gives back signed samples of %i bits', async (bits) => {
    await expectLossless(openjpeg, await only(encodeJpeg2000(signed(bits))), signed(bits));
  });

  it('gives back colour that went through the component transform, and calls it RGB', async () => {
    const encoded = await only(encodeJpeg2000(colour(8)));
    await expectLossless(openjpeg, encoded, colour(8));
    expect((await decodeStream(openjpeg, encoded)).codestream.photometricInterpretation).toBe('RGB');
  });

  it('gives back signed samples of 8 bits: those of unsigned ones less 128', async () => {
    const encoded = await only(encodeJpeg2000(gray(8)));
    // Ssiz, behind SOC and 40 bytes of SIZ: with its sign bit set nothing but the level shift changes (T.800 G.1).
    encoded[42] |= 0x80;
    const { codestream, bytes } = await decodeStream(openjpeg, encoded);
    expect(codestream.signed).toBe(true);
    const source = gray(8).frames[0] as Uint8Array;
    expect(bytes).toEqual(source.map((sample) => sample - 128));
  });

  it('decodes a whole codestream without EOC, and none that was cut off', async () => {
    const encoded = await only(encodeJpeg2000(gray(12)));
    expect([...encoded.subarray(-2)]).toEqual([0xff, 0xd9]);
    await expectLossless(openjpeg, encoded.subarray(0, -2), gray(12));
    await expect(decodeStream(openjpeg, encoded.subarray(0, -3))).rejects.toMatchObject({
      tag: 'TruncatedData',
    });
  });
});

describe('openjph', () => {
  it.each([8, 16])('gives back gray of %i bits', async (bits) => {
    await expectLossless(openjph, await only(encodeHtJpeg2000(gray(bits))), gray(bits));
  });

  it('gives back signed samples and colour', async () => {
    await expectLossless(openjph, await only(encodeHtJpeg2000(signed(16))), signed(16));
    await expectLossless(openjph, await only(encodeHtJpeg2000(colour(8))), colour(8));
  });

  it('agrees with openjpeg on HT code-blocks', async () => {
    for (const source of [gray(16), signed(16), colour(8)]) {
      const encoded = await only(encodeHtJpeg2000(source));
      expect(await decodeStream(openjpeg, encoded)).toEqual(await decodeStream(openjph, encoded));
    }
  });

  it('agrees with openjpeg on colour without the component transform', async () => {
    const encoded = await only(encodeHtJpeg2000(colour(8)));
    const cod = Buffer.from(encoded).indexOf(Buffer.from([0xff, 0x52]));
    // SGcod: the same codestream, its components no longer transformed back.
    encoded[cod + 8] = 0;
    const { codestream, bytes } = await decodeStream(openjph, encoded);
    expect(codestream.photometricInterpretation).toBeUndefined();
    expect(Buffer.compare(bytes, (await decodeStream(openjpeg, encoded)).bytes)).toBe(0);
  });

  it('refuses by the headers what the package gets wrong', async () => {
    const encoded = await only(encodeHtJpeg2000(gray(8)));
    const refused = (at: number, value: number) => {
      const changed = encoded.slice();
      changed[at] = value;
      return openjph.refusal?.(selfDescribed(changed, 201));
    };
    expect(openjph.refusal?.(selfDescribed(encoded, 201))).toBeUndefined();
    expect(refused(42, 0x87)).toBe('HTJ2K of 8 signed bits');
    expect(refused(43, 2)).toBe('HTJ2K with subsampled components');
    expect(refused(42, 16)).toBe('HTJ2K of 17 bits per sample');
    expect(openjph.refusal?.(selfDescribed(await only(encodeJpeg2000(gray(8))), 201))).toBe(
      'JPEG 2000 without HT code-blocks',
    );
  });
});

describe('libjxl', () => {
  it.each([8, 10, 12, 16])('gives back gray of %i bits', async (bits) => {
    await expectLossless(libjxl, await only(encodeJpegXl(gray(bits))), gray(bits));
  });

  it.each([8, 16])('gives back colour of %i bits', async (bits) => {
    await expectLossless(libjxl, await only(encodeJpegXl(colour(bits))), colour(bits));
  });
});

/** Even areas of one colour each: what a DCT keeps to within a step of rounding. */
function areas(colours: readonly (readonly [number, number, number])[]): Picture {
  const samples = new Uint8Array(ROWS * COLUMNS * 3);
  for (let index = 0; index < ROWS * COLUMNS; index++) {
    const area = Math.floor((Math.floor(index / COLUMNS) / ROWS) * colours.length);
    samples.set(colours[area]!, 3 * index);
  }
  return picture(samples, 8, 3);
}

describe('libjpeg-turbo', () => {
  it('gives the components as they are coded: YCbCr by ITU-T T.871 7', async () => {
    const encoded = await only(encodeJpeg(areas([[255, 0, 0]]), { quality: 100 }));
    const { codestream, bytes } = await decodeStream(libjpegTurbo, encoded);
    expect(codestream).toMatchObject({ samplesPerPixel: 3, photometricInterpretation: 'YBR_FULL' });
    expect([...bytes.subarray(0, 3)]).toEqual([76, 85, 255]);
    expect([...bytes.subarray(-3)]).toEqual([76, 85, 255]);
  });

  it.each(['4:4:4', '4:2:2', '4:2:0', '4:4:0', '4:1:1'] as const)(
    'decodes %s, sequential and progressive',
    async (sampling) => {
      const blue = areas([[0, 0, 255]]);
      for (const progressive of [false, true]) {
        const encoded = await only(encodeJpeg(blue, { quality: 100, sampling, progressive }));
        const { bytes } = await decodeStream(libjpegTurbo, encoded);
        expect([...bytes.subarray(0, 3), ...bytes.subarray(-3)]).toEqual([29, 255, 107, 29, 255, 107]);
      }
    },
  );

  it('decodes gray', async () => {
    const source = picture(
      new Uint8Array(ROWS * COLUMNS).map((_, index) => (index % COLUMNS) * 5),
      8,
    );
    const { codestream, bytes } = await decodeStream(
      libjpegTurbo,
      await only(encodeJpeg(source, { quality: 100 })),
    );
    expect(codestream).toMatchObject({ samplesPerPixel: 1, photometricInterpretation: undefined });
    const differences = bytes.map((sample, index) => Math.abs(sample - Number(source.frames[0]![index])));
    expect(Math.max(...differences)).toBeLessThanOrEqual(2);
  });

  describe('says what the components are', () => {
    const SOI = 2;
    const adobe = (transform: number) => [
      0xff,
      0xee,
      0,
      14,
      65,
      100,
      111,
      98,
      101,
      0,
      100,
      0,
      0,
      0,
      0,
      transform,
    ];

    /** The stream with its JFIF segment replaced, and its components labelled. */
    async function stream(segment: readonly number[], labels?: string): Promise<Uint8Array> {
      const encoded = await only(encodeJpeg(areas([[255, 0, 0]]), { quality: 100 }));
      const jfif = SOI + 2 + encoded[SOI + 2]! * 256 + encoded[SOI + 3]!;
      const changed = Uint8Array.from([0xff, 0xd8, ...segment, ...encoded.subarray(jfif)]);
      if (labels !== undefined) {
        const frame = Buffer.from(changed).indexOf(Buffer.from([0xff, 0xc0]));
        const scan = Buffer.from(changed).indexOf(Buffer.from([0xff, 0xda]));
        for (const [index, label] of [...labels].entries()) {
          changed[frame + 10 + 3 * index] = label.charCodeAt(0);
          changed[scan + 5 + 2 * index] = label.charCodeAt(0);
        }
      }
      return changed;
    }

    it.each<[string, readonly number[], string | undefined, string | undefined]>([
      ['nothing said', [], undefined, undefined],
      ['Adobe, transform 0', adobe(0), undefined, 'RGB'],
      ['Adobe, transform 1', adobe(1), undefined, 'YBR_FULL'],
      ["labels 'R', 'G', 'B'", [], 'RGB', 'RGB'],
      ["Adobe before the labels 'R', 'G', 'B'", adobe(1), 'RGB', 'YBR_FULL'],
    ])('%s', async (_, segment, labels, expected) => {
      const { codestream, bytes } = await decodeStream(libjpegTurbo, await stream(segment, labels));
      expect(codestream.photometricInterpretation).toBe(expected);
      expect([...bytes.subarray(0, 3)], 'the components themselves never change').toEqual([76, 85, 255]);
    });
  });

  it('decodes a whole sequential stream without EOI, and none that was cut off', async () => {
    const encoded = await only(encodeJpeg(colour(8), { quality: 90 }));
    const whole = await decodeStream(libjpegTurbo, encoded);
    expect(await decodeStream(libjpegTurbo, encoded.subarray(0, -2))).toEqual(whole);
    for (const part of [0.3, 0.6, 0.9]) {
      const cut = encoded.subarray(0, Math.floor(encoded.length * part));
      await expect(decodeStream(libjpegTurbo, cut)).rejects.toMatchObject({ tag: 'TruncatedData' });
    }
  });

  it('calls a progressive stream without its last scans truncated', async () => {
    const encoded = await only(encodeJpeg(colour(8), { quality: 90, progressive: true }));
    const scans = [...encoded.keys()].filter((at) => encoded[at] === 0xff && encoded[at + 1] === 0xda);
    expect(scans.length).toBeGreaterThan(2);
    await expect(decodeStream(libjpegTurbo, encoded.subarray(0, scans.at(-1)))).rejects.toMatchObject({
      tag: 'TruncatedData',
    });
  });

  it('does not believe in a size that the bytes have no room for', async () => {
    const encoded = await only(encodeJpeg(gray(8), { quality: 50 }));
    const frame = Buffer.from(encoded).indexOf(Buffer.from([0xff, 0xc0]));
    encoded.set([0xff, 0xff, 0xff, 0xff], frame + 5);
    const allocate = vi.fn();
    const decoder = await libjpegTurbo.load();
    await expect(
      decoder.decode(selfDescribed(encoded, 50), { allocate, limits: DEFAULT_LIMITS }),
    ).rejects.toMatchObject({ tag: 'TruncatedData' });
    expect(allocate).not.toHaveBeenCalled();
  });
});

const ENGINES: readonly [Codec, () => Promise<Uint8Array>][] = [
  [libjpegTurbo, () => only(encodeJpeg(gray(8), { quality: 90 }))],
  [charls, () => only(encodeJpegLs(gray(12)))],
  [openjpeg, () => only(encodeJpeg2000(gray(12)))],
  [openjph, () => only(encodeHtJpeg2000(gray(16)))],
  [libjxl, () => only(encodeJpegXl(gray(16)))],
];

for (const [codec, encode] of ENGINES)
  describe(`${codec.name}, as every codec from a package`, () => {
    afterEach(() => vi.restoreAllMocks());

    it('keeps one instance while its memory is within the limit, else takes a new one for each frame', async () => {
      const encoded = await encode();
      const frame = selfDescribed(encoded, 0);
      const decoder = await codec.load();
      const large = { ...DEFAULT_LIMITS, memoryBytes: 2 ** 40 };
      const first = await decodeTo(decoder, frame, large);
      const instantiate = vi.spyOn(WebAssembly, 'instantiate');
      for (let time = 0; time < 3; time++) expect(await decodeTo(decoder, frame, large)).toEqual(first);
      expect(instantiate).toHaveBeenCalledTimes(0);
      const small = { ...DEFAULT_LIMITS, memoryBytes: 1 << 20 };
      for (let time = 0; time < 3; time++) expect(await decodeTo(decoder, frame, small)).toEqual(first);
      expect(instantiate).toHaveBeenCalledTimes(2);
    });

    it('asks for memory once, after the limits are known to allow it', async () => {
      const limits = { ...DEFAULT_LIMITS, frameBytes: 100 };
      await expect(decodeStream(codec, await encode(), limits)).rejects.toMatchObject({
        tag: 'LimitExceeded',
      });
    });

    it('answers damaged and cut-off streams with tagged errors or samples, prints nothing, and decodes on', async () => {
      const encoded = await encode();
      const decoder = await codec.load();
      const whole = await decodeTo(decoder, selfDescribed(encoded, 0));
      const consoles = (['log', 'warn', 'error', 'info'] as const).map((name) =>
        vi.spyOn(console, name).mockImplementation(() => undefined),
      );
      const limits = { ...DEFAULT_LIMITS, frameBytes: 1 << 22 };
      const outcomes: string[] = [];
      const attempt = async (bytes: Uint8Array) => {
        const outcome = await decodeTo(decoder, selfDescribed(bytes, 0), limits).then(
          () => 'samples',
          (error: { tag?: string; stack?: string }) => error.tag ?? String(error.stack),
        );
        outcomes.push(outcome);
        return outcome;
      };
      for (const part of [0, 0.01, 0.1, 0.5, 0.9]) {
        const cut = encoded.subarray(0, Math.floor(encoded.length * part));
        expect(await attempt(cut), `${cut.length} bytes`).not.toBe('samples');
      }
      for (let at = 2; at < Math.min(encoded.length, 120); at += 3) {
        const damaged = encoded.slice();
        damaged[at] ^= 0x55;
        await attempt(damaged);
      }
      expect([...new Set(outcomes)]).toEqual(expect.not.arrayContaining([expect.stringMatching(/Error|\n/)]));
      for (const spy of consoles) expect(spy).not.toHaveBeenCalled();
      expect(await decodeTo(decoder, selfDescribed(encoded, 0))).toEqual(whole);
    });
  });
