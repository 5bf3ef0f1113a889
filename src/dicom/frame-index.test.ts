import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../sources/byte-source.js';
import { MemorySource } from '../sources/memory.js';
import { fragmentsIn } from './fragments.js';
import { type FrameIndex, frameIndexOf } from './frame-index.js';
import { readPart10 } from './part10.js';
import {
  EXPLICIT_LE,
  encapsulated,
  explicit,
  imagePixel,
  item,
  JPEG_BASELINE,
  join,
  meta,
  number32,
  type Part,
  RLE,
  SEQUENCE_END,
  text,
  UNDEFINED,
} from './part10-bytes.test-support.js';

async function indexOf(...parts: Part[]) {
  const bytes = join(...parts);
  const index = await frameIndexOf(await readPart10(new MemorySource(bytes)));
  return { bytes, index };
}

describe('native pixel data', () => {
  const ow = (length: number) => explicit(0x7fe00010, 'OW', new Uint8Array(length));

  /** Where frames begin in the pixel data and how long they are, in bits. */
  async function bitsOf(attributes: Parameters<typeof imagePixel>[0], length: number) {
    const head = join(meta(EXPLICIT_LE), imagePixel(attributes), explicit(0x7fe00010, 'OW', [], length));
    const { index } = await indexOf(meta(EXPLICIT_LE), imagePixel(attributes), ow(length));
    const frames: [number, number][] = [];
    for (let frame = 0; frame < index.frameCount; frame += 1) {
      const location = await index.locate(frame);
      if (location.kind === 'native') frames.push([location.bitOffset - 8 * head.length, location.bitLength]);
    }
    return frames;
  }

  it.each<[string, Parameters<typeof imagePixel>[0], number, [number, number][]]>([
    ['one frame', { rows: 2, columns: 3 }, 6, [[0, 48]]],
    [
      'two of 16 bit',
      { rows: 2, columns: 3, bits: 16, frames: '2' },
      24,
      [
        [0, 96],
        [96, 96],
      ],
    ],
    [
      '1-bit frames that begin inside a byte',
      { rows: 3, columns: 3, bits: 1, frames: '3' },
      4,
      [
        [0, 9],
        [9, 9],
        [18, 9],
      ],
    ],
    [
      '12-bit packed',
      { rows: 1, columns: 3, bits: 12, frames: '2' },
      10,
      [
        [0, 36],
        [36, 36],
      ],
    ],
    [
      'no Number of Frames',
      { rows: 2, columns: 2 },
      12,
      [
        [0, 32],
        [32, 32],
        [64, 32],
      ],
    ],
    ['Number of Frames 0', { rows: 2, columns: 2, frames: '0' }, 4, [[0, 32]]],
    ['more bytes than frames', { rows: 2, columns: 2, frames: '1' }, 100, [[0, 32]]],
    [
      'RGB',
      { rows: 2, columns: 2, samples: 3, photometric: 'RGB', frames: '2' },
      24,
      [
        [0, 96],
        [96, 96],
      ],
    ],
    [
      'YBR_FULL_422, 2 bytes',
      { rows: 2, columns: 4, samples: 3, photometric: 'YBR_FULL_422', frames: '2' },
      32,
      [
        [0, 128],
        [128, 128],
      ],
    ],
    [
      'YBR_FULL_422, 3 bytes',
      { rows: 2, columns: 4, samples: 3, photometric: 'YBR_FULL_422', frames: '2' },
      48,
      [
        [0, 192],
        [192, 192],
      ],
    ],
    [
      'YBR_FULL_422, no Number of Frames',
      { rows: 2, columns: 4, samples: 3, photometric: 'YBR_FULL_422' },
      16,
      [[0, 128]],
    ],
    [
      'YBR_FULL_422, odd columns in pairs',
      { rows: 2, columns: 3, samples: 3, photometric: 'YBR_FULL_422', frames: '1' },
      16,
      [[0, 128]],
    ],
    [
      'YBR_FULL_422, odd columns, 2 bytes',
      { rows: 4, columns: 3, samples: 3, photometric: 'YBR_FULL_422', frames: '1' },
      24,
      [[0, 192]],
    ],
  ])('%s', async (_, attributes, length, frames) => {
    expect(await bitsOf(attributes, length)).toEqual(frames);
  });

  it('locates the frames that are there and says how much of the next one is', async () => {
    const attributes = { rows: 4, columns: 4, frames: '3' };
    const { index } = await indexOf(meta(EXPLICIT_LE), imagePixel(attributes), ow(26));
    expect(index.frameCount).toBe(3);
    await expect(index.locate(0)).resolves.toMatchObject({ bitLength: 128 });
    await expect(index.locate(1)).rejects.toMatchObject({ tag: 'TruncatedData', frame: 1, goodRows: 2 });
    await expect(index.locate(2)).rejects.toMatchObject({ tag: 'TruncatedData', frame: 2, goodRows: 0 });
  });

  it.each([
    ['no byte too many', 12, undefined],
    ['one of padding', 13, undefined],
    // As some writers pad each frame to an even length: the second one is not where it belongs (PS3.5 8.1.1).
    [
      'one for each frame',
      16,
      'The pixel data have 16 bytes and 4 frames take 12; what is behind is ignored.',
    ],
  ])('says that pixel data are longer than their frames: %s', async (_, length, message) => {
    const { index } = await indexOf(meta(EXPLICIT_LE), imagePixel({ rows: 1, frames: '4' }), ow(length));
    expect(index.deviations[0]?.message).toBe(message);
  });

  it('refuses indices that are none', async () => {
    const { index } = await indexOf(meta(EXPLICIT_LE), imagePixel({}), ow(6));
    for (const frame of [-1, 1, 0.5, Number.NaN]) {
      await expect(index.locate(frame)).rejects.toMatchObject({ tag: 'InvalidDataset' });
    }
  });

  it('counts float pixel data by their own size', async () => {
    const attributes = imagePixel({ rows: 2, columns: 2, bits: 32 });
    const { index } = await indexOf(
      meta(EXPLICIT_LE),
      attributes,
      explicit(0x7fe00008, 'OF', new Uint8Array(32)),
    );
    expect(index.frameCount).toBe(2);
    await expect(index.locate(1)).resolves.toMatchObject({ kind: 'native', bitLength: 128 });
  });

  it('refuses what the transfer syntax cannot have', async () => {
    const attributes = imagePixel({});
    await expect(indexOf(meta(EXPLICIT_LE), attributes, encapsulated([], [[1, 2]]))).rejects.toMatchObject({
      tag: 'InvalidDataset',
      message: expect.stringContaining('the transfer syntax is missing or wrong'),
    });
    await expect(indexOf(meta('1.2.3.4.5'), attributes, ow(6))).rejects.toMatchObject({
      tag: 'UnknownTransferSyntax',
      transferSyntax: '1.2.3.4.5',
    });
    await expect(indexOf(meta(JPEG_BASELINE), attributes, ow(6))).rejects.toMatchObject({
      tag: 'InvalidDataset',
    });
  });

  it('misses pixel data, and names the provider that has them', async () => {
    await expect(indexOf(meta(EXPLICIT_LE), imagePixel({}))).rejects.toMatchObject({
      tag: 'MissingAttribute',
      element: '7FE00010',
    });
    const url = explicit(0x00287fe0, 'UR', text('https://pixels.example/jpip?target=1'));
    await expect(indexOf(meta('1.2.840.10008.1.2.4.94'), imagePixel({}), url)).rejects.toThrow(
      'https://pixels.example/jpip?target=1',
    );
  });
});

