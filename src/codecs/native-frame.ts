import type { ImagePixel } from '../dicom/image-pixel.js';
import { TruncatedData, UnsupportedFeature } from '../errors.js';
import type { Samples } from '../wasm/samples.js';
import type { Codestream, DecodeContext, EncodedFrame, SamplesInPlace } from './codec.js';

/**
 * A frame of native pixel data (PS3.5 8.1.1, 8.1.2): samples of Bits Allocated one behind the other, from some bit on.
 * A transfer syntax adds the byte order, or a wrapping that is taken off before.
 */
export interface NativeFrame extends Pick<EncodedFrame, 'bytes' | 'bitOffset' | 'attributes'> {
  readonly bigEndian: boolean;
}

/** A frame whose first byte is the one that it begins in, or whose first word where words are swapped. */
interface PlacedFrame {
  readonly bytes: Uint8Array;
  readonly bitOffset: number;
  readonly attributes: ImagePixel;
  /** Bytes of the words whose order is to be reversed. */
  readonly swap: 2 | 4 | 8 | undefined;
}

/** How the chrominance of a frame is stored, which only its length tells (PS3.3 C.7.6.3.1.2). */
type Chroma = 'full' | 'pairs by row' | 'pairs throughout';

/** One move of all samples from one memory to another. */
interface Step {
  /** Bytes that come out of it. */
  readonly size: number;
  run(source: Uint8Array, target: Uint8Array): void;
}

/**
 * What a native frame hands out: whole words of Bits Allocated, unused bits and all; the dataset alone knows which bits are
 * used. Packed samples come out in containers. YBR_FULL_422 comes out as YBR_FULL.
 * @throws UnsupportedFeature for samples that are neither 1, 8, 12, 16, 24, 32, 40 nor 64 bits wide
 */
export function nativeCodestream(attributes: ImagePixel): Codestream {
  const { rows, columns, samplesPerPixel } = attributes;
  const bitsPerSample = bitsPerNativeSample(attributes);
  return {
    rows,
    columns,
    samplesPerPixel,
    bitsPerSample,
    signed: undefined,
    photometricInterpretation: hasPairs(attributes, 'YBR_FULL_422') ? 'YBR_FULL' : undefined,
    bytesPerSample: containerOf(bitsPerSample),
  };
}

/** Bytes that a frame has at most, from the first that it begins in to the last that it ends in. */
export function nativeFrameBytes(attributes: ImagePixel): number {
  const { rows, columns, samplesPerPixel } = attributes;
  return Math.ceil((rows * columns * samplesPerPixel * bitsPerNativeSample(attributes)) / 8);
}

/**
 * Decodes a native frame. Bytes behind it are ignored.
 * @throws TruncatedData where bytes are missing
 * @throws UnsupportedFeature, and what `allocate` throws
 */
export function decodeNativeFrame(
  frame: NativeFrame,
  { allocate }: DecodeContext,
  samples: Samples,
): Codestream {
  const codestream = nativeCodestream(frame.attributes);
  const placed = place(frame);
  const { chroma, bytes } = takeBytes(placed, codestream);
  const target = allocate(codestream);
  const steps = stepsOf({ ...placed, bytes }, codestream, chroma, samples);
  let source = bytes;
  for (const step of steps.slice(0, -1)) {
    const between = new Uint8Array(step.size);
    step.run(source, between);
    source = between;
  }
  const last = steps.at(-1);
  if (last === undefined) target.set(source);
  else last.run(source, target);
  return codestream;
}

/** The samples of a native frame where they stand, if there is nothing to move: see `Decoder.inPlace`. */
export function nativeSamplesInPlace(frame: NativeFrame): SamplesInPlace | undefined {
  const { bytes, bitOffset, attributes, swap } = place(frame);
  const codestream = nativeCodestream(attributes);
  const { bytesPerSample, bitsPerSample, rows, columns, samplesPerPixel } = codestream;
  const size = rows * columns * samplesPerPixel * bytesPerSample;
  const fits =
    bitsPerSample === 8 * bytesPerSample &&
    bitOffset === 0 &&
    swap === undefined &&
    !isPlanar(attributes) &&
    bytes.length >= size &&
    bytes.byteOffset % bytesPerSample === 0;
  return fits ? { codestream, bytes: bytes.subarray(0, size) } : undefined;
}

function bitsPerNativeSample({ bitsAllocated, pixelData }: ImagePixel): number {
  if (pixelData !== 'integer') return pixelData === 'float' ? 32 : 64;
  if ([1, 8, 12, 16, 24, 32, 40, 64].includes(bitsAllocated)) return bitsAllocated;
  throw new UnsupportedFeature(`Native samples of ${bitsAllocated} bits cannot be decoded`, {
    feature: `native pixel data with Bits Allocated ${bitsAllocated}`,
    clause: 'PS3.5 8.1.1',
  });
}

function containerOf(bits: number): Codestream['bytesPerSample'] {
  if (bits <= 8) return 1;
  if (bits <= 16) return 2;
  return bits <= 32 ? 4 : 8;
}

/**
 * Bytes of the words whose order is to be reversed; undefined where none is. In big endian, samples of up to 12 bits stand in
 * 16-bit words if the VR is OW, and in bytes that have no order if it is OB (PS3.5 A.3, 7.3). Wider samples are words of
 * their own: so writers and pydicom have it for 32 bits, where some readers swap each half.
 */
