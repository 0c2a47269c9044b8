import { expect, test } from 'vitest';
import { parseChord } from '../../src/automation/key-chord.ts';
import { shownChord } from '../../src/automation/shown-chord.ts';

test.each([
  ['ctrl+alt+del', 'ctrl+alt+del'],
  ['ctrl+c', 'ctrl+c'],
  ['super-l', 'super+l'],
  ['f8', 'F8'],
  ['shift+f10', 'shift+F10'],
  ['enter', 'enter'],
  ['space', 'space'],
  ['kp_enter', 'KP_Enter'],
  ['a', '•'],
  ['A', '•'],
  ['shift+a', '•'],
  ['!', '•'],
  ['slash', '•'],
  ['U+20AC', '•'],
  ['kp_5', '•'],
  ['kp_add', '•'],
  ['iso_level3_shift+q', '•'],
  ['dead_acute', '•'],
])('%s is recorded as %s', (chord, shown) => {
  expect(shownChord(parseChord(chord))).toBe(shown);
});
