/**
 * Multiple component transformations of Part 2 (T.801 Annex J), inverse: stages of component collections, each with an array-based or a
 * wavelet-based transformation (J.3). They work on one row of all components at a time, i32 or f32 as each component comes. The DC
 * level shift of Part 1 is not applied: offsets are the transformations' own.
 */
import { take } from '../kernel/arena';
import { fail } from '../kernel/blocks';
import { Status } from '../kernel/status';
import { roundRow } from './component-transform';
import { halveRow53, liftEven53, liftOdd53 } from './dwt53';
import { HIGH_SCALE, liftRow97, LOW_SCALE, scaleRow97 } from './dwt97';
import { componentCount } from './image-size';
import { read16, read32 } from './markers';
import {
  ArrayKind,
  collectionList,
  depthCount,
  elementOf,
  stageCount,
  TransformArray,
  transformArray,
} from './multi-component';
import { ROW_TRAIL } from './narrow-rows';

/** Xmcc, A.3.8: the kind of transformation. */
const enum CollectionKind {
  Dependency = 0,
  Decorrelation = 1,
  Wavelet = 3,
}

/** A component collection, laid out. */
@unmanaged
class Collection {
  /** The next one of the stage; 0: none. */
  next: usize;
  kind: i32;
  /** Lists of u32, component indices. */
  inputs: usize;
  outputs: usize;
  inputCount: i32;
  outputCount: i32;
  /** Lists of f32: coefficients row by row, offsets by output; 0: none. */
  coefficients: usize;
  offsets: usize;
  /** Wavelet-based: 5-3 (else 9-7), levels, and the place of the first component. */
  reversible: i32;
  levels: i32;
  origin: u32;
}

/** Address of the first collection of each stage. */
let firsts: usize = 0;
/** Components of the widest stage. */
let widest: i32 = 0;
/** Multiplications for one pixel. */
let workPerPixel: u64 = 0;
/** Multiplications for one row at most, so that a step stays short. */
const MAXIMUM_ROW_WORK: u64 = (1 as u64) << 30;

/** Rows of the components as the stage at hand finds and leaves them: address and whether they are f32, 8 bytes each. */
let current: usize = 0;
let following: usize = 0;
/** Two banks of rows, written in turn. */
let banks: usize = 0;
let bankBytes: usize = 0;
let rowBytes: usize = 0;
/** A row of zeros and ones by component: which of them a stage has made, which it has used. */
let made: usize = 0;
let used: usize = 0;

/** Lays out all stages and checks them: each component that is used is made before, and all that come out are. */
export function layOutStages(): i32 {
  widest = max(componentCount, depthCount);
  workPerPixel = 0;
  firsts = take(<u64>stageCount << 2);
  made = take(16384);
  used = take(16384);
  const there = take(16384);
  if (firsts == 0 || made == 0 || used == 0 || there == 0) return fail(Status.LimitMemory, -1);
  memory.fill(there, 0, 16384);
  memory.fill(there, 1, componentCount);
  for (let stage = 0; stage < stageCount; stage++) {
    const list = collectionList(stage);
    if (list.address == 0 || list.count == 0) return fail(Status.BadJ2kMultiComponent, -1, stage);
    memory.fill(made, 0, 16384);
    memory.fill(used, 0, 16384);
    let at = list.address;
    let last: usize = 0;
    for (let i = 0; i < list.count; i++) {
      const record = take(offsetof<Collection>());
      if (record == 0) return fail(Status.LimitMemory, -1);
      const collection = changetype<Collection>(record);
      collection.next = 0;
      if (last == 0) store<usize>(firsts + (stage << 2), record);
      else changetype<Collection>(last).next = record;
      last = record;
      at = layOutCollection(collection, at, list.end, there);
      if (at == 0) return layoutStatus;
    }
    memory.copy(there, made, 16384);
  }
  for (let c = 0; c < depthCount; c++) {
    if (load<u8>(there + c) == 0) return fail(Status.BadJ2kMultiComponent, -1, c);
  }
  return Status.Done;
}

