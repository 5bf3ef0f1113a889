import { EMSCRIPTEN_BUILDS } from './emscripten-builds.js';
import { loaderOf } from './emscripten-loader.js';
import { imageLoaderJpeg, imageLoaderRle } from './image-loader.js';
import { jpegLosslessLoader } from './jpeg-lossless-decoder.js';
import type { Peer } from './peer.js';

export type { Peer };

function emscripten(name: keyof typeof EMSCRIPTEN_BUILDS, colour: Peer['colour'], syntaxes: number[]): Peer {
  const build = EMSCRIPTEN_BUILDS[name];
  const transferSyntaxes = syntaxes.map((number) => `1.2.840.10008.1.2.4.${number}`);
  return { name, package: build.package, transferSyntaxes, colour, load: loaderOf(build) };
}

function jpegLossless(name: string): Peer {
  const transferSyntaxes = ['1.2.840.10008.1.2.4.57', '1.2.840.10008.1.2.4.70'];
  return { name, package: name, transferSyntaxes, colour: 'stored', load: jpegLosslessLoader(name) };
}

/** Every decoder that cineloop is held against; the first of a transfer syntax is the one that the summary goes by. */
export const PEERS: readonly Peer[] = [
  {
    name: 'dicom-image-loader RLE',
    package: '@cornerstonejs/dicom-image-loader',
    transferSyntaxes: ['1.2.840.10008.1.2.5'],
    colour: 'stored',
    load: imageLoaderRle,
  },
  jpegLossless('jpeg-lossless-decoder-js'),
  jpegLossless('@cornerstonejs/jpeg-lossless-decoder-js'),
  emscripten('libjpeg-turbo', 'rgb', [50, 51, 53, 55]),
  {
    name: 'dicom-image-loader JPEG',
    package: '@cornerstonejs/dicom-image-loader',
    transferSyntaxes: ['1.2.840.10008.1.2.4.51'],
    colour: 'stored',
    load: imageLoaderJpeg,
  },
  emscripten('charls', 'stored', [80, 81]),
  emscripten('openjpeg', 'stored', [90, 91]),
  emscripten('openjph', 'stored', [201, 202, 203]),
  emscripten('libjxl', 'stored', [110, 111, 112]),
];

export function peersFor(transferSyntax: string): Peer[] {
  return PEERS.filter((peer) => peer.transferSyntaxes.includes(transferSyntax));
}
