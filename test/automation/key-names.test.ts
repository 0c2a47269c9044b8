import { describe, expect, test } from 'vitest';
import { findKey, keyNamed, keyNames } from '../../src/automation/key-names.ts';
import { keysymOfCodePoint } from '../../src/rfb/keysyms.ts';

/** vncdotool's names (its documentation) with X11's keysyms; its `slash`, a backslash by mistake, is one here. */
const VNCDOTOOL: Readonly<Record<string, number>> = {
  bsp: 0xff08,
  tab: 0xff09,
  return: 0xff0d,
  enter: 0xff0d,
  esc: 0xff1b,
  ins: 0xff63,
  delete: 0xffff,
  del: 0xffff,
  home: 0xff50,
  end: 0xff57,
  pgup: 0xff55,
  pgdn: 0xff56,
  left: 0xff51,
  up: 0xff52,
  right: 0xff53,
  down: 0xff54,
  slash: 0x2f,
  bslash: 0x5c,
  fslash: 0x2f,
  spacebar: 0x20,
  space: 0x20,
  sb: 0x20,
  ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`f${i + 1}`, 0xffbe + i])),
  lshift: 0xffe1,
  shift: 0xffe1,
  rshift: 0xffe2,
  lctrl: 0xffe3,
  ctrl: 0xffe3,
  rctrl: 0xffe4,
  lmeta: 0xffe7,
  // The Windows key, as everywhere but in X11.
  meta: 0xffeb,
  rmeta: 0xffe8,
  lalt: 0xffe9,
  alt: 0xffe9,
  ralt: 0xffea,
  scrlk: 0xff14,
  sysrq: 0xff15,
  numlk: 0xff7f,
  caplk: 0xffe5,
  pause: 0xff13,
  lsuper: 0xffeb,
  super: 0xffeb,
  rsuper: 0xffec,
  lhyper: 0xffed,
  hyper: 0xffed,
  rhyper: 0xffee,
  ...Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`kp${i}`, 0xffb0 + i])),
  kpenter: 0xff8d,
  minus: 0x2d,
};

/** packer's special keys: keysym, and XT make code with bit 7 for an E0 prefix. */
const PACKER: Readonly<Record<string, readonly [number, number]>> = {
  bs: [0xff08, 0x0e],
  del: [0xffff, 0xd3],
  enter: [0xff0d, 0x1c],
  return: [0xff0d, 0x1c],
  esc: [0xff1b, 0x01],
  tab: [0xff09, 0x0f],
  ...Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`f${i + 1}`, [0xffbe + i, 0x3b + i] as const])),
  f11: [0xffc8, 0x57],
  f12: [0xffc9, 0x58],
  up: [0xff52, 0xc8],
  down: [0xff54, 0xd0],
  left: [0xff51, 0xcb],
  right: [0xff53, 0xcd],
  spacebar: [0x20, 0x39],
  insert: [0xff63, 0xd2],
  home: [0xff50, 0xc7],
  end: [0xff57, 0xcf],
  pageUp: [0xff55, 0xc9],
  pageDown: [0xff56, 0xd1],
  leftShift: [0xffe1, 0x2a],
  rightShift: [0xffe2, 0x36],
  leftCtrl: [0xffe3, 0x1d],
  rightCtrl: [0xffe4, 0x9d],
  leftAlt: [0xffe9, 0x38],
  rightAlt: [0xffea, 0xb8],
  leftSuper: [0xffeb, 0xdb],
  rightSuper: [0xffec, 0xdc],
  leftCommand: [0xffe9, 0xdb],
  rightCommand: [0xffea, 0xdc],
  leftOption: [0xffe7, 0x38],
  rightOption: [0xffe8, 0xb8],
  menu: [0xff67, 0xdd],
};

