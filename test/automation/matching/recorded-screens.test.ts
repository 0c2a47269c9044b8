import { describe, expect, test } from 'vitest';
import { blurFigures, type MatchingFigures, matchingFigures } from '../../support/matching-figures.ts';

const figures: readonly MatchingFigures[] = await matchingFigures();

describe('screens of QEMU and Xtigervnc', () => {
  test.each(figures.map((figure) => [figure.case.reference, figure.case.what, figure] as const))(
    '%s: %s',
    (_reference, _what, { found, foundAt, place, score, differing, case: { right } }) => {
      expect(found).toBe(right);
      if (right) expect(foundAt).toEqual(place);
      else expect(differing).toBeGreaterThan(0);
      expect(score === 1).toBe(right);
    },
  );

  test('no limit of histograms tells them apart', () => {
    const right = figures.filter((figure) => figure.case.right).map(({ histogram }) => histogram);
    const wrong = figures.filter((figure) => !figure.case.right).map(({ histogram }) => histogram);
    expect(Math.min(...wrong)).toBeLessThan(Math.max(...right));
  });

  test('nor does the needles’ formula', () => {
    const right = figures.filter((figure) => figure.case.right).map(({ similarity }) => similarity);
    const wrong = figures.filter((figure) => !figure.case.right).map(({ similarity }) => similarity);
    expect(Math.max(...wrong)).toBeGreaterThan(Math.min(...right));
  });
});

test.each([1, 2, 3, 4])('a blur of %d leaves room for a limit, and the default is in it', async (blur) => {
  const { right, wrong } = await blurFigures(blur);
  expect(right).toBeLessThan(96 / blur);
  expect(wrong).toBeGreaterThan(96 / blur);
});
