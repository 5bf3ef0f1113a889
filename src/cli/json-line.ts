import type { DecodeEvent } from './decode-files.js';
import { littleEndianBytes, sha256 } from './stored-bytes.js';

/**
 * An event as a line of `--json`, or undefined where it has none. Field names and order are part of the interface: see
 * README.md. `frame` is null for a file that gives no frames at all.
 */
export function jsonLine(event: DecodeEvent): string | undefined {
  const fields = fieldsOf(event);
  return fields === undefined ? undefined : `${JSON.stringify(fields)}\n`;
}

function fieldsOf(event: DecodeEvent): object | undefined {
  if (event.kind === 'unusable') return { file: event.name, frame: null, error: event.error };
  if (event.kind === 'failed') return { file: event.file.input.name, frame: event.frame, error: event.error };
  if (event.kind !== 'frame') return undefined;
  const { decoded, deviations, file, frame, verification } = event;
  const { read, decode, convert } = decoded.timings;
  return {
    file: file.input.name,
    frame,
    transferSyntax: file.transferSyntax.uid,
    rows: decoded.rows,
    columns: decoded.columns,
    samplesPerPixel: decoded.samplesPerPixel,
    bytesPerSample: decoded.samples.BYTES_PER_ELEMENT,
    bitsStored: decoded.bitsStored,
    signed: decoded.signed,
    photometricInterpretation: decoded.photometricInterpretation,
    sha256: sha256(littleEndianBytes(decoded.samples)),
    engine: decoded.engine,
    milliseconds: Math.round((read + decode + convert) * 1000) / 1000,
    mismatches: decoded.mismatches,
    ...(deviations.length > 0 && { deviations }),
    ...(verification && { verification }),
  };
}