/** Why `layOutCollection` returned 0. */
let layoutStatus: i32 = 0;

function refuse(status: Status, detail: i32): usize {
  layoutStatus = fail(status, -1, detail);
  return 0;
}

/** One collection of an MCC segment, at `from`; returns where the next one is, 0 where it cannot be. */
function layOutCollection(to: Collection, from: usize, end: usize, there: usize): usize {
  if (from + 3 > end) return refuse(Status.BadJ2kMultiComponent, 0);
  to.kind = load<u8>(from) & 3;
  // Inputs: of the stage before, each in one collection only. Outputs: each once.
  let at = readIndices(from + 1, end, there, used);
  if (at == 0) return refuse(Status.BadJ2kMultiComponent, to.kind);
  to.inputs = indices;
  to.inputCount = indexCount;
  at = readIndices(at, end, 0, made);
  if (at == 0 || at + 3 > end) return refuse(Status.BadJ2kMultiComponent, to.kind);
  to.outputs = indices;
  to.outputCount = indexCount;
  // Tmcc: 24 bits. Which array or kernel; which offsets; whether reversible, or how many levels.
  const transform = <i32>load<u8>(at, 2);
  const offset = <i32>load<u8>(at, 1);
  const style = <i32>load<u8>(at);
  at += 3;
  to.coefficients = 0;
  to.offsets = 0;
  to.origin = 0;
  to.levels = 0;
  to.reversible = style & 1;
  const inputs = <u64>to.inputCount, outputs = <u64>to.outputCount;
  if (to.kind == CollectionKind.Wavelet) {
    if (at + 4 > end) return refuse(Status.BadJ2kMultiComponent, to.kind);
    to.origin = read32(at);
    at += 4;
    to.levels = style & 0x3f;
    // Kernels: 0 9-7, 1 5-3, others by ATK segments, which DICOM does not have (PS3.5 8.2.4).
    if (transform > 1 || to.origin > 0x7fff0000) return refuse(Status.UnsupportedJ2kPart2, 0xff75);
    to.reversible = transform;
    if (inputs != outputs || to.levels > 32) return refuse(Status.BadJ2kMultiComponent, to.levels);
    workPerPixel += inputs << 3;
  } else if (to.kind > CollectionKind.Decorrelation) {
    return refuse(Status.BadJ2kMultiComponent, to.kind);
  } else if (transform == 0) {
    // The null transformation: components in another order, offsets.
    if (inputs != outputs) return refuse(Status.BadJ2kMultiComponent, to.outputCount);
    workPerPixel += inputs;
  } else {
    // Reversible arrays are factored into steps that round.
    if (to.reversible != 0) return refuse(Status.UnsupportedJ2kReversibleArray, transform);
    const count = to.kind == CollectionKind.Decorrelation ? inputs * outputs : (inputs * (inputs - 1)) >> 1;
    const array = transformArray(to.kind, transform);
    if (array.address == 0 || <u64>array.count != count) return refuse(Status.BadJ2kMultiComponent, transform);
    if (to.kind == CollectionKind.Dependency && inputs != outputs) {
      return refuse(Status.BadJ2kMultiComponent, to.outputCount);
    }
    to.coefficients = takeElements(array);
    if (to.coefficients == 0) return refuse(Status.LimitMemory, -1);
    workPerPixel += count;
  }
  if (offset != 0) {
    const array = transformArray(ArrayKind.Offset, offset);
    if (array.address == 0 || array.count != to.outputCount) return refuse(Status.BadJ2kMultiComponent, offset);
    to.offsets = takeElements(array);
    if (to.offsets == 0) return refuse(Status.LimitMemory, -1);
  }
  return at;
}

/** An array as f32. */
function takeElements(array: TransformArray): usize {
  const to = take((<u64>array.count << 2) + 4);
  if (to == 0) return 0;
  for (let i = 0; i < array.count; i++) store<f32>(to + (i << 2), <f32>elementOf(array, i));
  return to;
}

