import type { ImagePixel } from '../dicom/image-pixel.js';
import type { EncodedFrame } from './codec.js';

/** An RLE frame of these segments: the header of PS3.5 G.5, then one segment behind the other, as they are. */
export function rleFrame(...segments: readonly (readonly number[] | Uint8Array)[]): Uint8Array {
  const length = segments.reduce((sum, segment) => sum + segment.length, 64);
  const frame = new Uint8Array(length);
  const header = new DataView(frame.buffer);
  header.setUint32(0, segments.length, true);
  let offset = 64;
  for (const [index, segment] of segments.entries()) {
    header.setUint32(4 + 4 * index, offset, true);
    frame.set(segment, offset);
    offset += segment.length;
  }
  return frame;
}

/** A frame with what the dataset says of it. */
export function encodedFrame(
  bytes: Uint8Array,
  rows: number,
  columns: number,
  bitsAllocated = 8,
  samplesPerPixel = 1,
): EncodedFrame {
  const attributes: ImagePixel = {
    rows,
    columns,
    samplesPerPixel,
    bitsAllocated,
    bitsStored: bitsAllocated,
    highBit: bitsAllocated - 1,
    pixelRepresentation: 0,
    planarConfiguration: 0,
    photometricInterpretation: samplesPerPixel === 1 ? 'MONOCHROME2' : 'RGB',
    pixelData: 'integer',
    pixelDataVr: 'OB',
  };
  return { bytes, transferSyntax: '1.2.840.10008.1.2.5', attributes };
}

/** Pseudo-random whole numbers from 0 to `below` - 1, the same for the same seed (Numerical Recipes' congruence). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** How a random segment is mixed: the longest run of each kind, and how often of 16 a run is a Replicate Run or a no-op. */
export interface Mix {
  readonly longest: number;
  readonly replicates: number;
  readonly empty: number;
}

/**
 * Writes runs at random, and beside them the bytes that they stand for by G.3.2. The last run is cut so that the plane has
 * exactly `length` bytes.
 */
export function randomSegment(
  length: number,
  mix: Mix,
  random: (below: number) => number,
): { segment: number[]; plane: Uint8Array } {
  const segment: number[] = [];
  const plane = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const choice = random(16);
    const count = Math.min(1 + random(mix.longest), length - at);
    if (choice < mix.empty) segment.push(0x80);
    else if (choice < mix.empty + mix.replicates && count > 1) {
      const value = random(256);
      segment.push(257 - count, value);
      plane.fill(value, at, at + count);
      at += count;
    } else {
      segment.push(count - 1);
      for (const end = at + count; at < end; at++) {
        plane[at] = random(256);
        segment.push(plane[at]);
      }
    }
  }
  return { segment, plane };
}
