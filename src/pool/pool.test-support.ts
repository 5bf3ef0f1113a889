/** What the tests of the pool from outside share: an RLE image in memory and as a file, and pools that are closed behind each test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, type DecodedFrame, type Pool } from 'cineloop';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { COLUMNS, ROWS, rleFile, sourceFrames } from './cine-file.test-support.js';

export const SAMPLES = ROWS * COLUMNS;
export const frames = sourceFrames(12);
export const rle = rleFile(frames);

export const folder = mkdtempSync(join(tmpdir(), 'cineloop-pool-'));
export const rlePath = join(folder, 'rle.dcm');
beforeAll(() => writeFileSync(rlePath, rle));
afterAll(() => rmSync(folder, { recursive: true }));

const pools: Pool[] = [];
export function poolOf(options: Parameters<typeof createPool>[0]): Pool {
  const pool = createPool(options);
  pools.push(pool);
  return pool;
}
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())));

export function bytesOf({ samples }: { readonly samples: DecodedFrame['samples'] }): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

export async function allOf(iterable: AsyncIterable<DecodedFrame>): Promise<DecodedFrame[]> {
  const decoded: DecodedFrame[] = [];
  for await (const frame of iterable) decoded.push(frame);
  return decoded;
}

/** What gave this array its type lives in another realm of the test runner: compare names and values. */
export function expectSamples(decoded: DecodedFrame | undefined, source: Uint16Array): void {
  expect(decoded?.samples[Symbol.toStringTag]).toBe('Uint16Array');
  expect([...(decoded?.samples ?? [])]).toEqual([...source]);
}

export const ATTRIBUTES = {
  rows: ROWS,
  columns: COLUMNS,
  samplesPerPixel: 1,
  bitsAllocated: 16,
  bitsStored: 16,
  pixelRepresentation: 0,
  photometricInterpretation: 'MONOCHROME2',
} as const;
