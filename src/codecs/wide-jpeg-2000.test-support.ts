import { encodeBlock, type Orientation } from '../wasm/block-encoder.test-support.ts';

/** A component of whole numbers, up to 38 bits each. */
export interface WidePlane {
  readonly samples: readonly number[];
  readonly bits: number;
  readonly signed: boolean;
}

/** What is encoded, and how. */
export interface WideImage {
  readonly rows: number;
  readonly columns: number;
  readonly planes: readonly WidePlane[];
  readonly levels: number;
  /** RCT on the first three components. */
  readonly componentTransform?: boolean;
  /** Code-block style, T.800 Table A.19, without those that cut a block into several segments. */
  readonly style?: number;
}

/** As many as there can be: exponents end at 31. */
const GUARD_BITS = 7;
const ORIENTATIONS: readonly Orientation[] = ['LL', 'HL', 'LH', 'HH'];

/**
 * A lossless codestream of one tile, one layer and 5-3, by the standard's text, in floating point numbers that hold 53 bits: no encoder at hand
 * goes beyond 31. Sides up to 64, so that each sub-band is one code-block and each tag tree one node.
 */
export function encodeWideJpeg2000(image: WideImage): Uint8Array {
  const { rows, columns, planes, levels, componentTransform = false, style = 0 } = image;
  const shifted = planes.map(({ samples, bits, signed }) =>
    samples.map((sample) => sample - (signed ? 0 : 2 ** (bits - 1))),
  );
  const coded = componentTransform ? [...forwardRct(shifted), ...shifted.slice(3)] : shifted;
  const resolutions = coded.map((samples) => resolutionsOf({ columns, rows, samples }, levels));
  // LRCP: resolution by resolution, component by component.
  const packets = Array.from({ length: levels + 1 }, (_, r) =>
    resolutions.flatMap((bands, c) =>
      packetOf(bands[r]!, (orientation) => planesOf(planes[c]!.bits, orientation), style),
    ),
  ).flat();
  const exponents = (bits: number) =>
    [0, ...Array.from({ length: levels }, () => [1, 2, 3]).flat()].map(
      (orientation) => exponentOf(bits, orientation) << 3,
    );
  return Uint8Array.from([
    ...[0xff, 0x4f],
    ...segment(0xff51, [
      ...u16(0),
      ...[columns, rows, 0, 0, columns, rows, 0, 0].flatMap(u32),
      ...u16(planes.length),
      ...planes.flatMap(({ bits, signed }) => [(signed ? 0x80 : 0) | (bits - 1), 1, 1]),
    ]),
    ...segment(0xff52, [0, 0, ...u16(1), Number(componentTransform), levels, 4, 4, style, 1]),
    ...segment(0xff5c, [GUARD_BITS << 5, ...exponents(planes[0]!.bits)]),
    ...planes
      .slice(1)
      .flatMap(({ bits }, c) => segment(0xff5d, [c + 1, GUARD_BITS << 5, ...exponents(bits)])),
    ...[0xff, 0x90],
    ...u16(10),
    ...u16(0),
    ...u32(packets.length + 14),
    ...[0, 1, 0xff, 0x93],
    ...packets,
    ...[0xff, 0xd9],
  ]);
}

/** E.1: what gives a sub-band the bits that it needs, one more where RCT may have been, or as many as there can be. */
function exponentOf(bits: number, orientation: number): number {
  return Math.min(Math.max(bits + [0, 1, 1, 2][orientation]! + 1 - (GUARD_BITS - 1), 0), 31);
}

/** E-2: Mb. */
function planesOf(bits: number, orientation: number): number {
  return exponentOf(bits, orientation) + GUARD_BITS - 1;
}

/** G.2.1. */
function forwardRct([red, green, blue]: readonly (readonly number[])[]): number[][] {
  return [
    green!.map((value, i) => Math.floor((red![i]! + 2 * value + blue![i]!) / 4)),
    blue!.map((value, i) => value - green![i]!),
    red!.map((value, i) => value - green![i]!),
  ];
}

interface Plane {
  readonly columns: number;
  readonly rows: number;
  readonly samples: readonly number[];
}

interface BandPlane extends Plane {
  readonly orientation: number;
}

