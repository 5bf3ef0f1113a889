import { Pool } from './pool.js';

let shared: Pool | undefined;
let local: Pool | undefined;

/** The pool of calls that are given none; made when first asked for. */
export function sharedPool(): Pool {
  shared ??= new Pool();
  return shared;
}

/** The pool that is no pool: everything happens on the calling thread. */
export function localPool(): Pool {
  local ??= new Pool({ workers: 0 });
  return local;
}