/** What `readIndices` read: a list of u32 and how many. */
let indices: usize = 0;
let indexCount: i32 = 0;

/**
 * Nmcc and Cmcc, or Mmcc and Wmcc: a number, its highest bit set where indices have two bytes, and the indices.
 * @param there where not 0: one byte by component that must not be 0
 * @param taken one byte by component that must be 0, and is set
 */
function readIndices(from: usize, end: usize, there: usize, taken: usize): usize {
  if (from + 2 > end) return 0;
  const number = read16(from);
  const bytes = (number & 0x8000) != 0 ? 2 : 1;
  indexCount = number & 0x7fff;
  let at = from + 2;
  if (indexCount == 0 || at + indexCount * bytes > end) return 0;
  indices = take(<u64>indexCount << 2);
  if (indices == 0) return 0;
  for (let i = 0; i < indexCount; i++, at += bytes) {
    const index = bytes == 2 ? read16(at) : <i32>load<u8>(at);
    if (index >= 16384 || load<u8>(taken + index) != 0) return 0;
    if (there != 0 && load<u8>(there + index) == 0) return 0;
    store<u8>(taken + index, 1);
    store<u32>(indices + (i << 2), index);
    widest = max(widest, index + 1);
  }
  return at;
}

/** Takes the rows of a tile whose components are `width` samples wide. */
export function reserveStages(width: u32): i32 {
  if (workPerPixel * width > MAXIMUM_ROW_WORK) return fail(Status.UnsupportedJ2kPart2, -1, 0xff77);
  rowBytes = ((<usize>width << 2) + ROW_TRAIL + 15) & ~15;
  const bytes = <u64>rowBytes * widest;
  current = take(<u64>widest << 3);
  following = take(<u64>widest << 3);
  banks = take(min(stageCount, 2) * bytes);
  if (current == 0 || following == 0 || banks == 0) return fail(Status.LimitMemory, -1);
  bankBytes = <usize>bytes;
  return Status.Done;
}

/** Hands in the row of codestream component `c`, which is not changed. */
@inline
export function putRow(c: i32, row: usize, float: bool): void {
  store<usize>(current + (c << 3), row);
  store<i32>(current + (c << 3), <i32>float, 4);
}

/** The row of component `c` after `transformRows`. */
@inline
export function transformedRow(c: i32): usize {
  return load<usize>(current + (c << 3));
}

@inline
export function rowIsFloat(c: i32): bool {
  return load<i32>(current + (c << 3), 4) != 0;
}

/** Takes one row of all components through all stages. */
export function transformRows(width: i32): void {
  for (let stage = 0; stage < stageCount; stage++) {
    const bank = banks + (stage & 1) * bankBytes;
    for (let record = load<usize>(firsts + (stage << 2)); record != 0; ) {
      const collection = changetype<Collection>(record);
      transformCollection(collection, bank, width);
      record = collection.next;
    }
    const before = current;
    current = following;
    following = before;
  }
}

@inline
function inputOf(collection: Collection, i: i32): i32 {
  return load<i32>(collection.inputs + (i << 2));
}

@inline
function outputOf(collection: Collection, i: i32): i32 {
  return load<i32>(collection.outputs + (i << 2));
}

