import { expect, test } from 'vitest';
import { number, table } from '../../bench/table.ts';

test('columns are aligned, and it is Markdown', () => {
  expect(
    table(
      ['stream', 'a', 'longer'],
      [
        ['x', '1.00', '2'],
        ['something', '100'],
      ],
    ),
  ).toBe(`| stream    |    a | longer |
|-----------|-----:|-------:|
| x         | 1.00 |      2 |
| something |  100 |        |`);
});

test('numbers have three digits, or all that are before the point', () => {
  expect([0.123, 1.005, 12.34, 999.6, 4321.9, undefined].map(number)).toEqual([
    '0.12',
    '1.00',
    '12.3',
    '1000',
    '4322',
    '–',
  ]);
});
