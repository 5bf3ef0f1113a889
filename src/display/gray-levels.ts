import { AttributeMismatch } from '../errors.js';
import { defaultWindow } from './default-window.js';
import type { DisplayParameters } from './display-parameters.js';
import { lookUp } from './lookup-table.js';
import { type ModalityLut, modalityFunction } from './modality-lut.js';
import type { RenderableFrame } from './renderable-frame.js';
import type { VoiTable } from './voi-lut.js';
import { isUsable, type Ramp, rampOf, type Window, windowFunction } from './window.js';

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

const OPAQUE = 0xff000000;
const GRAY = 0x010101;

/** Stored sample -> gray level 0 to 255: modality LUT, VOI LUT, presentation (PS3.4 N.2). */
export function grayLevel(
  frame: RenderableFrame,
  parameters: DisplayParameters,
  voi: Voi,
  invert: boolean,
): (stored: number) => number {
  const isInverse = showsInverse(frame, parameters, invert);
  const { modalityLut } = parameters;
  const modality = modalityFunction(modalityLut);
  const level = 'window' in voi ? windowFunction(voi.window) : tableFunction(voi.table);
  if (isInverse) return (stored) => 255 - Math.round(255 * level(modality(stored)));
  return (stored) => Math.round(255 * level(modality(stored)));
}

/**
 * The same for many samples at once: a pixel of RGBA for each, red in the lowest byte, alpha 255. A loop that calls a
 * function for each of its numbers takes three times as long as one that does not.
 */
export function grayPixels(
  frame: RenderableFrame,
  parameters: DisplayParameters,
  voi: Voi,
  invert: boolean,
): (stored: Float64Array, pixels: Uint32Array) => void {
  const { modalityLut } = parameters;
  if (modalityLut.kind === 'rescale' && 'window' in voi && isStraight(modalityLut, voi)) {
    const ramp = rampOf(voi.window);
    const isInverse = showsInverse(frame, parameters, invert);
    return (stored, pixels) => climb(stored, pixels, modalityLut, ramp, isInverse);
  }
  const level = grayLevel(frame, parameters, voi, invert);
  return (stored, pixels) => {
    for (let i = 0; i < stored.length; i++) pixels[i] = OPAQUE | (level(stored[i]!) * GRAY);
  };
}

/** Whether gray levels lie on a ramp between black and white. */
function isStraight(modalityLut: ModalityLut, voi: Voi): boolean {
  return modalityLut.kind === 'rescale' && 'window' in voi && voi.window.function !== 'SIGMOID';
}

/** Rescale and ramp, as `modalityFunction` and `windowFunction` have them. */
function climb(
  stored: Float64Array,
  pixels: Uint32Array,
  { slope, intercept }: Extract<ModalityLut, { kind: 'rescale' }>,
  { dark, bright, middle, extent }: Ramp,
  isInverse: boolean,
): void {
  for (let i = 0; i < stored.length; i++) {
    const value = slope * stored[i]! + intercept;
    let level = 0;
    if (value > bright) level = 255;
    // Not so for NaN, which is dark.
    else if (value > dark) level = Math.min(Math.round(255 * ((value - middle) / extent + 0.5)), 255);
    pixels[i] = OPAQUE | ((isInverse ? 255 - level : level) * GRAY);
  }
}

/** MONOCHROME1 and INVERSE say the same thing twice, as in images for presentation (PS3.3 C.8.11.3.1.2). */
function showsInverse(
  { photometricInterpretation }: RenderableFrame,
  { inverse }: DisplayParameters,
  invert: boolean,
): boolean {
  return (photometricInterpretation === 'MONOCHROME1' || inverse) !== invert;
}

function tableFunction(table: VoiTable): (value: number) => number {
  const brightest = 2 ** table.bits - 1;
  return (value) => lookUp(table, value) / brightest;
}

/**
 * The gray levels of all samples of one or two bytes, in the order of their bits. Levels through a straight window only
 * grow, or only fall, as the samples grow, also as they are computed: each operation rounds to the nearest number. Of
 * those the steps are looked for; what lies between two equal levels is equal. A tenth of them has to be computed then.
 */
export function grayTable(
  frame: RenderableFrame,
  parameters: DisplayParameters,
  voi: Voi,
  invert: boolean,
): Uint8Array {
  const { samples, bitsStored, signed } = frame;
  const level = grayLevel(frame, parameters, voi, invert);
  const monotone = isStraight(parameters.modalityLut, voi);
  const patterns = samples.BYTES_PER_ELEMENT === 1 ? 256 : 65536;
  const table = new Uint8Array(patterns);
  // Decoded samples stay inside Bits Stored: the rest of the table is never looked up.
  const used = Math.min(2 ** bitsStored, patterns);
  const half = used / 2;
  if (signed) {
    fill(table.subarray(0, half), level, monotone);
    fill(table.subarray(patterns - half), (place) => level(place - half), monotone);
  } else {
    fill(table.subarray(0, used), level, monotone);
  }
  return table;
}

function fill(table: Uint8Array, level: (place: number) => number, monotone: boolean): void {
  const last = table.length - 1;
  if (monotone) {
    table[0] = level(0);
    table[last] = level(last);
    fillBetween(table, 0, last, level);
  } else {
    for (let place = 0; place <= last; place++) table[place] = level(place);
  }
}

/** Fills a stretch of the table whose ends are filled. */
function fillBetween(table: Uint8Array, from: number, to: number, level: (place: number) => number): void {
  if (to - from < 2) return;
  if (table[from] === table[to]) {
    table.fill(table[from]!, from, to);
    return;
  }
  const middle = (from + to) >> 1;
  table[middle] = level(middle);
  fillBetween(table, from, middle, level);
  fillBetween(table, middle, to, level);
}
