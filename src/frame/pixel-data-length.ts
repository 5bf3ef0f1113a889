import type { EncodedFrame } from '../codecs/codec.js';
import { transferSyntaxOf } from '../dicom/transfer-syntaxes.js';
import type { Mismatch } from './decoded-frame.js';

/** Bytes that may follow a native frame without saying anything: the other bytes of a word, and one of padding. */
const SLACK = 3;

/**
 * Native frames have the length that their attributes give. One with more bytes is told, as with YBR_FULL_422 that comes
 * with all of its chrominance (PS3.3 C.7.6.3.1.2); one with fewer does not get this far.
 */
export function lengthMismatch({
  bytes,
  bitOffset = 0,
  transferSyntax,
  attributes,
}: EncodedFrame): Mismatch[] {
  if (transferSyntaxOf(transferSyntax)?.encapsulated !== false) return [];
  const { rows, columns, samplesPerPixel, photometricInterpretation } = attributes;
  const bitsAllocated = { integer: attributes.bitsAllocated, float: 32, double: 64 }[attributes.pixelData];
  const samplesPerRow = /_422$/.test(photometricInterpretation)
    ? 4 * Math.ceil(columns / 2)
    : samplesPerPixel * columns;
  const expected = Math.ceil((bitOffset + rows * samplesPerRow * bitsAllocated) / 8);
  if (bytes.length <= expected + SLACK) return [];
  return [{ attribute: 'pixelDataLength', dataset: expected, codestream: bytes.length }];
}
