import type { Codestream } from '../codecs/codec.js';
import type { ImagePixel } from '../dicom/image-pixel.js';
import { AttributeMismatch } from '../errors.js';
import type { Mismatch } from './decoded-frame.js';
import { bytesOf, integerType, type SampleType } from './sample-array.js';
import type { StoredBits } from './stored-bits.js';

/** What the samples of a frame are, once codestream and dataset have both been heard. */
export interface StoredLayout {
  /** Of what is handed out. */
  readonly rows: number;
  readonly columns: number;
  readonly samplesPerPixel: number;
  readonly photometricInterpretation: string;
  /** The typed array that they come in. */
  readonly type: SampleType;
  /** Where they stand in the words that the codec hands out; undefined for floating point. */
  readonly stored: StoredBits | undefined;
  /** The words are these samples already: the codestream has kept nothing in bits that are not used. */
  readonly clean: boolean;
  /** Each disagreement. */
  readonly mismatches: readonly Mismatch[];
}

/** How a frame's samples were coded. */
interface Coding {
  /** Whole words of Bits Allocated were coded (native, RLE, deflated), so that only the dataset says which bits are used. */
  readonly wholeWords: boolean;
  /** Bits of the words that the dataset declares as overlay planes; the samples must then be read by High Bit. */
  readonly overlayBits: readonly number[];
  /** What the caller says that the components are: heard before both codestream and dataset. */
  readonly photometricInterpretation?: string | undefined;
}

/**
 * What decoding rests on, before anything is decoded.
 * @throws AttributeMismatch for values that no image can have
 */
export function checkAttributes(attributes: ImagePixel): void {
  const whole = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most;
  const refuse = (keyword: string, element: string, value: unknown): never => {
    throw new AttributeMismatch(`${keyword} is ${String(value)}: no image has that.`, {
      element,
      clause: 'PS3.3 C.7.6.3',
    });
  };
  const { rows, columns, samplesPerPixel, bitsAllocated } = attributes;
  if (!whole(rows, 1, 0xffff_ffff)) refuse('Rows', '00280010', rows);
  if (!whole(columns, 1, 0xffff_ffff)) refuse('Columns', '00280011', columns);
  if (!whole(samplesPerPixel, 1, 0xffff)) refuse('Samples per Pixel', '00280002', samplesPerPixel);
  if (!whole(bitsAllocated, 1, 64)) refuse('Bits Allocated', '00280100', bitsAllocated);
}

/**
 * Hears both sides. The codestream's own characteristics are followed (PS3.5 8.2); the dataset adds what the codestream
 * does not carry: the sign, the place of the used bits in a whole word, the container, the meaning of the components.
 * Each disagreement is listed.
 * @throws AttributeMismatch when floating point was declared and the codestream has other samples
 */
export function reconcile(codestream: Codestream, attributes: ImagePixel, coding: Coding): StoredLayout {
  const mismatches: Mismatch[] = [];
  const followed = (attribute: string, dataset: number | string, actual: number | string) => {
    if (dataset !== actual) mismatches.push({ attribute, dataset, codestream: actual });
  };
  const { samplesPerPixel } = codestream;
  followed('rows', attributes.rows, codestream.rows);
  followed('columns', attributes.columns, codestream.columns);
  followed('samplesPerPixel', attributes.samplesPerPixel, samplesPerPixel);
  const photometricInterpretation =
    coding.photometricInterpretation === undefined
      ? reconcilePhotometric(codestream, attributes, followed)
      : afterDecoding(coding.photometricInterpretation);
  const { rows, columns } = codestream.extent ?? codestream;

  if (attributes.pixelData !== 'integer') {
    const type = attributes.pixelData === 'float' ? 'float32' : 'float64';
    if (codestream.bytesPerSample !== bytesOf(type)) {
      throw new AttributeMismatch(
        `Floating point samples of ${bytesOf(type) * 8} bits were declared, the codestream has ${codestream.bitsPerSample} bits.`,
        { clause: 'PS3.3 C.7.6.24' },
      );
    }
    return {
      rows,
      columns,
      samplesPerPixel,
      photometricInterpretation,
      type,
      stored: undefined,
      clean: true,
      mismatches,
    };
  }

  const stored = reconcileBits(codestream, attributes, coding, followed);
  const declared = integerType(attributes.bitsAllocated, stored.signed);
  const needed = integerType(stored.bits, stored.signed);
  const type = bytesOf(needed) > bytesOf(declared) ? needed : declared;
  if (type !== declared) followed('bitsAllocated', attributes.bitsAllocated, bytesOf(type) * 8);
  const clean = isClean(codestream, stored, type);
  return { rows, columns, samplesPerPixel, photometricInterpretation, type, stored, clean, mismatches };
}

