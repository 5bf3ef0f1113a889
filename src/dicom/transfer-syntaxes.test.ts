import { describe, expect, it } from 'vitest';
import { TRANSFER_SYNTAXES, transferSyntaxOf } from './transfer-syntaxes.js';

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe('TRANSFER_SYNTAXES', () => {
  // PS3.6 Table A-1, the rows of type Transfer Syntax.
  const root = '1.2.840.10008.1.2';
  const endings = [
    '',
    ...['.1', '.1.98', '.1.99', '.2', '.5', '.6.1', '.6.2', '.7.1', '.7.2', '.7.3', '.8.1'],
    ...[
      ...range(50, 66),
      70,
      80,
      81,
      ...range(90, 95),
      ...range(100, 108),
      ...range(110, 112),
      ...range(201, 205),
    ].map((number) => `.4.${number}`),
    ...range(100, 106).map((number) => `.4.${number}.1`),
  ];

  it('has every row of PS3.6, once', () => {
    const uids = TRANSFER_SYNTAXES.map(({ uid }) => uid);
    expect(new Set(uids).size).toBe(uids.length);
    const standard = uids.filter((uid) => uid === root || uid.startsWith(`${root}.`));
    expect(standard.toSorted()).toEqual(endings.map((ending) => root + ending).toSorted());
  });

  it.each(TRANSFER_SYNTAXES)('$uid is consistent', (row) => {
    expect(row.name).not.toBe('');
    // PS3.5 A.4: fragments only in explicit VR little endian.
    if (row.encapsulated) expect(row).toMatchObject({ explicitVr: true, bigEndian: false, deflated: false });
    if (row.fragmentable) expect(row.encapsulated).toBe(true);
    if (row.deflated) expect(row.encapsulated).toBe(false);
  });

  it('tells what has no codec by what it is', () => {
    const unsupported = TRANSFER_SYNTAXES.filter((row) => row.unsupported !== undefined).map(
      ({ uid }) => uid,
    );
    expect(unsupported).toContain(`${root}.4.100`);
    expect(unsupported).toContain(`${root}.4.106.1`);
    expect(unsupported).toContain(`${root}.4.94`);
    expect(unsupported).not.toContain(`${root}.4.90`);
    expect(transferSyntaxOf('1.2.3')).toBeUndefined();
    // A UID that only begins like another one is another one.
    expect(transferSyntaxOf(`${root}.4.9`)).toBeUndefined();
  });
});
