/** The encoded bytes of the frame, at the bottom of the arena. */
import { release, resetArena, take, taken } from './arena';
import { clearBlocks } from './blocks';

/**
 * Bytes behind the input that may be read without harm; they are 0. Vector loads and look-ahead may run this far past the
 * end, so that a bound is checked once per row or block and not at each read.
 */
export const MARGIN: i32 = 64;

/** Address of the first byte of the input; 0 before the first `begin`. */
export let input: usize = 0;
/** Address behind its last byte. */
export let inputEnd: usize = 0;
/** How many bytes `begin` was told of. */
let expected: u32 = 0;
/** What lies behind the input in the arena. */
let behind: usize = 0;
/** How often `arrived` was called since `begin`. */
export let arrivals: i32 = 0;

/**
 * Starts a frame: see the ABI. `length` is not negative.
 * @returns where the host writes the input; 0 if the memory cannot grow so far
 */
export function begin(length: i32): usize {
  clearBlocks();
  resetArena();
  input = take(<u64>(<u32>length) + MARGIN);
  inputEnd = 0;
  if (input == 0) return 0;
  inputEnd = input + <u32>length;
  expected = length;
  behind = taken();
  arrivals = 0;
  memory.fill(inputEnd, 0, MARGIN);
  return input;
}

/**
 * Says that of the bytes that `begin` was told of the first `length` are there, more than before: what `open` and `step` do next
 * they do with these.
 */
export function arrived(length: i32): void {
  clearBlocks();
  release(behind);
  inputEnd = input + <u32>length;
  arrivals++;
  memory.fill(inputEnd, 0, MARGIN);
}

/** Whether the input goes on behind what is there of it. */
export function moreToCome(): bool {
  return <u32>(inputEnd - input) < expected;
}

/** Gives back all of the arena but the input. */
export function releaseToInput(): void {
  release(behind);
}
