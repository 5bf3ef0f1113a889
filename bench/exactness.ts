import { bytesOf, type EncodedCase, sha256Of } from './case.js';
import { decodeHere } from './cineloop.js';
import type { Output } from './contender.js';

/** What a decoder's samples are worth: times count only where they are right. */
export interface Verdict {
  readonly counts: boolean;
  readonly refused: boolean;
  /** `exact`, `wrong`, `as the peer`, `RGB within 1`, or what a decoder said that refused. */
  readonly note: string;
}

const EXACT: Verdict = { counts: true, refused: false, note: 'exact' };
const WRONG: Verdict = { counts: false, refused: false, note: 'wrong' };

/**
 * Irreversible transforms: standards bound what comes out, so that right decoders may round apart, and the hash of the
 * reference is one answer of several.
 */
const IRREVERSIBLE = [91, 203, 112].map((number) => `1.2.840.10008.1.2.4.${number}`);

/**
 * The DCT of JPEG: T.83 bounds the error of its inverse, and decoders that do not follow libjpeg round apart by one or two
 * of 8 bits; the image loader's JavaScript as coarsely where there are more.
 */
const DCT = [50, 51, 53, 55].map((number) => `1.2.840.10008.1.2.4.${number}`);
const DCT_TOLERANCE = 2;

/** Colour that was converted by different arithmetic may differ by rounding: libjpeg's own, PS3.3 C.7.6.3.1.2's formulas. */
const RGB_TOLERANCE = 2;

/** Whether stored samples have the hash that the reference says; a peer may leave colour by plane. */
function storedVerdict(samples: Output, { sha256, attributes }: EncodedCase): Verdict {
  if (sha256Of(samples) === sha256) return EXACT;
  const { samplesPerPixel, bitsAllocated } = attributes;
  if (samplesPerPixel > 1 && bitsAllocated === 8) {
    const byPixel = interleaved(bytesOf(samples), samplesPerPixel);
    if (sha256Of(byPixel) === sha256) return { ...EXACT, note: 'exact, by plane' };
  }
  return WRONG;
}

function interleaved(planes: Uint8Array, samplesPerPixel: number): Uint8Array {
  const pixels = planes.length / samplesPerPixel;
  return planes.map((_, at) => planes[(at % samplesPerPixel) * pixels + Math.floor(at / samplesPerPixel)]!);
}

/**
 * Verdicts on cineloop and on a peer, each decoding once. Where the peer converts colour to RGB there is no reference for
 * its output: then cineloop's stored samples must have the hash, and its RGB must be the peer's to within rounding.
 */
export async function verdicts(
  frame: EncodedCase,
  transferSyntax: string,
  peer: { readonly colour: 'stored' | 'rgb'; decode(): Output | Promise<Output> },
): Promise<{ ours: Verdict; theirs: Verdict }> {
  const hashes: string[] = [];
  let stored: Output | undefined;
  const ours = await judged(async () => {
    const { samples } = await decodeHere(frame, transferSyntax);
    stored = samples;
    hashes.push(sha256Of(samples));
    return hashes[0] === frame.sha256 ? EXACT : WRONG;
  });
  const theirs = await judged(async () => {
    const output = await peer.decode();
    if (peer.colour === 'stored' || frame.attributes.samplesPerPixel === 1) {
      hashes.push(sha256Of(output));
      const verdict = storedVerdict(output, frame);
      return verdict === WRONG && ours === EXACT && DCT.includes(transferSyntax)
        ? roundingVerdict(stored!, output, DCT_TOLERANCE << Math.max(0, frame.attributes.bitsStored - 8))
        : verdict;
    }
    const { samples } = await decodeHere(frame, transferSyntax, { colour: 'rgb' });
    return roundingVerdict(bytesOf(samples), bytesOf(output), RGB_TOLERANCE, 'RGB ');
  });
  if (ours === WRONG && hashes[0] === hashes[1] && IRREVERSIBLE.includes(transferSyntax)) {
    const alike = { ...EXACT, note: 'as the peer' };
    return { ours: alike, theirs: alike };
  }
  return { ours, theirs };
}

/** Whether samples are those of a right answer to within rounding; both of the same bits. */
function roundingVerdict(right: Output, output: Output, tolerance: number, what = ''): Verdict {
  if (right.byteLength !== output.byteLength) return { ...WRONG, note: `${what}of another size` };
  const [a, b] = [right, output].map((samples) => (is16Bit(right) ? wordsOf(samples) : bytesOf(samples)));
  let difference = 0;
  for (let at = 0; at < a!.length; at += 1) difference = Math.max(difference, Math.abs(a![at]! - b![at]!));
  const note = difference === 0 ? 'exact' : `${what}within ${difference}`;
  return { counts: difference <= tolerance, refused: false, note };
}

const is16Bit = (samples: Output) => samples instanceof Uint16Array || samples instanceof Int16Array;

function wordsOf({ buffer, byteOffset, byteLength }: Output): Uint16Array {
  return new Uint16Array(buffer, byteOffset, byteLength / 2);
}

async function judged(judge: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await judge();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { counts: false, refused: true, note: `refused: ${message.split('\n')[0]!.slice(0, 60)}` };
  }
}
