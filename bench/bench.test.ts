import { describe, expect, it } from 'vitest';
import { alternate } from './alternation.js';
import { bytesOf, type EncodedCase, sha256Of } from './case.js';
import { measureCase } from './codecs.js';
import { verdicts } from './exactness.js';
import { fixtureCases } from './fixture-cases.js';
import { phantomCases } from './phantom-cases.js';
import { geometricMean, median, quantile, ratioOf } from './statistics.js';
import { groupMeans } from './targets.js';

// Nothing here is timed against a limit: the machine of a test run is never quiet.

describe('the arithmetic', () => {
  it('takes medians and quantiles between two numbers', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(quantile([10, 20, 30, 40, 50], 0.25)).toBe(20);
    expect(quantile([0, 10], 0.75)).toBe(7.5);
    expect(quantile([7], 0.9)).toBe(7);
  });

  it('takes ratios round by round, so that a disturbance of both sides cancels out', () => {
    const { median: middle, lowerQuartile, upperQuartile } = ratioOf([10, 400, 10], [5, 100, 2]);
    expect([lowerQuartile, middle, upperQuartile]).toEqual([3, 4, 4.5]);
    expect(() => ratioOf([1, 2], [1])).toThrow(RangeError);
  });

  it('takes geometric means by peer and process, of right answers only', () => {
    expect(geometricMean([2, 0.5])).toBeCloseTo(1, 12);
    const ratio = (value: number) => ({ median: value, lowerQuartile: value, upperQuartile: value });
    const right = { counts: true, refused: false, note: 'exact' };
    const row = (id: string, value: number, theirs = right) => ({
      ...{
        id,
        transferSyntax: '1.2.840.10008.1.2.4.80',
        bits: 16 as const,
        peer: 'peer',
        megapixels: 1,
        outputBytes: 1,
        encodedBytes: 1,
      },
      ...{
        ours: right,
        theirs,
        ratio: { fresh: ratio(value), reused: ratio(2 * value), wall: ratio(value) },
      },
    });
    const wrong = { counts: false, refused: false, note: 'wrong' };
    const means = groupMeans([
      row('phantom a', 2),
      row('phantom b', 8),
      { ...row('corpus c', 3), bits: 8 as const },
      row('fixture e', 0.5),
      row('phantom d', 1000, wrong),
    ]);
    expect(means.map(({ process, count, worst }) => [process, count, worst.id])).toEqual([
      ['JPEG-LS lossless, 16 bit', 2, 'phantom a'],
      ['JPEG-LS lossless, 8 bit', 1, 'corpus c'],
      ['JPEG-LS lossless, 16 bit, fixtures', 1, 'fixture e'],
    ]);
    expect(means[0]!.fresh).toBeCloseTo(4, 12);
    expect(means[0]!.reused).toBeCloseTo(8, 12);
  });
});

describe('alternation', () => {
  it('gives every contender a time for every round, in milliseconds per decode', async () => {
    const order: string[] = [];
    const contender = (name: string, milliseconds: number) => ({
      name,
      async decode() {
        if (order.at(-1) !== name) order.push(name);
        await new Promise((resolve) => setTimeout(resolve, milliseconds));
        return new Uint8Array(1);
      },
    });
    const [short, long] = await alternate([contender('short', 2), contender('long', 12)], {
      rounds: 4,
      seconds: 0.08,
    });
    expect([short!.wall.length, long!.wall.length]).toEqual([4, 4]);
    // A timer never fires early: 12 ms cannot come out as less, in whatever unit they were taken.
    expect(Math.min(...long!.wall)).toBeGreaterThan(10);
    expect(Math.min(...short!.wall)).toBeGreaterThan(1);
    // Who waits takes no processor.
    if (long!.thread) expect(median(long!.thread)).toBeLessThan(median(long!.wall));
    // Behind the warm-up each round begins with the one that ended the round before.
    expect(order.join(' ')).toMatch(/^(short long ){5,}short long short$/);
  });

  it('fails with the error of a contender', async () => {
    const broken = { name: 'broken', decode: () => Promise.reject(new Error('no such frame')) };
    await expect(alternate([broken], { rounds: 1, seconds: 0.01 })).rejects.toThrow('no such frame');
  });
});

describe('a case', async () => {
  const fixtures = await fixtureCases();
  const named = (id: string) => fixtures.find((item) => item.id === id)!;

  it('is measured beside every peer of its transfer syntax', async () => {
    const results = await measureCase(named('fixture jpeg-lossless/ct-first-order'), {
      rounds: 2,
      seconds: 0.02,
    });
    expect(results.map(({ peer }) => peer)).toEqual([
      'jpeg-lossless-decoder-js',
      '@cornerstonejs/jpeg-lossless-decoder-js',
    ]);
    for (const { ours, theirs, milliseconds, ratio, outputBytes } of results) {
      expect([ours.note, theirs.note]).toEqual(['exact', 'exact']);
      expect(outputBytes).toBe(72 * 88 * 2);
      expect(milliseconds!.fresh).toBeGreaterThan(0);
      expect(milliseconds!.peer).toBeGreaterThan(0);
      expect(ratio!.fresh.median).toBeGreaterThan(0);
    }
  });

  it('has no times where the peer refuses', async () => {
    const [result] = await measureCase(named('fixture rle/dose-32-bit'), { rounds: 1, seconds: 0.01 });
    expect(result!.ours.note).toBe('exact');
    expect(result!.theirs).toMatchObject({ counts: false, note: expect.stringMatching(/^refused: /) });
    expect(result!.milliseconds!.peer).toBeUndefined();
    expect(result!.ratio).toBeUndefined();
  });

  it('tells wrong samples from right ones', async () => {
    const item = named('fixture rle/mr-12-bit');
    const frame: EncodedCase = await item.load();
    const zeros = new Uint16Array(frame.attributes.rows * frame.attributes.columns);
    const { ours, theirs } = await verdicts(frame, item.transferSyntax, {
      colour: 'stored',
      decode: () => zeros,
    });
    expect([ours.note, theirs.note]).toEqual(['exact', 'wrong']);
    const doubted = await verdicts({ ...frame, sha256: sha256Of(zeros) }, item.transferSyntax, {
      colour: 'stored',
      decode: () => zeros,
    });
    expect([doubted.ours.counts, doubted.theirs.counts]).toEqual([false, true]);
  });

  it('can be a phantom of another size', async () => {
    const item = phantomCases().find(({ id }) => id === 'phantom rle xa 512x512')!;
    const frame = await item.load();
    expect(frame.attributes).toMatchObject({ rows: 512, columns: 512, bitsAllocated: 8 });
    expect(bytesOf(frame.bytes).length).toBeGreaterThan(64);
    const { ours } = await verdicts(frame, item.transferSyntax, {
      colour: 'stored',
      decode: () => new Uint8Array(1),
    });
    expect(ours.note).toBe('exact');
  });
});
