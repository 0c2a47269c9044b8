/** Keys by their X11 names (keysymdef.h, XF86keysym.h): keysym, and place on a PC keyboard. */

import { legacyKeysyms } from './legacy-keysyms.ts';

export interface NamedKey {
  readonly keysym: number;
  /**
   * XT set 1 make code as the QEMU Extended Key Event carries it: codes behind an 0xE0 prefix have bit 7 set instead
   * (Right: E0 4D → 0xCD). Absent for keys that no PC keyboard has.
   */
  readonly xtScancode?: number;
}

const FIRST_F_KEYSYM = 0xffbe;
const F_XT_SCANCODES = [
  0x3b, 0x3c, 0x3d, 0x3e, 0x3f, 0x40, 0x41, 0x42, 0x43, 0x44, 0x57, 0x58, 0x5d, 0x5e, 0x5f, 0x55, 0x83, 0xf7, 0x84,
  0x5a, 0x74, 0xf9, 0x6d, 0x6f,
];
const FIRST_KP_KEYSYM = 0xffb0;
const KP_XT_SCANCODES = [0x52, 0x4f, 0x50, 0x51, 0x4b, 0x4c, 0x4d, 0x47, 0x48, 0x49];

export const namedKeys = {
  BackSpace: at(0xff08, 0x0e),
  Tab: at(0xff09, 0x0f),
  ISO_Left_Tab: at(0xfe20, 0x0f),
  Linefeed: at(0xff0a),
  Clear: at(0xff0b),
  Return: at(0xff0d, 0x1c),
  Pause: at(0xff13, 0xc6),
  Scroll_Lock: at(0xff14, 0x46),
  Sys_Req: at(0xff15, 0x54),
  Escape: at(0xff1b, 0x01),
  Delete: at(0xffff, 0xd3),

  Home: at(0xff50, 0xc7),
  Left: at(0xff51, 0xcb),
  Up: at(0xff52, 0xc8),
  Right: at(0xff53, 0xcd),
  Down: at(0xff54, 0xd0),
  Page_Up: at(0xff55, 0xc9),
  Page_Down: at(0xff56, 0xd1),
  End: at(0xff57, 0xcf),
  Begin: at(0xff58),

  Select: at(0xff60),
  Print: at(0xff61, 0x54),
  Execute: at(0xff62),
  Insert: at(0xff63, 0xd2),
  Undo: at(0xff65, 0x87),
  Redo: at(0xff66),
  Menu: at(0xff67, 0xdd),
  Find: at(0xff68, 0xc1),
  Cancel: at(0xff69),
  Help: at(0xff6a, 0xf5),

  Shift_L: at(0xffe1, 0x2a),
  Shift_R: at(0xffe2, 0x36),
  Control_L: at(0xffe3, 0x1d),
  Control_R: at(0xffe4, 0x9d),
  Caps_Lock: at(0xffe5, 0x3a),
  Shift_Lock: at(0xffe6),
  Meta_L: at(0xffe7, 0x38),
  Meta_R: at(0xffe8, 0xb8),
  Alt_L: at(0xffe9, 0x38),
  Alt_R: at(0xffea, 0xb8),
  Super_L: at(0xffeb, 0xdb),
  Super_R: at(0xffec, 0xdc),
  Hyper_L: at(0xffed),
  Hyper_R: at(0xffee),
  ISO_Level3_Shift: at(0xfe03, 0xb8),
  Mode_switch: at(0xff7e, 0xb8),
  Multi_key: at(0xff20),
  Num_Lock: at(0xff7f, 0x45),

  ...Object.fromEntries(F_XT_SCANCODES.map((scancode, i) => [`F${i + 1}`, at(FIRST_F_KEYSYM + i, scancode)])),
  ...Object.fromEntries(KP_XT_SCANCODES.map((scancode, i) => [`KP_${i}`, at(FIRST_KP_KEYSYM + i, scancode)])),
  KP_Space: at(0xff80),
  KP_Tab: at(0xff89),
  KP_Enter: at(0xff8d, 0x9c),
  KP_Home: at(0xff95, 0x47),
  KP_Left: at(0xff96, 0x4b),
  KP_Up: at(0xff97, 0x48),
  KP_Right: at(0xff98, 0x4d),
  KP_Down: at(0xff99, 0x50),
  KP_Page_Up: at(0xff9a, 0x49),
  KP_Page_Down: at(0xff9b, 0x51),
  KP_End: at(0xff9c, 0x4f),
  KP_Begin: at(0xff9d, 0x4c),
  KP_Insert: at(0xff9e, 0x52),
  KP_Delete: at(0xff9f, 0x53),
  KP_Multiply: at(0xffaa, 0x37),
  KP_Add: at(0xffab, 0x4e),
  KP_Separator: at(0xffac, 0x7e),
  KP_Subtract: at(0xffad, 0x4a),
  KP_Decimal: at(0xffae, 0x53),
  KP_Divide: at(0xffaf, 0xb5),
  KP_Equal: at(0xffbd, 0x59),

  dead_grave: at(0xfe50),
  dead_acute: at(0xfe51),
  dead_circumflex: at(0xfe52),
  dead_tilde: at(0xfe53),
  dead_macron: at(0xfe54),
  dead_breve: at(0xfe55),
  dead_abovedot: at(0xfe56),
  dead_diaeresis: at(0xfe57),
  dead_abovering: at(0xfe58),
  dead_doubleacute: at(0xfe59),
  dead_caron: at(0xfe5a),
  dead_cedilla: at(0xfe5b),
  dead_ogonek: at(0xfe5c),
  dead_iota: at(0xfe5d),
  dead_belowdot: at(0xfe60),
  dead_hook: at(0xfe61),
  dead_horn: at(0xfe62),
  dead_stroke: at(0xfe63),

  XF86AudioLowerVolume: at(0x1008ff11, 0xae),
  XF86AudioMute: at(0x1008ff12, 0xa0),
  XF86AudioRaiseVolume: at(0x1008ff13, 0xb0),
  XF86AudioPlay: at(0x1008ff14, 0xa2),
  XF86AudioStop: at(0x1008ff15, 0xa4),
  XF86AudioPrev: at(0x1008ff16, 0x90),
  XF86AudioNext: at(0x1008ff17, 0x99),
  XF86HomePage: at(0x1008ff18, 0xb2),
  XF86Mail: at(0x1008ff19, 0xec),
  XF86Search: at(0x1008ff1b, 0xe5),
  XF86Calculator: at(0x1008ff1d, 0xa1),
  XF86Back: at(0x1008ff26, 0xea),
  XF86Forward: at(0x1008ff27, 0xe9),
  XF86PowerOff: at(0x1008ff2a, 0xde),
  XF86WakeUp: at(0x1008ff2b, 0xe3),
  XF86Sleep: at(0x1008ff2f, 0xdf),
} as const satisfies Readonly<Record<string, NamedKey>>;

