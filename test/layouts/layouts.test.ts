import { describe, expect, test } from 'vitest';
import { keysOfCharacter } from '../../src/automation/key.ts';
import { layouts } from '../../src/layouts/index.ts';
import { ASCII, LETTERS } from '../support/layout-letters.ts';

describe.each(Object.values(layouts))('$name', (layout) => {
  test('every printable ASCII character, but for the Latin letters where there are none', () => {
    const missing = [...ASCII].filter((char) => !keysOfCharacter(char, layout)).join('');
    expect(missing.replace(/[A-Za-z]/g, '')).toBe(layout.name === 'ru' ? "#$&'<>@[]^`{}~" : '');
    expect(/[A-Za-z]/.test(missing)).toBe(layout.name === 'ru');
  });

  test('the letters that it is for', () => {
    const letters = LETTERS[layout.name as keyof typeof layouts];
    expect([...letters].filter((char) => !keysOfCharacter(char, layout))).toEqual([]);
  });

  test('no two characters share a place, and every place is on the keyboard', () => {
    const places = [...layout.places.values()].map(({ xtScancode, shifted, altGr }) =>
      [xtScancode, shifted, altGr].join(),
    );
    expect(new Set(places).size).toBe(places.length);
    for (const { xtScancode } of layout.places.values()) {
      expect(xtScancode >= 0x02 && xtScancode <= 0x7d && xtScancode !== 0x1c).toBe(true);
    }
  });
});

/** `+` is Shift, `^` AltGr, then the scancode. */
function strokes(name: keyof typeof layouts, char: string): string {
  const keys = keysOfCharacter(char, layouts[name]) ?? [];
  return keys
    .map(({ shifted, altGr, xtScancode = 0 }) => `${shifted ? '+' : ''}${altGr ? '^' : ''}${xtScancode.toString(16)}`)
    .join(' ');
}

test.each([
  ['us', '<', '+33'],
  ['us', 'é', ''],
  ['uk', '"', '+3'],
  ['uk', '#', '2b'],
  ['uk', '|', '+56'],
  ['de', 'z', '15'],
  ['de', '@', '^10'],
  ['de', '€', '^12'],
  ['de', '\\', '^c'],
  ['de', '^', '29 39'],
  ['de', '`', '+d 39'],
  ['de', 'é', 'd 12'],
  ['de', 'Ê', '29 +12'],
  ['de', 'ẃ', ''],
  ['fr', '1', '+2'],
  ['fr', 'A', '+10'],
  ['fr', '~', '^3'],
  ['fr', 'ï', '+1a 17'],
  ['es', '@', '^3'],
  ['es', 'ñ', '27'],
  ['es', 'Ü', '+28 +16'],
  ['it', '@', '^27'],
  ['it', '{', '+^1a'],
  ['it', '`', '^c'],
  ['pt-br', '/', '73'],
  ['pt-br', 'ã', '28 1e'],
  ['pt-br', '~', '28 39'],
  ['se', '\\', '^c'],
  ['se', '~', '^1b 39'],
  ['dk', '|', '^d'],
  ['no', '\\', 'd'],
  ['ch', '{', '^28'],
  ['ch', 'Ü', '1b +16'],
  ['jp', '\\', '7d'],
  ['jp', '_', '+73'],
  ['jp', '@', '1a'],
  ['ru', 'Ж', '+27'],
  ['ru', '.', '35'],
  ['ru', ',', '+35'],
] as const)('%s %s', (name, char, wanted) => {
  expect(strokes(name, char)).toBe(wanted);
});
