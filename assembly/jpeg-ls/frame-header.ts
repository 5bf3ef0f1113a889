/** The frame header of SOF55 (T.87 C.2.2), and the dimensions that may come elsewhere: LSE (C.2.4.1.4), DNL (C.2.6). */
import { fail } from '../kernel/blocks';
import { Status } from '../kernel/status';
import { marker, number, offsetOf, segment, segmentEnd, word } from './markers';

/** More than four components in one scan are not allowed; more in an image are not decoded here. */
export const MOST_COMPONENTS: i32 = 4;

/** P. */
export let precision: i32 = 0;
/** X and Y. */
export let columns: u32 = 0;
export let lines: u32 = 0;
/** Nf; 0 before a frame header has been read. */
export let componentCount: i32 = 0;
/** Hmax and Vmax. */
export let maximumH: i32 = 0;
export let maximumV: i32 = 0;

/** Per component: Ci, Hi, Vi, one byte each and one free. */
const components = memory.data(MOST_COMPONENTS * 4, 4);

@inline
function row(component: i32): usize {
  return components + (component << 2);
}

@inline
export function horizontalSampling(component: i32): i32 {
  return load<u8>(row(component), 1);
}

@inline
export function verticalSampling(component: i32): i32 {
  return load<u8>(row(component), 2);
}

/** Samples in a line of a component (T.81 A.1.1). */
export function columnsOf(component: i32): u32 {
  return <u32>((<u64>columns * horizontalSampling(component) + maximumH - 1) / maximumH);
}

/** Lines of a component. */
export function linesOf(component: i32): u32 {
  return <u32>((<u64>lines * verticalSampling(component) + maximumV - 1) / maximumV);
}

/** The component that is labelled `identifier`, -1 where none is. */
export function componentNamed(identifier: i32): i32 {
  for (let i = 0; i < componentCount; i++) if (load<u8>(row(i)) == identifier) return i;
  return -1;
}

/** Whether components may have fewer samples than the image has pixels, or come by several lines. */
@inline
export function isSubsampled(): bool {
  return maximumH > 1 || maximumV > 1;
}

export function forgetFrameHeader(): void {
  componentCount = 0;
  columns = lines = 0;
}

/** Reads the segment of SOF55. */
export function readFrameHeader(): i32 {
  const at = offsetOf(marker);
  const length = <i32>(segmentEnd - segment);
  if (componentCount > 0 || length < 6) return fail(Status.BadJpegLsFrameHeader, at);
  precision = load<u8>(segment);
  const count = <i32>load<u8>(segment, 5);
  if (precision < 2 || precision > 16) return fail(Status.BadJpegLsPrecision, at, precision);
  if (count == 0 || length < 6 + 3 * count) return fail(Status.BadJpegLsFrameHeader, at);
  if (count > MOST_COMPONENTS) return fail(Status.UnsupportedJpegLsComponents, at, count);
  maximumH = maximumV = 0;
  for (let i = 0; i < count; i++) {
    const from = segment + 6 + 3 * i;
    const h = <i32>load<u8>(from, 1) >> 4, v = <i32>load<u8>(from, 1) & 15;
    if (h < 1 || h > 4 || v < 1 || v > 4) return fail(Status.BadJpegLsSampling, at, i + 1);
    for (let other = 0; other < i; other++) {
      if (load<u8>(row(other)) == load<u8>(from)) return fail(Status.BadJpegLsFrameHeader, at);
    }
    store<u8>(row(i), load<u8>(from));
    store<u8>(row(i), <u8>h, 1);
    store<u8>(row(i), <u8>v, 2);
    maximumH = max(maximumH, h);
    maximumV = max(maximumV, v);
  }
  // Alone, a component has the size of the image, and its samples come line by line, whatever its factors say.
  if (count == 1) {
    store<u16>(row(0), 0x0101, 1);
    maximumH = maximumV = 1;
  }
  componentCount = count;
  return setDimensions(word(segment + 1), word(segment + 3));
}

/** LSE with identifier 4 (C.2.4.1.4): Wxy, then Ye and Xe of Wxy bytes each. */
export function readOversizeDimensions(): i32 {
  const size = segmentEnd - segment < 2 ? 0 : <i32>load<u8>(segment, 1);
  if (size < 2 || size > 4 || <i32>(segmentEnd - segment) < 2 + 2 * size) {
    return fail(Status.BadJpegLsPresets, offsetOf(marker), 4);
  }
  return setDimensions(number(segment + 2, size), number(segment + 2 + size, size));
}

/** DNL behind the first scan (C.2.6): the number of lines in 2, 3 or 4 bytes. */
export function readNumberOfLines(): i32 {
  const size = <i32>(segmentEnd - segment);
  if (size < 2 || size > 4 || number(segment, size) == 0) return fail(Status.BadJpegLsNumberOfLines, offsetOf(marker));
  return setDimensions(number(segment, size), 0);
}

/** 0: given elsewhere. What is given twice must be the same. */
function setDimensions(newLines: u32, newColumns: u32): i32 {
  const linesDiffer = lines != 0 && newLines != 0 && lines != newLines;
  const columnsDiffer = columns != 0 && newColumns != 0 && columns != newColumns;
  if (linesDiffer || columnsDiffer) return fail(Status.BadJpegLsFrameHeader, offsetOf(marker));
  if (newLines != 0) lines = newLines;
  if (newColumns != 0) columns = newColumns;
  return Status.Done;
}
