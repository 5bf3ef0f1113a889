/**
 * Hierarchical streams (ITU-T T.81 Annex J), put together from the streams of single frames, and an encoder of lossless ones written
 * from the standard. It knows nothing of the decoder.
 */
import { encodeJpegLossless, type JpegLosslessImage } from '../../fixtures/generate/jpeg-lossless-encoder.js';

type Sampling = readonly (readonly [horizontal: number, vertical: number])[];

/** What DHP says of the completed image. */
export interface CompletedImage {
  readonly rows: number;
  readonly columns: number;
  readonly precision: number;
  readonly sampling: Sampling;
  /** 1, 2, 3, 4 where absent. */
  readonly identifiers?: readonly number[];
}

/** One frame of a hierarchy. */
export interface HierarchyPart {
  /** Eh and Ev of the EXP marker segment in front of it; none where absent. */
  readonly expansion?: number;
  /** The frame as a stream by itself, SOI to EOI. */
  readonly stream: Uint8Array;
}

/** The stream of a whole hierarchy (B.3). */
export function hierarchyOf(image: CompletedImage, parts: readonly HierarchyPart[]): Uint8Array {
  const { rows, columns, precision, sampling } = image;
  const components = sampling.flatMap(([h, v], index) => [
    image.identifiers?.[index] ?? index + 1,
    16 * h + v,
    0,
  ]);
  const parameters = [
    precision,
    rows >> 8,
    rows & 255,
    columns >> 8,
    columns & 255,
    sampling.length,
    ...components,
  ];
  return Uint8Array.from([
    ...[0xff, 0xd8, 0xff, 0xde, 0, parameters.length + 2, ...parameters],
    ...parts.flatMap(({ expansion, stream }) => [
      ...(expansion === undefined ? [] : [0xff, 0xdf, 0, 3, expansion]),
      ...stream.subarray(2, stream.length - 2),
    ]),
    ...[0xff, 0xd9],
  ]);
}

/** The samples of one component. */
export interface Plane {
  readonly columns: number;
  readonly rows: number;
  readonly samples: readonly number[];
}

const planeOf = (columns: number, rows: number, sampleAt: (x: number, y: number) => number): Plane => ({
  ...{ columns, rows },
  samples: Array.from({ length: rows * columns }, (_, at) =>
    sampleAt(at % columns, Math.floor(at / columns)),
  ),
});

/** Every other column: one way to downsample, which the standard leaves open. */
const halfColumns = ({ columns, rows, samples }: Plane) =>
  planeOf(Math.ceil(columns / 2), rows, (x, y) => samples[y * columns + 2 * x]);

const transposed = ({ columns, rows, samples }: Plane) =>
  planeOf(rows, columns, (x, y) => samples[x * columns + y]);

/** J.1.1.2 for columns: halfway between two samples their sum is halved and truncated, and the last one stands for the one behind it. */
const doubleColumns = (plane: Plane, columns: number) =>
  planeOf(columns, plane.rows, (x, y) => {
    const sample = (at: number) => plane.samples[y * plane.columns + Math.min(at, plane.columns - 1)];
    const at = Math.floor(x / 2);
    return x % 2 === 0 ? sample(at) : Math.floor((sample(at) + sample(at + 1)) / 2);
  });

/** A component smaller by an expansion, Eh in bits 4 to 7, Ev in bits 0 to 3. */
export function downsample(plane: Plane, expansion: number): Plane {
  const narrow = expansion & 0x10 ? halfColumns(plane) : plane;
  return expansion & 0x01 ? transposed(halfColumns(transposed(narrow))) : narrow;
}

/** The reference for a component of that size: first the columns, then the lines. */
export function expand(plane: Plane, expansion: number, { columns, rows }: Omit<Plane, 'samples'>): Plane {
  const wide = expansion & 0x10 ? doubleColumns(plane, columns) : plane;
  return expansion & 0x01 ? transposed(doubleColumns(transposed(wide), rows)) : wide;
}

