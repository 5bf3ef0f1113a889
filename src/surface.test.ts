// Freezes the public surface: what others build on does not change by accident.
import { readFileSync } from 'node:fs';
import * as surface from 'cineloop';
import { expect, test } from 'vitest';

test('the values that are exported', () => {
  const kinds = Object.entries(surface).map(([name, value]) => {
    if (typeof value !== 'function') return `${name}: ${typeof value}`;
    return `${name}: ${/^class\b/.test(String(value)) ? 'class' : 'function'}`;
  });
  expect(kinds.sort()).toEqual([
    'Aborted: class',
    'AttributeMismatch: class',
    'CineloopError: class',
    'DEFAULT_LIMITS: object',
    'InvalidBitstream: class',
    'InvalidDataset: class',
    'LimitExceeded: class',
    'MissingAttribute: class',
    'TruncatedData: class',
    'UnknownTransferSyntax: class',
    'UnsupportedFeature: class',
    'WorkerFailure: class',
    'createPool: function',
    'decodeFrame: function',
    'decodeProgressively: function',
    'open: function',
    'registerCodec: function',
  ]);
});

test('the types that are exported', () => {
  const index = readFileSync(new URL('./index.ts', import.meta.url), 'utf8');
  const types = [...index.matchAll(/export (type )?\{([^}]*)\}/g)].flatMap(([, all, names]) =>
    names!
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && (all !== undefined || name.startsWith('type ')))
      .map((name) => name.replace(/^type /, '')),
  );
  expect(types.sort()).toEqual(
    [
      'ByteSource',
      'Codec',
      'CodestreamOptions',
      'Concatenation',
      'Codestream',
      'Dataset',
      'DecodeAllOptions',
      'DecodeContext',
      'DecodeFrameOptions',
      'DecodeOptions',
      'DecodeProgressivelyOptions',
      'DecodedFrame',
      'Decoder',
      'Deviation',
      'DicomImage',
      'Element',
      'ElementKey',
      'EmbeddedOverlay',
      'EncodedFrame',
      'ErrorContext',
      'ErrorData',
      'ErrorTag',
      'Extent',
      'FrameAttributes',
      'FrameInPieces',
      'FrameTimings',
      'ImagePixel',
      'Limits',
      'Mismatch',
      'OpenOptions',
      'PlatformWorker',
      'Pool',
      'PoolOptions',
      'RenderOptions',
      'Region',
      'RenderedFrame',
      'SampleArray',
      'SamplesInPlace',
      'SourceHandle',
      'SourceInput',
      'TransferSyntax',
      'Truncation',
      'Value',
      'View',
      'Window',
      'WorkOptions',
      'WorkerSource',
    ].sort(),
  );
});

test('the members of an image', async () => {
  const members = Object.getOwnPropertyNames(Object.getPrototypeOf(await surface.open(header())));
  expect(members.sort()).toEqual([
    'attributes',
    'close',
    'concatenation',
    'constructor',
    'dataset',
    'decode',
    'decodeAll',
    'deviations',
    'frameCount',
    'meta',
    'render',
    'transferSyntax',
    'value',
  ]);
});

/** The smallest dataset: Modality, explicit VR little endian, behind preamble and prefix. */
function header(): Uint8Array {
  const file = new Uint8Array(128 + 4 + 10);
  file.set(new TextEncoder().encode('DICM\x08\x00\x60\x00CS\x02\x00OT'), 128);
  return file;
}
