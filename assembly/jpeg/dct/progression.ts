/**
 * Spectral selection and successive approximation (T.81 G.1.1.1): what a progressive scan codes, and what
 * came before.
 */
import { fail } from '../../kernel/blocks';
import { Status } from '../../kernel/status';
import { componentCount, MAXIMUM_COMPONENTS } from '../frame-header';
import {
  approximationHigh,
  approximationLow,
  scanComponent,
  scanComponentCount,
  scanHeaderOffset,
  spectralEnd,
  spectralStart,
} from '../scan-header';
import { sideOf } from './view';
import { COEFFICIENTS } from './zigzag';

/** Nothing of a coefficient has been coded. */
const UNSEEN: u8 = 0xff;
/** Ah and Al at most. */
const MAXIMUM_APPROXIMATION: i32 = 13;

/** By component and zigzag index: the lowest bit that has been coded, Al of the last scan that had it. */
const lowestBits: usize = memory.data(MAXIMUM_COMPONENTS * COEFFICIENTS);

export function forgetProgression(): void {
  memory.fill(lowestBits, UNSEEN, MAXIMUM_COMPONENTS * COEFFICIENTS);
}

/** Checks the scan header read last: each scan takes up where the last one of the same coefficients ended. */
export function followProgression(): i32 {
  const at = scanHeaderOffset;
  if (spectralStart > spectralEnd || spectralEnd > 63) {
    return fail(Status.BadJpegSpectralSelection, at, spectralEnd);
  }
  // DC coefficients have scans of their own, and only these may have several components.
  if (spectralStart == 0 ? spectralEnd != 0 : scanComponentCount != 1) {
    return fail(Status.BadJpegSpectralSelection, at, spectralEnd);
  }
  if (approximationLow > MAXIMUM_APPROXIMATION || approximationHigh > MAXIMUM_APPROXIMATION) {
    return fail(Status.BadJpegSuccessiveApproximation, at, approximationLow);
  }
  if (approximationHigh != 0 && approximationLow != approximationHigh - 1) {
    return fail(Status.BadJpegSuccessiveApproximation, at, approximationLow);
  }
  for (let i = 0; i < scanComponentCount; i++) {
    const row = lowestBits + scanComponent(i) * COEFFICIENTS;
    for (let index = spectralStart; index <= spectralEnd; index++) {
      const lowest = load<u8>(row + index);
      const follows = lowest == UNSEEN ? approximationHigh == 0 : approximationHigh == lowest && lowest != 0;
      if (!follows) return fail(Status.BadJpegSuccessiveApproximation, at, approximationLow);
      store<u8>(row + index, approximationLow);
    }
  }
  return Status.Done;
}

/** Whether the scan has coefficients that samples are made from: a block of one sample is its DC coefficient. */
export function isOfUse(): bool {
  return spectralStart == 0 || sideOf(scanComponent(0)) > 1;
}

/** Whether every bit of every coefficient that is of use has been coded: no scan can be missing. */
export function isComplete(): bool {
  for (let i = 0; i < componentCount; i++) {
    const row = lowestBits + i * COEFFICIENTS, count = sideOf(i) > 1 ? COEFFICIENTS : 1;
    for (let index = 0; index < count; index++) if (load<u8>(row + index) != 0) return false;
  }
  return true;
}