/** The components of an image by themselves: of one with fewer samples every so many are taken. */
export function planesOf(image: JpegLosslessImage): Plane[] {
  const { samples, rows, columns, components } = image;
  const sampling = samplingOf(image);
  const [maximumH, maximumV] = maximaOf(sampling);
  return sampling.map(([h, v], index) =>
    planeOf(
      Math.ceil((columns * h) / maximumH),
      Math.ceil((rows * v) / maximumV),
      (x, y) => samples[(((y * maximumV) / v) * columns + (x * maximumH) / h) * components + index],
    ),
  );
}

/** An image of these components, whose samples are repeated where they have fewer. */
export function imageOfPlanes(
  planes: readonly Plane[],
  sampling: Sampling,
): Pick<JpegLosslessImage, 'samples' | 'rows' | 'columns' | 'components'> {
  const [maximumH, maximumV] = maximaOf(sampling);
  const full = sampling.findIndex(([h, v]) => h === maximumH && v === maximumV);
  const { rows, columns } = planes[full];
  const samples = new Uint16Array(rows * columns * planes.length);
  planes.forEach((plane, index) => {
    const [h, v] = sampling[index];
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const at = Math.floor((y * v) / maximumV) * plane.columns + Math.floor((x * h) / maximumH);
        samples[(y * columns + x) * planes.length + index] = plane.samples[at];
      }
    }
  });
  return { samples, rows, columns, components: planes.length };
}

const samplingOf = ({ sampling, components }: JpegLosslessImage): Sampling =>
  sampling ?? Array.from({ length: components }, () => [1, 1] as const);

const maximaOf = (sampling: Sampling) =>
  [Math.max(...sampling.map(([h]) => h)), Math.max(...sampling.map(([, v]) => v))] as const;

/** A differential lossless frame that brings references, expanded already, to these components. */
export function losslessDifferences(
  planes: readonly Plane[],
  references: readonly Plane[],
  image: Omit<JpegLosslessImage, 'samples' | 'rows' | 'columns' | 'components'>,
): Uint8Array {
  const differences = planes.map(({ columns, rows, samples }, index) => ({
    ...{ columns, rows },
    samples: samples.map((sample, at) => (sample - references[index].samples[at]) & 0xffff),
  }));
  const sampling = image.sampling ?? planes.map(() => [1, 1] as const);
  return encodeJpegLossless({ ...image, ...imageOfPlanes(differences, sampling), differential: true });
}

/**
 * Encodes a lossless hierarchy (processes 28 and 29): the smallest image, then differences.
 * @param expansions those of the differential frames, the last one first: 0 for one of the same size
 * @param together whether components share frames; else each has a hierarchy of its own, one behind the other
 */
export function encodeLosslessHierarchy(
  image: JpegLosslessImage,
  expansions: readonly number[],
  together = true,
): Uint8Array {
  const sampling = samplingOf(image);
  const planes = planesOf(image);
  const groups = together ? [planes.map((_, index) => index)] : planes.map((_, index) => [index]);
  const parts = groups.flatMap((group) => {
    const own = {
      ...image,
      sampling: group.map((index) => (together ? sampling[index] : ([1, 1] as const))),
    };
    const identifiers = group.map((index) => index + 1);
    return partsOf(
      { ...own, identifiers },
      group.map((index) => planes[index]),
      expansions,
    );
  });
  return hierarchyOf({ ...image, sampling }, parts);
}

function partsOf(
  image: JpegLosslessImage & { sampling: Sampling },
  planes: readonly Plane[],
  [expansion, ...others]: readonly number[],
): HierarchyPart[] {
  if (expansion === undefined) {
    return [{ stream: encodeJpegLossless({ ...image, ...imageOfPlanes(planes, image.sampling) }) }];
  }
  const smaller = planes.map((plane) => downsample(plane, expansion));
  const references = smaller.map((plane, index) => expand(plane, expansion, planes[index]));
  const stream = losslessDifferences(planes, references, image);
  const part = expansion === 0 ? { stream } : { expansion, stream };
  return [...partsOf(image, smaller, others), part];
}
