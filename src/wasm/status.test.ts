import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DONE, errorOf, MORE, STATUSES } from './status.js';

/** The members of the kernels' enum, read from its source. */
const enumeration = readFileSync(new URL('../../assembly/kernel/status.ts', import.meta.url), 'utf8');
const members = new Map(
  [...enumeration.matchAll(/^\s+(\w+) = (\d+),$/gm)].map(([, name, code]) => [name, Number(code)]),
);

const unknown = { offset: undefined, detail: undefined, goodRows: undefined, memoryAllowed: 65536 };

describe('statuses of the kernels', () => {
  it('has a row for each failure that assembly/kernel/status.ts names, under the same number', () => {
    const { Done, More, ...failures } = Object.fromEntries(members);
    expect({ Done, More }).toEqual({ Done: DONE, More: MORE });
    expect(Object.fromEntries(Object.entries(STATUSES).map(([name, row]) => [name, row.code]))).toEqual(
      failures,
    );
  });

  it('gives no number twice', () => {
    expect(new Set(members.values()).size).toBe(members.size);
  });

  it('says by its name which error it is', () => {
    for (const [name, row] of Object.entries(STATUSES)) {
      const { tag } = new row.error('', {});
      if (name.startsWith('Truncated')) expect(tag, name).toBe('TruncatedData');
      else if (name.startsWith('Unsupported')) {
        expect(tag, name).toBe('UnsupportedFeature');
        expect(row.feature, name).toBeTruthy();
      } else if (name.startsWith('Limit')) {
        expect(tag, name).toBe('LimitExceeded');
        expect(row.limit, name).toBeTruthy();
      } else if (/^Bad(Parameters|Call)$/.test(name)) expect(tag, name).toBe('WorkerFailure');
      else {
        expect(name).toMatch(/^(Bad|Missing)/);
        expect(tag, name).toBe('InvalidBitstream');
      }
    }
  });

  it('puts the detail into the sentence and the place into the fields', () => {
    const error = errorOf(STATUSES.TruncatedRleSegment.code, {
      offset: 70,
      detail: 2,
      goodRows: 5,
      memoryAllowed: 0,
    });
    expect(error.message).toBe('RLE segment 2 ends before its byte plane is full');
    expect(error).toMatchObject({ tag: 'TruncatedData', offset: 70, goodRows: 5, clause: 'PS3.5 G.3.2' });
  });

  it('says how much memory there might have been', () => {
    expect(errorOf(STATUSES.LimitMemory.code, unknown)).toMatchObject({
      tag: 'LimitExceeded',
      limit: 'memoryBytes',
      allowed: 65536,
    });
  });

  it('takes a number that no row has for a fault of ours', () => {
    expect(errorOf(65535, unknown).tag).toBe('WorkerFailure');
  });
});
