import { describe, expect, it } from 'vitest';
import { CineloopError } from '../errors.js';
import { MemorySource } from '../sources/memory.js';
import { corpus, dicomFiles, readCorpusFile, skipped } from './corpus.test-support.js';
import type { Dataset } from './dataset.js';
import { frameIndexOf } from './frame-index.js';
import { imagePixelOf } from './image-pixel.js';
import { embeddedOverlaysOf } from './overlays.js';
import { readPart10 } from './part10.js';
import {
  EXPLICIT_LE,
  encapsulated,
  explicit,
  ITEM_END,
  imagePixel,
  implicit,
  item,
  JPEG_BASELINE,
  join,
  meta,
  SEQUENCE_END,
  text,
  UNDEFINED,
} from './part10-bytes.test-support.js';
import { readTrailingElements } from './trailing-elements.test-support.js';

/**
 * Broken bytes get an answer or a tagged error, quickly. CINELOOP_MUTATIONS sets how many are tried beyond the 2,000 of
 * every run; a failure names its seed.
 */
const MUTATIONS = Number(process.env.CINELOOP_MUTATIONS ?? 2000);

/** mulberry32: the same sequence on every machine. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One to eight changes: bytes, lengths, pieces copied or cut out; most of them in the header. */
function mutated(original: Uint8Array, random: () => number): Uint8Array {
  let bytes: Uint8Array = original.slice();
  const at = () => Math.floor(random() * (random() < 0.8 ? Math.min(bytes.length, 4096) : bytes.length));
  for (let change = 1 + Math.floor(random() * 8); change > 0 && bytes.length > 0; change -= 1) {
    const position = at();
    const kind = Math.floor(random() * 6);
    if (kind === 0) bytes[position] = Math.floor(random() * 256);
    else if (kind === 1) bytes[position]! ^= 1 << Math.floor(random() * 8);
    else if (kind === 2) bytes.fill(random() < 0.5 ? 0xff : 0, position, position + 4);
    else if (kind === 3) bytes = bytes.slice(0, Math.max(position, 8));
    else if (kind === 4)
      bytes = join(bytes.subarray(0, position), bytes.subarray(position + Math.floor(random() * 16)));
    else bytes.copyWithin(at(), position, position + Math.floor(random() * 64));
  }
  return bytes;
}

function readValues(dataset: Dataset): void {
  for (const element of dataset) {
    if (element.loaded) void element.values;
    for (const item of element.items ?? []) readValues(item);
  }
}

/** Everything that can be asked of a file; errors that are ours end it. */
async function readEverything(bytes: Uint8Array): Promise<void> {
  try {
    const part10 = await readPart10(new MemorySource(bytes));
    readValues(part10.meta);
    readValues(part10.dataset);
    readValues(await readTrailingElements(part10));
    embeddedOverlaysOf(part10.dataset);
    imagePixelOf(part10.dataset, part10.transferSyntax);
    const index = await frameIndexOf(part10);
    for (const frame of [0, 1, index.frameCount - 1]) {
      index.presume(frame);
      await index.locate(frame).catch((error: unknown) => {
        if (!(error instanceof CineloopError)) throw error;
      });
    }
  } catch (error) {
    if (!(error instanceof CineloopError)) throw error;
  }
}

async function tryMutations(files: readonly Uint8Array[], count: number): Promise<void> {
  for (let seed = 0; seed < count; seed += 1) {
    const random = randomOf(seed);
    const bytes = mutated(files[seed % files.length]!, random);
    try {
      await readEverything(bytes);
    } catch (cause) {
      throw new Error(`mutation ${seed} of file ${seed % files.length}`, { cause });
    }
  }
}

const nested = explicit(
  0x00082218,
  'SQ',
  join(
    item(join(explicit(0x00080100, 'SH', text('CODE')), ITEM_END), UNDEFINED),
    item(explicit(0x00091001, 'UN', join(item(implicit(0x00080100, text('X'))), SEQUENCE_END), UNDEFINED)),
    SEQUENCE_END,
  ),
  UNDEFINED,
);
const header = join(
  explicit(0x00080005, 'CS', text('\\ISO 2022 IR 87')),
  explicit(0x00100010, 'PN', join(text('A^B='), [0x1b, 0x24, 0x42, 0x3b, 0x33, 0x1b, 0x28, 0x42])),
  nested,
);
const jpeg = [0xff, 0xd8, 0xff, 0xe0, 1, 2, 0xff, 0xd9];
const synthetic = [
  join(
    meta(EXPLICIT_LE),
    header,
    imagePixel({ frames: '2' }),
    explicit(0x7fe00010, 'OW', new Uint8Array(12)),
  ),
  join(
    meta(JPEG_BASELINE),
    header,
    imagePixel({ frames: '2' }),
    encapsulated([0, 16], [jpeg, jpeg]),
    explicit(0xfffcfffc, 'OB', [0, 0]),
  ),
  join(meta(JPEG_BASELINE), header, imagePixel({}), encapsulated([], [jpeg.slice(0, 4), jpeg.slice(4)])),
];

describe('broken files', () => {
  it('every truncation of a file', async () => {
    for (const file of synthetic) {
      for (let length = 0; length < file.length; length += 1) await readEverything(file.subarray(0, length));
    }
  });

  it(
    `${MUTATIONS / 2} mutations of files made by hand`,
    () => tryMutations(synthetic, MUTATIONS / 2),
    600_000,
  );

  it.skipIf(!corpus)(
    `${MUTATIONS / 2} mutations of files of the corpus${skipped}`,
    async () => {
      const files = dicomFiles()
        .map(readCorpusFile)
        .filter(({ length }) => length < 200_000);
      await tryMutations(files, MUTATIONS / 2);
    },
    600_000,
  );

  it('a file of many small elements costs no more than its limit', async () => {
    const head = meta(EXPLICIT_LE);
    const element = explicit(0x00111001, 'LO');
    const bytes = new Uint8Array(head.length + element.length * 1_000_000);
    bytes.set(head);
    for (let at = head.length; at < bytes.length; at += element.length) bytes.set(element, at);
    const reading = readPart10(new MemorySource(bytes), { limits: { elements: 100_000 } });
    await expect(reading).rejects.toMatchObject({ tag: 'LimitExceeded', limit: 'elements' });
  });
});
