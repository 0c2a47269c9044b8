import { describe, expect, test } from 'vitest';
import { TextScreen } from '../../../src/automation/text/text-screen.ts';

function screenWith(...lines: string[]): TextScreen {
  const grid = { font: 'x', left: 4, top: 2, cellWidth: 8, cellHeight: 16, columns: 10, rows: lines.length };
  return new TextScreen(
    grid,
    lines.map((line) => [...line.padEnd(10)]),
  );
}

test('text has no blanks at the ends of its lines, nor empty lines at its end', () => {
  expect(screenWith('a b', '', 'c', '', '').text).toBe('a b\n\nc');
});

describe('find', () => {
  const screen = screenWith('ab ab', '', 'cab $ x');

  test('every place of a string', () => {
    expect(screen.find('ab').map(({ row, column }) => [row, column])).toEqual([
      [0, 0],
      [0, 3],
      [2, 1],
    ]);
    expect(screen.find('ab')[2]?.place).toEqual({ x: 12, y: 34, width: 16, height: 16 });
  });

  test('a string is no expression', () => {
    expect(screen.find('$ x')).toHaveLength(1);
    expect(screen.find('.')).toEqual([]);
    expect(screen.find('')).toEqual([]);
  });

  test('an expression sees the lines, and keeps its flags', () => {
    expect(screen.find(/^cab \$/m)).toMatchObject([{ row: 2, column: 0, text: 'cab $' }]);
    expect(screen.find(/AB/i)).toHaveLength(3);
    expect(screen.find(/ab\n\nc/)).toMatchObject([{ row: 0, column: 3, place: { width: 16 } }]);
    expect(screen.find(/b$/)).toEqual([]);
  });

  test('characters that take two places in a string take one on the screen', () => {
    expect(screenWith('😀x').find('x')).toMatchObject([{ column: 1 }]);
  });
});

test('the share of what is recognised leaves blanks out', () => {
  expect(screenWith('ab', '\ufffd').recognised).toBeCloseTo(2 / 3);
  expect(screenWith('', '').recognised).toBe(1);
});
