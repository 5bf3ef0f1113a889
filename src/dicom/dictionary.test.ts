import { beforeAll, describe, expect, it } from 'vitest';
import { ELEMENTS } from './dictionary.generated.js';
import { dictionaryEntryOf, keywordOf, loadDictionary, tagOfKeyword } from './dictionary.js';

beforeAll(loadDictionary);

describe('the dictionary', () => {
  // PS3.6 Tables 6-1, 7-1 and 8-1, PS3.7 Table E.1-1: current and retired, old and new ones.
  it.each<[number, string, string]>([
    [0x00020010, 'UI', 'TransferSyntaxUID'],
    [0x00041220, 'SQ', 'DirectoryRecordSequence'],
    [0x00080005, 'CS', 'SpecificCharacterSet'],
    [0x00100010, 'PN', 'PatientName'],
    [0x00200013, 'IS', 'InstanceNumber'],
    [0x00280010, 'US', 'Rows'],
    [0x00280106, 'xs', 'SmallestImagePixelValue'],
    [0x00281201, 'OW', 'RedPaletteColorLookupTableData'],
    [0x00283006, 'lt', 'LUTData'],
    [0x00287fe0, 'UR', 'PixelDataProviderURL'],
    [0x00660041, 'OL', 'LongTrianglePointIndexList'],
    [0x00720083, 'UV', 'SelectorUVValue'],
    [0x52009230, 'SQ', 'PerFrameFunctionalGroupsSequence'],
    [0x7fe00001, 'OV', 'ExtendedOffsetTable'],
    [0x7fe00008, 'OF', 'FloatPixelData'],
    [0x7fe00010, 'ox', 'PixelData'],
    [0x00204000, 'LT', 'ImageComments'],
    [0x00000100, 'US', 'CommandField'],
  ])('%i is %s %s', (tag, vr, keyword) => {
    expect(dictionaryEntryOf(tag)).toMatchObject({ vr, keyword });
    expect(tagOfKeyword(keyword)).toBe(tag);
  });

  it('repeats groups 50xx and 60xx, even ones only', () => {
    for (const group of [0x6000, 0x6002, 0x601e]) {
      expect(dictionaryEntryOf(group * 0x10000 + 0x3000)).toMatchObject({ vr: 'ox', keyword: 'OverlayData' });
    }
    expect(keywordOf(0x50060010)).toBe('NumberOfPoints');
    expect(keywordOf(0x60013000)).toBeUndefined();
    expect(tagOfKeyword('OverlayData')).toBe(0x60003000);
  });

  it('knows group lengths of any group, and no private elements', () => {
    expect(dictionaryEntryOf(0x12340000)?.vr).toBe('UL');
    expect(dictionaryEntryOf(0x00090010)).toBeUndefined();
    expect(dictionaryEntryOf(0x12340001)).toBeUndefined();
    expect(tagOfKeyword('NoSuchKeyword')).toBeUndefined();
  });

  it('finds every element by its keyword, the first where several have one', () => {
    const first = new Map<string, number>();
    for (const line of ELEMENTS.split('\n')) {
      for (const entry of line.slice(4).split(',')) {
        const tag = Number.parseInt(line.slice(0, 4) + entry.slice(0, 4), 16);
        if (!first.has(entry.slice(6))) first.set(entry.slice(6), tag);
      }
    }
    expect(first.size).toBeGreaterThan(4_500);
    for (const [keyword, tag] of first) expect(tagOfKeyword(keyword), keyword).toBe(tag);
  });

  it.each(['', 'Row', 'ows', 'USRows', '0010USRows', 'Rows,0011USColumns', 'Rows,', 'rows'])(
    'has no keyword %o',
    (keyword) => {
      expect(tagOfKeyword(keyword)).toBeUndefined();
    },
  );
});
