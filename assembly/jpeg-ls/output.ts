/** From lines of decoded samples, 16 bits each, to output: colour by pixel, little endian, 1 or 2 bytes a sample. */
import { take } from '../kernel/arena';
import { interleaveNarrow } from '../samples/planes';
import { colourTransform, undoColourTransform } from './colour-transform';
import {
  columns,
  componentCount,
  horizontalSampling,
  isSubsampled,
  maximumH,
  maximumV,
  precision,
  verticalSampling,
} from './frame-header';
import { mappedBytes, mapSamples } from './mapping-tables';
import { planeLine } from './planes';
import { scanLine } from './scan';
import { InterleaveMode, interleaveMode, scanComponent, scanComponentCount } from './scan-header';

/** Bytes that whole vectors read or write beyond what they are asked for. */
const SLACK: u64 = 64;

/** The strip, and a line of 16-bit samples on its way there. */
export let strip: usize = 0;
let line: usize = 0;
/** Bytes from one component's samples to the next in `line`, where they are not by pixel. */
let lineStride: i32 = 0;

/** Bytes of a sample in the output. */
@inline
export function bytesPerSample(): i32 {
  return mappedBytes != 0 ? mappedBytes : precision > 8 ? 2 : 1;
}

/** Precision of the output: a table's entries are numbers of whole bytes. */
export function bitsPerSample(): i32 {
  return mappedBytes != 0 ? 8 * mappedBytes : precision;
}

/** Takes the memory for `rows` rows of output; false where there is not that much. */
export function takeOutput(rows: i32): bool {
  const stride = ((<u64>columns * 2 + 15) & ~15) + SLACK;
  lineStride = <i32>stride;
  line = take(stride * componentCount + SLACK);
  strip = take(<u64>rows * columns * componentCount * bytesPerSample() + SLACK);
  return line != 0 && strip != 0;
}

/**
 * Writes line `y` of the image to the strip as its line number `index`. The components of the current scan stand in its
 * rings, where they are line `index` too, unless `fromPlanes`; all others in planes.
 * @returns false where a sample has no entry in its mapping table
 */
export function storeLine(index: i32, y: u32, fromPlanes: bool): bool {
  const samples = columns * componentCount;
  const to = strip + <usize>index * samples * bytesPerSample();
  const mapped = mappedBytes != 0;
  const byPixel = !fromPlanes && isByPixel();
  if (byPixel || mapped || isSubsampled() || (!fromPlanes && interleaveMode == InterleaveMode.Sample)) {
    let source = byPixel ? scanLine(0, index) : line;
    if (!byPixel) spreadComponents(index, y, fromPlanes);
    if (mapped) {
      // In `line`: the next line is predicted from that of the scan.
      if (byPixel) memory.copy(line, source, samples << 1);
      source = line;
      if (!mapSamples(line, columns)) return false;
    }
    if (bytesPerSample() == 2) memory.copy(to, source, samples << 1);
    else storeBytes(to, source, samples);
  } else interleaveComponents(to, index, y, fromPlanes);
  if (colourTransform != 0) undoColourTransform(to, columns);
  return true;
}

/** Whether the lines of the scan are the pixels of the image. */
function isByPixel(): bool {
  if (componentCount == 1) return true;
  if (interleaveMode != InterleaveMode.Sample || scanComponentCount != componentCount) return false;
  for (let i = 0; i < scanComponentCount; i++) if (scanComponent(i) != i) return false;
  return true;
}

/** Address of the samples of a component in line `y` of the image, which is line `index` of the step. */
function lineOf(component: i32, index: i32, y: u32, fromPlanes: bool): usize {
  if (!fromPlanes) {
    for (let i = 0; i < scanComponentCount; i++) if (scanComponent(i) == component) return scanLine(i, index);
  }
  return planeLine(component, <u32>((<u64>y * verticalSampling(component)) / maximumV));
}

/** Whether a component comes by pixel in the current scan, and so many samples apart. */
function stepOf(component: i32, fromPlanes: bool): i32 {
  if (fromPlanes || interleaveMode != InterleaveMode.Sample) return 1;
  for (let i = 0; i < scanComponentCount; i++) if (scanComponent(i) == component) return scanComponentCount;
  return 1;
}

/** Components that have a line of the image's size each: brought to equal distances, then put together by pixel. */
function interleaveComponents(to: usize, index: i32, y: u32, fromPlanes: bool): void {
  for (let i = 0; i < componentCount; i++) {
    const from = lineOf(i, index, y, fromPlanes), target = line + i * lineStride;
    if (bytesPerSample() == 1) storeBytes(target, from, columns);
    else memory.copy(target, from, columns << 1);
  }
  interleaveNarrow(line, lineStride, to, columns, componentCount, bytesPerSample());
}

/** Any other components, one after the other, to pixels in `line`. */
function spreadComponents(index: i32, y: u32, fromPlanes: bool): void {
  for (let i = 0; i < componentCount; i++) {
    spreadLine(line + (i << 1), i, lineOf(i, index, y, fromPlanes), stepOf(i, fromPlanes));
  }
}

/**
 * Spreads a line of one component over a line of pixels. Each sample serves as many columns as its sampling factor is
 * smaller than the largest; T.87 leaves it open how components are brought to one size.
 * @param samples from one sample of the component to its next
 */
function spreadLine(to: usize, component: i32, from: usize, samples: i32): void {
  const pixel = <usize>componentCount << 1;
  const step = <usize>samples << 1;
  const h = horizontalSampling(component);
  let rest = 0;
  for (let x: u32 = 0; x < columns; x++) {
    store<u16>(to, load<u16>(from));
    to += pixel;
    rest += h;
    if (rest >= maximumH) {
      rest -= maximumH;
      from += step;
    }
  }
}

/** Stores samples that are below 256 as bytes. Reads up to 30 bytes and writes up to 15 bytes behind the last one. */
function storeBytes(to: usize, samples: usize, count: u32): void {
  const end = to + count;
  if (ASC_FEATURE_SIMD) {
    for (; to < end; to += 16, samples += 32) {
      v128.store(to, i8x16.narrow_i16x8_u(v128.load(samples), v128.load(samples, 16)));
    }
  } else {
    for (; to < end; to++, samples += 2) store<u8>(to, load<u8>(samples));
  }
}
