import { createHash } from 'node:crypto';
import dcmjs, { type DcmjsDataset, type DcmjsElement } from 'dcmjs';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../sources/memory.js';
import { corpus, dicomFiles, readCorpusFile, skipped } from './corpus.test-support.js';
import type { Dataset } from './dataset.js';
import { dictionaryEntryOf } from './dictionary.js';
import type { Element } from './element.js';
import { readFragments } from './fragments.js';
import { type Part10, readPart10 } from './part10.js';
import { elementNumberOf, formatTag } from './tag.js';
import { readTrailingElements } from './trailing-elements.test-support.js';

/**
 * Every DICOM file of the corpus, read by us and by dcmjs: the same elements with the same VRs and values. Where they
 * differ, one of the rules below must say why dcmjs is wrong, or does not say what the file says.
 */

dcmjs.log.setLevel('silent');

interface Difference {
  readonly file: string;
  readonly part10: Part10;
  readonly path: string;
  readonly kind: 'only ours' | 'only dcmjs' | 'VR' | 'items' | 'value';
  readonly ours?: Element;
  readonly dcmjs?: DcmjsElement;
  readonly ourValues?: readonly string[];
  readonly dcmjsValues?: readonly string[];
  /** VR that stands in the bytes of the sequence that the element is in; in explicit VR only. */
  readonly parentWrittenAs?: string;
}

interface Rule {
  readonly reason: string;
  excuses(difference: Difference): boolean;
}

const TEXT_BY_LINES = new Set(['LT', 'ST', 'UT']);
const same = (a: readonly string[] | undefined, b: readonly string[] | undefined) =>
  a?.join('\\') === b?.join('\\');
const withoutSpace = (text = '') => text.replaceAll(/\s/g, '');
const withoutPadding = (text: string) => text.replace(/^ +/, '').replace(/[ \0]+$/, '');
const deviates = ({ part10 }: Difference, start: string) =>
  part10.deviations.some(({ message }) => message.startsWith(start));

