/** The scan header (T.81 B.2.3) as the lossless processes use it. */
import { fail } from '../kernel/blocks';
import { Status } from '../kernel/status';
import {
  componentCount,
  horizontalSampling,
  identifierOf,
  MAXIMUM_COMPONENTS,
  precision,
  verticalSampling,
} from './frame-header';
import { destinationOf, isInstalled } from './huffman-tables';
import { marker, offsetOf, segment, segmentEnd } from './markers';

/** Data units in one minimum coded unit at most (B.2.3). */
export const MAXIMUM_MCU: i32 = 10;

/** Offset in the input of the SOS marker, for messages. */
export let scanHeaderOffset: i32 = 0;
/** Ns. */
export let scanComponentCount: i32 = 0;
/** Ss: selection value of the predictor, 1 to 7. */
export let predictor: i32 = 0;
/** Al: the point transform Pt. */
export let pointTransform: i32 = 0;

/** Index in the frame, and Huffman table destination, of each component of the scan, 2 bytes apart. */
const scanComponents: usize = memory.data(MAXIMUM_COMPONENTS * 2, 2);

@inline
export function scanComponent(position: i32): i32 {
  return load<u8>(scanComponents + (position << 1));
}

@inline
export function tableDestination(position: i32): i32 {
  return load<u8>(scanComponents + (position << 1), 1);
}

/**
 * Reads the current marker segment as the scan header of a lossless process.
 * Leniencies: Se, Ah and Ta, which have no meaning here and shall be 0, may be anything.
 */
export function readScanHeader(): i32 {
  const at = offsetOf(marker);
  scanHeaderOffset = at;
  const length = <i32>(segmentEnd - segment);
  const count = length > 0 ? <i32>load<u8>(segment) : 0;
  if (count == 0 || count > componentCount || length < 4 + 2 * count) {
    return fail(Status.BadJpegScanHeader, at);
  }

  let unused = (1 << componentCount) - 1;
  let units = 0;
  for (let i = 0; i < count; i++) {
    const selector = <i32>load<u8>(segment + 1 + 2 * i);
    const destination = destinationOf(0, <i32>load<u8>(segment + 2 + 2 * i) >> 4);
    // The first component of that name not yet in the scan: writers that give all components one name mean
    // their order.
    let component = 0;
    while (component < componentCount) {
      if (identifierOf(component) == selector && ((unused >> component) & 1) != 0) break;
      component++;
    }
    if (component == componentCount) return fail(Status.BadJpegScanHeader, at, selector);
    if (destination > 3 || !isInstalled(destination)) {
      return fail(Status.MissingJpegHuffmanTable, at, destination);
    }
    unused &= ~(1 << component);
    units += horizontalSampling(component) * verticalSampling(component);
    store<u8>(scanComponents + (i << 1), component, 0);
    store<u8>(scanComponents + (i << 1), destination, 1);
  }
  if (count > 1 && units > MAXIMUM_MCU) return fail(Status.BadJpegMcu, at, units);

  const selection = segment + 1 + 2 * count;
  predictor = load<u8>(selection);
  pointTransform = <i32>load<u8>(selection, 2) & 15;
  // Selection value 0 is for the differential frames of the hierarchical mode alone (Table H.1).
  if (predictor < 1 || predictor > 7) return fail(Status.BadJpegPredictor, at, predictor);
  if (pointTransform >= precision) return fail(Status.BadJpegPointTransform, at, pointTransform);
  scanComponentCount = count;
  return Status.Done;
}