type Followed = (attribute: string, dataset: number | string, actual: number | string) => void;

function reconcileBits(
  { bitsPerSample: precision, signed: codestreamSigned }: Codestream,
  { bitsAllocated, bitsStored: declaredBits, highBit: declaredHighBit, pixelRepresentation }: ImagePixel,
  { wholeWords, overlayBits }: Coding,
  followed: Followed,
): StoredBits {
  const signed = pixelRepresentation === 1;
  // A sign that disagrees is not followed: encoders lose it, and the bits are two's complement all the same. They are
  // read again at the codestream's precision.
  if (codestreamSigned !== undefined)
    followed('pixelRepresentation', pixelRepresentation, codestreamSigned ? 1 : 0);

  const plausible = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most;
  // Bits Stored that no word of Bits Allocated has room for says nothing.
  const bitsStored = plausible(declaredBits, 1, bitsAllocated) ? declaredBits : precision;
  const highBitFits = plausible(declaredHighBit, bitsStored - 1, bitsAllocated - 1);
  const highBit = highBitFits ? declaredHighBit : bitsStored - 1;

  const placed =
    highBit < precision &&
    (wholeWords || (precision > bitsStored && (highBit !== bitsStored - 1 || overlayBits.length > 0)));
  if (placed) {
    followed('bitsStored', declaredBits, bitsStored);
    followed('highBit', declaredHighBit, highBit);
    return { bits: bitsStored, shift: highBit + 1 - bitsStored, signed };
  }

  followed('bitsStored', declaredBits, precision);
  // Where nothing but the dataset knows of a sign, it is at Bits Stored: the words may hold copies of it above, or not.
  const signAt =
    signed && codestreamSigned === undefined && precision <= bitsAllocated ? bitsStored : precision;
  return { bits: signAt, shift: 0, signed };
}

/** A codec extends what it decodes from the codestream's precision to its container, by the codestream's own sign. */
function isClean(
  { bitsPerSample, signed, bytesPerSample }: Codestream,
  stored: StoredBits,
  type: SampleType,
): boolean {
  if (stored.shift !== 0 || bytesPerSample !== bytesOf(type)) return false;
  if (stored.bits === bytesPerSample * 8) return true;
  return (signed ?? false) === stored.signed && stored.bits >= bitsPerSample;
}

/** Names of what a decoder leaves where the dataset names what an encoder was given (PS3.3 C.7.6.3.1.2). */
const AFTER_DECODING: Readonly<Record<string, string>> = {
  YBR_RCT: 'RGB',
  YBR_ICT: 'RGB',
  YBR_FULL_422: 'YBR_FULL',
};

function afterDecoding(interpretation: string): string {
  const name = interpretation.trim().toUpperCase();
  return AFTER_DECODING[name] ?? name;
}

const isGray = (interpretation: string) =>
  interpretation.startsWith('MONOCHROME') || interpretation === 'PALETTE COLOR';

function reconcilePhotometric(codestream: Codestream, attributes: ImagePixel, followed: Followed): string {
  const expected = afterDecoding(attributes.photometricInterpretation);
  const { samplesPerPixel } = codestream;
  let actual = codestream.photometricInterpretation;
  if (samplesPerPixel === 1) {
    // One component is gray or an index; the codestream cannot tell which of them.
    actual = isGray(expected) ? expected : 'MONOCHROME2';
  } else if (actual === undefined) {
    actual = isGray(expected) && samplesPerPixel === 3 ? 'RGB' : expected;
  }
  if (actual !== expected) {
    followed('photometricInterpretation', attributes.photometricInterpretation.trim(), actual);
  }
  return actual;
}
