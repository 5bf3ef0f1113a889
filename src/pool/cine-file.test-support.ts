import { explicitLittleEndian, writeDataset, writeFile } from '../../fixtures/generate/dataset-writer.js';
import { encapsulated } from '../../fixtures/generate/encapsulation.js';
import { encodeRle } from '../../fixtures/generate/rle-encoder.js';

export const ROWS = 24;
export const COLUMNS = 32;
export const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
export const RLE_LOSSLESS = '1.2.840.10008.1.2.5';

/** Frames of 16-bit samples that differ in every place. */
export function sourceFrames(count: number): Uint16Array[] {
  return Array.from({ length: count }, (_, frame) =>
    Uint16Array.from({ length: ROWS * COLUMNS }, (_, pixel) => (frame * 7919 + pixel * 257) & 0xffff),
  );
}

function file(
  transferSyntax: string,
  frameCount: number,
  pixelData: Parameters<typeof writeDataset>[0],
): Uint8Array {
  const identity = { sopClass: '1.2.840.10008.5.1.4.1.1.7.3', sopInstance: '2.25.7', transferSyntax };
  const elements = [
    { tag: 0x00080016, vr: 'UI', value: identity.sopClass },
    { tag: 0x00080018, vr: 'UI', value: identity.sopInstance },
    { tag: 0x00080060, vr: 'CS', value: 'OT' },
    { tag: 0x00280002, vr: 'US', value: [1] },
    { tag: 0x00280004, vr: 'CS', value: 'MONOCHROME2' },
    { tag: 0x00280008, vr: 'IS', value: String(frameCount) },
    { tag: 0x00280010, vr: 'US', value: [ROWS] },
    { tag: 0x00280011, vr: 'US', value: [COLUMNS] },
    { tag: 0x00280100, vr: 'US', value: [16] },
    { tag: 0x00280101, vr: 'US', value: [16] },
    { tag: 0x00280102, vr: 'US', value: [15] },
    { tag: 0x00280103, vr: 'US', value: [0] },
    ...pixelData,
  ];
  return writeFile(identity, writeDataset(elements, explicitLittleEndian));
}

/** A multi-frame file of native frames. */
export function nativeFile(frames: readonly Uint16Array[]): Uint8Array {
  const words = frames.flatMap((frame) => [...frame]);
  return file(EXPLICIT_LITTLE_ENDIAN, frames.length, [{ tag: 0x7fe00010, vr: 'OW', value: words }]);
}

/** A multi-frame file in RLE Lossless with a Basic Offset Table; each frame may be changed once it is encoded. */
export function rleFile(
  frames: readonly Uint16Array[],
  change: (encoded: Uint8Array, frame: number) => Uint8Array = (encoded) => encoded,
): Uint8Array {
  return encapsulatedFile(
    RLE_LOSSLESS,
    frames.map((samples, frame) => change(encodeRle(samples, 1, COLUMNS), frame)),
  );
}

/** A multi-frame file of frames that are encoded already. */
export function encapsulatedFile(transferSyntax: string, frames: readonly Uint8Array[]): Uint8Array {
  return file(transferSyntax, frames.length, encapsulated(frames, { offsetTable: 'basic' }));
}
