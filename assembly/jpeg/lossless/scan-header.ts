/** The scan header (T.81 B.2.3) as the lossless processes use it. */
import { fail } from '../../kernel/blocks';
import { Status } from '../../kernel/status';
import { precision } from '../frame-header';
import { ARITHMETIC } from '../entropy-coding';
import { differential, HIERARCHICAL } from '../hierarchical-mode';
import { destinationOf, isInstalled } from '../huffman-tables';
import {
  approximationLow,
  dcIdentifier,
  readScanHeader,
  scanComponentCount,
  scanHeaderOffset,
  spectralStart,
} from '../scan-header';

/** Ss: selection value of the predictor, 1 to 7. */
export let predictor: i32 = 0;
/** Al: the point transform Pt. */
export let pointTransform: i32 = 0;

/** Huffman table destination of a component of the scan. */
@inline
export function tableDestination(position: i32): i32 {
  return destinationOf(0, dcIdentifier(position));
}

/**
 * Reads the current marker segment as the scan header of a lossless process.
 * Leniencies: Se, Ah and Ta, which have no meaning here and shall be 0, may be anything.
 */
export function readLosslessScanHeader(): i32 {
  const status = readScanHeader();
  if (status != Status.Done) return status;
  predictor = spectralStart;
  pointTransform = approximationLow;
  // Selection value 0 is for the differential frames of the hierarchical mode, and no other is (Table H.1, J.1.3.2).
  const isSelection =
    HIERARCHICAL && differential ? predictor == 0 : predictor >= 1 && predictor <= 7;
  if (!isSelection) return fail(Status.BadJpegPredictor, scanHeaderOffset, predictor);
  if (pointTransform >= precision) {
    return fail(Status.BadJpegPointTransform, scanHeaderOffset, pointTransform);
  }
  for (let i = 0; i < scanComponentCount; i++) {
    const identifier = dcIdentifier(i);
    if (identifier > 3 || (!ARITHMETIC && !isInstalled(destinationOf(0, identifier)))) {
      return fail(Status.MissingJpegHuffmanTable, scanHeaderOffset, identifier);
    }
  }
  return Status.Done;
}
