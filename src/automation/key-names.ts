import { us } from '../layouts/us.ts';
import { UsageError } from '../rfb/errors.ts';
import { type NamedKey, namedKeys } from '../rfb/keysyms.ts';
import { type Key, keyOfCharacter } from './key.ts';
import { nearestNames } from './nearest-names.ts';

/** Other names of the X11 keys; spelt here as they are suggested. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  BackSpace: ['backspace', 'bs', 'bsp', 'bksp'],
  Return: ['enter', 'return'],
  Escape: ['esc', 'escape'],
  Tab: ['tab'],
  Delete: ['del', 'delete'],
  Insert: ['ins', 'insert'],
  Page_Up: ['pageup', 'pgup', 'Prior'],
  Page_Down: ['pagedown', 'pgdn', 'pgdown', 'Next'],
  Up: ['up', 'arrowup', 'uparrow'],
  Down: ['down', 'arrowdown', 'downarrow'],
  Left: ['left', 'arrowleft', 'leftarrow'],
  Right: ['right', 'arrowright', 'rightarrow'],
  Print: ['print', 'prtsc', 'prtscr', 'prtscn', 'printscreen'],
  Sys_Req: ['sysrq', 'sysreq'],
  // X11's own Break (0xff6b) is on no keyboard map; with ctrl, servers turn Pause into it.
  Pause: ['pause', 'break'],
  Menu: ['menu', 'apps', 'app', 'contextmenu'],
  Num_Lock: ['numlock', 'numlk'],
  Caps_Lock: ['capslock', 'caps', 'caplk'],
  Scroll_Lock: ['scrolllock', 'scrlk', 'scrlock'],
  ISO_Level3_Shift: ['altgr', 'altgraph'],
  Multi_key: ['compose'],
  Shift_L: ['shift', 'lshift', 'leftShift'],
  Shift_R: ['rshift', 'rightShift'],
  Control_L: ['ctrl', 'control', 'lctrl', 'leftCtrl', 'ctrl_l', 'lcontrol', 'leftControl'],
  Control_R: ['rctrl', 'rightCtrl', 'ctrl_r', 'rcontrol', 'rightControl'],
  Alt_L: ['alt', 'lalt', 'leftAlt'],
  Alt_R: ['ralt', 'rightAlt'],
  // `meta` is what browsers call it; vncdotool's is lmeta (X11's Meta_L), which PC keyboards do not have.
  Super_L: ['win', 'windows', 'super', 'meta', 'cmd', 'command', 'lsuper', 'lwin', 'leftSuper', 'leftWin', 'win_l'],
  Super_R: ['rsuper', 'rwin', 'rightSuper', 'rightWin', 'win_r'],
  // Option as Apple's server knows it.
  Meta_L: ['lmeta', 'leftMeta', 'option', 'leftOption'],
  Meta_R: ['rmeta', 'rightMeta', 'rightOption'],
  Hyper_L: ['hyper', 'lhyper', 'leftHyper'],
  Hyper_R: ['rhyper', 'rightHyper'],
  KP_Page_Up: ['KP_Prior'],
  KP_Page_Down: ['KP_Next'],
  KP_Add: ['kpplus', 'kp+'],
  KP_Subtract: ['kpminus', 'kp-'],
  KP_Multiply: ['kpasterisk', 'kp*'],
  KP_Divide: ['kpslash', 'kp/'],
  KP_Decimal: ['kpdot', 'kpperiod', 'kp.'],
  KP_Separator: ['kpcomma', 'kp,'],
  KP_Equal: ['kp='],
  XF86AudioRaiseVolume: ['volumeup', 'volup', 'audiovolumeup'],
  XF86AudioLowerVolume: ['volumedown', 'voldown', 'audiovolumedown'],
  XF86AudioMute: ['mute', 'volumemute', 'audiovolumemute'],
  XF86AudioPlay: ['play', 'playpause', 'mediaplaypause'],
  XF86AudioStop: ['mediastop'],
  XF86AudioPrev: ['mediaprev', 'mediatrackprevious'],
  XF86AudioNext: ['medianext', 'mediatracknext'],
  XF86PowerOff: ['power'],
  XF86Sleep: ['sleep'],
  XF86WakeUp: ['wake', 'wakeup'],
};

/** packer's: Apple's server takes Alt for Command, a PC keyboard has the Windows key in its place. */
const COMMAND_KEYS: Readonly<Record<string, NamedKey>> = {
  leftCommand: { keysym: namedKeys.Alt_L.keysym, ...withScancodeOf(namedKeys.Super_L) },
  rightCommand: { keysym: namedKeys.Alt_R.keysym, ...withScancodeOf(namedKeys.Super_R) },
};

