import type { KeyboardLayout } from '../layouts/keyboard-layout.ts';
import { UsageError } from '../rfb/errors.ts';
import { modifierKeysym, namedKeys, shiftKeysym } from '../rfb/keysyms.ts';
import { ALT_GR, type Key, keyOfCharacter, SHIFT, withoutCapital, withShift } from './key.ts';
import { findKey, keyNamed } from './key-names.ts';

/**
 * Parses `ctrl+alt+del`, `ctrl-alt-del`, `shift+f10`, `ctrl++`, `ctrl--`, `A`: the keys in the order in which they go down.
 *
 * A character that the layout (default: the US keyboard) has behind Shift or AltGr brings them along: `A`, `ctrl+!`. In a chord the case of a letter says
 * nothing, `ctrl+C` is `ctrl+c`; name shift for the capital: `ctrl+shift+c`. Under Shift each key has its shifted keysym.
 * `-` joins keys where both sides are keys (`super-l`, `shift-r`), else it belongs to a name (`page-up`, `caps-lock`).
 * @throws UsageError `BAD_KEY`
 */
export function parseChord(text: string, layout?: KeyboardLayout): readonly Key[] {
  const names = chordNames(text.length > 1 ? text.trim() : text);
  const keys = names.map(keyNamed).map((key) => (layout ? keyOnLayout(key, layout) : key));
  const inChord = keys.length > 1;
  let shiftHeld = false;
  let altGrHeld = false;
  const pressed: Key[] = [];
  for (const key of keys) {
    if (shiftKeysym(key.keysym)) shiftHeld = true;
    if (key.keysym === namedKeys.ISO_Level3_Shift.keysym) altGrHeld = true;
    const plain = inChord ? withoutCapital(key, layout) : key;
    if (plain.shifted && !shiftHeld) {
      pressed.push(SHIFT);
      shiftHeld = true;
    }
    if (plain.altGr && !altGrHeld) {
      pressed.push(ALT_GR);
      altGrHeld = true;
    }
    pressed.push(shiftHeld ? withShift(plain, layout) : plain);
  }
  const twice = pressed.find((key, i) => pressed.findIndex(({ keysym }) => keysym === key.keysym) !== i);
  if (twice) throw new UsageError('BAD_KEY', `chord ${JSON.stringify(text)} has the key ${twice.name} twice`);
  return pressed;
}

/** Characters are where the layout has them, all other keys where they always are. */
function keyOnLayout(key: Key, layout: KeyboardLayout): Key {
  if ([...key.name].length > 1) return key;
  const there = keyOfCharacter(key.name, layout);
  if (there) return there;
  throw new UsageError('BAD_KEY', `no single key of the ${layout.name} layout gives ${JSON.stringify(key.name)}`);
}

/** A name, or one of the characters that also join names, at the place where a key is expected. */
const NAME = /u\+[0-9a-f]{4,6}(?=[+-]|$)|(?:kp|numpad)_?[+-](?=[+-]|$)|[^+-]+|[+-]$/iy;

function chordNames(text: string): string[] {
  const names: string[] = [];
  let hyphenated: string[] = [];
  for (let at = 0; ; ) {
    NAME.lastIndex = at;
    const name = NAME.exec(text)?.[0];
    if (name === undefined) throw badChord(text);
    hyphenated.push(name);
    at += name.length;
    const separator = text[at];
    if (separator !== '-') {
      names.push(...splitHyphenated(hyphenated));
      hyphenated = [];
    }
    if (separator === undefined) return names;
    at++;
  }
}

/** `['ctrl', 'page', 'up']`, which hyphens joined, as the names that were meant: `['ctrl', 'page-up']`. */
function splitHyphenated(parts: readonly string[]): readonly string[] {
  const names = namesOf(parts);
  if (names) return names;
  const modifiers = parts.findIndex((part) => !modifierKeysym(findKey(part)?.keysym ?? 0));
  return [...parts.slice(0, modifiers), parts.slice(modifiers).join('-')];
}

function namesOf(parts: readonly string[]): readonly string[] | undefined {
  const [first, ...rest] = parts;
  if (first === undefined) return [];
  const key = findKey(first);
  if (rest.length === 0) return key && [first];
  const others = key && namesOf(rest);
  if (others && modifierKeysym(key.keysym)) return [first, ...others];
  const whole = parts.join('-');
  if (findKey(whole)) return [whole];
  return others && [first, ...others];
}

function badChord(text: string): UsageError {
  const hint = /[^+-][+-]$/.test(text)
    ? `nothing follows the last "${text.at(-1)}"; the key itself is ${text}${text.at(-1)} or ${text}${text.endsWith('+') ? 'plus' : 'minus'}`
    : 'keys are joined by + or -, as in ctrl+alt+del';
  return new UsageError('BAD_KEY', `${JSON.stringify(text)} is no chord: ${hint}`);
}