function transformCollection(collection: Collection, bank: usize, width: i32): void {
  const whole = collection.kind == CollectionKind.Wavelet ? collection.reversible != 0 : collection.coefficients == 0;
  const count = collection.outputCount;
  for (let i = 0; i < count; i++) {
    const c = outputOf(collection, i);
    // A null transformation leaves rows of f32 what they are.
    const nullFloat = collection.kind != CollectionKind.Wavelet && whole && rowIsFloat(inputOf(collection, i));
    store<usize>(following + (c << 3), bank + <usize>c * rowBytes);
    store<i32>(following + (c << 3), <i32>(!whole || nullFloat), 4);
  }
  if (collection.kind == CollectionKind.Wavelet) synthesize(collection, width);
  else if (collection.coefficients == 0) copyAll(collection, width);
  else if (collection.kind == CollectionKind.Decorrelation) decorrelate(collection, width);
  else depend(collection, width);
  if (collection.offsets == 0) return;
  for (let i = 0; i < count; i++) {
    const c = outputOf(collection, i);
    const row = rowAfter(c);
    const offset = load<f32>(collection.offsets + (i << 2));
    if (load<i32>(following + (c << 3), 4) != 0) {
      for (let p = 0; p < width << 2; p += 4) store<f32>(row + p, load<f32>(row + p) + offset);
    } else {
      const integer = <i32>nearest(offset);
      for (let p = 0; p < width << 2; p += 4) store<i32>(row + p, load<i32>(row + p) + integer);
    }
  }
}

@inline
function rowAfter(c: i32): usize {
  return load<usize>(following + (c << 3));
}

/** Copies the row of component `c` to `to`, as f32 or as i32. */
function copyRow(c: i32, to: usize, float: bool, width: i32): void {
  const from = transformedRow(c);
  if (rowIsFloat(c) == float) memory.copy(to, from, width << 2);
  else if (float) for (let p = 0; p < width << 2; p += 4) store<f32>(to + p, <f32>load<i32>(from + p));
  else roundRow(from, to, width);
}

function copyAll(collection: Collection, width: i32): void {
  for (let i = 0; i < collection.outputCount; i++) {
    const c = inputOf(collection, i);
    copyRow(c, rowAfter(outputOf(collection, i)), rowIsFloat(c), width);
  }
}

/** J.3.1.1, irreversible: each output is a linear combination of all inputs. */
function decorrelate(collection: Collection, width: i32): void {
  let coefficient = collection.coefficients;
  for (let i = 0; i < collection.outputCount; i++) {
    const row = rowAfter(outputOf(collection, i));
    memory.fill(row, 0, width << 2);
    for (let k = 0; k < collection.inputCount; k++, coefficient += 4) {
      const c = inputOf(collection, k);
      addScaled(row, transformedRow(c), load<f32>(coefficient), rowIsFloat(c), width);
    }
  }
}

/** J.3.1.2, irreversible: each output is its input and a linear combination of the outputs before it, offsets included. */
function depend(collection: Collection, width: i32): void {
  let coefficient = collection.coefficients;
  for (let i = 0; i < collection.outputCount; i++) {
    const row = rowAfter(outputOf(collection, i));
    copyRow(inputOf(collection, i), row, true, width);
    for (let k = 0; k < i; k++, coefficient += 4) {
      const factor = load<f32>(coefficient);
      const before = outputOf(collection, k);
      addScaled(row, rowAfter(before), factor, true, width);
      if (collection.offsets == 0) continue;
      // The row before has its offset added at the end only.
      const offset = load<f32>(collection.offsets + (k << 2)) * factor;
      for (let p = 0; p < width << 2; p += 4) store<f32>(row + p, load<f32>(row + p) + offset);
    }
  }
}

/** `target` += `source` * `factor`: f32, the source i32 where it is not `float`. Up to 12 bytes more. */
function addScaled(target: usize, source: usize, factor: f32, float: bool, width: i32): void {
  if (ASC_FEATURE_SIMD) {
    const by = f32x4.splat(factor);
    for (let p = 0; p < width << 2; p += 16) {
      const raw = v128.load(source + p);
      const value = float ? raw : f32x4.convert_i32x4_s(raw);
      v128.store(target + p, f32x4.add(v128.load(target + p), f32x4.mul(value, by)));
    }
    return;
  }
  for (let p = 0; p < width << 2; p += 4) {
    const value = float ? load<f32>(source + p) : <f32>load<i32>(source + p);
    store<f32>(target + p, load<f32>(target + p) + value * factor);
  }
}

/**
 * J.3.2: the inverse wavelet transformation along the components, which lie at the places `origin`, `origin` + 1 and so on. The
 * inputs are the low-pass band of the last level and then the high-pass bands, from the last level to the first one. A row stands from
 * the start where its output will be: at level l, at every 2^(l-1)th place.
 */
