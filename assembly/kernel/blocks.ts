/** The memory that a kernel and its host share, besides input and strips. The layout is the ABI of assembly/README.md. */
import { Status } from './status';

/** 16 i32 from the host. The last one is the arena's. */
export const parameters: usize = memory.data(64, 16);
/** 16 i32 from `open`. */
export const header: usize = memory.data(64, 16);
/** 4 i32 from `step`: address, offset in the output, count of bytes, 0. */
export const strip: usize = memory.data(16, 16);
/** 4 i32 from whatever failed: offset in the input, detail, good rows, 0. -1: not known. */
export const failure: usize = memory.data(16, 16);

/** Parameter `index`, 0 to 14. */
@inline
export function parameter(index: i32): i32 {
  return load<i32>(parameters + (index << 2));
}

/** Pages of 64 KiB that the memory may have; 0 where the host sets no limit. */
@inline
export function memoryPages(): u32 {
  return load<u32>(parameters, 60);
}

/** Writes the five header fields that every kernel has; the kernel's own follow at byte 20. */
export function announce(rows: i32, columns: i32, components: i32, bitsPerSample: i32, bytesPerSample: i32): void {
  store<i32>(header, rows, 0);
  store<i32>(header, columns, 4);
  store<i32>(header, components, 8);
  store<i32>(header, bitsPerSample, 12);
  store<i32>(header, bytesPerSample, 16);
}

/** Hands `count` finished bytes at `address` to the host: they belong at byte `offset` of the output. */
@inline
export function handOut(address: usize, offset: i32, count: i32): void {
  store<usize>(strip, address, 0);
  store<i32>(strip, offset, 4);
  store<i32>(strip, count, 8);
}

/**
 * Notes where and why, and returns the status so that one can write `return fail(...)`.
 * @param offset byte of the input, -1 where there is none to name
 * @param detail a number for the sentence in src/wasm/status.ts
 * @param goodRows rows from the top that are whole, for Truncated statuses; -1 where not known
 */
export function fail(status: Status, offset: i32, detail: i32 = -1, goodRows: i32 = -1): i32 {
  store<i32>(failure, offset, 0);
  store<i32>(failure, detail, 4);
  store<i32>(failure, goodRows, 8);
  return status;
}

/** Forgets what the last frame left in the blocks that the kernel writes. */
export function clearBlocks(): void {
  memory.fill(header, 0, 64);
  memory.fill(strip, 0, 16);
  memory.fill(failure, 0xff, 16);
}