describe('names', () => {
  test.each(Object.entries(VNCDOTOOL))('vncdotool: %s', (name, keysym) => {
    expect(keyNamed(name).keysym).toBe(keysym);
    expect(keyNamed(name.toUpperCase()).keysym).toBe(keysym);
  });

  test.each(Object.entries(PACKER))('packer: %s', (name, [keysym, xtScancode]) => {
    expect(keyNamed(name)).toMatchObject({ keysym, xtScancode });
    expect(keyNamed(name.toLowerCase())).toMatchObject({ keysym, xtScancode });
  });

  test.each([
    ['Return', 0xff0d, 0x1c],
    ['BackSpace', 0xff08, 0x0e],
    ['Escape', 0xff1b, 0x01],
    ['Page_Up', 0xff55, 0xc9],
    ['Prior', 0xff55, 0xc9],
    ['Next', 0xff56, 0xd1],
    ['KP_0', 0xffb0, 0x52],
    ['kp-9', 0xffb9, 0x49],
    ['KP_Home', 0xff95, 0x47],
    ['Super_L', 0xffeb, 0xdb],
    ['Control_R', 0xffe4, 0x9d],
    ['ISO_Level3_Shift', 0xfe03, 0xb8],
    ['altgr', 0xfe03, 0xb8],
    ['dead_acute', 0xfe51, undefined],
    ['win', 0xffeb, 0xdb],
    ['windows', 0xffeb, 0xdb],
    ['cmd', 0xffeb, 0xdb],
    ['prtsc', 0xff61, 0x54],
    ['break', 0xff13, 0xc6],
    ['apps', 0xff67, 0xdd],
    ['num-lock', 0xff7f, 0x45],
    ['Caps_Lock', 0xffe5, 0x3a],
    ['scrolllock', 0xff14, 0x46],
    ['f21', 0xffd2, 0x74],
    ['f24', 0xffd5, 0x6f],
    ['kp+', 0xffab, 0x4e],
    ['kp-', 0xffad, 0x4a],
    ['kp*', 0xffaa, 0x37],
    ['kp/', 0xffaf, 0xb5],
    ['kp.', 0xffae, 0x53],
    ['numpad5', 0xffb5, 0x4c],
    ['volumeup', 0x1008ff13, 0xb0],
    ['mute', 0x1008ff12, 0xa0],
    ['comma', 0x2c, 0x33],
    ['plus', 0x2b, 0x0d],
    ['0xff0d', 0xff0d, 0x1c],
    ['0xFE03', 0xfe03, 0xb8],
    ['0x41', 0x41, 0x1e],
    ['0x1234', 0x1234, undefined],
    ['U+20AC', 0x20ac, undefined],
    ['u+0041', 0x41, 0x1e],
    ['U+1F600', 0x0101f600, undefined],
    ['é', 0xe9, undefined],
    ['ж', 0x06d6, undefined],
  ])('%s', (name, keysym, xtScancode) => {
    const key = keyNamed(name);
    expect([key.keysym, key.xtScancode]).toEqual([keysym, xtScancode]);
  });

  test('every listed name finds a key', () => {
    for (const name of keyNames) expect(findKey(name), name).toBeDefined();
    expect(new Set(keyNames).size).toBe(keyNames.length);
  });

  test.each([
    ['entr', 'no key is called "entr": did you mean enter?'],
    ['retrun', 'no key is called "retrun": did you mean return?'],
    ['f25', 'no key is called "f25": did you mean F2, F5, F15?'],
    ['pagup', 'no key is called "pagup": did you mean pageup?'],
    [
      'frobnicate',
      'no key is called "frobnicate": keys are named like enter, f8, pageup, a; any keysym as 0xff0d, any character as U+20AC',
    ],
  ])('an unknown name: %s', (name, message) => {
    expect(() => keyNamed(name)).toThrow(expect.objectContaining({ name: 'UsageError', code: 'BAD_KEY', message }));
  });

  test.each(['', '0x0', 'U+D800', 'U+110000', '\u0001', '\ud83d'])('no key: %j', (name) => {
    expect(findKey(name)).toBeUndefined();
  });
});

test('keysyms of characters', () => {
  expect(keysymOfCodePoint(0x41)).toBe(0x41);
  expect(keysymOfCodePoint(0xff)).toBe(0xff);
  expect(keysymOfCodePoint(0x12d)).toBe(0x0100012d);
  // As X's keyboard layouts have them: Amacron, Cyrillic_ya, Greek_OMEGA, EuroSign.
  expect([...'ĀяΩ€'].map((char) => keysymOfCodePoint(char.charCodeAt(0)))).toEqual([0x03c0, 0x06d1, 0x07d9, 0x20ac]);
  expect(keysymOfCodePoint(0x10ffff)).toBe(0x0110ffff);
  for (const none of [0, 0x1f, 0x7f, 0x80, 0x9f, 0xd800, 0xdfff, 0x110000]) {
    expect(keysymOfCodePoint(none)).toBeUndefined();
  }
});