const RULES: readonly Rule[] = [
  {
    reason: 'dcmjs leaves out the group length of the file meta information',
    excuses: ({ kind, ours }) => kind === 'only ours' && ours?.tag === 0x00020000,
  },
  {
    reason: 'dcmjs recodes text and changes Specific Character Set to what it recoded to',
    excuses: ({ kind, ours, dcmjsValues }) =>
      kind === 'value' && ours?.tag === 0x00080005 && same(dcmjsValues, ['ISO_IR 192']),
  },
  {
    reason: 'a group length has VR UL in every group (PS3.5 7.2); dcmjs takes UN in implicit VR',
    excuses: ({ kind, ours, dcmjs }) =>
      kind === 'VR' && ours?.vr === 'UL' && elementNumberOf(ours.tag) === 0 && dcmjs?.vr === 'UN',
  },
  {
    reason:
      '"US or SS" follows Pixel Representation in implicit VR (PS3.5 A.1); dcmjs takes US, or writes xs',
    excuses: ({ kind, ours, dcmjs, part10 }) =>
      (kind === 'VR' || kind === 'value') &&
      dictionaryEntryOf(ours!.tag)?.vr === 'xs' &&
      (ours?.vr === 'SS' ? part10.dataset.number('PixelRepresentation') === 1 : ours?.vr === 'US') &&
      (dcmjs?.vr === 'US' || dcmjs?.vr === 'xs'),
  },
  {
    reason: 'dcmjs does not know OL and takes UN',
    excuses: ({ kind, ours, dcmjs }) => kind === 'VR' && ours?.vr === 'OL' && dcmjs?.vr === 'UN',
  },
  {
    reason:
      'a sequence that is written as UN is in implicit VR inside (PS3.5 6.2.2); dcmjs reads explicit VR',
    excuses: ({ parentWrittenAs }) => parentWrittenAs === 'UN',
  },
  {
    reason: 'an implicit VR dataset that claims explicit VR: dcmjs reads one element of a length no file has',
    excuses: (difference) => deviates(difference, 'The dataset should be'),
  },
  {
    reason: 'dcmjs drops items without elements',
    excuses: ({ kind, ours, dcmjs }) =>
      kind === 'items' && ours!.items!.filter(({ size }) => size > 0).length === itemsOf(dcmjs!).length,
  },
  {
    reason: 'dcmjs drops everything but digits and dots from a UI',
    excuses: ({ kind, ours, ourValues, dcmjsValues }) =>
      kind === 'value' && ours?.vr === 'UI' && same(ourValues?.map(digitsAndDots), dcmjsValues),
  },
  {
    reason: 'dcmjs keeps padding that is not significant (PS3.5 6.2), or a NUL in its place',
    excuses: ({ kind, ourValues, dcmjsValues }) =>
      kind === 'value' && same(ourValues, notJustEmpty(dcmjsValues?.map(withoutPadding))),
  },
  {
    reason:
      'a text has one value and only spaces are padding (PS3.5 6.2); dcmjs drops line ends, and splits at backslashes',
    excuses: ({ kind, ours, ourValues, dcmjsValues }) =>
      kind === 'value' &&
      TEXT_BY_LINES.has(ours!.vr) &&
      withoutSpace(ourValues?.[0]) === withoutSpace(dcmjsValues?.join('\\')),
  },
  {
    reason: 'dcmjs reads a number of no bytes as 0',
    excuses: ({ kind, ours, dcmjsValues }) =>
      kind === 'value' && ours?.length === 0 && same(dcmjsValues, ['0']),
  },
  {
    reason: 'dcmjs drops empty component groups at the end of a name; PN is kept as it is written here',
    excuses: ({ kind, ours, ourValues, dcmjsValues }) =>
      kind === 'value' &&
      ours?.vr === 'PN' &&
      same(
        ourValues?.map((name) => name.replace(/=+$/, '')),
        dcmjsValues,
      ),
  },
  {
    reason: 'the file ends inside the value: dcmjs makes up the rest',
    excuses: (difference) =>
      difference.kind === 'value' &&
      difference.part10.deviations.some(
        ({ element, message }) =>
          element === formatTag(difference.ours!.tag) && message.startsWith('The value should have'),
      ),
  },
];

/**
 * Files that dcmjs refuses, and how many elements dcmdump 3.6.7 finds in them, those of items counted; `refused` where there
 * are none to find, `read` where dcmdump stops half-way too.
 */
const REFUSED: Readonly<Record<string, number | 'refused' | 'read'>> = {
  // No prefix DICM, or meta information without a group length or not in explicit VR.
  'Enet4__dicom-test-files/ExplVR_BigEndNoMeta.dcm': 24,
  'Enet4__dicom-test-files/ExplVR_LitEndNoMeta.dcm': 24,
  'Enet4__dicom-test-files/rtstruct.dcm': 106,
  'ImagingDataCommons__dicomweb-client/file.dcm': 20,
  'notZaki__DICOMSamples/CT_Implicit_Little_Headless_Retired.dcm': 68,
  'notZaki__DICOMSamples/OT_Implicit_Little_Headless.dcm': 25,
  'orthanc-mirrors__orthanc-tests/PrivateMDNTags.dcm': 164,
  'orthanc-mirrors__orthanc-tests/TransferSyntaxes_1.2.840.10008.1.2.dcm': 85,
  'pydicom__pydicom-data/JLSL_RGB_ILV0.dcm': 13,
  'pydicom__pydicom-data/JLSL_RGB_ILV1.dcm': 13,
  'pydicom__pydicom-data/JLSL_RGB_ILV2.dcm': 13,
  'pydicom__pydicom-data/JLSN_RGB_ILV0.dcm': 13,
  'wearemothership__dicom-test-files/54-implicit-file-meta-info.dcm': 128,
  // No transfer syntax.
  'Enet4__dicom-test-files/meta_missing_tsyntax.dcm': 10,
  // Cut off inside nested sequences.
  'Enet4__dicom-test-files/rtplan_truncated.dcm': 105,
  // Code extensions in Specific Character Set.
  'fo-dicom__fo-dicom/chrGB2312.dcm': 41,
  'pydicom__pydicom/J2K_pixelrep_mismatch.dcm': 101,
  // UN of undefined length.
  'pydicom__pydicom/UN_sequence.dcm': 15,
  // An item without its sequence in the middle of the dataset.
  'fo-dicom__fo-dicom/GH364.dcm': 'read',
  // Begins with one byte of something else.
  'Enet4__dicom-test-files/no_meta.dcm': 'refused',
};

