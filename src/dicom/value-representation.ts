/** The value representations of PS3.5 6.2. */
export type Vr = (typeof VRS)[number];

const VRS = [
  ...([
    'AE',
    'AS',
    'AT',
    'CS',
    'DA',
    'DS',
    'DT',
    'FD',
    'FL',
    'IS',
    'LO',
    'LT',
    'OB',
    'OD',
    'OF',
    'OL',
    'OV',
  ] as const),
  ...([
    'OW',
    'PN',
    'SH',
    'SL',
    'SQ',
    'SS',
    'ST',
    'SV',
    'TM',
    'UC',
    'UI',
    'UL',
    'UN',
    'UR',
    'US',
    'UT',
    'UV',
  ] as const),
] as const;

/** What kind of values a VR holds. */
type ValueKind =
  /** Several strings, separated by backslashes. */
  | 'strings'
  /** One string in which a backslash is a character like any other. */
  | 'text'
  /** Numbers written as text. */
  | 'numerals'
  /** Numbers of `itemSize` bytes. */
  | 'numbers'
  | 'tags'
  | 'sequence'
  /** Bytes that mean something elsewhere: pixels, tables, unknown. */
  | 'bytes';

export interface ValueRepresentation {
  readonly vr: Vr;
  readonly kind: ValueKind;
  /** In explicit VR: the length field has 32 bits and stands behind two reserved bytes (PS3.5 7.1.2). */
  readonly longHeader: boolean;
  /** Bytes of one number, which are swapped together in big endian (PS3.5 7.3); 1 for text. */
  readonly itemSize: 1 | 2 | 4 | 8;
  /** Decoded by the Specific Character Set (PS3.5 6.1.2.3). */
  readonly characterSet: boolean;
  /** Leading spaces are padding too (PS3.5 6.2). */
  readonly trimsStart: boolean;
}

const LONG_HEADER = 'OB OD OF OL OV OW SQ SV UC UN UR UT UV';
const KINDS: Record<ValueKind, string> = {
  strings: 'AE AS CS DA DT LO PN SH TM UC UI',
  text: 'LT ST UR UT',
  numerals: 'DS IS',
  numbers: 'FD FL SL SS SV UL US UV',
  tags: 'AT',
  sequence: 'SQ',
  bytes: 'OB OD OF OL OV OW UN',
};
const ITEM_SIZES = { 2: 'AT OW SS US', 4: 'FL OF OL SL UL', 8: 'FD OD OV SV UV' };
const CHARACTER_SET = 'LO LT PN SH ST UC UT';
const LEADING_SPACES_COUNT = 'LT ST UC UR UT';

function rowOf(vr: Vr): ValueRepresentation {
  const kinds = Object.entries(KINDS) as [ValueKind, string][];
  const size = Object.entries(ITEM_SIZES).find(([, vrs]) => vrs.includes(vr));
  return {
    vr,
    kind: kinds.find(([, vrs]) => vrs.includes(vr))![0],
    longHeader: LONG_HEADER.includes(vr),
    itemSize: size ? (Number(size[0]) as 2 | 4 | 8) : 1,
    characterSet: CHARACTER_SET.includes(vr),
    trimsStart: !LEADING_SPACES_COUNT.includes(vr),
  };
}

const rows = new Map<string, ValueRepresentation>();
const rowsByCode: (ValueRepresentation | undefined)[] = [];

function fill(): void {
  for (const vr of VRS) {
    const row = rowOf(vr);
    rows.set(vr, row);
    rowsByCode[vr.charCodeAt(0) * 256 + vr.charCodeAt(1)] = row;
  }
}

/** The row of a VR. */
export function valueRepresentationOf(vr: Vr): ValueRepresentation {
  if (rows.size === 0) fill();
  return rows.get(vr)!;
}

/** The row of a VR as it stands in the bytes: first letter * 256 + second letter. */
export function valueRepresentationOfCode(code: number): ValueRepresentation | undefined {
  if (rows.size === 0) fill();
  return rowsByCode[code];
}
