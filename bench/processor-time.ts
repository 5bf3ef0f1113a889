import { existsSync, readFileSync } from 'node:fs';

const SCHEDULER = `/proc/self/task/${process.pid}/schedstat`;

/**
 * Milliseconds that the main thread has had a processor, in steps of well below a millisecond; undefined where the system
 * does not say (not Linux). On a quiet machine a decoder without threads takes as much of it as of time; on a busy one the
 * time is anybody's, and this is still the decoder's.
 */
export function threadMilliseconds(): number | undefined {
  if (!existsSync(SCHEDULER)) return undefined;
  return Number(readFileSync(SCHEDULER, 'utf8').split(' ')[0]) / 1e6;
}
