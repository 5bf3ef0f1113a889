import { readFile } from 'node:fs/promises';
import { createPool, type DecodedFrame, decodeFrame, open } from 'cineloop';
import type { Case } from './case.js';

/** A decoder as the judge sees it: a case in, a frame or an error out. */
export interface JudgedDecoder {
  readonly name: string;
  decode(item: Case): Promise<DecodedFrame>;
  close(): Promise<void>;
}

/**
 * cineloop, through its public surface and a pool, so that a crash takes a worker and not the judge.
 * @param engine engine to ask for by name; without it each transfer syntax takes its default
 */
export function cineloopDecoder(engine?: string): JudgedDecoder {
  const pool = createPool({ workers: 2, limits: { decodeMilliseconds: 30_000 } });
  const options = { pool, engine };
  return {
    name: engine ? `cineloop with ${engine}` : 'cineloop',
    async decode(item) {
      if (item.kind === 'dicom' || item.path.endsWith('.dcm')) {
        const image = await open(item.path, options);
        try {
          return await image.decode(item.frame, options);
        } finally {
          await image.close();
        }
      }
      const bytes = await readFile(item.path);
      return decodeFrame(bytes, item.transferSyntax, attributesOf(item), options);
    },
    close: () => pool.close(),
  };
}

/** A bare codestream has no dataset: the attributes are what its reference says, or the least that is legal. */
function attributesOf({ references: [reference] }: Case) {
  const bitsAllocated = (reference.bytesPerSample || 1) * 8;
  const samplesPerPixel = reference.samplesPerPixel || 1;
  return {
    rows: reference.rows || 1,
    columns: reference.columns || 1,
    samplesPerPixel,
    bitsAllocated,
    bitsStored: bitsAllocated,
    highBit: bitsAllocated - 1,
    pixelRepresentation: reference.signed ? 1 : 0,
    planarConfiguration: 0,
    photometricInterpretation: samplesPerPixel === 1 ? 'MONOCHROME2' : 'RGB',
    pixelData: 'integer',
    pixelDataVr: 'OB',
  } as const;
}
