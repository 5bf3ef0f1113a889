import { describe, expect, it } from 'vitest';
import { MemorySource } from '../sources/memory.js';
import { characterSetOf } from './character-set.js';
import { readPart10 } from './part10.js';
import { EXPLICIT_LE, explicit, item, join, meta, text } from './part10-bytes.test-support.js';

/** Bytes as the standard's annexes write them: hexadecimal, or text in quotes. */
function bytesOf(notation: string): Uint8Array {
  const parts = notation.match(/"[^"]*"|[0-9a-f]{2}/gi) ?? [];
  return Uint8Array.from(
    parts.flatMap((part) =>
      part.startsWith('"') ? [...part.slice(1, -1)].map((c) => c.charCodeAt(0)) : [Number.parseInt(part, 16)],
    ),
  );
}

describe('characterSetOf', () => {
  // The examples of PS3.5 Annexes H to K, and one character of each single-byte set by its table.
  it.each<[string, string[], string, string]>([
    ['the default repertoire', [], '"Yamada^Tarou"', 'Yamada^Tarou'],
    ['ISO_IR 100', ['ISO_IR 100'], '"Buc^J" e9 "r" f4 "me"', 'Buc^Jérôme'],
    ['ISO_IR 101', ['ISO_IR 101'], '"W" b3', 'Wł'],
    ['ISO_IR 109', ['ISO_IR 109'], 'a1', 'Ħ'],
    ['ISO_IR 110', ['ISO_IR 110'], 'a2', 'ĸ'],
    ['ISO_IR 144', ['ISO_IR 144'], 'bb ee da "ce" dc d1 "yp" d3', 'Люкceмбypг'],
    ['ISO_IR 127', ['ISO_IR 127'], 'e2 c8 c7 e6 ea "^" e4 e6 d2 c7 d1', 'قباني^لنزار'],
    ['ISO_IR 126', ['ISO_IR 126'], 'c4 e9 ef ed f5 f3 e9 ef f2', 'Διονυσιος'],
    ['ISO_IR 138', ['ISO_IR 138'], 'f9 f8 e5 ef "^" e3 e1 e5 f8 e4', 'שרון^דבורה'],
    ['ISO_IR 148', ['ISO_IR 148'], 'd0 dd de', 'ĞİŞ'],
    ['ISO_IR 203', ['ISO_IR 203'], 'a4', '€'],
    ['ISO_IR 166', ['ISO_IR 166'], 'a1', 'ก'],
    ['ISO_IR 13', ['ISO_IR 13'], 'd4 cf c0 de "^" c0 db b3', 'ﾔﾏﾀﾞ^ﾀﾛｳ'],
    [
      'ISO_IR 192',
      ['ISO_IR 192'],
      '"Wang^XiaoDong=" e7 8e 8b "^" e5 b0 8f e4 b8 9c',
      'Wang^XiaoDong=王^小东',
    ],
    ['GB18030', ['GB18030'], '"Wang^XiaoDong=" cd f5 "^" d0 a1 b6 ab', 'Wang^XiaoDong=王^小东'],
    ['GBK', ['GBK'], 'cd f5', '王'],
    [
      'H.3.1: Japanese, the first value empty',
      ['', 'ISO 2022 IR 87'],
      '"Yamada^Tarou=" 1b 24 42 3b 33 45 44 1b 28 42 "^" 1b 24 42 42 40 4f 3a 1b 28 42 "=" 1b 24 42 24 64 24 5e 24 40 1b 28 42 "^" 1b 24 42 24 3f 24 6d 24 26 1b 28 42',
      'Yamada^Tarou=山田^太郎=やまだ^たろう',
    ],
    [
      'H.3.2: Japanese, katakana first',
      ['ISO 2022 IR 13', 'ISO 2022 IR 87'],
      'd4 cf c0 de "^" c0 db b3 "=" 1b 24 42 3b 33 45 44 1b 28 4a "^" 1b 24 42 42 40 4f 3a 1b 28 4a',
      'ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎',
    ],
    ['JIS X 0212', ['', 'ISO 2022 IR 159'], '1b 24 28 44 30 21 1b 28 42 "x"', '丂x'],
    [
      'I.2: Korean',
      ['', 'ISO 2022 IR 149'],
      '"Hong^Gildong=" 1b 24 29 43 fb f3 "^" 1b 24 29 43 d1 ce d4 d7 "=" 1b 24 29 43 c8 ab "^" 1b 24 29 43 b1 e6 b5 bf',
      'Hong^Gildong=洪^吉洞=홍^길동',
    ],
    [
      'K: Chinese',
      ['', 'ISO 2022 IR 58'],
      '"Zhang^XiaoDong=" 1b 24 29 41 d5 c5 "^" 1b 24 29 41 d0 a1 b6 ab',
      'Zhang^XiaoDong=张^小东',
    ],
    ['two single-byte sets', ['ISO 2022 IR 100', 'ISO 2022 IR 126'], 'e9 1b 2d 46 "x" e1 "^" e9', 'éxα^é'],
    ['a term written loosely', ['iso-ir 100'], 'e9', 'é'],
    ['an unknown term, UTF-8', ['NO SUCH SET'], 'c3 a9', 'é'],
    ['an unknown term, not UTF-8', ['NO SUCH SET'], 'e9 "x"', 'éx'],
  ])('%s', (_, terms, notation, expected) => {
    expect(characterSetOf(terms).decode(bytesOf(notation))).toBe(expected);
  });

  it('survives escapes that end early or are none of DICOM’s', () => {
    const set = characterSetOf(['', 'ISO 2022 IR 87']);
    expect(set.decode(bytesOf('"a" 1b'))).toBe('a');
    expect(set.decode(bytesOf('"a" 1b 24'))).toBe('a$');
    expect(set.decode(bytesOf('1b 24 42 3b'))).toHaveLength(1);
    expect(set.decode(bytesOf('"a" 1b 2e 7a "b"'))).toBe('a.zb');
  });

  it('is inherited by items, unless they have their own, and splits values behind decoding', async () => {
    const name = explicit(0x00100010, 'PN', [0xe9, 0x41]);
    const own = join(explicit(0x00080005, 'CS', text('ISO_IR 126')), name);
    const { dataset } = await readPart10(
      new MemorySource(
        join(
          meta(EXPLICIT_LE),
          explicit(0x00080005, 'CS', text('ISO_IR 100')),
          explicit(0x00081140, 'SQ', join(item(name), item(own))),
          name,
        ),
      ),
    );
    expect(dataset.string('PatientName')).toBe('éA');
    expect(dataset.items('ReferencedImageSequence').map((inside) => inside.string('PatientName'))).toEqual([
      'éA',
      'ιA',
    ]);

    // 0x5C is the second byte of a character here, and a delimiter behind it.
    const chinese = await readPart10(
      new MemorySource(
        join(
          meta(EXPLICIT_LE),
          explicit(0x00080005, 'CS', text('GBK')),
          explicit(0x00081030, 'LO', [0x81, 0x5c, 0x5c, 0x41]),
        ),
      ),
    );
    expect(chinese.dataset.values('StudyDescription')).toEqual(['乗', 'A']);
  });
});
