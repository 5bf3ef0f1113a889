/**
 * The components that are handed out: those of SIZ or, behind the transformations of Part 2, those of CBD (T.801 A.3.6). DICOM has
 * one Pixel Representation for all of them: where some are signed and some are not, all come signed, with a bit
 * more for the unsigned ones, so that every sample keeps its value.
 */
import { take } from '../kernel/arena';
import { fail, parameter } from '../kernel/blocks';
import { Status } from '../kernel/status';
import { Component, component, componentCount } from './image-size';
import { depthCount, depthOf } from './multi-component';

/** How many, and which one of all is the first: see the parameters of frame.ts. */
export let outputCount: i32 = 0;
export let firstOutput: i32 = 0;
/** Fewer are handed out than there are. */
export let selected: bool = false;
/** Bits that hold every sample. */
export let outputBits: i32 = 0;
export let outputSigned: bool = false;
/** All of them have one precision and sign. */
export let outputsAlike: bool = false;
let outputs: usize = 0;

/** The precision, sign and level shift of the samples of an output component, counted among those handed out; what else it has means nothing. */
@inline
export function outputComponent(index: i32): Component {
  return changetype<Component>(outputs + <usize>index * offsetof<Component>());
}

/** Lists them: those that the transformations of Part 2 make, or those of SIZ; all, or as many as are asked for. */
export function listOutputs(transformed: bool): i32 {
  const all = transformed ? depthCount : componentCount;
  const wanted = parameter(8);
  firstOutput = wanted > 0 ? parameter(7) : 0;
  outputCount = wanted > 0 ? wanted : all;
  selected = outputCount != all;
  if (firstOutput < 0 || <i64>firstOutput + outputCount > <i64>all) return fail(Status.BadJ2kMultiComponent, -1, all);
  outputs = take(<u64>outputCount * offsetof<Component>());
  if (outputs == 0) return fail(Status.LimitMemory, -1);
  let unsignedBits = 0;
  let signedBits = 0;
  outputsAlike = true;
  for (let c = 0; c < outputCount; c++) {
    const to = outputComponent(c);
    if (transformed) {
      const depth = depthOf(firstOutput + c);
      to.precision = <u8>((depth & 0x7f) + 1);
      to.signed = <u8>(depth >> 7);
      to.shifted = 0;
    } else {
      const from = component(firstOutput + c);
      to.precision = from.precision;
      to.signed = from.signed;
      to.shifted = <u8>(from.signed == 0);
    }
    if (!to.isLike(outputComponent(0))) outputsAlike = false;
    if (to.signed != 0) signedBits = max(signedBits, <i32>to.precision);
    else unsignedBits = max(unsignedBits, <i32>to.precision);
  }
  outputSigned = signedBits > 0;
  outputBits = outputSigned && unsignedBits > 0 ? max(signedBits, unsignedBits + 1) : max(signedBits, unsignedBits);
  return Status.Done;
}
