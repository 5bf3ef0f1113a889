import { existsSync, readFileSync } from 'node:fs';

const SCHEDULER = `/proc/self/task/${process.pid}/schedstat`;

/**
 * Milliseconds that the main thread has had a processor, in steps of well below a millisecond; undefined where the system
 * does not say (not Linux). On a quiet machine a decoder without threads takes as much of it as of time; on a busy one the
 * time is anybody's, and this is still the decoder's.
 *
 * Of a thread that runs, Linux brings this account up to date with each of its ticks, 1 to 10 ms apart, and whenever the thread asks
 * how much processor time it has had: so it asks first. Without that a turn of 50 ms was up to 8 % too long or too short.
 */
export function threadMilliseconds(): number | undefined {
  if (!existsSync(SCHEDULER)) return undefined;
  process.cpuUsage();
  return Number(readFileSync(SCHEDULER, 'utf8').split(' ')[0]) / 1e6;
}
