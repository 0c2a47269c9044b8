import { keysymOfCodePoint, type NamedKey, namedKeys } from '../rfb/keysyms.ts';
import { usLayout } from './us-layout.ts';

/** One key of a keyboard, ready to be pressed. */
export interface Key {
  /** The character it types, or a name of the key. Never put into a message when it comes from typed text. */
  readonly name: string;
  readonly keysym: number;
  /** See `NamedKey.xtScancode`. */
  readonly xtScancode?: number;
  /** The US keyboard has it behind Shift, which is then to be held. */
  readonly shifted: boolean;
}

/** Characters that are typed by a key of another name. */
const CONTROL_CHARACTERS: Readonly<Record<string, NamedKey>> = {
  '\n': namedKeys.Return,
  '\r': namedKeys.Return,
  '\t': namedKeys.Tab,
  '\b': namedKeys.BackSpace,
  '\x1b': namedKeys.Escape,
};

export const SHIFT: Key = { name: 'shift', shifted: false, ...namedKeys.Shift_L };

/** The key that types `char` (one code point); `undefined` for a control character without one, and for half a surrogate pair. */
export function keyOfCharacter(char: string): Key | undefined {
  const control = CONTROL_CHARACTERS[char];
  if (control) return { name: char, shifted: false, ...control };
  const keysym = keysymOfCodePoint(char.codePointAt(0) ?? 0);
  if (keysym === undefined) return undefined;
  const place = usLayout.get(char);
  if (!place) return { name: char, keysym, shifted: false };
  return { name: char, keysym, xtScancode: place.xtScancode, shifted: place.shifted };
}

/** The same key while Shift is held: the keysym that then belongs to it. */
export function withShift(key: Key): Key {
  const place = usLayout.get(key.name);
  return place ? (keyOfCharacter(place.withShift) ?? key) : key;
}

/** The key of a letter, not its capital. */
export function withoutCapital(key: Key): Key {
  return /^[A-Z]$/.test(key.name) ? (keyOfCharacter(key.name.toLowerCase()) ?? key) : key;
}
