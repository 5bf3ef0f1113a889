/** Streams of lossless JPEG made by hand: segments as they are given, one component of 8 bits unless they say otherwise. */

export const segment = (code: number, ...parameters: number[]) => [
  ...[0xff, code, (parameters.length + 2) >> 8, (parameters.length + 2) & 255],
  ...parameters,
];
export const SOI = [0xff, 0xd8];
export const EOI = [0xff, 0xd9];
export const frameHeader = (rows: number, columns: number, precision = 8, components = [[1, 0x11, 0]]) =>
  segment(
    0xc3,
    ...[precision, rows >> 8, rows & 255, columns >> 8, columns & 255, components.length],
    ...components.flat(),
  );
/** A Huffman table: how many codes of each length, the categories in order. */
export const table = (lengths: number[], values: number[], identifier = 0) =>
  segment(0xc4, identifier, ...lengths, ...new Array(16 - lengths.length).fill(0), ...values);
/** Category 0 is the bit 0, category 1 is 10 and a bit. */
export const TWO_CODES = table([1, 1], [0, 1]);
export const scanHeader = (predictor = 1, pointTransform = 0, components = [[1, 0x00]]) =>
  segment(0xda, components.length, ...components.flat(), predictor, 0, pointTransform);
export const stream = (...parts: readonly number[][]) => Uint8Array.from(parts.flat());
