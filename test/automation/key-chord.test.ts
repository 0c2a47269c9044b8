import { expect, test } from 'vitest';
import { parseChord } from '../../src/automation/key-chord.ts';
import { keyNames } from '../../src/automation/key-names.ts';

const [SHIFT, CTRL, ALT, SUPER, ALTGR, DEL] = [0xffe1, 0xffe3, 0xffe9, 0xffeb, 0xfe03, 0xffff];

test.each([
  ['ctrl+alt+del', [CTRL, ALT, DEL]],
  ['ctrl-alt-del', [CTRL, ALT, DEL]],
  ['Ctrl-Alt+Delete', [CTRL, ALT, DEL]],
  ['f8', [0xffc5]],
  ['shift+f10', [SHIFT, 0xffc7]],
  ['a', [0x61]],
  ['A', [SHIFT, 0x41]],
  ['!', [SHIFT, 0x21]],
  ['-', [0x2d]],
  ['+', [SHIFT, 0x2b]],
  [' ', [0x20]],
  ['\n', [0xff0d]],
  ['ctrl--', [CTRL, 0x2d]],
  ['ctrl+-', [CTRL, 0x2d]],
  ['ctrl-minus', [CTRL, 0x2d]],
  ['ctrl++', [CTRL, SHIFT, 0x2b]],
  ['ctrl-+', [CTRL, SHIFT, 0x2b]],
  ['ctrl+plus', [CTRL, SHIFT, 0x2b]],
  ['ctrl+c', [CTRL, 0x63]],
  ['ctrl+C', [CTRL, 0x63]],
  ['ctrl+shift+c', [CTRL, SHIFT, 0x43]],
  ['shift+ctrl+C', [SHIFT, CTRL, 0x43]],
  ['shift+1', [SHIFT, 0x21]],
  ['rshift+a', [0xffe2, 0x41]],
  ['page-up', [0xff55]],
  ['caps_lock', [0xffe5]],
  ['ctrl-page-up', [CTRL, 0xff55]],
  ['left-shift', [SHIFT]],
  ['alt-gr', [ALTGR]],
  ['ctrl-alt-gr', [CTRL, ALTGR]],
  ['super-l', [SUPER, 0x6c]],
  ['Super_L', [SUPER]],
  ['shift-r', [SHIFT, 0x52]],
  ['Shift_R', [0xffe2]],
  ['iso-level3-shift', [ALTGR]],
  ['kp+', [0xffab]],
  ['kp-', [0xffad]],
  ['kp-5', [0xffb5]],
  ['ctrl+kp+', [CTRL, 0xffab]],
  ['ctrl-kp-', [CTRL, 0xffad]],
  ['U+20AC', [0x20ac]],
  ['ctrl+U+0041', [CTRL, 0x61]],
  ['altgr+€', [ALTGR, 0x20ac]],
  ['0xff0d', [0xff0d]],
  ['ctrl+0xff0d', [CTRL, 0xff0d]],
  ['a-b', [0x61, 0x62]],
  ['ctrl', [CTRL]],
])('%j', (chord, keysyms) => {
  expect(parseChord(chord).map(({ keysym }) => keysym)).toEqual(keysyms);
});

test.each([
  ['', '"" is no chord: keys are joined by + or -, as in ctrl+alt+del'],
  ['++', '"++" is no chord: keys are joined by + or -, as in ctrl+alt+del'],
  ['ctrl+', '"ctrl+" is no chord: nothing follows the last "+"; the key itself is ctrl++ or ctrl+plus'],
  ['ctrl-', '"ctrl-" is no chord: nothing follows the last "-"; the key itself is ctrl-- or ctrl-minus'],
  ['ctrl+ctrl', 'chord "ctrl+ctrl" has the key ctrl twice'],
  ['ctrl-alt-dell', 'no key is called "dell": did you mean del?'],
  ['ctrl+entr', 'no key is called "entr": did you mean enter?'],
])('%j is refused', (chord, message) => {
  expect(() => parseChord(chord)).toThrow(expect.objectContaining({ code: 'BAD_KEY', message }));
});

test('every key name is a chord of its own and goes with ctrl', () => {
  for (const name of keyNames) {
    const alone = parseChord(name).filter(({ keysym }) => keysym !== SHIFT || /shift/i.test(name));
    expect(alone.length, name).toBe(1);
    if (alone[0]?.keysym === CTRL) continue;
    for (const chord of [`ctrl+${name}`, `ctrl-${name}`]) {
      expect(parseChord(chord).at(-1)?.keysym, chord).toBe(alone[0]?.keysym);
    }
  }
});