describe('encapsulated pixel data', () => {
  /** A JPEG stream in outline: SOI, a distinguishing byte, EOI. What is between does not matter here. */
  const stream = (id: number, length = 10) =>
    join([0xff, 0xd8, 0xff, 0xe0, id], new Uint8Array(length - 7), [0xff, 0xd9]);
  const halves = (bytes: Uint8Array, at: number) => [bytes.subarray(0, at), bytes.subarray(at)] as const;

  /** The bytes of each frame, or the tag of the error. */
  async function framesOf({ bytes, index }: { bytes: Uint8Array; index: FrameIndex }) {
    const frames: unknown[] = [];
    for (let frame = 0; frame < index.frameCount; frame += 1) {
      try {
        const location = await index.locate(frame);
        if (location.kind !== 'encapsulated') throw new Error('native');
        frames.push(
          join(...location.fragments.map(({ offset, length }) => bytes.subarray(offset, offset + length))),
        );
      } catch (error) {
        frames.push((error as { tag: string }).tag);
      }
    }
    return frames;
  }

  const jpeg = (frames: string, ...parts: Part[]) =>
    indexOf(meta(JPEG_BASELINE), imagePixel({ frames }), ...parts);
  const [a, b, c] = [stream(1), stream(2, 12), stream(3)];
  const [b1, b2] = halves(b, 6);
  const extended = (offsets: number[], lengths: number[]) =>
    join(
      explicit(
        0x7fe00001,
        'OV',
        offsets.flatMap((offset) => [...number32(offset), 0, 0, 0, 0]),
      ),
      explicit(
        0x7fe00002,
        'OV',
        lengths.flatMap((length) => [...number32(length), 0, 0, 0, 0]),
      ),
    );

  it.each<[string, Part[]]>([
    ['no table, one fragment per frame', [encapsulated([], [a, b, c])]],
    ['no table, a frame in two fragments', [encapsulated([], [a, b1, b2, c])]],
    ['no table, a last fragment of no length', [encapsulated([], [a, b, c, []])]],
    ['no table, fragments of no length between', [encapsulated([], [a, [], b1, b2, c])]],
    ['a table', [encapsulated([0, 18, 38], [a, b, c])]],
    ['a table, a frame in two fragments', [encapsulated([0, 18, 46], [a, b1, b2, c])]],
    ['a table and no delimiter', [encapsulated([0, 18, 38], [a, b, c], [])]],
    ['a table that is too short', [encapsulated([0, 18], [a, b, c])]],
    ['a table that points beside the items', [encapsulated([0, 17, 38], [a, b, c])]],
    ['a table that points outside', [encapsulated([0, 18, 3800], [a, b, c])]],
    ['a table that counts from the table', [encapsulated([20, 38, 58], [a, b, c])]],
    ['a table that points into a frame', [encapsulated([0, 18, 32], [a, b1, b2, c])]],
    ['a table out of order', [encapsulated([0, 38, 18], [a, b, c])]],
    ['an extended table', [extended([0, 18, 38], [10, 12, 10]), encapsulated([], [a, b, c])]],
    ['an extended table that lies', [extended([0, 19, 38], [10, 12, 10]), encapsulated([], [a, b, c])]],
    [
      'an extended table that lies and a basic one that does not',
      [extended([0, 0, 0], [1, 1, 1]), encapsulated([0, 18, 38], [a, b, c])],
    ],
    [
      'not even an empty table',
      [explicit(0x7fe00010, 'OB', join(item(a), item(b), item(c), SEQUENCE_END), UNDEFINED)],
    ],
    ['a known length', [explicit(0x7fe00010, 'OB', join(item(), item(a), item(b), item(c)))]],
  ])('finds three frames with %s', async (_, parts) => {
    expect(await framesOf(await jpeg('3', ...parts))).toEqual([a, b, c]);
  });

  it('finds frame ends behind padding, and a delimiter inside the data does not matter', async () => {
    const padded = join(a, [0, 0]);
    const withFill = join(c.subarray(0, 8), [0xff, 0xff, 0xd9, 0xff]);
    const tricky = join(a.subarray(0, 5), SEQUENCE_END, [0xff, 0xd9]);
    const [t1, t2] = halves(tricky, 8);
    expect(await framesOf(await jpeg('3', encapsulated([], [padded, t1, t2, withFill])))).toEqual([
      padded,
      tricky,
      withFill,
    ]);
  });

  it('joins all fragments of a single frame, whether or not Number of Frames says so', async () => {
    for (const frames of ['1', '']) {
      expect(await framesOf(await jpeg(frames, encapsulated([], [b1, b2])))).toEqual([b]);
    }
  });

  it('counts the frames where Number of Frames is missing', async () => {
    expect(await framesOf(await jpeg('', encapsulated([], [a, b1, b2, c])))).toEqual([a, b, c]);
    expect(await framesOf(await jpeg('', encapsulated([0, 18, 46], [a, b1, b2, c])))).toEqual([a, b, c]);
  });

  it('gives what a truncated file has', async () => {
    const five = await framesOf(await jpeg('5', encapsulated([], [a, b, c], [])));
    expect(five).toEqual([a, b, c, 'TruncatedData', 'TruncatedData']);
    const three = await framesOf(await jpeg('3', encapsulated([], [a, b1, b2], [])));
    // Three fragments, three frames: nothing tells that two of them are one.
    expect(three).toEqual([a, b1, b2]);
    const cut = encapsulated([0, 18, 38], [a, b, c], []);
    expect(await framesOf(await jpeg('3', cut.subarray(0, -4)))).toEqual([a, b, c.subarray(0, -4)]);
    expect(await framesOf(await jpeg('3', cut.subarray(0, -20)))).toEqual([
      a,
      b.subarray(0, -2),
      'TruncatedData',
    ]);
  });

  it('gives as many of the codestreams as Number of Frames says, and tells of more', async () => {
    for (const offsets of [[], [0, 18, 46]]) {
      const opened = await jpeg('2', encapsulated(offsets, [a, b1, b2, c]));
      expect(await framesOf(opened)).toEqual([a, b]);
      expect(opened.index.deviations.map(({ message }) => message)).toEqual([
        'Number of Frames is 2, and there are 3 codestreams; those behind are ignored.',
      ]);
    }
  });

  it.each<[string, Part]>([
    ['of a known length', explicit(0x7fe00010, 'OB', a)],
    ['behind an offset table', explicit(0x7fe00010, 'OB', join(item(), a), UNDEFINED)],
  ])('reads a codestream in no item %s, and says so', async (_, pixelData) => {
    const opened = await jpeg('1', pixelData);
    expect(await framesOf(opened)).toEqual([a]);
    expect(opened.index.deviations).toHaveLength(1);
  });

  it('takes no fragment for a frame that begins inside a codestream', async () => {
    // Two fragments of three frames, cut inside the second one: its rest must not pass for the third.
    const [left, right] = halves(join(a, b, c), 16);
    const missing = 'TruncatedData';
    expect(await framesOf(await jpeg('3', encapsulated([], [left, right])))).toEqual([
      join(left, right),
      missing,
      missing,
    ]);
  });

  it('presumes a frame by a table, and sees from its bytes where the table lies', async () => {
    const presumed = async (offsets: number[], fragments: Part[], frame: number) => {
      const { bytes, index } = await jpeg(String(offsets.length), encapsulated(offsets, fragments));
      const location = index.presume(frame);
      if (location?.kind !== 'items') return 'not presumed';
      const { offset, length, fragmentable } = location;
      const found = fragmentsIn(bytes.subarray(offset, offset + length), fragmentable);
      return found && join(...found);
    };
    expect(await presumed([0, 18, 38], [a, b, c], 1)).toEqual(b);
    expect(await presumed([0, 18, 46], [a, b1, b2, c], 1)).toEqual(b);
    // Where the last one ends no table says.
    expect(await presumed([0, 18, 38], [a, b, c], 2)).toBe('not presumed');
    expect(await presumed([0, 17, 38], [a, b, c], 0)).toBeUndefined();
    expect(await presumed([0, 17, 38], [a, b, c], 1)).toBeUndefined();
    expect(await presumed([0, 18, 32], [a, b1, b2, c], 1)).toBeUndefined();
    expect(await presumed([0, 18, 32, 46], [a, b1, b2, c], 2)).toBeUndefined();
    const xl = (id: number) => join([0xff, 0x0a, id], new Uint8Array(7));
    expect(await presumed([0, 18], [xl(1), xl(2)], 0)).toEqual(xl(1));
  });

  it('says so where fragments cannot be told apart', async () => {
    const { index } = await jpeg(
      '2',
      encapsulated(
        [],
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
      ),
    );
    await expect(index.locate(0)).rejects.toMatchObject({ tag: 'InvalidDataset', clause: 'PS3.5 A.4' });
  });

  it('has one fragment per frame for RLE, and joins a single frame’s', async () => {
    const rle = (id: number) => join(number32(1), number32(64), new Uint8Array(56), [id, 0]);
    const rleIndex = (frames: string, ...fragments: Part[]) =>
      indexOf(meta(RLE), imagePixel({ frames }), encapsulated([], fragments));
    expect(await framesOf(await rleIndex('2', rle(1), rle(2)))).toEqual([rle(1), rle(2)]);
    expect(await framesOf(await rleIndex('', rle(1), rle(2)))).toEqual([rle(1), rle(2)]);
    const [head, tail] = halves(rle(7), 64);
    expect(await framesOf(await rleIndex('', head, tail))).toEqual([rle(7)]);
    expect(await framesOf(await rleIndex('2', rle(1), head, tail))).toEqual([rle(1), rle(7)]);
  });

  it('puts back the carries of a table above 4 GB', async () => {
    // Only the table and two item headers of a file of 6 GB are real.
    const frame = 3 * 2 ** 30;
    const head = join(meta(JPEG_BASELINE), imagePixel({ frames: '3' }));
    const table = encapsulated([0, frame, (2 * frame) % 2 ** 32], [], []);
    const base = head.length + table.length;
    const first = join(item([], frame - 8), [0xff, 0xd8, 0xff]);
    const real: [number, Uint8Array][] = [
      [0, join(head, table)],
      ...[0, 1, 2].map((i): [number, Uint8Array] => [base + i * frame, first]),
    ];
    const source: ByteSource = {
      size: base + 3 * frame,
      handle: undefined,
      async read(offset, length) {
        const bytes = new Uint8Array(Math.min(length, this.size - offset));
        for (const [at, part] of real) {
          const from = Math.max(at, offset);
          const to = Math.min(at + part.length, offset + bytes.length);
          if (from < to) bytes.set(part.subarray(from - at, to - at), from - offset);
        }
        return bytes;
      },
      close: async () => {},
    };
    const index = await frameIndexOf(await readPart10(source));
    await expect(index.locate(2)).resolves.toEqual({
      kind: 'encapsulated',
      fragments: [{ offset: base + 2 * frame + 8, length: frame - 8 }],
    });
  });

  it('reads next to nothing where a table is right', async () => {
    const frames = Array.from({ length: 500 }, (_, i) => stream(i & 0x7f, 2000));
    const bytes = join(
      meta(JPEG_BASELINE),
      imagePixel({ frames: '500' }),
      encapsulated(
        frames.map((_, i) => i * 2008),
        frames,
      ),
    );
    let read = 0;
    const memory = new MemorySource(bytes);
    const source: ByteSource = {
      size: memory.size,
      handle: undefined,
      read: async (offset, length) => {
        const view = await memory.read(offset, length);
        read += view.length;
        return view;
      },
      close: async () => {},
    };
    const part10 = await readPart10(source);
    const index = await frameIndexOf(part10);
    read = 0;
    const location = await index.locate(321);
    expect(location).toMatchObject({ fragments: [{ length: 2000 }] });
    expect(read).toBeLessThan(2000);
  });

  it('hands out no frames of a video', async () => {
    const { index } = await indexOf(
      meta('1.2.840.10008.1.2.4.102'),
      imagePixel({ frames: '50' }),
      encapsulated([], [new Uint8Array(100)]),
    );
    expect(index.frameCount).toBe(50);
    await expect(index.locate(3)).rejects.toMatchObject({ tag: 'UnsupportedFeature' });
  });
});
