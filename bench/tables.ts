import Table from 'cli-table3';
import pc from 'picocolors';
import type { CodecResult } from './codecs.js';
import type { Machine } from './machine.js';
import { FRAMES_PER_PROCESS, type MemoryResult } from './memory.js';
import type { NativeResult } from './native-frames.js';
import { MEMORY_FRAMES, POOL_OUTPUTS, type PoolRate, type PoolResult } from './pool.js';
import type { Size } from './sizes.js';
import type { StartResult, StartTimes } from './start.js';
import { median, type Ratio } from './statistics.js';
import type { StripResult } from './strips.js';
import type { GroupMean } from './targets.js';
import type { ViewResult } from './views.js';

const BARE = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

/** A table: the first `texts` columns are text, and the last `after`; the others numbers, to the right. */
function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  texts: number,
  after = 0,
): string {
  const isText = (column: number) => column < texts || column >= head.length - after;
  const lines = new Table({
    head: head.map((name) => pc.dim(name)),
    colAligns: head.map((_, column) => (isText(column) ? 'left' : 'right')),
    chars: BARE,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  lines.push(...rows.map((row) => [...row]));
  return lines.toString();
}

const fixed = (value: number | undefined, digits: number) =>
  value === undefined ? '' : value.toFixed(digits);

/** Three digits that mean something. */
function milliseconds(value: number | undefined): string {
  return value === undefined ? '' : fixed(value, value < 1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0);
}

const times = ({ median: middle }: Ratio) => `${fixed(middle, 2)}x`;
const spread = ({ lowerQuartile, upperQuartile }: Ratio) =>
  `${fixed(lowerQuartile, 2)}-${fixed(upperQuartile, 2)}`;
const megabytes = (bytes: number) => fixed(bytes / 2 ** 20, 0);
const percent = (share: number | undefined) => (share === undefined ? '' : `${fixed(100 * share, 1)}%`);

export function machineLines({ commit, node, v8, cpu, threads, load, versions }: Machine): string {
  const rivals = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `cineloop ${commit}, Node.js ${node} (V8 ${v8}), ${cpu}, ${threads} threads, load ${fixed(load, 1)}`,
    `beside ${rivals.join(', ')}`,
    ...(load > threads / 2
      ? [
          pc.yellow(
            'The machine is busy: take ratios for what they are, times for nothing, scaling not at all.',
          ),
        ]
      : []),
  ].join('\n');
}

export function codecTable(results: readonly CodecResult[]): string {
  const head = [
    ...['frame', 'peer', 'samples'],
    ...[
      'ours ms',
      'reused ms',
      'peer ms',
      'ratio',
      'spread',
      'reused',
      'spread',
      'by clock',
      'MB/s',
      'Mpx/s',
      'bits/px',
    ],
  ];
  const rows = results.map((result) => {
    const { ours, theirs, milliseconds: time, ratio, outputBytes, megapixels, encodedBytes } = result;
    return [
      ...[result.id, result.peer, samplesNote(ours.counts, ours.note, theirs.counts, theirs.note)],
      ...[milliseconds(time?.fresh), milliseconds(time?.reused), milliseconds(time?.peer)],
      ...(ratio ? [times(ratio.fresh), spread(ratio.fresh)] : ['', '']),
      ...(ratio ? [times(ratio.reused), spread(ratio.reused), times(ratio.wall)] : ['', '', '']),
      fixed(time && outputBytes / 1000 / time.fresh, 0),
      fixed(time && (1000 * megapixels) / time.fresh, 1),
      fixed((8 * encodedBytes) / (1e6 * megapixels), 1),
    ];
  });
  return table(head, rows, 3);
}

function samplesNote(oursCounts: boolean, ours: string, theirsCounts: boolean, theirs: string): string {
  if (!oursCounts) return pc.red(`ours ${ours}`);
  if (!theirsCounts) return pc.yellow(`peer ${theirs}`);
  return theirs;
}

export function nativeTable(results: readonly NativeResult[]): string {
  const head = ['frame', 'same buffer', 'bytes', 'decode us', 'a copy us'];
  const rows = results.map(({ size, bitsStored, bytes, sameBuffer, microseconds, copyMicroseconds }) => [
    ...[`${size}x${size}, ${bitsStored} bits of 16 stored`, sameBuffer ? 'yes' : pc.red('no')],
    ...[String(bytes), fixed(microseconds, 1), fixed(copyMicroseconds, 1)],
  ]);
  return table(head, rows, 2);
}

export function viewTable(results: readonly ViewResult[]): string {
  const head = ['frame', 'view', 'size', 'pixels', 'ms', 'of whole', 'spread'];
  const rows = results.map(({ id, view, rows, columns, pixels, milliseconds: time, share }) => [
    ...[id, view, `${columns}x${rows}`, fixed(pixels, 3), milliseconds(time)],
    ...[fixed(share.median, 3), `${fixed(share.lowerQuartile, 3)}-${fixed(share.upperQuartile, 3)}`],
  ]);
  return table(head, rows, 2);
}

export function meansTable(means: readonly GroupMean[]): string {
  const head = ['process', 'peer', 'frames', 'ratio', 'reused', 'worst', 'frame'];
  const rows = means.map(({ process, peer, count, fresh, reused, worst }) => [
    ...[process, peer, String(count), `${fixed(fresh, 2)}x`, `${fixed(reused, 2)}x`],
    ...[`${fixed(worst.fresh, 2)}x`, worst.id],
  ]);
  return table(head, rows, 2, 1);
}

export function startTable(results: readonly StartResult[]): string {
  const head = [
    ...['first frame', 'peer', 'kernel ms', 'peer ms', 'ratio', 'spread'],
    ...['whole ms', 'peer ms', 'ratio', 'spread', 'clock ms', 'peer ms', 'ratio'],
  ];
  const cells = ({ ours, peer, ratio }: StartTimes) => [milliseconds(ours), milliseconds(peer), times(ratio)];
  const rows = results.map(({ id, peer, kernel, whole, clock }) => [
    ...[id, peer, ...cells(kernel), spread(kernel.ratio)],
    ...[...cells(whole), spread(whole.ratio), ...cells(clock)],
  ]);
  const note =
    'In processes of their own, processor time of all their threads. kernel: from the loaded script to the first frame, ' +
    'WebAssembly read, compiled and instantiated; whole: with the loading of the script; clock: the whole by the clock.';
  return `${table(head, rows, 2)}\n${note}`;
}

export function memoryTable(results: readonly MemoryResult[]): string {
  const head = ['frame', 'peer', 'ours MB', 'peer MB', 'ours wasm', 'peer wasm'];
  const rows = results.map(({ id, peer, growth, wasm }) => [
    ...[id, peer, megabytes(growth.ours), megabytes(growth.peer)],
    ...[megabytes(wasm.ours), megabytes(wasm.peer)],
  ]);
  const note =
    `In processes of their own. MB: what the process grew by at its peak over ${FRAMES_PER_PROCESS} frames, ` +
    'code and samples included; wasm: its WebAssembly memory at the end.';
  return `${table(head, rows, 2)}\n${note}`;
}

export function sizeTable(kernels: readonly Size[], packages: readonly Size[]): string {
  const rows = [...kernels, ...packages].map(({ name, raw, gzip, brotli }) => [
    name,
    ...[raw, gzip, brotli].map(String),
  ]);
  return table(['bytes of', 'raw', 'gzip -9', 'brotli 11'], rows, 1);
}

export function poolTable(results: readonly PoolResult[]): string {
  const head = [
    ...['file', 'workers', 'output', 'frames/s', 'of 1', 'spread', 'bound', 'spread'],
    ...['busy', 'thread', 'thread ms', 'all ms', 'first ms'],
  ];
  const rows = results.flatMap((result) =>
    result.rates.map((rate) => {
      const { workers, output } = rate;
      const ratio = workers === 2 ? result.ratio[output] : undefined;
      const bound = workers === 2 ? result.bound[output] : undefined;
      const of = middleOf(rate);
      return [
        ...[result.id, String(workers), output, fixed(of.rate, 1)],
        ...(ratio ? [times(ratio), spread(ratio)] : ['', '']),
        ...(bound ? [times(bound), spread(bound)] : ['', '']),
        ...[percent(of.busy), percent(of.threadShare)],
        ...[milliseconds(of.threadPerFrame), milliseconds(of.processorPerFrame)],
        output === 'fresh' ? milliseconds(result.firstFrame[workers]) : '',
      ];
    }),
  );
  const note =
    'of 1: the rate over that of one worker; bound: the same by processor time, as idle cores would allow it.\n' +
    'busy: share of the time that the event loop of the calling thread was not idle, waiting for a processor included; ' +
    'thread: share that it had one.\nthread ms, all ms: processor time per frame, of the calling thread and of all. ' +
    'first ms: from loading the library.';
  return `${table(head, rows, 3)}\n${note}`;
}

export function stripTable(results: readonly StripResult[]): string {
  const head = [
    'frame',
    'output',
    'whole ms',
    '2 strips ms',
    'ratio',
    'spread',
    'bound',
    'spread',
    'apart',
    'spread',
  ];
  const rows = results.map(({ id, output, whole, strips, ratio, bound, apart }) => [
    ...[id, output, milliseconds(whole), milliseconds(strips), times(ratio), spread(ratio)],
    ...(bound ? [times(bound), spread(bound)] : ['', '']),
    ...[times(apart), spread(apart)],
  ]);
  const note =
    'One frame by one worker and in two strips by two. ratio: by the clock; bound: of the thread that ran longest, as idle cores ' +
    'would allow it;\napart: two frames at once, one by each worker, against one after the other by one: as much as this machine gives two ' +
    'workers that have nothing to do with one another.';
  return `${table(head, rows, 2)}\n${note}`;
}

/** Medians of the passes. */
export function middleOf({ passes }: PoolRate) {
  const optional = (values: (number | undefined)[]) =>
    values.includes(undefined) ? undefined : median(values as number[]);
  return {
    rate: median(passes.map(({ rate }) => rate)),
    busy: median(passes.map(({ busy }) => busy)),
    threadShare: optional(passes.map(({ threadShare }) => threadShare)),
    threadPerFrame: optional(passes.map(({ threadPerFrame }) => threadPerFrame)),
    processorPerFrame: median(passes.map(({ processorPerFrame }) => processorPerFrame)),
  };
}

export function poolMemoryTable(results: readonly PoolResult[]): string {
  const quarters = [1, 2, 3, 4].map((quarter) => `MB at ${(quarter * MEMORY_FRAMES) / 4}`);
  const rows = results.flatMap(({ id, memory }) =>
    memory === undefined
      ? []
      : POOL_OUTPUTS.map((output) => [
          ...[id, output],
          ...[...memory[output].rss, memory[output].peak].map(megabytes),
        ]),
  );
  return table(['file, 2 workers', 'output', ...quarters, 'peak MB'], rows, 2);
}
