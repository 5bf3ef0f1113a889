import { describe, expect, it } from 'vitest';
import { dctPhotometricInterpretationOf, inspectJpeg, jpegProcessOf } from './jpeg-markers.js';

const SOI = [0xff, 0xd8];
const EOI = [0xff, 0xd9];
const SOS = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0];
const segment = (code: number, ...parameters: number[]) => [
  ...[0xff, code, (parameters.length + 2) >> 8, (parameters.length + 2) & 255],
  ...parameters,
];
const ascii = (text: string) => [...text].map((character) => character.charCodeAt(0));
/** 1000 lines of 300 samples, three components. */
const frameHeader = (code: number, precision = 8) =>
  segment(code, precision, 3, 232, 1, 44, 3, ...[82, 0x22, 0], ...[71, 0x11, 1], ...[66, 0x21, 1]);

const inspect = (...parts: number[][]) => inspectJpeg(Uint8Array.from(parts.flat()));
const thrown = (...parts: number[][]) => {
  try {
    inspect(...parts);
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

describe('inspectJpeg', () => {
  it('reads the frame header', () => {
    expect(inspect(SOI, frameHeader(0xc3, 12), SOS)).toEqual({
      offset: 0,
      frameHeaderOffset: 2,
      startOfFrame: 3,
      hierarchical: false,
      precision: 12,
      rows: 1000,
      columns: 300,
      components: [
        { identifier: 82, horizontalSampling: 2, verticalSampling: 2 },
        { identifier: 71, horizontalSampling: 1, verticalSampling: 1 },
        { identifier: 66, horizontalSampling: 2, verticalSampling: 1 },
      ],
      restartInterval: 0,
      jfif: false,
      adobeTransform: undefined,
    });
  });

  it('reads what other segments say, in front of the frame header and behind it', () => {
    const jfif = segment(0xe0, ...ascii('JFIF'), 0, 1, 2, 0, 0, 1, 0, 1, 0, 0);
    const adobe = segment(0xee, ...ascii('Adobe'), 0, 100, 0, 0, 0, 0, 1);
    const header = inspect(SOI, jfif, frameHeader(0xc0), segment(0xdd, 1, 2), adobe, SOS);
    expect(header).toMatchObject({ jfif: true, adobeTransform: 1, restartInterval: 258 });
  });

  it('is not led astray by segments of the same number with other contents, or by markers inside them', () => {
    const header = inspect(
      SOI,
      segment(0xe0, ...ascii('JFXX'), 0),
      segment(0xee, ...ascii('Adobe')),
      segment(0xe1, ...SOI, ...frameHeader(0xc2)),
      segment(0xc4, 0, 1, ...new Array(15).fill(0), 0),
      frameHeader(0xc1),
      SOS,
    );
    expect(header).toMatchObject({ jfif: false, adobeTransform: undefined, startOfFrame: 1 });
  });

  it('passes over bytes in front of SOI, fill bytes, and stray bytes between segments', () => {
    const header = inspect(
      [0, 0xff, 0xff, 0xd8, 0],
      SOI,
      [0xff, 0xff],
      frameHeader(0xc3),
      [0, 1, 0xff, 0],
      SOS,
    );
    expect(header).toMatchObject({ offset: 5, frameHeaderOffset: 9, startOfFrame: 3 });
  });

  it.each([
    [0xc0, 8, 'JPEG baseline DCT'],
    [0xc1, 12, 'JPEG extended sequential DCT, Huffman coding, 12 bits'],
    [0xc2, 8, 'JPEG progressive DCT, Huffman coding'],
    [0xc3, 16, 'JPEG lossless (sequential), Huffman coding, 16 bits'],
    [0xcb, 8, 'JPEG lossless (sequential), arithmetic coding'],
    [0xf7, 8, 'JPEG-LS'],
  ])('names the process of marker %i with %i bits', (code, precision, name) => {
    expect(jpegProcessOf(inspect(SOI, frameHeader(code, precision), SOS))).toBe(name);
  });

  it.each<[string, [number, number, number], string | undefined]>([
    ['nothing of components that are sampled alike', [0x11, 0x11, 0x11], undefined],
    ['chrominance of half the columns', [0x21, 0x11, 0x11], 'YBR_FULL'],
    ['chrominance of half the columns and rows', [0x22, 0x11, 0x11], 'YBR_FULL'],
    ['nothing of a third component that alone has fewer samples', [0x21, 0x21, 0x11], undefined],
  ])('takes from the sampling factors %s', (_, [first, second, third], interpretation) => {
    const components = [1, first, 0, 2, second, 1, 3, third, 1];
    const header = inspect(SOI, segment(0xc0, 8, 0, 16, 0, 16, 3, ...components), SOS);
    expect(dctPhotometricInterpretationOf(header)).toBe(interpretation);
  });

  it('tells the hierarchical mode', () => {
    const dhp = segment(0xde, 8, 3, 232, 1, 44, 1, 1, 0x11, 0);
    const header = inspect(SOI, dhp, frameHeader(0xc3), SOS);
    expect(header.hierarchical).toBe(true);
    expect(jpegProcessOf(header)).toBe('JPEG lossless (sequential), Huffman coding, hierarchical');
  });

  it.each<[string, number[][]]>([
    ['nothing at all', []],
    ['no SOI', [frameHeader(0xc3), SOS]],
    ['an image without a scan', [SOI, frameHeader(0xc3), EOI]],
    ['a scan without a frame header', [SOI, SOS]],
    ['two frame headers', [SOI, frameHeader(0xc3), frameHeader(0xc3), SOS]],
    ['a segment shorter than its length field', [SOI, [0xff, 0xe0, 0, 1], frameHeader(0xc3), SOS]],
    ['a frame header too short for its components', [SOI, segment(0xc3, 8, 0, 1, 0, 1, 2, 1, 0x11, 0), SOS]],
    ['no components', [SOI, segment(0xc3, 8, 0, 1, 0, 1, 0), SOS]],
    ['no columns', [SOI, segment(0xc3, 8, 0, 1, 0, 0, 1, 1, 0x11, 0), SOS]],
    ['a precision of one bit', [SOI, frameHeader(0xc3, 1), SOS]],
    ['a precision of 17 bits', [SOI, frameHeader(0xc3, 17), SOS]],
    ['a sampling factor of 0', [SOI, segment(0xc3, 8, 0, 1, 0, 1, 1, 1, 0x01, 0), SOS]],
    ['a sampling factor of 5', [SOI, segment(0xc3, 8, 0, 1, 0, 1, 1, 1, 0x15, 0), SOS]],
  ])('refuses %s', (_, parts) => {
    expect(thrown(...parts)).toMatchObject({ tag: 'InvalidBitstream' });
  });

  it('says that the data end, wherever they are cut', () => {
    const whole = [SOI, frameHeader(0xc3), SOS].flat();
    for (let length = 3; length < whole.length; length++) {
      expect(thrown(whole.slice(0, length)), `${length} bytes`).toMatchObject({ tag: 'TruncatedData' });
    }
  });
});