function digitsAndDots(text: string): string {
  return text.replaceAll(/[^\d.]/g, '');
}

function notJustEmpty(values: readonly string[] | undefined): readonly string[] {
  return values?.length === 1 && values[0] === '' ? [] : (values ?? []);
}

function itemsOf(element: DcmjsElement): DcmjsDataset[] {
  return (element.Value ?? []) as DcmjsDataset[];
}

/** A value of dcmjs as text. */
function textOf(value: unknown, vr: string): string {
  if (value === null || value === undefined) return '';
  if (vr === 'AT') return formatTag(Number(value));
  if (vr !== 'PN' || typeof value !== 'object') return String(value);
  const { Alphabetic = '', Ideographic = '', Phonetic = '' } = value as Record<string, string>;
  return [Alphabetic, Ideographic, Phonetic].join('=').replace(/=+$/, '');
}

function dcmjsValuesOf({ vr, Value }: DcmjsElement): readonly string[] {
  const values = Array.isArray(Value) ? Value : [Value];
  return notJustEmpty(values.map((value) => textOf(value, vr)));
}

function isBuffers(value: unknown): value is ArrayBuffer[] {
  return Array.isArray(value) && value.length > 0 && value.every((part) => part instanceof ArrayBuffer);
}

/** Bytes, to compare as text. A value of dcmjs may be longer than any file: then its length says enough. */
function digestOf(parts: readonly (ArrayBuffer | Uint8Array)[]): string {
  const length = parts.reduce((sum, part) => sum + part.byteLength, 0);
  if (length > 2 ** 28) return `${length} bytes`;
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part instanceof Uint8Array ? part : new Uint8Array(part));
  return `${length} bytes ${hash.digest('hex')}`;
}

/** Values in fragments, without the Basic Offset Table. */
async function fragmentsOf(element: Element, { source, limits }: Part10): Promise<Uint8Array[]> {
  const ranges =
    element.fragments ?? (await readFragments(source, element.offset, source.size, limits)).ranges;
  return Promise.all(ranges.slice(1).map(({ offset, length }) => source.read(offset, length)));
}

async function compareValues(
  element: Element,
  theirs: DcmjsElement,
  part10: Part10,
): Promise<readonly [readonly string[], readonly string[]]> {
  if (isBuffers(theirs.Value)) {
    const ours = element.length === undefined ? await fragmentsOf(element, part10) : [await element.bytes()];
    return [[digestOf(ours)], [digestOf(theirs.Value)]];
  }
  await element.load();
  const values = element.values.map((value) => {
    if (value instanceof Uint8Array) return `${value.length} bytes`;
    return typeof value === 'number' && Number.isNaN(value) && element.vr.endsWith('S') ? '' : String(value);
  });
  return [notJustEmpty(values), dcmjsValuesOf(theirs)];
}

