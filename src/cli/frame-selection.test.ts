import { describe, expect, it } from 'vitest';
import { FrameSelection } from './frame-selection.js';

const frames = (text: string, count: number) => [...FrameSelection.parse(text).of(count)];

describe('FrameSelection', () => {
  it('reads single frames, ranges and open ends', () => {
    expect(frames('0,2-4', 10)).toEqual([0, 2, 3, 4]);
    expect(frames('7-', 10)).toEqual([7, 8, 9]);
    expect([...FrameSelection.all.of(3)]).toEqual([0, 1, 2]);
  });

  it('gives each frame once and in order', () => {
    expect(frames('4-5,1-4,0', 10)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('leaves out what is beyond the end', () => {
    expect(frames('1-5,9', 3)).toEqual([1, 2]);
    expect(frames('5', 3)).toEqual([]);
  });

  it('counts without walking', () => {
    for (const text of ['0,2-4', '7-', '4-5,1-4,0', '1-5,9', '5', '0-0,0-1']) {
      for (const count of [0, 1, 3, 10]) {
        expect(FrameSelection.parse(text).countOf(count)).toBe(frames(text, count).length);
      }
    }
    expect(FrameSelection.all.countOf(2 ** 31)).toBe(2 ** 31);
  });

  it.each(['', 'a', '1,,2', '-3', '1-2-3', '1.5', '0x2'])('refuses %j', (text) => {
    expect(() => FrameSelection.parse(text)).toThrow(/names no frames/);
  });

  it('refuses a range that runs backwards', () => {
    expect(() => FrameSelection.parse('4-2')).toThrow('The frames 4-2 run backwards; write 2-4.');
  });
});
