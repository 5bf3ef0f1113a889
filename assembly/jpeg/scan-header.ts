/** The scan header (T.81 B.2.3). */
import { fail } from '../kernel/blocks';
import { Status } from '../kernel/status';
import {
  componentCount,
  horizontalSampling,
  identifierOf,
  MAXIMUM_COMPONENTS,
  verticalSampling,
} from './frame-header';
import { marker, offsetOf, segment, segmentEnd } from './markers';

/** Data units in one minimum coded unit at most (B.2.3). */
export const MAXIMUM_MCU: i32 = 10;

/** Offset in the input of the SOS marker, for messages. */
export let scanHeaderOffset: i32 = 0;
/** Ns. */
export let scanComponentCount: i32 = 0;
/** Ss: the first DCT coefficient; the predictor of a lossless scan. */
export let spectralStart: i32 = 0;
/** Se: the last DCT coefficient. */
export let spectralEnd: i32 = 0;
/** Ah: the lowest bit that earlier scans have coded. */
export let approximationHigh: i32 = 0;
/** Al: the lowest bit that this scan codes; the point transform Pt of a lossless scan. */
export let approximationLow: i32 = 0;

/** Index in the frame, and Td and Ta together, of each component of the scan, 2 bytes apart. */
const scanComponents: usize = memory.data(MAXIMUM_COMPONENTS * 2, 2);

@inline
export function scanComponent(position: i32): i32 {
  return load<u8>(scanComponents + (position << 1));
}

/** Td: identifier of the DC table, or of the only one of a lossless scan; 0 to 15 as the header has it. */
@inline
export function dcIdentifier(position: i32): i32 {
  return <i32>load<u8>(scanComponents + (position << 1), 1) >> 4;
}

/** Ta: identifier of the AC table. */
@inline
export function acIdentifier(position: i32): i32 {
  return <i32>load<u8>(scanComponents + (position << 1), 1) & 15;
}

/**
 * Reads the current marker segment as a scan header. What its parameters may be is for the process to say.
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
    // The first component of that name not yet in the scan: writers that give all components one name mean
    // their order.
    let component = 0;
    while (component < componentCount) {
      if (identifierOf(component) == selector && ((unused >> component) & 1) != 0) break;
      component++;
    }
    if (component == componentCount) return fail(Status.BadJpegScanHeader, at, selector);
    unused &= ~(1 << component);
    units += horizontalSampling(component) * verticalSampling(component);
    store<u8>(scanComponents + (i << 1), component, 0);
    store<u8>(scanComponents + (i << 1), load<u8>(segment + 2 + 2 * i), 1);
  }
  if (count > 1 && units > MAXIMUM_MCU) return fail(Status.BadJpegMcu, at, units);

  const parameters = segment + 1 + 2 * count;
  spectralStart = load<u8>(parameters);
  spectralEnd = load<u8>(parameters, 1);
  approximationHigh = <i32>load<u8>(parameters, 2) >> 4;
  approximationLow = <i32>load<u8>(parameters, 2) & 15;
  scanComponentCount = count;
  return Status.Done;
}