/** F.4: the bands of each resolution, the lowest one first. */
function resolutionsOf(plane: Plane, levels: number): BandPlane[][] {
  if (levels === 0) return [[{ ...plane, orientation: 0 }]];
  const { columns, rows, samples } = plane;
  const columnwise = Array.from({ length: columns }, (_, x) =>
    analysed(Array.from({ length: rows }, (_, y) => samples[y * columns + x]!)),
  );
  const both = Array.from({ length: rows }, (_, y) => analysed(columnwise.map((column) => column[y]!)));
  const band = (orientation: number): BandPlane => {
    const lines = both
      .filter((_, y) => y % 2 === orientation >> 1)
      .map((line) => line.filter((_, x) => x % 2 === (orientation & 1)));
    return { orientation, rows: lines.length, columns: lines[0]?.length ?? 0, samples: lines.flat() };
  };
  return [...resolutionsOf(band(0), levels - 1), [1, 2, 3].map(band)];
}

/** F.4.8.1 from an even place on: low-pass coefficients at even places, high-pass ones at odd places. */
function analysed(values: readonly number[]): number[] {
  if (values.length === 1) return [...values];
  const at = (list: readonly number[], index: number) => {
    const folded = Math.abs(index);
    return list[folded < list.length ? folded : 2 * (list.length - 1) - folded]!;
  };
  const high = values.map((value, i) =>
    i % 2 === 1 ? value - Math.floor((at(values, i - 1) + at(values, i + 1)) / 2) : value,
  );
  return high.map((value, i) =>
    i % 2 === 0 ? value + Math.floor((at(high, i - 1) + at(high, i + 1) + 2) / 4) : value,
  );
}

/** B.9, B.10: header and body of a packet whose sub-bands have a code-block each. */
function packetOf(
  bands: readonly BandPlane[],
  bitPlanesOf: (orientation: number) => number,
  style: number,
): number[] {
  const bits = [1];
  const put = (value: number, count: number) => {
    for (let bit = count - 1; bit >= 0; bit--) bits.push(Math.floor(value / 2 ** bit) % 2);
  };
  const body: number[] = [];
  for (const { orientation, columns, samples } of bands) {
    if (samples.length === 0) continue;
    const most = samples.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    const used = most === 0 ? 0 : Math.floor(Math.log2(most)) + 1;
    // B.10.4: inclusion, a tag tree of one node; its value is layer 0, or beyond where there is nothing.
    bits.push(used === 0 ? 0 : 1);
    if (used === 0) continue;
    const passes = 3 * used - 2;
    const { segments } = encodeBlock(
      Float64Array.from(samples),
      columns,
      ORIENTATIONS[orientation]!,
      used,
      style,
      passes,
    );
    const bytes = segments[0]!.bytes;
    // B.10.5: bit-planes that are zero.
    const zeros = bitPlanesOf(orientation) - used;
    if (zeros < 0) throw new Error(`a sub-band has ${used} bit-planes, ${-zeros} too many`);
    for (let i = 0; i < zeros; i++) bits.push(0);
    bits.push(1);
    putPasses(passes, bits, put);
    // B.10.7: Lblock, 3 at first.
    const passBits = Math.floor(Math.log2(passes));
    const lengthBits = Math.max(3, Math.floor(Math.log2(Math.max(bytes.length, 1))) + 1 - passBits);
    for (let i = 3; i < lengthBits; i++) bits.push(1);
    bits.push(0);
    put(bytes.length, lengthBits + passBits);
    body.push(...bytes);
  }
  return [...stuffed(bits), ...body];
}

/** Table B.4. */
function putPasses(passes: number, bits: number[], put: (value: number, count: number) => void): void {
  if (passes === 1) bits.push(0);
  else if (passes === 2) put(0b10, 2);
  else if (passes <= 5) put(0b1100 + passes - 3, 4);
  else if (passes <= 36) put(0b111100000 + passes - 6, 9);
  else put((0b111111111 << 7) + passes - 37, 16);
}

/** B.10.1: a byte behind 0xFF has seven bits. */
function stuffed(bits: readonly number[]): number[] {
  const bytes: number[] = [];
  for (let at = 0; at < bits.length; ) {
    const room = bytes.at(-1) === 0xff ? 7 : 8;
    const part = bits.slice(at, at + room);
    bytes.push(part.reduce((byte, bit, i) => byte | (bit << (room - 1 - i)), 0));
    at += room;
  }
  if (bytes.at(-1) === 0xff) bytes.push(0);
  return bytes;
}

function segment(marker: number, parameters: readonly number[]): number[] {
  return [...u16(marker), ...u16(parameters.length + 2), ...parameters];
}

const u16 = (value: number): number[] => [value >> 8, value & 0xff];
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)];
