import { bytesOf, type EncodedCase, sha256Of } from './case.js';
import { decodeHere } from './cineloop.js';
import type { Output } from './contender.js';

/** What a decoder's samples are worth: times count only where they are `exact`, or as near as the note says. */
export interface Verdict {
  readonly counts: boolean;
  /** `exact`, `wrong`, `RGB within 1`, or what a decoder said that refused. */
  readonly note: string;
}

/** Colour that was converted by different arithmetic may differ by rounding: libjpeg's own, PS3.3 C.7.6.3.1.2's formulas. */
const RGB_TOLERANCE = 2;

/** Whether stored samples have the hash that the reference says; a peer may leave colour by plane. */
export function storedVerdict(samples: Output, { sha256, attributes }: EncodedCase): Verdict {
  if (sha256Of(samples) === sha256) return { counts: true, note: 'exact' };
  const { samplesPerPixel, bitsAllocated } = attributes;
  if (samplesPerPixel > 1 && bitsAllocated === 8) {
    const byPixel = interleaved(bytesOf(samples), samplesPerPixel);
    if (sha256Of(byPixel) === sha256) return { counts: true, note: 'exact, by plane' };
  }
  return { counts: false, note: 'wrong' };
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
  const ours = await judged(async () => {
    const { samples } = await decodeHere(frame, transferSyntax);
    const exact = sha256Of(samples) === frame.sha256;
    return { counts: exact, note: exact ? 'exact' : 'wrong' };
  });
  const theirs = await judged(async () => {
    const output = await peer.decode();
    if (peer.colour === 'stored' || frame.attributes.samplesPerPixel === 1)
      return storedVerdict(output, frame);
    const { samples } = await decodeHere(frame, transferSyntax, { colour: 'rgb' });
    return rgbVerdict(bytesOf(samples), bytesOf(output));
  });
  return { ours, theirs };
}

function rgbVerdict(ours: Uint8Array, theirs: Uint8Array): Verdict {
  if (ours.length !== theirs.length) return { counts: false, note: 'RGB of another size' };
  const difference = ours.reduce((most, value, at) => Math.max(most, Math.abs(value - theirs[at]!)), 0);
  const note = difference === 0 ? 'exact' : `RGB within ${difference}`;
  return { counts: difference <= RGB_TOLERANCE, note };
}

async function judged(judge: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await judge();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { counts: false, note: `refused: ${message.split('\n')[0]!.slice(0, 60)}` };
  }
}
