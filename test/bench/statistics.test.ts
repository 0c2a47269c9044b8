import { expect, test } from 'vitest';
import { geometricMean, median, rotated } from '../../bench/statistics.ts';

test('the median is the middle one, or between the two middle ones', () => {
  expect(median([9, 1, 10])).toBe(9);
  expect(median([4, 100, 1, 2])).toBe(3);
  expect(() => median([])).toThrow(RangeError);
});

test('the geometric mean of ratios is the inverse of that of the inverted ratios', () => {
  expect(geometricMean([1, 4, 16])).toBeCloseTo(4, 12);
  expect(geometricMean([0.5, 3, 7]) * geometricMean([2, 1 / 3, 1 / 7])).toBeCloseTo(1, 12);
  expect(() => geometricMean([])).toThrow(RangeError);
});

test('in as many rounds as there are contenders, each has each place once', () => {
  const rounds = [0, 1, 2].map((round) => rotated(['a', 'b', 'c'], round).join(''));
  expect(rounds).toEqual(['abc', 'bca', 'cab']);
  expect(rotated(['a', 'b', 'c'], 7).join('')).toBe('bca');
  expect(rotated([], 3)).toEqual([]);
});
