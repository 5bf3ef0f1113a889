import { FramePool } from './frame-pool.js';

let shared: FramePool | undefined;
let local: FramePool | undefined;

/** The pool of calls that are given none; made when first asked for. */
export function sharedPool(): FramePool {
  shared ??= new FramePool();
  return shared;
}

/** The pool that is no pool: everything happens on the calling thread. */
export function localPool(): FramePool {
  local ??= new FramePool({ workers: 0 });
  return local;
}
