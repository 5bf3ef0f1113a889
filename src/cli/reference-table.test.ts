import type { DecodedFrame, SampleArray } from 'cineloop';
import { describe, expect, it } from 'vitest';
import { ReferenceTable } from './reference-table.js';

const frameOf = (samples: SampleArray, samplesPerPixel = 1): DecodedFrame => ({
  samples,
  rows: 1,
  columns: samples.length / samplesPerPixel,
  samplesPerPixel,
  bitsStored: 8,
  signed: false,
  photometricInterpretation: 'MONOCHROME2',
  mismatches: [],
  overlays: [],
  engine: 'test',
  timings: { read: 0, decode: 0, convert: 0 },
});

// sha256sum of the bytes named.
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'; // "abc"
const OTHER = '0'.repeat(64);
const HEAD = 'file\tframe\tlayout\tsha256\tverdict';
const table = (...rows: string[]) => new ReferenceTable([HEAD, ...rows, ''].join('\n'));
const abc = frameOf(Uint8Array.from([97, 98, 99]));

describe('ReferenceTable', () => {
  it('finds a frame by the end of its path and compares the hash', () => {
    const references = table(`a/b.dcm\t0\tgray\t${ABC}\texact-3`, `a/b.dcm\t1\tgray\t${OTHER}\texact-3`);
    expect(references.verify('/data/a/b.dcm', 0, abc)).toBe('exact');
    expect(references.verify('/data/a/b.dcm', 1, abc)).toBe('differs');
    expect(references.verify('/data/a/b.dcm', 2, abc)).toBe('none');
    expect(references.verify('/data/xa/b.dcm', 0, abc)).toBe('none');
    expect(references.verify('/data/c/b.dcm', 0, abc)).toBe('none');
  });

  it('takes the longest path that fits', () => {
    const references = table(`b.dcm\t0\tgray\t${OTHER}\texact-3`, `a/b.dcm\t0\tgray\t${ABC}\texact-3`);
    expect(references.verify('/a/b.dcm', 0, abc)).toBe('exact');
    expect(references.verify('/x/b.dcm', 0, abc)).toBe('differs');
  });

  it('is content with any one of several rows for a frame', () => {
    const references = table(`b.dcm\t0\tgray\t${OTHER}\texact-3`, `b.dcm\t0\tgray\t${ABC}\tsingle`);
    expect(references.verify('/b.dcm', 0, abc)).toBe('exact');
  });

  it('does not hold a lossy reference against a frame, and knows no reference in a verdict without one', () => {
    const references = table(
      `lossy.dcm\t0\tgray\t${OTHER}\tlossy-within-2`,
      `conflict.dcm\t0\tgray\t${OTHER}\tCONFLICT`,
      'refused.dcm\t0\t\t\tALL-REFUSE',
    );
    expect(references.verify('/lossy.dcm', 0, abc)).toBe('lossy');
    expect(references.verify('/conflict.dcm', 0, abc)).toBe('none');
    expect(references.verify('/refused.dcm', 0, abc)).toBe('none');
  });

  it('lays samples out as the reference was', () => {
    const references = table(
      `planar.dcm\t0\tplanar\t${ABC}\texact-2`,
      `wide.dcm\t0\tplanar\t88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589\texact-2`,
      `half.dcm\t0\t422 as stored (Y Y Cb Cr)\t88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589\texact-2`,
    );
    expect(references.verify('/planar.dcm', 0, frameOf(Uint8Array.from([97, 98, 99]), 3))).toBe('exact');
    // sha256 of "abcd" in both: two planes of one 16-bit sample; Y1 Y2 Cb Cr of one pair of pixels.
    expect(references.verify('/wide.dcm', 0, frameOf(Uint16Array.from([0x6261, 0x6463]), 2))).toBe('exact');
    expect(references.verify('/half.dcm', 0, frameOf(Uint8Array.from([97, 99, 100, 98, 99, 100]), 3))).toBe(
      'exact',
    );
  });

  it('says which column is missing', () => {
    expect(() => new ReferenceTable('file\tframe\tsha256\n')).toThrow('It has no column "verdict".');
  });
});
