import { transferSyntaxOf } from '../dicom/transfer-syntaxes.js';

/** Encapsulated transfer syntaxes that carry whole words: encapsulated uncompressed, RLE, deflated image frame. */
const ENCAPSULATED_WORDS: ReadonlySet<string> = new Set([
  '1.2.840.10008.1.2.1.98',
  '1.2.840.10008.1.2.5',
  '1.2.840.10008.1.2.8.1',
]);

/**
 * Whether frames of a transfer syntax are words of Bits Allocated as the dataset describes them (PS3.5 8.1.1, Annex G),
 * not a codestream with a precision of its own.
 */
export function codesWholeWords(transferSyntax: string): boolean {
  return ENCAPSULATED_WORDS.has(transferSyntax) || transferSyntaxOf(transferSyntax)?.encapsulated === false;
}
