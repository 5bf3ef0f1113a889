// Runs the examples in the documentation of the public surface, as they stand there, on a small file.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as surface from 'cineloop';
import { describe, expect, test } from 'vitest';
import { explicitLittleEndian, writeDataset, writeFile } from '../fixtures/generate/dataset-writer.js';
import { encodeJpeg2000 } from '../fixtures/generate/package-encoders.js';

const SOURCES = [
  'image.ts',
  'decode-frame.ts',
  'decode-progressively.ts',
  'register-codec.ts',
  'pool/pool.ts',
];

interface Example {
  /** What the comment documents: the first name behind it. */
  readonly of: string;
  readonly code: string;
}

function examplesIn(source: string): Example[] {
  const text = readFileSync(new URL(source, import.meta.url), 'utf8');
  return [...text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*?@example(?:(?!\*\/)[\s\S])*)\*\/\s*([^({:<]+)/g)].map(
    ([, comment, declaration]) => ({
      of: declaration!.trim().split(/\s+/).at(-1)!,
      code: comment!
        .split('@example')[1]!
        .split('\n')
        .map((line) => line.replace(/^\s*\*? ?/, ''))
        .join('\n'),
    }),
  );
}

/** Three native frames of 4 by 4 samples of 12 bits: 1000 to 1015, 2000 to 2015, 3000 to 3015. */
function exampleFile(): Uint8Array {
  const samples = [1000, 2000, 3000].flatMap((first) =>
    Array.from({ length: 16 }, (_, pixel) => first + pixel),
  );
  const identity = {
    sopClass: '1.2.840.10008.5.1.4.1.1.7.3',
    sopInstance: '2.25.8',
    transferSyntax: '1.2.840.10008.1.2.1',
  };
  const dataset = writeDataset(
    [
      { tag: 0x00080060, vr: 'CS', value: 'OT' },
      { tag: 0x00280002, vr: 'US', value: [1] },
      { tag: 0x00280004, vr: 'CS', value: 'MONOCHROME2' },
      { tag: 0x00280008, vr: 'IS', value: '3' },
      { tag: 0x00280010, vr: 'US', value: [4] },
      { tag: 0x00280011, vr: 'US', value: [4] },
      { tag: 0x00280100, vr: 'US', value: [16] },
      { tag: 0x00280101, vr: 'US', value: [12] },
      { tag: 0x00280102, vr: 'US', value: [11] },
      { tag: 0x00280103, vr: 'US', value: [0] },
      { tag: 0x7fe00010, vr: 'OW', value: samples },
    ],
    explicitLittleEndian,
  );
  return writeFile(identity, dataset);
}

/** A frame of JPEG 2000: 64 by 64 samples of 12 bits. */
async function exampleFrame(): Promise<Uint8Array> {
  const samples = Uint16Array.from({ length: 64 * 64 }, (_, pixel) => (pixel * 37) & 4095);
  const picture = { rows: 64, columns: 64, samplesPerPixel: 1, bitsStored: 12, frames: [samples] } as const;
  return (await encodeJpeg2000(picture, {})).frames[0]!;
}

const AsyncFunction = (async () => {}).constructor as new (
  ...parts: string[]
) => (...values: unknown[]) => Promise<void>;

const examples = SOURCES.flatMap(examplesIn);

test('every function of the surface, and every method that decodes, has an example', () => {
  const functions = Object.entries(surface)
    .filter(([, value]) => typeof value === 'function' && !/^class\b/.test(String(value)))
    .map(([name]) => name);
  const documented = examples.map((example) => example.of);
  expect(documented.sort()).toEqual([...functions, 'value', 'decode', 'decodeAll', 'render'].sort());
});

describe('examples', () => {
  test.each(examples)('$of', async ({ code }) => {
    expect(code).toContain('assert.');
    const scope = { ...surface, assert, file: exampleFile(), jpeg2000: await exampleFrame() };
    await new AsyncFunction(...Object.keys(scope), code)(...Object.values(scope));
  });
});
