/**
 * From the lines of a component to lines of the image (T.81 A.1.1 has the factors, and leaves the method
 * open).
 *
 * Where a component has half the samples of the image, in one direction or both, its samples are interpolated
 * linearly as libjpeg does ("fancy upsampling"), bit for bit: each new sample has three quarters of the
 * nearer one and one quarter of the one on the other side; halves are rounded up and down in turn. Every
 * other ratio repeats samples, and so do images reduced to single samples of blocks.
 */
import { take } from '../../kernel/arena';
import { componentCount, MAXIMUM_COMPONENTS, maximumH, maximumV } from '../frame-header';
import { HIERARCHICAL } from '../hierarchical-mode';
import { samplesOf } from './planes';
import { bytesPerSample } from './reconstruction';
import {
  leastSide,
  reducedColumns,
  reducedColumnsOf,
  reducedH,
  reducedLinesOf,
  reducedV,
  viewColumn,
  viewColumns,
} from './view';

const enum Method {
  /** The component is as large as the image. */
  None,
  /** Half the columns. */
  Columns,
  /** Half the lines. */
  Lines,
  /** Half of both. */
  Both,
  Repetition,
}

/** Bytes that vectors may write behind a line, and that stand in front of it. */
const SLACK: usize = 48;

const methods: usize = memory.data(MAXIMUM_COMPONENTS);
/** The upsampled line of each component, lineBytes apart. */
let upsampled: usize = 0;
let lineBytes: usize = 0;
/** A line of sums of 16 bits. */
let sums: usize = 0;

export function chooseMethods(): void {
  for (let i = 0; i < componentCount; i++) store<u8>(methods + i, methodOf(i));
}

/** Takes memory for the lines. */
export function takeUpsampling(): bool {
  // A line of upsampled samples may be longer than the image's by all that a sample stands for.
  lineBytes = ((<usize>viewColumns + 16) * bytesPerSample() + 2 * SLACK + 15) & ~15;
  upsampled = take(<u64>lineBytes * componentCount);
  sums = take(<u64>reducedColumns * 2 + 2 * SLACK);
  if (upsampled == 0 || sums == 0) return false;
  upsampled += SLACK;
  sums += SLACK;
  return true;
}

function methodOf(component: i32): Method {
  const h = reducedH(component), v = reducedV(component);
  if (h == maximumH && v == maximumV) return Method.None;
  if (HIERARCHICAL || leastSide == 1) return Method.Repetition;
  if (h == maximumH && 2 * v == maximumV) return Method.Lines;
  // libjpeg repeats the samples of lines that have one or two.
  if (2 * h == maximumH && reducedColumnsOf(component) > 2) {
    if (v == maximumV) return Method.Columns;
    if (2 * v == maximumV) return Method.Both;
  }
  return Method.Repetition;
}

/** Whether the last line of a row of minimum coded units needs the first one of the next row, and vice versa. */
export function mixesLines(): bool {
  return isUsed(Method.Lines) || isUsed(Method.Both);
}

/** Likewise for columns. */
export function mixesColumns(): bool {
  return isUsed(Method.Columns) || isUsed(Method.Both);
}

function isUsed(method: Method): bool {
  for (let i = 0; i < componentCount; i++) if (load<u8>(methods + i) == method) return true;
  return false;
}

/**
 * Address of the samples of a component in a line of the image, from the first column of the view on; they
 * stay there until the next line is asked for.
 */
export function lineOf(component: i32, line: i32): usize {
  const method = <Method>load<u8>(methods + component);
  if (method == Method.None) return samplesOf(component, line) + viewColumn * bytesPerSample();
  if (bytesPerSample() == 1) return upsample<u8>(method, component, line);
  return upsample<u16>(method, component, line);
}

function upsample<T>(method: Method, component: i32, line: i32): usize {
  const to = upsampled + component * lineBytes;
  const columns = reducedColumnsOf(component);
  if (method == Method.Repetition) {
    return repeat<T>(samplesOf(component, (line * reducedV(component)) / maximumV), to, reducedH(component));
  }
  // The samples that the columns of the view are made from, where there are half as many.
  const start = viewColumn >> 1, count = ((viewColumn + viewColumns + 1) >> 1) - start;
  const inFirst = <usize>(viewColumn & 1) * sizeof<T>();
  if (method == Method.Columns) {
    const from = samplesOf(component, line);
    repeatEnds<T>(from, columns);
    interpolate<T>(from + start * sizeof<T>(), to, count);
    return to + inFirst;
  }
  const nearer = line >> 1;
  const further = max(0, min(reducedLinesOf(component) - 1, line & 1 ? nearer + 1 : nearer - 1));
  const near = samplesOf(component, nearer), far = samplesOf(component, further);
  if (method == Method.Lines) {
    const skipped = viewColumn * sizeof<T>();
    mix<T>(near + skipped, far + skipped, to, viewColumns, line & 1 ? 2 : 1);
    return to;
  }
  // One more on either side.
  const first = max(0, start - 1), end = min(columns, start + count + 1);
  addLines<T>(near + first * sizeof<T>(), far + first * sizeof<T>(), sums + (first << 1), end - first);
  repeatEnds<u16>(sums, columns);
  interpolateSums<T>(sums + (start << 1), to, count);
  return to + inFirst;
}

/** Puts a copy of the first sample in front of a line and one of the last behind it. */
@inline
function repeatEnds<T>(line: usize, count: i32): void {
  const end = line + <usize>count * sizeof<T>();
  store<T>(line - sizeof<T>(), load<T>(line));
  store<T>(end, load<T>(end - sizeof<T>()));
}

/**
 * Every sample of a line as often as the ratio of `h` to the largest factor has it; fractions take the sample
 * they are in. Returns where the first column of the view is.
 */
