import { Dataset } from '../dicom/dataset.js';
import { Element } from '../dicom/element.js';
import type { Vr } from '../dicom/value-representation.js';
import { MemorySource } from '../sources/memory.js';
import type { DisplayParameters } from './display-parameters.js';
import type { RenderableFrame } from './renderable-frame.js';

/** One element of a dataset for a test: tag, VR and value. */
export type Entry = readonly [tag: number, vr: Vr, value: string | readonly number[] | readonly Dataset[]];

const WRITERS: Partial<Record<Vr, (view: DataView, at: number, value: number) => void>> = {
  US: (view, at, value) => view.setUint16(2 * at, value, true),
  SS: (view, at, value) => view.setInt16(2 * at, value, true),
  OW: (view, at, value) => view.setUint16(2 * at, value, true),
  OB: (view, at, value) => view.setUint8(at, value),
  UN: (view, at, value) => view.setUint8(at, value),
};

function bytesOf(vr: Vr, value: string | readonly number[]): Uint8Array {
  if (typeof value === 'string') return new TextEncoder().encode(value.length % 2 ? `${value} ` : value);
  const write = WRITERS[vr]!;
  const bytes = new Uint8Array(value.length * (vr === 'OB' || vr === 'UN' ? 1 : 2));
  value.forEach((number, at) => {
    write(new DataView(bytes.buffer), at, number);
  });
  return bytes;
}

/** A dataset, explicit VR little endian; values of more than a few kilobytes have to be loaded, as in a file. */
export function datasetOf(...entries: Entry[]): Dataset {
  const dataset = new Dataset();
  for (const [tag, vr, value] of entries) {
    const items = vr === 'SQ' ? (value as readonly Dataset[]) : undefined;
    const bytes = items ? new Uint8Array() : bytesOf(vr, value as string | readonly number[]);
    const fields = { tag, vr, offset: 0, length: bytes.length, bigEndian: false, ...(items && { items }) };
    const isLong = bytes.length > 4096;
    const element = new Element(fields, dataset, new MemorySource(bytes), isLong ? undefined : bytes);
    dataset.set(element);
  }
  return dataset;
}

/** A gray frame of one row. */
export function grayFrame(
  samples: RenderableFrame['samples'],
  changes: Partial<RenderableFrame> = {},
): RenderableFrame {
  return {
    samples,
    rows: 1,
    columns: samples.length,
    samplesPerPixel: 1,
    bitsStored: samples.BYTES_PER_ELEMENT * 8,
    signed: samples instanceof Int8Array || samples instanceof Int16Array || samples instanceof Int32Array,
    photometricInterpretation: 'MONOCHROME2',
    ...changes,
  };
}

/** Nothing said of how to show a frame, changed as a test needs it. */
export function parametersOf(changes: Partial<DisplayParameters> = {}): DisplayParameters {
  return {
    modalityLut: { kind: 'rescale', slope: 1, intercept: 0 },
    windows: [],
    voiTables: [],
    inverse: false,
    palette: undefined,
    supplemental: false,
    padding: undefined,
    ...changes,
  };
}

/** The gray levels of a rendered frame: one of each pixel, when red, green and blue are the same and alpha is 255. */
export function graysOf(rgba: Uint8ClampedArray): number[] {
  const grays: number[] = [];
  for (let at = 0; at < rgba.length; at += 4) {
    const [red, green, blue, alpha] = rgba.subarray(at, at + 4);
    grays.push(red === green && green === blue && alpha === 255 ? red! : Number.NaN);
  }
  return grays;
}
