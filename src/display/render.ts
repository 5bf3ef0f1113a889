import { AttributeMismatch, UnsupportedFeature } from '../errors.js';
import { type IndexArray, loadSamples, type Samples } from '../wasm/samples.js';
import { conversionToRgb, missingPalette } from './colour.js';
import type { DisplayParameters } from './display-parameters.js';
import { chooseVoi, type GrayOptions, grayPixels, grayTable } from './gray-levels.js';
import type { Palette } from './palette.js';
import { paletteTable } from './palette-table.js';
import {
  forEachBlock,
  isFloating,
  isTabular,
  type RenderableFrame,
  type SampleArray,
} from './renderable-frame.js';
import type { Window } from './window.js';

/** How a frame is to be rendered, where it is not as the dataset says. */
export interface RenderOptions extends GrayOptions {
  /** An array of `rows * columns * 4` to fill. */
  readonly into?: Uint8ClampedArray | undefined;
}

/** A frame as a canvas, an ImageData or a PNG takes it. */
export interface RenderedFrame<Memory extends ArrayBufferLike = ArrayBufferLike> {
  /** Red, green, blue, 255 for each pixel, row by row. */
  readonly rgba: Uint8ClampedArray<Memory>;
  readonly rows: number;
  readonly columns: number;
  /** The window that a gray frame is shown through: the next frame can be given the same. */
  readonly window: Window | undefined;
}

/**
 * Renders a decoded frame. Gray: modality LUT, VOI LUT or window, inversion. PALETTE COLOR: through the palette. Colour: as
 * RGB; more than 8 bits give their upper 8.
 * @throws UnsupportedFeature for a photometric interpretation that cannot be shown
 * @throws MissingAttribute for PALETTE COLOR without a palette
 * @throws AttributeMismatch for options that the frame cannot follow
 */
export async function renderSamples(
  frame: RenderableFrame,
  parameters: DisplayParameters,
  options: RenderOptions = {},
): Promise<RenderedFrame> {
  const { rows, columns, samplesPerPixel, photometricInterpretation } = frame;
  const rgba = targetOf(frame, options.into);
  const samples = await loadSamples();
  let window: Window | undefined;
  if (photometricInterpretation === 'PALETTE COLOR') {
    renderPalette(samples, frame, parameters, rgba);
  } else if (photometricInterpretation.startsWith('MONOCHROME') && samplesPerPixel === 1) {
    window = renderGray(samples, frame, parameters, options, rgba);
  } else {
    renderColour(samples, frame, rgba);
  }
  return { rgba, rows, columns, window };
}

function targetOf(
  { rows, columns }: RenderableFrame,
  into: Uint8ClampedArray | undefined,
): Uint8ClampedArray {
  const length = rows * columns * 4;
  if (into === undefined) return new Uint8ClampedArray(length);
  if (into instanceof Uint8ClampedArray && into.length === length) return into;
  throw new AttributeMismatch(`The array to render into must be a Uint8ClampedArray of ${length} bytes.`);
}

function renderGray(
  samples: Samples,
  frame: RenderableFrame,
  parameters: DisplayParameters,
  options: GrayOptions,
  rgba: Uint8ClampedArray,
): Window | undefined {
  const voi = chooseVoi(frame, parameters, options);
  const invert = options.invert ?? false;
  if (isTabular(frame.samples)) {
    const table = grayTable(frame, parameters, voi, invert);
    const { supplemental, palette } = parameters;
    if (supplemental && palette !== undefined) {
      const colours = supplementalTable(palette, table, frame);
      samples.paletteToRgba(frame.samples, colours, rgba);
    } else {
      samples.grayToRgba(frame.samples, table, rgba);
    }
  } else {
    paint(frame.samples, grayPixels(frame, parameters, voi, invert), rgba);
  }
  return 'window' in voi ? voi.window : undefined;
}

/** Paints samples that are too wide for a table. */
function paint(
  samples: SampleArray,
  toPixels: (stored: Float64Array, pixels: Uint32Array) => void,
  rgba: Uint8ClampedArray,
): void {
  // Memory that is aligned to pixels, so that each is stored at once: that of the caller need not be.
  let pixels = new Uint32Array(0);
  forEachBlock(samples, (block, start) => {
    if (pixels.length !== block.length) pixels = new Uint32Array(block.length);
    toPixels(block, pixels);
    rgba.set(new Uint8ClampedArray(pixels.buffer), 4 * start);
  });
}