/** Names of printable characters: X11's, vncdotool's, packer's. vncdotool's own `slash` is a backslash by mistake. */
const CHARACTER_NAMES: Readonly<Record<string, readonly string[]>> = {
  ' ': ['space', 'spacebar', 'sb'],
  '!': ['exclam', 'exclamation'],
  '"': ['quotedbl', 'doublequote'],
  '#': ['numbersign', 'hash'],
  $: ['dollar'],
  '%': ['percent'],
  '&': ['ampersand'],
  "'": ['apostrophe', 'quote', 'quoteright'],
  '(': ['parenleft'],
  ')': ['parenright'],
  '*': ['asterisk'],
  '+': ['plus'],
  ',': ['comma'],
  '-': ['minus', 'hyphen', 'dash'],
  '.': ['period', 'dot'],
  '/': ['slash', 'fslash'],
  ':': ['colon'],
  ';': ['semicolon'],
  '<': ['less'],
  '=': ['equal', 'equals'],
  '>': ['greater'],
  '?': ['question'],
  '@': ['at'],
  '[': ['bracketleft'],
  '\\': ['backslash', 'bslash'],
  ']': ['bracketright'],
  '^': ['asciicircum', 'caret'],
  _: ['underscore'],
  '`': ['grave', 'backquote', 'backtick', 'quoteleft'],
  '{': ['braceleft'],
  '|': ['bar', 'pipe'],
  '}': ['braceright'],
  '~': ['asciitilde', 'tilde'],
};

/** By normalized name. */
const keysByName = collectKeys();

/** Every key name. */
export const keyNames: readonly string[] = [...keysByName.values()].map(({ spelling }) => spelling);

/** Finds a key by name (`enter`, `Page_Up`, `f8`), as a character (`a`, `€`, `U+20AC`) or as a raw keysym (`0xff0d`). */
export function findKey(name: string): Key | undefined {
  const character = characterNamed(name);
  if (character !== undefined) return keyOfCharacter(character);
  if (/^0x[0-9a-f]{1,8}$/i.test(name)) return rawKey(Number(name));
  return keysByName.get(normalize(name))?.key;
}

/** @throws UsageError `BAD_KEY`, with the nearest names */
export function keyNamed(name: string): Key {
  const key = findKey(name);
  if (key) return key;
  const nearest = suggestions(name);
  const hint =
    nearest.length > 0
      ? `did you mean ${nearest.join(', ')}?`
      : 'keys are named like enter, f8, pageup, a; any keysym as 0xff0d, any character as U+20AC';
  throw new UsageError('BAD_KEY', `no key is called ${JSON.stringify(name)}: ${hint}`);
}

function characterNamed(name: string): string | undefined {
  const codePoint = /^u\+([0-9a-f]{4,6})$/i.exec(name)?.[1];
  if (codePoint !== undefined && Number.parseInt(codePoint, 16) <= 0x10ffff) {
    return String.fromCodePoint(Number.parseInt(codePoint, 16));
  }
  return [...name].length === 1 ? name : undefined;
}

/** Exactly this keysym, without Shift; the scancode is that of the key which usually gives it. */
function rawKey(keysym: number): Key | undefined {
  if (keysym === 0) return undefined;
  const named = Object.values<NamedKey>(namedKeys).find((key) => key.keysym === keysym);
  const character = keysym > 0x20 && keysym < 0x7f ? us.places.get(String.fromCharCode(keysym)) : undefined;
  const place = named ?? character;
  return { name: `0x${keysym.toString(16)}`, shifted: false, ...withScancodeOf(place), keysym };
}

function withScancodeOf(key: Pick<NamedKey, 'xtScancode'> | undefined): Pick<NamedKey, 'xtScancode'> {
  return key?.xtScancode === undefined ? {} : { xtScancode: key.xtScancode };
}

/** Case never matters in names, nor does `_` or `-` inside one. */
function normalize(name: string): string {
  return name.toLowerCase().replace(/(?<=[a-z0-9])[_-](?=.)/g, '');
}

interface KeyName {
  readonly spelling: string;
  readonly key: Key;
}

function collectKeys(): ReadonlyMap<string, KeyName> {
  const keys = new Map<string, KeyName>();
  const add = (spelling: string, key: Key): void => {
    const name = normalize(spelling);
    if (keys.has(name)) return;
    keys.set(name, { spelling, key });
    if (name.startsWith('kp')) keys.set(name.replace('kp', 'numpad'), { spelling: name.replace('kp', 'numpad'), key });
  };
  for (const [name, key] of Object.entries<NamedKey>(namedKeys)) {
    for (const spelling of [...(ALIASES[name] ?? []), name]) add(spelling, { name: spelling, shifted: false, ...key });
  }
  for (const [spelling, key] of Object.entries(COMMAND_KEYS)) add(spelling, { name: spelling, shifted: false, ...key });
  for (const [char, names] of Object.entries(CHARACTER_NAMES)) {
    const key = keyOfCharacter(char);
    if (key) for (const spelling of names) add(spelling, key);
  }
  return keys;
}

/** The nearest spelling of each key that may have been meant. */
function suggestions(name: string): string[] {
  const seen = new Set<number>();
  return nearestNames(normalize(name), keysByName.keys())
    .map((near) => keysByName.get(near))
    .filter((near) => near !== undefined)
    .filter(({ key }) => !seen.has(key.keysym) && seen.add(key.keysym))
    .map(({ spelling }) => spelling)
    .slice(0, MAX_SUGGESTIONS);
}

const MAX_SUGGESTIONS = 3;
