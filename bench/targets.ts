import type { CodecResult } from './codecs.js';
import type { NativeResult } from './native-frames.js';
import { POOL_OUTPUTS, type PoolResult } from './pool.js';
import { JPEG_TOGETHER, type Size } from './sizes.js';
import type { StartResult } from './start.js';
import { geometricMean } from './statistics.js';
import type { StripResult } from './strips.js';
import { middleOf } from './tables.js';
import type { ViewResult } from './views.js';

/** Ratios of one peer over some frames. */
export interface GroupMean {
  readonly peer: string;
  /** What the frames have in common, see `processOf`. */
  readonly process: string;
  readonly count: number;
  readonly fresh: number;
  readonly reused: number;
  /** The frame with the lowest ratio into fresh arrays. */
  readonly worst: { readonly id: string; readonly fresh: number };
}

const PROCESSES: Readonly<Record<string, string>> = {
  '5': 'RLE',
  '4.50': 'JPEG baseline',
  '4.51': 'JPEG extended',
  '4.53': 'JPEG progressive',
  '4.55': 'JPEG progressive',
  '4.57': 'JPEG lossless',
  '4.70': 'JPEG lossless',
  '4.80': 'JPEG-LS lossless',
  '4.81': 'JPEG-LS near-lossless',
  '4.90': 'JPEG 2000 lossless',
  '4.91': 'JPEG 2000 lossy',
  '4.110': 'JPEG XL',
  '4.111': 'JPEG XL',
  '4.112': 'JPEG XL',
  '4.201': 'HTJ2K lossless',
  '4.202': 'HTJ2K lossless',
  '4.203': 'HTJ2K lossy',
};

/** Fixtures are so small that what a call costs by itself shows: they are no part of the means that targets are for. */
const SMALL = ', fixtures';

/** What a frame is decoded by, as far as speed depends on it: `JPEG-LS lossless, 16 bit`. */
function processOf({ id, transferSyntax, bits }: CodecResult): string {
  const process = PROCESSES[transferSyntax.replace('1.2.840.10008.1.2.', '')] ?? transferSyntax;
  return `${process}, ${bits} bit${id.startsWith('fixture ') ? SMALL : ''}`;
}