function synthesize(collection: Collection, width: i32): void {
  const count = <u32>collection.outputCount;
  const float = collection.reversible == 0;
  const origin = collection.origin;
  let input = 0;
  for (let level = collection.levels; level >= 0; level--) {
    // Level 0 has nothing to be put in place; the low-pass band is that of the last level.
    if (level == collection.levels) input = place(collection, input, level, 0, float, width);
    if (level == 0) break;
    input = place(collection, input, level - 1, 1, float, width);
    const from = upwards(origin, level - 1);
    const to = upwards(origin + count, level - 1);
    if (float) lift97(collection, level - 1, from, to, width);
    else lift53(collection, level - 1, from, to, width);
  }
}

/** value / 2^exponent, rounded up; for exponents up to 32. */
@inline
function upwards(value: u32, exponent: i32): u32 {
  return <u32>((<u64>value + ((<u64>1 << exponent) - 1)) >> exponent);
}

/**
 * Puts inputs from number `input` on in their places: all multiples of 2^exponent (`odd` 0), or every other one of them. Returns the number
 * of the next input.
 */
function place(collection: Collection, input: i32, exponent: i32, odd: u32, float: bool, width: i32): i32 {
  const end = upwards(collection.origin + collection.outputCount, exponent);
  let u = upwards(collection.origin, exponent);
  if (odd != 0) u |= 1;
  for (; u < end; u += 1 + odd) {
    copyRow(inputOf(collection, input++), rowAt(collection, u, exponent), float, width);
  }
  return input;
}

/** The row at place u * 2^exponent. */
@inline
function rowAt(collection: Collection, u: u32, exponent: i32): usize {
  return rowAfter(outputOf(collection, <i32>((<u64>u << exponent) - collection.origin)));
}

/** T.800 F.3.7: the neighbour on the other side where there is none. */
@inline
function neighbour(collection: Collection, u: u32, step: i32, from: u32, to: u32, exponent: i32): usize {
  const there = step < 0 ? u > from : u + 1 < to;
  return rowAt(collection, there ? u + step : u - step, exponent);
}

/** T.800 F.3.8.1.1 for the rows at `from` to `to`. */
function lift53(collection: Collection, exponent: i32, from: u32, to: u32, width: i32): void {
  if (to - from < 2) {
    if (to > from && (from & 1) != 0) halveRow53(rowAt(collection, from, exponent), width);
    return;
  }
  for (let u = from + (from & 1); u < to; u += 2) {
    const above = neighbour(collection, u, -1, from, to, exponent);
    liftEven53(rowAt(collection, u, exponent), above, neighbour(collection, u, 1, from, to, exponent), width);
  }
  for (let u = from | 1; u < to; u += 2) {
    const above = neighbour(collection, u, -1, from, to, exponent);
    liftOdd53(rowAt(collection, u, exponent), above, neighbour(collection, u, 1, from, to, exponent), width);
  }
}

/** T.800 F.3.8.2. High-pass coefficients have no gain of 2 here: their scale is 1 / K. */
function lift97(collection: Collection, exponent: i32, from: u32, to: u32, width: i32): void {
  if (to - from < 2) {
    if (to > from && (from & 1) != 0) scaleRow97(rowAt(collection, from, exponent), 0.5, width);
    return;
  }
  for (let u = from; u < to; u++) {
    scaleRow97(rowAt(collection, u, exponent), (u & 1) != 0 ? HIGH_SCALE * 0.5 : LOW_SCALE, width);
  }
  for (let stage = 1; stage <= 4; stage++) {
    for (let u = (stage & 1) != 0 ? from + (from & 1) : from | 1; u < to; u += 2) {
      const above = neighbour(collection, u, -1, from, to, exponent);
      liftRow97(stage, rowAt(collection, u, exponent), above, neighbour(collection, u, 1, from, to, exponent), width);
    }
  }
}
