/** The functions that a window may have (PS3.3 C.11.2.1.2, C.11.2.1.3). */
export const VOI_LUT_FUNCTIONS = ['LINEAR', 'LINEAR_EXACT', 'SIGMOID'] as const;

export type VoiLutFunction = (typeof VOI_LUT_FUNCTIONS)[number];

/** A window on the values of the modality. */
export interface Window {
  readonly center: number;
  /** More than 0. */
  readonly width: number;
  /** LINEAR where it is not given. */
  readonly function?: VoiLutFunction | undefined;
  /** Window Center & Width Explanation. */
  readonly explanation?: string | undefined;
}

/** Whether center and width are numbers that a picture can be made with. */
export function isUsable({ center, width }: Window): boolean {
  return Number.isFinite(center) && Number.isFinite(width) && width > 0;
}

/**
 * Where in a window a value is: 0 at its dark end and below, 1 at its bright end and above. NaN is 0.
 *
 * LINEAR needs a width of 1 or more. A narrower one, as it is found with floating point, is taken as LINEAR_EXACT.
 */
export function windowLevel({ center, width, function: name = 'LINEAR' }: Window, value: number): number {
  if (name === 'SIGMOID') return orZero(1 / (1 + Math.exp((-4 * (value - center)) / width)));
  if (name === 'LINEAR' && width >= 1) {
    if (value <= center - 0.5 - (width - 1) / 2) return 0;
    if (value > center - 0.5 + (width - 1) / 2) return 1;
    return orZero((value - (center - 0.5)) / (width - 1) + 0.5);
  }
  if (value <= center - width / 2) return 0;
  if (value > center + width / 2) return 1;
  return orZero((value - center) / width + 0.5);
}

function orZero(level: number): number {
  return Number.isNaN(level) ? 0 : level;
}