function repeat<T>(from: usize, to: usize, h: i32): usize {
  from += <usize>((viewColumn * h) / maximumH) * sizeof<T>();
  let position = (viewColumn * h) % maximumH; // of the column inside its sample, in units of 1 / maximumH
  if (maximumH % h == 0) {
    // Each is written to all of 64 bits, and the next one over what is too much of it.
    const copies: u64 = sizeof<T>() == 1 ? 0x0101010101010101 : 0x0001000100010001;
    const step = <usize>(maximumH / h) * sizeof<T>();
    const start = to + <usize>(position / h) * sizeof<T>();
    const end = start + viewColumns * sizeof<T>();
    for (; to < end; to += step, from += sizeof<T>()) store<u64>(to, <u64>load<T>(from) * copies);
    return start;
  }
  const start = to;
  for (const end = to + viewColumns * sizeof<T>(); to < end; to += sizeof<T>()) {
    store<T>(to, load<T>(from));
    position += h;
    if (position >= maximumH) {
      position -= maximumH;
      from += sizeof<T>();
    }
  }
  return start;
}

/** Roundings, in memory: constants in the code are made anew each time. */
const ONES = memory.data<i16>([1, 1, 1, 1, 1, 1, 1, 1], 16);
const TWOS = memory.data<i16>([2, 2, 2, 2, 2, 2, 2, 2], 16);
const SEVENS = memory.data<i16>([7, 7, 7, 7, 7, 7, 7, 7], 16);
const EIGHTS = memory.data<i16>([8, 8, 8, 8, 8, 8, 8, 8], 16);

/** Twice as many samples from a line whose ends are repeated. */
function interpolate<T>(from: usize, to: usize, count: i32): void {
  if (ASC_FEATURE_SIMD && sizeof<T>() == 1) {
    const one = v128.load(ONES), two = v128.load(TWOS);
    for (const end = from + count; from < end; from += 8, to += 16) {
      const centre = threefold(v128.load8x8_u(from));
      const even = i16x8.shr_u(i16x8.add(i16x8.add(centre, v128.load8x8_u(from - 1)), one), 2);
      const odd = i16x8.shr_u(i16x8.add(i16x8.add(centre, v128.load8x8_u(from + 1)), two), 2);
      v128.store(to, v128.or(even, i16x8.shl(odd, 8)));
    }
  } else {
    for (let i: usize = 0; i < <usize>count; i++, from += sizeof<T>(), to += 2 * sizeof<T>()) {
      const centre = 3 * <u32>load<T>(from);
      store<T>(to, <T>((centre + <u32>load<T>(from - sizeof<T>()) + 1) >> 2));
      store<T>(to + sizeof<T>(), <T>((centre + <u32>load<T>(from + sizeof<T>()) + 2) >> 2));
    }
  }
}

@inline
function threefold(x: v128): v128 {
  return i16x8.add(x, i16x8.add(x, x));
}

/** A line between two: `rounding` is 1 or 2. */
function mix<T>(near: usize, far: usize, to: usize, count: i32, rounding: u32): void {
  if (ASC_FEATURE_SIMD && sizeof<T>() == 1) {
    const half = i16x8.splat(<i16>rounding);
    for (const end = near + count; near < end; near += 8, far += 8, to += 8) {
      const sum = i16x8.add(threefold(v128.load8x8_u(near)), v128.load8x8_u(far));
      const mixed = i16x8.shr_u(i16x8.add(sum, half), 2);
      v128.store64_lane(to, i8x16.narrow_i16x8_u(mixed, mixed), 0);
    }
  } else {
    for (let i: usize = 0; i < <usize>count * sizeof<T>(); i += sizeof<T>()) {
      store<T>(to + i, <T>((3 * <u32>load<T>(near + i) + <u32>load<T>(far + i) + rounding) >> 2));
    }
  }
}

/** Four times a line between two, 16 bits each: 12-bit samples make 14. */
function addLines<T>(near: usize, far: usize, to: usize, count: i32): void {
  if (ASC_FEATURE_SIMD && sizeof<T>() == 1) {
    for (const end = near + count; near < end; near += 8, far += 8, to += 16) {
      v128.store(to, i16x8.add(threefold(v128.load8x8_u(near)), v128.load8x8_u(far)));
    }
  } else {
    for (let i: usize = 0; i < <usize>count; i++, to += 2) {
      store<u16>(to, 3 * <u32>load<T>(near + i * sizeof<T>()) + <u32>load<T>(far + i * sizeof<T>()));
    }
  }
}

/** Twice as many samples from a line of such sums whose ends are repeated: 12-bit samples make 16 bits. */
function interpolateSums<T>(from: usize, to: usize, count: i32): void {
  if (ASC_FEATURE_SIMD && sizeof<T>() == 1) {
    const eight = v128.load(EIGHTS), seven = v128.load(SEVENS);
    for (const end = from + (<usize>count << 1); from < end; from += 16, to += 16) {
      const centre = threefold(v128.load(from));
      const even = i16x8.shr_u(i16x8.add(i16x8.add(centre, v128.load(from - 2)), eight), 4);
      const odd = i16x8.shr_u(i16x8.add(i16x8.add(centre, v128.load(from + 2)), seven), 4);
      v128.store(to, v128.or(even, i16x8.shl(odd, 8)));
    }
  } else {
    for (let i = 0; i < count; i++, from += 2, to += 2 * sizeof<T>()) {
      const centre = 3 * <u32>load<u16>(from);
      store<T>(to, <T>((centre + <u32>load<u16>(from - 2) + 8) >> 4));
      store<T>(to + sizeof<T>(), <T>((centre + <u32>load<u16>(from + 2) + 7) >> 4));
    }
  }
}
