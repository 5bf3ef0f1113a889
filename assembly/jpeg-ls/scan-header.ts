/** The scan header (T.87 C.2.3). */
import { fail } from '../kernel/blocks';
import { Status } from '../kernel/status';
import { componentNamed, isSubsampled, MOST_COMPONENTS } from './frame-header';
import { marker, offsetOf, segment, segmentEnd } from './markers';

/** ILV. */
export const enum InterleaveMode {
  None,
  Line,
  Sample,
}

/** Ns. */
export let scanComponentCount: i32 = 0;
export let scanNear: i32 = 0;
export let interleaveMode: InterleaveMode = InterleaveMode.None;

/** Per component of the scan: its index in the frame, and Tm, the mapping table that it names. */
const selectors = memory.data(MOST_COMPONENTS * 2, 2);

@inline
export function scanComponent(index: i32): i32 {
  return load<u8>(selectors + (index << 1));
}

@inline
export function mappingTableOf(index: i32): i32 {
  return load<u8>(selectors + (index << 1), 1);
}

/** Reads the segment of SOS. */
export function readScanHeader(): i32 {
  const at = offsetOf(marker);
  const length = <i32>(segmentEnd - segment);
  const count = length > 0 ? <i32>load<u8>(segment) : 0;
  if (count < 1 || count > MOST_COMPONENTS || length < 4 + 2 * count) return fail(Status.BadJpegLsScanHeader, at);
  let seen = 0;
  for (let i = 0; i < count; i++) {
    const component = componentNamed(load<u8>(segment + 1 + 2 * i));
    if (component < 0 || seen & (1 << component)) return fail(Status.BadJpegLsScanHeader, at, i);
    seen |= 1 << component;
    store<u8>(selectors + (i << 1), <u8>component);
    store<u8>(selectors + (i << 1), load<u8>(segment + 2 + 2 * i), 1);
  }
  scanComponentCount = count;
  const last = segment + 1 + 2 * count;
  scanNear = load<u8>(last);
  const mode = <i32>load<u8>(last, 1);
  if (mode > InterleaveMode.Sample) return fail(Status.BadJpegLsInterleaveMode, at, mode);
  // One component cannot be interleaved with itself: some writers say line or sample all the same.
  interleaveMode = count == 1 ? InterleaveMode.None : mode;
  if (count > 1 && mode == InterleaveMode.None) return fail(Status.BadJpegLsInterleaveMode, at, mode);
  // By sample all components have the same lines.
  if (interleaveMode == InterleaveMode.Sample && isSubsampled()) return fail(Status.BadJpegLsInterleaveMode, at, mode);
  if (load<u8>(last, 2) != 0) return fail(Status.UnsupportedJpegLsPointTransform, at, load<u8>(last, 2) & 15);
  return Status.Done;
}
