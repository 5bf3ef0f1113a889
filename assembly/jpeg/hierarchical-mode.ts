/**
 * The hierarchical mode of operation (T.81 Annex J), as far as a single frame of it goes.
 *
 * It is rare: the kernels for it are modules of their own, made of the same stages. scripts/build.mjs defines
 * HIERARCHICAL_MODE for them, and the compiler leaves the branches not taken out of either. Such a kernel decodes
 * one frame of a hierarchy at a time into samples of 16 bits that are not upsampled but repeated. Its host brings
 * the frames together.
 */

export const HIERARCHICAL: bool = isDefined(HIERARCHICAL_MODE);

/** The frame is differential: its samples are two's complement differences (J.1.3). */
export let differential: bool = false;

/**
 * Notes whether a frame of this process, the n of SOFn, is differential: 5, 6 and 7 are.
 * @returns the process that it is otherwise like: 1, 2 and 3 for these
 */
export function noteDifferential(process: i32): i32 {
  differential = process > 4;
  return differential ? process & 3 : process;
}