function swapWidth({ bigEndian, attributes }: NativeFrame): 2 | 4 | 8 | undefined {
  if (!bigEndian) return undefined;
  const bits = bitsPerNativeSample(attributes);
  if (bits <= 12) return attributes.pixelDataVr === 'OW' ? 2 : undefined;
  if (bits === 16 || bits === 32 || bits === 64) return (bits / 8) as 2 | 4 | 8;
  throw new UnsupportedFeature(`Big endian samples of ${bits} bits cannot be decoded`, {
    feature: `big endian native pixel data with Bits Allocated ${bits}`,
    clause: 'PS3.5 A.3',
  });
}

function place(frame: NativeFrame): PlacedFrame {
  const { bytes, bitOffset = 0, attributes } = frame;
  const swap = swapWidth(frame);
  if (swap !== undefined) return { bytes, bitOffset, attributes, swap };
  return { bytes: bytes.subarray(bitOffset >> 3), bitOffset: bitOffset & 7, attributes, swap };
}

function isPlanar({ planarConfiguration, samplesPerPixel }: ImagePixel): boolean {
  return planarConfiguration === 1 && samplesPerPixel > 1;
}

function hasPairs({ photometricInterpretation, samplesPerPixel }: ImagePixel, ...names: string[]): boolean {
  return samplesPerPixel === 3 && names.includes(photometricInterpretation);
}

/**
 * The bytes of the frame without what is behind, and how its chrominance is stored. Chrominance of two bytes per pixel is
 * what the standard asks of 4:2:2; archives often send three, by pixel: the length decides. An odd last column has the room
 * of a pair, or the pairs go on in the next row.
 */
function takeBytes(
  { bytes, bitOffset, attributes, swap }: PlacedFrame,
  { rows, columns, samplesPerPixel, bitsPerSample }: Codestream,
): { bytes: Uint8Array; chroma: Chroma } {
  const pixels = rows * columns;
  // Whole words where words are swapped.
  const unit = swap ?? 1;
  const sizeOf = (samples: number) => Math.ceil((bitOffset + samples * bitsPerSample) / (8 * unit)) * unit;
  const sizes: [Chroma, number][] = [['full', sizeOf(pixels * samplesPerPixel)]];
  if (hasPairs(attributes, 'YBR_FULL_422', 'YBR_PARTIAL_422') && bitsPerSample === 8) {
    sizes.push(['pairs by row', sizeOf(rows * Math.ceil(columns / 2) * 4)]);
    sizes.push(['pairs throughout', sizeOf(Math.ceil(pixels / 2) * 4)]);
    sizes.push(['pairs throughout', sizeOf(pixels * 2)]);
  }
  const found = sizes.find(([, size]) => size <= bytes.length);
  if (found !== undefined) return { chroma: found[0], bytes: bytes.subarray(0, found[1]) };

  if (hasPairs(attributes, 'YBR_PARTIAL_420') && bytes.length >= sizeOf(pixels * 1.5)) {
    throw new UnsupportedFeature('Native YBR_PARTIAL_420 has no order of samples that the standard defines', {
      feature: 'native YBR_PARTIAL_420',
      clause: 'PS3.3 C.7.6.3.1.2',
    });
  }
  const [, needed] = sizes.at(-1)!;
  const planes = isPlanar(attributes) ? samplesPerPixel : 1;
  const row = needed / planes / rows;
  throw new TruncatedData(`The frame has ${bytes.length} of ${needed} bytes`, {
    offset: bytes.length,
    goodRows: Math.max(0, Math.floor((bytes.length - needed + needed / planes) / row)),
    clause: 'PS3.5 8.1.1',
  });
}

/** What has to be done to the bytes, in order. */
function stepsOf(
  { bytes, bitOffset, attributes, swap }: PlacedFrame,
  { rows, columns, samplesPerPixel, bitsPerSample, bytesPerSample }: Codestream,
  chroma: Chroma,
  samples: Samples,
): Step[] {
  const size = rows * columns * samplesPerPixel * bytesPerSample;
  const steps: Step[] = [];
  if (swap !== undefined) {
    steps.push({ size: bytes.length, run: (source, target) => samples.swapBytes(source, target, swap) });
  }
  if (chroma !== 'full') {
    const run = chroma === 'pairs by row' ? columns : rows * columns;
    steps.push({ size, run: (source, target) => samples.expand422(source, target, run) });
  } else if (bitsPerSample === 1) {
    steps.push({ size, run: (source, target) => samples.unpackBits(source, bitOffset, target) });
  } else if (bitsPerSample === 12) {
    const wordsOf = (target: Uint8Array) => new Uint16Array(target.buffer, target.byteOffset, size / 2);
    steps.push({ size, run: (source, target) => samples.unpack12(source, bitOffset, wordsOf(target)) });
  } else if (bitsPerSample === 24 || bitsPerSample === 40) {
    const width = bitsPerSample === 24 ? 3 : 5;
    steps.push({ size, run: (source, target) => samples.widen(source, target, width) });
  } else if (bytes.length !== size) {
    // Bytes in 16-bit words: the first word, or the last, is shared with another frame or with padding.
    const first = bitOffset / 8;
    steps.push({ size, run: (source, target) => target.set(source.subarray(first, first + size)) });
  }
  if (isPlanar(attributes) && chroma === 'full') {
    const components = samplesPerPixel as 2 | 3 | 4;
    const run = (source: Uint8Array, target: Uint8Array) =>
      samples.interleave(source, target, components, bytesPerSample);
    steps.push({ size, run });
  }
  return steps;
}