async function* differences(
  file: string,
  part10: Part10,
  dataset: Dataset,
  theirs: DcmjsDataset,
  prefix = '',
  parentWrittenAs = '',
): AsyncGenerator<Difference> {
  const byTag = new Map(Object.entries(theirs).map(([tag, element]) => [tag.toUpperCase(), element]));
  for (const ours of dataset) {
    const path = prefix + formatTag(ours.tag);
    const element = byTag.get(formatTag(ours.tag));
    byTag.delete(formatTag(ours.tag));
    const common = { file, part10, path, ours, parentWrittenAs, ...(element && { dcmjs: element }) };
    if (!element) {
      yield { ...common, kind: 'only ours' };
      continue;
    }
    if (ours.vr !== element.vr) yield { ...common, kind: 'VR' };
    if (ours.items) {
      const items = itemsOf(element);
      if (ours.items.length !== items.length) yield { ...common, kind: 'items' };
      const filled =
        ours.items.length === items.length ? ours.items : ours.items.filter(({ size }) => size > 0);
      for (const [i, item] of filled.entries()) {
        yield* differences(
          file,
          part10,
          item,
          items[i] ?? {},
          `${path}[${i}].`,
          await writtenVrOf(ours, part10),
        );
      }
      continue;
    }
    const [ourValues, dcmjsValues] = await compareValues(ours, element, part10);
    if (!same(ourValues, dcmjsValues)) yield { ...common, kind: 'value', ourValues, dcmjsValues };
  }
  for (const [tag, element] of byTag)
    yield { file, part10, parentWrittenAs, path: prefix + tag, kind: 'only dcmjs', dcmjs: element };
}

function describeDifference({ path, kind, ours, dcmjs: theirs, ourValues, dcmjsValues }: Difference): string {
  const short = (values: readonly string[] | undefined) => JSON.stringify(values)?.slice(0, 80);
  return `${path} ${kind}: ${ours?.vr} ${short(ourValues)}, dcmjs ${theirs?.vr} ${short(dcmjsValues)}`;
}

/** The two letters in front of a sequence's reserved bytes and length. */
async function writtenVrOf({ offset }: Element, { source }: Part10): Promise<string> {
  return String.fromCharCode(...(await source.read(offset - 8, 2)));
}

function countElements(dataset: Dataset): number {
  let count = 0;
  for (const { items } of dataset) {
    count += 1;
    for (const item of items ?? []) count += countElements(item);
  }
  return count;
}

function readByDcmjs(bytes: Uint8Array<ArrayBuffer>): { meta: DcmjsDataset; dict: DcmjsDataset } | undefined {
  try {
    return dcmjs.data.DicomMessage.readFile(bytes.buffer);
  } catch {
    return undefined;
  }
}

describe.skipIf(!corpus)(`against dcmjs${skipped}`, () => {
  const used = new Set<Rule>();

  it.each(dicomFiles())('%s', async (file) => {
    const bytes = readCorpusFile(file);
    const theirs = readByDcmjs(bytes);
    const refused = REFUSED[file.slice('dicom/'.length)];
    if (theirs === undefined) {
      expect(refused, 'dcmjs refuses the file, and it is not listed').toBeDefined();
      const reading = readPart10(new MemorySource(bytes));
      if (refused === 'refused') {
        await expect(reading).rejects.toMatchObject({ tag: 'InvalidDataset' });
        return;
      }
      const part10 = await reading;
      if (refused === 'read') return;
      const trailing = await readTrailingElements(part10);
      expect(countElements(part10.meta) + countElements(part10.dataset) + countElements(trailing)).toBe(
        refused,
      );
      return;
    }
    const part10 = await readPart10(new MemorySource(bytes));
    for (const element of await readTrailingElements(part10)) part10.dataset.set(element);
    const unexplained: string[] = [];
    for (const [ours, dict] of [
      [part10.meta, theirs.meta],
      [part10.dataset, theirs.dict],
    ] as const) {
      for await (const difference of differences(file, part10, ours, dict)) {
        const rule = RULES.find((candidate) => candidate.excuses(difference));
        if (rule) used.add(rule);
        else unexplained.push(describeDifference(difference));
      }
    }
    expect(unexplained).toEqual([]);
  });

  it('needs every rule', () => {
    expect(RULES.filter((rule) => !used.has(rule)).map(({ reason }) => reason)).toEqual([]);
  });
});
