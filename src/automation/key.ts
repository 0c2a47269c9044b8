import type { KeyboardLayout, LayoutPlace } from '../layouts/keyboard-layout.ts';
import { us } from '../layouts/us.ts';
import { keysymOfCodePoint, type NamedKey, namedKeys } from '../rfb/keysyms.ts';

/** One key of a keyboard, ready to be pressed. */
export interface Key {
  /** The character it types, or a name of the key. Never put into a message when it comes from typed text. */
  readonly name: string;
  readonly keysym: number;
  /** See `NamedKey.xtScancode`. */
  readonly xtScancode?: number;
  /** The keyboard has it behind Shift, which is then to be held. */
  readonly shifted: boolean;
  /** The same with AltGr. */
  readonly altGr?: boolean;
}

/** Characters that are typed by a key of another name. */
const CONTROL_CHARACTERS: Readonly<Record<string, NamedKey>> = {
  '\n': namedKeys.Return,
  '\r': namedKeys.Return,
  '\t': namedKeys.Tab,
  '\b': namedKeys.BackSpace,
  '\x1b': namedKeys.Escape,
};

/** By the combining character that a layout has a dead key as. */
const DEAD_KEYS: Readonly<Record<string, NamedKey>> = {
  '\u0300': namedKeys.dead_grave,
  '\u0301': namedKeys.dead_acute,
  '\u0302': namedKeys.dead_circumflex,
  '\u0303': namedKeys.dead_tilde,
  '\u0308': namedKeys.dead_diaeresis,
  '\u030a': namedKeys.dead_abovering,
  '\u030c': namedKeys.dead_caron,
  '\u0327': namedKeys.dead_cedilla,
};

/** What dead keys give before a space in every guest. After others it differs: an acute accent is an apostrophe in some. */
const DEAD_BEFORE_SPACE: Readonly<Record<string, string>> = { '`': '\u0300', '^': '\u0302', '~': '\u0303' };

/** Every guest knows the letters of Latin-1 by dead keys. */
const LAST_COMPOSED = 0xff;

export const SHIFT: Key = { name: 'shift', shifted: false, ...namedKeys.Shift_L };
export const ALT_GR: Key = { name: 'altgr', shifted: false, ...namedKeys.ISO_Level3_Shift };

/**
 * The key that types `char` (one code point). Without a layout, that of a US keyboard, or the keysym alone of what is not
 * on it; `undefined` then only for a control character without a key, and for half a surrogate pair.
 */
export function keyOfCharacter(char: string, layout?: KeyboardLayout): Key | undefined {
  const control = CONTROL_CHARACTERS[char];
  if (control) return { name: char, shifted: false, ...control };
  const place = (layout ?? us).places.get(char);
  if (place) return keyAt(place, char);
  const keysym = layout ? undefined : keysymOfCodePoint(char.codePointAt(0) ?? 0);
  return keysym === undefined ? undefined : { name: char, keysym, shifted: false };
}

/** The keys that type `char` one after the other: on a layout, some take a dead key before. */
export function keysOfCharacter(char: string, layout?: KeyboardLayout): readonly Key[] | undefined {
  const key = keyOfCharacter(char, layout);
  if (key || !layout) return key && [key];
  const [mark, base] = composition(char) ?? [];
  const dead = mark === undefined ? undefined : layout.places.get(mark);
  const letter = base === undefined ? undefined : keyOfCharacter(base, layout);
  return dead && letter && mark !== undefined ? [keyAt(dead, mark), letter] : undefined;
}

/** The same key while Shift is held: the keysym that then belongs to it. */
export function withShift(key: Key, layout?: KeyboardLayout): Key {
  const shifted = (layout ?? us).places.get(key.name)?.withShift;
  return shifted === undefined ? key : (keyOfCharacter(shifted, layout) ?? key);
}

/** The key of a letter, not its capital. */
export function withoutCapital(key: Key, layout?: KeyboardLayout): Key {
  return /^\p{Lu}$/u.test(key.name) ? (keyOfCharacter(key.name.toLowerCase(), layout) ?? key) : key;
}

/** A character as dead key and base, where it is made of two. */
function composition(char: string): readonly [mark: string, base: string] | undefined {
  const mark = DEAD_BEFORE_SPACE[char];
  if (mark !== undefined) return [mark, ' '];
  const [base, combining, ...more] = char.normalize('NFD');
  if (base === undefined || combining === undefined || more.length > 0) return undefined;
  return (char.codePointAt(0) ?? 0) <= LAST_COMPOSED ? [combining, base] : undefined;
}

function keyAt({ xtScancode, shifted, altGr }: LayoutPlace, symbol: string): Key {
  const keysym = DEAD_KEYS[symbol]?.keysym ?? keysymOfCodePoint(symbol.codePointAt(0) ?? 0) ?? 0;
  return { name: symbol, keysym, xtScancode, shifted, ...(altGr && { altGr }) };
}