/** Geometric means by peer and process, over the frames that both sides decode right. */
export function groupMeans(results: readonly CodecResult[]): GroupMean[] {
  const groups = new Map<string, CodecResult[]>();
  for (const result of results) {
    if (!result.ratio || !result.theirs.counts) continue;
    const key = `${result.peer}\n${processOf(result)}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups].map(([key, group]) => {
    const [peer, process] = key.split('\n') as [string, string];
    const fresh = group.map(({ id, ratio }) => ({ id, fresh: ratio!.fresh.median }));
    return {
      ...{ peer, process, count: group.length },
      fresh: geometricMean(fresh.map((frame) => frame.fresh)),
      reused: geometricMean(group.map(({ ratio }) => ratio!.reused.median)),
      worst: fresh.reduce((worst, frame) => (frame.fresh < worst.fresh ? frame : worst)),
    };
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

const LOSSLESS = 'JPEG 2000 lossless';
/** The JavaScript engines of 2023 (Node.js 20) and of today (Node.js 26, Chromium): codec-openjpeg gains more by the newer ones, and what is asked is less. */
const OLDER_ENGINE = 2.8;
const NEWER_ENGINE = 2.4;
const isOlderNode = Number.parseInt(process.versions.node, 10) < 22;

/** Times as fast at least: peer, what processes begin with, into fresh arrays, into one array. */
const SPEEDS: readonly (readonly [peer: string, process: string, fresh: number, reused?: number])[] = [
  ['dicom-image-loader RLE', 'RLE', 4],
  ['jpeg-lossless-decoder-js', 'JPEG lossless', 10],
  ['libjpeg-turbo', 'JPEG baseline', 3.3],
  ['libjpeg-turbo', 'JPEG progressive', 3],
  ['dicom-image-loader JPEG', 'JPEG extended, 16 bit', 5],
  ['charls', 'JPEG-LS lossless, 16 bit', 1.6],
  ['charls', 'JPEG-LS lossless, 8 bit', 1.4],
  ['charls', 'JPEG-LS near-lossless', 1.4],
  ['openjpeg', LOSSLESS, OLDER_ENGINE],
  ['openjpeg', 'JPEG 2000 lossy', 2.2],
  ['openjph', 'HTJ2K lossless', 2.4, 2.8],
];

/** What the numbers say of the targets that they touch; of the others nothing. */
export function targetsOf(measured: {
  /** Whether frames were decoded in a browser. */
  readonly inBrowser: boolean;
  readonly codecs: readonly CodecResult[];
  readonly natives: readonly NativeResult[];
  readonly starts: readonly StartResult[];
  readonly sizes: readonly Size[];
  readonly views: readonly ViewResult[];
  readonly pools: readonly PoolResult[];
  readonly strips: readonly StripResult[];
}): Target[] {
  return [
    ...speedTargets(groupMeans(measured.codecs), isOlderNode && !measured.inBrowser),
    ...nativeTargets(measured.natives),
    ...measured.views.flatMap(viewTargets),
    ...measured.starts.map(startTarget),
    ...measured.sizes.flatMap(sizeTarget),
    ...measured.pools.flatMap(poolTargets),
    ...measured.strips.map(stripTargets),
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

function speedTargets(means: readonly GroupMean[], olderEngine: boolean): Target[] {
  return means.flatMap(({ peer, process, count, fresh, reused, worst }) => {
    const speed = SPEEDS.find(([rival, begin]) => rival === peer && process.startsWith(begin));
    if (speed === undefined || process.endsWith(SMALL)) return [];
    const [, begin, asFast, leastReused = 0] = speed;
    const leastFresh = begin === LOSSLESS && !olderEngine ? NEWER_ENGINE : asFast;
    const asked = leastReused > 0 ? `${leastFresh}x (reused ${leastReused}x)` : `${leastFresh}x`;
    return [
      {
        name: `${process}: ${asked} as fast as ${peer}`,
        met: fresh >= leastFresh && reused >= leastReused,
        measured:
          `${fresh.toFixed(2)}x, reused ${reused.toFixed(2)}x over ${count} frames, ` +
          `worst ${worst.fresh.toFixed(2)}x (${worst.id})`,
      },
    ];
  });
}

function startTarget({ id, peer, kernel, whole }: StartResult): Target {
  return {
    name: `${id}: first frame in a third of ${peer}'s time`,
    met: kernel.ratio.median >= 3,
    measured: `${kernel.ratio.median.toFixed(2)}x as fast, ${whole.ratio.median.toFixed(2)}x with the loading of the library`,
  };
}

/** Compressed bytes at most. */
const SIZES: Readonly<Record<string, number>> = { [JPEG_TOGETHER]: 20_000, 'jpeg-2000': 40_000 };

function sizeTarget({ name, gzip, brotli }: Size): Target[] {
  const most = SIZES[name];
  if (most === undefined) return [];
  return [
    {
      name: `${name}: less than ${most / 1000} kB compressed`,
      met: brotli < most,
      measured: `${(brotli / 1000).toFixed(1)} kB by brotli, ${(gzip / 1000).toFixed(1)} kB by gzip`,
    },
  ];
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

function stripTargets({ id, output, ratio, bound }: StripResult): Target {
  return {
    name: `${id}, ${output}: two workers 1.7x as fast as one`,
    met: ratio.median >= 1.7,
    measured: `${ratio.median.toFixed(2)}x${bound ? ` (by processor time ${bound.median.toFixed(2)}x)` : ''}`,
  };
}

function poolTargets({ id, ratio, bound, rates, memory }: PoolResult): Target[] {
  const two = middleOf(rates.find(({ workers, output }) => workers === 2 && output === 'fresh')!);
  const targets = [
    {
      name: `${id}: 2 workers 1.8x the rate of one`,
      met: ratio.fresh.median >= 1.8,
      measured: POOL_OUTPUTS.map((output) => {
        const byProcessor = bound[output] ? ` (by processor time ${bound[output].median.toFixed(2)}x)` : '';
        return `${output} ${ratio[output].median.toFixed(2)}x${byProcessor}`;
      }).join(', '),
    },
    {
      name: `${id}: calling thread busy less than 5%`,
      met: two.busy < 0.05,
      measured: `${(100 * two.busy).toFixed(1)}%`,
    },
  ];
  for (const output of memory ? POOL_OUTPUTS : []) {
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
