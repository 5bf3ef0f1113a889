import type { DisplayParameters } from './display-parameters.js';
import { modalityFunction } from './modality-lut.js';
import { forEachBlock, type RenderableFrame } from './renderable-frame.js';
import type { Window } from './window.js';

/**
 * The window for a gray frame whose dataset offers none. Unsigned samples of up to 8 bits without a modality LUT are
 * shown as they are, the whole range of their bits from black to white: they are screen shots, ultrasound and masks.
 * Others are stretched from the smallest to the largest value that this frame has, padding left out. The frames of a
 * sequence then differ; a caller who plays them hands in one window for all.
 */
export function defaultWindow(frame: RenderableFrame, parameters: DisplayParameters): Window {
  const { modalityLut } = parameters;
  const { bitsStored, signed } = frame;
  const isPlain = modalityLut.kind === 'rescale' && modalityLut.slope === 1 && modalityLut.intercept === 0;
  if (isPlain && !signed && bitsStored <= 8) return windowOver(0, 2 ** bitsStored - 1);
  const [least, most] = rangeOf(frame, parameters);
  // A frame of one value is black where that is zero and bright where it is more, dark where it is less.
  return least < most ? windowOver(least, most) : windowOver(Math.min(least, 0), Math.max(most, 0));
}

function windowOver(from: number, to: number): Window {
  if (from === to) return { center: from + 0.5, width: 1, function: 'LINEAR_EXACT' };
  // Halved first: the range of floating point may be wider than its largest number.
  return { center: from / 2 + to / 2, width: to - from, function: 'LINEAR_EXACT' };
}

/** The smallest and the largest finite value of the modality in a frame; zeros where there are none. */
function rangeOf(
  { samples }: RenderableFrame,
  { modalityLut, padding }: DisplayParameters,
): [number, number] {
  const { from, to } = padding ?? { from: 1, to: 0 };
  // Rescaling keeps the order or turns it round, so that its ends are the ends of the stored values.
  const value = modalityLut.kind === 'table' ? modalityFunction(modalityLut) : undefined;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  forEachBlock(samples, (block) => {
    for (let i = 0; i < block.length; i++) {
      const stored = block[i]!;
      if (stored >= from && stored <= to) continue;
      const x = value === undefined ? stored : value(stored);
      if (x < least && x !== Number.NEGATIVE_INFINITY) least = x;
      if (x > most && x !== Number.POSITIVE_INFINITY) most = x;
    }
  });
  if (!(least <= most)) return [0, 0];
  if (modalityLut.kind === 'table') return [least, most];
  const ends = [least, most].map(modalityFunction(modalityLut)) as [number, number];
  return [Math.min(...ends), Math.max(...ends)];
}
