import { AttributeMismatch } from '../errors.js';
import { defaultWindow } from './default-window.js';
import type { DisplayParameters } from './display-parameters.js';
import { lookUp } from './lookup-table.js';
import { modalityFunction } from './modality-lut.js';
import type { RenderableFrame } from './renderable-frame.js';
import type { VoiTable } from './voi-lut.js';
import { isUsable, type Window, windowFunction } from './window.js';

/** How a gray frame is to be shown, where it is not as the dataset says. */
export interface GrayOptions {
  /** A window instead of the dataset's. */
  readonly window?: Window | undefined;
  /** Number of a window or, counted on behind them, of a VOI LUT of the dataset; 0 where it is not given. */
  readonly voi?: number | undefined;
  /** Black for white. */
  readonly invert?: boolean | undefined;
}

/** The values of interest of a frame: what was chosen to show them through. */
export type Voi = { readonly window: Window } | { readonly table: VoiTable };

/**
 * Chooses the VOI LUT: the caller's window, the one asked for by number, the dataset's first, or one made for the frame.
 * @throws AttributeMismatch for a window without a usable width and for a number that the dataset does not have
 */
export function chooseVoi(frame: RenderableFrame, parameters: DisplayParameters, options: GrayOptions): Voi {
  const { windows, voiTables } = parameters;
  const { window, voi } = options;
  if (window !== undefined) {
    if (isUsable(window)) return { window };
    throw new AttributeMismatch(
      `A window with center ${window.center} and width ${window.width} shows nothing: the width must be more than 0.`,
      { element: '00281051', clause: 'PS3.3 C.11.2.1.2' },
    );
  }
  const choices: readonly Voi[] = [
    ...windows.map((choice) => ({ window: choice })),
    ...voiTables.map((choice) => ({ table: choice })),
  ];
  const chosen = choices[voi ?? 0];
  if (chosen !== undefined) return chosen;
  if (voi === undefined) return { window: defaultWindow(frame, parameters) };
  throw new AttributeMismatch(
    `The frame has ${windows.length} windows and ${voiTables.length} VOI LUTs; number ${voi}, counted from 0, is none of them.`,
    { element: '00283010', clause: 'PS3.3 C.11.2' },
  );
}

/** Stored sample -> gray level 0 to 255: modality LUT, VOI LUT, presentation (PS3.4 N.2). */
export function grayLevel(
  { photometricInterpretation }: RenderableFrame,
  { modalityLut, inverse }: DisplayParameters,
  voi: Voi,
  invert: boolean,
): (stored: number) => number {
  // MONOCHROME1 and INVERSE say the same thing twice, as in images for presentation (PS3.3 C.8.11.3.1.2).
  const isInverse = (photometricInterpretation === 'MONOCHROME1' || inverse) !== invert;
  const modality = modalityFunction(modalityLut);
  const level = 'window' in voi ? windowFunction(voi.window) : tableFunction(voi.table);
  if (isInverse) return (stored) => 255 - Math.round(255 * level(modality(stored)));
  return (stored) => Math.round(255 * level(modality(stored)));
}

function tableFunction(table: VoiTable): (value: number) => number {
  const brightest = 2 ** table.bits - 1;
  return (value) => lookUp(table, value) / brightest;
}

/** The gray levels of all samples of one or two bytes, in the order of their bits. */
export function grayTable(
  { samples, bitsStored, signed }: RenderableFrame,
  level: (stored: number) => number,
): Uint8Array {
  const patterns = samples.BYTES_PER_ELEMENT === 1 ? 256 : 65536;
  const table = new Uint8Array(patterns);
  // Decoded samples stay inside Bits Stored: the rest of the table is never looked up.
  const used = Math.min(2 ** bitsStored, patterns);
  const first = signed ? -used / 2 : 0;
  for (let i = 0; i < used; i++) {
    const stored = first + i;
    table[stored & (patterns - 1)] = level(stored);
  }
  return table;
}
