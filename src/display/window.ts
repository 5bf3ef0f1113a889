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
 * Where in a window a value is: 0 at its dark end and below, 1 at its bright end and above; NaN is 0.
 *
 * LINEAR needs a width of 1 or more. A narrower one, as it is found with floating point, is taken as LINEAR_EXACT.
 */
export function windowFunction(window: Window): (value: number) => number {
  const { center, width } = window;
  if (window.function === 'SIGMOID') {
    return (value) => orZero(1 / (1 + Math.exp((-4 * (value - center)) / width)));
  }
  const { dark, bright, middle, extent } = rampOf(window);
  return (value) => {
    if (value <= dark) return 0;
    if (value > bright) return 1;
    return orZero((value - middle) / extent + 0.5);
  };
}

/** A straight window: 0 up to `dark`, 1 beyond `bright`, `(value - middle) / extent + 0.5` between. */
export interface Ramp {
  readonly dark: number;
  readonly bright: number;
  readonly middle: number;
  readonly extent: number;
}

/** The ramp of a window that is not SIGMOID. */
export function rampOf({ center, width, function: name }: Window): Ramp {
  // PS3.3 C.11.2.1.2.1 counts the width in steps from the first value that is not black; C.11.2.1.3.2 does not.
  const isExact = name === 'LINEAR_EXACT' || width < 1;
  const middle = isExact ? center : center - 0.5;
  const extent = isExact ? width : width - 1;
  return { dark: middle - extent / 2, bright: middle + extent / 2, middle, extent };
}

function orZero(level: number): number {
  return Number.isNaN(level) ? 0 : level;
}
