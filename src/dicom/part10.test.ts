import { deflateRawSync, deflateSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { MemorySource } from '../sources/memory.js';
import type { Dataset } from './dataset.js';
import { readPart10 } from './part10.js';
import {
  DEFLATED,
  EXPLICIT_BE,
  EXPLICIT_LE,
  encapsulated,
  explicit,
  IMPLICIT_LE,
  ITEM_END,
  imagePixel,
  implicit,
  item,
  JPEG_BASELINE,
  join,
  meta,
  number16,
  number32,
  type Part,
  SEQUENCE_END,
  text,
  UNDEFINED,
} from './part10-bytes.test-support.js';
import { readTrailingElements } from './trailing-elements.test-support.js';

const read = (...parts: Part[]) => readPart10(new MemorySource(join(...parts)));
const id = explicit(0x00100020, 'LO', text('P-1'));
const implicitId = implicit(0x00100020, text('P-1'));
const keywords = (dataset: Dataset) => [...dataset].map((element) => element.keyword);

describe('readPart10: how the dataset is written', () => {
  const rows = explicit(0x00280010, 'US', number16(512));
  const rowsBigEndian = explicit(0x00280010, 'US', number16(512, true), 2, true);
  const modality = (bigEndian: boolean) => explicit(0x00080060, 'CS', text('CT'), 2, bigEndian);
  const implicitDataset = join(implicit(0x00080060, text('CT')), implicit(0x00280010, number16(512)));

  it.each<[string, Uint8Array, string]>([
    ['explicit little endian', join(meta(EXPLICIT_LE), modality(false), rows), EXPLICIT_LE],
    ['implicit little endian', join(meta(IMPLICIT_LE), implicitDataset), IMPLICIT_LE],
    ['explicit big endian', join(meta(EXPLICIT_BE), modality(true), rowsBigEndian), EXPLICIT_BE],
    ['deflated', join(meta(DEFLATED), deflateRawSync(join(modality(false), rows))), DEFLATED],
    ['deflated and a NUL', join(meta(DEFLATED), deflateRawSync(join(modality(false), rows)), [0]), DEFLATED],
    ['deflated with a zlib header', join(meta(DEFLATED), deflateSync(join(modality(false), rows))), DEFLATED],
  ])('reads %s', async (_, bytes, uid) => {
    const part10 = await readPart10(new MemorySource(bytes));
    expect(part10.transferSyntax.uid).toBe(uid);
    expect(part10.dataset.string('Modality')).toBe('CT');
    expect(part10.dataset.number('Rows')).toBe(512);
    expect(part10.deviations).toEqual([]);
  });

  it.each<[string, Uint8Array, string]>([
    ['implicit and claims explicit', join(meta(EXPLICIT_LE), implicitDataset), IMPLICIT_LE],
    ['explicit and claims implicit', join(meta(IMPLICIT_LE), modality(false), rows), EXPLICIT_LE],
    ['big endian and claims little', join(meta(EXPLICIT_LE), modality(true), rowsBigEndian), EXPLICIT_BE],
    ['little endian and claims big', join(meta(EXPLICIT_BE), modality(false), rows), EXPLICIT_LE],
    ['without a transfer syntax', join(meta(''), modality(false), rows), EXPLICIT_LE],
    ['without meta information, explicit', join(modality(false), rows), EXPLICIT_LE],
    ['without meta information, implicit', implicitDataset, IMPLICIT_LE],
    ['without meta information, big endian', join(modality(true), rowsBigEndian), EXPLICIT_BE],
    [
      'without meta information, explicit, behind a private group',
      join(
        explicit(0x00030010, 'LO', text('MAKER ')),
        explicit(0x00031001, 'UN', [1, 2]),
        modality(false),
        rows,
      ),
      EXPLICIT_LE,
    ],
    [
      'without meta information, implicit, behind a private group',
      join(implicit(0x00050010, text('MAKER ')), implicitDataset),
      IMPLICIT_LE,
    ],
    [
      'without meta information, implicit, behind a command',
      join(implicit(0x00000000, number32(12)), implicit(0x00000002, text('1.2.3', 0)), implicitDataset),
      IMPLICIT_LE,
    ],
    ['without a preamble', join(meta(EXPLICIT_LE).subarray(132), modality(false), rows), EXPLICIT_LE],
    [
      'with a prefix and no preamble',
      join(meta(EXPLICIT_LE).subarray(128), modality(false), rows),
      EXPLICIT_LE,
    ],
    ['with a preamble and no prefix', join(new Uint8Array(128), modality(false), rows), EXPLICIT_LE],
    [
      'with meta information in implicit VR',
      join(new Uint8Array(128), text('DICM'), implicit(0x00020010, text(IMPLICIT_LE, 0)), implicitDataset),
      IMPLICIT_LE,
    ],
  ])('reads a dataset that is %s, and says so', async (_, bytes, uid) => {
    const part10 = await readPart10(new MemorySource(bytes));
    expect(part10.transferSyntax.uid).toBe(uid);
    expect(part10.dataset.string('Modality')).toBe('CT');
    expect(part10.dataset.number('Rows')).toBe(512);
    expect(part10.deviations).not.toEqual([]);
  });

  it('reads a dataset without preamble and prefix as the first file of all', async () => {
    vi.resetModules();
    const { readPart10: readFirst } = await import('./part10.js');
    const { dataset } = await readFirst(new MemorySource(implicitDataset));
    expect(dataset.number('Rows')).toBe(512);
  });

  it('keeps an encapsulated transfer syntax whose dataset is implicit VR', async () => {
    const part10 = await read(meta(JPEG_BASELINE), implicitDataset);
    expect(part10.transferSyntax.uid).toBe(JPEG_BASELINE);
    expect(part10.dataset.number('Rows')).toBe(512);
  });

  it('reads a dataset that claims to be deflated and is not', async () => {
    const { dataset } = await read(meta(DEFLATED), modality(false), rows);
    expect(dataset.number('Rows')).toBe(512);
  });

  it('gives a row for a UID that is not known', async () => {
    const { transferSyntax } = await read(meta('1.2.3.4.5'), modality(false), rows);
    expect(transferSyntax).toMatchObject({ uid: '1.2.3.4.5', encapsulated: true, explicitVr: true });
  });

  it.each<[string, Part]>([
    ['nothing', []],
    ['a JPEG file', [0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1]],
    [
      'text',
      text('The quick brown fox jumps over the lazy dog, and so on, until the end of the line.'.repeat(5)),
    ],
    ['zeros', new Uint8Array(1000)],
    // Odd groups in ascending order, and never an element that the dictionary has.
    ['private elements alone', join(implicit(0x00030010, text('MAKER ')), implicit(0x00051001, [1, 2]))],
  ])('refuses %s', async (_, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({ tag: 'InvalidDataset' });
  });

  it('refuses deflated bytes that are damaged, and those that grow too much', async () => {
    const deflated = deflateRawSync(
      join(modality(false), rows, explicit(0x00204000, 'LT', new Uint8Array(60_000))),
    );
    await expect(read(meta(DEFLATED), deflated.subarray(0, 40))).rejects.toMatchObject({
      tag: 'InvalidDataset',
    });
    const source = new MemorySource(join(meta(DEFLATED), deflated));
    await expect(readPart10(source, { limits: { inflatedBytes: 10_000 } })).rejects.toMatchObject({
      tag: 'LimitExceeded',
      limit: 'inflatedBytes',
    });
  });
});

describe('readPart10: sequences', () => {
  const inner = explicit(0x00080100, 'SH', text('CODE'));
  const innerImplicit = implicit(0x00080100, text('CODE'));
  const sequence = 0x00082218;

  it.each<[string, Uint8Array]>([
    ['both lengths known', explicit(sequence, 'SQ', item(inner))],
    [
      'both undefined',
      explicit(sequence, 'SQ', join(item(join(inner, ITEM_END), UNDEFINED), SEQUENCE_END), UNDEFINED),
    ],
    ['sequence undefined', explicit(sequence, 'SQ', join(item(inner), SEQUENCE_END), UNDEFINED)],
    ['item undefined', explicit(sequence, 'SQ', item(join(inner, ITEM_END), UNDEFINED))],
    ['UN of undefined length', explicit(sequence, 'UN', join(item(innerImplicit), SEQUENCE_END), UNDEFINED)],
    ['UN of known length', explicit(sequence, 'UN', item(innerImplicit))],
    ['implicit VR inside', explicit(sequence, 'SQ', item(innerImplicit))],
    [
      'UN that is explicit all the same',
      explicit(sequence, 'UN', join(item(inner), SEQUENCE_END), UNDEFINED),
    ],
    ['no item delimiter', explicit(sequence, 'SQ', join(item(inner, UNDEFINED), SEQUENCE_END), UNDEFINED)],
    ['a delimiter too many', explicit(sequence, 'SQ', join(item(inner), SEQUENCE_END))],
    ['no sequence delimiter', explicit(sequence, 'SQ', item(inner), UNDEFINED)],
    ['an item delimiter behind a known length', explicit(sequence, 'SQ', join(item(inner), ITEM_END))],
  ])('reads one item with %s', async (_, bytes) => {
    const { dataset } = await read(meta(EXPLICIT_LE), bytes, id);
    expect(dataset.items(sequence).map((inside) => inside.string('CodeValue'))).toEqual(['CODE']);
    expect(dataset.string('PatientID')).toBe('P-1');
    expect(dataset.element(sequence)?.vr).toBe('SQ');
  });

  it('reads implicit VR: unknown ones of undefined length are sequences', async () => {
    const privateSequence = implicit(0x00091001, join(item(innerImplicit), SEQUENCE_END), UNDEFINED);
    const { dataset } = await read(
      meta(IMPLICIT_LE),
      privateSequence,
      implicit(sequence, item(innerImplicit)),
      implicitId,
    );
    expect(dataset.items(0x00091001)[0]?.string('CodeValue')).toBe('CODE');
    expect(dataset.items('AnatomicRegionSequence')[0]?.string('CodeValue')).toBe('CODE');
    expect(dataset.string('PatientID')).toBe('P-1');
  });

  it('reads big endian: a UN of undefined length is little endian inside (PS3.5 6.2.2)', async () => {
    const unknown = explicit(0x00091001, 'UN', join(item(innerImplicit), SEQUENCE_END), UNDEFINED, true);
    const { dataset } = await read(
      meta(EXPLICIT_BE),
      unknown,
      explicit(0x00100020, 'LO', text('P-1'), 4, true),
    );
    expect(dataset.items(0x00091001)[0]?.string('CodeValue')).toBe('CODE');
    expect(dataset.string('PatientID')).toBe('P-1');
  });

  it('reads nested ones, several items, empty items and empty sequences', async () => {
    const nested = explicit(
      sequence,
      'SQ',
      join(item(explicit(sequence, 'SQ', item(inner))), item(), item(inner)),
    );
    const { dataset, deviations } = await read(meta(EXPLICIT_LE), nested, explicit(0x00081140, 'SQ'), id);
    const [first, second, third] = dataset.items(sequence);
    expect(first?.items(sequence)[0]?.string('CodeValue')).toBe('CODE');
    expect(second?.size).toBe(0);
    expect(third?.string('CodeValue')).toBe('CODE');
    expect(dataset.element(0x00081140)?.values).toEqual([]);
    expect(deviations).toEqual([]);
  });

  it('limits nesting', async () => {
    let bytes = inner;
    for (let depth = 0; depth < 65; depth += 1) bytes = explicit(sequence, 'SQ', item(bytes));
    await expect(read(meta(EXPLICIT_LE), bytes)).rejects.toMatchObject({
      tag: 'LimitExceeded',
      limit: 'nesting',
    });
    const source = new MemorySource(join(meta(EXPLICIT_LE), bytes));
    await expect(readPart10(source, { limits: { nesting: 65 } })).resolves.toBeDefined();
  });

  it('limits the number of elements', async () => {
    const source = new MemorySource(join(meta(EXPLICIT_LE), ...Array.from({ length: 50 }, () => id)));
    await expect(readPart10(source, { limits: { elements: 20 } })).rejects.toMatchObject({
      limit: 'elements',
    });
  });

  it('does not take the elements of an item without a sequence for the dataset’s own', async () => {
    const { dataset, deviations } = await read(
      meta(EXPLICIT_LE),
      item(explicit(0x00280010, 'US', number16(9))),
      id,
    );
    expect(keywords(dataset)).toEqual(['PatientID']);
    expect(deviations).toHaveLength(1);
  });

  it('reads a value in fragments that is not Pixel Data', async () => {
    const icon = join(
      explicit(0x00280010, 'US', number16(8)),
      encapsulated([], [[1, 2, 3, 4]]),
      explicit(0x00880130, 'SH'),
    );
    const { dataset } = await read(meta(JPEG_BASELINE), explicit(0x00880200, 'SQ', item(icon)), id);
    const [inside] = dataset.items('IconImageSequence');
    expect(inside?.element('PixelData')?.fragments).toHaveLength(2);
    expect(inside?.number('Rows')).toBe(8);
    expect(dataset.string('PatientID')).toBe('P-1');
  });
});

describe('readPart10: lengths that lie', () => {
  it('clips a value at the end of the file', async () => {
    const { dataset, deviations } = await read(
      meta(EXPLICIT_LE),
      id,
      explicit(0x00104000, 'LT', text('half'), 400),
    );
    expect(dataset.string('PatientComments')).toBe('half');
    expect(deviations).toEqual([expect.objectContaining({ element: '00104000' })]);
  });

  it('keeps what is behind an item whose last value is too long', async () => {
    const bad = explicit(0x00080100, 'SH', text('CODE'), 40);
    const { dataset, deviations } = await read(meta(EXPLICIT_LE), explicit(0x00082218, 'SQ', item(bad)), id);
    expect(dataset.string('PatientID')).toBe('P-1');
    expect(deviations).not.toEqual([]);
  });

  it('does not believe group lengths', async () => {
    const wrong = join(new Uint8Array(128), text('DICM'), explicit(0x00020000, 'UL', number32(7)));
    const uid = explicit(0x00020010, 'UI', text(EXPLICIT_LE, 0));
    const { dataset } = await read(wrong, uid, explicit(0x00100000, 'UL', number32(1000)), id);
    expect(dataset.string('PatientID')).toBe('P-1');
    expect(dataset.number(0x00100000)).toBe(1000);
  });

  it('reads odd lengths', async () => {
    const { dataset } = await read(
      meta(EXPLICIT_LE),
      explicit(0x00100020, 'LO', [0x41, 0x42, 0x43]),
      explicit(0x00100040, 'CS', text('O')),
    );
    expect(dataset.string('PatientID')).toBe('ABC');
    expect(dataset.string('PatientSex')).toBe('O');
  });

  it('reads an element without a VR in an explicit dataset, and one with a VR of the future', async () => {
    const { dataset } = await read(
      meta(EXPLICIT_LE),
      id,
      implicit(0x00100030, text('20200101')),
      explicit(0x00111001, 'UN', [1, 2]),
    );
    expect(dataset.string('PatientBirthDate')).toBe('20200101');
    const future = join([0x11, 0, 0x01, 0x10, 0x58, 0x59, 0, 0], number32(2), [7, 8]);
    const later = await read(meta(EXPLICIT_LE), id, future, explicit(0x00204000, 'LT', text('behind')));
    expect(later.dataset.element(0x00111001)?.values).toEqual([Uint8Array.of(7, 8)]);
    expect(later.dataset.string('ImageComments')).toBe('behind');
  });

  const tail = [explicit(0x00280010, 'US', number16(512)), explicit(0x00281053, 'DS', text('1 '))];
  const unusual = (vr: string, ...length: number[]) =>
    join([0x19, 0, 0x10, 0x10], text(vr), length, text('abcdef'));

  it.each<[string, Part]>([
    ['a VR with a long header and two bytes of length (GDCM 1.2.0)', unusual('UN', 6, 0)],
    ['a VR that is none, ??', unusual('??', 6, 0)],
    ['a VR that is none, in small letters', unusual('lo', 6, 0)],
    ['a VR that is none, two spaces', unusual('  ', 6, 0)],
    ['a VR that is none, two zeros', unusual('\0\0', 6, 0)],
    ['a VR that is none, and a long header', unusual('??', 0, 0, 6, 0, 0, 0)],
    ['two capitals that are no VR, and two bytes of length', unusual('RT', 6, 0)],
    ['two capitals that are no VR, without a value', join([0x19, 0, 0x10, 0x10], text('RT'), [0, 0])],
    ['bytes that are not zero in front of a long length', unusual('UN', 0x41, 0x42, 6, 0, 0, 0)],
    ['implicit VR', implicit(0x00191010, text('abcdef'))],
    ['implicit VR and a long value', implicit(0x00191010, new Uint8Array(0x3f3e))],
  ])('reads %s', async (_, element) => {
    const { dataset } = await read(meta(EXPLICIT_LE), id, element, ...tail);
    expect([...dataset].map(({ tag }) => tag)).toEqual([0x00100020, 0x00191010, 0x00280010, 0x00281053]);
    expect(dataset.number('Rows')).toBe(512);
  });

  it.each<[string, Part]>([
    ['of the dictionary', explicit(0x0020000d, 'UI', text('1.2', 0))],
    ['that only has room so', explicit(0x00191010, 'LO', text('abcdef'))],
    ['of a long header', explicit(0x00204000, 'UN', text('abcdef'))],
  ])('reads an element with a VR in an implicit dataset, one %s', async (_, element) => {
    const rest = implicit(0x00280010, number16(512));
    const { dataset, deviations } = await read(meta(IMPLICIT_LE), implicitId, element, rest);
    expect(dataset.number('Rows')).toBe(512);
    expect(deviations[0]?.message).toContain('read as explicit VR');
  });

  it.each([true, false])(
    'reads a sequence in the other byte order, its delimiter too: %s',
    async (swapped) => {
      const inner = explicit(0x00190010, 'LO', text('MAKER '), 6, true);
      const items = join([0xff, 0xfe, 0xe0, 0x00, 0, 0, 0, inner.length], inner);
      const end = swapped ? [0xff, 0xfe, 0xe0, 0xdd, 0, 0, 0, 0] : SEQUENCE_END;
      const sequence = explicit(0x00191010, 'SQ', join(items, end), UNDEFINED);
      const { dataset } = await read(meta(EXPLICIT_LE), id, sequence, ...tail);
      expect(dataset.items(0x00191010)[0]?.string(0x00190010)).toBe('MAKER');
      expect(dataset.number('Rows')).toBe(512);
    },
  );

  it('stops at zeros behind the dataset', async () => {
    const { dataset } = await read(meta(EXPLICIT_LE), id, new Uint8Array(300));
    expect(keywords(dataset)).toEqual(['PatientID']);
  });

  it('takes the later one of two', async () => {
    const { dataset, deviations } = await read(
      meta(EXPLICIT_LE),
      id,
      explicit(0x00100020, 'LO', text('P-2')),
    );
    expect(dataset.string('PatientID')).toBe('P-2');
    expect(deviations).toHaveLength(1);
  });
});

describe('readPart10: pixel data', () => {
  it('says where it is, and gives what is behind it', async () => {
    const native = await read(
      meta(EXPLICIT_LE),
      imagePixel({}),
      explicit(0x7fe00010, 'OW', new Uint8Array(6)),
      explicit(0xfffcfffc, 'OB', [0, 0]),
    );
    expect(native.pixelData).toMatchObject({ vr: 'OW', length: 6 });
    expect(native.dataset.has(0xfffcfffc)).toBe(true);
    expect((await readTrailingElements(native)).size).toBe(0);

    const fragments = await read(
      meta(JPEG_BASELINE),
      imagePixel({}),
      encapsulated([], [[1, 2]]),
      explicit(0xfffcfffc, 'OB', [0, 0]),
    );
    expect(fragments.pixelData).toMatchObject({ vr: 'OB', length: undefined });
    expect([...(await readTrailingElements(fragments))].map(({ tag }) => tag)).toEqual([0xfffcfffc]);
  });

  it('finds float and double float pixel data', async () => {
    for (const [tag, vr] of [
      [0x7fe00008, 'OF'],
      [0x7fe00009, 'OD'],
    ] as const) {
      const { pixelData } = await read(
        meta(EXPLICIT_LE),
        imagePixel({}),
        explicit(tag, vr, new Uint8Array(48)),
      );
      expect(pixelData).toMatchObject({ tag, vr, length: 48 });
    }
  });
});
