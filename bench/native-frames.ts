import { type DicomImage, open } from 'cineloop';
import { explicitLittleEndian, writeDataset, writeFile } from '../fixtures/generate/dataset-writer.js';
import { alternate, cost, type Schedule } from './alternation.js';
import { median } from './statistics.js';

/** What a native frame in memory costs. */
export interface NativeResult {
  readonly size: number;
  readonly bitsStored: number;
  readonly bytes: number;
  /** Whether the samples are a view on the file's own memory. */
  readonly sameBuffer: boolean;
  readonly microseconds: number;
  /** What one copy of the frame's bytes into fresh memory takes here. */
  readonly copyMicroseconds: number;
}

const SIZES = [256, 1024, 4096];

/**
 * Decodes native 16-bit frames of growing size out of memory. Where all bits are stored nothing is looked at and the time
 * does not depend on the size; where some are not, they are read once, to see that they are clear (PS3.5 8.1.1).
 */
export async function measureNative(schedule: Schedule): Promise<NativeResult[]> {
  const results: NativeResult[] = [];
  for (const bitsStored of [16, 12]) {
    const images = await Promise.all(SIZES.map(async (size) => opened(size, bitsStored)));
    // Apart from each other: the garbage of the copies is collected in the turns of those around them.
    const decodes = await alternate(
      images.map(({ image, size }) => ({
        name: `decode ${size}`,
        decode: async () => (await image.decode(0)).samples,
      })),
      schedule,
    );
    const copies = await alternate(
      images.map(({ pixels, size }) => ({ name: `copy ${size}`, decode: () => pixels.slice() })),
      schedule,
    );
    for (const [index, { image, pixels, size }] of images.entries()) {
      const { samples } = await image.decode(0);
      results.push({
        ...{ size, bitsStored, bytes: pixels.length },
        sameBuffer: samples.buffer === pixels.buffer && samples.byteOffset === pixels.byteOffset,
        microseconds: 1000 * median(cost(decodes[index]!)),
        copyMicroseconds: 1000 * median(cost(copies[index]!)),
      });
      await image.close();
    }
  }
  return results;
}

/** An image in memory, and its pixel data as they stand there: the file ends with them. */
async function opened(
  size: number,
  bitsStored: number,
): Promise<{ image: DicomImage; pixels: Uint8Array; size: number }> {
  const samples = Uint16Array.from(
    { length: size * size },
    (_, pixel) => (pixel * 7) & (2 ** bitsStored - 1),
  );
  const short = (tag: number, value: number) => ({ tag, vr: 'US', value: [value] }) as const;
  const dataset = writeDataset(
    [
      { tag: 0x00080016, vr: 'UI', value: '1.2.840.10008.5.1.4.1.1.7' },
      { tag: 0x00080018, vr: 'UI', value: '2.25.2' },
      short(0x00280002, 1),
      { tag: 0x00280004, vr: 'CS', value: 'MONOCHROME2' },
      ...[short(0x00280010, size), short(0x00280011, size)],
      ...[short(0x00280100, 16), short(0x00280101, bitsStored), short(0x00280102, bitsStored - 1)],
      short(0x00280103, 0),
      { tag: 0x7fe00010, vr: 'OW', value: new Uint8Array(samples.buffer) },
    ],
    explicitLittleEndian,
  );
  const identity = {
    sopClass: '1.2.840.10008.5.1.4.1.1.7',
    sopInstance: '2.25.2',
    transferSyntax: '1.2.840.10008.1.2.1',
  };
  const file = writeFile(identity, dataset);
  return { image: await open(file), pixels: file.subarray(file.length - samples.byteLength), size };
}
