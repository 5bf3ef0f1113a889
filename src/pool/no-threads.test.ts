// A platform without workers: a server that renders pages, an old web view.
import { expect, test, vi } from 'vitest';
import { decodeFrame } from '../decode-frame.js';
import { createPool } from './pool.js';

vi.mock('#thread', () => ({
  hasThreads: () => false,
  hardwareConcurrency: () => 8,
  startThread: () => {
    throw new Error('There are no threads.');
  },
}));

test('everything is decoded on the calling thread', async () => {
  expect(createPool().workers).toBe(0);
  expect(createPool({ workers: 4 }).workers).toBe(0);
  // RLE (PS3.5 Annex G): one segment, 5 repeated 4 times.
  const bytes = new Uint8Array(66);
  new DataView(bytes.buffer).setUint32(0, 1, true);
  new DataView(bytes.buffer).setUint32(4, 64, true);
  bytes.set([0xfd, 5], 64);
  const { samples } = await decodeFrame(bytes, '1.2.840.10008.1.2.5', {
    rows: 2,
    columns: 2,
    samplesPerPixel: 1,
    bitsAllocated: 8,
    bitsStored: 8,
    pixelRepresentation: 0,
    photometricInterpretation: 'MONOCHROME2',
  });
  expect([...samples]).toEqual([5, 5, 5, 5]);
});
