import { type DecodedFrame, type DecodeFrameOptions, decodeFrame } from 'cineloop';
import type { EncodedCase } from './case.js';
import type { Contender } from './contender.js';

/** cineloop as a viewer calls it that parses by itself; on this thread, as the peers are. */
export function decodeHere(
  frame: EncodedCase,
  transferSyntax: string,
  options: Pick<DecodeFrameOptions, 'colour' | 'into'> = {},
): Promise<DecodedFrame> {
  return decodeFrame(frame.bytes, transferSyntax, frame.attributes, { ...options, workers: 0 });
}

/** cineloop into a fresh array for each frame, and into one array that is used again and again. */
export async function cineloopContenders(
  frame: EncodedCase,
  transferSyntax: string,
  colour: 'stored' | 'rgb',
): Promise<[fresh: Contender, reused: Contender]> {
  const { samples: into } = await decodeHere(frame, transferSyntax, { colour });
  const decode = async (options: Pick<DecodeFrameOptions, 'into'>) =>
    (await decodeHere(frame, transferSyntax, { ...options, colour })).samples;
  return [
    { name: 'cineloop', decode: () => decode({}) },
    { name: 'cineloop, array reused', decode: () => decode({ into }) },
  ];
}
