import { modifierKeysym, shiftKeysym } from '../rfb/keysyms.ts';
import type { Key } from './key.ts';

/** Stands for a key that types a character: what many of them spell may be a password. */
export const MASK = '•';

/** A chord for records: `ctrl+alt+delete`, `f8`; what types a character is masked, unless it is a command (`ctrl+c`). */
export function shownChord(keys: readonly Key[]): string {
  const command = keys.some(({ keysym }) => modifierKeysym(keysym) && !shiftKeysym(keysym) && keysym !== LEVEL3_SHIFT);
  if (!command && keys.some(({ keysym }) => typesCharacter(keysym))) return MASK;
  return keys.map(({ name, keysym }) => (keysym === SPACE ? 'space' : name)).join('+');
}

/** AltGr: chooses a character. */
const LEVEL3_SHIFT = 0xfe03;
const SPACE = 0x20;

/** Of X11's keysyms: the characters of every script, accents that wait for a letter, the keypad, Unicode. */
function typesCharacter(keysym: number): boolean {
  if (keysym < 0xfd00) return keysym !== SPACE;
  const accent = keysym >= 0xfe50 && keysym <= 0xfe93;
  const keypad = (keysym >= 0xffaa && keysym <= 0xffb9) || keysym === 0xffbd;
  return accent || keypad || keysym >= 0x0100_0000;
}