function at(keysym: number, xtScancode?: number): NamedKey {
  return xtScancode === undefined ? { keysym } : { keysym, xtScancode };
}

let legacy: ReadonlyMap<number, number> | undefined;

function readLegacyKeysyms(): ReadonlyMap<number, number> {
  const keysyms = new Map<number, number>();
  for (const [first, characters] of legacyKeysyms) {
    for (const [i, char] of [...characters].entries()) keysyms.set(char.charCodeAt(0), first + i);
  }
  return keysyms;
}

/**
 * The keysym of a printable character: itself in Latin-1, elsewhere the one of before Unicode, and where there is none
 * 0x01000000 above the character (X11 protocol, appendix A). Servers compare it with what layouts have: TigerVNC 1.12 adds
 * a key for each that it does not find, and has room for some twenty.
 * `undefined` for control characters and surrogates, which have none.
 */
export function keysymOfCodePoint(codePoint: number): number | undefined {
  const control = codePoint < 0x20 || (codePoint >= 0x7f && codePoint < 0xa0);
  const surrogate = codePoint >= 0xd800 && codePoint < 0xe000;
  if (control || surrogate || codePoint > 0x10ffff) return undefined;
  if (codePoint < 0x100) return codePoint;
  legacy ??= readLegacyKeysyms();
  return legacy.get(codePoint) ?? 0x01000000 + codePoint;
}

/** Shift, Control, Caps Lock, Meta, Alt, Super, Hyper, AltGr. */
export function modifierKeysym(keysym: number): boolean {
  return (keysym >= 0xffe1 && keysym <= 0xffee) || keysym === 0xfe03 || keysym === 0xff7e;
}

export function shiftKeysym(keysym: number): boolean {
  return keysym === namedKeys.Shift_L.keysym || keysym === namedKeys.Shift_R.keysym;
}
