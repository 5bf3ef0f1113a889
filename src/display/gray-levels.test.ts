import { describe, expect, it } from 'vitest';
import type { DisplayParameters } from './display-parameters.js';
import { grayLevel, grayPixels, grayTable, type Voi } from './gray-levels.js';
import type { ModalityLut } from './modality-lut.js';
import type { RenderableFrame, SampleArray } from './renderable-frame.js';

function frameOf(samples: SampleArray, more: Partial<RenderableFrame> = {}): RenderableFrame {
  return {
    samples,
    rows: 1,
    columns: samples.length,
    samplesPerPixel: 1,
    bitsStored: 8 * samples.BYTES_PER_ELEMENT,
    signed: samples instanceof Int8Array || samples instanceof Int16Array,
    photometricInterpretation: 'MONOCHROME2',
    ...more,
  };
}

function parametersOf(modalityLut: ModalityLut): DisplayParameters {
  const nothing = { palette: undefined, supplemental: false, padding: undefined };
  return { modalityLut, windows: [], voiTables: [], inverse: false, ...nothing };
}

const modalityLuts: ModalityLut[] = [
  { kind: 'rescale', slope: 1, intercept: 0 },
  { kind: 'rescale', slope: 1, intercept: -1024 },
  { kind: 'rescale', slope: -0.37, intercept: 912.3 },
  { kind: 'rescale', slope: 1e-7, intercept: 3 },
  { kind: 'rescale', slope: 1e300, intercept: -1e300 },
  { kind: 'table', table: { firstMapped: 3, bits: 12, entries: Uint16Array.of(9, 4000, 2, 700, 0, 4095) } },
];
const vois: Voi[] = [
  ...(['LINEAR', 'LINEAR_EXACT', 'SIGMOID', undefined] as const).flatMap((name) => [
    { window: { center: 40, width: 400, function: name } },
    { window: { center: 32768.5, width: 65536, function: name } },
    { window: { center: 2047.25, width: 1, function: name } },
    { window: { center: 3.004, width: 0.003, function: name } },
  ]),
  {
    table: { firstMapped: -5, bits: 8, entries: Uint16Array.of(5, 3, 250, 0), explanation: undefined },
  },
];

describe('a table of gray levels has for every sample what is computed for it', () => {
  const frames = [
    frameOf(new Uint16Array(1)),
    frameOf(new Int16Array(1)),
    frameOf(new Uint16Array(1), { bitsStored: 12, photometricInterpretation: 'MONOCHROME1' }),
    frameOf(new Int16Array(1), { bitsStored: 1 }),
    frameOf(new Uint8Array(1)),
    frameOf(new Int8Array(1), { bitsStored: 7 }),
  ];
  it.each(frames)('$samples.constructor.name of $bitsStored bits, $photometricInterpretation', (frame) => {
    const { signed, bitsStored } = frame;
    const first = signed ? -(2 ** (bitsStored - 1)) : 0;
    for (const modalityLut of modalityLuts) {
      for (const voi of vois) {
        for (const invert of [false, true]) {
          const parameters = parametersOf(modalityLut);
          const table = grayTable(frame, parameters, voi, invert);
          const level = grayLevel(frame, parameters, voi, invert);
          let wrong = 0;
          for (let stored = first; stored < first + 2 ** bitsStored; stored++) {
            if (table.at(stored) !== level(stored)) wrong += 1;
          }
          if (wrong > 0) expect(wrong, JSON.stringify({ modalityLut, voi, invert })).toBe(0);
        }
      }
    }
  });

  it('steps where the standard has it: PS3.3 C.11.2.1.2.1 for center 2048, width 4096', () => {
    const frame = frameOf(new Uint16Array(1), { bitsStored: 12 });
    const voi = { window: { center: 2048, width: 4096 } };
    const table = grayTable(frame, parametersOf(modalityLuts[0]!), voi, false);
    // y = ((x - 2047.5) / 4095 + 0.5) * 255 = 255 x / 4095, in whole numbers
    for (let x = 0; x < 4096; x++) expect(table[x]).toBe(Math.floor((510 * x + 4095) / 8190));
  });
});

describe('the pixels of many samples at once have the levels of each', () => {
  const stored = Float64Array.of(
    ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1e300, -1e300, 5e-324],
    ...Array.from({ length: 4000 }, (_, i) => (i - 2000) * 0.731),
    ...Array.from({ length: 2000 }, (_, i) => 3 + (i - 1000) * 3e-6),
  );
  const frame = frameOf(new Float64Array(1), { bitsStored: 64, signed: true });
  it.each(modalityLuts)('$kind, slope $slope, intercept $intercept', (modalityLut) => {
    for (const voi of vois) {
      for (const invert of [false, true]) {
        const parameters = parametersOf(modalityLut);
        const level = grayLevel(frame, parameters, voi, invert);
        const pixels = new Uint32Array(stored.length);
        grayPixels(frame, parameters, voi, invert)(stored, pixels);
        const expected = Uint8Array.from([...stored].flatMap((x) => [...Array(3).fill(level(x)), 255]));
        const rgba = new Uint8Array(pixels.buffer);
        expect(Buffer.compare(rgba, expected), JSON.stringify({ voi, invert })).toBe(0);
      }
    }
  });
});
