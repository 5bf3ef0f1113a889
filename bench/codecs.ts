import { alternate, cost, type Schedule, type Times } from './alternation.js';
import type { BenchCase, EncodedCase } from './case.js';
import { cineloopContenders } from './cineloop.js';
import type { Output } from './contender.js';
import { type Verdict, verdicts } from './exactness.js';
import { type Peer, peersFor } from './peers/peers.js';
import { median, type Ratio, ratioOf } from './statistics.js';

/** One peer beside cineloop on one frame. Milliseconds are medians of the rounds, see `cost`. */
export interface CodecResult {
  readonly id: string;
  readonly transferSyntax: string;
  readonly peer: string;
  /** Bits of a sample's container: 16 for all that is wider than 8. */
  readonly bits: 8 | 16;
  readonly megapixels: number;
  /** Bytes of decoded samples. */
  readonly outputBytes: number;
  readonly encodedBytes: number;
  readonly ours: Verdict;
  readonly theirs: Verdict;
  /** Absent where a decoder refuses, and all of them where ours is wrong. */
  readonly milliseconds?: { readonly fresh: number; readonly reused: number; readonly peer?: number };
  /** The peer's time over ours, into a fresh array and into a reused one; and by the clock, into a fresh one. */
  readonly ratio?: { readonly fresh: Ratio; readonly reused: Ratio; readonly wall: Ratio };
}

type PeerDecoder = (frame: EncodedCase) => Output | Promise<Output>;

/** Peers that have been loaded: each once for all frames, as in a viewer. */
const loaded = new Map<Peer, Promise<PeerDecoder>>();

function decoderOf(peer: Peer): Promise<PeerDecoder> {
  const decoder = loaded.get(peer) ?? peer.load();
  loaded.set(peer, decoder);
  return decoder;
}

/** A peer that is measured on a frame, and what it decodes here. */
interface Rival {
  readonly peer: Peer;
  readonly decode: () => Output | Promise<Output>;
}

/** Where the turns are taken: in this process, in a page, in another process. */
export interface Stage {
  /** The peers there that know a transfer syntax. */
  peersFor(transferSyntax: string): Peer[];
  /** Times of cineloop into fresh arrays and into one array, then of the rivals. */
  times(
    frame: EncodedCase,
    task: { readonly transferSyntax: string; readonly colour: 'stored' | 'rgb' },
    rivals: readonly Rival[],
    schedule: Schedule,
  ): Promise<Times[]>;
}

/** All in this process. */
export const thisProcess: Stage = {
  peersFor,
  async times(frame, { transferSyntax, colour }, rivals, schedule) {
    const others = rivals.map(({ peer, decode }) => ({ name: peer.name, decode }));
    return alternate([...(await cineloopContenders(frame, transferSyntax, colour)), ...others], schedule);
  },
};

/** Measures one frame: a row for each peer. */
export async function measureCase(
  item: BenchCase,
  schedule: Schedule,
  stage: Stage = thisProcess,
): Promise<CodecResult[]> {
  const { id, transferSyntax } = item;
  const frame = await item.load();
  const rivals = await Promise.all(
    stage.peersFor(transferSyntax).map(async (peer) => {
      const decoder = await decoderOf(peer);
      const decode = () => decoder(frame);
      return { peer, decode, ...(await verdicts(frame, transferSyntax, { colour: peer.colour, decode })) };
    }),
  );
  const { rows, columns, samplesPerPixel, bitsAllocated } = frame.attributes;
  const common = {
    ...{ id, transferSyntax, bits: bitsAllocated > 8 ? (16 as const) : (8 as const) },
    megapixels: (rows * columns) / 1e6,
    outputBytes: rows * columns * samplesPerPixel * Math.ceil(bitsAllocated / 8),
    encodedBytes: frame.bytes.length,
  };
  if (!rivals.every(({ ours }) => ours.counts)) {
    return rivals.map(({ peer, ours, theirs }) => ({ ...common, peer: peer.name, ours, theirs }));
  }
  const colour = rivals.some(({ peer }) => peer.colour === 'rgb') ? 'rgb' : 'stored';
  const able = rivals.filter(({ theirs }) => !theirs.refused);
  const [fresh, reused, ...others] = await stage.times(frame, { transferSyntax, colour }, able, schedule);
  return rivals.map((rival) => {
    const { peer, ours, theirs } = rival;
    const times = others[able.indexOf(rival)];
    return {
      ...{ ...common, peer: peer.name, ours, theirs },
      milliseconds: {
        ...{ fresh: median(cost(fresh!)), reused: median(cost(reused!)) },
        ...(times && { peer: median(cost(times)) }),
      },
      ...(times && {
        ratio: {
          fresh: ratioOf(cost(times), cost(fresh!)),
          reused: ratioOf(cost(times), cost(reused!)),
          wall: ratioOf(times.wall, fresh!.wall),
        },
      }),
    };
  });
}