/** Little-endian RGBA with alpha 255. */
function opaque(rgb: number): number {
  return (rgb | 0xff000000) >>> 0;
}

function renderPalette(
  samples: Samples,
  frame: RenderableFrame,
  { palette }: DisplayParameters,
  rgba: Uint8ClampedArray,
): void {
  if (palette === undefined) throw missingPalette();
  if (!isTabular(frame.samples) || frame.samplesPerPixel !== 1) throw notShown(frame);
  samples.paletteToRgba(frame.samples, colourTable(palette, frame.samples, frame.signed), rgba);
}

/** The colours of all samples of one or two bytes, as RGBA. */
function colourTable(palette: Palette, samples: IndexArray, signed: boolean): Uint32Array {
  const colours = paletteTable(palette, samples.BYTES_PER_ELEMENT as 1 | 2, signed);
  const down = palette.bits - 8;
  const table = new Uint32Array(colours.length / 3);
  for (let i = 0; i < table.length; i++) {
    const red = colours[3 * i]! >> down;
    const green = colours[3 * i + 1]! >> down;
    const blue = colours[3 * i + 2]! >> down;
    table[i] = opaque(red | (green << 8) | (blue << 16));
  }
  return table;
}

/** Gray for the values below the palette and behind it, its colours for those that it maps (PS3.3 C.7.6.19, C.7.6.23). */
function supplementalTable(palette: Palette, gray: Uint8Array, frame: RenderableFrame): Uint32Array {
  const table = colourTable(palette, frame.samples as IndexArray, frame.signed);
  const { firstMapped, entries } = palette.red;
  const half = gray.length / 2;
  for (let pattern = 0; pattern < table.length; pattern++) {
    const stored = frame.signed && pattern >= half ? pattern - gray.length : pattern;
    if (stored < firstMapped || stored >= firstMapped + entries.length) {
      table[pattern] = opaque(gray[pattern]! * 0x010101);
    }
  }
  return table;
}

function renderColour(samples: Samples, frame: RenderableFrame, rgba: Uint8ClampedArray): void {
  const rgb = rgbOf(samples, frame);
  if (rgb instanceof Uint8Array && frame.bitsStored === 8) {
    samples.rgbToRgba(rgb, rgba);
    return;
  }
  const { bitsStored } = frame;
  if (isFloating(rgb) || frame.signed || bitsStored > 32) throw notShown(frame);
  // Wider samples give their upper 8 bits, narrower ones are stretched over 8.
  const scale = bitsStored > 8 ? 2 ** (8 - bitsStored) : 255 / (2 ** bitsStored - 1);
  let at = 0;
  forEachBlock(rgb, (block) => {
    for (let i = 0; i < block.length; i++) {
      rgba[at++] = Math.trunc(block[i]! * scale);
      if ((at & 3) === 3) rgba[at++] = 255;
    }
  });
}

function rgbOf(samples: Samples, frame: RenderableFrame): SampleArray {
  if (frame.samplesPerPixel !== 3) throw notShown(frame);
  const bytesPerSample = isFloating(frame.samples)
    ? undefined
    : (frame.samples.BYTES_PER_ELEMENT as 1 | 2 | 4 | 8);
  const conversion = conversionToRgb({ ...frame, bytesPerSample }, undefined);
  if (conversion === undefined) return frame.samples;
  const rgb =
    conversion.bytesPerSample === 1
      ? new Uint8Array(frame.samples.length)
      : new Uint16Array(frame.samples.length);
  conversion.convert(samples, frame.samples, rgb);
  return rgb;
}

function notShown({
  photometricInterpretation,
  samplesPerPixel,
  bitsStored,
}: RenderableFrame): UnsupportedFeature {
  const feature = `${photometricInterpretation} with ${samplesPerPixel} samples of ${bitsStored} bits per pixel`;
  return new UnsupportedFeature(`${feature} cannot be rendered; the stored samples can be had.`, {
    feature: `${feature} to RGBA`,
    clause: 'PS3.3 C.7.6.3.1.2',
  });
}
