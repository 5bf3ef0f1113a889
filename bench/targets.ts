import type { CodecResult } from './codecs.js';
import type { NativeResult } from './native.js';
import type { PoolResult } from './pool.js';
import { geometricMean } from './statistics.js';
import { middleOf } from './tables.js';
import type { ViewResult } from './views.js';

/** Ratios of one peer over the frames of one kind. */
export interface GroupMean {
  readonly peer: string;
  /** `fixture`, `phantom`, `corpus`. */
  readonly kind: string;
  readonly count: number;
  readonly fresh: number;
  readonly reused: number;
}

/** Geometric means by peer and kind of frame, over the frames that both sides decode right. */
export function groupMeans(results: readonly CodecResult[]): GroupMean[] {
  const groups = new Map<string, CodecResult[]>();
  for (const result of results) {
    if (!result.ratio || !result.theirs.counts) continue;
    const key = `${result.peer}\n${result.id.split(' ')[0]}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups].map(([key, group]) => {
    const [peer, kind] = key.split('\n') as [string, string];
    const mean = (output: 'fresh' | 'reused') =>
      geometricMean(group.map(({ ratio }) => ratio![output].median));
    return { peer, kind, count: group.length, fresh: mean('fresh'), reused: mean('reused') };
  });
}

/** One thing that this project has set itself, and what was measured of it. */
export interface Target {
  readonly name: string;
  readonly met: boolean;
  readonly measured: string;
}

/**
 * Memory counts as flat when the second half of the frames adds less than this. V8 lets the young generation of each thread
 * grow over the first thousands of frames; one frame of 512x512 in twenty that is never freed would be more.
 */
const FLAT_BYTES = 24 << 20;

/** What the numbers say of the targets that they touch; of the others nothing. */
export function targetsOf(
  codecs: readonly CodecResult[],
  natives: readonly NativeResult[],
  views: readonly ViewResult[],
  pools: readonly PoolResult[],
): Target[] {
  return [
    ...[...speedTargets(codecs), ...nativeTargets(natives)],
    ...[...views.flatMap(viewTargets), ...pools.flatMap(poolTargets)],
  ];
}

/** JPEG has no resolutions: each of its coefficients is decoded for any view. */
function viewTargets({ id, view, share }: ViewResult): Target[] {
  const most = id.startsWith('views jpeg ')
    ? 0
    : view === '1/2'
      ? 1 / 3
      : view.startsWith('region')
        ? 0.1
        : 0;
  if (most === 0) return [];
  const name = `${id}: ${view} at most ${most.toFixed(2)} of the time`;
  return [{ name, met: share.median <= most, measured: share.median.toFixed(3) }];
}

function speedTargets(results: readonly CodecResult[]): Target[] {
  return groupMeans(results)
    .filter(({ kind }) => kind !== 'fixture')
    .flatMap(({ peer, kind, fresh, count }) => {
      const least = peer.endsWith('jpeg-lossless-decoder-js') ? 3 : peer === 'dicom-image-loader RLE' ? 4 : 0;
      if (least === 0) return [];
      const measured = `${fresh.toFixed(2)}x over ${count} frames`;
      return [{ name: `${least}x as fast as ${peer}, ${kind} frames`, met: fresh >= least, measured }];
    });
}

function nativeTargets(results: readonly NativeResult[]): Target[] {
  const whole = results.filter(({ bitsStored }) => bitsStored === 16);
  if (whole.length === 0) return [];
  const least = whole[0]!;
  const most = whole.at(-1)!;
  const ratio = most.microseconds / least.microseconds;
  return [
    {
      name: 'native frames cost no copy',
      met: whole.every(({ sameBuffer }) => sameBuffer) && ratio < 2,
      measured: `${most.bytes / least.bytes} times the bytes take ${ratio.toFixed(2)} times the time, same buffer`,
    },
  ];
}

function poolTargets({ id, ratio, bound, rates, memory }: PoolResult): Target[] {
  const two = middleOf(rates.find(({ workers, reuse }) => workers === 2 && !reuse)!);
  const targets = [
    {
      name: `${id}: 2 workers 1.8x the rate of one`,
      met: ratio.fresh.median >= 1.8,
      measured:
        `${ratio.fresh.median.toFixed(2)}x, reused ${ratio.reused.median.toFixed(2)}x` +
        (bound.fresh && bound.reused
          ? ` (by processor time ${bound.fresh.median.toFixed(2)}x, ${bound.reused.median.toFixed(2)}x)`
          : ''),
    },
    {
      name: `${id}: calling thread busy less than 5%`,
      met: two.busy < 0.05,
      measured: `${(100 * two.busy).toFixed(1)}%`,
    },
  ];
  for (const output of memory ? (['fresh', 'reused'] as const) : []) {
    const { rss } = memory![output];
    const growth = rss[3]! - rss[1]!;
    targets.push({
      name: `${id}: memory flat over 2,000 frames, ${output}`,
      met: growth < FLAT_BYTES,
      measured: `${(growth / 2 ** 20).toFixed(0)} MB from frame 1,000 to 2,000`,
    });
  }
  return targets;
}
